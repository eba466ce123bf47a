"""An answer as HTML, in pieces, so that its first section shows as soon as it is known."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from html import escape

from bot.answer import Answer, Item, Section
from bot.case.casefile import Ask, Case, NextCheck, Turn
from bot.phrases import say
from bot.web.document import document_section
from bot.web.draw import button, cites, command, notice, output, prose, state, tag, text
from bot.web.texts import ui
from kb.schema import Language

NAMED_FINDINGS = 4
"""Findings that an answer names itself; the panel's table has them all."""
Titles = Callable[[Language, str], str]
"""Gives a topic's title in a language, empty for a topic that is gone."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """What an answer is drawn from: its turn, the page's language, the case's checks, topic titles."""

    turn: Turn
    ui: Language
    case: Case
    titles: Titles

    @property
    def language(self) -> Language:
        """The answer's own language."""
        return self.turn.answer.language

    def mark(self, check: str) -> str:
        """Return the outcome of a check, "open" when it has none."""
        found = self.case.check(check)
        return found.state if found else "open"

    def next_in(self, topic: str, item: Item) -> NextCheck | None:
        """Return the turn's next check if ``item`` is it."""
        check = self.turn.next_check
        return check if check and check.topic == topic and check.text == item.text else None


def article(drawn: Drawn, parts: Sequence[str], *, done: bool = True) -> str:
    """Return the pieces that are there so far as one article."""
    number = drawn.turn.number
    label = ui("answer_n", drawn.ui, n=number)
    busy = None if done else "true"
    return tag("article", "".join(parts), class_="turn bot", aria_label=label, aria_busy=busy, data_turn=number)


def pieces(drawn: Drawn) -> Iterator[str]:
    """Yield an answer piece by piece: the first holds its head and first section, the last its foot."""
    answer = drawn.turn.answer
    head = _head(drawn)
    if answer.first_check:
        title = tag("h2", escape(say("first_check", answer.language)))
        head += tag("section", title + _step(answer.first_check, "", drawn), lang=answer.language)
    related = [section for section in answer.sections if section.role == "related"]
    for section in answer.sections:
        if section.role != "related":
            yield head + _section(section, drawn)
            head = ""
    yield head + _onward(drawn) + _related(related, drawn) + _foot(drawn) + _why(drawn)


def _head(drawn: Drawn) -> str:
    answer, parts = drawn.turn.answer, []
    if drawn.turn.changes:
        items = "".join(tag("li", text(change)) for change in drawn.turn.changes)
        parts.append(tag("ul", items, class_="changes", aria_label=ui("changes", drawn.ui)))
    if answer.status == "abstained":
        parts.append(tag("span", escape(ui("abstained", answer.language)), class_="badge refused"))
    parts += [tag("p", notice(one), class_="notice") for one in answer.notices]
    if answer.findings:
        parts.append(_findings(answer))
    return tag("div", "".join(parts), class_="head", lang=answer.language) if parts else ""


def _findings(answer: Answer) -> str:
    rows = [
        tag("li", state(finding, answer.language) + " " + prose(finding.message[answer.language]))
        for finding in answer.findings[:NAMED_FINDINGS]
    ]
    rest = len(answer.findings) - NAMED_FINDINGS
    if rest > 0:
        rows.append(tag("li", escape(ui("more_findings", answer.language, count=rest)), class_="muted small"))
    heading = tag("h2", escape(say("findings", answer.language)), class_="minor")
    return heading + tag("ul", "".join(rows), class_="finding-list")


