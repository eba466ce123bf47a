"""Who is killed: what each role does until then, and what must hold afterwards.

A victim says each thing that it has done on standard output, which is what somebody was told; after the kill all of
that must be there, and everything must open.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.reliability.stand_ins import Random, small
from bot import config
from bot.case.casefile import Case, Thumb, Turn
from bot.case.database import Database
from bot.case.store import Store
from bot.slack.job import Job
from bot.slack.ledger import Ledger
from ingest import builds, index
from ingest.documents import index as library
from ingest.documents.make import Maker
from ingest.encode import EmbeddingCache

WAIT = 90.0


def said(done: object) -> None:
    """Tell the outside that this is done."""
    sys.stdout.write(f"{done}\n")
    sys.stdout.flush()


def build_victim(place: Path) -> None:
    """Build again and again; say the version of each build that is switched to."""
    import chromadb  # noqa: F401 (what takes longest is loaded before the clock runs)

    said("ready")
    while True:
        report = index.build(place / "data" / "index", Random(), rebuild=True, root=place)  # type: ignore[arg-type]
        said(report.version)


def build_check(place: Path, told: list[str]) -> None:
    """Hold that the index that answers is whole, and that the next build works and leaves no ruin."""
    home = place / "data" / "index"
    if told or builds.current(home):
        index.verify(home, Random.name, place)
    index.build(home, Random(), rebuild=True, root=place)  # type: ignore[arg-type]
    index.verify(home, Random.name, place)
    assert {f.name for f in home.iterdir() if f.is_dir()} == {f.name for f in builds.finished(home)}
    EmbeddingCache(place / "data" / "embeddings.sqlite3").close()


def switch_prepare(place: Path) -> None:
    """Make two builds."""
    small(place)
    for _ in range(2):
        index.build(place / "data" / "index", Random(), rebuild=True, root=place)  # type: ignore[arg-type]


def switch_victim(place: Path) -> None:
    """Point at one build and at the other by turns, as fast as can be."""
    home = place / "data" / "index"
    folders = builds.finished(home)
    said("ready")
    while True:
        for folder in folders:
            builds.point_at(home, folder)
            said(folder.name)


def switch_check(place: Path, told: list[str]) -> None:
    """Hold that the pointer names one of the two, whole."""
    index.verify(place / "data" / "index", Random.name, place)


def _store(place: Path) -> Store:
    return Store(f"sqlite:///{place / 'cases.sqlite3'}")


def _case(number: int) -> Case:
    moment = "2026-11-23T10:00:00+00:00"
    return Case(f"case-{number}", "en", moment, moment, symptom="slow")


def migration_prepare(place: Path) -> None:
    """Leave a database of the first schema with a case in it."""
    import sqlalchemy as sa
    from alembic import command
    from alembic.config import Config as AlembicConfig

    from bot.case.database import MIGRATIONS

    engine = sa.create_engine(f"sqlite:///{place / 'cases.sqlite3'}")
    with engine.connect() as connection:
        settings = AlembicConfig(attributes={"connection": connection})
        settings.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
        settings.set_main_option("path_separator", "os")
        command.upgrade(settings, "0001")
        connection.commit()
    engine.dispose()
    store = Store.__new__(Store)
    store._database = _Plain(place)  # type: ignore[assignment]
    store.insert(_case(0))
    store._database.engine.dispose()


class _Plain:
    """A database that is not brought up to date when it is opened."""

    def __init__(self, place: Path) -> None:
        import sqlalchemy as sa

        self.engine = sa.create_engine(f"sqlite:///{place / 'cases.sqlite3'}")
        self.begin = self.engine.begin


def migration_victim(place: Path) -> None:
    """Bring the schema up to date."""
    import alembic.command  # noqa: F401

    said("ready")
    _store(place).close()
    said("done")
    time.sleep(WAIT)


def migration_check(place: Path, _: list[str]) -> None:
    """Hold that the case is there, and the schema that of this version."""
    from bot.case.database import HEAD, revision

    store = _store(place)
    assert store.load("case-0") is not None, "the case is lost"
    store.close()
    assert revision(f"sqlite:///{place / 'cases.sqlite3'}") == HEAD


def feedback_victim(place: Path) -> None:
    """Keep cases, turns and thumbs; say each one that is kept."""
    from bot.answer import Answer

    store, number = _store(place), os.getpid() * 100_000
    said("ready")
    while True:
        number += 1
        case = _case(number)
        store.insert(case)
        case.count = 1
        store.save(case, Turn(1, case.updated, "slow", "", Answer("answered", "en")))
        store.add_feedback(Thumb(case.id, 1, case.updated, False, f"reason {number}"))
        said(number)


def feedback_check(place: Path, told: list[str]) -> None:
    """Hold that every thumb that was acknowledged is there, with its case and turn."""
    store = _store(place)
    kept = {thumb.reason for thumb in store.complaints()}
    missing = [number for number in told if f"reason {number}" not in kept]
    assert not missing, f"{len(missing)} of {len(told)} thumbs are lost"
    for number in told[-3:]:
        case = store.load_whole(f"case-{number}")
        assert case is not None and len(case.turns) == 1
    store.close()
    _integrity(place)


def answer_victim(place: Path) -> None:
    """Hold one case; say the number of each turn that was answered."""
    from bot.case.service import CaseService
    from bot.engine import Bot

    service = CaseService(Bot(config.load()), _store(place))
    said("ready")
    case = service.new()
    said(f"case {case.id}")
    while True:
        for text in ("Accel shows TGDL", "そのコマンドの結果は？", "How do I check the EPM AO?"):
            said(f"{case.id} {service.say(case.id, text).number}")


def answer_check(place: Path, told: list[str]) -> None:
    """Hold that every answered turn is there, numbered without a gap."""
    store = _store(place)
    last = {line.split()[0]: int(line.split()[1]) for line in told if not line.startswith("case ")}
    for line in told:
        case = store.load_whole(line.split()[1] if line.startswith("case ") else line.split()[0])
        assert case is not None, "an answered case is lost"
        if len(told) > 50:
            break
    for name, number in last.items():
        case = store.load_whole(name)
        assert case is not None
        numbers = [turn.number for turn in case.turns]
        assert numbers == list(range(1, len(numbers) + 1)) and len(numbers) >= number, f"{number} told, {numbers} kept"
        assert case.count == len(numbers)
    store.close()
    _integrity(place)


def _integrity(place: Path) -> None:
    import sqlite3

    with sqlite3.connect(place / "cases.sqlite3") as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    database.close()


def _maker(place: Path) -> Maker:
    from ingest.documents.read import read_document, scan

    return Maker(place / "data" / "documents", Random(), scan, read_document, root=place)  # type: ignore[arg-type]


def documents_victim(place: Path) -> None:
    """Take one note after the other in; say each that is in."""
    import chromadb  # noqa: F401

    notes = place / "notes"
    notes.mkdir(exist_ok=True)
    said("ready")
    number = len(list(notes.iterdir()))
    while True:
        number += 1
        (notes / f"{number}.md").write_text(f"# Note {number}\n\nThe text of note {number}.\n", encoding="utf-8")
        library.add(_maker(place), [str(notes)])
        said(number)


def documents_check(place: Path, told: list[str]) -> None:
    """Hold that every note that was taken in is there and whole, and that the next build works and leaves no ruin."""
    home = place / "data" / "documents"
    for again in (False, True):
        if again:
            library.add(_maker(place), [str(place / "notes")])
        folder = builds.current(home)
        if folder is None:
            assert not told, "the documents are lost"
            continue
        library.verify_files(folder, library.fitting(folder, Random.name))
        shelf = library.last_shelf(home)
        assert shelf is not None and shelf.file.parent == folder
        held = {Path(entry.file).stem for entry in shelf.entries()}
        shelf.close()
        assert set(told) <= held, f"{len(set(told) - held)} of {len(told)} notes are lost"
    assert {f.name for f in home.iterdir() if f.is_dir()} == {f.name for f in builds.finished(home)}


def _ledger(place: Path, owner: str, clock: Callable[[], float] = time.time) -> Ledger:
    return Ledger(Database(f"sqlite:///{place / 'cases.sqlite3'}"), owner, clock)


def ledger_victim(place: Path) -> None:
    """Take Slack's messages in, and answer every second one; say each step that Slack would have seen."""
    ledger, number = _ledger(place, str(os.getpid())), os.getpid() * 100_000
    said("ready")
    while True:
        for _ in range(2):
            number += 1
            ledger.claim(Job(f"D1:{number}", "message", f"D1:{number}", str(number), "U1"))
            said(f"in D1:{number}")
        work = ledger.take()
        assert work is not None
        ledger.finish(work)
        said(f"done {work.job.key}")


