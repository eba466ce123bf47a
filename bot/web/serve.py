"""Starts the page: the index loads beside it, so that the page opens before it can answer."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TYPE_CHECKING

from bot import logs
from bot.api.mount import WithApi
from bot.config import Config
from bot.errors import ConfigError, InputError, KbError
from bot.health import WithHealth
from bot.web.guard import LOOPBACK, Guard
from kb.schema import Language

if TYPE_CHECKING:
    import uvicorn
    from fastapi import FastAPI, Response
    from starlette.types import ASGIApp

    from bot.web.desk import Loaded

FAREWELL = 2
"""Seconds that open pages have to let go once the server is told to stop; their streams never end by themselves."""
_KINDS = {"md": "text/markdown", "html": "text/html"}


def load(settings: Config) -> Loaded:
    """Open the index and the cases; raises KbError."""
    from bot.case.service import CaseService
    from bot.case.store import open_store
    from bot.engine import Bot
    from bot.llm import open_assistant
    from bot.web.desk import Loaded

    bot = Bot(settings)
    return Loaded(bot, CaseService(bot, open_store(settings), improver=open_assistant(bot, settings)))


def start_loading(settings: Config) -> Future[Loaded]:
    """Load in a thread of its own and return what will be there."""
    future: Future[Loaded] = Future()

    def work() -> None:
        try:
            future.set_result(load(settings))
        except BaseException as error:  # noqa: BLE001 (it is raised again where the result is asked for)
            future.set_exception(error)

    threading.Thread(target=work, name="load", daemon=True).start()
    return future


def application(settings: Config, loaded: Future[Loaded]) -> ASGIApp:
    """Return the whole server: the page and the reports behind the guard, the API beside them."""
    from fastapi import FastAPI

    from bot.web import uploads
    from bot.web.desk import Desk
    from bot.web.doorway import Doorway
    from bot.web.page import mount

    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    _add_reports(app, loaded)
    mount(app, Desk(loaded, settings.model))
    guarded = Guard(Doorway(app, uploads.folder()), LOOPBACK if settings.host in LOOPBACK else (), settings.password)
    return WithHealth(WithApi(guarded, settings, loaded), settings, loaded)


def _add_reports(app: FastAPI, loaded: Future[Loaded]) -> None:
    from fastapi.responses import PlainTextResponse, Response

    @app.get("/cases/{case_id}/report.{form}", response_model=None)
    def report(case_id: str, form: str, lang: str = "en") -> Response:
        """Return a case as a report, to be saved."""
        language: Language = "ja" if lang == "ja" else "en"
        if form not in _KINDS:
            return PlainTextResponse("no such report\n", 404)
        try:
            body = loaded.result().cases.export(case_id, language, "html" if form == "html" else "markdown")
        except InputError as error:
            return PlainTextResponse(f"{error}\n", 404)
        except KbError as error:
            return PlainTextResponse(f"{error}\n", 503)
        except Exception as error:  # what the server's library would print may quote the case
            logs.failed("report_failed", error)
            return PlainTextResponse("the report failed inside; try again\n", 500)
        name = f"case-{case_id}-{language}.{form}"
        headers = {
            "content-disposition": f'attachment; filename="{name}"',
            "content-security-policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'",
            "cache-control": "no-store",
        }
        return Response(body, media_type=f"{_KINDS[form]}; charset=utf-8", headers=headers)


def serve(settings: Config, told: Callable[[str], None]) -> None:
    """Serve the page until stopped; ``told`` hears its address.

    Raises ConfigError for an open address without a password, KbError when the index cannot be opened.
    """
    if settings.host not in LOOPBACK and not settings.password:
        raise ConfigError(f"KB_HOST={settings.host} is open to the network: set KB_PASSWORD as well")
    loaded = start_loading(settings)
    app = application(settings, loaded)
    import uvicorn

    from bot.heads import configured

    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    wanted = configured(app, host=settings.host, port=settings.port, timeout_graceful_shutdown=FAREWELL)
    listening: Future[None] = Future()

    class Server(uvicorn.Server):
        """Says when it listens."""

        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            listening.set_result(None)

    server = Server(wanted)
    address = f"http://{host}:{settings.port}/"
    loaded.add_done_callback(lambda done: _settle(done, server, listening, lambda: told(f"open {address}")))
    try:
        server.run()
    except SystemExit:
        raise ConfigError(f"{address} cannot be opened; another program may use the port: set KB_PORT") from None
    if loaded.done() and (error := loaded.exception()):
        raise error


def _settle(loaded: Future[Loaded], server: uvicorn.Server, listening: Future[None], ready: Callable[[], None]) -> None:
    """Say that the page answers as soon as it also listens, or stop the server when it never will."""
    if loaded.exception():
        server.should_exit = True
    else:
        listening.add_done_callback(lambda _: ready())
