"""The next check of a case that the caller keeps: the case service, over a store that forgets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from bot.case.casefile import Case, Evidence, NextCheck, Turn
from bot.case.service import CaseService
from bot.case.store import Store
from bot.engine import Bot
from bot.errors import NotFound
from bot.render import markdown
from bot.toolkit import arguments


class _OneCase(Store):
    """A store for one case and one call; nothing is written anywhere."""

    def __init__(self) -> None:
        self._pastes: dict[int, Evidence] = {}

    def insert(self, case: Case) -> None:
        self.case = case

    def load(self, case_id: str) -> Case | None:
        return self.case

    def evidence(self, case_id: str) -> list[Evidence]:
        return [replace(self._pastes[number], text="") for number in sorted(self._pastes)]

    def save(self, case: Case, turn: Turn | None = None, evidence: Sequence[Evidence] = ()) -> None:
        self._pastes |= {item.number: item for item in evidence}


def next_check(bot: Bot, given: arguments.NextCheck) -> dict[str, Any]:
    """Return what follows in the case that ``given`` describes; raises NotFound for an unknown check."""
    for outcome in given.outcomes:
        _check_exists(bot, outcome.check)
    store = _OneCase()
    service = CaseService(bot, store)
    case = service.new()
    case.release, case.role = given.release, given.role
    turn = service.say(case.id, given.question, given.paste)
    for outcome in given.outcomes:
        turn = service.mark(case.id, outcome.check, outcome.outcome)
    return {
        "status": turn.answer.status,
        "language": turn.answer.language,
        "answer": markdown(turn.answer),
        "next_check": _check(turn.next_check) if turn.next_check else None,
        "question": _question(turn),
        "proven": turn.proven,
        "exhausted": turn.exhausted,
        "findings": [known.finding.as_json() for known in case.findings],
    }


def _check_exists(bot: Bot, check: str) -> None:
    topic, _, number = check.rpartition(":")
    catalogue = bot.retriever.catalogue
    steps = (
        [p for p in catalogue.article("en", topic).passages if p.kind == "step"] if topic in catalogue.topics() else []
    )
    if number not in {str(step) for step in range(1, len(steps) + 1)}:
        raise NotFound(f"there is no check of this id: {check[:80]!r}")


def _check(check: NextCheck) -> dict[str, Any]:
    return {
        "check": check.check_id,
        "topic": check.topic,
        "title": check.title,
        "step": check.step,
        "text": check.text,
        "commands": [{"text": c.text, "mode": c.mode, "effect": c.effect} for c in check.commands],
        "good": list(check.good),
        "bad": list(check.bad),
        "roles": list(check.roles),
        "citation": check.citation.as_json(),
    }


def _question(turn: Turn) -> dict[str, Any] | None:
    ask = turn.question
    return {"kind": ask.kind, "text": ask.text, "options": list(ask.options)} if ask else None
