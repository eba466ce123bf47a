"""Reading files: the door, lines and quotes, encodings, limits, invisible characters, and which files are read."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.decode import decode
from bot.errors import InputError
from ingest.documents.cut import cut
from ingest.documents.draft import LONG_LINE
from ingest.documents.hidden import visible
from ingest.documents.model import Document
from ingest.documents.read import LIMITS, document_id, read_document, scan
from ingest.documents.text import read_text
from tests.document_files import pdf

JAPANESE = "# 手順\n\n暗号化された接続はコアのWAEで復号されます。設定を確認してください。\n状態は「正常」です。\n"


def document(folder: Path, name: str, content: str | bytes) -> Document:
    file = folder / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return read_document(name, file)


def refusal(folder: Path, name: str, content: bytes) -> str:
    with pytest.raises(InputError) as caught:
        document(folder, name, content)
    message = str(caught.value)
    assert message.startswith(f"{name}: ") and "\n" not in message
    return message


def proven(made: Document) -> None:
    """Every part's quote stands where the part says, and its numbers are in order."""
    for number, part in enumerate(made.parts, 1):
        assert part.id == f"{made.id}/{number}" and part.document == made.id
        assert 1 <= part.first <= part.last <= len(made.lines)
        lines = "\n".join(made.lines[part.first - 1 : part.last])
        if any(len(line) > LONG_LINE for line in made.lines[part.first - 1 : part.last]):
            assert part.quote and part.quote in lines
        else:
            assert part.quote == lines


def test_a_document_carries_its_path_its_hash_and_its_title(tmp_path: Path) -> None:
    made = document(tmp_path, "a.md", "Intro first.\n\n## The title\n\nText.\n")
    assert made.id == hashlib.sha256(b"a.md").hexdigest()[:12] == document_id("a.md")
    assert made.digest == hashlib.sha256((tmp_path / "a.md").read_bytes()).hexdigest()
    assert (made.path, made.format, made.title) == ("a.md", "markdown", "The title")
    assert [(p.id, p.trail, p.text) for p in made.parts] == [
        (f"{made.id}/1", (), "Intro first."),
        (f"{made.id}/2", ("The title",), "Text."),
    ]


def test_without_a_heading_the_title_is_the_files_name(tmp_path: Path) -> None:
    assert document(tmp_path, "notes.txt", "only one line of text that ends here.\n").title == "notes"


def test_an_id_does_not_depend_on_the_systems_way_of_writing_a_path() -> None:
    assert document_id("docs\\a.md") == document_id("docs/a.md")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_of_every_system_give_the_same_lines(tmp_path: Path, end: str) -> None:
    made = document(tmp_path, "a.txt", f"One.{end}{end}Two.{end}")
    assert made.lines == ("One.", "", "Two.")
    assert [part.quote for part in made.parts] == ["One.\n\nTwo."]
    proven(made)


def test_other_line_separators_end_no_line(tmp_path: Path) -> None:
    made = document(tmp_path, "a.md", "One\x0ctwo\u2028three.\n\nFour.\n")
    assert made.lines[0] == "One\x0ctwo\u2028three."
    proven(made)


@pytest.mark.parametrize(
    "encoding",
    ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp932", "euc_jp", "iso2022_jp"],
)
@pytest.mark.parametrize("name", ["a.txt", "a.md", "a.html"])
def test_encodings_are_told_apart(tmp_path: Path, encoding: str, name: str) -> None:
    text = JAPANESE if name != "a.html" else f"<h1>手順</h1>\n<p>{JAPANESE}</p>\n"
    made = document(tmp_path, name, text.encode(encoding))
    assert list(made.lines) == text.splitlines()
    assert "暗号化された接続はコアのWAEで復号されます" in "".join(part.text for part in made.parts)


def test_western_text_is_read_and_not_taken_for_japanese() -> None:
    text = "The WAE’s state – “Running” – isn’t café-dependent… naïve."
    assert decode(text.encode("cp1252")) == text
    assert decode("Müller überprüft größere Beträge".encode("cp1252")) == "Müller überprüft größere Beträge"


def test_an_encoding_that_a_page_names_counts_where_it_fits(tmp_path: Path) -> None:
    page = '<meta charset="koi8-r"><p>Проверьте состояние.</p>'
    assert document(tmp_path, "a.html", page.encode("koi8-r")).parts[0].text == "Проверьте состояние."


