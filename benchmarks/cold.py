"""``python -m benchmarks.cold``: the first answer of a fresh ``ask`` process against ``import chromadb`` alone."""

from __future__ import annotations

import subprocess
import sys
from functools import partial

from benchmarks.common import by_turns, show
from bot.config import ROOT

ROUNDS = 9


def main() -> None:
    """Print the ratio of the medians."""
    ask = [sys.executable, "-m", "bot", "ask", "--json", "TGDL になるのはなぜ"]
    chroma = [sys.executable, "-c", "import chromadb"]
    run = partial(subprocess.run, check=True, capture_output=True, cwd=ROOT)
    run(ask)
    show("cold ask against import chromadb", *by_turns([(partial(run, ask), partial(run, chroma))] * ROUNDS))


if __name__ == "__main__":
    main()
