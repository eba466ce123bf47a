"""What programs send: requests over HTTP and arguments over MCP, each made wrong in some way."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from benchmarks.reliability import checks, mutate
from bot.api.app import Api
from bot.api.door import Door
from bot.config import Config
from bot.errors import KbError
from bot.toolkit.bounds import bounded
from bot.toolkit.tools import TOOLS

if TYPE_CHECKING:
    from bot.engine import Bot

PATHS = (
    "/api/ask", "/api/ask", "/api/ask", "/api/parse", "/api/parse", "/api/next-check", "/api/next-check", "/api/topics",
    "/api/topics/generic-ao-handoff", "/api/search", "/api/openapi.json", "/api", "/api/", "/api/topics/",
    "/api/topics/../ask", "/api/topics/%00", "/api/ask/", "/API/ASK", "//api/ask",
)  # fmt: skip
KINDS = (b"application/json",) * 8 + (
    b"text/plain",
    b"application/json; charset=utf-16",
    b"",
    b"\xff",
    b"text/html",
    b"a" * 5000,
)
RELEASES = ("5.0.3", "4.1.5a", "<5.0.1", ">=5.0.1", "5.0.3\n", "9.9.9", "")


@dataclass(frozen=True, slots=True)
class Request:
    """One request as it arrives."""

    method: str
    path: str
    query: bytes
    headers: tuple[tuple[bytes, bytes], ...]
    pieces: tuple[bytes, ...]


def request(random: Random, asked: Sequence[str], pastes: Sequence[str]) -> Request:
    """Return a request that is nearly right, or not at all."""
    path = random.choice(PATHS)
    if random.random() < 0.1:
        path = mutate.text(random, PATHS, 60)
    read = path in ("/api/topics", "/api/search") or path.startswith("/api/topics/")
    method = (
        ("GET" if read else "POST")
        if random.random() < 0.9
        else random.choice(("HEAD", "PUT", "GET", "POST", "OPTIONS", "", "get"))
    )
    kind = random.choice(KINDS)
    body = (
        _body(random, path, asked, pastes)
        if kind != b"text/plain"
        else mutate.text(random, pastes).encode("utf-8", "replace")
    )
    cut = random.randrange(len(body) + 1)
    headers = [(b"host", b"127.0.0.1"), (b"content-type", kind), *_headers(random)]
    return Request(method, path, _query(random, asked), tuple(headers), (body[:cut], body[cut:]))


def _body(random: Random, path: str, asked: Sequence[str], pastes: Sequence[str]) -> bytes:
    if random.random() < 0.1:
        return mutate.json_line(random, asked, "question")
    body: dict[str, object] = (
        {"text": mutate.text(random, pastes, 400)} if path == "/api/parse" else arguments(random, asked, pastes)
    )
    if path == "/api/next-check":
        body |= _so_far(random)
    if random.random() < 0.3:
        body[random.choice(("id", "history", "paste", "question", "text", "x"))] = mutate._value(random, 3)
    made = json.dumps(body, ensure_ascii=random.random() < 0.5)
    if random.random() < 0.1:
        made = random.choice(mutate._CHANGES)(random, made)
    return made.encode("utf-8", random.choice(("surrogatepass", "replace")))


def arguments(random: Random, asked: Sequence[str], pastes: Sequence[str]) -> dict[str, object]:
    """Return a question with what may come with one."""
    body: dict[str, object] = {"question": mutate.text(random, asked, 200)}
    if random.random() < 0.3:
        body["paste"] = mutate.text(random, pastes, 400)
    if random.random() < 0.2:
        body["history"] = [{"role": "user", "content": mutate.text(random, asked, 60)}]
    return body


def _so_far(random: Random) -> dict[str, object]:
    known: dict[str, object] = {"release": random.choice(RELEASES), "role": random.choice(("edge", "core", "x"))}
    checks_done = [
        random.choice(("mapi-overview:1", "generic-ao-handoff:2", "x:9", ":")) for _ in range(random.randrange(4))
    ]
    known["outcomes"] = [
        {"check": done, "outcome": random.choice(("good", "bad", "skipped", "done", "?"))} for done in checks_done
    ]
    return {key: known[key] for key in random.sample(list(known), random.randrange(4))}


def _query(random: Random, asked: Sequence[str]) -> bytes:
    names = ("q", "limit", "language", "q", "x", "")
    values = (mutate.text(random, asked, 60), "5", "51", "-1", "9" * 5000, "ja", "en", "%", "\u0665")
    pairs = "&".join(
        f"{random.choice(names)}={quote(random.choice(values), errors='replace')}" for _ in range(random.randrange(3))
    )
    return (
        pairs.encode()
        if random.random() < 0.9
        else mutate.text(random, [pairs or "%ff=%"], 80).encode("utf-8", "replace")
    )


def _headers(random: Random) -> list[tuple[bytes, bytes]]:
    some = (
        (b"content-length", b"0"), (b"content-length", b"9" * 30), (b"origin", b"http://evil"),
        (b"sec-fetch-site", b"cross-site"),
        (b"authorization", b"Bearer \xff"), (b"host", b"evil"), (b"x", b"\x00"), (b"content-type", b"text/plain"),
    )  # fmt: skip
    return [random.choice(some)] if random.random() < 0.15 else []


class Caller:
    """Asks the API and the tools in this process."""

    def __init__(self, bot: Bot) -> None:
        """Ask over ``bot``."""
        self._bot = bot
        self._api = Api(Door(Config()), lambda: bot)

    def call(self, asked: Request) -> None:
        """Send a request: no fault of the server's own, always JSON, the mend in refusals, answers as they must be."""
        status, headers, content = asyncio.run(self._sent(asked))
        assert status < 500, f"{status}: {content[:200]!r}"
        assert headers[b"content-type"] == b"application/json" and headers[b"x-content-type-options"] == b"nosniff"
        body = checks.strict(content.decode("utf-8"))
        if status >= 400:
            assert set(body) == {"error", "mend"} and body["error"].strip() and body["mend"].strip(), body
            assert "\n" not in body["error"] and "Traceback" not in body["error"], body
        elif asked.path == "/api/ask":
            checks.held(body)

    async def _sent(self, asked: Request) -> tuple[int, dict[bytes, bytes], bytes]:
        waiting = [
            {"type": "http.request", "body": piece, "more_body": number + 1 < len(asked.pieces)}
            for number, piece in enumerate(asked.pieces)
        ]
        given: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            if waiting:
                return waiting.pop(0)
            await asyncio.Event().wait()
            return {"type": "http.disconnect"}

        async def send(message: Any) -> None:  # noqa: ANN401 (an ASGI message)
            given.append(message)

        scope = {
            "type": "http", "http_version": "1.1", "method": asked.method, "path": asked.path, "raw_path": b"",
            "scheme": "http", "query_string": asked.query, "headers": list(asked.headers),
            "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 7860),
        }  # fmt: skip
        await self._api(scope, receive, send)
        assert [message["type"] for message in given] == ["http.response.start", "http.response.body"]
        return given[0]["status"], dict(given[0]["headers"]), given[1]["body"]

    def tool(self, name: str, given: object) -> None:
        """Call a tool as MCP does: a result that is JSON, or the product's own error."""
        tool = next(tool for tool in TOOLS if tool.name == name)
        try:
            body = bounded(tool(self._bot, given))  # type: ignore[arg-type]
        except KbError as error:
            assert str(error).strip() and "\n" not in str(error)
            return
        checks.strict(json.dumps(body))
        if name == "ask_guide":
            checks.held(body)


def tool(random: Random, asked: Sequence[str], pastes: Sequence[str]) -> tuple[str, dict[str, object]]:
    """Return a tool's name and what it is called with."""
    name = random.choice(TOOLS).name
    given = arguments(random, asked, pastes) | (_so_far(random) if random.random() < 0.4 else {})
    more = {
        "topic": random.choice(("generic-ao-handoff", "x", "\x00")),
        "text": mutate.text(random, pastes, 400),
        "limit": 5,
    }
    given |= {key: more[key] for key in random.sample(list(more), random.randrange(3))}
    known = [tool for tool in TOOLS if tool.name == name][0].arguments.model_fields
    kept = {key: value for key, value in given.items() if key in known or random.random() < 0.1}
    if random.random() < 0.2:
        kept[random.choice(list(known) or ["x"])] = mutate._value(random, 3)
    return name, kept
