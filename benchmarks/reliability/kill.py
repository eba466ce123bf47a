"""``python -m benchmarks.reliability.kill --rounds N [ROLE...]``: kill -9 at a random moment, then look.

Roles: build, switch, migration, feedback, answer, documents, ledger (benchmarks/reliability/victims.py).
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.reliability.victims import ROLES
from bot.config import ROOT


def rounds(role: str, count: int, chance: random.Random) -> Iterator[tuple[int, int]]:
    """Yield for each kill how many things had been told, and how many in all; raises AssertionError for a fault."""
    prepare, _, check, within, anew = ROLES[role]
    with tempfile.TemporaryDirectory() as scratch:
        place, told = Path(scratch, "0"), list[str]()
        for number in range(count):
            if anew or not number:
                place = Path(scratch, str(number))
                place.mkdir()
                prepare(place)
                told = []
            fresh = _killed(role, place, chance.uniform(0, within))
            told += fresh
            check(place, told)
            yield len(fresh), len(told)


def _killed(role: str, place: Path, after: float) -> list[str]:
    """Start a victim, wait until it is at work, kill it ``after`` seconds, and return what it told."""
    command = [sys.executable, "-m", "benchmarks.reliability.kill", "--victim", role, str(place)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as victim:
        assert victim.stdout is not None
        ready = victim.stdout.readline()
        assert ready == "ready\n", f"the victim did not start: {ready!r}"
        time.sleep(after)
        victim.kill()
        lines = victim.stdout.read().split("\n")
    return lines[:-1]  # the last one was cut short by the kill, or is empty


def _shown(role: str, kills: Iterator[tuple[int, int]]) -> Iterator[int]:
    """Yield what was told before each kill, and count the kills on standard error: a start takes seconds."""
    for number, (fresh, _) in enumerate(kills, 1):
        sys.stderr.write(f"{role} {number}\n")
        yield fresh


def main() -> int:
    """Kill and look; 1 where something did not hold."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("role", nargs="*", choices=[[], *ROLES])
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--victim", nargs=2, metavar=("ROLE", "FOLDER"))
    asked = parser.parse_args()
    if asked.victim:
        ROLES[asked.victim[0]][1](Path(asked.victim[1]))
        return 0
    for role in asked.role or ROLES:
        told = list(_shown(role, rounds(role, asked.rounds, random.Random(f"{role}-{asked.seed}"))))
        print(f"{role}: {len(told)} kills, {sum(told):,} acknowledged, none lost, all opened", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
