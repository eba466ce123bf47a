"""The same cases with and without a language model: what it got past the gate, and what that changed, pairwise."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from urllib.parse import urlsplit

from bot.answer import Answer, Rewording
from bot.config import Config
from bot.engine import Bot, Question
from bot.errors import ConfigError
from bot.llm import open_assistant
from evals import gate, tables
from evals.cases import Case
from evals.offline import is_local, offline
from evals.run import Result, ask_all
from evals.stats import wilson


def ask_both(
    settings: Config, cases: Sequence[Case], split: str, advance: Callable[[int], None]
) -> tuple[Result, Result, list[Rewording]]:
    """Ask every case without the model of ``settings`` and with it; raises ConfigError.

    The second run may connect beyond this machine only where the model is not on it.
    """
    bot = Bot(settings)
    assistant = open_assistant(bot, settings)
    if assistant is None:
        raise ConfigError("--model must be provider:name")
    done: list[Rewording] = []

    def improve(question: Question, answer: Answer) -> Answer:
        better = assistant.improve(question, answer)
        done.extend([better.rewording] if better.rewording else [])
        return better

    before = ask_all(bot, cases, split, advance)
    after = ask_all(bot, cases, split, lambda n: advance(len(cases) + n), improve, _guard(settings))
    return before, after, done


def _guard(settings: Config) -> AbstractContextManager[list[str]]:
    host = urlsplit(settings.model_url).hostname if settings.model_url else "elsewhere"
    return offline() if is_local(host) else nullcontext([])


def summary(before: Result, after: Result, done: Sequence[Rewording]) -> str:
    """Return how many rewordings passed and why others did not, with the paired comparison of every measure."""
    accepted = sum(row.accepted for row in done)
    low, high = wilson(accepted / len(done), len(done)) if done else (0.0, 1.0)
    reasons = Counter(row.reason for row in done if not row.accepted)
    why = ", ".join(f"{name or 'nothing to reword'} {count}" for name, count in reasons.most_common())
    tokens = sum(row.tokens for row in done)
    head = f"reworded: {accepted} of {len(done)} ({low:.1%} to {high:.1%}); not: {why or '-'}; {tokens} tokens"
    pairs = gate.differences(after, {item.id: item.measures for item in before.outcomes})
    return f"{head}\n\n{tables.difference_table(pairs)}"


def thinned(cases: Sequence[Case], count: int) -> list[Case]:
    """Return about ``count`` cases at even distances, all of them where ``count`` is 0."""
    step = max(1, len(cases) // count) if count else 1
    return list(cases[::step])[: count or None]
