"""What the running product says about itself: health, metrics, logs; and that none of it holds a person's words."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from starlette.testclient import TestClient

from bot import logs
from bot.case import probe
from bot.case.service import CaseService
from bot.case.store import Store
from bot.config import ROOT, Config
from bot.engine import Bot, Question
from bot.errors import ConfigError, IndexMissing, InputError
from bot.health import Health, WithHealth, _nothing, serve_beside
from bot.metrics import Metrics
from ingest import builds
from tests.stock import beside, put, take_in
from tests.waiting import until
from tests.web_server import free_port

SECRET = "zanzibar-secret-words"
SAMPLE = ROOT / "kb/samples/show-statistics-accelerator-mapi/secured.txt"
PASTE = f"{SAMPLE.read_text(encoding='utf-8')}\nWAE# {SECRET} 10.99.98.97\n"


@pytest.fixture
def metrics() -> Iterator[Metrics]:
    made = Metrics()
    yield made
    made.close()


@pytest.fixture
def log(capsys: pytest.CaptureFixture[str]) -> Iterator[Any]:
    """Set the log's form and level, and read the lines that it wrote."""

    def lines() -> list[str]:
        return capsys.readouterr().err.splitlines()

    def start(form: str, level: str) -> Any:
        logs.configure(Config(log=form, log_level=level))
        return lines

    yield start
    logs.configure(Config())


def values(metrics: Metrics, bot: Bot | None = None) -> dict[str, float]:
    text = metrics.text(bot, bot.problems() if bot else {})[0].decode()
    rows = (line.rpartition(" ") for line in text.splitlines() if not line.startswith("#"))
    return {name: float(value) for name, _, value in rows}


def test_a_question_does_not_wait_for_what_only_servers_need() -> None:
    code = "import sys, bot.engine; print(*{'structlog', 'prometheus_client', 'httpx', 'uvicorn'} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True).stdout == "\n"


def test_answers_are_counted_by_status_and_language(bot: Bot, metrics: Metrics) -> None:
    bot.ask(Question("What does TGDL mean?"))
    bot.ask(Question("TGDL とは何ですか"))
    bot.ask(Question("How do I cook rice?"))
    with pytest.raises(InputError):
        bot.ask(Question(" "))
    found = values(metrics, bot)
    assert found['kb_questions_total{language="en",status="answered"}'] == 1
    assert found['kb_questions_total{language="ja",status="answered"}'] == 1
    assert found['kb_questions_total{language="en",status="abstained"}'] == 1
    assert found["kb_answer_seconds_count"] == 3
    assert found['kb_answer_seconds_bucket{le="+Inf"}'] == 3
    assert found['kb_errors_total{kind="InputError"}'] == 1
    assert found[f'kb_index_info{{version="{bot.retriever.version}"}}'] == 1
    assert found["kb_index_age_seconds"] > 0
    assert found['kb_degraded{what="index"}'] == found['kb_degraded{what="vectors"}'] == 0


def test_cases_and_pastes_are_counted(bot: Bot, metrics: Metrics, tmp_path: Any) -> None:
    cases = CaseService(bot, Store(f"sqlite:///{tmp_path / 'cases.sqlite3'}"))
    case = cases.new("en")
    before = values(metrics).get('kb_parsed_total{recognised="yes"}', 0)
    cases.say(case.id, "", PASTE)
    found = values(metrics)
    assert found["kb_cases_opened_total"] == 1
    assert found['kb_parsed_total{recognised="yes"}'] == before + 1
    with pytest.raises(InputError):
        cases.say("no-such-case", "hello")
    assert values(metrics)['kb_errors_total{kind="InputError"}'] == 1


def test_what_is_degraded_is_shown(bot: Bot, metrics: Metrics, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bot.live, "_problem", "the new build is damaged")
    assert values(metrics, bot)['kb_degraded{what="index"}'] == 1
    assert Health(bot).ready() == (
        200,
        {"status": "ready", "index": bot.retriever.version, "documents": None, "degraded": ["index"]},
    )


