"""Where a document and the article it meets contradict each other: another release, command or value.

Meant to be right rather than complete: two statements are compared only where they speak of the same thing in
nearly the same words, and device outputs, whose values differ from device to device, are left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from bot.answer import Answer, Section
from bot.documents.commandclash import command_clash
from bot.documents.statement import Statement, alike, statements, value_clash
from bot.phrases import say
from bot.safe import code
from ingest.catalogue import Catalogue
from ingest.documents.model import Part
from kb.schema import Article, Language, Passage

SAME = 0.6
"""Share of the lighter statement's weight that the other must hold for both to speak of the same thing."""
APART = 0.15
"""How much nearer a statement must be than any other of the article that says the same as the document."""
MOST = 5
"""Contradictions that one answer names."""
Weigh = Callable[[str], float]
Parts = Callable[[str, int, int], Sequence[Part]]


@dataclass(frozen=True, slots=True)
class Difference:
    """One contradiction: ``said`` by the document (citation ``document``), ``guide`` by the guide (``number``)."""

    kind: str
    path: str
    said: str
    document: int
    guide: str
    number: int


def notices(answer: Answer, catalogue: Catalogue, parts: Parts, weigh: Weigh) -> tuple[str, ...]:
    """Return a sentence for each contradiction between the documents and the articles of ``answer``."""
    return tuple(
        say(
            f"differ_{found.kind}", answer.language, path=code(found.path), said=code(found.said),
            document=found.document, guide=code(found.guide), number=found.number,
        )
        for found in differences(answer, catalogue, parts, weigh)
    )  # fmt: skip


def differences(answer: Answer, catalogue: Catalogue, parts: Parts, weigh: Weigh) -> list[Difference]:
    """Return the contradictions, each pair of words once; ``weigh`` says how rare a token is."""
    guided = [s for s in answer.sections if s.source == "guide" and s.role != "related"]
    cited = {c.number: c for c in answer.citations}
    found: dict[tuple[str, str, str], Difference] = {}
    for section in answer.sections if guided else ():
        if section.source != "document":
            continue
        for item in section.items:
            citation = cited[item.citations[0]]
            part = next((p for p in parts(citation.path, citation.first, citation.last) if p.text == item.text), None)
            for clash in _clashes(part, guided, answer, catalogue, weigh) if part and part.kind != "output" else ():
                kind, said, guide, number = clash
                key = (kind, said, guide)
                found.setdefault(key, Difference(kind, section.path, said, citation.number, guide, number))
    return list(found.values())[:MOST]


def _clashes(
    part: Part, sections: Sequence[Section], answer: Answer, catalogue: Catalogue, weigh: Weigh
) -> Iterator[tuple[str, str, str, int]]:
    """Yield (kind, what the document says, what the guide says, its citation) for one part."""
    numbers = {c.quote: c.number for c in answer.citations if c.source == "guide"}
    for section in sections:
        own = catalogue.article(answer.language, section.topic)
        same = catalogue.article(part.language, section.topic)
        if len(own.passages) != len(same.passages):
            same = own if part.language == answer.language else same
        places = {i: numbers[p.quote] for i, p in enumerate(own.passages) if p.quote in numbers}
        for kind, said, guide, place in _article_clashes(part, same, catalogue, weigh):
            if place in places:
                yield kind, said, guide, places[place]


def _article_clashes(
    part: Part, article: Article, catalogue: Catalogue, weigh: Weigh
) -> Iterator[tuple[str, str, str, int]]:
    told = [(place, found) for place, passage in enumerate(article.passages) for found in _told(passage)]
    for own in statements(part.text):
        for clash in _statement_clashes(own, told, weigh):
            if not _agrees(own, clash, catalogue, part.language, weigh):
                yield clash
    said = _said(part, catalogue)
    for command in sorted(said):
        for place, passage in enumerate(article.passages):
            for other in passage.commands:
                if command_clash(command, other.text, said, _known(catalogue)):
                    yield "command", command, other.text, place


