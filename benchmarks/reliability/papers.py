"""Documents made to be hard to read, in every format that is read, and what must hold of what is read."""

from __future__ import annotations

import html
import io
import json
import re
import zipfile
from collections import Counter
from functools import cache
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from benchmarks.reliability import mutate
from bot import text as spoken
from bot.config import ROOT
from bot.decode import decode
from bot.errors import InputError
from ingest.documents.draft import LONG_LINE, lines_of
from ingest.documents.hidden import visible
from ingest.documents.make import heading
from ingest.documents.model import Document
from ingest.documents.read import read_document
from ingest.documents.recognise import standing
from ingest.documents.shelf import Shelf
from ingest.windows import pieces
from tests import document_files

MARKUP = (
    "# ", "## ", "\n\n", "---\n", "```\n", "~~~", "    ", "> ", "- ", "1. ", "999999999. ", "| a | b |\n|---|---|\n",
    "[a](b)", "![a](b)", "[a]: b\n", "<!--", "-->", "<b>", "</b>", "<p>", "</p>", "<table><tr><td>",
    "</td></tr></table>", "<ol><li>", "<pre>", "</pre>", "<div hidden>", '<span style="display:none">',
    "<style>p{color:#fff}</style>", "<script>", "</script>", "<textarea>", "<title>", "<nav>", "<svg>", "<![CDATA[",
    "<?x", "&#xE000;3.0&#xE001;", "&#57344;99.0&#57345;", "\ue0009.9\ue001", "&#0;", "&#xD800;", "&lt;b&gt;",
    "&notin", "\u202e", "\u2028", "\x0c", "\x1b$B", "=====\n", "手順 1. ", "第 2 章 ", "WAE# show accelerator mapi\n",
    "q BT ET Q", "3 Tr", "1 1 1 rg", "0 0 m 9 9 l S", "/X1 Do", "[<01>-9999(a)]TJ", "W n", "cm",
)  # fmt: skip
_LETTER = re.compile(r"[^\W\d_]")
_ENTITY = re.compile(r"&#?\w{1,40};?")
_UNREAD = re.compile(
    r"<(?:head|noscript|script|style|title|template|iframe|object|svg|math|datalist|nav)", re.IGNORECASE
)


@cache
def seeds() -> tuple[str, ...]:
    """Return texts of every kind that people keep: runbooks, chapters, a page, outputs, articles."""
    folders = (ROOT / "evals" / "documents" / "files", ROOT / "kb" / "guide" / "en", ROOT / "kb" / "guide" / "ja")
    files = [
        file for folder in folders for file in sorted(folder.rglob("*")) if file.suffix in (".md", ".html", ".txt")
    ]
    return (*(file.read_text(encoding="utf-8") for file in files), *mutate.samples())


def paper(random: Random, texts: tuple[str, ...]) -> tuple[str, bytes]:
    """Return the name and the bytes of one file."""
    made = mutate.text(random, texts, random.choice((400, 3_000)))
    for _ in range(random.randrange(6)):
        place = random.randrange(len(made) + 1)
        made = made[:place] + random.choice(MARKUP) * random.choice((1, 1, 1, 2, 30)) + made[place:]
    ending = random.choice(("md", "md", "html", "html", "txt", "pdf", "docx"))
    if ending == "pdf":
        return "a.pdf", _broken(random, _pdf(random, made))
    if ending == "docx":
        return "a.docx", _broken(random, _docx(random, made))
    coding = random.choice(("utf-8",) * 6 + ("cp932", "utf-16", "euc_jp"))
    return f"a.{ending}", _broken(
        random, made.encode(coding, "surrogatepass" if coding == "utf-8" else "replace"), 0.05
    )


def _broken(random: Random, data: bytes, chance: float = 0.3) -> bytes:
    """Return the bytes, some of them altered, doubled or gone, or as they are."""
    body = bytearray(data)
    while body and random.random() < chance:
        start = random.randrange(len(body))
        end = start + random.choice((1, 1, 4, 40))
        body[start:end] = random.choice((b"", random.randbytes(end - start), bytes(body[start:end]) * 2, b"9" * 30))
    return bytes(body)


def _pdf(random: Random, made: str) -> bytes:
    made = made.encode("utf-8", "ignore").decode().replace("\r", " ")[:900]
    if random.random() < 0.5:
        shown = frozenset({1} if random.random() < 0.3 else ())
        return document_files.pdf([made[:500].split("\n"), made[500:].split("\n")], invisible=shown, title=made[:20])
    drawn = "BT /F1 11 Tf 14 TL 50 780 Td (begin) Tj T* " + re.sub(r"[()\\]", " ", made[:200]) + " (end) Tj ET"
    for _ in range(random.randrange(8)):
        place = random.choice([found.end() for found in re.finditer(" ", drawn)])
        drawn = (
            drawn[:place]
            + random.choice((*MARKUP[-8:], "(word) Tj", "T*", "9e9", "-1", "[", "<<", "BI ID EI"))
            + " "
            + drawn[place:]
        )
    return document_files.drawn_pdf(drawn.encode("latin-1", "replace").decode("latin-1"), form="BT (form) Tj ET")