def test_no_words_of_a_person_are_in_log_or_metrics(bot: Bot, metrics: Metrics, log: Any, tmp_path: Any) -> None:
    lines = log("json", "debug")
    cases = CaseService(bot, Store(f"sqlite:///{tmp_path / 'cases.sqlite3'}"))
    case = cases.new("en")
    cases.say(case.id, f"{SECRET}: why TGDL?", PASTE)
    bot.ask(Question(f"{SECRET} TGDL"))
    written = lines()
    records = [json.loads(line) for line in written]
    [answered, alone] = [record for record in records if record["event"] == "answered"]
    assert answered["status"] == "answered" and answered["index"] == bot.retriever.version
    assert answered["topics"] and answered["elapsed_ms"] > 0 and answered["language"] == "en"
    assert answered["case"] and answered["case"] not in case.id and "case" not in alone
    whole = "\n".join(written) + metrics.text(bot, {})[0].decode()
    for word in (SECRET, "10.99.98.97", case.id):
        assert word not in whole


def test_an_error_is_reported_once_with_its_cause_and_without_foreign_words(log: Any, metrics: Metrics) -> None:
    lines = log("json", "warning")
    with pytest.raises(ValueError), logs.watching("outer"), logs.watching("inner"):
        try:
            raise KeyError(SECRET)
        except KeyError as cause:
            raise ValueError(f"bad {SECRET}") from cause
    logs.failed("start", IndexMissing("there is no index; password: hunter2"))
    logs.failed("question", InputError(SECRET))
    first, second = (json.loads(line) for line in lines())
    assert (first["event"], first["kind"], first["cause"], first["level"]) == (
        "inner",
        "ValueError",
        "KeyError",
        "error",
    )
    assert "test_metrics.py:" in first["at"]
    assert "there is no index" in second["error"] and "hunter2" not in second["error"]
    assert SECRET not in json.dumps([first, second])
    assert values(metrics)['kb_errors_total{kind="InputError"}'] == 1


def test_text_is_one_line_an_event_at_and_above_the_level(log: Any) -> None:
    lines = log("text", "warning")
    logs.info("quiet", number=1)
    logs.warning("loud", problem="two\nlines", number=2)
    [line] = lines()
    assert "level=warning event=loud" in line and "number=2" in line and "quiet" not in line
    assert log("text", "error")() == []
    logs.warning("loud")
    assert lines() == []


def served(bot: Bot | None, **settings: Any) -> TestClient:
    loaded: Future[Any] = Future()
    if bot is not None:
        loaded.set_result(SimpleNamespace(bot=bot))
    own = Config(**settings)
    client = TestClient(WithHealth(_nothing, own, loaded), base_url="http://127.0.0.1")
    client.loaded = loaded
    return client


def test_health_is_open_and_metrics_ask_for_the_password(bot: Bot) -> None:
    client = served(bot, host="0.0.0.0", password="open sesame")
    assert (client.get("/healthz").status_code, client.get("/healthz").text) == (200, "ok\n")
    assert client.get("/readyz").json()["status"] == "ready"
    assert client.get("/metrics").status_code == 401
    with_password = client.get("/metrics", auth=("kb", "open sesame"))
    assert with_password.status_code == 200
    assert with_password.headers["content-type"].startswith("text/plain")
    assert "kb_index_info" in with_password.text and "process_resident_memory_bytes" in with_password.text
    assert client.get("/elsewhere").status_code == 404
    assert served(bot, host="0.0.0.0", password="open sesame", metrics=True).get("/metrics").status_code == 200


