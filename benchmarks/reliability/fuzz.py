"""``python -m benchmarks.reliability.fuzz --seconds N [TARGET...]``: generated input without end, and what it broke.

Targets: paste, log, question, asked, batch, settings, command, document (files of every format that is read), api
(requests over HTTP), tools (arguments over MCP), slack (payloads), and guided (paste and log with atheris, which is
led by coverage). Questions are ranked with vectors made of hashes, so that thousands can be asked; ``asked`` uses the
model. What fails is kept under --keep, one file a failure, and shown by its first line. Inputs follow from --seed.
"""

from __future__ import annotations

import argparse
import hashlib
import resource
import sys
import time
import traceback
from pathlib import Path
from random import Random

from benchmarks.reliability.targets import TARGETS

SLOW = 10.0
"""Seconds after which an input of at most 1,500 characters counts as a hang."""


def run(target: str, seconds: float, seed: int, keep: Path) -> tuple[int, int]:
    """Feed one target for ``seconds``; return how many inputs it took and how many failed."""
    cases = TARGETS[target](Random(f"{target}-{seed}"))
    count, failed, slowest, seen = 0, 0, 0.0, set[str]()
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        given, check = next(cases)
        started = time.process_time()
        try:
            check()
        except Exception as error:
            failed += 1
            _kept(keep, target, given, error, seen)
        took = time.process_time() - started
        slowest, count = max(slowest, took), count + 1
        if took > SLOW:
            failed += 1
            _kept(keep, target, given, TimeoutError(f"{took:.0f} s"), seen)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{target}: {count:,} inputs, {failed} failed, slowest {slowest * 1000:.0f} ms of CPU, peak {peak:.0f} MB",
        flush=True,
    )
    return count, failed


def _kept(keep: Path, target: str, given: object, error: Exception, seen: set[str]) -> None:
    """Keep the input of a failure, once for each place in the code."""
    place = traceback.extract_tb(error.__traceback__)[-1] if error.__traceback__ else None
    name = hashlib.sha256(f"{type(error)} {place and (place.filename, place.lineno)}".encode()).hexdigest()[:10]
    if name in seen:
        return
    seen.add(name)
    keep.mkdir(parents=True, exist_ok=True)
    body = f"{given!r}\n\n{''.join(traceback.format_exception(error))}"
    (keep / f"{target}-{name}.txt").write_text(body, encoding="utf-8", errors="backslashreplace")
    print(f"  {target}-{name}: {type(error).__name__}: {(str(error).splitlines() or [''])[0][:200]}", flush=True)


def main(argv: list[str] | None = None) -> int:
    """Run the targets one after the other; 1 where something failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("target", nargs="*", choices=[[], *TARGETS, "guided"])
    parser.add_argument("--seconds", type=float, default=60, help="for each target")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, default=Path("fuzz"))
    asked = parser.parse_args(argv)
    total = failed = 0
    for target in asked.target or (*TARGETS, "guided"):
        if target == "guided":
            from benchmarks.reliability import guided

            found = guided.run(int(asked.seconds), asked.seed, asked.keep)
        else:
            found = run(target, asked.seconds, asked.seed, asked.keep)
        total, failed = total + found[0], failed + found[1]
    print(f"{total:,} inputs, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