def ledger_check(place: Path, told: list[str]) -> None:
    """Hold that nothing taken in is gone, what is done stays done, and the next instance gets the rest, each once."""
    ledger = _ledger(place, "next", lambda: time.time() + 3_600)
    done = {line.split()[1] for line in told if line.startswith("done ")}
    given: list[str] = []
    while work := ledger.take():
        given.append(work.job.key)
        ledger.finish(work)
    assert len(given) == len(set(given)) and not done & set(given), "something was given out twice"
    for line in told:
        kept = ledger.find(line.split()[1])
        assert kept is not None and kept.done, f"{line} is lost"
    told[:] = [f"done {line.split()[1]}" for line in told]
    ledger._database.engine.dispose()
    _integrity(place)


Step = Callable[[Path], object]
ROLES: dict[str, tuple[Step, Step, Callable[[Path, list[str]], None], float, bool]] = {
    "build": (small, build_victim, build_check, 2.0, False),
    "switch": (switch_prepare, switch_victim, switch_check, 0.2, False),
    "migration": (migration_prepare, migration_victim, migration_check, 0.4, True),
    "feedback": (lambda place: None, feedback_victim, feedback_check, 0.4, False),
    "answer": (lambda place: None, answer_victim, answer_check, 1.0, False),
    "documents": (small, documents_victim, documents_check, 3.0, False),
    "ledger": (lambda place: None, ledger_victim, ledger_check, 0.5, False),
}
"""How to prepare, what is killed, what must hold, seconds within which it is killed, whether each round starts anew."""
