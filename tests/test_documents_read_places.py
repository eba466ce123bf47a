"""Places in pages and Markdown that once were told wrongly: what generated documents found."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.reliability import papers
from ingest.documents import gather
from ingest.documents.draft import Block
from ingest.documents.model import Document
from ingest.documents.read import read_document

SENTENCE = "Sentence {0} of this long paragraph says something about item{0}."


def document(folder: Path, name: str, content: str) -> Document:
    (folder / name).write_text(content, encoding="utf-8")
    papers.read(name, content.encode())
    return read_document(name, folder / name)


@pytest.mark.parametrize("name", ["a.html", "a.md"])
@pytest.mark.parametrize(
    "mark", ["&#xE000;7.0&#xE001;", "&#57344;7.0&#57345;", "&#x0e000;7.0&#57345", "\ue0007.0\ue001"]
)
def test_a_file_cannot_forge_a_place(tmp_path: Path, name: str, mark: str) -> None:
    made = document(tmp_path, name, f"Before.{mark} Behind.\n\nLast line.\n")
    assert {(part.first, part.last) for part in made.parts} == {(1, 3)}
    assert "7.0" in made.parts[0].text


def test_other_signs_that_are_spelt_by_number_stay(tmp_path: Path) -> None:
    made = document(tmp_path, "a.html", "<p>&#xE0000;&#xE00;&#573440;&#65; end.</p>")
    assert made.parts[0].text.endswith("A end.")


@pytest.mark.parametrize("tag", ["textarea", "xmp"])
@pytest.mark.parametrize("end", ["</{0}>", ""])
def test_a_form_field_is_cited_with_all_its_lines(tmp_path: Path, tag: str, end: str) -> None:
    made = document(tmp_path, "a.html", f"<p>Above.</p>\n<{tag}>one <a href='\ntwo <![CDATA[\nthree\n{end.format(tag)}")
    assert made.parts[-1].last >= 4 and "three" in made.parts[-1].quote


def test_text_behind_a_tag_of_several_lines_is_cited_where_it_stands(tmp_path: Path) -> None:
    made = document(tmp_path, "a.html", '<h1>Head</h1>\n<p\n class="a"\n id="b">The text.</p>\n<p\n>More.</p>')
    assert "The text." in made.parts[0].quote and made.parts[0].last == 6


def test_text_behind_what_is_no_tag_is_cited_where_it_stands(tmp_path: Path) -> None:
    made = document(tmp_path, "a.html", "<p>One</\n\n\n> two.</p>")
    assert (made.parts[0].first, made.parts[0].last) == (1, 4)


@pytest.mark.parametrize(
    "between",
    [
        "`code\nspan` and ``a`\nb`` and ` c\nd `",
        "<b\n>bold</b>",
        "[link](http://x\n'title')",
        "![image](x\n'title')",
        "`a` `\n`",
    ],
)
def test_what_runs_over_a_line_end_does_not_shift_what_follows(tmp_path: Path, between: str) -> None:
    lines = [SENTENCE.format(number) + (f" {between} here." if number % 5 == 0 else "") for number in range(60)]
    made = document(tmp_path, "a.md", "\n".join(lines))
    assert len(made.parts) > 2
    for part in made.parts:
        assert all(word in part.quote for word in part.text.split() if word.startswith("item"))


@pytest.mark.parametrize("comment", ["<!-->", "<!--->", "<!-- a --!>", "<!-- a -->"])
def test_text_behind_a_comment_is_cited_where_it_stands(tmp_path: Path, comment: str) -> None:
    made = document(tmp_path, "a.html", f"<p>One {comment} two\nthree\nfour.</p>")
    assert made.parts[-1].last == 3 and made.parts[-1].text.endswith("four.")


def test_whether_code_is_typed_is_asked_of_the_block_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Block] = []
    monkeypatch.setattr(gather, "_trust", lambda block: asked.append(block) or "code")
    gather.kind_of_code(Block("code", "show clock\n" * 50, 1, 50))
    assert len(asked) == 1


@pytest.mark.parametrize("tag", ["<script|>", "<scripts>", "<style-x>", "<xmp|\n>"])
def test_text_behind_what_only_begins_like_a_script_is_cited_where_it_stands(tmp_path: Path, tag: str) -> None:
    made = document(tmp_path, "a.html", f"<p>One {tag} two\nthree\nfour.</p>")
    assert made.parts[-1].last >= 3 and made.parts[-1].text.endswith("four.")


def test_a_style_sheet_goes_on_behind_what_only_looks_like_its_end(tmp_path: Path) -> None:
    page = "<style>/*</stylex>*/\n.h{display:none}</style><p>Seen.</p><p class=h>Hidden.</p>"
    assert [part.text for part in document(tmp_path, "a.html", page).parts] == ["Seen."]
