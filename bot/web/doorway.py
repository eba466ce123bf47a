"""What of Gradio's server the page uses; the rest of it is not there, and no file but an upload is taken.

Gradio serves files, fetches addresses and copies whatever path a request names into its own folder. In a page that is
mounted, as this one is, it does not look where such a path leads.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.api import body
from bot.errors import Refused

_API = "/gradio_api/"
_JOIN, _CANCEL, _UPLOAD = (_API + name for name in ("queue/join", "cancel", "upload"))
_GETS = frozenset({"/", "/config", "/theme.css", "/favicon.ico", "/manifest.json", _API + "queue/data"})
_PARTS = ("/assets/", "/static/", "/cases/", _API + "heartbeat/")
_NO_FILE = "a request names a file that was not uploaded here, or an address"


class Doorway:
    """Passes on what the page sends, and nothing else."""

    def __init__(self, app: ASGIApp, uploads: Path) -> None:
        """Stand before ``app``, which keeps what was uploaded in the folder ``uploads``."""
        self._app, self._uploads = app, uploads

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on, or refuse it."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        try:
            known = scope["type"] == "http" and _known(scope["method"], scope["path"])
            if known and scope["path"] in (_JOIN, _CANCEL):
                receive = _again(_checked(await body.whole(scope, receive), self._uploads), receive)
        except Refused as error:
            await PlainTextResponse(f"{error}\n", error.status)(scope, receive, send)
        except body.Gone:
            pass
        else:
            await (self._app if known else PlainTextResponse("there is nothing here\n", 404))(scope, receive, send)


def _known(method: str, path: str) -> bool:
    if method == "POST":
        return path in (_JOIN, _CANCEL, _UPLOAD)
    return method in ("GET", "HEAD") and (path in _GETS or path.startswith(_PARTS))


def _checked(sent: bytes, uploads: Path) -> bytes:
    """Return a request of the page as it was understood; raises Refused where it names what it may not have."""
    asked = body.read_json(sent)
    for item in _objects(asked):
        if "path" in item and not _is_within(item["path"], uploads):
            raise Refused(403, _NO_FILE, "attach the file to the page")
        for name in ("url", "is_stream") if "path" in item else ():
            item.pop(name, None)
    return json.dumps(asked).encode()


def _objects(value: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401 (JSON)
    """Yield every object within ``value``, which the reading of it has bounded in depth."""
    waiting = [value]
    while waiting:
        match waiting.pop():
            case dict() as item:
                yield item
                waiting += item.values()
            case list() as items:
                waiting += items


def _is_within(path: object, folder: Path) -> bool:
    """Say whether ``path`` is a file below ``folder``, wherever its links lead."""
    try:
        return isinstance(path, str) and Path(path).resolve().is_relative_to(folder.resolve())
    except (OSError, ValueError, RuntimeError):
        return False


def _again(sent: bytes, receive: Receive) -> Receive:
    """Return what gives a body that was read already, and then what else comes."""
    waiting = [sent]

    async def given() -> Message:
        if waiting:
            return {"type": "http.request", "body": waiting.pop(), "more_body": False}
        return await receive()

    return given
