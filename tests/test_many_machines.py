"""Two web processes and a Slack process on one Chroma server and one PostgreSQL: a build in the middle, an outage."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.case.store import Store
from bot.config import ROOT, Config
from ingest import builds, index
from ingest.encode import BundledEncoder
from tests.chroma_server import Chroma, chroma_run
from tests.slack_rules import ME
from tests.slack_world import Instance, World, playing, text_of
from tests.test_store import server  # noqa: F401 (a fixture: PostgreSQL)
from tests.waiting import until
from tests.web_server import Server, free_port

QUESTIONS = (
    "Connections show TGDL instead of TMDL",
    "sr-errorlog に Clock skew too great と出ました",
    "What must be in place before WAAS accelerates encrypted MAPI?",
    "How do I redirect traffic with WCCP?",
)
NEW = "the quick brown heron waits at the lock gate"
"""A symptom that only the second build knows."""

PAUSE = 0.1
"""Seconds between two questions, which leaves the builder its share of the processor."""


@dataclass
class Asking:
    """Somebody who asks one web process all the time and keeps what came back."""

    url: str
    answers: list[dict[str, Any]] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        while not self.stop.is_set():
            for question in QUESTIONS:
                answer = ask(self.url, question)
                (self.errors if "error" in answer else self.answers).append(answer)
                self.stop.wait(PAUSE)

    def end(self) -> None:
        self.stop.set()
        self._thread.join()


def ask(url: str, question: str) -> dict[str, Any]:
    """Ask over the API; a failure comes back as its body, with "error"."""
    try:
        reply = httpx.post(f"{url}api/ask", json={"question": question, "id": question}, timeout=60)
        return dict(reply.json())
    except (httpx.HTTPError, ValueError) as error:
        return {"error": repr(error)}


def substance(answer: dict[str, Any]) -> str:
    """Return all of an answer that must be the same on every machine."""
    return repr({key: value for key, value in answer.items() if key != "elapsed_ms"})


class House:
    """The machines: each with a data folder of its own that starts empty."""

    def __init__(self, settings: Config, tmp: Path, chroma: Chroma, database: str) -> None:
        self.tmp, self.chroma, self.database = tmp, chroma, database
        self.builder = Config(data_dir=tmp / "builder", chroma_url=chroma.url)
        self.root = tmp / "root"
        shutil.copytree(ROOT / "kb" / "guide", self.root / "kb" / "guide")
        for file in (ROOT / "kb").glob("*.yaml"):
            shutil.copy(file, self.root / "kb")
        self.builder.data_dir.mkdir()
        shutil.copy(settings.data_dir / "embeddings.sqlite3", self.builder.data_dir)
        current = builds.current(settings.index_dir)
        assert current is not None
        shutil.copytree(current, self.builder.index_dir / current.name)
        builds.point_at(self.builder.index_dir, self.builder.index_dir / current.name)

    def build(self) -> str:
        """Build from this house's kb/, publish it, and return its version."""
        report = index.build(self.builder.index_dir, BundledEncoder(), root=self.root)
        index.share(self.builder)
        return report.version

    def variables(self, name: str) -> dict[str, str]:
        """Return the environment of a machine."""
        return {
            "KB_DATA_DIR": str(self.tmp / name),
            "KB_CHROMA_URL": self.chroma.url,
            "KB_DATABASE_URL": self.database,
            "KB_LOG": "json",
        }

    def one_question(self, name: str) -> subprocess.CompletedProcess[str]:
        """Run ``python -m bot ask`` on a new machine."""
        own = {key: value for key, value in os.environ.items() if not key.startswith("KB_")}
        command = [sys.executable, "-m", "bot", "ask", QUESTIONS[0], "--json"]
        return subprocess.run(command, cwd=ROOT, env=own | self.variables(name), capture_output=True, text=True)


@pytest.fixture
def house(settings: Config, tmp_path: Path, server: str) -> Iterator[House]:  # noqa: F811
    with chroma_run(tmp_path) as chroma:
        yield House(settings, tmp_path, chroma, server)


def web(house: House, name: str) -> Server:
    (house.tmp / name).mkdir()
    return Server(Config(data_dir=house.tmp / name), house.tmp / name, extra=house.variables(name))


