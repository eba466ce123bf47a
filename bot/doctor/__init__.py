"""``python -m bot doctor``: what is installed, what is on disk, what is wrong, and what to do about it.

It writes nothing but a file that it removes at once, and runs where everything else refuses to.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable

from bot import config
from bot.doctor import cases, index, machine
from bot.doctor.check import Check
from bot.errors import KbError
from bot.signs import inert

MARKS = {"ok": "ok  ", "note": "note", "fail": "FAIL"}


def run(as_json: bool = False) -> int:
    """Print the report and return 0 when everything needed is sound, else 1."""
    checks = []
    for check in examine():
        checks.append(check)
        if not as_json:
            sys.stdout.write(f"{MARKS[check.state]} {inert(check.text)}\n")
            sys.stdout.flush()
    healthy = all(check.state != "fail" for check in checks)
    if as_json:
        body = {"healthy": healthy, "checks": [check.as_json() for check in checks]}
        sys.stdout.write(json.dumps(body, ensure_ascii=False) + "\n")
    return 0 if healthy else 1


def examine() -> Iterable[Check]:
    """Yield every check as it is done."""
    yield from machine.installed()
    try:
        settings = config.load()
    except KbError as error:
        yield Check("fail", "configuration", f"configuration: {error}")
        return
    parts: tuple[tuple[str, Callable[[config.Config], Iterable[Check]]], ...] = (
        ("folder", machine.folder),
        ("model", machine.model),
        ("index", index.builds_on_disk),
        ("index", index.answering),
        ("documents", index.documents),
        ("cache", index.cache),
        ("cases", cases.database),
    )
    for name, part in parts:
        try:
            yield from part(settings)
        except (KbError, OSError) as error:
            yield Check("fail", name, f"{name}: {error}")
        except Exception as error:  # noqa: BLE001 (whatever is wrong there, the other looks are taken)
            said = " ".join(f"{type(error).__name__}: {error}".split())[:200]
            yield Check("fail", name, f"{name}: cannot be looked at ({said}); run `python -m ingest --rebuild`")


__all__ = ["Check", "examine", "run"]
