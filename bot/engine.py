"""The one door to an answer: question, paste and history in; gated, cited Answer out."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from bot import gate, logs, text
from bot.answer import Answer, Section
from bot.compose import Composer
from bot.config import MAX_QUESTION, Config
from bot.documents.live import documents
from bot.errors import InputError
from bot.findings import Finding, ParseResult
from bot.followup import search_in_context
from bot.live import Live
from bot.phrases import Language, say
from bot.reading.parse import parse
from bot.reading.paste import clean
from bot.releases import mismatch
from bot.retrieve import Hit, Retriever, Search
from bot.scope import Scope
from ingest import index
from ingest.catalogue import Catalogue

if TYPE_CHECKING:
    from bot.documents.search import Library

CLOSE = 0.06
"""Two topics whose fused scores differ by less are both answered, the deciding check first."""
LIFT = {"problem": 2.0, "normal": 0.6, "not_shown": 0.3, "not_recognised": 0.2}
"""What a finding of each state adds to its topic's score, which is at most 1 without it."""
BRIEF = 400
"""Characters of output within a question that are searched along with its words."""
RELATED = 2
"""Topics that are pointed at after the answer."""


@dataclass(frozen=True, slots=True)
class Question:
    """What a person asks: ``history`` holds earlier turns, oldest first, as {"role", "content"}.

    ``parsed`` is what was read in ``paste``, for a caller that has read it already; ``language`` answers a paste
    that comes without a word.
    """

    text: str = ""
    paste: str = ""
    history: Sequence[dict[str, str]] = field(default=())
    id: str = ""
    parsed: ParseResult | None = None
    language: Language | None = None


class Bot:
    """Answers each question from one build of the index, the newest; safe to use from many threads."""

    def __init__(self, settings: Config) -> None:
        """Open the index and follow it; raises IndexMissing, IndexMismatch, ServerError or EncoderError."""
        logs.configure(settings)
        place = index.place(settings)
        self.live = Live("index", place.mark, lambda older: Retriever(settings, place, older))
        self.live.watch()
        self.documents = documents(settings)
        self.documents.watch()

    @property
    def retriever(self) -> Retriever:
        """The build that answers now; take it once for one piece of work."""
        return self.live.value

    def problems(self) -> dict[str, str]:
        """Return what does not work as it should while questions are answered all the same: part and one line."""
        library = self.documents.value
        found = {
            "index": self.live.problem,
            "vectors": self.retriever.problem or (library.problem if library else None),
            "documents": self.documents.problem,
        }
        return {part: problem for part, problem in found.items() if problem}

    def forget(self) -> None:
        """Let go of the words that are held so that a question asked again is answered quicker."""
        self.retriever.vector.cache_clear()
        clean.cache_clear()
        text.forget()

    def ask(self, question: Question) -> Answer:
        """Return the answer; raises InputError when there is neither a question nor a paste."""
        with logs.watching("not_answered"):
            answer = self._ask(question, self.retriever, self.documents.value)
        logs.info(
            "answered",
            status=answer.status,
            language=answer.language,
            topics=",".join(answer.topics),
            elapsed_ms=round(answer.elapsed_ms, 1),
            index=answer.index_version,
        )
        return answer

    def _ask(self, question: Question, retriever: Retriever, library: Library | None) -> Answer:
        started = time.perf_counter()
        if not (question.text.strip() or question.paste.strip()):
            raise InputError("nothing was asked: give a question, a paste, or both")
        pasted, result, words = _read(question)
        language = _language(question)
        search, scope = None, Scope(inside=False)
        if words.strip():
            search, scope = search_in_context(retriever, words, language, question.history)
        guided = _compose(retriever.catalogue, language, search, scope, result)
        if library is None:
            verdict = gate.check(guided, retriever.catalogue.quote, pasted)
            told = verdict.answer.notices
        else:
            from bot.documents.join import answered  # without documents, no question waits for this

            verdict, told = answered(guided, library, retriever, words, question.history, pasted)
        part = (say("part", language, part=scope.part),) if scope.part else ()
        notices = (*part, *_notices(question, language, search, pasted, result, guided), *told)
        if verdict.withheld:
            notices = (*notices, say("withheld", language, count=len(verdict.withheld)))
        return replace(
            verdict.answer,
            notices=notices,
            id=question.id,
            index_version="+".join(part.version for part in (retriever, library) if part),
            elapsed_ms=(time.perf_counter() - started) * 1000,
        )


