"""While the case database is away, Slack is told to send again, the log says so once, and nothing is lost."""

from __future__ import annotations

import json
import logging
import sqlite3
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from bot.config import ROOT, Config
from bot.errors import KbError
from bot.slack.outage import Outage
from tests.slack_rules import ME, code, signed
from tests.slack_world import Instance, World, playing, running
from tests.waiting import until


def test_a_database_that_is_away_is_logged_once_and_what_came_meanwhile_is_answered(
    settings: Config, tmp_path: Path
) -> None:
    file = tmp_path / "cases.sqlite3"
    with playing() as slack:
        instance = Instance(settings, f"sqlite:///{file}", slack, KB_SLACK_MODE="http")
        with running(instance):
            world = World(slack)
            message = world.message("C1", "U1", f"<@{ME}> Connections show TGDL instead of TMDL")
            bodies = [json.dumps(payload).encode() for payload in world.payloads(message)]
            holder = sqlite3.connect(file, isolation_level=None)
            holder.execute("BEGIN IMMEDIATE")
            assert {_post(instance, body) for body in bodies for _ in range(2)} == {503}
            assert slack.mine() == []
            holder.execute("ROLLBACK")
            holder.close()
            assert {_post(instance, body) for body in bodies} == {200}
            [answer] = world.answers("C1", message["ts"], set())
            assert "show statistics accelerator mapi" in code(answer.blocks)
            until(lambda: "the case database answers again" in instance.log, lambda: instance.log)
    assert instance.log.count("database is locked") == 1, instance.log
    assert "Traceback" not in instance.log


def _post(instance: Instance, body: bytes) -> int:
    headers = {"content-type": "application/json", **signed(body)}
    url = f"http://127.0.0.1:{instance.port}/slack/events"
    return httpx.post(url, content=body, headers=headers, trust_env=False, timeout=120).status_code


def test_an_outage_is_told_at_its_beginning_and_at_its_end(caplog: pytest.LogCaptureFixture) -> None:
    outage = Outage()
    with caplog.at_level(logging.WARNING, "bot.slack"):
        outage.worked("write")
        for _ in range(3):
            outage.failed("write", KbError("the database is away"))
            outage.worked("read")
        outage.failed("read", KbError("the database is away"))
        outage.worked("write")
        outage.worked("read")
        outage.worked("read")
        outage.failed("write", KbError("the database is away"))
    told = ["the database is away", "the case database answers again", "the database is away"]
    assert [record.message for record in caplog.records] == told


def test_a_connection_that_does_not_let_go_does_not_keep_the_bot() -> None:
    held = "import threading; from bot.slack.serve import _end_within; _end_within(0); threading.Event().wait()"
    done = subprocess.run([sys.executable, "-c", held], cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0
    assert "most recent call first" in done.stderr
