"""From answering parts to sections of an answer: each document's own, apart from the guide's."""

from __future__ import annotations

from collections.abc import Sequence

from bot.answer import Citation, Item, Section
from bot.documents.search import Library, PartHit
from ingest.documents.model import Part
from ingest.documents.shelf import Entry

DOCUMENTS = 2
"""Documents that one answer cites at most."""
ROOM = 2_400
"""Characters of neighbours under the same heading that are shown with a part."""
AROUND = 3
"""Neighbours on either side that are looked at."""
STEPS = ("procedure", "commands")
LAYOUT = ("output", "table", "commands")


def topic_of(document: str) -> str:
    """Return the topic under which a document is cited."""
    return f"document:{document}"


def compose(library: Library, hits: Sequence[PartHit], first_number: int) -> tuple[list[Section], list[Citation]]:
    """Return a section a document, and its citations, numbered from ``first_number``; the surest document first."""
    chosen: dict[str, dict[int, Part]] = {}
    entries = {hit.entry.id: hit.entry for hit in hits}
    for hit in hits:
        if hit.entry.id in chosen or len(chosen) < DOCUMENTS:
            chosen.setdefault(hit.entry.id, {}).update(_with_neighbours(library, hit))
    sections: list[Section] = []
    citations: list[Citation] = []
    for document, parts in chosen.items():
        ordered = [parts[number] for number in sorted(parts)]
        start = first_number + len(citations)
        cited = [_citation(start + i, entries[document], part) for i, part in enumerate(ordered)]
        sections.append(_section(entries[document], ordered, cited))
        citations += cited
    return sections, citations


def _with_neighbours(library: Library, hit: PartHit) -> dict[int, Part]:
    """Return a part with what stands next to it under the same heading, as far as there is room."""
    entry, number = hit.entry, hit.number
    low, high = max(entry.first, number - AROUND), min(entry.first + entry.parts, number + AROUND + 1)
    near = dict(zip(range(low, high), library.shelf.parts(range(low, high)), strict=True))
    found, room = {number: near[number]}, ROOM
    for way in (1, -1):
        place = number + way
        while place in near and near[place].trail == near[number].trail and len(near[place].text) <= room:
            if not any(_overlap(near[place], part) for part in found.values()):
                found[place], room = near[place], room - len(near[place].text)
            place += way
    return found


def _overlap(one: Part, other: Part) -> bool:
    """Say whether one part holds the other: an output is a part of its own and stands in its procedure as well."""
    return one.quote in other.quote or other.quote in one.quote


def _section(entry: Entry, parts: Sequence[Part], citations: Sequence[Citation]) -> Section:
    items = tuple(_item(part, citation.number) for part, citation in zip(parts, citations, strict=True))
    releases = tuple(dict.fromkeys(release for part in parts for release in part.releases))
    title = citations[0].title
    return Section(topic_of(entry.id), title, "also", items, releases, source="document", path=entry.path)


def _item(part: Part, number: int) -> Item:
    kind = "step" if part.kind in STEPS else "note"
    return Item(kind, part.text, (number,), part.commands, verbatim=part.kind in LAYOUT)  # type: ignore[arg-type]


def _citation(number: int, entry: Entry, part: Part) -> Citation:
    title = " › ".join(dict.fromkeys((entry.title, *part.trail)))
    return Citation(
        number, topic_of(entry.id), title, entry.path, part.first, part.last, part.quote, part.page, "document"
    )