def _compose(
    catalogue: Catalogue, language: Language, search: Search | None, scope: Scope, result: ParseResult
) -> Answer:
    findings = _ordered(result.findings)
    if not scope.inside and not findings:
        return _abstain(catalogue, language, scope)
    main, also, related = _choose(search.hits if search and scope.inside else (), findings)
    composer = Composer(catalogue, language)
    check = composer.deciding_check([*main, *also]) if also else None
    sections: list[Section] = [composer.whole(topic) for topic in main]
    sections += [composer.whole(topic, "also") for topic in also]
    sections += [composer.pointer(topic) for topic in related]
    return Answer("answered", language, tuple(sections), composer.citations, findings, first_check=check)


def _abstain(catalogue: Catalogue, language: Language, scope: Scope) -> Answer:
    subject = scope.subject
    notices = [say("abstain_subject", language, subject=subject) if subject else say("abstain", language)]
    if scope.nearest:
        title = catalogue.article(language, scope.nearest).front.title
        notices.append(say("nearest", language, title=title))
    return Answer("abstained", language, notices=(" ".join(notices),))


def _read(question: Question) -> tuple[str, ParseResult, str]:
    """Return the text that evidence points into, what was read in it, and the words to search by."""
    if question.paste.strip():
        return question.paste, question.parsed or parse(question.paste), question.text
    result = parse(question.text) if "\n" in question.text.strip() or len(question.text) > 60 else ParseResult()
    if not result.outputs:
        return question.text, ParseResult(), question.text
    words, position = [], 0
    for output in sorted(result.outputs, key=lambda item: item.start):
        words.append(question.text[position : max(position, output.start)])
        position = max(position, output.end)
    words.append(question.text[position:])
    brief = sum(output.end - output.start for output in result.outputs) <= BRIEF
    return question.text, replace(result, unrecognised=()), question.text if brief else " ".join(words)


def _language(question: Question) -> Language:
    said = [turn["content"] for turn in question.history if turn.get("role") == "user"]
    for candidate in (question.text, *reversed(said)):
        if any(c.isalpha() for c in candidate):
            return text.language(candidate)
    return question.language or text.language(question.paste)


_RANK = {"problem": 0, "normal": 1, "not_shown": 2, "not_recognised": 3}


def _ordered(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(findings, key=lambda finding: _RANK[finding.state]))


def _choose(hits: Sequence[Hit], findings: Sequence[Finding]) -> tuple[list[str], list[str], list[str]]:
    """Return the topics to answer fully, those that may answer as well, and those to point at.

    What a paste proves lifts its topic: a fault above everything that words alone suggest.
    """
    scores = {hit.topic: hit.score for hit in hits}
    for position, finding in enumerate(findings):
        lift = LIFT[finding.state] - position / 1000
        scores[finding.topic] = max(scores.get(finding.topic, 0.0), min(scores.get(finding.topic, 0.0), 1.0) + lift)
    ranked = sorted(scores, key=lambda topic: (-scores[topic], topic))
    close = [topic for topic in ranked[1:2] if scores[ranked[0]] - scores[topic] < CLOSE]
    rest = [topic for topic in ranked[1:] if topic not in close]
    return ranked[:1], close, rest[: RELATED - len(close)]


def _notices(
    question: Question,
    language: Language,
    search: Search | None,
    pasted: str,
    result: ParseResult,
    answer: Answer,
) -> list[str]:
    found: list[str] = []
    if len(text.normalise(question.text)) > MAX_QUESTION:
        found.append(say("cut", language, limit=MAX_QUESTION))
    if question.paste.strip() and not result.outputs:
        found.append(say("nothing_recognised", language))
    elif result.unrecognised:
        characters = sum(end - start for start, end in result.unrecognised)
        found.append(say("unrecognised", language, count=len(result.unrecognised), characters=characters))
    clash = mismatch(question.text, answer.sections[0].releases) if answer.sections else None
    if clash:
        found.append(say("release", language, asked=clash, applies=", ".join(answer.sections[0].releases)))
    return found
