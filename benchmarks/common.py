"""What the benchmarks share: timing by turns, medians, peak memory, and the questions to ask."""

from __future__ import annotations

import resource
import statistics
import time
from collections.abc import Callable, Sequence

from evals.cases import load


def questions(limit: int) -> list[str]:
    """Return ``limit`` single questions of the eval cases, Japanese and English by turns."""
    asked = [c.question for c in load() if c.question.strip() and not c.record.paste and not c.history]
    return asked[:limit]


def milliseconds(run: Callable[[], object]) -> float:
    """Run once and return the wall time in ms."""
    started = time.perf_counter()
    run()
    return (time.perf_counter() - started) * 1000


def by_turns(pairs: Sequence[tuple[Callable[[], object], Callable[[], object]]]) -> tuple[list[float], list[float]]:
    """Time both sides of each pair one after the other, so that both see the same machine."""
    first, second = [], []
    for one, two in pairs:
        first.append(milliseconds(one))
        second.append(milliseconds(two))
    return first, second


def show(name: str, values: Sequence[float], base: Sequence[float]) -> None:
    """Print the medians of both sides and their ratio."""
    ours, theirs = statistics.median(values), statistics.median(base)
    print(f"{name}: {ours:.1f} ms against {theirs:.1f} ms, ratio {ours / theirs:.2f} (median of n={len(values)})")


def peak_mb() -> float:
    """Return the peak resident memory of this process in MB (Linux)."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
