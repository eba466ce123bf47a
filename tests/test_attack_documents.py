"""Hostile documents: entities, bombs, loops, links and names. Each is refused in one line, or read as what it shows."""

from __future__ import annotations

import io
import socket
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import docx
import pytest

from bot.errors import IndexMismatch, InputError
from ingest import fetched
from ingest.documents.model import Document
from ingest.documents.read import read_document
from ingest.published import Pointer, Published
from tests.document_files import bomb_pdf, drawn_pdf, repacked

SEEN = "The switch is red."
LAUGHS = '<!DOCTYPE a [<!ENTITY l0 "lol ">' + "".join(
    f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10)
) + '<!ENTITY x "&l9;">]>'  # fmt: skip


class Listener:
    """A server that notes whether anybody calls it."""

    def __init__(self) -> None:
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.socket.setblocking(False)
        self.url = f"http://127.0.0.1:{self.socket.getsockname()[1]}/"

    def called(self) -> bool:
        try:
            self.socket.accept()
        except BlockingIOError:
            return False
        return True


@pytest.fixture
def listener() -> Iterator[Listener]:
    made = Listener()
    yield made
    made.socket.close()


def package(declared: str = "", body: str = "", **parts: bytes) -> bytes:
    """Return a DOCX whose document declares something and holds ``body`` beside its one sentence."""
    made, out = docx.Document(), io.BytesIO()
    made.add_paragraph(SEEN)
    made.save(out)
    with zipfile.ZipFile(out) as opened:
        text = opened.read("word/document.xml").decode()
    text = text.replace("?>", f"?>{declared}", 1).replace(SEEN, SEEN + body)
    return repacked(out.getvalue(), {"word/document.xml": text.encode(), **parts})


def read(folder: Path, name: str, content: bytes) -> Document:
    (folder / name).write_bytes(content)
    return read_document(name, folder / name)


def words(made: Document) -> str:
    return "\n".join([*(part.text for part in made.parts), *(part.quote for part in made.parts)])


def test_a_docx_of_entities_that_multiply_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="amplification"):
        read(tmp_path, "a.docx", package(LAUGHS, "&x;"))


@pytest.mark.parametrize(
    "declared",
    [
        '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE a [<!ENTITY x SYSTEM "{url}">]>',
        '<!DOCTYPE a [<!ENTITY % p SYSTEM "{url}"> %p; <!ENTITY x "y">]>',
        '<!DOCTYPE a SYSTEM "{url}a.dtd" [<!ENTITY x "y">]>',
    ],
)
def test_a_docx_brings_in_no_file_and_asks_no_server(tmp_path: Path, listener: Listener, declared: str) -> None:
    made = read(tmp_path, "a.docx", package(declared.replace("{url}", listener.url), "&x;"))
    assert SEEN in words(made) and "root:" not in words(made)
    assert not listener.called()


def test_a_docx_that_unpacks_to_more_than_is_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="would unpack to 2"):
        read(tmp_path, "a.docx", package(**{"word/media/a.bin": bytes(201_000_000)}))


def test_names_within_a_package_lead_nowhere(tmp_path: Path) -> None:
    folder = tmp_path / "in" / "side"
    folder.mkdir(parents=True)
    made = read(folder, "a.docx", package(**{"../../out.txt": b"x", str(tmp_path / "abs.txt"): b"x"}))
    assert SEEN in words(made)
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["a.docx", "in", "side"]


@pytest.mark.parametrize("name", ["a.html", "a.md", "a.txt"])
def test_links_pictures_and_entities_of_a_text_ask_no_server(tmp_path: Path, listener: Listener, name: str) -> None:
    text = (
        f'<!DOCTYPE html SYSTEM "{listener.url}d" [<!ENTITY x SYSTEM "file:///etc/passwd">]>\n# Switch\n{SEEN} &x;\n'
        f'<img src="{listener.url}i"><link rel=stylesheet href="{listener.url}c">'
        f'<script src="{listener.url}s"></script>'
        f'<iframe src="file:///etc/passwd"></iframe>\n![p]({listener.url}p) <{listener.url}>\n'
    )
    assert "root:" not in words(read(tmp_path, name, text.encode()))
    assert not listener.called()


