"""A marked secret goes in by every door and comes out by none: no file, no log, nothing that is sent or shown."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from concurrent.futures import Future
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa

from bot.case.service import CaseService
from bot.case.store import Store
from bot.config import ROOT, Config
from bot.engine import Bot
from bot.llm import open_assistant
from bot.web.desk import Desk, Loaded, Request, Seat
from evals.drafts import Feedback, write_draft
from tests import test_privacy, test_store
from tests.api_server import api, running
from tests.llm_server import Server, reworded
from tests.test_llm_lies import honest
from tests.test_privacy import MARK, TOLD, Log, files_with, talk

log, postgres = test_privacy.log, test_store.server
SECRET = f"snmp-server community {MARK} RO"
ASKED = "Outlook on TOKYO-EX01 shows TGDL instead of TMDL"
SECURED = (ROOT / "kb/samples/show-statistics-accelerator-mapi/secured.txt").read_text(encoding="utf-8")
PASTE = f"TOKYO-EX01#show running-config\n{SECRET}\nTOKYO-EX01#show statistics accelerator mapi\n{SECURED}\n"


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The system's temporary folder, empty."""
    folder = tmp_path / "tmp"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    return folder


def test_the_api_keeps_nothing(bot: Bot, log: Log, temporary: Path) -> None:
    with running(api(bot, log="json", log_level="debug")) as server:
        asked = {"question": f"{ASKED} {SECRET}", "paste": PASTE, "id": "1"}
        found = httpx.post(f"{server.url}/api/ask", json=asked, timeout=120).json()
        read = httpx.post(f"{server.url}/api/parse", json={"text": PASTE}, timeout=120).json()
        large = httpx.post(
            f"{server.url}/api/parse", content=PASTE * 200, headers={"content-type": "text/plain"}, timeout=120
        )
        wrong = httpx.post(f"{server.url}/api/ask", json={"question": {"password": MARK}}, timeout=120)
    assert found["status"] == "answered" and read["outputs"] and large.status_code == 200
    assert MARK not in json.dumps(found)
    assert wrong.status_code == 422 and MARK not in wrong.text
    assert list(temporary.iterdir()) == []
    assert '"event": "answered"' in log.getvalue() and MARK not in log.getvalue()


def test_the_command_line_keeps_nothing(settings: Config, temporary: Path) -> None:
    lines = [{"id": "1", "question": f"{ASKED} {SECRET}", "paste": PASTE}, {"id": "2", "paste": [MARK]}]
    before = {file: file.stat().st_mtime_ns for file in settings.data_dir.rglob("*")}
    own = {name: value for name, value in os.environ.items() if not name.startswith("KB_")}
    own |= {"KB_DATA_DIR": str(settings.data_dir), "KB_LOG": "json", "KB_LOG_LEVEL": "debug", "TMPDIR": str(temporary)}
    done = subprocess.run(
        [sys.executable, "-m", "bot", "ask", "--batch", "-"], input="\n".join(map(json.dumps, lines)), cwd=ROOT,
        env=own, text=True, encoding="utf-8", capture_output=True, timeout=300,
    )  # fmt: skip
    answered, refused = map(json.loads, done.stdout.splitlines())
    assert answered["status"] == "answered" and "error" in refused
    assert MARK not in done.stdout + done.stderr
    changed = [file for file in settings.data_dir.rglob("*") if before.get(file) != file.stat().st_mtime_ns]
    assert files_with(temporary, MARK) == []
    assert [file for file in changed if file.is_file() and MARK.encode() in file.read_bytes()] == []


