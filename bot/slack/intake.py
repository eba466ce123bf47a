"""What Slack's payloads mean: each becomes one job, or nothing. Nothing here asks Slack or answers."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from bot.config import Config
from bot.redact import redact
from bot.slack import markup
from bot.slack.job import File, Job
from bot.slack.ledger import Ledger
from bot.slack.threads import Threads

Payload = Mapping[str, Any]
_SAID = (None, "file_share", "thread_broadcast", "me_message")
"""Subtypes of messages that people write."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the bot is in its workspace."""

    user: str
    bot: str
    team: str
    name: str
    workspace: str


class Intake:
    """Turns payloads into jobs."""

    def __init__(self, me: Identity, settings: Config, ledger: Ledger, threads: Threads) -> None:
        """Take in what is meant for ``me``."""
        self._me, self._settings, self._ledger, self._threads = me, settings, ledger, threads

    def event(self, body: Payload) -> Job | None:
        """Return the job of an event, or None where it is not for the bot."""
        event = body.get("event") or {}
        kind, subtype = event.get("type"), event.get("subtype")
        if kind == "app_home_opened":
            return self._home(event, body)
        if kind not in ("message", "app_mention"):
            return None
        if subtype == "message_deleted" or (event.get("message") or {}).get("subtype") == "tombstone":
            return self._deleted(event, body)
        if subtype == "message_changed":
            inner = {**event.get("message", {}), "channel": event.get("channel")}
            return self._edited(inner, event, body) if inner.get("edited") else None
        if subtype not in _SAID:
            return None
        if event.get("edited"):
            return self._edited(event, event, body)
        job = self._said(event, body)
        return self._served(job) if job and self._is_for_us(job) else None

    def _said(self, event: Payload, body: Payload) -> Job | None:
        """Return the job of a message by a person; None for bots, this one among them."""
        user, channel, ts = event.get("user"), event.get("channel"), event.get("ts")
        if not (user and channel and ts) or event.get("bot_id") or user in (self._me.user, "USLACKBOT"):
            return None
        raw = str(event.get("text") or "")
        files = files_of(event)
        return Job(
            f"{channel}:{ts}", "message", f"{channel}:{event.get('thread_ts') or ts}", str(ts), str(user),
            str(body.get("event_id") or ""), str(channel), str(body.get("team_id") or self._me.team),
            redact(markup.plain(raw, self._me.user)), files, f"{channel}:{ts}",
            whole=bool(files) or event.get("type") != "app_mention",
            direct=event.get("channel_type") == "im" or str(channel).startswith("D"),
            mentioned=event.get("type") == "app_mention" or self._me.user in markup.people(raw),
            others=markup.calls_others(raw, self._me.user),
        )  # fmt: skip

    def _is_for_us(self, job: Job) -> bool:
        if job.direct or job.mentioned:
            return True
        is_reply = job.message != job.thread
        return is_reply and (self._ledger.knows(job.thread) or self._threads.get(job.thread) is not None)

    def _edited(self, message: Payload, event: Payload, body: Payload) -> Job | None:
        job = self._said({**message, "channel_type": event.get("channel_type"), "type": event.get("type")}, body)
        if job is None:
            return None
        key = f"{job.message}:edited:{message['edited'].get('ts')}"
        job = replace(job, key=key, kind="edited", ts=str(message["edited"].get("ts") or job.ts))
        return self._served(job) if self._ledger.find(job.message) or job.mentioned or job.direct else None

    def _deleted(self, event: Payload, body: Payload) -> Job | None:
        channel = event.get("channel")
        ts = event.get("deleted_ts") or (event.get("message") or {}).get("ts")
        message = f"{channel}:{ts}"
        found = self._ledger.find(message)
        if found is None or self._ledger.cancel(message):
            return None
        return Job(
            f"{message}:deleted", "deleted", found.job.thread, str(event.get("event_ts") or ts), found.job.user,
            str(body.get("event_id") or ""), str(channel), message=message,
        )  # fmt: skip

    def _home(self, event: Payload, body: Payload) -> Job | None:
        user, channel = str(event.get("user") or ""), str(event.get("channel") or "")
        if not channel or event.get("tab") == "about":
            return None
        at = str(event.get("event_ts") or "")
        event_id = str(body.get("event_id") or "")
        return self._served(Job(event_id or f"home:{user}:{at}", "home", f"home:{user}", at, user, event_id, channel))

    def command(self, body: Payload) -> Job | None:
        """Return the job of a slash command."""
        trigger, user = str(body.get("trigger_id") or ""), str(body.get("user_id") or "")
        text = redact(markup.plain(str(body.get("text") or ""), self._me.user))
        job = Job(
            f"command:{trigger}", "command", f"command:{trigger}", trigger.partition(".")[0], user,
            channel=str(body.get("channel_id") or ""), team=str(body.get("team_id") or ""), text=text,
            response_url=str(body.get("response_url") or ""), private=True, mentioned=True,
        )  # fmt: skip
        return self._served(job)

    def shortcut(self, body: Payload) -> Job | None:
        """Return the job of the shortcut on a message."""
        message, channel = body.get("message") or {}, _id(body, "channel")
        ts = str(message.get("ts") or body.get("message_ts") or "")
        parts = [str(message.get("text") or "")]
        parts += [str(a.get("text") or a.get("fallback") or "") for a in message.get("attachments") or ()]
        trigger = str(body.get("trigger_id") or "")
        job = Job(
            f"shortcut:{trigger}", "shortcut", f"{channel}:{message.get('thread_ts') or ts}",
            str(body.get("action_ts") or ts), _id(body, "user"), channel=channel, team=_id(body, "team"),
            text=redact(markup.plain("\n".join(filter(None, parts)), self._me.user)), files=files_of(message),
            message=f"{channel}:{ts}", mentioned=True, response_url=str(body.get("response_url") or ""),
        )  # fmt: skip
        return self._served(job)

    def action(self, body: Payload) -> Job | None:
        """Return the job of a button, or None for one that leads nowhere."""
        action: Payload = (body.get("actions") or [{}])[0]
        place: Payload = body.get("container") or {}
        name, value = str(action.get("action_id") or ""), str(action.get("value") or "")
        channel, at = _id(body, "channel") or str(place.get("channel_id") or ""), str(place.get("message_ts") or "")
        root = place.get("thread_ts") or (body.get("message") or {}).get("thread_ts") or at
        case, _, rest = value.partition("|")
        digest = hashlib.sha256(f"{name}|{value}".encode()).hexdigest()[:24]
        private = bool(place.get("is_ephemeral"))
        job = Job(
            f"{channel}:{at}:{digest}", "ask", f"case:{case}" if private else f"{channel}:{root}",
            str(action.get("action_ts") or at), _id(body, "user"), channel=channel, team=_id(body, "team"),
            mentioned=True, private=private, case=case, response_url=str(body.get("response_url") or ""),
        )  # fmt: skip
        meant = _of_button(job, name, rest)
        return self._served(meant) if meant else None

    def _served(self, job: Job) -> Job | None:
        """Return ``job`` where its channel and its user are served; a refusal where the bot was spoken to."""
        channels, users = self._settings.slack_channels, self._settings.slack_users
        direct = job.direct or job.channel.startswith("D")
        wanted = (direct or not channels or job.channel in channels) and (not users or job.user in users)
        if wanted:
            return job
        return replace(job, kind="unserved", text=job.text[:200], files=()) if job.mentioned or job.direct else None


