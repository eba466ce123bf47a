"""``python -m benchmarks.reliability.masking``: what masking finds, misses and takes without need, by damage.

The lines are those of tests/secrets: made up, in the style of routers, accelerators, Windows, mail and chat, in two
languages. Lines that are missed or changed are printed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.redact import redact
from tests.secret_lines import DAMAGE, WIDTH, cut, leaks, lines


def _table() -> Iterator[str]:
    told, harmless = lines("told.txt"), lines("harmless.txt")
    for name, damage in DAMAGE.items():
        missed = [line for line in map(damage, told) if leaks(line)]
        changed = [line for line in map(damage, harmless) if redact(line) != line]
        yield f"{name}: {len(told)} with secrets, {len(missed)} missed; {len(harmless)} without, {len(changed)} changed"
        yield from (f"  missed  {line!r}" for line in missed)
        yield from (f"  changed {line!r}" for line in changed)
    halves = [found for line in told if (found := cut(line))]
    missed = [text for text, one, two in halves if re.search(f"{re.escape(one)}\n|\n{re.escape(two)}", redact(text))]
    yield f"cut in two at {WIDTH} columns: {len(halves)} with secrets, {len(missed)} missed"


if __name__ == "__main__":
    print("\n".join(_table()))
