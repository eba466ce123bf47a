"""The one door to the model: a finished answer in, the same answer or its rewording out, never an error."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from bot import text
from bot.answer import Answer, Item, Rewording
from bot.case.casefile import Account
from bot.config import MAX_QUESTION, Config
from bot.engine import Bot, Question
from bot.llm.agent import Task, perform
from bot.llm.forms import Reading
from bot.llm.forms import Rewording as Form
from bot.llm.gate import Given, Said, judge
from bot.llm.ledger import Ledger, OverBudget
from bot.llm.middleware import Refused
from bot.llm.model import failed_on_the_way, limit_name, open_model, takes_schema
from bot.llm.prompts import REDO, REWORD, UNDERSTAND, question_as_json, steps_as_json
from bot.llm.reading import faults, followed, unsure
from bot.llm.runner import Cancel, Cancelled, run
from bot.llm.texts import verdict
from bot.llm.veil import Veil, guide_terms
from bot.tools import tools

if TYPE_CHECKING:
    from langchain_core.tools import BaseTool

    from ingest.catalogue import Catalogue

LOOK_UPS = ("search_guide", "parse_output", "show_topic", "next_check")
"""The tools that the agent may use; none answers by itself."""


MISREAD = ("refused", "malformed", "timeout", "server")
"""Failures to read a question that do not keep an answer from being reworded."""


@dataclass(slots=True)
class _Turn:
    """One turn's books."""

    ledger: Ledger
    veil: Veil
    started: float
    understood: str = ""
    reason: str = ""
    faults: tuple[str, ...] = ()


class Assistant:
    """Rewords the answers of one bot; safe to use from many threads."""

    def __init__(self, bot: Bot, settings: Config) -> None:
        """Open the model; raises ConfigError that says what to correct."""
        self._bot, self._settings = bot, settings
        self._model = open_model(settings)
        self._terms: tuple[object, Callable[[str], bool], frozenset[str]] | None = None

    @property
    def name(self) -> str:
        """The model as the settings name it, provider:name."""
        return self._settings.model

    def improve(
        self, question: Question, answer: Answer, account: Account | None = None, cancel: Cancel | None = None
    ) -> Answer:
        """Return ``answer``, reworded where that passed the gate; its ``rewording`` says what was done.

        ``account`` is the case's, and grows. It takes no longer than the settings' model_timeout; whatever goes wrong
        leaves the answer as it is, with the reason.
        """
        account = account if account is not None else Account()
        started = time.monotonic()
        ledger = Ledger(account, self._settings.model_budget, started + self._settings.model_timeout)
        turn = _Turn(ledger, Veil(account.names, self._vocabulary[0]), started)
        answer = self._understood(question, answer, turn, cancel)
        if answer.status == "answered" and turn.reason in MISREAD:
            turn.reason, turn.faults = "", ()
        if answer.status == "answered" and not turn.reason:
            answer = self._reworded(question, answer, turn, cancel)
        return self._signed(answer, turn)

    def _understood(self, question: Question, answer: Answer, turn: _Turn, cancel: Cancel | None) -> Answer:
        asked = unsure(self._bot, question, answer)
        if asked is None:
            return answer
        hidden = question_as_json(turn.veil.hide(asked.words), asked.candidates)
        known = self._vocabulary[1]

        def wrong(reading: Reading) -> list[str]:
            return faults(_shown(reading, turn.veil), asked, known)

        told, redo = UNDERSTAND[answer.language], REDO[answer.language]
        reading = self._asked(turn, cancel, Task(told, hidden, redo, Reading, wrong, self._tools()), 0.5)
        if not isinstance(reading, Reading):
            return answer
        led = followed(self._bot, question, answer, _shown(reading, turn.veil), self.name)
        if led is not answer and reading.decision == "rewrite":
            turn.understood = turn.veil.show(reading.question)
        return led

    def _reworded(self, question: Question, answer: Answer, turn: _Turn, cancel: Cancel | None) -> Answer:
        items = [item for section in answer.sections if section.role == "main" for item in section.items]
        given = _given(answer, items)
        if not given:
            return answer
        hide = turn.veil.hide
        hidden = [replace(step, text=hide(step.text), commands=tuple(map(hide, step.commands))) for step in given]
        body = steps_as_json(hide(question.text[:MAX_QUESTION]), hidden, answer.language)

        def wrong(form: Form) -> list[str]:
            return judge(given, _said(form, turn.veil), answer.language)

        told, redo = REWORD[answer.language], REDO[answer.language]
        form = self._asked(turn, cancel, Task(told, body, redo, Form, wrong, steps=len(given)))
        if not isinstance(form, Form):
            return answer
        words = [line.text for line in _said(form, turn.veil)]
        if words == [item.text for item in items]:
            turn.reason = "unchanged"
            return answer
        return _with_words(answer, dict(zip(items, words, strict=True)))

    def _asked(self, turn: _Turn, cancel: Cancel | None, task: Task, share: float = 1.0) -> object:
        """Return the form that passed, or None after noting in ``turn`` what went wrong.

        ``share`` is the part of the time left that it may take.
        """
        room, schema = limit_name(self._settings), takes_schema(self._settings)
        try:
            work = partial(perform, self._model, task, turn.ledger, turn.veil, room, by_schema=schema)
            return run(work, turn.ledger.seconds_left * share, cancel)
        except Refused as refused:
            turn.reason, turn.faults = "refused", tuple(refused.reasons[:20])
        except Exception as error:  # noqa: BLE001 (each provider has errors of its own; none may reach a person)
            turn.reason = _reason(error)
        return None

    def _signed(self, answer: Answer, turn: _Turn) -> Answer:
        """Return ``answer`` with what was done to it; untouched where the model was not asked."""
        if not turn.ledger.sent and not turn.reason:
            return answer
        accepted = any(item.wording for section in answer.sections for item in section.items)
        ledger = turn.ledger
        done = Rewording(
            self.name, accepted, "" if accepted else turn.reason, turn.faults, turn.understood, ledger.tokens,
            ledger.estimated, ledger.calls, time.monotonic() - turn.started, tuple(ledger.sent),
        )  # fmt: skip
        notice = verdict(done, answer.language) if answer.status == "answered" else ""
        return replace(
            answer,
            notices=(*answer.notices, notice) if notice else answer.notices,
            rewording=done,
            model=self.name if accepted or turn.understood else None,
            elapsed_ms=answer.elapsed_ms + done.seconds * 1000,
        )

    def _tools(self) -> list[BaseTool]:
        return [tool for tool in tools(self._bot) if tool.name in LOOK_UPS]

    @property
    def _vocabulary(self) -> tuple[Callable[[str], bool], frozenset[str]]:
        """What says whether the guide uses a term, and the guide's tokens, for the build that answers now."""
        catalogue = self._bot.retriever.catalogue
        if self._terms is None or self._terms[0] is not catalogue:
            texts = guide_texts(catalogue)
            tokens = frozenset(token for part in texts for token in text.tokens(part))
            self._terms = (catalogue, guide_terms(texts), tokens)
        return self._terms[1:]


