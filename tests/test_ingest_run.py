"""``python -m ingest`` as a process: progress without a terminal, following changes, being stopped."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bot.config import ROOT, Config
from ingest import builds, progress
from ingest.documents import index
from tests.stock import beside, put, take_in
from tests.waiting import until

LANTERN = "# Lantern\n\nThe lantern of pier seven is lit by Takahashi at dusk.\n"
STOPPED = "ingest: stopped; what was finished before goes on answering\n"


def test_plain_lines_tell_count_rate_and_time_every_few_seconds() -> None:
    now, written = [0.0], []
    lines = progress.Lines(written.append, lambda: now[0])
    for second in range(11):
        now[0] = float(second)
        lines("texts", 100 * second, 1_000)
    assert written == [
        "texts: 500 of 1,000, 100.0/s, 5 s left\n",
        "texts: 1,000 of 1,000, 100.0/s\n",
    ]


def test_what_is_done_at_once_has_no_line() -> None:
    written: list[str] = []
    lines = progress.Lines(written.append, lambda: 1.0)
    for done in range(1, 101):
        lines("files", done, 100)
    assert written == []


def test_loading_a_model_does_not_count_for_the_rate() -> None:
    now, written = [0.0], []
    lines = progress.Lines(written.append, lambda: now[0])
    for now[0], done in ((0.0, 0), (300.0, 0), (310.0, 20), (312.0, 24), (320.0, 20_000)):
        lines("texts", done, 7_000_000)
    assert written[-2:] == [
        "texts: 20 of 7,000,000, 2.0/s, 972 h 13 min left\n",
        "texts: 20,000 of 7,000,000, 1,000.0/s, 1 h 56 min left\n",
    ]


class Run:
    """``python -m ingest ARGUMENTS`` in a folder, its two streams in files."""

    def __init__(self, settings: Config, folder: Path, *arguments: str) -> None:
        own = {key: value for key, value in os.environ.items() if not key.startswith("KB_")}
        self._out, self._err = folder.parent / "out.txt", folder.parent / "err.txt"
        with self._out.open("wb") as out, self._err.open("wb") as err:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "ingest", *arguments], cwd=folder, stdout=out, stderr=err,
                env=own | {"KB_DATA_DIR": str(settings.data_dir), "PYTHONPATH": str(ROOT)},
            )  # fmt: skip

    @property
    def out(self) -> str:
        return self._out.read_text(encoding="utf-8")

    @property
    def err(self) -> str:
        return self._err.read_text(encoding="utf-8")

    def stop(self, how: signal.Signals) -> int:
        self.process.send_signal(how)
        return self.process.wait(120)

    def told(self) -> str:
        return f"{self.process.poll()} {self.out} {self.err}"


@contextmanager
def running(settings: Config, folder: Path, *arguments: str) -> Iterator[Run]:
    run = Run(settings, folder, *arguments)
    try:
        yield run
    finally:
        run.process.kill()
        run.process.wait()


@pytest.fixture
def own(settings: Config, tmp_path: Path) -> Config:
    """Settings with a library of one document, given as ``docs`` in ``tmp_path / "w"``."""
    made = beside(settings, tmp_path / "data")
    put(tmp_path / "w" / "docs", {"lantern.md": LANTERN})
    take_in(made, tmp_path / "w", ["docs"])
    return made


def paths(settings: Config) -> list[str]:
    shelf = index.last_shelf(settings.data_dir / "documents")
    assert shelf is not None
    try:
        return [entry.path for entry in shelf.entries()]
    finally:
        shelf.close()


def broken(settings: Config) -> list[str]:
    shelf = index.last_shelf(settings.data_dir / "documents")
    assert shelf is not None
    try:
        return [item.path for item in shelf.broken()]
    finally:
        shelf.close()


@pytest.mark.parametrize(("how", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_build_that_is_stopped_leaves_the_old_one_and_nothing_else(
    own: Config, tmp_path: Path, how: signal.Signals, status: int
) -> None:
    home = own.data_dir / "documents"
    before = builds.current(home)
    long = "\n\n".join(f"## Mark {n}\n\n" + f"The mark {n} lies at {n * 7} yards. " * 40 for n in range(300))
    put(tmp_path / "w" / "docs", {"marks.md": f"# Marks\n\n{long}"})
    with running(own, tmp_path / "w") as run:
        until(lambda: len(list(home.glob("*/shelf.sqlite3"))) == 2, run.told)
        assert run.stop(how) == status, run.told()
        assert run.err.endswith(STOPPED) and "Traceback" not in run.err, run.err
    assert builds.current(home) == before
    assert {entry.name for entry in home.iterdir()} == {before.name, "CURRENT", "build.lock"}
    assert paths(own) == ["docs/lantern.md"]


@pytest.mark.parametrize(("how", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_watch_ends_in_one_line(own: Config, tmp_path: Path, how: signal.Signals, status: int) -> None:
    with running(own, tmp_path / "w", "--watch") as run:
        until(lambda: "watching; Ctrl-C stops" in run.out, run.told)
        assert run.stop(how) == status, run.told()
        assert run.err == STOPPED


def test_a_watch_follows_every_change(own: Config, tmp_path: Path) -> None:
    docs = tmp_path / "w" / "docs"
    with running(own, tmp_path / "w", "--watch") as run:
        until(lambda: "watching; Ctrl-C stops" in run.out, run.told)
        put(docs, {"new/buoy.md": LANTERN.replace("lantern", "buoy")})
        until(lambda: paths(own) == ["docs/lantern.md", "docs/new/buoy.md"], run.told)
        (docs / "new" / "buoy.md").rename(docs / "beacon.md")
        until(lambda: paths(own) == ["docs/beacon.md", "docs/lantern.md"], run.told)
        put(docs, {"beacon.md": b"%PDF-1.7 nothing" + bytes(range(256))})
        until(lambda: broken(own) == ["docs/beacon.md"] and paths(own) == ["docs/lantern.md"], run.told)
        until(lambda: "not read: docs/beacon.md: " in run.err, run.told)
        put(docs, {"beacon.md": LANTERN.replace("lantern", "beacon")})
        until(lambda: paths(own) == ["docs/beacon.md", "docs/lantern.md"], run.told)
        shutil.rmtree(docs)
        until(lambda: paths(own) == [], run.told)
        put(docs, {"lantern.md": LANTERN})
        until(lambda: paths(own) == ["docs/lantern.md"], run.told)
        assert run.process.poll() is None
        assert run.stop(signal.SIGINT) == 130