def _section(section: Section, drawn: Drawn) -> str:
    language = drawn.language
    if section.source == "document":
        return document_section(section, drawn.turn.number, language)
    seen, number, parts = "", 0, []
    for item in section.items:
        if item.kind != seen and item.kind != "summary":
            parts.append(tag("h3", escape(say(item.kind + "s", language))))
        seen = item.kind
        if item.kind == "step":
            check = drawn.next_in(section.topic, item)
            number = check.step if check else number + 1
            parts.append(_step(item, section.topic, drawn, number))
        else:
            words = prose(item.shown) + cites(item.citations, drawn.turn.number, language)
            parts.append(tag("p", words, class_=item.kind) + output(item, language))
    body, title = "".join(parts), escape(section.title)
    if section.role == "also":
        also = tag("span", escape(say("also", language)) + ": ", class_="muted")
        return tag("details", tag("summary", also + title) + body, class_="also", lang=language)
    return tag("section", tag("h2", title) + body, lang=language, data_topic=section.topic)


def _step(item: Item, topic: str, drawn: Drawn, number: int = 0) -> str:
    language, check = drawn.language, drawn.next_in(topic, item)
    mark = drawn.mark(f"{topic}:{number}") if number else "open"
    sign = tag("span", str(number), class_="number") if number else ""
    flag = tag("span", escape(ui("next_check", language)), class_="mark next-flag") if check else ""
    if mark != "open":
        flag = tag("span", escape(ui(f"state_{mark}", language)), class_=f"mark {mark}")
    parts = [tag("p", sign + prose(item.shown) + cites(item.citations, drawn.turn.number, language) + flag)]
    parts += [command(one, language) for one in item.commands]
    parts += [output(item, language), _outcomes(item.good, item.bad, language), _leads(item, drawn)]
    if check and mark == "open":
        parts.append(_marks(check, language))
    return tag("div", "".join(parts), class_=f"step {mark}" + (" next" if check else ""))


def _outcomes(good: Sequence[str], bad: Sequence[str], language: Language) -> str:
    rows = "".join(_outcome("good", words, language) for words in good)
    rows += "".join(_outcome("bad", words, language) for words in bad)
    return tag("ul", rows, class_="outcomes") if rows else ""


def _outcome(kind: str, words: str, language: Language) -> str:
    sign = '<span aria-hidden="true">' + ("✓" if kind == "good" else "✗") + "</span> "
    return tag("li", tag("b", sign + escape(say(kind, language))) + " " + prose(words), class_=kind)


def _leads(item: Item, drawn: Drawn) -> str:
    """Return links to the topics that a bad outcome leads to."""
    titles = [(topic, drawn.titles(drawn.language, topic)) for topic in item.leads_to]
    links = " · ".join(_link(topic, title) for topic, title in titles if title)
    return tag("div", '<span aria-hidden="true">→</span> ' + links, class_="leads") if links else ""


def _link(topic: str, title: str) -> str:
    return tag("button", escape(title), type="button", class_="link", data_act="topic", data_topic=topic)


def _related(sections: Sequence[Section], drawn: Drawn) -> str:
    if not sections:
        return ""
    rows = []
    for section in sections:
        first = section.items[0]
        words = prose(first.text) + cites(first.citations, drawn.turn.number, drawn.language)
        rows.append(tag("li", f"{_link(section.topic, section.title)} {words}"))
    heading = tag("h3", escape(say("related", drawn.language)))
    return tag("section", heading + tag("ul", "".join(rows), class_="related"), lang=drawn.language)


def _onward(drawn: Drawn) -> str:
    """Return what to do next: a question with its replies, or the next check where no section shows it."""
    turn, parts = drawn.turn, []
    if turn.proven:
        title = drawn.titles(drawn.language, turn.proven)
        words = escape(ui("proven", drawn.language)) + (": " + _link(turn.proven, title) if title else "")
        parts.append(tag("p", f'<span aria-hidden="true">✓</span> {words}', class_="banner proven"))
    if turn.exhausted:
        parts.append(tag("p", escape(ui("exhausted", drawn.language)), class_="banner exhausted"))
    if turn.question:
        parts.append(_question(turn.question))
    shown = [drawn.next_in(s.topic, item) for s in turn.answer.sections if s.role == "main" for item in s.items]
    if turn.next_check and not any(shown):
        parts.append(_next(turn.next_check, drawn))
    return tag("section", "".join(parts), class_="onward", lang=drawn.language) if parts else ""


