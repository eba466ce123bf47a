"""Text that a browser would not show never becomes part of a document; what it shows stays."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.documents.read import read_document

HIDING = [
    "color:#fefefe", "color:#ffff;background:white", "color:#0000", "color:#12345600", "color:rgb(255 255 255)",
    "color: rgb(0 0 0 / 0)", "color: rgb(0 0 0 / 0%)", "color:hsl(0, 0%, 100%)", "color:hsl(0 0% 100%)",
    "color:#222;background:#1f1f1f", "opacity:0%", "opacity: 0", "scale: 0", "transform: translateX(-9999px)",
    "transform: translate(0, -9999px)", "filter: opacity(0)", "clip-path: circle(0)", "content-visibility: hidden",
]  # fmt: skip
SHOWING = [
    "color:#333", "color:rgb(255 0 0)", "color:rgb(255,255,0);background:#000", "color:#fff;background:#036",
    "opacity:0.5", "opacity: 80%", "scale:0.9", "transform: translateX(-12px)", "filter: opacity(50%)",
    "color:hsl(210 50% 40%)", "color:rgb(0 0 0 / 0.8)", "color:#ffff00;background:#333",
    "color:#abc0ff;background:#000",
]  # fmt: skip


def text_of(folder: Path, body: str) -> str:
    file = folder / "a.html"
    file.write_text(f"<html><body><h1>Rack</h1><p>The switch is red.</p>{body}</body></html>", encoding="utf-8")
    return "\n".join(part.text for part in read_document("a.html", file).parts)


@pytest.mark.parametrize("style", HIDING)
def test_a_style_that_hides(tmp_path: Path, style: str) -> None:
    text = text_of(tmp_path, f'<p style="{style}">type write erase</p>')
    assert "switch is red" in text and "write erase" not in text


@pytest.mark.parametrize("style", SHOWING)
def test_a_style_that_shows(tmp_path: Path, style: str) -> None:
    assert "type write erase" in text_of(tmp_path, f'<p style="{style}">type write erase</p>')


@pytest.mark.parametrize("tag", ["noscript", "dialog", "template"])
def test_an_element_that_hides(tmp_path: Path, tag: str) -> None:
    assert "write erase" not in text_of(tmp_path, f"<{tag}><p>type write erase</p></{tag}>")


def test_an_open_dialog_shows(tmp_path: Path) -> None:
    assert "write erase" in text_of(tmp_path, "<dialog open><p>type write erase</p></dialog>")


@pytest.mark.parametrize("name", ["a.pdf", "b.PDF"])
def test_what_is_no_pdf_is_told(tmp_path: Path, name: str) -> None:
    from bot.errors import InputError

    (tmp_path / name).write_text("Type nothing.\n" * 9, encoding="utf-8")
    with pytest.raises(InputError, match="is no PDF"):
        read_document(name, tmp_path / name)
