"""What a damaged, half-written, foreign or unwritable data folder does: a clear refusal, never a wrong answer.

The long runs are ``python -m benchmarks.reliability.damage`` and ``.kill``; here is one of each kind.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
import sqlalchemy as sa
from filelock import FileLock

from benchmarks.reliability import damage, kill, stand_ins, victims
from bot import doctor
from bot.case.database import revision
from bot.case.service import CaseService
from bot.case.store import Store
from bot.config import Config
from bot.errors import EncoderError, IndexMismatch, IndexMissing, KbError
from bot.retrieve import Retriever
from ingest import builds, index, storefile
from ingest.encode import EmbeddingCache, sealed, unsealed


@pytest.fixture
def data(settings: Config, tmp_path: Path) -> Path:
    """A copy of the data folder with its current build."""
    damage.copied(settings.data_dir, tmp_path)
    return tmp_path


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch):
    """Return what the doctor says of a data folder, by state."""

    def ask(data: Path) -> dict[str, list[str]]:
        monkeypatch.setenv("KB_DATA_DIR", str(data))
        found: dict[str, list[str]] = {"ok": [], "note": [], "fail": []}
        for check in doctor.examine():
            found[check.state].append(check.text)
        return found

    return ask


def current(data: Path) -> Path:
    folder = builds.current(data / "index")
    assert folder is not None
    return folder


def test_a_sound_folder_is_called_sound(data: Path, told) -> None:
    assert told(data)["fail"] == []


@pytest.mark.parametrize("kind", damage.DAMAGES, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("pattern", ["chroma/chroma.sqlite3", "chroma/*/data_level0.bin", "head.npz", "manifest.json"])
def test_a_damaged_file_is_refused_and_named(data: Path, told, pattern: str, kind) -> None:
    file = next(current(data).glob(pattern))
    body, random = file.read_bytes(), Random(3)
    while file.is_file() and file.read_bytes() == body:
        kind(file, random)
    with pytest.raises(IndexMismatch, match="`python -m ingest --rebuild`"):
        Retriever(Config(data_dir=data))
    assert any("python -m ingest" in text for text in told(data)["fail"])


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"version": "x"}', b"\xff\xfe", b"null"])
def test_a_half_written_manifest_is_refused(data: Path, body: bytes) -> None:
    (current(data) / "manifest.json").write_bytes(body)
    with pytest.raises(IndexMismatch, match="manifest of build .* is missing or damaged; run"):
        Retriever(Config(data_dir=data))


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [("model", "other/384", "other model"), ("chunker", "0", "other chunker"), ("sources", "0" * 64, "other sources")],
)
def test_a_build_of_something_else_is_refused(data: Path, told, field: str, value: object, says: str) -> None:
    file = current(data) / "manifest.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | {field: value}))
    with pytest.raises(IndexMismatch, match=says):
        Retriever(Config(data_dir=data))
    assert any(says in text for text in told(data)["fail"])


@pytest.mark.parametrize("body", [b"", b"\n", b"nowhere-1\n", b"\xff\xff"])
def test_a_damaged_pointer_is_refused_and_named(data: Path, told, body: bytes) -> None:
    (data / "index" / builds.POINTER).write_bytes(body)
    with pytest.raises((IndexMissing, IndexMismatch), match="python -m ingest"):
        Retriever(Config(data_dir=data))
    assert any("CURRENT" in text for text in told(data)["fail"])


def test_the_hash_of_the_store_outlives_its_readers_and_nothing_else(data: Path) -> None:
    file = current(data) / "chroma" / storefile.NAME
    wanted = storefile.digest(file)
    with sqlite3.connect(file) as database:
        database.executemany("INSERT INTO acquire_write (lock_status) VALUES (?)", [(1,)] * 5_000)
    database.close()
    assert storefile.matches(file, wanted)
    with sqlite3.connect(file) as database:
        database.execute("UPDATE embeddings SET embedding_id = embedding_id || 'x' WHERE id = 7")
    database.close()
    assert not storefile.matches(file, wanted)


def test_an_interrupted_build_is_named_and_never_answers(data: Path, told) -> None:
    ruin = data / "index" / "0000-1"
    ruin.mkdir()
    (ruin / "catalogue.json").write_text("{}")
    assert any("0000-1 was interrupted" in text for text in told(data)["note"])
    assert Retriever(Config(data_dir=data)).folder != ruin


def test_a_build_under_way_is_named_and_a_second_one_refused(data: Path, told) -> None:
    with FileLock(data / "index" / "build.lock"):
        assert any("a build is being made" in text for text in told(data)["note"])
        with pytest.raises(IndexMismatch, match="another build of this index is running"):
            index.build(data / "index", stand_ins.Random(), rebuild=True)  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", damage.DAMAGES[:-1], ids=lambda kind: kind.__name__)
def test_a_damaged_cache_is_made_anew_and_gives_the_same_vectors(tmp_path: Path, kind) -> None:
    file, texts, random = tmp_path / "embeddings.sqlite3", [f"text {i}" * (i + 1) for i in range(80)], Random(5)

    def vectors() -> bytes:
        cache = EmbeddingCache(file)
        try:
            return cache.passages(stand_ins.Single(), texts, lambda _: None)[0].tobytes()
        finally:
            cache.close()

    right = vectors()
    for _ in range(8):
        kind(file, random)
        assert vectors() == right


def test_a_changed_vector_is_not_taken(data: Path, told) -> None:
    with sqlite3.connect(data / "embeddings.sqlite3") as database:
        key, blob = database.execute("SELECT key, vector FROM vectors LIMIT 1").fetchone()
        vector = unsealed(blob, 384)
        assert vector is not None
        wrong = bytearray(sealed(vector))
        wrong[40] ^= 4
        database.execute("UPDATE vectors SET vector = ? WHERE key = ?", (bytes(wrong), key))
    database.close()
    assert unsealed(bytes(wrong), 384) is None
    assert unsealed(sealed(vector), 768) is None
    assert any("1 of" in text and "damaged" in text for text in told(data)["note"])


def test_a_damaged_case_database_is_refused_and_named(data: Path, told) -> None:
    file = data / "cases.sqlite3"
    Store(f"sqlite:///{file}").close()
    assert told(data)["fail"] == []
    file.write_bytes(b"SQLite format 3\x00" + bytes(range(256)) * 64)
    with pytest.raises(KbError, match="put a copy back"):
        Store(f"sqlite:///{file}")
    assert any("put a copy back" in text for text in told(data)["fail"])


def test_a_locked_case_database_is_named(data: Path, told, monkeypatch: pytest.MonkeyPatch) -> None:
    from bot.doctor import cases

    monkeypatch.setattr(cases, "WAIT", 0.05)
    file = data / "cases.sqlite3"
    Store(f"sqlite:///{file}").close()
    holder = sqlite3.connect(file)
    holder.execute("BEGIN IMMEDIATE")
    assert any("another process has held it" in text for text in told(data)["fail"])
    holder.rollback()
    holder.close()
    assert told(data)["fail"] == []


def test_a_newer_schema_and_an_unreachable_server_are_named(data: Path, told, monkeypatch: pytest.MonkeyPatch) -> None:
    file = data / "cases.sqlite3"
    Store(f"sqlite:///{file}").close()
    with sqlite3.connect(file) as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    database.close()
    assert any("newer version" in text for text in told(data)["fail"])
    monkeypatch.setenv("KB_DATABASE_URL", "mysql+nothing://h/d")
    assert any("KB_DATABASE_URL needs a driver" in text for text in told(data)["fail"])
    (data / "file").touch()
    with pytest.raises(KbError, match="check that its folder exists"):
        revision(f"sqlite:///{data / 'file' / 'cases.sqlite3'}")


def test_a_clock_that_went_back_is_named_and_changes_no_answer(data: Path, told) -> None:
    later = 4_000_000_000
    for file in (current(data) / "manifest.json", data / "index" / builds.POINTER):
        os.utime(file, (later, later))
    assert any("clock was set back" in text for text in told(data)["note"])
    assert Retriever(Config(data_dir=data)).search("TGDL", "ja").hits


def test_a_case_goes_on_when_the_clock_goes_back(bot, tmp_path: Path) -> None:
    moments = iter(datetime(2026, 11, 23, tzinfo=UTC) - timedelta(days=day) for day in range(100))
    store = Store(f"sqlite:///{tmp_path / 'cases.sqlite3'}")
    service = CaseService(bot, store, lambda: next(moments))
    case = service.new()
    for text in ("Accel shows TGDL", "what then?", "How do I check the EPM AO?"):
        service.say(case.id, text)
    kept = service.get(case.id)
    assert kept is not None
    assert [turn.number for turn in kept.turns] == [1, 2, 3]
    store.close()


@pytest.fixture
def little(tmp_path: Path) -> Iterator[Path]:
    """A file system of 1 MB, where this machine lets one be made."""
    place = tmp_path / "little"
    place.mkdir()
    made = shutil.which("mount") and subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(place)], capture_output=True
    )
    if not made or made.returncode:
        pytest.skip("a small file system needs the right to mount")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def test_a_full_disk_loses_nothing_and_is_named(little: Path, told) -> None:
    store = Store(f"sqlite:///{little / 'cases.sqlite3'}")
    kept = 0
    with pytest.raises(KbError, match="the disk is full"):
        while True:
            store.insert(victims._case(kept))
            kept += 1
    with pytest.raises((KbError, OSError), match=r"cannot be used|No space"):
        stand_ins.small(little)
        index.build(little / "index", stand_ins.Random(), root=little)  # type: ignore[arg-type]
    assert builds.current(little / "index") is None
    assert any("free some space" in text for text in told(little)["fail"])
    for number in range(kept):
        assert store.load(f"case-{number}") is not None
    store.close()


def test_a_disk_that_is_read_only_answers_and_is_named(data: Path, told, tmp_path: Path) -> None:
    place = tmp_path / "mounted"
    place.mkdir()
    bind = [["mount", "--bind", str(data), str(place)], ["mount", "-o", "remount,ro,bind", str(place)]]
    if not shutil.which("mount") or any(subprocess.run(step, capture_output=True).returncode for step in bind):
        subprocess.run(["umount", "-l", str(place)], capture_output=True)
        pytest.skip("a read-only file system needs the right to mount")
    try:
        assert Retriever(Config(data_dir=place)).search("TGDL", "ja").hits[0].topic == "generic-ao-handoff"
        assert any("cannot be written" in text for text in told(place)["fail"])
        with pytest.raises((KbError, OSError)):
            index.build(place / "index", stand_ins.Random(), rebuild=True)  # type: ignore[arg-type]
        with pytest.raises(KbError, match="check that its folder exists and may be written"):
            Store(f"sqlite:///{place / 'cases.sqlite3'}")
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)


@pytest.mark.parametrize("role", ["switch", "feedback", "migration", "documents", "ledger"])
def test_what_was_told_outlives_a_kill(role: str) -> None:
    assert len(list(kill.rounds(role, 2, Random(7)))) == 2


def test_a_cache_that_cannot_be_opened_says_so(tmp_path: Path) -> None:
    (tmp_path / "embeddings.sqlite3").mkdir()
    with pytest.raises(EncoderError, match="the embedding cache .* cannot be used"):
        EmbeddingCache(tmp_path / "embeddings.sqlite3")


@pytest.mark.parametrize("at", ["CREATE TABLE slack_threads", "UPDATE alembic_version", "INSERT INTO alembic_version"])
def test_a_migration_that_broke_off_is_taken_up_again(tmp_path: Path, at: str) -> None:
    victims.migration_prepare(tmp_path)
    store = f"sqlite:///{tmp_path / 'cases.sqlite3'}"

    def fall(*given: object) -> None:
        if str(given[2]).lstrip().startswith(at):
            raise OSError("the machine fell over")

    sa.event.listen(sa.Engine, "before_cursor_execute", fall)
    try:
        Store(store).close()
    except KbError:
        pass
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", fall)
    victims.migration_check(tmp_path, [])
