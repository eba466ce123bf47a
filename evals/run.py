"""Asks every case through the product's own door and keeps what came, graded."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot import render
from bot.answer import Answer
from bot.engine import Bot, Question
from bot.errors import InputError, KbError
from bot.followup import search_in_context
from evals.cases import Case
from evals.grade import grade
from evals.offline import offline
from evals.probes import broken_tokens
from evals.sources import Checkout

Improve = Callable[[Question, Answer], Answer]
"""What may reword an answer."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One case as it went: what was expected, what came, the measures, the hard rules it broke.

    ``confidence`` is the product's own, where a question was searched. Times are in milliseconds from the
    question to the answer (``first_ms``) and to its last rendered character (``last_ms``).
    """

    id: str
    cluster: str
    language: str
    kind: str
    tags: tuple[str, ...]
    question: str
    expected: dict[str, Any]
    got: dict[str, Any]
    measures: dict[str, float]
    broken: tuple[str, ...]
    confidence: float | None
    first_ms: float
    last_ms: float


@dataclass(frozen=True, slots=True)
class Result:
    """One run over all cases: the version that answered, the outcomes, and what was broken beside them.

    ``sockets`` are the connections that were tried, ``probes`` what the probes found.
    """

    date: str
    index_version: str
    split: str
    sockets: tuple[str, ...]
    probes: tuple[str, ...]
    outcomes: tuple[Outcome, ...]

    def save(self, file: Path) -> None:
        """Write the run as JSON."""
        body = json.dumps(asdict(self), ensure_ascii=False, indent=1)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(body + "\n", encoding="utf-8")


def ask_all(
    bot: Bot,
    cases: Sequence[Case],
    split: str,
    advance: Callable[[int], None] = lambda done: None,
    improve: Improve | None = None,
    guard: AbstractContextManager[list[str]] | None = None,
) -> Result:
    """Ask every case of ``cases``; ``advance`` gets how many are done. Nothing may leave this machine.

    ``improve`` may reword each answer; ``guard`` watches connections in place of :func:`offline`.
    """
    checkout = Checkout()
    outcomes = []
    with guard or offline() as sockets:
        for case in cases:
            outcomes.append(ask_one(bot, case, checkout, improve))
            advance(len(outcomes))
    date = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    probes = tuple(broken_tokens(checkout.commands))
    return Result(date, bot.retriever.version, split, tuple(sockets), probes, tuple(outcomes))


def ask_one(bot: Bot, case: Case, checkout: Checkout, improve: Improve | None = None) -> Outcome:
    """Ask one case and grade what comes; an error of the product counts as a broken hard rule."""
    started = time.perf_counter()
    try:
        question = Question(case.question, case.record.paste, case.history, case.id)
        answer = bot.ask(question)
        answer = improve(question, answer) if improve else answer
    except KbError as error:
        return _failed(case, str(error))
    first = time.perf_counter()
    body = answer.as_json(render.markdown(answer))
    last = time.perf_counter()
    graded = grade(case, body, checkout)
    return Outcome(
        **_head(case), got=_kept(body), measures=graded.measures, broken=graded.broken,
        confidence=_confidence(bot, case), first_ms=(first - started) * 1000, last_ms=(last - started) * 1000,
    )  # fmt: skip


def _head(case: Case) -> dict[str, Any]:
    record = case.record
    expected = record.model_dump(mode="json", include={"status", "topics", "commands", "facts", "forbid"})
    return {
        "id": case.id, "cluster": case.cluster, "language": case.language, "kind": record.kind,
        "tags": record.tags, "question": case.question, "expected": expected,
    }  # fmt: skip


def _kept(body: dict[str, Any]) -> dict[str, Any]:
    commands = [command for step in body["steps"] for command in step["commands"]]
    return {
        "status": body["status"], "language": body["language"], "topics": body["topics"],
        "commands": list(dict.fromkeys(commands)), "findings": [f"{f['id']}: {f['state']}" for f in body["findings"]],
        "answer": body["answer"], "model": body["model"],
    }  # fmt: skip


def _failed(case: Case, message: str) -> Outcome:
    got = {"status": "error", "language": "", "topics": [], "commands": [], "findings": [], "answer": message}
    measures = {"status": 0.0, "truthful": 0.0}
    return Outcome(
        **_head(case), got=got, measures=measures, broken=(f"error: {message}",),
        confidence=None, first_ms=0.0, last_ms=0.0,
    )  # fmt: skip


def _confidence(bot: Bot, case: Case) -> float | None:
    """Return how sure the product is that the guide holds an answer; it plays no part where a paste does."""
    if case.record.paste.strip() or not case.question.strip():
        return None
    return search_in_context(bot.retriever, case.question, case.language, case.history)[1].confidence


def read_result(file: Path) -> Result:
    """Read what :meth:`Result.save` wrote; raises InputError when it is no such file."""
    try:
        body = json.loads(file.read_text(encoding="utf-8"))
        outcomes = tuple(Outcome(**_frozen(item)) for item in body.pop("outcomes"))
        return Result(**_frozen(body), outcomes=outcomes)
    except OSError as error:
        raise InputError(f"cannot read {file}: {error.strerror}") from error
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise InputError(f"{file} is no result of `python -m evals run --json`") from error


def _frozen(item: dict[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in item.items()}


def measured(outcomes: Iterable[Outcome], measure: str) -> dict[str, float]:
    """Return one measure by case, where it applies."""
    return {item.id: item.measures[measure] for item in outcomes if measure in item.measures}