def _statement_clashes(
    own: Statement, told: Sequence[tuple[int, Statement]], weigh: Weigh
) -> Iterator[tuple[str, str, str, int]]:
    """Compare one statement with the nearest of the article, unless another one there says the same."""
    if not (own.releases or own.values):
        return
    near = sorted(((alike(own, other, weigh), place, other) for place, other in told), key=lambda item: -item[0])
    near = [item for item in near if item[0] >= SAME]
    if not near:
        return
    near = [item for item in near if item[0] >= near[0][0] - APART]
    around = [rival for _, _, rival in near]
    for kind, differ in (("release", _release_clash), ("value", value_clash)):
        for _, place, other in near if kind == "value" else near[:1]:
            if _has_its_own_subject(own, other, weigh) or (kind == "release" and _was_later(own, other)):
                continue
            clash = differ(own, other, around)
            if clash:
                yield kind, *clash, place
                break


def _has_its_own_subject(own: Statement, other: Statement, weigh: Weigh) -> bool:
    """Say whether the document names something in capitals, rarer than all they share: SAP's port is not EPM's."""
    shared = max(map(weigh, own.words & other.words), default=0.0)
    return any(weigh(word) > shared for word in own.capitals - other.words)


def _was_later(own: Statement, other: Statement) -> bool:
    """Say whether a statement tells what happened on a release after the guide's, where the guide holds as well."""
    both = bool(own.releases and other.releases)
    return both and own.event and min(map(_order, own.releases)) > max(map(_order, other.releases))


def _release_clash(own: Statement, other: Statement, around: Sequence[Statement]) -> tuple[str, str] | None:
    """Return the releases that each has alone, where no statement ``around`` names the document's."""
    known = {release for rival in (other, *around) for release in rival.releases}
    said = [release for release in own.releases if release not in known]
    guide = [release for release in other.releases if release not in own.releases]
    if not (said and guide):
        return None
    before = max(map(_order, said)) < min(map(_order, guide))
    if before and own.absent and not other.absent:  # what a later release brought is not there before
        return None
    return ", ".join(said), ", ".join(guide)


def _order(release: str) -> list[int]:
    return [int(part) for part in release.split(".")]


def _agrees(
    own: Statement, clash: tuple[str, str, str, int], catalogue: Catalogue, language: Language, weigh: Weigh
) -> bool:
    """Say whether any article says what the document does: then the two speak of different things."""
    kind, said, guide, _ = clash
    every = (found for (spoken, _), article in catalogue.articles.items() if spoken == language
             for passage in article.passages for found in _told(passage))  # fmt: skip
    return any(_gives(found, kind, said, guide) and alike(own, found, weigh) >= SAME for found in every)


def _gives(found: Statement, kind: str, said: str, guide: str) -> bool:
    """Say whether a statement gives what the document says; one that names both releases tells them apart itself."""
    if kind == "value":
        return said in {number for _, number in found.values}
    named = set(found.releases)
    return bool(named & set(said.split(", "))) and not named & set(guide.split(", "))


@lru_cache(maxsize=8_000)
def _told(passage: Passage) -> tuple[Statement, ...]:
    """Return what a passage says in prose; its sample outputs show one device on one day."""
    return tuple(found for text in (passage.text, *passage.good, *passage.bad) for found in statements(text))


def _said(part: Part, catalogue: Catalogue) -> frozenset[str]:
    """Return the commands of a part, and the lines that are one of the guide's with or without "no"."""
    lines = {line.strip() for line in part.text.splitlines()}
    either = {form for command in _known(catalogue) for form in (f"no {command}", command.removeprefix("no "))}
    return frozenset(command.text for command in part.commands) | (lines & (either | _known(catalogue)))


@lru_cache(maxsize=4)
def _known(catalogue: Catalogue) -> frozenset[str]:
    """Return every command of the guide."""
    return frozenset(command for article in catalogue.articles.values() for command in article.commands)