def _question(question: Ask) -> str:
    options = "".join(button(option, "ask", class_="btn reply", text=option) for option in question.options)
    return tag("div", tag("p", text(question.text)) + tag("div", options, class_="row"), class_="question")


def _next(check: NextCheck, drawn: Drawn) -> str:
    language = drawn.language
    words = tag("span", escape(check.title), class_="muted")
    parts = [tag("h3", f"{escape(ui('next_check', language))} {words}"), tag("p", prose(check.text))]
    parts += [command(one, language) for one in check.commands]
    parts.append(_outcomes(check.good, check.bad, language))
    parts.append(_marks(check, language))
    return tag("div", "".join(parts), class_="next")


def _marks(check: NextCheck, language: Language) -> str:
    """Return the buttons that say how the next check came out."""
    note = ""
    if check.seen_in:
        note = tag("p", escape(ui("seen_in", language, n=check.seen_in)), class_="muted small")
    buttons = "".join(
        button(ui(f"mark_{outcome}", language), "mark", class_=f"btn mark-{outcome}", check=check.check_id,
               outcome=outcome)
        for outcome in ("good", "bad", "skipped")
    )  # fmt: skip
    return note + tag("div", buttons, class_="row marks", role="group", aria_label=ui("next_check", language))


def _foot(drawn: Drawn) -> str:
    answer, number, ui_language = drawn.turn.answer, drawn.turn.number, drawn.ui
    model = ui("model", ui_language, name=answer.model) if answer.model else ui("no_model", ui_language)
    if answer.rewording and not answer.model:
        model = ui("own_words", ui_language)
    facts = [ui("index", ui_language, version=answer.index_version), model]
    facts += [f"{answer.elapsed_ms:.0f} ms"] if answer.elapsed_ms else []
    tools = "".join(
        button(ui(name, ui_language), act, class_="tool", turn=number, aria=ui(f"{name}_label", ui_language))
        for name, act in (("basis", "show"), ("retry", "retry"))
    )
    tools += "".join(_thumb(drawn.turn, way, ui_language) for way in ("up", "down"))
    line = tag("span", escape(" · ".join(facts)), class_="facts") + tag("div", tools, class_="tools")
    return tag("footer", line) + _sent(answer, ui_language)


def _sent(answer: Answer, ui_language: Language) -> str:
    """Return what left for the language model, folded; names of people and machines are hidden in it."""
    sent = answer.rewording.sent if answer.rewording else ()
    requests = "".join(tag("pre", text(request), class_="out", tabindex=0) for request in sent)
    summary = tag("summary", escape(ui("sent", ui_language, count=len(sent))))
    return tag("details", summary + requests, class_="example sent") if sent else ""


def _thumb(turn: Turn, way: str, ui_language: Language) -> str:
    given = turn.up is not None and turn.up == (way == "up")
    sign = f'<span class="thumb {way}" aria-hidden="true"></span>'
    return tag("button", sign, type="button", class_="tool", data_thumb=way, aria_pressed=str(given).lower(),
               aria_label=ui(way, ui_language), title=ui(way, ui_language))  # fmt: skip


def _why(drawn: Drawn) -> str:
    """Return the form that asks for a thumb's reason; it shows once a thumb is given."""
    reasons = ui("reasons", drawn.ui).split("|")
    chips = "".join(tag("button", escape(reason), type="button", class_="btn reason") for reason in reasons)
    name = escape(ui("why", drawn.ui))
    field = f'<input type="text" maxlength="500" autocomplete="off" placeholder="{name}" aria-label="{name}">'
    send = tag("button", escape(ui("send", drawn.ui)), type="submit", class_="btn primary")
    inner = tag("div", chips, class_="row") + tag("div", field + send, class_="row")
    return tag("form", inner, class_="why", hidden=True, data_turn=drawn.turn.number)
