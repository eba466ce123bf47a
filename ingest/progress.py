"""How far a build is: a bar on a terminal; elsewhere (cron, CI, a log) a plain line every few seconds."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

EVERY = 5.0
"""Seconds between two plain lines; what takes less has none."""
STAGES = ("chunks", "files", "texts")
Progress = Callable[[str, int, int], None]
"""(stage, done, in all)"""


class Lines:
    """Writes plain lines with count, rate and remaining time; a stage that has a line has one at its end as well."""

    def __init__(self, write: Callable[[str], object], clock: Callable[[], float] = time.monotonic) -> None:
        """Write with ``write``; ``clock`` gives seconds."""
        self._write, self._clock = write, clock
        self._last = clock()
        self._begun: dict[str, tuple[float, int]] = {}
        self._told: set[str] = set()

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Hear that ``done`` of ``total`` are done in a stage."""
        now = self._clock()
        since, before = self._begun.setdefault(stage, (now, done))
        if done == before:  # loading a model says nothing about the rate
            self._begun[stage] = since, before = now, done
        if now - self._last < EVERY and not (stage in self._told and done >= total):
            return
        if done < total:
            self._told.add(stage)
        else:
            self._told.discard(stage)
        self._last = now
        rate = (done - before) / (now - since) if now > since else 0.0
        left = f", {_spoken((total - done) / rate)} left" if rate and done < total else ""
        self._write(f"{stage}: {done:,} of {total:,}" + (f", {rate:,.1f}/s" if rate else "") + left + "\n")


def _spoken(seconds: float) -> str:
    """Return a time as "40 s", "3 min" or "2 h 5 min"."""
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


@contextmanager
def shown() -> Iterator[Progress]:
    """Give what tells of progress on standard error."""
    if sys.stderr.isatty():
        with _bar() as advance:
            yield advance
    else:
        yield Lines(_said)


def _said(line: str) -> None:
    sys.stderr.write(line)
    sys.stderr.flush()


@contextmanager
def _bar() -> Iterator[Progress]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )  # fmt: skip
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        tasks = {name: bar.add_task(name, total=None, visible=False, rate="") for name in STAGES}

        def advance(stage: str, done: int, total: int) -> None:
            task = bar.tasks[tasks[stage]]
            rate = f"{task.speed:,.1f}/s" if task.speed else ""
            bar.update(task.id, completed=done, total=total, visible=True, rate=rate)

        yield advance
