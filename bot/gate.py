"""The last thing before every face: what does not stand in the cited section is withheld.

An item passes when its prose, each of its commands, its outcomes and its output stand in the passages it
cites; a command must be a whole line of a command fence there, byte for byte. A citation passes when its
quote is what the catalogue holds for those lines. A finding passes when its evidence is the slice it claims to
be and the command it names next is one that the guide knows and that changes nothing.

A section of a user's own document rests on that document alone, and the guide's sections never do. Its item is
one part of the document, word for word; its commands are those of that part which stand whole in the quote.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.answer import Answer, Citation, Item, Section
from bot.commands import is_known
from bot.findings import Finding
from ingest.documents.model import Part

Lookup = Callable[[str, int, int], str | None]
"""(path, first line, last line) -> the text that stands there, or None."""
Parts = Callable[[str, int, int], Sequence[Part]]
"""(path, first line, last line) -> the parts of a user's document that are cited so."""

_FENCE = re.compile(r"^[ \t]*```([^\n]*)\n(.*?)^[ \t]*```", re.DOTALL | re.MULTILINE)
_LINK = re.compile(r"\[([^\]]{1,200})\]\([a-z0-9-]{1,80}\.md\)")
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer with everything unproven taken out, and what was taken out."""

    answer: Answer
    withheld: tuple[str, ...]


def _no_parts(path: str, first: int, last: int) -> Sequence[Part]:
    """Know no document."""
    return ()


def check(answer: Answer, lookup: Lookup, paste: str = "", parts: Parts = _no_parts) -> Verdict:
    """Withhold from ``answer`` whatever its citations or the ``paste`` do not prove."""
    withheld: list[str] = []
    cited = {c.number: _quoted(c, parts) for c in answer.citations if c.source == "document"}
    citations = tuple(c for c in answer.citations if _keep(_valid(c, lookup, cited), f"citation {c.number}", withheld))
    quotes = {citation.number: citation.quote for citation in citations if citation.source == "guide"}
    sections = tuple(
        replace(section, items=items)
        for section in answer.sections
        if (items := tuple(_items(section, quotes, cited, withheld)))
    )
    first = next(_checked([answer.first_check], quotes, withheld), None) if answer.first_check else None
    findings = tuple(
        finding for finding in answer.findings if _keep(_proven(finding, paste), f"finding {finding.id}", withheld)
    )
    passed = replace(
        answer,
        sections=sections,
        citations=_used(citations, sections, first),
        findings=findings,
        first_check=first,
    )
    if answer.status == "answered" and not sections and not findings:
        passed = replace(passed, status="abstained")
    return Verdict(passed, tuple(withheld))


def fence_lines(quote: str) -> set[str]:
    """Return the commands that stand in ``quote``: the lines of its command fences."""
    found: set[str] = set()
    for info, body in _FENCE.findall(quote):
        if info.strip() != "output":
            found.update(line.strip() for line in body.splitlines())
    return found


def _items(
    section: Section, quotes: dict[int, str], cited: Mapping[int, Sequence[Part]], withheld: list[str]
) -> Iterator[Item]:
    if section.source == "document":
        return _documented(section.items, cited, withheld)
    return _checked(section.items, quotes, withheld)


def _documented(items: Iterable[Item], cited: Mapping[int, Sequence[Part]], withheld: list[str]) -> Iterator[Item]:
    """Pass what one part of a document says, and of its commands those that stand there whole."""
    from ingest.documents.recognise import command_stands

    for item in items:
        quoted = cited.get(item.citations[0], ()) if len(item.citations) == 1 else ()
        part = next((part for part in quoted if part.text == item.text), None)
        added = item.wording or item.output or item.good or item.bad or item.leads_to
        if not _keep(part is not None and not added, f"text: {item.text}", withheld) or part is None:
            continue
        commands = tuple(
            command
            for command in item.commands
            if _keep(
                command in part.commands and command_stands(command.text, part.quote),
                f"command {command.text}",
                withheld,
            )
        )
        yield replace(item, commands=commands)


def _checked(items: Iterable[Item], quotes: dict[int, str], withheld: list[str]) -> Iterator[Item]:
    for item in items:
        cited = [quotes[number] for number in item.citations if number in quotes]
        if not _keep(bool(cited) and len(cited) == len(item.citations), f"uncited: {item.text}", withheld):
            continue
        allowed = set().union(*map(fence_lines, cited))
        commands = tuple(c for c in item.commands if _keep(c.text in allowed, f"command {c.text}", withheld))
        stands = all(_stands(part, cited) for part in (item.text, item.output, *item.good, *item.bad))
        if _keep(stands, f"text: {item.text}", withheld):
            yield replace(item, commands=commands)


def _stands(part: str, cited: list[str]) -> bool:
    texts = [_SPACE.sub("", _LINK.sub(r"\1", quote)) for quote in cited]
    return all(any(_SPACE.sub("", line) in text for text in texts) for line in part.splitlines())


def _valid(citation: Citation, lookup: Lookup, cited: Mapping[int, Sequence[Part]]) -> bool:
    if citation.source == "document":
        return bool(cited.get(citation.number))
    return bool(citation.quote) and lookup(citation.path, citation.first, citation.last) == citation.quote


def _quoted(citation: Citation, parts: Parts) -> list[Part]:
    """Return the parts of a document that are what a citation quotes."""
    found = parts(citation.path, citation.first, citation.last) if citation.quote else ()
    wanted = (citation.quote, citation.page, citation.topic)
    return [part for part in found if (part.quote, part.page, f"document:{part.document}") == wanted]


def _proven(finding: Finding, paste: str) -> bool:
    if finding.next_command and not is_known(finding.next_command, "exec", "read-only"):
        return False
    exact = all(e.end - e.start == len(e.text) and paste[e.start : e.end] == e.text for e in finding.evidence)
    return exact and (bool(finding.evidence) or finding.state in ("not_shown", "not_recognised"))


def _used(citations: tuple[Citation, ...], sections: tuple[Section, ...], first: Item | None) -> tuple[Citation, ...]:
    items = [item for section in sections for item in section.items] + ([first] if first else [])
    numbers = {number for item in items for number in item.citations}
    return tuple(citation for citation in citations if citation.number in numbers)


def _keep(passed: bool, what: str, withheld: list[str]) -> bool:
    if not passed:
        withheld.append(what)
    return passed
