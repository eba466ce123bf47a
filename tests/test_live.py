"""The change to a newer value: seen, swapped, refused, let go of; and the bot's own change of index."""

from __future__ import annotations

import gc
import os
import shutil
import threading
import weakref
from pathlib import Path

import pytest

from bot import live
from bot.config import Config
from bot.engine import Bot, Question
from bot.errors import IndexMismatch
from bot.live import Live
from ingest import builds, index
from tests.waiting import until


class Thing:
    def __init__(self, mark: str) -> None:
        self.mark = mark


class Desk:
    """A value that changes by hand."""

    def __init__(self) -> None:
        self.mark, self.opened, self.error = "1", 0, None

    def look(self) -> str:
        return self.mark

    def open(self, older: Thing | None) -> Thing:
        self.opened += 1
        if self.error:
            raise self.error
        return Thing(self.mark)


def test_nothing_newer_opens_nothing() -> None:
    desk = Desk()
    held = Live("thing", desk.look, desk.open)
    first = held.value
    assert not held.refresh()
    assert (held.value, held.problem, desk.opened) == (first, None, 1)


def test_a_newer_one_is_taken_and_the_old_one_let_go_when_nobody_holds_it() -> None:
    desk = Desk()
    held = Live("thing", desk.look, desk.open)
    working = held.value
    old = weakref.ref(working)
    desk.mark = "2"
    assert held.refresh()
    assert held.value.mark == "2"
    assert working.mark == "1"
    gc.collect()
    assert old() is working
    del working
    gc.collect()
    assert old() is None


@pytest.mark.parametrize("error", [IndexMismatch("damaged; run it"), ValueError("secret"), OSError("gone")])
def test_what_cannot_be_opened_changes_nothing_and_says_so(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk()
    held = Live("thing", desk.look, desk.open)
    desk.mark, desk.error = "2", error
    assert not held.refresh()
    assert held.value.mark == "1"
    assert held.problem and "secret" not in held.problem
    held.refresh()
    assert desk.opened == 2, "it is not tried at every look"
    monkeypatch.setattr(live, "AGAIN", -1.0)
    desk.mark = "3"
    assert not held.refresh()
    desk.error = None
    assert held.refresh()
    assert (held.value.mark, held.problem) == ("3", None)


def test_a_return_to_what_answers_clears_the_problem() -> None:
    desk = Desk()
    held = Live("thing", desk.look, desk.open)
    desk.mark, desk.error = "2", IndexMismatch("damaged")
    held.refresh()
    assert held.problem == "damaged"
    desk.mark = "1"
    assert not held.refresh()
    assert held.problem is None


def test_a_look_that_fails_is_a_problem_and_passes() -> None:
    desk = Desk()
    failing: list[Exception] = []

    def look() -> str:
        if failing:
            raise failing[0]
        return desk.mark

    held = Live("thing", look, desk.open)
    failing.append(OSError("no such host"))
    for _ in range(live.PATIENCE - 1):
        assert not held.refresh()
        assert held.problem is None
    assert not held.refresh()
    assert held.problem == "no such host"
    failing.clear()
    assert not held.refresh()
    assert held.problem is None


def test_it_looks_by_itself_until_nobody_holds_it() -> None:
    desk = Desk()
    holders = [Live("watched", desk.look, desk.open)]
    holders[0].watch(0.01)
    desk.mark = "2"
    until(lambda: holders[0].value.mark == "2")
    holders.clear()
    until(lambda: not [thread for thread in threading.enumerate() if thread.name == "watch watched"])


@pytest.fixture
def own(settings: Config, tmp_path: Path) -> Config:
    """Settings whose index is a copy of the session's."""
    home = tmp_path / "index"
    home.mkdir()
    build = builds.current(settings.index_dir)
    assert build is not None
    shutil.copytree(build, home / build.name)
    builds.point_at(home, home / build.name)
    return Config(data_dir=tmp_path)


def another(home: Path, name: str) -> Path:
    """Copy the current build of ``home`` under another name, as a builder would leave it."""
    build = builds.current(home)
    assert build is not None
    shutil.copytree(build, home / name)
    return home / name


def test_the_bot_changes_to_a_new_build_while_it_answers(own: Config) -> None:
    bot = Bot(own)
    first = bot.retriever
    stop, answers, errors = threading.Event(), [], []

    def asking() -> None:
        while not stop.is_set():
            try:
                answers.append(bot.ask(Question("TGDL?")))
            except Exception as error:
                errors.append(error)

    asker = threading.Thread(target=asking)
    asker.start()
    until(lambda: answers)
    new = another(own.index_dir, f"{first.version}-77")
    builds.point_at(own.index_dir, new)
    until(lambda: bot.retriever.folder == new)
    shutil.rmtree(first.folder)
    seen = len(answers)
    until(lambda: len(answers) > seen + 2)
    stop.set()
    asker.join()
    assert errors == []
    assert {(answer.status, answer.topics) for answer in answers} == {(answers[0].status, answers[0].topics)}
    assert bot.live.problem is None


def test_old_builds_are_closed_once_nothing_uses_them(own: Config) -> None:
    bot = Bot(own)
    old = weakref.ref(bot.retriever._vectors)
    builds.point_at(own.index_dir, another(own.index_dir, "2"))
    until(lambda: bot.retriever.folder.name == "2")
    bot.ask(Question("TGDL?"))

    def closed() -> bool:
        gc.collect()
        return old() is None

    until(closed)
    assert not [link for link in open_files() if link.startswith(str(own.index_dir)) and "/2/" not in link]


def open_files() -> list[str]:
    folder = Path("/proc/self/fd")
    if not folder.is_dir():
        return []
    return [os.readlink(link) for link in folder.iterdir() if os.path.lexists(link)]


@pytest.mark.parametrize("damage", ["head.npz", "manifest.json", "catalogue.json"])
def test_a_damaged_new_build_leaves_the_old_one_answering(own: Config, damage: str) -> None:
    bot = Bot(own)
    first = bot.retriever
    new = another(own.index_dir, "broken")
    (new / damage).write_bytes(b"{")
    builds.point_at(own.index_dir, new)
    until(lambda: bot.live.problem is not None)
    assert bot.retriever is first
    assert "python -m ingest" in str(bot.live.problem)
    assert bot.ask(Question("TGDL?")).status == "answered"
    builds.point_at(own.index_dir, first.folder)
    until(lambda: bot.live.problem is None)


def test_a_newer_kb_stops_a_start_but_not_what_runs(own: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    bot = Bot(own)
    monkeypatch.setattr(index, "source_hash", lambda root: "changed meanwhile")
    with pytest.raises(IndexMismatch, match="other sources"):
        Bot(own)
    new = another(own.index_dir, "newer")
    builds.point_at(own.index_dir, new)
    until(lambda: bot.retriever.folder == new)
    assert bot.ask(Question("TGDL?")).status == "answered"