def test_what_no_encoding_fits_is_refused_with_its_line(tmp_path: Path) -> None:
    broken = "行1\n設定を確認".encode() + b"\xff\xfe\x80\x81\xe3\n"
    assert "not UTF-8 from line 2 on" in refusal(tmp_path, "a.txt", broken)


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.txt", b"", "is empty"),
        ("a.md", b" \n\t\n", "holds no text"),
        ("a.txt", b"\x7fELF\x02\x01\x01" + bytes(200), "is binary"),
        ("a.md", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)), "is binary"),
        ("a.md", b"abc\n" + b"x" * 200_001, "line 2 is longer than 200000 characters"),
        ("a.html", b"<html><body><!-- nothing --></body></html>", "holds no text"),
        ("a.html", b"<div>" * 3000 + b"deep", "nested too deeply"),
    ],
)
def test_what_cannot_be_read_is_refused_in_one_line(tmp_path: Path, name: str, content: bytes, says: str) -> None:
    assert says in refusal(tmp_path, name, content)


@pytest.mark.parametrize("name", ["a.md", "a.html", "a.docx"])
def test_a_file_beyond_its_limit_is_refused_before_it_is_read_whole(tmp_path: Path, name: str) -> None:
    limit = LIMITS[{"md": "markdown", "html": "html", "docx": "docx"}[name[2:]]]
    with (tmp_path / name).open("wb") as handle:
        handle.truncate(limit + 1)
    with pytest.raises(InputError, match="is larger than"):
        read_document(name, tmp_path / name)


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="^gone.md: does not exist"):
        read_document("gone.md", tmp_path / "gone.md")
    with pytest.raises(InputError, match="^here: is no ordinary file"):
        read_document("here", tmp_path)


def test_invisible_characters_are_left_out_and_told(tmp_path: Path) -> None:
    made = document(
        tmp_path, "a.txt", "Run\u200b the \u202echeck\u202c now.\n\nClean line here.\n\n\U000e0041hidden tag.\n"
    )
    text = "\n".join(part.text for part in made.parts)
    assert "Run the check now." in text and "\nhidden tag." in text
    assert made.notes == ("4 invisible characters (zero width, direction, control) left out, on lines 1, 5",)
    assert made.lines[0].startswith("Run\u200b"), "lines stay as they are"


def test_lines_of_one_page_that_differ_in_numbers_only_are_no_running_headers(tmp_path: Path) -> None:
    file = tmp_path / "a.pdf"
    file.write_bytes(pdf([[f"Cabinet {n} is locked." for n in range(30)], ["The end."], ["Really."]]))
    document = read_document("a.pdf", file)
    assert document.notes == ()
    assert all(f"Cabinet {n} is locked." in "".join(part.quote for part in document.parts) for n in range(30))


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Type dnslookup <FQDN> or ping <address> now.", "Type dnslookup <FQDN> or ping <address> now."),
        ("Set the clock: ntpdate <KDC ip>", "Set the clock: ntpdate <KDC ip>"),
        ("A <b>bold</b> word,<br> and <img src=x> a picture", "A bold word, and  a picture"),
        ("Seen <span hidden>unseen <FQDN></span> seen", "Seen  seen"),
        ("Seen <x onclick=reload> seen", "Seen  seen"),
    ],
)
def test_a_placeholder_is_kept_and_a_tag_is_not(tmp_path: Path, written: str, read: str) -> None:
    file = tmp_path / "a.md"
    file.write_text(f"# Title\n\n{written}\n", encoding="utf-8")
    assert [part.text for part in read_document("a.md", file).parts] == [read]


def test_emoji_are_nothing_hidden(tmp_path: Path) -> None:
    assert document(tmp_path, "a.txt", "Done \u2714\ufe0f by \U0001f469\u200d\U0001f4bb.\n").notes == ()


def test_a_long_line_is_quoted_as_the_exact_slice(tmp_path: Path) -> None:
    sentences = [f"Sentence number {n} tells about the state of the WAE." for n in range(400)]
    for name in ("a.txt", "a.md"):
        made = document(tmp_path, name, " ".join(sentences) + "\n")
        proven(made)
        assert len(made.parts) > 5 and all(len(part.quote) < LONG_LINE for part in made.parts)
        assert " ".join(part.text for part in made.parts) == " ".join(sentences)
        for part in made.parts:
            assert part.text in part.quote


