"""What stands before the page: foreign hosts and origins are refused, a password may be asked for.

The content security policy lets a browser ask this host only, so that no part of the page, now or after an
upgrade of a library, can reach out.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Iterable, Sequence
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOOPBACK = ("127.0.0.1", "localhost", "::1")
POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self' blob: data:; worker-src 'self' blob:; "
    "frame-src 'none'; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)
_HEADERS = (
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
)
_NO_STORE = (b"cache-control", b"no-store")
_UNCHANGING = ("/assets/", "/static/")
"""What is the same for everybody; all else may hold a case, and no browser or proxy is to keep it."""


class Guard:
    """Refuses what a page elsewhere sends, asks for the password, and bounds what this page may load."""

    def __init__(self, app: ASGIApp, hosts: tuple[str, ...], password: str = "") -> None:
        """Let through ``hosts`` only (an empty tuple: any) and, where ``password`` is set, who knows it."""
        self.app, self.hosts, self.password = app, hosts, password

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 403 to a foreign host or origin, 401 without the password, else pass the request on."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        if not from_here(scope["headers"], self.hosts):
            await _refuse(send, 403, b"this server answers its own page only\n")
        elif not self._known(headers):
            ask = (b"www-authenticate", b'Basic realm="WAAS MAPI knowledge base", charset="UTF-8"')
            await _refuse(send, 401, b"a password is needed; any user name will do\n", [ask])
        else:
            kept = scope["path"].startswith(_UNCHANGING)
            await self.app(scope, receive, _bounded(send, _HEADERS if kept else (*_HEADERS, _NO_STORE)))

    def _known(self, headers: dict[bytes, bytes]) -> bool:
        if not self.password:
            return True
        scheme, _, value = headers.get(b"authorization", b"").partition(b" ")
        try:
            given = base64.b64decode(value, validate=True).partition(b":")[2]
        except binascii.Error:
            return False
        return scheme.lower() == b"basic" and hmac.compare_digest(given, self.password.encode())


def from_here(headers: Iterable[tuple[bytes, bytes]], hosts: Sequence[str]) -> bool:
    """Say whether a request names one of ``hosts`` (none: any), and comes from a page of this host or from no page."""
    named = [value.decode("latin-1") for name, value in headers if name == b"host"]
    origins = [value.decode("latin-1") for name, value in headers if name == b"origin"]
    host = named[0] if len(named) == 1 else ""
    try:
        if any(origin and urlsplit(origin).netloc != host for origin in origins):
            return False
        return not hosts or (urlsplit(f"//{host}").hostname or "") in hosts
    except ValueError:
        return False


async def _refuse(send: Send, status: int, body: bytes, headers: Iterable[tuple[bytes, bytes]] = ()) -> None:
    await send({"type": "http.response.start", "status": status, "headers": list(headers)})
    await send({"type": "http.response.body", "body": body})


def _bounded(send: Send, headers: Sequence[tuple[bytes, bytes]]) -> Send:
    async def with_policy(message: Message) -> None:
        if message["type"] == "http.response.start":
            own = {name for name, _ in message.get("headers", ())}
            added = [header for header in headers if header[0] not in own]
            message = {**message, "headers": [*message.get("headers", ()), *added]}
        await send(message)

    return with_policy
