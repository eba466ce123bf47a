"""``python -m bot slack --check``: what is set, what Slack grants, what is missing and where to mend it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from bot.case.database import Database
from bot.case.store import address
from bot.config import Config
from bot.errors import KbError
from bot.slack.api import code_of, identify, open_client
from bot.slack.serve import PATH

SCOPES = {
    "app_mentions:read": "to be mentioned",
    "assistant:write": "for the agent view: suggested prompts",
    "channels:history": "to follow threads in public channels",
    "chat:write": "to answer",
    "commands": "for /mapi and the message shortcut",
    "files:read": "to read output that comes as a file",
    "groups:history": "to follow threads in private channels",
    "im:history": "for direct messages",
    "mpim:history": "for group direct messages",
}
"""What manifest.json asks for, and why."""
_CONNECT = {
    "invalid_auth": "SLACK_APP_TOKEN is wrong: Basic Information > App-Level Tokens, it begins with xapp-",
    "not_allowed_token_type": "SLACK_APP_TOKEN is no app-level token: it begins with xapp-",
    "missing_scope": "SLACK_APP_TOKEN lacks the scope connections:write: make a new one with it",
    "forbidden": "Socket Mode is off: Settings > Socket Mode > Enable",
    "socket_mode_not_enabled": "Socket Mode is off: Settings > Socket Mode > Enable",
}
_HELLO = 15.0
"""Seconds in which Slack greets a new socket."""


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was looked at; ``ok`` is None for what cannot be seen from here."""

    ok: bool | None
    text: str


def run(settings: Config, told: Callable[[str], None]) -> int:
    """Look at everything and return the exit status: 1 where something is missing."""
    missing = 0
    for line in _lines(settings):
        told(f"{'?' if line.ok is None else 'ok' if line.ok else 'MISSING':8}{line.text}")
        missing += line.ok is False
    told(f"{missing} thing(s) to mend; docs/slack.md has each step" if missing else "nothing is missing")
    return 1 if missing else 0


def _lines(settings: Config) -> Iterator[Line]:
    yield from _database(settings)
    try:
        client = open_client(settings, waits=2)
        me = identify(client)
    except KbError as error:
        yield Line(False, str(error))
    else:
        yield Line(True, f"SLACK_BOT_TOKEN is @{me.name} in {me.workspace}")
        yield from _scopes(client)
        yield from _channels(client, settings)
    yield from _arrival(settings)
    if settings.public_url:
        yield Line(True, f"KB_PUBLIC_URL is {settings.public_url}")
    else:
        yield Line(None, "KB_PUBLIC_URL is not set: answers carry no link to their case in the web chat")
    yield Line(None, "event subscriptions, interactivity and /mapi cannot be seen from here; manifest.json has them")


def _database(settings: Config) -> Iterator[Line]:
    try:
        database = Database(address(settings))
    except KbError as error:
        yield Line(False, str(error))
    else:
        database.engine.dispose()
        yield Line(True, "the database of cases can be used")


def _scopes(client: WebClient) -> Iterator[Line]:
    """Compare the scopes that Slack names with each answer to those that the bot needs."""
    headers: dict[str, Any] = {key.lower(): value for key, value in client.auth_test().headers.items()}
    named = headers.get("x-oauth-scopes", "")
    granted = {scope.strip() for scope in (named if isinstance(named, str) else ",".join(named)).split(",")} - {""}
    if not granted:
        yield Line(None, "Slack does not say which scopes the app has")
        return
    for scope, use in SCOPES.items():
        mend = "" if scope in granted else ": add it under OAuth & Permissions > Bot Token Scopes, then reinstall"
        yield Line(scope in granted, f"scope {scope} ({use}){mend}")
    for scope in sorted(granted - SCOPES.keys()):
        yield Line(None, f"scope {scope} is not needed")


def _channels(client: WebClient, settings: Config) -> Iterator[Line]:
    for channel in settings.slack_channels:
        try:
            client.conversations_history(channel=channel, limit=1)
        except SlackApiError as error:
            yield Line(False, f"KB_SLACK_CHANNELS: {channel} cannot be read ({code_of(error)}): /invite the app there")
        else:
            yield Line(True, f"KB_SLACK_CHANNELS: the app is in {channel}")


def _arrival(settings: Config) -> Iterator[Line]:
    """Look at the way by which events arrive."""
    if settings.slack_mode == "http":
        is_set = bool(settings.slack_signing_secret)
        mend = "" if is_set else ": Basic Information > Signing Secret"
        yield Line(is_set, f"SLACK_SIGNING_SECRET{mend}")
        where = f"{settings.public_url.rstrip('/') or 'https://YOUR-HOST'}{PATH}"
        yield Line(None, f"requests must reach {settings.host}:{settings.port}{PATH}; in the app: {where}")
    elif not settings.slack_app_token:
        yield Line(False, "SLACK_APP_TOKEN is not set: Basic Information > App-Level Tokens, scope connections:write")
    else:
        yield _socket(settings)


def _socket(settings: Config) -> Line:
    """Open the socket as the bot would and wait for Slack's greeting."""
    from slack_sdk.socket_mode.builtin import SocketModeClient

    greeted = threading.Event()
    socket = SocketModeClient(
        settings.slack_app_token, web_client=open_client(settings, waits=2), auto_reconnect_enabled=False,
        on_message_listeners=[lambda message: greeted.set() if '"hello"' in message else None],
    )  # fmt: skip
    try:
        socket.connect()
        if greeted.wait(_HELLO):
            return Line(True, "SLACK_APP_TOKEN opens the socket, and Slack greets")
        return Line(False, "the socket opens, but Slack does not greet: is a proxy in the way of wss?")
    except SlackApiError as error:
        code = code_of(error)
        return Line(False, _CONNECT.get(code, f"SLACK_APP_TOKEN: Slack refuses the socket: {code}"))
    except (SlackClientError, OSError) as error:
        return Line(False, f"the socket cannot be opened ({error}): is a proxy in the way of wss?")
    finally:
        socket.close()
