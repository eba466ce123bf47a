"""Waiting for a condition, never for a time."""

from __future__ import annotations

import time
from collections.abc import Callable

DEADLINE = 120.0
"""Seconds after which a condition counts as never to come true; generous, since machines may be busy."""


def until(condition: Callable[[], object], why: Callable[[], object] = lambda: "") -> None:
    """Return once ``condition`` holds; ``why`` is told where it never does."""
    end = time.monotonic() + DEADLINE
    while not condition():
        assert time.monotonic() < end, f"still not so: {why()}"
        time.sleep(0.02)
