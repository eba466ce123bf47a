"""``python -m benchmarks.reliability.growth [READER...]``: CPU time of twice the text, for text made hard to read.

Reading, masking, streaming, documents and JSON must take time in proportion to the text: the ratio stays
near 2.
"""

from __future__ import annotations

import contextlib
import re
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.reliability import papers
from bot import text as spoken
from bot.api.body import read_json
from bot.config import ROOT
from bot.errors import KbError
from bot.reading.parse import parse
from bot.reading.stream import stream
from bot.redact import redact
from ingest.documents.cut import cut
from ingest.documents.draft import Draft
from ingest.documents.html import read_html
from ingest.documents.markdown import read_markdown
from ingest.documents.text import read_text

SIZE = 60_000
LIMIT = 3.2
"""A ratio above this, in the best of three, counts as more than proportional."""
SHORT = 0.02
"""Seconds up to which a reading is too short for its ratio to say anything: what is done once weighs as much."""
PIECES = (
    "a", "\n", " ", "9", ":", "Total Handled Connections: 1\n", "Total Handled Connections:", "Status: ", "> ", "```\n",
    "\x1b[", "\x1b[1m", "--More--", "&amp;", "(Local)(", "02/14/2013 09:41:07.062(Local)(7215 0.1) NTCE (62310) ",
    "%WAAS-MAPIAO-3-132104: ", ":OT :END :", "show accelerator mapi\n", "WAE#", "class-map type waas match-any x\n",
    "password ", 'password "', "パスワードが", "tacacs ", "aB3", "0a", "login a", "<password", "snmp-server host ",
    "-----BEGIN A-----", "policy-map type waas x\n", "10.1.1.1:135 ", "Key ", "[Edge.cpp:2]", "'''", "日本語",
)  # fmt: skip


WRITTEN = (
    *papers.MARKUP, "# a\n", "# a\n\ntext\n\n", "[a](b) ", "[a]: b\n", "[", "![", "](", "*", "**a ", "_a_ ",
    "`a` ", "``a` ", "> ", ">", "- a\n", "1. a\n\n", "   - a\n", "| a ", "| a | b |\n", "|---", "<div>", "<b>",
    "<p hidden>x", "<a href='", "<!-- ", "<p\n>x", "&amp;", "<table><tr><td>", "<tr><td>a", "<ol><li>a",
    "<style>a{b:c}</style>", "<textarea>\n", "<![CDATA[", "</", "</p>", "<x y=z>", "a\n=\n",
    "show accelerator mapi\n", "WAE#show clock\n", "手順 1. 確認。\n", "Sentence one. ", "文です。", "\u200b",
    "word\n\n", "a b\n",
)  # fmt: skip
NESTS = ("[", '{"a":', "[[],", '"\\u0041', "1", '"a":1,', '{"a":[')


def _written(read: Callable[[str], Draft]) -> Callable[[str], object]:
    """Return what reads a document and cuts it into parts; one that is refused has been read as well."""

    def run(text: str) -> None:
        with contextlib.suppress(KbError, RecursionError):
            cut(read(text), "x")

    return run


def _json(text: str) -> None:
    with contextlib.suppress(KbError):
        read_json(text.encode("utf-8", "replace"))


def _stream(text: str) -> None:
    with tempfile.NamedTemporaryFile(suffix=".log") as file:
        Path(file.name).write_text(text, encoding="utf-8")
        stream(file.name)


def _lines() -> tuple[str, ...]:
    """Return the lines of the sample outputs, those that differ in digits alone once."""
    found: dict[str, str] = {}
    for file in sorted((ROOT / "kb" / "samples").glob("*/*.txt")):
        for line in file.read_text(encoding="utf-8").splitlines(keepends=True):
            found.setdefault(re.sub(r"[0-9]", "9", line.strip()), line)
    return tuple(line for bare, line in found.items() if bare)


READERS: dict[str, tuple[Callable[[str], object], tuple[str, ...], int]] = {
    "parse": (parse, PIECES, 1), "lines": (parse, _lines(), 1), "redact": (redact, PIECES, 1),
    "stream": (_stream, PIECES, 1),
    "markdown": (_written(read_markdown), WRITTEN, 2), "text": (_written(read_text), WRITTEN, 2),
    "html": (_written(lambda text: read_html(text.encode("utf-8", "replace"))), WRITTEN, 2),
    "tokens": (spoken.tokens, PIECES, 4), "json": (_json, NESTS, 1),
}  # fmt: skip
"""What reads, the shapes that it is given, and by how much those are shorter than SIZE."""


def seconds(read: Callable[[str], object], text: str) -> float:
    """Return the CPU time of the best of three readings."""
    times = []
    for _ in range(3):
        started = time.process_time()
        read(text)
        times.append(time.process_time() - started)
    return min(times)


def main() -> int:
    """Print the worst ratio of each reader; 1 where one is above the limit."""
    worst = 0.0
    for name in sys.argv[1:] or READERS:
        read, pieces, part = READERS[name]
        found = []
        mixed = () if name == "lines" else ("".join(papers.seeds()),)
        doublings = 2 if name == "lines" else 1  # one may lie across a bound beyond which outputs are read otherwise
        for piece in (*pieces, *mixed):
            size = SIZE // part
            long = size << doublings
            text = piece * (long // len(piece) + 1)
            half, whole = seconds(read, text[:size]), seconds(read, text[:long])
            ratio = (whole / half) ** (1 / doublings) if half > SHORT else 0.0
            found.append((ratio, whole / long * 1e6, piece[:30]))
        ratio, _, shape = max(found)
        slowest = max(found, key=lambda row: row[1])
        worst = max(worst, ratio)
        sizes = f"{len(found)} shapes of {size:,} and {long:,} characters"
        cost = f"slowest {slowest[1]:.1f} us a character ({slowest[2]!r})"
        print(f"{name}: {sizes}, worst ratio of a doubling {ratio:.2f} ({shape!r}), {cost}", flush=True)
    return int(worst > LIMIT)


if __name__ == "__main__":
    sys.exit(main())
