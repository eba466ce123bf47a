"""What a model may still cost in a case, and what it has cost in this turn."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from bot.case.casefile import Account

REPLY_TOKENS = 2_000
"""Tokens that one reply may have; a longer one is cut off by the server, and then refused."""
CALLS = 6
"""Requests that one turn may make: looking up, one try, one redo."""


class OverBudget(Exception):
    """The case has used up its tokens, or the turn its requests."""


@dataclass(slots=True)
class Ledger:
    """One turn's spending against a case's ``budget`` of tokens, until ``deadline`` (seconds of ``clock``)."""

    account: Account
    budget: int
    deadline: float
    clock: Callable[[], float] = time.monotonic
    tokens: int = 0
    estimated: bool = False
    calls: int = 0
    sent: list[str] = field(default_factory=list)

    @property
    def seconds_left(self) -> float:
        """The time that is left, never below zero."""
        return max(0.0, self.deadline - self.clock())

    def request(self, text: str) -> int:
        """Note a request that is about to leave and return the tokens its reply may have; raises OverBudget."""
        left = self.budget - self.account.tokens - estimate(text)
        if left <= 0 or self.calls >= CALLS:
            raise OverBudget
        self.calls += 1
        self.sent.append(text)
        return min(REPLY_TOKENS, left)

    def charge(self, reported: int | None, request: str, reply: str) -> None:
        """Count what a request cost: what the server reports, or an estimate where it reports nothing."""
        guess = estimate(request) + estimate(reply)
        cost = reported if reported and reported > 0 else guess
        self.estimated = self.estimated or not reported
        self.tokens += cost
        self.account.tokens += cost


def estimate(text: str) -> int:
    """Return about how many tokens ``text`` has: four ASCII characters or one other a token, rounded up."""
    ascii_characters = sum(c.isascii() for c in text)
    return -(-ascii_characters // 4) + len(text) - ascii_characters