def health(url: str, path: str = "readyz") -> Any:
    try:
        reply = httpx.get(f"{url}{path}", timeout=60)
    except httpx.HTTPError as error:
        return {"error": repr(error)}
    return reply.json() if path == "readyz" else reply.text


def all_say(urls: list[str], wanted: Callable[[dict[str, Any]], bool]) -> None:
    until(lambda: all(wanted(health(url)) for url in urls), lambda: [health(url) for url in urls])


def test_one_builds_and_all_switch_through_an_outage(house: House) -> None:
    first = house.build()
    with playing() as slack, ExitStack() as running:
        machines = [web(house, "web1"), web(house, "web2")]
        health_port = free_port()
        more = house.variables("slack") | {"KB_HEALTH_PORT": str(health_port)}
        (house.tmp / "slack").mkdir()
        chat = Instance(Config(data_dir=house.tmp / "slack"), house.database, slack, **more)
        for machine in (*machines, chat):
            running.callback(machine.stop)
            machine.start()
        urls = [machine.url for machine in machines]
        everybody = [*urls, f"http://127.0.0.1:{health_port}/"]
        all_say(everybody, lambda said: said == {"status": "ready", "index": first, "documents": None, "degraded": []})
        world = World(slack)
        asking = [Asking(url) for url in urls]
        running.callback(lambda: [one.end() for one in asking])

        # One builds; all switch, and nobody who asks meanwhile notices more than another version.
        article = house.root / "kb/guide/en/epm-ao.md"
        original = article.read_text(encoding="utf-8")
        article.write_text(original.replace("symptoms:", f"symptoms:\n  - {NEW}", 1), encoding="utf-8")
        second = house.build()
        assert second != first
        all_say(everybody, lambda said: said.get("index") == second)
        for url in urls:
            answer = ask(url, NEW)
            assert (answer["topics"][0], answer["index_version"]) == ("epm-ao", second)
        assert "EPM" in text_of(*world.ask("Cnew", "U1", f"<@{ME}> {NEW}"))

        # What was said in Slack is a case that either page shows.
        with closing(Store(house.database)) as store:
            [case] = store.infos()
        reports = {httpx.get(f"{url}cases/{case.id}/report.md").text for url in urls}
        assert len(reports) == 1 and NEW in reports.pop()

        # The server is killed: the copies answer, the same, and each process says so.
        before = substance(ask(urls[0], QUESTIONS[0]))
        house.chroma.kill()
        for url in urls:
            assert substance(ask(url, QUESTIONS[0])) == before
        assert "TMDL" in text_of(*world.ask("Cgone", "U1", f"<@{ME}> {QUESTIONS[0]}"))
        all_say(everybody, lambda said: said["status"] == "ready" and "vectors" in said["degraded"])
        assert 'kb_degraded{what="vectors"} 1.0' in health(urls[0], "metrics")
        new = house.one_question("new-machine")
        assert new.returncode == 1 and new.stdout == ""
        assert new.stderr.startswith(f"bot: the Chroma server {house.chroma.url} does not answer")
        assert new.stderr.count("\n") == 1

        # It is back: so are all, and the next build reaches them, which here is the first one again.
        house.chroma.start()
        all_say(urls, lambda said: said["degraded"] == [])
        article.write_text(original, encoding="utf-8")
        assert house.build() == first
        all_say(everybody, lambda said: said.get("index") == first)
        assert house.one_question("new-machine").returncode == 0

        for one in asking:
            one.end()
        for machine in machines:
            machine.stop()
            events = [json.loads(line)["event"] for line in machine.log.splitlines() if line.startswith("{")]
            assert "vectors_from_copy" in events and "index_not_looked_at" in events
            assert set(events) <= {"vectors_from_copy", "index_not_looked_at", "documents_not_looked_at"}, machine.log
        assert [error for one in asking for error in one.errors] == []
        same: dict[tuple[str, str], set[str]] = {}
        for answer in (answer for one in asking for answer in one.answers):
            same.setdefault((answer["id"], answer["index_version"]), set()).add(substance(answer))
        assert {version for _, version in same} == {first, second}
        assert {key: len(found) for key, found in same.items() if len(found) > 1} == {}