def test_a_pdf_asks_no_server(tmp_path: Path, listener: Listener) -> None:
    opens = f"/OpenAction << /S /URI /URI ({listener.url}) >>"
    made = read(tmp_path, "a.pdf", drawn_pdf(f"BT /F1 12 Tf 50 700 Td ({SEEN}) Tj ET", catalog=opens))
    assert SEEN in words(made) and not listener.called()


@pytest.mark.parametrize(
    ("pages", "says"),
    [
        (b"<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 2 >>", "cyclic"),
        (b"<< /Type /Pages /Kids [" + b"10 0 R " * 2_001 + b"] /Count 2001 >>", "2001 pages"),
        (b"[" * 100_000, "PDF"),
    ],
    ids=["loop", "many", "deep"],
)
def test_a_pdf_whose_pages_never_end_is_refused(tmp_path: Path, pages: bytes, says: str) -> None:
    whole = bomb_pdf(10).replace(b"<< /Type /Pages /Kids [10 0 R] /Count 1 >>", pages)
    with pytest.raises(InputError, match=says):
        read(tmp_path, "a.pdf", whole)


def test_a_pdf_that_unpacks_to_more_than_is_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="unpacked"):
        read(tmp_path, "a.pdf", bomb_pdf(21_000_000))


def test_an_element_of_many_attributes_is_refused_before_a_tree_is_built(tmp_path: Path) -> None:
    """The tree of these would take libxml2 a minute, of the largest page hours; quotation marks do not hide them."""
    names = " ".join(f"a{n}=1" for n in range(80_000))
    for page in (f"<p {names}>x</p>", f"<p x='>' {names}>x</p>", f"<!-- ' --><script>'</script><p {names} y='>'>x"):
        with pytest.raises(InputError, match="more than 1,000 attributes"):
            read(tmp_path, "a.html", page.encode())


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.md", b"---\na: &a [x, x]\nb: &b [*a, *a, *a]\nc: [*b, *b]\n---\n# T\nThe switch is red.\n"),
        ("a.yaml", b"a: &a [x, x]\nb: [*a, *a]\n# The switch is red.\n"),
        ("a.json", b'{"a": "The switch is red.", "b": ' + b"[" * 50_000),
    ],
)
def test_structured_texts_are_read_as_text(tmp_path: Path, name: str, content: bytes) -> None:
    """Nothing resolves the anchors of a YAML text, or follows the brackets of a JSON text down."""
    assert "The switch is red." in words(read(tmp_path, name, content))


OUTSIDE = (
    "../../home",
    "/tmp/elsewhere",
    "..",
    ".",
    "",
    ".hidden",
    "a/b",
    "a\\b",
    "a\x00b",
    "a\nb",
    7,
    None,
    "x" * 300,
)


class Lying:
    """A Chroma server whose pointer names a build as it likes."""

    def __init__(self, record: dict[str, Any]) -> None:
        self.record = record

    def names(self) -> list[str]:
        return ["kb.current"]

    def get(self, *_: object) -> dict[str, Any]:
        return {"kb.current": self.record}


@pytest.mark.parametrize("build", OUTSIDE)
def test_a_chroma_server_names_no_folder_outside_the_cache(tmp_path: Path, build: object) -> None:
    record = {"build": build, "version": "v", "listing": "0", "pieces": 0, "published": 0.0}
    with pytest.raises(IndexMismatch, match="no builder gives"):
        Published(Lying(record), "kb").pointer()  # type: ignore[arg-type]
    with pytest.raises(IndexMismatch, match="names no build"):
        Published(Lying(record | {"more": 1}), "kb").pointer()  # type: ignore[arg-type]


def test_a_build_that_a_builder_names_is_taken() -> None:
    record = {"build": "1f5a5edf83d7-0a1b2c3d", "version": "v", "listing": "0", "pieces": 0, "published": 0.0}
    assert Published(Lying(record), "kb").pointer() == Pointer(**record)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["../a", "/a", "a/../../b"])
def test_a_listing_names_no_file_outside_the_build(name: str) -> None:
    with pytest.raises(IndexMismatch, match="outside the build"):
        fetched._inside(name)