def test_the_documents_that_answer_are_named(settings: Config, metrics: Metrics, tmp_path: Path) -> None:
    made = beside(settings, tmp_path / "data")
    put(tmp_path / "w", {"a.md": "# Lantern\n\nThe lantern of pier seven is lit at dusk.\n"})
    take_in(made, tmp_path / "w", ["a.md"])
    told = Bot(made)
    version = told.documents.value.version
    assert Health(told).ready()[1]["documents"] == version
    found = values(metrics, told)
    assert (found[f'kb_documents_info{{version="{version}"}}'], found["kb_documents"]) == (1, 1)
    current = builds.current(made.data_dir / "documents")
    shutil.copytree(current, current.parent / "broken")
    (current.parent / "broken" / "vectors.npy").write_bytes(b"{")
    builds.point_at(current.parent, current.parent / "broken")
    until(lambda: Health(told).ready()[1]["degraded"] == ["documents"])
    assert values(metrics, told)['kb_degraded{what="documents"}'] == 1
    assert Health(told).ready()[1]["documents"] == version


def test_a_case_database_that_is_away_is_shown(bot: Bot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probe, "EVERY", 0.0)
    Store(f"sqlite:///{tmp_path / 'cases.sqlite3'}").close()
    client = served(bot, data_dir=tmp_path)

    def degraded(wanted: list[str]) -> None:
        until(lambda: client.get("/readyz").json()["degraded"] == wanted, lambda: client.get("/readyz").text)
        flag = f'kb_degraded{{what="cases"}} {float(bool(wanted))}'
        until(lambda: flag in client.get("/metrics").text, lambda: client.get("/metrics").text)

    degraded([])
    (tmp_path / "cases.sqlite3").rename(tmp_path / "away")
    degraded(["cases"])
    assert client.get("/readyz").status_code == 200
    assert not (tmp_path / "cases.sqlite3").exists(), "a look makes no database"
    (tmp_path / "away").rename(tmp_path / "cases.sqlite3")
    degraded([])
    (tmp_path / "cases.sqlite3").write_bytes(b"no database" * 100)
    degraded(["cases"])


def test_a_case_database_that_hangs_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    held = threading.Event()
    monkeypatch.setattr(probe, "PATIENCE", 0.0)
    monkeypatch.setattr(probe, "check", lambda address: held.wait())
    looked = probe.Probe(Config(database_url="postgresql://kb@127.0.0.1:1/kb"))
    try:
        until(lambda: looked.problem() == "the case database does not answer")
    finally:
        held.set()
    until(lambda: looked.problem() is None)


def test_a_server_that_refuses_is_named_without_its_password() -> None:
    looked = probe.Probe(Config(database_url=f"postgresql://kb:hunter2@127.0.0.1:{free_port()}/kb"))
    until(looked.problem)
    assert "check KB_DATABASE_URL and that the server runs" in str(looked.problem())
    assert "hunter2" not in str(looked.problem())


def test_a_foreign_page_learns_nothing(bot: Bot) -> None:
    client = served(bot, metrics=True)
    for path in ("/healthz", "/readyz", "/metrics"):
        assert client.get(path, headers={"host": "evil.example"}).status_code == 403
        assert client.get(path, headers={"origin": "http://evil.example"}).status_code == 403


def test_what_is_not_loaded_is_alive_but_not_ready() -> None:
    client = served(None)
    assert client.get("/healthz").status_code == 200
    assert (client.get("/readyz").status_code, client.get("/readyz").json()) == (503, {"status": "loading"})
    assert client.get("/metrics").status_code == 200
    client.loaded.set_exception(IndexMissing("there is no index in /private/place"))
    assert (client.get("/readyz").status_code, client.get("/readyz").json()) == (503, {"status": "failed"})


def test_a_face_without_a_page_serves_its_health_on_a_port(bot: Bot) -> None:
    port = free_port()
    stop = serve_beside(Config(health_port=port), bot)
    try:
        until(lambda: _answers(port))
        assert httpx.get(f"http://127.0.0.1:{port}/readyz").json()["index"] == bot.retriever.version
        with pytest.raises(ConfigError, match="KB_HEALTH_PORT"):
            serve_beside(Config(health_port=port), bot)
    finally:
        stop()
    assert not _answers(port)
    assert serve_beside(Config(), bot)() is None


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
