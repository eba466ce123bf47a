"""What follows a turn, as an answer draws it: the next check with its citation, and a question back."""

from __future__ import annotations

from dataclasses import replace

from bot import gate
from bot.answer import Answer, Citation, Item, Section
from bot.case.casefile import Ask, Case, NextCheck, Turn
from bot.case.nextcheck import Guide, Proposal, Step, propose, seen_in
from bot.case.phrases import tell
from bot.phrases import Language
from kb.schema import Passage

RELEASES = ("<5.0.1", ">=5.0.1")
"""The releases that the checks differ for."""


def next_check(guide: Guide, case: Case, step: Step) -> NextCheck:
    """Return ``step`` in the language of ``case``."""
    article, passage = guide.article(case.language, step.topic), guide.passage(case.language, step)
    return NextCheck(
        step.id, step.topic, article.front.title, step.number, passage.text, passage.commands,
        cited(guide, case.language, step.topic, passage), passage.good, passage.bad, article.front.roles,
        seen_in(step, case),
    )  # fmt: skip


def cited(guide: Guide, language: Language, topic: str, passage: Passage, number: int = 1) -> Citation:
    """Return the citation of one passage."""
    article = guide.article(language, topic)
    return Citation(number, topic, article.front.title, article.path, passage.first, passage.last, passage.quote)


def question_back(guide: Guide, case: Case, proposal: Proposal) -> Ask | None:
    """Return the question whose answer changes what follows, once for each kind; None where none does."""
    language = case.language
    if case.release is None and "release" not in case.asked:
        ways = {propose(guide, case, release, case.role) for release in RELEASES}
        if len(ways) > 1:
            options = (tell("release_before", language), tell("release_from", language))
            return Ask("release", tell("ask_release", language), options)
    if case.role is None and "role" not in case.asked:
        ways = {propose(guide, case, case.release, "edge"), propose(guide, case, case.release, "core")}
        if len(ways) > 1:
            return Ask("role", tell("ask_role", language), (tell("role_edge", language), tell("role_core", language)))
    return None


def composed(guide: Guide, turn: Turn, notices: tuple[str, ...], version: str) -> Answer:
    """Return the answer of a turn that asked nothing: what was noted, and what follows; gated like any other."""
    language = turn.answer.language
    if turn.exhausted:
        return Answer("abstained", language, notices=(*notices, tell("exhausted", language)), index_version=version)
    if turn.proven:
        article = guide.article(language, turn.proven)
        items = [
            (passage, cited(guide, language, turn.proven, passage, n)) for n, passage in enumerate(article.passages, 1)
        ]
        notices = (*notices, tell("proven", language, title=article.front.title))
        answer = _answer(language, turn.proven, article.front.title, items, notices)
    elif turn.next_check:
        check = turn.next_check
        step = guide.step(check.check_id)
        assert step is not None
        items = [(guide.passage(language, step), check.citation)]
        answer = _answer(language, check.topic, check.title, items, (*notices, tell("next", language)))
    else:
        return Answer("answered", language, notices=notices, index_version=version)
    return gate.check(replace(answer, index_version=version), guide.quote).answer


def _answer(
    language: Language, topic: str, title: str, items: list[tuple[Passage, Citation]], notices: tuple[str, ...]
) -> Answer:
    drawn = tuple(
        Item(p.kind, p.text, (c.number,), p.commands, p.output, p.good, p.bad, p.leads_to) for p, c in items
    )  # fmt: skip
    return Answer(
        "answered", language, (Section(topic, title, "main", drawn),), tuple(c for _, c in items), notices=notices
    )