def test_a_minified_page_is_quoted_as_the_exact_slice(tmp_path: Path) -> None:
    body = "".join(f"<p>Paragraph <b>number {n}</b> says: see &lt;a&gt;.</p>" for n in range(300))
    made = document(tmp_path, "a.html", f"<html><body>{body}</body></html>")
    proven(made)
    assert len(made.parts) > 3
    for part in made.parts:
        assert len(part.quote) < LONG_LINE
        for number in [line.split()[2] for line in part.text.split("\n")]:
            assert f"number {number}</b>" in part.quote


WORDS = st.sampled_from(
    [
        "show license",
        "WAE#",
        "状態",
        "確認します。",
        "1.",
        "2)",
        "-",
        "The end.",
        "# x",
        "==",
        "|",
        "`a`",
        "\u200b",
        "x" * 50,
    ]
)
LINES = st.lists(st.lists(WORDS, max_size=4).map(" ".join), min_size=1, max_size=30).map("\n".join)


@settings(max_examples=150, deadline=None)
@given(LINES | st.text(max_size=300))
@example("show license\n\n\u200b\n# x")
def test_no_word_of_a_text_is_lost_and_every_quote_stands(text: str) -> None:
    draft = read_text(text)
    parts = cut(draft, "d")
    made = Document("d", "d", "text", "", "", tuple(draft.lines), parts)
    proven(made)
    shown = solid("".join(part.text + "".join(part.trail) for part in parts))
    for line in draft.lines:
        if len(line.strip()) < 3 or set(line.strip()) - set("=-~_*#"):
            assert solid(visible(line)) in shown


def solid(text: str) -> str:
    return "".join(text.split())


def test_a_folder_gives_its_readable_files_and_names_the_others(tmp_path: Path) -> None:
    for name in ("b.md", "sub/a.TXT", "sub/deeper/c.docx", "d.exe", ".hidden.md", "~$lock.docx", ".git/x.md"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    (tmp_path / "link.md").symlink_to(tmp_path / "b.md")
    (tmp_path / "outside").symlink_to("/")
    os.mkfifo(tmp_path / "pipe.md")
    found, skipped = scan([str(tmp_path)])
    base = tmp_path.as_posix()
    assert [item.path for item in found] == [f"{base}/b.md", f"{base}/sub/a.TXT", f"{base}/sub/deeper/c.docx"]
    reasons = {item.path.removeprefix(base + "/"): item.reason for item in skipped}
    assert set(reasons) == {"d.exe", ".hidden.md", "~$lock.docx", ".git", "link.md", "outside", "pipe.md"}
    assert "link" in reasons["link.md"] and "link" in reasons["outside"]
    assert reasons["pipe.md"] == "no ordinary file" and ".pdf" in reasons["d.exe"]


def test_the_products_own_data_is_passed_over_in_a_folder_around_it(tmp_path: Path) -> None:
    own = tmp_path / "data"
    for file in (tmp_path / "a.md", own / "index" / "left.txt", own / "b.md"):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("Text.")
    found, skipped = scan([str(tmp_path)], own)
    assert [item.file.name for item in found] == ["a.md"]
    assert [tuple(item) for item in skipped] == [(own.as_posix(), "the product's own data")]
    assert [item.file.name for item in scan([str(own / "b.md")], own)[0]] == ["b.md"]


def test_a_file_given_by_name_is_read_whatever_its_ending_and_only_once(tmp_path: Path) -> None:
    (tmp_path / "notes.conf").write_text("Set the clock of the WAE first.\n")
    found, skipped = scan([str(tmp_path / "notes.conf"), str(tmp_path), str(tmp_path / "notes.conf")])
    assert [item.file.name for item in found] == ["notes.conf"]
    assert [item.path for item in skipped] == [f"{tmp_path.as_posix()}/notes.conf"]
    assert read_document(*found[0]).format == "text"


def test_a_path_that_is_not_there_is_refused() -> None:
    with pytest.raises(InputError, match="^no/such does not exist"):
        scan(["no/such"])


def test_paths_stay_as_they_were_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "a.md").write_text("Text.")
    monkeypatch.chdir(tmp_path)
    assert [item.path for item in scan(["docs"])[0]] == ["docs/a.md"]
    assert [item.path for item in scan(["./docs/"])[0]] == ["docs/a.md"]
