"""Waiting for a condition, never for a time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Result = TypeVar("Result")

DEADLINE = 120.0
"""Seconds after which a condition counts as never to come true; generous, since machines may be busy."""


def until(condition: Callable[[], object], why: Callable[[], object] = lambda: "") -> None:
    """Return once ``condition`` holds; ``why`` is told where it never does."""
    end = time.monotonic() + DEADLINE
    while not condition():
        assert time.monotonic() < end, f"still not so: {why()}"
        time.sleep(0.02)


def in_a_loop(work: Coroutine[object, object, Result]) -> Result:
    """Run ``work`` in a loop of its own: a browser that is open in this process has one in this thread already."""
    with ThreadPoolExecutor(1) as apart:
        return apart.submit(asyncio.run, work).result()