def test_a_language_model_is_sent_nothing_marked(bot: Bot, settings: Config, tmp_path: Path, log: Log) -> None:
    with Server(reworded(honest)) as server:
        chosen = {"model": "openai:scripted", "model_url": server.url, "model_timeout": 60.0}
        store = Store(f"sqlite:///{tmp_path / 'cases.sqlite3'}")
        service = CaseService(bot, store, improver=open_assistant(bot, settings.model_copy(update=chosen)))
        case = service.new("en")
        for said in (f"{ASKED} {SECRET}", f"the password is {MARK}. Which connections show TGDL?"):
            service.improve(case.id, service.say(case.id, said, PASTE).number)
        store.close()
    sent = json.dumps(server.requests)
    assert len(server.requests) == 2 and "TGDL" in sent and "KBHOST1" in sent
    assert MARK not in sent and MARK not in log.getvalue()
    assert files_with(tmp_path, MARK) == []


def test_a_draft_of_a_case_holds_nothing_marked(bot: Bot, tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'cases.sqlite3'}")
    talk(CaseService(bot, store), TOLD[:4])
    for thumb, turn in store.complained():
        write_draft(Feedback(turn.text, turn.paste, thumb.reason, "", (), "1"), tmp_path / "drafts")
    store.close()
    assert files_with(tmp_path / "drafts", MARK) == []
    assert len(files_with(tmp_path / "drafts", "TGDL")) == 2


class Broken(Bot):
    """A bot that fails, and says what it failed on."""

    def __init__(self, bot: Bot) -> None:
        self.__dict__.update(bot.__dict__)

    def ask(self, question, *_, **__):
        raise RuntimeError(f"cannot read {question.text} {question.paste}")


def test_a_crash_tells_the_person_and_the_log_nothing_marked(bot: Bot, tmp_path: Path, log: Log) -> None:
    broken, loaded = Broken(bot), Future()
    store = Store(f"sqlite:///{tmp_path / 'cases.sqlite3'}")
    loaded.set_result(Loaded(broken, CaseService(broken, store)))
    desk, seat = Desk(loaded), Seat()
    asked = Request(f"{ASKED} {SECRET}", PASTE)
    begun = desk.begin(seat, asked)
    shown = [view.chat or "" for view in desk.answer(seat)]
    with running(api(broken)) as server:
        body = {"question": f"{ASKED} {SECRET}", "paste": PASTE}
        failed = httpx.post(f"{server.url}/api/ask", json=body, timeout=120)
    store.close()
    assert "something inside went wrong" in shown[-1] and "TOKYO-EX01" in shown[-1] and seat.request is None
    assert MARK not in "".join([begun.chat or "", *shown, failed.text, *seat.drawn])
    assert failed.status_code == 500
    assert '"event": "turn_failed"' in log.getvalue() and "RuntimeError" in log.getvalue()
    assert MARK not in log.getvalue() and "TOKYO-EX01" not in log.getvalue()


def test_the_page_prints_nothing_of_a_failed_act(capfd: pytest.CaptureFixture[str]) -> None:
    import gradio as gr

    from bot.web.page import _quietly

    with pytest.raises(gr.Error) as raised, _quietly(Seat()):
        raise RuntimeError(f"cannot keep {MARK}")
    assert MARK not in str(raised.value) and raised.value.print_exception is False
    assert raised.value.__suppress_context__
    assert MARK not in "".join(capfd.readouterr())


def _rows(store: Store) -> str:
    """Return all that every table of a database holds."""
    with store._database.begin() as connection:
        names = sa.inspect(connection).get_table_names()
        return repr([connection.execute(sa.text(f"SELECT * FROM {name}")).all() for name in names])


def test_postgresql_holds_nothing_marked_and_nothing_deleted(bot: Bot, postgres: str) -> None:
    store, other = Store(postgres), Store(postgres)
    service = CaseService(bot, store)
    gone, kept = talk(service, (*TOLD[:6], "gone-forever")), talk(service, ("stays-here",))
    assert MARK not in _rows(store) and "gone-forever" in _rows(store)
    assert other.load(gone) is not None
    assert service.delete(gone)
    left = _rows(other)
    assert gone not in left and "gone-forever" not in left
    assert kept in left and "stays-here" in left
    service.delete(kept)
    store.close()
    other.close()
