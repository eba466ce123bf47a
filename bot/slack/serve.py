"""Starts the bot: loads index and cases, connects to Slack by Socket Mode or HTTP, stops without losing work."""

from __future__ import annotations

import faulthandler
import logging
import os
import secrets
import signal
import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from bot.case.database import Database
from bot.case.store import address
from bot.config import Config
from bot.errors import ConfigError
from bot.health import serve_beside
from bot.slack.answering import Answering
from bot.slack.api import Api, identify, open_client
from bot.slack.app import Reception, build
from bot.slack.desk import Desk
from bot.slack.intake import Intake
from bot.slack.ledger import Ledger
from bot.slack.limits import BODY_BYTES, DRAIN
from bot.slack.outage import Outage
from bot.slack.pool import Pool
from bot.slack.threads import Threads
from bot.web.serve import load

if TYPE_CHECKING:
    from slack_bolt import App
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response

LOG = logging.getLogger("bot.slack")
PATH = "/slack/events"
"""Where Slack's requests arrive in HTTP mode."""
RECEIVERS = 8
"""Requests of Slack that are taken in at the same time."""
WAKES = 1.0
"""Seconds between two looks at whether the bot is to stop."""


def run(settings: Config, told: Callable[[str], None]) -> int:
    """Serve until stopped; ``told`` hears when it is connected. Raises KbError where it cannot start."""
    require(settings)
    me = identify(open_client(settings, waits=2))
    loaded = load(settings)
    stop_health = serve_beside(settings, loaded.bot)
    database = Database(address(settings))
    ledger, threads = Ledger(database, secrets.token_hex(8)), Threads(database)
    ledger.prune()
    api = Api(open_client(settings), me, settings)
    answering = Answering(api, loaded, ledger, threads, settings.public_url)
    outage = Outage()
    pool = Pool(ledger, Desk(answering), outage)
    intake = Intake(me, settings, ledger, threads)
    reception = Reception(Api(open_client(settings, waits=0), me, settings), intake, ledger, pool, answering)
    app = build(settings, reception, intake, outage)
    pool.start()
    try:
        serve = _by_socket if settings.slack_mode == "socket" else _by_http
        serve(app, settings, lambda how: told(f"@{me.name} serves {me.workspace} by {how}"))
    finally:
        reception.close()
        pool.stop()
        stop_health()
    return 0


def _end_within(seconds: float) -> None:
    """End the process after ``seconds`` even if a connection does not let go; the ledger has what is not done."""

    def end() -> None:
        try:
            LOG.error("something did not let go within %.0f s; the next start takes up what is not answered", seconds)
            faulthandler.dump_traceback()
        finally:
            os._exit(0)

    timer = threading.Timer(seconds, end)
    timer.daemon = True
    timer.start()


def require(settings: Config) -> None:
    """Raise ConfigError for a setting that the chosen mode needs and lacks."""
    wanted = {"SLACK_BOT_TOKEN": settings.slack_bot_token}
    if settings.slack_mode == "socket":
        wanted["SLACK_APP_TOKEN"] = settings.slack_app_token
    else:
        wanted["SLACK_SIGNING_SECRET"] = settings.slack_signing_secret
    missing = [name for name, value in wanted.items() if not value]
    if missing:
        raise ConfigError(f"{' and '.join(missing)} must be set for Slack; docs/slack.md says where to find it")


def _by_socket(app: App, settings: Config, told: Callable[[str], None]) -> None:
    from slack_bolt.adapter.socket_mode import SocketModeHandler
    from slack_sdk.errors import SlackApiError, SlackClientError

    stop = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stop.set())
    socket = SocketModeHandler(app, settings.slack_app_token, concurrency=RECEIVERS).client
    try:
        socket.connect()
    except SlackApiError as error:
        socket.close()
        code = error.response.get("error")
        raise ConfigError(f"Slack refuses Socket Mode: {code}; python -m bot slack --check says why") from error
    except (SlackClientError, OSError) as error:
        socket.close()
        raise ConfigError(f"Slack's socket cannot be opened: {error}") from error
    told("Socket Mode")
    while not stop.wait(WAKES):  # a signal that another thread receives is seen only when this one runs again
        pass
    _end_within(2 * DRAIN)
    socket.close()


def _by_http(app: App, settings: Config, told: Callable[[str], None]) -> None:
    import uvicorn

    from bot.heads import configured

    wanted = configured(
        application(app), host=settings.host, port=settings.port, lifespan="off", timeout_graceful_shutdown=int(DRAIN)
    )

    class Server(uvicorn.Server):
        """Says when it listens."""

        async def startup(self, sockets: object = None) -> None:
            await super().startup(None)
            told(f"HTTP on {settings.host}:{settings.port}{PATH}")

    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: None)  # the server takes signals itself, and raises them again at its end
    try:
        Server(wanted).run()
    except SystemExit:
        raise ConfigError(
            f"{settings.host}:{settings.port} cannot be opened; another program may use it: set KB_PORT"
        ) from None
    _end_within(2 * DRAIN)


def application(app: App) -> Starlette:
    """Return the server of HTTP mode: one address; what is not signed by Slack is refused there."""
    from slack_bolt.request import BoltRequest
    from starlette.applications import Starlette
    from starlette.concurrency import run_in_threadpool
    from starlette.responses import PlainTextResponse, Response
    from starlette.routing import Route

    async def events(request: Request) -> Response:
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > BODY_BYTES:
                return PlainTextResponse("too large\n", 413)
        headers: dict[str, str | Sequence[str]] = dict(request.headers.items())
        asked = BoltRequest(body=body.decode("utf-8", "replace"), headers=headers)
        answer = await run_in_threadpool(app.dispatch, asked)
        kept = {key: values[0] for key, values in answer.headers.items()}
        return Response(answer.body, answer.status, kept)

    return Starlette(routes=[Route(PATH, events, methods=["POST"])])
