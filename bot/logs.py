"""What the running product reports: events by name, to the log on standard error and to whoever counts them.

An event carries names, numbers and states, never what a person wrote or pasted. Every text in it passes the
redaction all the same. structlog is imported with the first line that is really written.
"""

from __future__ import annotations

import hashlib
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import Any

from bot.config import Config
from bot.errors import InputError, KbError
from bot.redact import redact
from bot.signs import inert

LEVELS = ("debug", "info", "warning", "error")
_REPORTED = "_kb_reported"
Listener = Callable[[str, dict[str, Any]], None]

_case: ContextVar[str] = ContextVar("case", default="")
_form, _least = "text", LEVELS.index("warning")
_listeners: list[Listener] = []


def configure(settings: Config) -> None:
    """Take form and level from KB_LOG and KB_LOG_LEVEL."""
    global _form, _least
    _form, _least = settings.log, LEVELS.index(settings.log_level)
    _steps.cache_clear()


def listen(listener: Listener) -> None:
    """Call ``listener`` with the name and the fields of every event, whatever the level of the log."""
    _listeners.append(listener)


def unlisten(listener: Listener) -> None:
    """Undo :func:`listen`."""
    _listeners.remove(listener)


@contextmanager
def case(case_id: str) -> Iterator[None]:
    """Name the case that events of this block belong to: by a hash, since the id itself opens the case."""
    token = _case.set(hashlib.sha256(case_id.encode()).hexdigest()[:12])
    try:
        yield
    finally:
        _case.reset(token)


def info(event: str, **fields: object) -> None:
    """Report what happens in the normal course of things."""
    _report("info", event, fields)


@contextmanager
def watching(event: str) -> Iterator[None]:
    """Report an error that leaves the block as ``event``, and raise it on."""
    try:
        yield
    except Exception as error:
        failed(event, error)
        raise


def warning(event: str, **fields: object) -> None:
    """Report what a person should look at some time."""
    _report("warning", event, fields)


def failed(event: str, error: BaseException) -> None:
    """Report an error with its cause.

    The message of an error of our own is kept, unless it may quote what a person gave; of any other error only its
    kind and the lines of code it passed, since its message may quote anything. An error is reported once, however
    many places it passes.
    """
    if getattr(error, _REPORTED, False):
        return
    setattr(error, _REPORTED, True)
    fields: dict[str, object] = {"kind": type(error).__name__}
    if isinstance(error, KbError):
        if not isinstance(error, InputError):
            fields["error"] = str(error)
    else:
        fields["at"] = _places(error)
    cause = error.__cause__ or error.__context__
    if cause:
        fields["cause"] = type(cause).__name__
    _report("info" if isinstance(error, InputError) else "error", event, fields)


def _report(level: str, event: str, fields: dict[str, object]) -> None:
    for listener in _listeners:
        listener(event, fields)
    if LEVELS.index(level) >= _least:
        clean = {name: inert(redact(value)) if isinstance(value, str) else value for name, value in fields.items()}
        about = {"case": _case.get()} if _case.get() else {}
        getattr(_logger(), level)(event, **about, **clean)


def _places(error: BaseException) -> str:
    return " ".join(f"{f.filename.rsplit('/', 2)[-1]}:{f.lineno}" for f in traceback.extract_tb(error.__traceback__))


def _logger() -> Any:  # noqa: ANN401 (structlog's bound loggers are typed by their wrapper)
    import structlog

    return structlog.wrap_logger(structlog.PrintLogger(sys.stderr), processors=_steps())


@cache
def _steps() -> list[Any]:
    import structlog

    last: Any = structlog.processors.JSONRenderer(ensure_ascii=False)
    if _form == "text":
        last = structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "event"], drop_missing=True)
    return [structlog.processors.add_log_level, structlog.processors.TimeStamper(fmt="iso", utc=True), last]
