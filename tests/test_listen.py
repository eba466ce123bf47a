"""Listening to folders that go while they are listened to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

import pytest

from ingest import listen


class Ears:
    """Stands for the library that listens: each ear does what the next entry of ``fates`` says."""

    def __init__(self, *fates: int | OSError) -> None:
        self.fates, self.told = list(fates), list[tuple[str, ...]]()

    def __call__(self, *places: str, **_: object) -> Iterator[object]:
        self.told.append(places)
        fate = self.fates.pop(0)
        if isinstance(fate, OSError):
            raise fate
        yield from [set()] * fate


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    naps: list[float] = []
    monkeypatch.setattr(listen.time, "sleep", naps.append)
    return naps


def listen_for(count: int, monkeypatch: pytest.MonkeyPatch, ears: Ears, places: Sequence[Sequence[str]]) -> None:
    """Hear of ``count`` changes, with ``places`` as they are each time they are asked for."""
    monkeypatch.setattr(listen, "watch", ears)
    waiting = list(places)
    for _ in islice(listen.changes(lambda: waiting.pop(0), Path("data")), count):
        pass


def test_a_folder_that_goes_while_it_is_listened_to_is_a_change(
    monkeypatch: pytest.MonkeyPatch, slept: list[float]
) -> None:
    ears = Ears(FileNotFoundError("No path was found."), 1)
    listen_for(2, monkeypatch, ears, [["docs", "kb"], ["kb"]])
    assert ears.told == [("docs", "kb"), ("kb",)]
    assert slept == [listen.SETTLE / 1_000]


def test_where_nothing_can_be_heard_files_are_looked_at_and_it_is_said(
    monkeypatch: pytest.MonkeyPatch, slept: list[float], capsys: pytest.CaptureFixture[str]
) -> None:
    ears = Ears(OSError("OS file watch limit reached."), OSError("OS file watch limit reached."), 1)
    listen_for(3, monkeypatch, ears, [["kb"]] * 3)
    assert slept == [listen.LOOK_AGAIN / 1_000] * 2
    assert capsys.readouterr().err.count("changes are not heard of") == 2


def test_one_ear_listens_until_the_places_change(monkeypatch: pytest.MonkeyPatch, slept: list[float]) -> None:
    ears = Ears(2, 1)
    listen_for(3, monkeypatch, ears, [["kb"], ["kb"], ["docs", "kb"], ["docs", "kb"]])
    assert ears.told == [("kb",), ("docs", "kb")] and slept == []


def test_what_the_program_writes_itself_is_no_change(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    monkeypatch.setattr(listen, "watch", lambda *_, **how: asked.append(how["watch_filter"]) or iter([set()]))
    next(listen.changes(lambda: [str(tmp_path)], tmp_path / "data"))
    (keep,) = asked
    assert callable(keep)
    assert keep(1, str(tmp_path / "database.md")) and keep(1, str(tmp_path / "docs" / "a.md"))
    assert not keep(1, str(tmp_path / "data" / "documents" / "CURRENT"))
