"""Hearing of changes below files and folders that come, go and are renamed while they are listened to."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from watchfiles import watch

from bot.signs import inert

LOOK_AGAIN = 10_000
"""Milliseconds after which everything is looked at even though nothing was heard of a change."""
SETTLE = 1_600
"""Milliseconds that changes are gathered, so that a file is not read half written."""


def changes(places: Callable[[], Sequence[str]], own: Path) -> Iterator[None]:
    """Yield after every change below ``places`` but for those in the folder ``own``, and every LOOK_AGAIN; without end.

    One ear listens as long as the places stay the same, so that what changes while the last change is worked on is
    heard too. What an ear cannot be set up for is looked at all the same: a place may go in that very moment.
    """
    while True:
        now = places()
        try:
            for _ in _heard(now, own):
                yield
                if places() != now:
                    break
        except FileNotFoundError:
            time.sleep(SETTLE / 1_000)
            yield
        except OSError as error:
            sys.stderr.write(f"ingest: changes are not heard of, only looked for: {inert(str(error))}\n")
            time.sleep(LOOK_AGAIN / 1_000)
            yield


def _heard(places: Sequence[str], own: Path) -> Iterator[object]:
    mine = own.resolve()
    return watch(
        *places, watch_filter=lambda _, path: not Path(path).is_relative_to(mine), debounce=SETTLE,
        rust_timeout=LOOK_AGAIN, yield_on_timeout=True, ignore_permission_denied=True,
    )  # fmt: skip
