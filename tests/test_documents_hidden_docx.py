"""Text of a DOCX file that Word does not show never becomes part of a document; what Word shows stays."""

from __future__ import annotations

import io
from pathlib import Path

import docx
import docx.enum.style
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from ingest.documents.model import Document
from ingest.documents.read import read_document

W14 = 'xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml"'
WHITE = '<w:color w:val="FFFFFF"/>'
NOTE = "hidden text left out, near line "
HIDDEN = {
    "hidden": "<w:vanish/>",
    "white": WHITE,
    "nearly white": '<w:color w:val="FDFDFD"/>',
    "white of the theme": '<w:color w:val="000000" w:themeColor="background1"/>',
    "a tint of the theme that is nearly white": '<w:color w:val="000000" w:themeColor="text1" w:themeTint="0A"/>',
    "black on black": '<w:color w:val="000000"/><w:shd w:val="clear" w:color="auto" w:fill="000000"/>',
    "black on solid black": '<w:color w:val="000000"/><w:shd w:val="solid" w:color="000000" w:fill="FFFFFF"/>',
    "yellow on a yellow marker": '<w:color w:val="FFFF00"/><w:highlight w:val="yellow"/>',
    "white on a white marker": f'{WHITE}<w:highlight w:val="white"/>',
    "one per cent wide": '<w:w w:val="1"/>',
    "one point": '<w:sz w:val="2"/>',
    "letters upon each other": '<w:spacing w:val="-120"/><w:sz w:val="20"/>',
    "no fill": f"<w14:textFill {W14}><w14:noFill/></w14:textFill>",
    "a white fill": f'<w14:textFill {W14}><w14:solidFill><w14:srgbClr w14:val="FFFFFF"/></w14:solidFill>'
    "</w14:textFill>",
    "a clear fill": f'<w14:textFill {W14}><w14:solidFill><w14:srgbClr w14:val="000000"><w14:alpha w14:val="100000"/>'
    "</w14:srgbClr></w14:solidFill></w14:textFill>",
}
SHOWN = {
    "plain": "",
    "red": '<w:color w:val="C00000"/>',
    "grey": '<w:color w:val="808080"/>',
    "automatic on black": '<w:color w:val="auto"/><w:shd w:val="clear" w:color="auto" w:fill="000000"/>',
    "white on a dark shading": f'{WHITE}<w:shd w:val="clear" w:color="auto" w:fill="1F3864"/>',
    "white on a shading of the theme": f'{WHITE}<w:shd w:val="clear" w:fill="FFFFFF" w:themeFill="text1"/>',
    "white on a dark marker": f'{WHITE}<w:highlight w:val="darkBlue"/>',
    "white on stripes": f'{WHITE}<w:shd w:val="diagStripe" w:color="000000" w:fill="FFFFFF"/>',
    "an accent of the theme": '<w:color w:val="FFFFFF" w:themeColor="accent1"/>',
    "condensed": '<w:w w:val="80"/><w:spacing w:val="-10"/>',
    "small print": '<w:sz w:val="10"/>',
    "not hidden after all": '<w:vanish w:val="0"/>',
    "hidden in a browser": "<w:webHidden/>",
    "an outline without a fill": f'<w14:textOutline {W14} w14:w="9525"/><w14:textFill {W14}><w14:noFill/>'
    "</w14:textFill>",
}


def run(look: str, text: str = "type write erase") -> str:
    return f"<w:r><w:rPr>{look}</w:rPr><w:t>{text}</w:t></w:r>"


def paragraph(look: str, layout: str = "") -> str:
    return f"<w:p {nsdecls('w')}><w:pPr>{layout}</w:pPr>{run(look)}</w:p>"