def guide_texts(catalogue: Catalogue) -> list[str]:
    """Return everything that the guide says, title by title and passage by passage."""
    fronts = [article.front for article in catalogue.articles.values()]
    texts = [" ".join((front.title, *front.symptoms, *front.keywords)) for front in fronts]
    return texts + [passage.quote for article in catalogue.articles.values() for passage in article.passages]


def _given(answer: Answer, items: list[Item]) -> list[Given]:
    quotes = {citation.number: citation.quote for citation in answer.citations}
    return [
        Given(item.text, tuple(c.text for c in item.commands), item.citations, tuple(quotes[n] for n in item.citations))
        for item in items
    ]


def _said(form: Form, veil: Veil) -> list[Said]:
    """Return the lines of a reply with the real names back; raises UnknownPlaceholder."""
    return [
        Said(line.step, veil.show(line.text), tuple(map(veil.show, line.commands)), tuple(line.citations))
        for line in form.steps
    ]


def _shown(reading: Reading, veil: Veil) -> Reading:
    return reading.model_copy(update={"question": veil.show(reading.question)})


def _with_words(answer: Answer, words: dict[Item, str]) -> Answer:
    """Return ``answer`` with each item of ``words`` carrying its rewording, wherever it is shown."""
    sections = tuple(
        replace(section, items=tuple(replace(item, wording=words.get(item, "")) for item in section.items))
        for section in answer.sections
    )
    first = answer.first_check
    first = replace(first, wording=words.get(first, "")) if first else None
    return replace(answer, sections=sections, first_check=first)


def _reason(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "timeout"
    if isinstance(error, Cancelled):
        return "cancelled"
    if isinstance(error, OverBudget):
        return "budget"
    return "server" if failed_on_the_way(error) else "malformed"
