"""What an answer rests on: findings, the paste with its evidence marked, and the cited lines in both languages."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from html import escape
from itertools import accumulate, groupby

from bot.answer import Citation
from bot.case.casefile import Turn
from bot.findings import Finding
from bot.phrases import say
from bot.web.document import document_lines
from bot.web.draw import plain_command, prose, state, tag, text
from bot.web.texts import both, ui
from ingest.catalogue import Catalogue
from kb.schema import Article, Language, Passage

AROUND = 4
"""Lines of a long paste that are shown before and after each piece of evidence."""
WHOLE = 120
"""Lines up to which a paste is shown whole."""
MARKED = 300
"""Pieces of evidence that are marked in one paste; a table row names its first few."""

Span = tuple[int, int, str]
"""Start, end and state of one marked piece."""


def empty() -> str:
    """Return the panel before the first answer."""
    return tag("p", both("panel_empty"), class_="muted empty")


def panel(turn: Turn, catalogue: Catalogue, ui_language: Language) -> str:
    """Return everything that the answer of ``turn`` rests on."""
    pasted = turn.paste or turn.text
    parts = []
    if turn.answer.findings:
        parts.append(_fold("findings", len(turn.answer.findings), _table(turn, pasted, ui_language), ui_language))
        parts.append(_fold("paste", None, _marked(turn, pasted, ui_language), ui_language))
    elif turn.paste:
        parts.append(_fold("paste", None, _marked(turn, pasted, ui_language), ui_language))
    if turn.answer.citations:
        articles = "".join(_articles(turn, catalogue, ui_language))
        parts.append(_fold("sources", len(turn.answer.citations), articles, ui_language))
    return "".join(parts) or tag("p", escape(ui("panel_nothing", ui_language)), class_="muted empty")


def _fold(name: str, count: int | None, inner: str, ui_language: Language) -> str:
    number = tag("span", str(count), class_="count") if count is not None else ""
    summary = tag("summary", tag("h3", escape(ui(name, ui_language))) + number)
    return tag("details", summary + inner, open=True, class_=f"fold {name}")


def _table(turn: Turn, pasted: str, ui_language: Language) -> str:
    starts = _line_starts(pasted)
    head = "".join(tag("th", escape(ui(key, ui_language)), scope="col") for key in ("state", "finding", "evidence"))
    rows = "".join(_row(finding, turn, starts, ui_language) for finding in turn.answer.findings)
    return tag("table", tag("thead", tag("tr", head)) + tag("tbody", rows), class_="findings-table")


def _row(finding: Finding, turn: Turn, starts: Sequence[int], ui_language: Language) -> str:
    language = turn.answer.language
    rule = tag("div", f"{escape(ui('trigger', ui_language))}: {prose(finding.trigger[language])}", class_="muted small")
    told = prose(finding.message[language]) + rule
    if finding.next_command:
        told += tag("div", escape(say("next_command", language)), class_="small")
        told += plain_command(finding.next_command, language)
    lines = "".join(_line_link(piece.start, turn.number, starts, ui_language) for piece in finding.evidence[:5])
    cells = tag("td", state(finding, language)) + tag("td", told, lang=language) + tag("td", lines or "–")
    return tag("tr", cells, class_=finding.state)


def _line_link(start: int, turn: int, starts: Sequence[int], ui_language: Language) -> str:
    number = bisect_right(starts, start)
    label = ui("line_n", ui_language, n=number)
    return tag("button", escape(label), type="button", class_="link line-link", data_cite=f"pl-{turn}-{number}")


def _line_starts(pasted: str) -> list[int]:
    return [0, *accumulate(len(line) + 1 for line in pasted.split("\n"))][:-1]


def _marked(turn: Turn, pasted: str, ui_language: Language) -> str:
    """Return the paste with evidence marked in place; of a long one only the lines around it."""
    lines = pasted.removesuffix("\n").split("\n")
    starts = _line_starts(pasted)
    spans = _spans(turn.answer.findings)
    rows, before = [], -1
    for number in _wanted(len(lines), starts, spans):
        if number > before + 1:
            rows.append(_gap(number - before - 1, ui_language))
        rows.append(_line(number, lines[number], starts[number], spans, turn.number))
        before = number
    if before + 1 < len(lines):
        rows.append(_gap(len(lines) - before - 1, ui_language))
    return tag(
        "div", "".join(rows), class_="paste-view", tabindex=0, role="region", aria_label=ui("paste", ui_language)
    )


def _spans(findings: Sequence[Finding]) -> list[Span]:
    """Return the evidence in order of place; where pieces overlap, the later one gives way."""
    found = sorted({(piece.start, piece.end, finding.state) for finding in findings for piece in finding.evidence})
    kept: list[Span] = []
    for span in found[: 4 * MARKED]:
        if not kept or span[0] >= kept[-1][1]:
            kept.append(span)
    return kept[:MARKED]


def _wanted(count: int, starts: Sequence[int], spans: Sequence[Span]) -> list[int]:
    if count <= WHOLE:
        return list(range(count))
    wanted: set[int] = set(range(2 * AROUND))
    for start, end, _ in spans:
        first, last = bisect_right(starts, start) - 1, bisect_right(starts, max(start, end - 1)) - 1
        shown = {*range(first - AROUND, first + WHOLE), *range(last - AROUND, last + AROUND + 1)}
        wanted |= {n for n in shown if 0 <= n < count and first - AROUND <= n <= last + AROUND}
    return sorted(wanted)


def _gap(count: int, ui_language: Language) -> str:
    return tag("div", escape(ui("gap", ui_language, count=count)), class_="gap")


def _line(number: int, line: str, offset: int, spans: Sequence[Span], turn: int) -> str:
    cells, done, end = [], 0, len(line)
    for start, stop, kind in spans:
        low, high = max(start - offset, 0), min(stop - offset, end)
        if low < high and start < offset + end and stop > offset:
            cells.append(text(line[done:low]))
            cells.append(tag("mark", text(line[low:high].rstrip("\r")), class_=kind))
            done = high
    cells.append(text(line[done:].rstrip("\r")))
    gutter = tag("span", str(number + 1), class_="ln", aria_hidden="true")
    return tag("div", gutter + tag("code", "".join(cells)), class_="l", id=f"pl-{turn}-{number + 1}")


def _articles(turn: Turn, catalogue: Catalogue, ui_language: Language) -> Iterator[str]:
    """Yield every cited article once, in the order of its first citation, then every cited document."""
    order = {citation.path: -citation.number for citation in reversed(turn.answer.citations)}
    cited = sorted(turn.answer.citations, key=lambda c: (c.source != "guide", -order[c.path], c.number))
    for (source, _), group in groupby(cited, key=lambda c: (c.source, c.path)):
        if source == "document":
            yield document_lines(list(group), turn.number, turn.answer.language)
        else:
            yield _article(list(group), turn, catalogue, ui_language)


def _article(cited: list[Citation], turn: Turn, catalogue: Catalogue, ui_language: Language) -> str:
    first, language = cited[0], turn.answer.language
    article = catalogue.articles.get((language, first.topic))
    numbers = {citation.quote: citation.number for citation in cited}
    fits = article is not None and all(catalogue.quote(c.path, c.first, c.last) == c.quote for c in cited)
    if article is None or not fits:
        return _quotes(cited, turn, ui_language)
    twin = catalogue.articles.get(("en" if language == "ja" else "ja", first.topic))
    own = _source(article, [numbers.get(passage.quote) for passage in article.passages], turn.number, named=True)
    other = ""
    if twin and len(twin.passages) == len(article.passages):
        marks = [numbers.get(passage.quote) for passage in article.passages]
        other = _source(twin, marks, turn.number, named=False)
    elif twin:
        other = _source(twin, [None] * len(twin.passages), turn.number, named=False)
    return tag("div", _sides(own, other, language), class_="article", data_topic=first.topic)


def _sides(own: str, other: str, language: Language) -> str:
    """Return an article and its twin, with the button that turns one into the other."""
    back: Language = "en" if language == "ja" else "ja"
    if not other:
        return own
    to_twin, to_own = _turn_over(language), _turn_over(back)
    return tag("div", to_twin + own, class_="side", lang=language) + tag(
        "div", to_own + other, class_="side", lang=back, hidden=True
    )


def _turn_over(shown: Language) -> str:
    """Return the button below which an article in ``shown`` stands; it shows the other language."""
    return tag("button", escape(ui("twin", shown)), type="button", class_="tool twin", data_twin=True,
               aria_label=f"{ui('twin', shown)}: {ui('twin_label', shown)}")  # fmt: skip


def _source(article: Article, numbers: Sequence[int | None], turn: int, *, named: bool) -> str:
    head = tag("h4", escape(article.front.title))
    head += tag("div", escape(f"{article.path} · {', '.join(article.front.releases)}"), class_="muted small path")
    rows = [_passage(p, n, turn, named=named) for p, n in zip(article.passages, numbers, strict=True)]
    return head + "".join(rows)


def _passage(passage: Passage, number: int | None, turn: int, *, named: bool) -> str:
    sign = f"[{number}] " if number else ""
    lines = f"{passage.first}–{passage.last}" if passage.last > passage.first else str(passage.first)
    gutter = tag("span", escape(sign) + lines, class_="ln")
    name = f"cite-{turn}-{number}" if number and named else None
    return tag("div", gutter + tag("pre", text(passage.quote)), class_="src cited" if number else "src", id=name)


def _quotes(cited: Sequence[Citation], turn: Turn, ui_language: Language) -> str:
    """Return citations alone: of an article that has changed since, or of a document without a twin."""
    head = tag("h4", escape(cited[0].title)) + tag("div", escape(cited[0].path), class_="muted small path")
    old = tag("p", escape(ui("old_index", ui_language, version=turn.answer.index_version)), class_="muted small")
    rows = "".join(
        _passage(Passage("note", "", c.first, c.last, c.quote), c.number, turn.number, named=True) for c in cited
    )
    return tag("div", head + old + rows, class_="article")
