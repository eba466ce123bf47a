"""Files for the tests of reading: a small PDF writer and packages that are damaged on purpose."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Sequence


def pdf(
    pages: Sequence[Sequence[str]], *, invisible: frozenset[int] = frozenset(), title: str = "", spoilt: int = -1
) -> bytes:
    """Return a PDF with these lines on its pages; pages in ``invisible`` (from 0) are drawn in render mode 3.

    Every character is a glyph of a font with a map to Unicode, so that Japanese works as well. The content of
    page ``spoilt`` is no stream that can be unpacked.
    """
    objects: dict[int, bytes] = {}
    kids = [10 + 2 * number for number in range(len(pages))]
    objects[1] = b"<< /Type /Catalog /Pages 2 0 R >>"
    listed = b" ".join(b"%d 0 R" % kid for kid in kids)
    objects[2] = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (listed, len(kids))
    glyphs = sorted({char for page in pages for line in page for char in line})
    objects |= _font(glyphs)
    objects[8] = b"<< /Title %s >>" % _text(title)
    for number, page in enumerate(pages):
        content = _content(page, glyphs, number in invisible)
        packed = b"no stream" if number == spoilt else zlib.compress(content)
        objects[kids[number]] = (
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >>"
            b" /Contents %d 0 R >>" % (kids[number] + 1)
        )
        objects[kids[number] + 1] = _stream(packed, b" /Filter /FlateDecode")
    return _file(objects)


def bomb_pdf(size: int) -> bytes:
    """Return a PDF whose page unpacks to ``size`` bytes."""
    objects = {
        1: b"<< /Type /Catalog /Pages 2 0 R >>",
        2: b"<< /Type /Pages /Kids [10 0 R] /Count 1 >>",
        8: b"<< >>",
        10: b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 11 0 R >>",
        11: _stream(zlib.compress(b" " * size, 9), b" /Filter /FlateDecode"),
    }
    return _file(objects)


def _content(page: Sequence[str], glyphs: Sequence[str], invisible: bool) -> bytes:
    drawn = [b"BT /F1 11 Tf 14 TL 50 780 Td"] + ([b"3 Tr"] if invisible else [])
    for line in page:
        codes = "".join(f"{glyphs.index(char) + 1:04x}" for char in line)
        drawn.append(b"<%s> Tj T*" % codes.encode())
    return b"\n".join([*drawn, b"ET"])


def _font(glyphs: Sequence[str]) -> dict[int, bytes]:
    pairs = b"".join(
        b"<%04x> <%s>\n" % (code, char.encode("utf-16-be").hex().encode()) for code, char in enumerate(glyphs, 1)
    )
    cmap = (
        b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def /CMapType 2 def\n"
        b"1 begincodespacerange <0000> <ffff> endcodespacerange\n%d beginbfchar\n%sendbfchar\nendcmap end end"
    ) % (len(glyphs), pairs)
    return {
        3: b"<< /Type /Font /Subtype /Type0 /BaseFont /X /Encoding /Identity-H /DescendantFonts [4 0 R]"
        b" /ToUnicode 6 0 R >>",
        4: b"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /X"
        b" /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> /FontDescriptor 5 0 R /DW 500 >>",
        5: b"<< /Type /FontDescriptor /FontName /X /Flags 4 /FontBBox [0 0 500 700] /ItalicAngle 0 /Ascent 700"
        b" /Descent 0 /CapHeight 700 /StemV 80 >>",
        6: _stream(cmap, b""),
    }


def _text(text: str) -> bytes:
    return b"<feff%s>" % text.encode("utf-16-be").hex().encode()


def _stream(data: bytes, extra: bytes) -> bytes:
    return b"<< /Length %d%s >>\nstream\n%s\nendstream" % (len(data), extra, data)


def _file(objects: dict[int, bytes]) -> bytes:
    out = io.BytesIO(b"")
    out.write(b"%PDF-1.5\n%\xe2\xe3\xcf\xd3\n")
    places = {}
    for number, body in sorted(objects.items()):
        places[number] = out.tell()
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, body))
    start = out.tell()
    size = max(objects) + 1
    rows = [b"%010d 00000 n \n" % places[n] if n in places else b"0000000000 65535 f \n" for n in range(size)]
    out.write(b"xref\n0 %d\n%s" % (size, b"".join(rows)))
    out.write(b"trailer << /Size %d /Root 1 0 R /Info 8 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, start))
    return out.getvalue()


def repacked(package: bytes, changes: dict[str, bytes]) -> bytes:
    """Return a ZIP package with some of its members replaced or added."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(package)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in {*old.namelist(), *changes}:
            new.writestr(name, changes[name] if name in changes else old.read(name))
    return out.getvalue()


def drawn_pdf(content: str, *, form: str = "", extra: str = "", catalog: str = "") -> bytes:
    """Return a PDF of one A4 page that draws ``content``, with the font /F1 in Latin-1.

    ``form`` is what the form /X1 draws; ``extra`` stands in the page's resources, ``catalog`` in the catalogue.
    Object 20 is a layer, for both to name.
    """
    font = b"/Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >>"
    picture = b" /Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray /BitsPerComponent 8"
    return _file(
        {
            1: b"<< /Type /Catalog /Pages 2 0 R %s >>" % catalog.encode(),
            2: b"<< /Type /Pages /Kids [10 0 R] /Count 1 >>",
            8: b"<< >>",
            10: b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 11 0 R /Resources << %s %s"
            b" /XObject << /X1 12 0 R /I1 13 0 R >> >> >>" % (font, extra.encode()),
            11: _stream(content.encode("latin-1"), b""),
            12: _stream(
                form.encode("latin-1"), b" /Type /XObject /Subtype /Form /BBox [0 0 595 842] /Resources << %s >>" % font
            ),
            13: _stream(b"\0", picture),
            20: b"<< /Type /OCG /Name (more) >>",
        }
    )
