"""No socket is opened: a guard that stops and records every connection beyond this machine."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from typing import Any

_EVENTS = frozenset(("socket.connect", "socket.getaddrinfo", "socket.sendto"))
_recorders: list[list[str]] = []
_installed: list[bool] = []


@contextmanager
def offline() -> Iterator[list[str]]:
    """Refuse every connection and name look-up beyond loopback; yields the list of what was tried.

    It sees what goes through Python's socket module, in every thread of this process.
    """
    if not _installed:
        sys.addaudithook(_hook)
        _installed.append(True)
    tried: list[str] = []
    _recorders.append(tried)
    try:
        yield tried
    finally:
        _recorders[:] = [recorder for recorder in _recorders if recorder is not tried]


def is_local(host: object) -> bool:
    """Say whether ``host`` is this machine: a loopback address, ``localhost``, or the path of a local socket."""
    if host is None or isinstance(host, bytes):
        return True
    name = str(host).split("%")[0]
    try:
        return ip_address(name).is_loopback or ip_address(name).is_unspecified
    except ValueError:
        return name == "localhost" or name.startswith("/") or not name


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    if not _recorders or event not in _EVENTS:
        return
    target = arguments[0] if event == "socket.getaddrinfo" else arguments[1]
    host = target[0] if isinstance(target, tuple) else target
    if not is_local(host):
        _recorders[-1].append(f"{event} {host}")
        raise PermissionError(f"evals run offline: {event} to {host} was refused")
