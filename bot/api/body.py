"""Reads what a request brings, within bounds of size and time; JSON is read strictly."""

from __future__ import annotations

import asyncio
import contextlib
import json
import math
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import IO, Any

from starlette.types import Receive, Scope

from bot.errors import Refused

MAX_JSON = 8_000_000
"""Bytes of a body in JSON."""
MAX_LOG = 100_000_000
"""Bytes of a log sent as plain text."""
PAUSE = 15.0
"""Seconds without a byte after which a half body is given up."""
PATIENCE = 120.0
"""Seconds that a whole body may take."""
DRAIN = 5.0
"""Seconds for which a body that is too large is still taken in, and thrown away."""
READING = 16
"""Bodies that may be on their way at once."""

_SMALLER = f"send JSON up to {MAX_JSON:,} bytes; POST /api/parse takes logs up to {MAX_LOG:,} bytes as text/plain"
_IN_UTF8 = "send one JSON object in UTF-8"


class Gone(Exception):
    """The caller hung up; there is nobody to answer."""


class Bodies:
    """Counts the bodies that are on their way."""

    def __init__(self, at_once: int = READING) -> None:
        """Let ``at_once`` bodies arrive at the same time."""
        self._free = at_once

    @contextlib.contextmanager
    def one_more(self) -> Iterator[None]:
        """Hold a place while a body arrives; raises Refused with 503 when there is none."""
        if not self._free:
            raise Refused(503, "too many requests are on their way already", "try again in a moment")
        self._free -= 1
        try:
            yield
        finally:
            self._free += 1


async def whole(scope: Scope, receive: Receive) -> bytes:
    """Return a body of up to MAX_JSON bytes; raises Refused with 413 or 408, or Gone."""
    return b"".join([piece async for piece in _pieces(scope, receive, MAX_JSON)])


async def spooled(scope: Scope, receive: Receive, file: IO[bytes]) -> Path:
    """Write a body of up to MAX_LOG bytes to ``file`` and return its path; raises Refused with 413 or 408, or Gone."""
    async for piece in _pieces(scope, receive, MAX_LOG):
        await asyncio.to_thread(file.write, piece)
    await asyncio.to_thread(file.flush)
    return Path(file.name)


def spool() -> IO[bytes]:
    """Return a file that only this user may read, and that is removed when it is closed."""
    return tempfile.NamedTemporaryFile(prefix="waas-kb-", suffix=".log")  # noqa: SIM115 (the caller closes it)


async def _pieces(scope: Scope, receive: Receive, largest: int) -> AsyncIterator[bytes]:
    declared = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
    if declared.isdigit() and int(declared[:20]) > largest:
        raise await _too_large(receive, largest)
    end = asyncio.get_running_loop().time() + PATIENCE
    more, size = True, 0
    while more:
        message = await _next(receive, end)
        piece, more = message.get("body", b""), message.get("more_body", False)
        size += len(piece)
        if size > largest:
            raise await _too_large(receive, largest)
        yield piece


async def _too_large(receive: Receive, largest: int) -> Refused:
    """Take in what is still coming for a moment, so that the caller gets to read the answer; then return it."""
    with contextlib.suppress(TimeoutError, Gone, Refused):
        async with asyncio.timeout(DRAIN):
            while (await _next(receive, math.inf)).get("more_body", False):
                pass
    return Refused(413, f"the body is larger than {largest:,} bytes", _SMALLER)


async def _next(receive: Receive, end: float) -> Any:  # noqa: ANN401 (an ASGI message)
    left = min(PAUSE, end - asyncio.get_running_loop().time())
    try:
        message = await asyncio.wait_for(receive(), max(0.0, left))
    except TimeoutError:
        raise Refused(408, "the body did not arrive in time", "send the whole body at once") from None
    if message["type"] == "http.disconnect":
        raise Gone
    return message


def read_json(body: bytes) -> Any:  # noqa: ANN401 (JSON)
    """Return what ``body`` says; raises Refused with 400 for anything that strict JSON in UTF-8 is not."""
    try:
        return json.loads(body.decode("utf-8"), object_pairs_hook=_each_once, parse_constant=_no_constant)
    except UnicodeDecodeError:
        raise Refused(400, "the body is not UTF-8", _IN_UTF8) from None
    except RecursionError:
        raise Refused(400, "the body is nested too deeply", _IN_UTF8) from None
    except json.JSONDecodeError as error:
        said = f"the body is not JSON: {error.msg} at line {error.lineno}, column {error.colno}"
        raise Refused(400, said, _IN_UTF8) from None
    except ValueError:
        raise Refused(400, "the body holds a number that is too long", _IN_UTF8) from None


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Refused(400, "the body has the same key twice in one object", "give each key once")
    return found


def _no_constant(name: str) -> None:
    raise Refused(400, f"the body is not JSON: {name} is no JSON number", _IN_UTF8)