def table(look: str, *, cell: str = "", row: str = "", style: str = "", rows: int = 3) -> str:
    inside = (
        f"<w:tc><w:tcPr>{cell}</w:tcPr><w:p>{run(look)}</w:p></w:tc><w:tc><w:p><w:r><w:t>x</w:t></w:r></w:p></w:tc>"
    )
    other = "<w:tr><w:tc><w:p><w:r><w:t>y</w:t></w:r></w:p></w:tc></w:tr>"
    named = f'<w:tblStyle w:val="{style}"/>' if style else ""
    return (
        f"<w:tbl {nsdecls('w')}><w:tblPr>{named}</w:tblPr><w:tblGrid/><w:tr><w:trPr>{row}</w:trPr>{inside}</w:tr>"
        f"{other * (rows - 1)}</w:tbl>"
    )


def read(folder: Path, body: str, style: str = "") -> Document:
    """Return a document of one sentence, and of ``body``; ``style`` is added to its styles."""
    made = docx.Document()
    made.add_paragraph("The switch is red.")
    if style:
        made.styles.element.append(parse_xml(style))
    made.element.body.insert(1, parse_xml(body))
    out = io.BytesIO()
    made.save(out)
    (folder / "a.docx").write_bytes(out.getvalue())
    return read_document("a.docx", folder / "a.docx")


def left_out(made: Document) -> bool:
    """Whether the planted text is neither read nor passed over in silence."""
    whole = "\n".join([*made.lines, *(part.text for part in made.parts)])
    assert "switch is red" in whole
    assert ("write erase" not in whole) == any(note.startswith(NOTE) for note in made.notes)
    return "write erase" not in whole


@pytest.mark.parametrize("look", HIDDEN)
def test_a_look_that_hides(tmp_path: Path, look: str) -> None:
    assert left_out(read(tmp_path, paragraph(HIDDEN[look])))


@pytest.mark.parametrize("look", SHOWN)
def test_a_look_that_shows(tmp_path: Path, look: str) -> None:
    assert not left_out(read(tmp_path, paragraph(SHOWN[look])))


SHADE = '<w:shd w:val="clear" w:color="auto" w:fill="{}"/>'
GRID = (
    f'<w:style {nsdecls("w")} w:type="table" w:styleId="Grid"><w:name w:val="Grid"/>'
    f'<w:tblStylePr w:type="firstRow"><w:rPr><w:b/></w:rPr><w:tcPr>{SHADE.format("4472C4")}</w:tcPr></w:tblStylePr>'
    f'<w:tblStylePr w:type="band1Horz"><w:tcPr>{SHADE.format("FAFAFA")}</w:tcPr></w:tblStylePr></w:style>'
)
PALE = (
    f'<w:style {nsdecls("w")} w:type="paragraph" w:styleId="Pale"><w:name w:val="Pale"/><w:rPr>{WHITE}</w:rPr>'
    "</w:style>"
)
GHOST = GRID.replace('"Grid"', '"Ghost"').replace("<w:b/>", '<w:color w:val="4472C4"/>')


@pytest.mark.parametrize(
    ("body", "style"),
    [
        (paragraph(WHITE, SHADE.format("FEFEFE")), ""),
        (paragraph('<w:color w:val="1F3864"/>', SHADE.format("1F3864")), ""),
        (paragraph("", '<w:pStyle w:val="Pale"/>'), PALE),
        (paragraph("", '<w:spacing w:line="20" w:lineRule="exact"/>'), ""),
        (table(WHITE), ""),
        (table('<w:color w:val="000000"/>', cell=SHADE.format("000000")), ""),
        (table("", row="<w:hidden/>"), ""),
        (table("", row='<w:trHeight w:val="10" w:hRule="exact"/>'), ""),
        (table("", style="Ghost"), GHOST),
        (table(WHITE, cell=SHADE.format("FFFFFF"), style="Grid"), GRID),
    ],
)
def test_a_place_that_hides(tmp_path: Path, body: str, style: str) -> None:
    assert left_out(read(tmp_path, body, style))


