"""Where a language model may come into a case: after the answer, which stands without it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from bot.answer import Answer
from bot.case.casefile import Account, Case, Turn
from bot.case.store import Conflict, Store
from bot.engine import Question

ATTEMPTS = 4
"""How often the outcome is written anew because the case changed meanwhile."""


class Improver(Protocol):
    """What rewords an answer; bot.llm.assistant has the one there is."""

    def improve(
        self,
        question: Question,
        answer: Answer,
        account: Account | None = None,
        cancel: Any = None,  # noqa: ANN401
    ) -> Answer:
        """Return ``answer``, reworded where that is sound; ``account`` is charged."""
        ...


def asked(case: Case, turn: Turn) -> Question:
    """Return what was asked in the latest turn of ``case``, with what was said before it."""
    return Question(turn.text, turn.paste, tuple(case.history[:-2]), language=case.language)


def latest(case: Case | None, number: int) -> Turn | None:
    """Return the turn ``number`` if it is the latest of ``case``."""
    last = case.turns[-1] if case and case.turns else None
    return last if last and last.number == number else None


def keep(store: Store, case: Case, turn: Turn, found: Callable[[Case, Turn], None] | None) -> Turn | None:
    """Keep ``turn`` with its new answer, and in any case what that cost; return None where the case has gone on.

    ``found`` brings the case in line where the question was not answered before.
    """
    for _ in range(ATTEMPTS):
        now = store.load(case.id)
        if now is None:
            return None
        now.account = case.account
        late = now.count != turn.number
        if found and not late:
            found(now, turn)
        try:
            store.save(now, None if late else turn)
        except Conflict:
            continue
        return None if late else turn
    return None
