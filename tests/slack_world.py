"""A workspace under test: the server that plays Slack, people who write in it, and instances of the bot."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bot.case.casefile import Case
from bot.case.store import Store
from bot.config import ROOT, Config
from tests.slack_rules import APP_TOKEN, BOT_TOKEN, ME, SECRET, TEAM, event, holds, texts, wait_for
from tests.slack_server import Slack
from tests.slack_workspace import Message
from tests.web_server import free_port

PUBLIC = "https://kb.example"
_PROXIES = ("http_proxy", "https_proxy", "all_proxy")


class Instance:
    """One process of the bot."""

    def __init__(self, settings: Config, database: str, slack: Slack, **more: str) -> None:
        """Prepare ``python -m bot slack`` against ``slack`` and ``database``; ``more`` are further variables."""
        own = {k: v for k, v in os.environ.items() if not k.startswith(("KB_", "SLACK_")) and k.lower() not in _PROXIES}
        self.port = free_port()
        self.env = own | {
            "KB_DATA_DIR": str(settings.data_dir), "KB_DATABASE_URL": database, "KB_PUBLIC_URL": PUBLIC,
            "KB_PORT": str(self.port), "SLACK_BOT_TOKEN": BOT_TOKEN, "SLACK_APP_TOKEN": APP_TOKEN,
            "SLACK_SIGNING_SECRET": SECRET, "SLACK_API_URL": slack.api_url, "PYTHONUNBUFFERED": "1", **more,
        }  # fmt: skip
        self.log = ""
        self.process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Start and wait until it says that it serves; one that runs goes on."""
        if self.process:
            return
        self.log = ""
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bot", "slack"], cwd=ROOT, env=self.env, text=True, encoding="utf-8",
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        self._reader = threading.Thread(target=self._read, args=(self.process,), daemon=True)
        self._reader.start()
        wait_for(lambda: " serves " in self.log or self.process is None or self.process.poll() is not None, self.log)
        assert " serves " in self.log, self.log

    def _read(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout
        for line in process.stdout:
            self.log += line

    def kill(self) -> None:
        """End the process at once, as a crash does."""
        if self.process:
            self.process.kill()
            self._ended()

    def stop(self) -> None:
        """End the process as an administrator does."""
        if self.process:
            self.process.terminate()
            self._ended()

    def _ended(self) -> None:
        assert self.process and self.process.stdout
        self.process.wait(180)
        self._reader.join(60)
        self.process.stdout.close()
        self.process = None

    def run(self, *arguments: str) -> tuple[int, str]:
        """Run ``python -m bot slack ARGUMENTS`` to its end; return status and output."""
        done = subprocess.run(
            [sys.executable, "-m", "bot", "slack", *arguments], cwd=ROOT, env=self.env, text=True, encoding="utf-8",
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=300,
        )  # fmt: skip
        return done.returncode, done.stdout


class World:
    """People in a workspace."""

    def __init__(self, slack: Slack) -> None:
        """Write in ``slack``."""
        self.slack = slack
        self._numbers = itertools.count(1)

    def event_id(self) -> str:
        """Return the next event id."""
        return f"Ev{next(self._numbers):06d}"

    def message(self, channel: str, user: str, text: str, thread_ts: str = "", **more: Any) -> dict[str, Any]:
        """Write a message and return it as events hold it; nothing is delivered yet."""
        ts = self.slack.ts()
        kept = Message(channel, ts, user, text, thread_ts)
        if more.get("files"):
            kept.cards["files"] = more["files"]
        self.slack.messages[channel, ts] = kept
        thread = {"thread_ts": thread_ts} if thread_ts else {}
        kind = "im" if channel.startswith("D") else "channel"
        return {"type": "message", "channel": channel, "channel_type": kind, "user": user, "text": text, "ts": ts,
                "event_ts": ts, **thread, **more}  # fmt: skip

    def payloads(self, message: dict[str, Any], *, bare_mention: bool = False) -> list[dict[str, Any]]:
        """Return the events that Slack makes of a message: two where it mentions the bot in a channel."""
        found = [event(message, self.event_id())]
        if f"<@{ME}>" in message["text"] and message["channel_type"] != "im":
            left_out = {"channel_type"} | ({"files"} if bare_mention else set())
            mention = {k: v for k, v in message.items() if k not in left_out} | {"type": "app_mention"}
            found.insert(0, event(mention, self.event_id()))
        return found

    def say(self, channel: str, user: str, text: str, thread_ts: str = "", **more: Any) -> str:
        """Write a message, deliver it and return its timestamp."""
        message = self.message(channel, user, text, thread_ts, **more)
        for payload in self.payloads(message):
            self.slack.deliver(payload)
        return str(message["ts"])

    def ask(self, channel: str, user: str, text: str, thread_ts: str = "", **more: Any) -> list[Message]:
        """Write a message and return the messages that answer it."""
        before = {m.ts for m in self.slack.mine()}
        ts = self.say(channel, user, text, thread_ts, **more)
        return self.answers(channel, thread_ts or ts, before)

    def answers(self, channel: str, thread_ts: str, before: set[str]) -> list[Message]:
        """Wait for new messages of the bot in a thread and return them."""

        def new() -> list[Message]:
            return [m for m in self.slack.replies(channel, thread_ts) if m.ts not in before]

        wait_for(lambda: new() and self.is_done(channel, thread_ts), f"no answer in {channel} {thread_ts}")
        return new()

    def is_done(self, channel: str, thread_ts: str) -> bool:
        """Say whether the bot's last message in a thread ends as answers and failures end."""
        last = self.slack.replies(channel, thread_ts)[-1:]
        return bool(last) and last[0].blocks[-1:] != [] and last[0].blocks[-1]["type"] in ("context_actions", "section")

    def quiet(self, channel: str, user: str) -> None:
        """Wait until all that was delivered has been worked off, by asking in private and waiting for the answer."""
        self.ask(f"D{user}", user, "Clock skew too great")

    def click(self, message: Message, label: str, user: str, **more: Any) -> dict[str, Any]:
        """Press a button of a message and return the payload."""
        found = [e for b in message.blocks if b["type"] == "actions" for e in b["elements"]]
        element = next(e for e in found if e["text"]["text"] == label)
        return self.press(message, {"action_id": element["action_id"], "value": element["value"]}, user, **more)

    def press(self, message: Message, action: dict[str, Any], user: str, **more: Any) -> dict[str, Any]:
        """Deliver a press on an element of a message."""
        payload = {
            "type": "block_actions", "user": {"id": user}, "team": {"id": TEAM}, "channel": {"id": message.channel},
            "trigger_id": f"trigger-{next(self._numbers)}", "response_url": self.slack.hook(),
            "container": {"type": "message", "message_ts": message.ts, "channel_id": message.channel,
                          "thread_ts": message.thread_ts, "is_ephemeral": False},
            "message": {"ts": message.ts, "thread_ts": message.thread_ts},
            "actions": [{"type": "button", "action_ts": self.slack.ts(), **action}], **more,
        }  # fmt: skip
        self.slack.deliver(payload, "interactive")
        return payload

    def command(self, text: str, user: str, channel: str) -> str:
        """Deliver ``/mapi TEXT`` and return the path of its response_url."""
        url = self.slack.hook()
        body = {"command": "/mapi", "text": text, "user_id": user, "channel_id": channel, "team_id": TEAM,
                "trigger_id": f"1{next(self._numbers)}.2.x", "response_url": url}  # fmt: skip
        self.slack.deliver(body, "slash_commands")
        return url.removeprefix(self.slack.url)

    def hooked(self, path: str, count: int = 1) -> list[dict[str, Any]]:
        """Wait for what came by a response_url."""

        def came() -> list[dict[str, Any]]:
            return [h for h in self.slack.hooked if h["url"] == path]

        wait_for(lambda: len(came()) >= count, f"nothing came by {path}")
        return came()


def text_of(*messages: Message) -> str:
    """Return all that a person reads in messages."""
    return "\n".join("".join(texts(m.blocks)) or m.text for m in messages)


@contextmanager
def playing() -> Iterator[Slack]:
    """Play Slack for as long as the block runs."""
    slack = Slack()
    slack.start()
    try:
        yield slack
    finally:
        slack.stop()


@contextmanager
def running(*instances: Instance) -> Iterator[None]:
    """Run instances of the bot for as long as the block runs."""
    try:
        for instance in instances:
            instance.start()
        yield
    finally:
        for instance in instances:
            instance.stop()


__all__ = ["Instance", "World", "holds", "playing", "running", "text_of", "wait_for"]


def shown(message: Message) -> str:
    """Return a message as a person sees it, in plain text: code between bars, buttons in brackets."""
    lines = [f"  [{c['status']}] {c['title']}" + (f": {c['output']}" if c.get("output") else "")
             for c in message.cards.values() if isinstance(c, dict)]  # fmt: skip
    for block in message.blocks:
        lines += _shown(block)
    return "\n".join(lines)


def _shown(block: dict[str, Any]) -> list[str]:
    kind = block["type"]
    if kind == "header":
        return ["", f"# {block['text']['text']}"]
    if kind in ("actions", "context_actions"):
        labels = [e["text"]["text"] if "text" in e else "👍 / 👎" for e in block["elements"]]
        return ["  " + " ".join(f"[{label}]" for label in labels)]
    if kind == "context":
        return [f"  ({e['text']})" for e in block["elements"]]
    if kind == "section":
        return [block["text"]["text"]]
    lines = []
    for element in block["elements"]:
        rows = element["elements"] if element["type"] == "rich_text_list" else [element]
        mark = {"rich_text_list": "  • ", "rich_text_preformatted": "    | ", "rich_text_quote": "  > "}
        for row in rows:
            said = "".join(run.get("text") or f"@{run.get('user_id')}" for run in row["elements"])
            lead = mark.get(element["type"], "")
            lines += [lead + line for line in said.split("\n")]
    return lines


AT = f"<@{ME}>"
Scene = tuple[Slack, World, str]
"""A workspace, those who speak in it, and the address of the cases' database."""


@contextmanager
def playing_out(settings: Config, folder: Path) -> Iterator[Scene]:
    """A workspace with one instance whose cases lie in ``folder``; nothing may be broken or told at the end."""
    database = f"sqlite:///{folder / 'cases.sqlite3'}"
    with playing() as slack:
        instance = Instance(settings, database, slack)
        with running(instance):
            yield slack, World(slack), database
        assert slack.broken == []
        assert SECRET not in instance.log and "xoxb" not in instance.log


def case_of(database: str, message: Message) -> Case | None:
    """Return the case, with all its turns, of which ``message`` is an answer."""
    store = Store(database)
    try:
        return store.load_whole(case_id(message))
    finally:
        store.close()


def case_id(message: Message) -> str:
    """Return the id of the case that an answer links to."""
    return next(t for t in texts(message.blocks) if "?case=" in t).partition("?case=")[2].partition("|")[0]
