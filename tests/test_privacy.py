"""A marked secret goes in by every door and is found in no file; a case deleted is gone from every file."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot import logs
from bot import text as spoken
from bot.case.database import SLACK_THREADS, SLACK_WORK
from bot.case.service import CaseService
from bot.case.store import Store, open_store
from bot.config import Config
from bot.reading.paste import clean
from bot.redact import MASK, redact

MARK = "Zq7xMARKvv9"
TOLD = (
    f"username admin password 7 {MARK}",
    f"enable secret {MARK}",
    f"snmp-server community {MARK} RO",
    f"snmp-server host 10.1.1.1 {MARK}",
    f"snmp-server user bob grp v3 auth md5 {MARK} priv aes 128 {MARK}",
    f"tacacs-server key 7 {MARK}",
    f"radius-server host 10.1.1.1 auth-port 1812 key {MARK}",
    f"crypto import pkcs12 a.p12 pass-phrase {MARK}",
    f"windows-domain join domain-name ad.example.com user admin password {MARK}",
    f"cms secure-store open passphrase {MARK}",
    f"-----BEGIN RSA PRIVATE KEY-----\n{MARK}{MARK}\n-----END RSA PRIVATE KEY-----",
    f"Authorization: Basic {MARK}{MARK}==",
    f"aws_secret_access_key = {MARK}{MARK}",
    f"ftp://bob:{MARK}@10.1.1.1/x",
    f"ike key {MARK}",
    f"{{SSHA}}{MARK}{MARK}=",
    f'"password": "{MARK}"',
    f"<password>{MARK}</password>",
    f"the password is {MARK}",
    f"my password is: {MARK}",
    f'password "{MARK}"',
    f"pwd={MARK}",
    f"login bob/{MARK}",
    f"community name: {MARK}",
    f"パスワードは {MARK} です",
    f"パスワードは「{MARK}」です",
    f"パスワード「{MARK}」でログインします",
    f"ｐａｓｓｗｏｒｄ：{MARK}",
    f"SNMP コミュニティは {MARK} です",
    f"コミュニティ名: {MARK}",
    f"コミュニティ文字列 {MARK} を設定",
    f"共有鍵は {MARK}",
    f"事前共有キー: {MARK}",
    f"秘密鍵: {MARK}",
    f"暗証番号は {MARK}",
    f"APIキー: {MARK}",
    f"トークンは {MARK}",
)
HASH = "8846f7eaee8fb117ad06bdd830b7586c"


@pytest.mark.parametrize("said", [*TOLD, f"NTLM hash {HASH}"])
def test_a_secret_is_masked_wherever_it_stands(said: str) -> None:
    for text in (said, f"Outlook is slow.\n{said}\nWhy?", f"  {said}", said.upper().replace(MARK.upper(), MARK)):
        masked = redact(text)
        assert MARK not in masked and HASH not in masked
        assert MASK in masked
        assert redact(masked) == masked


@pytest.mark.parametrize(
    "said",
    [
        "the password is wrong and the community is large",
        "パスワードは必要ですか。サーバの秘密鍵は WAE のどこに登録しますか",
        "Is password based authentication supported? The pass-through count is 12",
        "key 1 of 3, token ring, login 10:30:11 from 10.1.1.1",
        "Kerberos key retrieved for host/exch.example.com",
        "windows-domain encryption-service identity svc1 user-account",
    ],
)
def test_what_is_no_secret_stays(said: str) -> None:
    assert redact(said) == said


@pytest.fixture
def data(settings: Config, tmp_path: Path) -> Path:
    """A data folder of its own with the session's index in it."""
    shutil.copytree(settings.data_dir / "index", tmp_path / "index")
    return tmp_path


class Log:
    """Everything that is logged; ``getvalue`` returns it from the beginning."""

    def __init__(self, captured: pytest.CaptureFixture[str]) -> None:
        self._captured, self._said = captured, ""

    def getvalue(self) -> str:
        self._said += self._captured.readouterr().err
        return self._said


@pytest.fixture
def log(capsys: pytest.CaptureFixture[str]) -> Iterator[Log]:
    """The log at its most talkative."""
    logs.configure(Config(log="json", log_level="debug"))
    yield Log(capsys)
    logs.configure(Config())


