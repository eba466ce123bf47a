"""A question that the search was not sure about: what a model may make of it, and what the product makes of that.

The model never answers here. It may say the question again, which must then pass the product's own decision on
scope, pick one of the sections that were found anyway, or name topics to ask back about. The answer is composed
from the guide like any other.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from bot import text
from bot.answer import Answer, Section
from bot.compose import Composer
from bot.engine import Bot, Question
from bot.followup import search_in_context
from bot.llm.forms import Reading
from bot.llm.gate import Given, form_faults
from bot.llm.texts import tell
from bot.llm.words import plain_tokens, turns
from bot.scope import THRESHOLD, Scope
from kb.schema import Language

DOUBT = 4.0
"""How far below THRESHOLD (log-odds) a refused question may lie and still be thought over."""
CANDIDATES = 5
"""Topics that a question back may name."""
LONGEST = 400
"""Characters of a question that is thought over; a longer one says enough of itself."""
ALIKE = 0.75
"""Likeness of two spellings of one word."""
KEPT = 0.5
"""Share of a question's words with content that its rewrite must hold; what the guide does not know, it must all."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.%/-]*|[\u30a1-\u30ff]{2,}")


@dataclass(frozen=True, slots=True)
class Unsure:
    """What may be done about a question: ``candidates`` are (topic, title), to pick from or to ask back about."""

    words: str
    language: Language
    outside: bool
    candidates: tuple[tuple[str, str], ...]


def unsure(bot: Bot, question: Question, answer: Answer) -> Unsure | None:
    """Return what the search was not sure about, or None where it was, or where output answers for itself."""
    words = question.text.strip()
    if question.paste.strip() or answer.findings or not words or len(words) > LONGEST or "\n" in words:
        return None
    language = answer.language
    if answer.status == "answered":
        close = [section for section in answer.sections if section.role != "related"]
        several = len(close) > 1
        return Unsure(words, language, False, tuple((s.topic, s.title) for s in close)) if several else None
    search, scope = search_in_context(bot.retriever, words, language, question.history)
    if not _is_doubtful(scope):
        return None
    hits = [hit.topic for hit in search.hits[:CANDIDATES]]
    titles = [(topic, bot.retriever.catalogue.article(language, topic).front.title) for topic in hits]
    return Unsure(words, language, True, tuple(titles))


def _is_doubtful(scope: Scope) -> bool:
    return not scope.inside and scope.subject is None and scope.confidence >= THRESHOLD - DOUBT


def faults(reading: Reading, asked: Unsure, known: frozenset[str]) -> list[str]:
    """Return why ``reading`` may not be followed; ``known`` holds the tokens of the guide."""
    topics = {topic for topic, _ in asked.candidates}
    if reading.decision == "give_up":
        return []
    if reading.decision == "rewrite":
        return _rewrite_faults(reading.question, asked, known) if asked.outside else ["rewrite is not called for"]
    if not set(reading.topics) <= topics or len(set(reading.topics)) != len(reading.topics):
        return [f"topics must be among {sorted(topics)}"]
    if reading.decision == "pick":
        return [] if not asked.outside and len(reading.topics) == 1 else ["pick exactly one candidate, where given"]
    return [] if asked.outside and 1 < len(reading.topics) <= 3 else ["ask back about two or three topics"]


def _rewrite_faults(said: str, asked: Unsure, known: frozenset[str]) -> list[str]:
    """Find what a rewrite loses or adds: names, numbers and denials stay, and new words are the guide's."""
    found = list(form_faults(Given(asked.words, (), (), ()), said, asked.language))
    if text.language(said, asked.language) != asked.language:
        found.append("the question must stay in its language")
    names, kept = _NAME.findall(asked.words), _NAME.findall(said)
    lost = [name for name in names if not _known(name, known) and not _among(name, kept)]
    if lost:
        found.append(f"the question must keep {lost[:6]}")
    meant, now = _meant(asked.words), _meant(said)
    if meant and len(meant & now) / len(meant) < KEPT:
        found.append(f"the question must keep more of {sorted(meant - now)[:8]}")
    numbers = {name for name in kept if any(c.isdigit() for c in name)}
    if not numbers <= set(names):
        found.append(f"the question does not name {sorted(numbers - set(names))[:6]}")
    if _denials(said, asked.language) != _denials(asked.words, asked.language):
        found.append("what the question denies must stay denied")
    new = set(text.tokens(said)) - set(text.tokens(asked.words)) - known
    if new:
        found.append(f"words that are neither in the question nor in the guide: {sorted(new)[:6]}")
    return found


def _known(name: str, known: frozenset[str]) -> bool:
    """Say whether ``name`` is a common word or one of the guide's, and no number or identifier."""
    return not any(c.isdigit() for c in name) and set(text.tokens(name)) <= known | plain_tokens()


def _meant(words: str) -> set[str]:
    return set(text.tokens(words)) - plain_tokens()


def _among(name: str, kept: Sequence[str]) -> bool:
    low = name.lower()
    if any(c.isdigit() for c in low):
        return low in {other.lower() for other in kept}
    return any(SequenceMatcher(None, low, other.lower()).ratio() >= ALIKE for other in kept)


def _denials(words: str, language: Language) -> int:
    return sum(name == "no" for _, name in turns(words, language))


def followed(bot: Bot, question: Question, answer: Answer, reading: Reading, model: str) -> Answer:
    """Return the answer that a reading without faults leads to; ``answer`` itself where it leads nowhere."""
    if reading.decision == "rewrite":
        again = bot.ask(replace(question, text=reading.question, language=answer.language))
        if again.status != "answered":
            return answer
        notice = tell("understood", answer.language, model=model, question=reading.question)
        return replace(again, id=answer.id, notices=(notice, *again.notices))
    if reading.decision == "pick":
        return _picked(answer, reading.topics[0], model)
    if reading.decision == "ask_back":
        composer = Composer(bot.retriever.catalogue, answer.language)
        sections = tuple(composer.pointer(topic) for topic in reading.topics)
        notices = (tell("asked_back", answer.language), *answer.notices)
        return replace(answer, status="clarify", sections=sections, citations=composer.citations, notices=notices)
    return answer


def _picked(answer: Answer, topic: str, model: str) -> Answer:
    """Put the section on ``topic`` first; every section, step and citation stays."""
    close = [section for section in answer.sections if section.role != "related"]
    if close[0].topic == topic:
        return answer
    chosen = [replace(section, role="main" if section.topic == topic else "also") for section in close]
    ordered = sorted(chosen, key=lambda section: section.role != "main")
    rest: Iterable[Section] = (section for section in answer.sections if section.role == "related")
    notice = tell("picked", answer.language, model=model, title=ordered[0].title)
    return replace(answer, sections=(*ordered, *rest), notices=(notice, *answer.notices))
