"""How fast the page is: process start to first answer against `import gradio`, first step against bare retrieval.

    python benchmarks/web_start.py

Needs an index (python -m ingest). Cases go to a database of its own that is removed afterwards.
"""

from __future__ import annotations

import http.client
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import Future
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
QUESTIONS = (
    "Connections show TGDL instead of TMDL",
    "Outlook の接続が TMDL ではなく TGDL になっています",
    "sr-errorlog says Clock skew too great",
    "MAPI AO が Enabled なのに Shutdown のままです",
    "What must be in place before WAAS accelerates encrypted MAPI?",
)
ROUNDS = 3
"""Process starts of each kind; the median counts."""
REPEATS = 6
"""Times each question is asked."""


def import_seconds() -> float:
    """Return the wall time of a process that imports gradio and ends."""
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import gradio"], check=True, cwd=ROOT)
    return time.perf_counter() - started


def first_answer_seconds(folder: str) -> tuple[float, float]:
    """Return the seconds from process start to the opened page, and to the first answer over HTTP."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    own = os.environ | {"KB_PORT": str(port), "KB_DATABASE_URL": f"sqlite:///{folder}/{port}.sqlite3"}
    started = time.perf_counter()
    process = subprocess.Popen([sys.executable, "app.py"], cwd=ROOT, env=own, stdout=subprocess.DEVNULL)
    try:
        while not _listens(port):
            time.sleep(0.01)
        _get(port, "/")
        opened = time.perf_counter() - started
        calls = {}
        for call in json.loads(_get(port, "/config"))["dependencies"]:
            calls.setdefault(call["api_name"], call["id"])
        _call(port, calls["take"], [{"text": QUESTIONS[0], "files": []}, None])
        told = _call(port, calls["light"], [None])
        assert 'class=\\"step' in told, told[-500:]
        return opened, time.perf_counter() - started
    finally:
        process.terminate()
        process.wait()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _get(port: int, path: str, body: object = None) -> str:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    headers = {"content-type": "application/json"}
    connection.request("POST" if body else "GET", path, json.dumps(body) if body else None, headers)
    answer = connection.getresponse()
    told = ""
    while line := answer.readline().decode():
        told += line
        if '"process_completed"' in line:
            break
    connection.close()
    assert answer.status == 200, told
    return told


def _call(port: int, function: int, data: list[object]) -> str:
    """Call one of the page's functions as the browser does and return the event stream up to its end."""
    session = {"session_hash": "benchmark"}
    _get(port, "/gradio_api/queue/join", {"data": data, "fn_index": function, "event_data": None, **session})
    return _get(port, "/gradio_api/queue/data?session_hash=benchmark")


def first_step_milliseconds(folder: str) -> tuple[float, float]:
    """Return the medians of a bare retrieval and of the time until the first step is drawn."""
    from bot import config, text
    from bot.case.service import CaseService
    from bot.case.store import Store
    from bot.engine import Bot
    from bot.web.desk import Desk, Loaded, Request, Seat

    bot = Bot(config.load())
    loaded: Future[Loaded] = Future()
    loaded.set_result(Loaded(bot, CaseService(bot, Store(f"sqlite:///{folder}/steps.sqlite3"))))
    desk = Desk(loaded)
    bare, step = [], []
    for words in QUESTIONS * REPEATS:
        started = time.perf_counter()
        bot.retriever.search(words, text.language(words))
        bare.append(time.perf_counter() - started)
        seat = Seat(request=Request(words))
        started = time.perf_counter()
        first = next(iter(desk.answer(seat)))
        step.append(time.perf_counter() - started)
        assert first.chat and 'class="step' in first.chat
    return statistics.median(bare[5:]) * 1000, statistics.median(step[5:]) * 1000


def main() -> None:
    """Measure and print one line of JSON."""
    with tempfile.TemporaryDirectory() as folder:
        imports, opened, answered = [], [], []
        for _ in range(ROUNDS):
            imports.append(import_seconds())
            page, answer = first_answer_seconds(folder)
            opened.append(page)
            answered.append(answer)
        bare, step = first_step_milliseconds(folder)
    gradio, first = statistics.median(imports), statistics.median(answered)
    body = {
        "import_gradio_s": round(gradio, 2),
        "page_opened_s": round(statistics.median(opened), 2),
        "first_answer_s": round(first, 2),
        "first_answer_by_import": round(first / gradio, 2),
        "bare_retrieval_ms": round(bare, 1),
        "first_step_ms": round(step, 1),
        "first_step_by_retrieval": round(step / bare, 2),
    }
    print(json.dumps(body))


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    main()
