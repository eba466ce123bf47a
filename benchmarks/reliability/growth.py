"""``python -m benchmarks.reliability.growth``: CPU time of twice the text, for text made to be hard to read.

Reading, masking and streaming must take time in proportion to the text: the ratio stays near 2.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.reliability import mutate
from bot.reading.parse import parse
from bot.reading.stream import stream
from bot.redact import redact

SIZE = 60_000
LIMIT = 3.2
"""A ratio above this, in the best of three, counts as more than proportional."""
PIECES = (
    "a", "\n", " ", "9", ":", "Total Handled Connections: 1\n", "Total Handled Connections:", "Status: ", "> ", "```\n",
    "\x1b[", "\x1b[1m", "--More--", "&amp;", "(Local)(", "02/14/2013 09:41:07.062(Local)(7215 0.1) NTCE (62310) ",
    "%WAAS-MAPIAO-3-132104: ", ":OT :END :", "show accelerator mapi\n", "WAE#", "class-map type waas match-any x\n",
    "password ", 'password "', "パスワードが", "tacacs ", "aB3", "0a", "login a", "<password", "snmp-server host ",
    "-----BEGIN A-----", "policy-map type waas x\n", "10.1.1.1:135 ", "Key ", "[Edge.cpp:2]", "'''", "日本語",
)  # fmt: skip


def _stream(text: str) -> None:
    with tempfile.NamedTemporaryFile(suffix=".log") as file:
        Path(file.name).write_text(text, encoding="utf-8")
        stream(file.name)


READERS: dict[str, Callable[[str], object]] = {"parse": parse, "redact": redact, "stream": _stream}


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
    shapes = [*PIECES, "".join(mutate.samples())]
    worst = 0.0
    for name, read in READERS.items():
        found = []
        for piece in shapes:
            text = piece * (2 * SIZE // len(piece) + 1)
            half, whole = seconds(read, text[:SIZE]), seconds(read, text[: 2 * SIZE])
            found.append((whole / half if half > 0.005 else 0.0, whole / (2 * SIZE) * 1e6, piece[:30]))
        ratio, _, shape = max(found)
        slowest = max(found, key=lambda row: row[1])
        worst = max(worst, ratio)
        sizes = f"{len(found)} shapes of {SIZE:,} and {2 * SIZE:,} characters"
        cost = f"slowest {slowest[1]:.1f} us a character ({slowest[2]!r})"
        print(f"{name}: {sizes}, worst ratio {ratio:.2f} ({shape!r}), {cost}", flush=True)
    return int(worst > LIMIT)


if __name__ == "__main__":
    sys.exit(main())