@cache
def _package() -> bytes:
    import docx

    made = docx.Document()
    made.add_heading("Heading", 1)
    for style in ("Normal", "List Number", "List Bullet", "Quote"):
        made.add_paragraph("PLACE", style=style)
    made.add_table(2, 2).cell(0, 0).text = "PLACE"
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def _docx(random: Random, made: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(_package())) as package:
        name = random.choice(
            ("word/document.xml",) * 5 + ("word/styles.xml", "word/numbering.xml", "[Content_Types].xml")
        )
        xml = package.read(name).decode()
    told = re.sub("[^\t\n -\ud7ff\ue000-\ufffd]", "", made)
    xml = xml.replace("PLACE", html.escape(told[:300]))
    for _ in range(random.choice((0, 0, 1, 3))):
        tags = [found.span() for found in re.finditer(r"<[^<>]+>", xml)] or [(0, 0)]
        (start, end), (other, last) = random.choice(tags), random.choice(tags)
        xml = random.choice(
            (
                xml[:start] + xml[end:],
                xml[:start] + xml[other:last] * 3 + xml[start:],
                xml[:start] + "9" + xml[start + 1 :],
            )
        )
    return document_files.repacked(_package(), {name: xml.encode("utf-8", "replace")})


def read(name: str, data: bytes) -> Document | None:
    """Read a file as a build does: one line says why not, or each part stands where it says, and nothing is lost."""
    with TemporaryDirectory(dir=_SCRATCH) as folder:
        file = Path(folder, name)
        file.write_bytes(data)
        try:
            made = read_document(name, file)
        except InputError as error:
            assert str(error).startswith(f"{name}: ") and str(error).isprintable(), repr(str(error))
            return None
        _kept(made, Path(folder, "shelf"))
    _stands(made)
    if made.format == "text" or (made.format in ("markdown", "html") and data.isascii()):
        assert made.lines == tuple(lines_of(decode(data)))
    if made.format == "text":
        _whole(made)
    if made.format == "html" and not made.notes and not _UNREAD.search("\n".join(made.lines)):
        _complete(made)
    return made


_SCRATCH = "/dev/shm" if Path("/dev/shm").is_dir() else None  # nosec B108


def _stands(made: Document) -> None:
    """Hold that every part has its number, its lines, their very characters, and no letter that is not in them."""
    for number, part in enumerate(made.parts, 1):
        assert part.id == f"{made.id}/{number}"
        assert 1 <= part.first <= part.last <= len(made.lines), (
            f"lines {part.first} to {part.last} of {len(made.lines)}"
        )
        own = made.lines[part.first - 1 : part.last]
        if any(len(line) > LONG_LINE for line in own):
            assert part.quote and part.quote in "\n".join(own), "the quote is no slice of its lines"
        else:
            assert part.quote == "\n".join(own), "the quote is not its lines"
        assert part.text.strip() and part.text == visible(part.text)
        for command in part.commands:
            assert command.text in set(standing(part.quote)), f"{command.text!r} stands not in its part"
        source = part.quote if part.kind != "table" else "\n".join(made.lines[: part.last])
        lacking = Counter(_LETTER.findall(part.text)) - Counter(_letters(source))
        assert not lacking, f"{part.text[:80]!r} holds {dict(lacking)} that its lines do not"
        assert pieces("", part.text)


def _letters(text: str) -> list[str]:
    """Return the letters of a text, those of its entities both as written and as meant."""
    return _LETTER.findall(_ENTITY.sub(lambda found: found[0] + html.unescape(found[0]), text))


def _whole(made: Document) -> None:
    """Hold that every line of a text is in a part or above one."""
    told = {line for part in made.parts for line in range(part.first, part.last + 1)}
    trails = {word.strip() for part in made.parts for word in part.trail}
    for number, line in enumerate(made.lines, 1):
        named = number in told or visible(line).strip() in trails
        assert named or not _LETTER.search(visible(line)), f"line {number} is in no part: {line[:80]!r}"


def _complete(made: Document) -> None:
    """Hold that every letter that a page shows is in a part or above one."""
    from lxml import etree

    tree = etree.fromstring("\n".join(made.lines).encode("utf-8", "replace"), etree.HTMLParser(encoding="utf-8"))
    shown = Counter(_LETTER.findall("".join(tree.itertext()))) if tree is not None else Counter[str]()
    told = Counter(_LETTER.findall("".join(word for part in made.parts for word in (*part.trail, part.text))))
    lost = shown - told
    assert not lost, f"the page shows {dict(lost)} that no part holds"


def _kept(made: Document, file: Path) -> None:
    """Put the document on a shelf as a build does, and take it off again."""
    shelf = Shelf(file, new=True)
    words = [spoken.tokens(f"{heading(made.title, made.path, part)}\n{part.text}") for part in made.parts]
    shelf.add(made, ("f", 1, 1), words)
    assert shelf.parts(range(len(made.parts))) == list(made.parts)
    assert json.loads(json.dumps([*made.notes])) == [*made.notes]
    shelf.close()
