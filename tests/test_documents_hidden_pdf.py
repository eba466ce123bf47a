"""Text of a PDF that no page shows never becomes part of a document; what a page shows stays."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.documents.model import Document
from ingest.documents.read import read_document
from tests.document_files import drawn_pdf

SEEN = "BT /F1 12 Tf 50 800 Td (The switch is red.) Tj ET"
PLANT = "(type write erase) Tj"
LAYER = {"extra": "/Properties << /L 20 0 R >>", "catalog": "/OCProperties << /OCGs [20 0 R] /D << /OFF [20 0 R] >> >>"}
ON = {"extra": LAYER["extra"], "catalog": "/OCProperties << /OCGs [20 0 R] /D << >> >>"}
GLASS = "/ExtGState << /G << /ca 0 /CA 0 >> /H << /ca 0.5 >> >>"
INK = "/ColorSpace << /S [/Separation /Gold /DeviceCMYK << >>] /P [/ICCBased 20 0 R] >>"


def text(how: str, where: str = "50 700 Td") -> str:
    return f"q BT /F1 12 Tf {how} {where} {PLANT} ET Q"


HIDDEN = {
    "white": text("1 g"),
    "nearly white": text("0.98 0.97 0.99 rg"),
    "white in CMYK": text("0 0 0 0 k"),
    "no ink": text("/S cs 0 scn"),
    "white of a named space": text("/DeviceGray cs 1 sc"),
    "black on black": f"0 g 40 690 300 30 re f {text('0 g')}",
    "the ground's colour": f"0.1 0.3 0.5 rg 40 690 300 30 re f {text('0.12 0.3 0.49 rg')}",
    "white on a white box on black": f"0 g 0 0 595 842 re f 1 g 40 690 300 30 re f {text('1 g')}",
    "white within a white triangle": f"1 g 40 690 m 400 690 l 40 800 l f {text('1 g')}",
    "no mark": text("3 Tr"),
    "clip only": text("7 Tr"),
    "white outline": text("1 Tr 1 G"),
    "white filled and outlined": text("2 Tr 1 g 1 G"),
    "one unit": text("/F1 1 Tf"),
    "scaled down": text("", "0.1 0 0 0.1 50 700 Tm"),
    "scaled down by the page": f"q 0.05 0 0 0.05 40 700 cm {text('')} Q",
    "one per cent wide": text("1 Tz"),
    "left of the page": text("", "-600 700 Td"),
    "right of the page": text("", "700 700 Td"),
    "above the page": text("", "50 900 Td"),
    "below the page": text("", "50 -90 Td"),
    "pushed off the page": "BT /F1 12 Tf 50 700 Td [-90000 (type write erase)] TJ ET",
    "clipped away": f"q 0 0 10 10 re W n {text('')} Q",
    "transparent": text("/G gs"),
    "in a form": f"/X1 Do {SEEN}",
    "white around a form": "1 g /X1 Do",
    "next line": f"BT /F1 12 Tf 14 TL 1 g 50 700 Td {PLANT.replace('Tj', chr(39))} ET",
    "spaced line": 'BT /F1 12 Tf 14 TL 1 g 50 700 Td 0 0 (type write erase) " ET',
}
SHOWN = {
    "black": text(""),
    "grey": text("0.6 g"),
    "yellow": text("1 1 0 rg"),
    "white on a dark head": f"q 0.1 0.2 0.4 rg 40 690 300 30 re f Q {text('1 g')}",
    "white in a dark row of cells": f"q 0 g 40 690 20 30 re 60 690 300 30 re f Q {text('1 g')}",
    "white on a dark shape": f"q 0 g 40 690 m 400 690 l 400 800 l 40 800 l h f Q {text('1 g')}",
    "white on a picture": f"q 400 0 0 60 40 680 cm /I1 Do Q {text('1 g')}",
    "white on a shading": f"q 40 690 300 30 re W n /N sh Q {text('1 g')}",
    "white behind black on a dark box": "q 0 g 90 690 300 30 re f Q BT /F1 12 Tf 50 700 Td 0 g (State ) Tj 1 g "
    f"{PLANT} ET",
    "white, outlined in black": text("2 Tr 1 g 0 G"),
    "black under glass": f"{text('')} q 1 g /H gs 40 690 300 30 re f Q",
    "half transparent": text("/H gs"),
    "small print": text("/F1 5 Tf"),
    "condensed": text("70 Tz"),
    "scaled up from one": text("/F1 1 Tf", "12 0 0 12 50 700 Tm"),
    "turned": text("", "0 1 -1 0 90 300 Tm"),
    "mirrored page": f"q 1 0 0 -1 0 842 cm {text('', '1 0 0 -1 50 142 Tm')} Q",
    "an ink": text("/S cs 1 scn"),
    "a colour that cannot be told": text("/P cs 1 1 1 scn"),
    "clipped to its place": f"q 45 690 300 30 re W n {text('')} Q",
    "malformed operands": f"/Nothing gs (x) Tr 1 rg {text('')}",
}  # fmt: skip


def read(folder: Path, content: str, **more: str) -> Document:
    extra = " ".join((GLASS, INK, more.pop("extra", "")))
    (folder / "a.pdf").write_bytes(drawn_pdf(f"{SEEN} {content}", extra=extra, **more))
    return read_document("a.pdf", folder / "a.pdf")


def words(made: Document) -> str:
    return "\n".join([*made.lines, *(part.text for part in made.parts)])


@pytest.mark.parametrize("how", HIDDEN)
def test_text_that_no_page_shows(tmp_path: Path, how: str) -> None:
    made = read(tmp_path, HIDDEN[how], form=text("1 g" if how == "in a form" else ""))
    assert "switch is red" in words(made) and "write erase" not in words(made)
    assert made.notes == ("invisible text left out, on page 1",)


@pytest.mark.parametrize("how", SHOWN)
def test_text_that_a_page_shows(tmp_path: Path, how: str) -> None:
    made = read(tmp_path, SHOWN[how])
    assert "write erase" in words(made)
    assert made.notes == ()


def test_a_layer_that_is_off_is_left_out(tmp_path: Path) -> None:
    layered = f"/OC /L BDC BT /F1 12 Tf 50 700 Td {PLANT} ET EMC BT /F1 12 Tf 50 600 Td (The fan is loud.) Tj ET"
    assert "write erase" not in words(read(tmp_path, layered, **LAYER))
    assert "fan is loud" in words(read(tmp_path, layered, **LAYER))
    assert "write erase" in words(read(tmp_path, layered, **ON))


def test_what_a_form_changes_ends_with_it(tmp_path: Path) -> None:
    made = read(tmp_path, f"/X1 Do {text('')}", form="1 g 3 Tr 0 0 1 1 re W n q q q")
    assert "write erase" in words(made)


def test_blanks_out_of_sight_are_not_worth_a_note(tmp_path: Path) -> None:
    assert read(tmp_path, "BT /F1 1 Tf 1 g 50 700 Td (   ) Tj ET").notes == ()
