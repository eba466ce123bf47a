"""An answer as Markdown; the only place where an answer becomes text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby

from bot.answer import Answer, Citation, Item, Section
from bot.findings import Finding
from bot.phrases import Language, say
from bot.safe import code, plain, quoted
from bot.signs import inert

_MARKS = {"problem": "✗", "normal": "✓", "not_shown": "–", "not_recognised": "?"}
_TICKS = re.compile(r"`{3,}")
_ACTING = re.compile(r"(`+[^`]*`+)|(<|!(?=\[)|(?<=\])[(\[])")
"""Code, which stays, or what would make an element, an image or a link of words that a notice repeats."""


def markdown(answer: Answer) -> str:
    """Return ``answer`` as Markdown: notices, findings, the deciding check, sections, sources."""
    blocks: list[str] = [_inert(notice) for notice in answer.notices]
    if answer.findings:
        blocks.extend(_findings(answer.findings, answer.language))
    if answer.first_check:
        blocks.append(f"### {say('first_check', answer.language)}")
        blocks.append(_step(answer.first_check, answer.language, "- ", "  "))
    for section in answer.sections:
        draw = document_section if section.source == "document" else _section
        blocks.extend(draw(section, answer.language))
    if answer.citations:
        blocks.append(f"### {say('sources', answer.language)}")
        blocks.append("\n".join(_sources(answer.citations, answer.language)))
    return "\n\n".join(blocks) + "\n"


def _inert(notice: str) -> str:
    """Return a notice in one line, in which nothing that a person said becomes an element, an image or a link."""
    return _ACTING.sub(lambda found: found[1] or f"\\{found[2]}", inert(" ".join(notice.splitlines())))


def _sources(citations: tuple[Citation, ...], language: Language) -> Iterator[str]:
    """Name each article and document once, with the lines of each citation behind its number."""
    order = sorted(citations, key=lambda c: (c.source != "guide", c.path, c.number))
    for (source, path), group in groupby(order, key=lambda c: (c.source, c.path)):
        cited = list(group)
        lines = " ".join(f"[{c.number}] {_place(c, language)}" for c in cited)
        if source == "guide":
            yield f"- {cited[0].title} — `{path}`: {lines}"
        else:
            yield f"- {say('your_document', language)}: {code(path)}: {lines}"


def _place(citation: Citation, language: Language) -> str:
    page = f" ({say('page', language, page=citation.page)})" if citation.page else ""
    return f"{citation.first}-{citation.last}{page}"


def _findings(findings: tuple[Finding, ...], language: Language) -> Iterator[str]:
    yield f"### {say('findings', language)}"
    for finding in findings:
        head = f"**{_MARKS[finding.state]} {say(finding.state, language)}**: {finding.message[language]}"
        parts = [head, *(fenced(inert(evidence.text)) for evidence in finding.evidence[:5])]
        if finding.next_command:
            parts.append(f"{say('next_command', language)}:\n\n{fenced(finding.next_command)}")
        yield "- " + indent("\n\n".join(parts), "  ")


def _section(section: Section, language: Language) -> Iterator[str]:
    heading = {"main": "## {}", "also": "## {also}: {}", "related": "### {related}: {}"}[section.role]
    yield heading.format(section.title, also=say("also", language), related=say("related", language))
    number = 0
    seen: str | None = None
    for item in section.items:
        if item.kind != seen and item.kind in ("step", "note"):
            yield f"### {say(item.kind + 's', language)}"
        seen = item.kind
        if item.kind == "step":
            number += 1
            yield _step(item, language, f"{number}. ", " " * len(f"{number}. "))
        else:
            mark, margin = ("- ", "  ") if item.kind == "note" else ("", "")
            yield mark + indent(_statement(item, language), margin)


def document_section(section: Section, language: Language) -> Iterator[str]:
    """Draw what a user's document says: its words as quotations that cannot act as markup, its name at each command."""
    yield f"## {say('from_document', language)}: {code(section.path)} › {plain(section.title)}"
    for item in section.items:
        yield _quotation(item) + f"\n\n{_numbers(item)}"
        for command in item.commands:
            label = f"{say(command.mode, language)} · {say(command.effect, language)}"
            name = f"{say('from_document', language)}: {code(section.path)}"
            yield f"{fenced(command.text)}\n*{label}* · {name}"


def _quotation(item: Item) -> str:
    if not item.verbatim:
        return quoted(item.text)
    return "\n".join(f"> {line}".rstrip() for line in fenced(item.text).splitlines())


def _statement(item: Item, language: Language) -> str:
    text = f"{item.shown} {_numbers(item)}"
    return f"{text}\n\n{_output(item, language)}" if item.output else text


def _output(item: Item, language: Language) -> str:
    return f"{say('output', language)}:\n\n{fenced(item.output)}"


def _step(item: Item, language: Language, mark: str, margin: str) -> str:
    parts = [f"{item.shown} {_numbers(item)}"]
    for command in item.commands:
        label = f"*{say(command.mode, language)} · {say(command.effect, language)}*"
        parts.append(f"{fenced(command.text)}\n{label}")
    outcomes = [f"- {say('good', language)}: {text}" for text in item.good]
    outcomes += [f"- {say('bad', language)}: {text}" for text in item.bad]
    if item.output:
        parts.append(_output(item, language))
    if outcomes:
        parts.append("\n".join(outcomes))
    return mark + indent("\n\n".join(parts), margin)


def _numbers(item: Item) -> str:
    return "".join(f"[{number}]" for number in item.citations)


def fenced(text: str) -> str:
    """Return ``text`` in a code fence that nothing in it can close."""
    longest = max((len(run) for run in _TICKS.findall(text)), default=2)
    fence = "`" * max(3, longest + 1)
    return f"{fence}text\n{text}\n{fence}"


def indent(text: str, margin: str) -> str:
    """Return ``text`` with ``margin`` before every line but the first."""
    return text.replace("\n", "\n" + margin).replace("\n" + margin + "\n", "\n\n")