def files_with(folder: Path, *needles: str) -> list[str]:
    """Return the files below ``folder`` that hold one of ``needles`` in any encoding that they may be written in."""
    bodies = [needle.encode(code) for needle in needles for code in ("utf-8", "utf-16-le", "shift_jis")]
    bodies += [json.dumps(needle)[1:-1].encode() for needle in needles]
    return [
        file.relative_to(folder).as_posix()
        for file in sorted(folder.rglob("*"))
        if file.is_file() and any(body in file.read_bytes() for body in bodies)
    ]


def talk(service: CaseService, words: tuple[str, ...]) -> str:
    """Say and paste everything, in questions, in pastes and in the reasons of thumbs; return the case."""
    case = service.new()
    for number, said in enumerate(words):
        turn = service.say(case.id, f"Why does Accel show TGDL? {said}")
        service.say(case.id, "", f"WAE#show running-config\n{said}\nWAE#show accelerator mapi\n")
        service.say(case.id, f"WAE#show accelerator mapi\nAccelerator  Licensed\n{said}\nmapi Enabled\nWAE#exit\n")
        if number % 3 == 0:
            service.feedback(case.id, turn.number, up=False, reason=f"wrong: {said}")
    return case.id


def test_a_secret_is_in_no_file_and_no_log(bot, data: Path, log: Log) -> None:
    store = open_store(Config(data_dir=data))
    service = CaseService(bot, store)
    case = talk(service, (*TOLD, HASH))
    assert files_with(data, MARK, HASH) == []  # while the database is open: its log holds the last turns
    assert MARK not in service.export(case, "en", "markdown") + service.export(case, "ja", "text")
    store.close()
    assert files_with(data, MARK, HASH) == []
    assert files_with(data, "Why does Accel show TGDL?") != []
    assert '"event": "answered"' in log.getvalue()
    assert MARK not in log.getvalue() and HASH not in log.getvalue()


def test_a_deleted_case_is_gone_from_every_file(bot, data: Path) -> None:
    store = open_store(Config(data_dir=data))
    service = CaseService(bot, store)
    words = ("gone-forever-1 ごみ箱へ", "gone-forever-2")
    deleted, kept = talk(service, words), talk(service, ("stays-here",))
    with store._database.begin() as connection:
        connection.execute(_row(SLACK_WORK, deleted, "gone-forever-3"))
        connection.execute(_row(SLACK_THREADS, deleted, "gone-forever-4"))
    assert files_with(data, "gone-forever-1") and files_with(data, "gone-forever-3")
    assert service.delete(deleted)
    traces = (deleted, "gone-forever", "ごみ箱へ")
    assert files_with(data, *traces) == []
    assert service.get(deleted) is None and service.get(kept) is not None
    with sqlite3.connect(data / "cases.sqlite3") as connection:  # as docs/operations.md has it
        connection.execute(f"VACUUM INTO '{data / 'backup.sqlite3'}'")
    assert files_with(data, *traces) == [] and "backup.sqlite3" in files_with(data, "stays-here")
    (data / "backup.sqlite3").unlink()
    store.close()
    assert files_with(data, *traces) == []
    assert files_with(data, "stays-here") == ["cases.sqlite3"]


def test_a_deleted_case_is_gone_from_the_memory_that_makes_answers_quick(bot, data: Path) -> None:
    store = open_store(Config(data_dir=data))
    service = CaseService(bot, store)
    held = (bot.retriever.vector, clean, spoken._japanese, spoken._latin, spoken.is_known_word)
    case = talk(service, ("gone-forever ごみ箱へ",))
    assert held[0].cache_info().currsize and held[2].cache_info().currsize
    assert service.delete(case)
    assert [one.cache_info().currsize for one in held] == [0] * len(held)
    store.close()


def _row(table: sa.Table, case_id: str, text: str) -> sa.Insert:
    """Return a row of a Slack table that belongs to a case."""
    values = {
        column.name: 0.0 if isinstance(column.type, sa.Double) else 0 if isinstance(column.type, sa.Integer) else text
        for column in table.columns
        if not isinstance(column.type, sa.Boolean)
    }
    booleans = {column.name: True for column in table.columns if isinstance(column.type, sa.Boolean)}
    return table.insert().values(**values | booleans | {"case_id": case_id})


def test_a_reader_that_is_open_does_not_keep_a_deleted_case(bot, data: Path) -> None:
    store = open_store(Config(data_dir=data))
    other = Store(f"sqlite:///{data / 'cases.sqlite3'}")
    service = CaseService(bot, store)
    case = talk(service, ("gone-forever",))
    assert other.load(case) is not None
    service.delete(case)
    assert other.load(case) is None
    assert files_with(data, "gone-forever", case) == []
    other.close()
    store.close()
