"""Who may ask: no page elsewhere, and only who knows a key; the same for the API and for MCP over HTTP."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from hashlib import sha256

from starlette.types import Scope

from bot.config import Config
from bot.errors import ConfigError, Refused
from bot.web.guard import LOOPBACK, from_here

_ELSEWHERE = "this request comes from a page elsewhere, or names a host that this server is not"
_ASK_HERE = "ask from a program, without an Origin header, at the address that the server listens on"
_GIVE_KEY = "send the header Authorization: Bearer KEY with one of the keys in KB_API_KEYS"
_SET_KEYS = "the operator sets KB_API_KEYS, the caller sends Authorization: Bearer KEY"


class Door:
    """Lets requests in that carry a key; without keys, those from this machine where no password is asked for."""

    def __init__(self, settings: Config, host: str = "") -> None:
        """Guard a server that listens on ``host``, or on that of ``settings``."""
        here = (host or settings.host) in LOOPBACK
        self._keys = [sha256(key.encode()).digest() for key in settings.api_keys]
        self._hosts: Sequence[str] = LOOPBACK if here else ()
        self._open = here and not settings.api_keys and not settings.password

    def enter(self, scope: Scope) -> str:
        """Return a name for the caller's key ("" without keys); raises Refused with 403 or 401."""
        self.check_origin(scope)
        if self._open:
            return ""
        if not self._keys:
            raise Refused(401, "the API is closed: no keys are configured", _SET_KEYS)
        given = [value for name, value in scope["headers"] if name == b"authorization"]
        scheme, _, key = given[0].partition(b" ") if len(given) == 1 else (b"", b"", b"")
        digest = sha256(key.strip()).digest()
        known = [hmac.compare_digest(digest, each) for each in self._keys]
        if scheme.lower() != b"bearer" or not any(known):
            raise Refused(401, "no valid key", _GIVE_KEY)
        return digest.hex()[:16]

    def check_origin(self, scope: Scope) -> None:
        """Raise Refused with 403 for what a browser sends on behalf of another site."""
        sites = [value for name, value in scope["headers"] if name == b"sec-fetch-site"]
        if not from_here(scope["headers"], self._hosts) or any(s not in (b"same-origin", b"none") for s in sites):
            raise Refused(403, _ELSEWHERE, _ASK_HERE)


def refuse_open(settings: Config, host: str) -> None:
    """Raise ConfigError where a server would listen beyond this machine without keys."""
    if host not in LOOPBACK and not settings.api_keys:
        raise ConfigError(f"{host} is open to the network: set KB_API_KEYS as well")
