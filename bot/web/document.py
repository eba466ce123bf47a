"""What a user's own document says, drawn apart from the guide; every word of it is shown and none acts as markup."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from bot.answer import Citation, Item, Section
from bot.phrases import say
from bot.web.draw import cites, command, tag, text
from ingest.documents.hidden import visible
from kb.schema import Language


def document_section(section: Section, turn: int, language: Language) -> str:
    """Return a document's section: whose it is, its words as quotations, its name at each command."""
    whose = f"{say('from_document', language)}: {section.path}"
    heading = tag("h2", tag("small", escape(whose)) + escape(section.title))
    items = "".join(_item(item, whose, turn, language) for item in section.items)
    return tag("section", heading + items, class_="own", lang=language)


def _item(item: Item, whose: str, turn: int, language: Language) -> str:
    layout = "out steps" if item.kind == "step" else "out"  # what is typed may wrap, columns may not
    quotation = tag("pre", text(item.text), class_=layout, tabindex=0) if item.verbatim else text(item.text)
    words = tag("blockquote", quotation) + tag("div", cites(item.citations, turn, language))
    lines = [command(one, language) + tag("div", escape(whose), class_="whose") for one in item.commands]
    return words + "".join(lines)


def document_lines(cited: Sequence[Citation], turn: int, language: Language) -> str:
    """Return the cited lines of one document, with their numbers and pages."""
    head = tag("h4", escape(cited[0].path))
    head += tag("div", escape(say("your_document", language)), class_="muted small path")
    return tag("div", head + "".join(_lines(one, turn, language) for one in cited), class_="article")


def _lines(citation: Citation, turn: int, language: Language) -> str:
    place = f"{citation.first}–{citation.last}" if citation.last > citation.first else str(citation.first)
    if citation.page:
        place += f" · {say('page', language, page=citation.page)}"
    gutter = tag("span", escape(f"[{citation.number}] {place}"), class_="ln")
    name = tag("div", escape(citation.title), class_="muted small")
    words = tag("pre", text(visible(citation.quote)))
    return name + tag("div", gutter + words, class_="src cited", id=f"cite-{turn}-{citation.number}")
