"""Cases in their database: schema, processes, deletion, errors; on SQLite and, where it can run, PostgreSQL."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import socket
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.answer import Answer
from bot.case.casefile import Case, Evidence, Shown, Thumb, Turn
from bot.case.database import HEAD, METADATA, MIGRATIONS, Database
from bot.case.store import Conflict, Store
from bot.errors import ConfigError, InputError, KbError
from bot.findings import Finding
from bot.redact import MASK, redact

SERVER_USER = "postgres"


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """The address of a PostgreSQL that runs for this module only; its programs refuse to run as root."""
    programs = {name: shutil.which(name) for name in ("initdb", "pg_ctl", "runuser")}
    if not programs["initdb"]:
        pytest.skip("PostgreSQL's initdb is not on this machine")
    home = Path(programs["initdb"]).resolve().parent
    if os.geteuid() == 0 and not programs["runuser"]:
        pytest.skip("PostgreSQL does not run as root and there is no runuser")
    change = [str(programs["runuser"]), "-u", SERVER_USER, "--"] if os.geteuid() == 0 else []
    folder = Path(tempfile.mkdtemp(prefix="pg", dir="/tmp" if os.path.isdir("/tmp") else None))
    try:
        if change:
            shutil.chown(folder, SERVER_USER)
    except LookupError:
        shutil.rmtree(folder)
        pytest.skip(f"there is no system user {SERVER_USER}")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    data, log = str(folder / "data"), str(folder / "log")

    def run(program: str, *arguments: str) -> None:
        subprocess.run([*change, str(home / program), *arguments], check=True, capture_output=True, cwd=folder)

    options = f"-c listen_addresses=127.0.0.1 -p {port} -k {folder} -c fsync=off"
    run("initdb", "-D", data, "-A", "trust", "-U", "kb", "-E", "UTF8", "--no-sync")
    run("pg_ctl", "-D", data, "-l", log, "-o", options, "-w", "start")
    yield f"postgresql://kb@127.0.0.1:{port}/postgres"
    run("pg_ctl", "-D", data, "-m", "immediate", "stop")
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'cases.sqlite3'}"
    return request.getfixturevalue("server")


@pytest.fixture
def store(address: str) -> Iterator[Store]:
    opened = Store(address)
    yield opened
    opened.close()


def a_case(id: str = "case-1") -> Case:
    moment = "2026-01-02T03:04:05+00:00"
    return Case(id, "ja", moment, moment, symptom="症状 <script>")


def a_turn(number: int = 1) -> Turn:
    return Turn(number, "2026-01-02T03:04:06+00:00", "質問", "PASTED-TEXT", Answer("answered", "ja"))


def an_evidence() -> Evidence:
    shown = Shown("show clock", 0, 5, {"hour": 3, "rows": [{"a": 1.5}]}, True, device="WAE")
    finding = Finding("x", "epm-ao", "problem", {"ja": "あ", "en": "a"}, {"ja": "い", "en": "b"})
    return Evidence(1, 1, "2026-01-02T03:04:06+00:00", "PASTED-TEXT", [shown], (finding,))


def test_a_case_comes_back_as_it_was_kept(store: Store) -> None:
    case = a_case("back")
    store.insert(case)
    case.count, case.release = 1, "5.0.3"
    store.save(case, a_turn(), [an_evidence()])
    whole = store.load_whole("back")
    assert whole is not None
    assert (whole.symptom, whole.release, whole.version) == ("症状 <script>", "5.0.3", 1)
    assert whole.turns == [a_turn()]
    assert whole.evidence == [an_evidence()]
    light = store.load("back")
    assert light is not None and light.turns == [] and light.evidence == []
    assert [item.text for item in store.evidence("back")] == [""]
    store.delete("back")


def test_a_write_on_top_of_another_is_refused(store: Store) -> None:
    store.insert(a_case("twice"))
    first, second = store.load("twice"), store.load("twice")
    assert first and second
    store.save(first, a_turn())
    with pytest.raises(Conflict):
        store.save(second, a_turn())
    store.delete("twice")
    with pytest.raises(InputError, match="deleted"):
        store.save(second)


def test_deleting_takes_everything_with_it(store: Store) -> None:
    store.insert(a_case("gone"))
    store.save(store.load("gone") or a_case(), a_turn(), [an_evidence()])
    store.add_feedback(Thumb("gone", 1, "2026-01-02T03:04:07+00:00", False, "wrong"))
    assert [thumb.reason for thumb in store.complaints()] == ["wrong"]
    assert store.delete("gone")
    assert not store.delete("gone")
    assert store.load_whole("gone") is None
    assert store.complaints() == []
    assert "gone" not in [info.id for info in store.infos()]


def test_feedback_is_replaced_and_drafted_once(store: Store) -> None:
    store.insert(a_case("thumbs"))
    store.save(store.load("thumbs") or a_case(), a_turn())
    for up, reason in ((True, ""), (False, "the command is another")):
        store.add_feedback(Thumb("thumbs", 1, "2026-01-02T03:04:07+00:00", up, reason))
    whole = store.load_whole("thumbs")
    assert whole and whole.turns[0].up is False
    [(thumb, turn)] = store.complained()
    assert (thumb.reason, turn.text) == ("the command is another", "質問")
    store.mark_drafted(thumb)
    assert store.complained() == []
    with pytest.raises(InputError):
        store.add_feedback(Thumb("thumbs", 9, "2026-01-02T03:04:07+00:00", True, ""))
    store.delete("thumbs")


def test_the_revisions_make_the_tables_that_the_code_uses(address: str) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.config import Config
    from alembic.migration import MigrationContext
    from alembic.script import ScriptDirectory

    settings = Config()
    settings.set_main_option("script_location", str(MIGRATIONS))
    settings.set_main_option("path_separator", "os")
    assert ScriptDirectory.from_config(settings).get_current_head() == HEAD
    database = Database(address)
    with database.begin() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []
    database.engine.dispose()


def _write(address: str, worker: int) -> None:
    store = Store(address)
    for number in range(10):
        store.insert(a_case(f"w{worker}-{number}"))
    store.close()


def test_processes_open_and_write_an_empty_database_at_once(address: str) -> None:
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=_write, args=(address, number)) for number in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert [worker.exitcode for worker in workers] == [0, 0]
    store = Store(address)
    assert len([info for info in store.infos() if info.id.startswith("w")]) == 20
    store.close()


def test_sqlite_keeps_nothing_of_a_deleted_case(tmp_path: Path) -> None:
    file = tmp_path / "cases.sqlite3"
    store = Store(f"sqlite:///{file}")
    case = a_case()
    case.symptom = "MARKED-WORD " * 2000
    store.insert(case)
    store.save(store.load(case.id) or case, a_turn(), [Evidence(1, 1, case.created, "MARKED-WORD " * 5000)])
    store.delete(case.id)
    assert not [found.name for found in tmp_path.iterdir() if b"MARKED-WORD" in found.read_bytes()]
    store.close()
    assert b"MARKED-WORD" not in file.read_bytes()


def test_sqlite_uses_a_write_ahead_log(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'cases.sqlite3'}")
    store.close()
    with sqlite3.connect(tmp_path / "cases.sqlite3") as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    connection.close()


def test_a_locked_database_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.case.database.BUSY_MS", 50)
    store = Store(f"sqlite:///{tmp_path / 'cases.sqlite3'}")
    other = sqlite3.connect(tmp_path / "cases.sqlite3", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(KbError, match="another process holds it"):
        store.insert(a_case())
    other.execute("ROLLBACK")
    store.insert(a_case())
    other.close()
    store.close()


def test_unusable_databases_say_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "text.sqlite3").write_text("no database, only a long line of text " * 40)
    with pytest.raises(KbError, match="folder exists"):
        Store(f"sqlite:///{tmp_path / 'file' / 'cases.sqlite3'}")
    with pytest.raises(KbError, match="damaged"):
        Store(f"sqlite:///{tmp_path / 'text.sqlite3'}")
    with pytest.raises(ConfigError, match="no address"):
        Store("cases")
    with pytest.raises(ConfigError, match="driver"):
        Store("nosuch://host/db")
    with pytest.raises(KbError, match="server runs") as refused:
        Store("postgresql://kb:hunter2@127.0.0.1:1/kb")
    assert "hunter2" not in str(refused.value)


def test_a_schema_from_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    Store(f"sqlite:///{tmp_path / 'cases.sqlite3'}").close()
    with sqlite3.connect(tmp_path / "cases.sqlite3") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    with pytest.raises(KbError, match="newer version"):
        Store(f"sqlite:///{tmp_path / 'cases.sqlite3'}")


@pytest.mark.parametrize(
    ("line", "secret"),
    [
        ("enable secret 5 $1$abcd$Zx9Ykqq1.abcdefgh/", "Zx9Ykqq1"),
        ("username admin password 1 bVmDmMMmZAPjY privilege 15", "bVmDmMMmZAPjY"),
        ("username bob secret simpleword", "simpleword"),
        ("snmp-server community PuBlic RO", "PuBlic"),
        ("snmp-server host 10.1.1.1 v2c MyComm", "MyComm"),
        ("snmp-server user u grp auth md5 Abc12345 priv des Xyz98765", "Xyz98765"),
        ("tacacs key 7 0822455D0A16", "0822455D0A16"),
        ("radius-server host 10.1.1.1 key foobar", "foobar"),
        ("ntp authentication-key 1 md5 qwerty9", "qwerty9"),
        ("パスワードは hunter2 です", "hunter2"),
        ("Password: hunter", "hunter"),
        ("key 0x" + "ab12" * 10, "ab12ab12"),
        ("-----BEGIN RSA PRIVATE KEY-----\nMIIEow\n-----END RSA PRIVATE KEY-----", "MIIEow"),
        ("postgresql://kb:hunter2@host/db", "hunter2"),
        ("AbCd1234" * 8 + "==", "AbCd1234"),
    ],
)
def test_secrets_are_masked(line: str, secret: str) -> None:
    masked = redact(f"before 10.10.10.10\n{line}\nafter")
    assert secret not in masked
    assert MASK in masked
    assert masked.startswith("before 10.10.10.10\n") and masked.endswith("\nafter")


def test_the_guide_and_its_samples_hold_nothing_to_mask() -> None:
    root = MIGRATIONS.parent.parent / "kb"
    for file in (*root.rglob("*.md"), *root.rglob("samples/**/*.txt")):
        text = file.read_text(encoding="utf-8")
        assert redact(text) == text, file.name


def test_what_cannot_be_stored_is_replaced() -> None:
    assert redact("a\x00b\ud800c") == "a\ufffdb\ufffdc"


@pytest.mark.parametrize("replaced", [False, True])
def test_nothing_is_acknowledged_into_a_removed_file(tmp_path: Path, replaced: bool) -> None:
    file = tmp_path / "cases.sqlite3"
    store = Store(f"sqlite:///{file}")
    store.insert(a_case("1"))
    for path in tmp_path.glob("cases.sqlite3*"):
        path.unlink()
    if replaced:
        Store(f"sqlite:///{file}").close()
    with pytest.raises(KbError, match="removed or replaced while in use; start again"):
        store.insert(a_case("2"))
    with pytest.raises(KbError, match="start again"):
        store.load("1")
    store.close()
    again = Store(f"sqlite:///{file}")
    again.insert(a_case("2"))
    assert again.load("2") is not None
    again.close()