@pytest.mark.parametrize(
    ("body", "style"),
    [
        (paragraph(WHITE, SHADE.format("000000")), ""),
        (paragraph("", '<w:spacing w:line="240" w:lineRule="exact"/>'), ""),
        (table(WHITE, cell=SHADE.format("1F3864")), ""),
        (table(WHITE, style="Grid"), GRID),
        (table("", row='<w:trHeight w:val="10"/>'), ""),
    ],
)
def test_a_place_that_shows(tmp_path: Path, body: str, style: str) -> None:
    assert not left_out(read(tmp_path, body, style))


def test_white_below_a_dark_head_is_hidden(tmp_path: Path) -> None:
    """The style's dark first row does not excuse white text in the second."""
    body = table("", style="Grid").replace("<w:t>y</w:t>", f"<w:rPr>{WHITE}</w:rPr><w:t>type reload now</w:t>")
    made = read(tmp_path, body, GRID)
    assert "write erase" in "\n".join(made.lines) and "reload" not in "\n".join(made.lines)


SPACES = " ".join(
    f'xmlns:{name}="http://schemas.{where}"'
    for name, where in (
        ("wp", "openxmlformats.org/drawingml/2006/wordprocessingDrawing"),
        ("a", "openxmlformats.org/drawingml/2006/main"),
        ("wps", "microsoft.com/office/word/2010/wordprocessingShape"),
    )
)


def box(look: str, fill: str = "", offset: int = 0, hidden: str = "0") -> str:
    """Return a paragraph with a text box."""
    words = f"<w:txbxContent><w:p>{run(look)}</w:p></w:txbxContent>"
    data = f"<wps:wsp><wps:spPr>{fill}</wps:spPr><wps:txbx>{words}</wps:txbx></wps:wsp>"
    return (
        f"<w:p {nsdecls('w')} {SPACES}><w:r><w:drawing><wp:anchor><wp:positionH><wp:posOffset>{offset}</wp:posOffset>"
        f'</wp:positionH><wp:docPr id="1" name="b" hidden="{hidden}"/><a:graphic><a:graphicData>{data}</a:graphicData>'
        "</a:graphic></wp:anchor></w:drawing></w:r></w:p>"
    )


def solid(code: str) -> str:
    return f'<a:solidFill><a:srgbClr val="{code}"/></a:solidFill>'


@pytest.mark.parametrize(
    "body",
    [
        box(WHITE), box(WHITE, solid("FFFFFF")), box('<w:color w:val="222222"/>', solid("222222")),
        box("", offset=90_000_000), box("", offset=-90_000_000), box("", hidden="1"),
    ],
)  # fmt: skip
def test_a_text_box_that_hides(tmp_path: Path, body: str) -> None:
    assert left_out(read(tmp_path, body))


@pytest.mark.parametrize(
    "body", [box(""), box(WHITE, solid("C00000")), box(WHITE, "<a:gradFill/>"), box("", offset=900)]
)
def test_a_text_box_that_shows(tmp_path: Path, body: str) -> None:
    assert not left_out(read(tmp_path, body))


def test_every_table_and_heading_style_of_word_shows(tmp_path: Path) -> None:
    """All but one, whose own first cell is white on white."""
    made = docx.Document()
    for style in made.styles:
        if style.name == "Colorful Shading Accent 3":
            continue
        if style.type == docx.enum.style.WD_STYLE_TYPE.TABLE:
            cells = made.add_table(3, 3, style)._cells
            for cell in cells:
                cell.text = f"{style.name} cell"
        elif style.type == docx.enum.style.WD_STYLE_TYPE.PARAGRAPH:
            made.add_paragraph(f"{style.name} words", style)
    made.save(tmp_path / "a.docx")
    found = read_document("a.docx", tmp_path / "a.docx")
    assert not [note for note in found.notes if note.startswith(NOTE)]
    assert sum(line.count(" cell") for line in found.lines) > 800
