"""``python -m benchmarks.cold``: the first answer of a fresh ``ask`` process against ``import chromadb`` alone."""

from __future__ import annotations

import subprocess
import sys
from functools import partial

from benchmarks.common import by_turns, show
from bot.config import ROOT

ROUNDS = 9
HIDDEN = "import sys; sys.modules['rfc3987_syntax'] = None; "
"""A library that only the tests bring; where it is, importing chromadb builds a parser that no user waits for."""
ASK = "from bot.__main__ import main; sys.exit(main(['ask', '--json', 'TGDL になるのはなぜ']))"


def main() -> None:
    """Print the ratio of the medians."""
    ask, chroma = ([sys.executable, "-c", HIDDEN + then] for then in (ASK, "import chromadb"))
    run = partial(subprocess.run, check=True, capture_output=True, cwd=ROOT)
    run(ask)
    show("cold ask against import chromadb", *by_turns([(partial(run, ask), partial(run, chroma))] * ROUNDS))


if __name__ == "__main__":
    main()