def _of_button(job: Job, name: str, rest: str) -> Job | None:
    act, _, outcome = name.partition(":")
    if act == "ask":
        return replace(job, text=rest)
    turn, _, check = rest.partition("|")
    number = int(turn) if turn.isdecimal() and len(turn) < 9 else 0
    if act == "share":
        return replace(job, key=f"share:{job.channel}:{job.case}:{number}", kind="share", turn=number)
    if act == "mark" and outcome in ("good", "bad", "skipped"):
        return replace(job, kind="mark", turn=number, check=check, outcome=outcome)  # type: ignore[arg-type]
    return None


def files_of(message: Payload) -> tuple[File, ...]:
    """Return the files of a message, those that only its rich text names included."""
    found = {str(f.get("id")): _file(f) for f in message.get("files") or () if isinstance(f, Mapping)}
    for block in message.get("blocks") or ():
        for part in block.get("elements") or () if isinstance(block, Mapping) else ():
            for element in part.get("elements") or () if isinstance(part, Mapping) else ():
                if element.get("type") == "file" and (named := str(element.get("file_id") or "")):
                    found.setdefault(named, File(named, named, access="check_file_info"))
    return tuple(found.values())


def _file(raw: Payload) -> File:
    size = raw.get("size")
    return File(
        str(raw.get("id") or ""), redact(str(raw.get("name") or raw.get("title") or raw.get("id") or "?"))[:200],
        size if isinstance(size, int) else 0, str(raw.get("url_private") or ""), str(raw.get("mimetype") or ""),
        str(raw.get("mode") or "hosted"), bool(raw.get("is_external")), str(raw.get("file_access") or ""),
    )  # fmt: skip


def file_of(raw: Payload) -> File:
    """Return a file as ``files.info`` describes it."""
    return replace(_file(raw), access="")


def _id(body: Payload, key: str) -> str:
    found = body.get(key) or {}
    return str(found.get("id") or "") if isinstance(found, Mapping) else ""
