"""The API as an ASGI application: one table of routes, one form of error, work in a bounded pool."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import parse_qsl

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from bot import logs
from bot.api import body, openapi
from bot.api.door import Door
from bot.engine import Bot
from bot.errors import Busy, InputError, KbError, NotFound, Refused
from bot.toolkit import arguments, functions
from bot.toolkit.tools import TOOLS
from bot.toolkit.workers import Workers

_TOOL = {tool.name: tool for tool in TOOLS}
_POSTS = {"/api/ask": "ask_guide", "/api/parse": "parse_output", "/api/next-check": "next_check"}
_REQUESTS: dict[str, type[arguments.Arguments]] = {
    "/api/ask": arguments.AskRequest,
    "/api/parse": arguments.ParseRequest,
    "/api/next-check": arguments.NextCheckRequest,
}
_GETS = ("/api/topics", "/api/search", "/api/openapi.json")
_TOPIC = "/api/topics/"
_SEE = "see /api/openapi.json"
_HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
}
_EXTRA = {
    401: {"www-authenticate": 'Bearer realm="WAAS MAPI knowledge base"'},
    408: {"connection": "close"},
    413: {"connection": "close"},
    503: {"retry-after": "2"},
}

Work = Callable[[], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Reply:
    """What goes back: a status, JSON in UTF-8, headers of its own."""

    status: int
    content: bytes
    headers: dict[str, str]


class Api:
    """The endpoints over one bot."""

    def __init__(self, door: Door, bot: Callable[[], Bot], workers: Workers | None = None) -> None:
        """Answer with what ``bot`` returns; it raises Refused with 503 while there is none."""
        self._door, self._bot = door, bot
        self._workers, self._bodies = workers or Workers(), body.Bodies()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        try:
            reply = await self._reply(scope, receive)
        except body.Gone:
            return
        except Exception as error:  # noqa: BLE001 (a fault is answered too, and says nothing of the inside)
            reply = _apology(error)
        await _response(reply)(scope, receive, send)

    async def _reply(self, scope: Scope, receive: Receive) -> Reply:
        path, method = scope["path"], scope["method"]
        allowed = _methods(path)
        if path == "/api/openapi.json" and method in allowed:
            self._door.check_origin(scope)
            return Reply(200, openapi.document(), {})
        self._door.enter(scope)
        if not allowed:
            raise Refused(404, "there is nothing at this path", _SEE)
        if method not in allowed:
            said = _error("this path does not take this method", f"use {allowed[0]}")
            return Reply(405, said, {"allow": ", ".join(allowed)})
        content = await (self._posted if method == "POST" else self._got)(scope, receive)
        return Reply(200, content, {})

    async def _posted(self, scope: Scope, receive: Receive) -> bytes:
        path = scope["path"]
        _query(scope, ())
        kind = _content_type(scope)
        if path == "/api/parse" and kind == "text/plain":
            return await self._parsed_log(scope, receive)
        if kind != "application/json":
            kinds = "application/json or text/plain" if path == "/api/parse" else "application/json"
            raise Refused(415, "the body has a content type that is not read here", f"send it as {kinds}")
        bot = self._bot()
        with self._bodies.one_more():
            sent = await body.whole(scope, receive)
        return await self._worked(receive, partial(_run, bot, path, sent))

    async def _parsed_log(self, scope: Scope, receive: Receive) -> bytes:
        with body.spool() as file:
            with self._bodies.one_more():
                path = await body.spooled(scope, receive, file)
            return await self._worked(receive, lambda: functions.parse_file(path))

    async def _got(self, scope: Scope, receive: Receive) -> bytes:
        path, bot = scope["path"], self._bot()
        if path == "/api/search":
            given = _query(scope, ("q", "limit", "language"))
            return await self._worked(receive, partial(_search, bot, given))
        if path == "/api/topics":
            _query(scope, ())
            return await self._worked(receive, partial(functions.list_topics, bot))
        given = _query(scope, ("language",)) | {"topic": path.removeprefix(_TOPIC)}
        return await self._worked(receive, partial(_TOOL["show_topic"], bot, given))

    async def _worked(self, receive: Receive, work: Work) -> bytes:
        """Return the result of ``work`` as JSON; it is dropped from the queue when the caller hangs up."""
        job = asyncio.ensure_future(self._workers.run(lambda: _json(work())))
        gone = asyncio.ensure_future(_hung_up(receive))
        try:
            await asyncio.wait({job, gone}, return_when=asyncio.FIRST_COMPLETED)
            if job.done():
                return job.result()
            raise body.Gone
        finally:
            job.cancel()
            gone.cancel()


def refusal(error: Exception) -> Response:
    """Return the answer to ``error``, in the form of every error."""
    return _response(_apology(error))


def _response(reply: Reply) -> Response:
    headers = {**_HEADERS, **_EXTRA.get(reply.status, {}), **reply.headers}
    return Response(reply.content, reply.status, headers, "application/json")


async def _hung_up(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _methods(path: str) -> tuple[str, ...]:
    if path in _POSTS:
        return ("POST",)
    is_topic = path.startswith(_TOPIC) and len(path) > len(_TOPIC) and "/" not in path[len(_TOPIC) :]
    return ("GET", "HEAD") if path in _GETS or is_topic else ()


def _run(bot: Bot, path: str, sent: bytes) -> dict[str, Any]:
    given = arguments.read(_REQUESTS[path], body.read_json(sent))
    result = _TOOL[_POSTS[path]].run(bot, given)
    mark = getattr(given, "id", None)
    return result if mark is None else result | {"id": mark}


def _search(bot: Bot, given: dict[str, Any]) -> dict[str, Any]:
    limit = given.pop("limit", "5")
    given["limit"] = int(limit) if limit.isascii() and limit.isdigit() and len(limit) < 9 else limit
    if "q" not in given:
        raise InputError("q: give the words to search by")
    return _TOOL["search_guide"](bot, {"question": given.pop("q"), **given})


def _query(scope: Scope, known: tuple[str, ...]) -> dict[str, Any]:
    """Return the parameters of the address; raises InputError for one that is unknown, or given twice."""
    try:
        pairs = parse_qsl(
            scope["query_string"].decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=50
        )
    except ValueError:
        raise InputError("the address cannot be read: give parameters in UTF-8, percent-encoded") from None
    found = dict(pairs)
    if len(found) < len(pairs):
        raise InputError("the address gives a parameter twice")
    unknown = found.keys() - set(known)
    if unknown:
        raise InputError(f"the address holds an unknown parameter; known are: {', '.join(known) or 'none'}")
    return found


def _content_type(scope: Scope) -> str:
    given = next((value for name, value in scope["headers"] if name == b"content-type"), b"")
    return given.partition(b";")[0].strip().lower().decode("latin-1")


def _apology(error: Exception) -> Reply:
    """Return the answer to ``error``; of a fault of the product's own only the place is logged, never a value."""
    status, mend = 500, "try again; if it happens again, report it with the time of day"
    if isinstance(error, Refused):
        status, mend = error.status, error.mend
    elif isinstance(error, NotFound):
        status, mend = 404, "GET /api/topics lists the topics, POST /api/next-check names the checks"
    elif isinstance(error, InputError):
        status, mend = 422, _SEE
    elif isinstance(error, Busy):
        status, mend = 503, "try again in a moment"
    elif not isinstance(error, KbError):
        logs.failed("request_failed", error)
        return Reply(500, _error("this request failed inside", mend), {})
    return Reply(status, _error(str(error), mend), {})


def _error(said: str, mend: str) -> bytes:
    return _json({"error": said, "mend": mend})


def _json(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, allow_nan=False).encode("utf-8", "backslashreplace")
