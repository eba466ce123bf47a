"""A turn of a case as blocks of Slack: what a page of the web chat shows, in the order in which it is read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from bot.answer import Answer, Citation, Item, Section
from bot.case.casefile import NextCheck, Turn
from bot.case.phrases import tell
from bot.findings import Finding
from bot.phrases import Language, say
from bot.slack.blocks import Block, actions, bullets, button, context, header, pre, prose, rich, section, text
from bot.slack.limits import ELEMENT, EVIDENCE
from bot.slack.markup import escaped
from bot.slack.texts import ui
from kb.schema import Command

_MARKS = {"problem": "✗", "normal": "✓", "not_shown": "–", "not_recognised": "?"}
Titles = Callable[[Language, str], str]
"""Gives a topic's title in a language, empty for a topic that is gone."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """What a turn is drawn from: its case, topic titles, the address of the web chat (empty without one)."""

    turn: Turn
    case_id: str
    titles: Titles
    public_url: str = ""

    @property
    def language(self) -> Language:
        """The answer's language."""
        return self.turn.answer.language

    @property
    def answer(self) -> Answer:
        """The turn's answer."""
        return self.turn.answer


def summary(turn: Turn) -> str:
    """Return one line for a notification, in Slack's markup."""
    answer = turn.answer
    titles = [item.title for item in answer.sections if item.role == "main"]
    return escaped((titles or list(answer.notices) or [say("findings", answer.language)])[0][:300])


def body(drawing: Drawing) -> list[list[Block]]:
    """Return the answer in pieces that follow each other: the head, each section, then what is next and the sources."""
    pieces = [list(_head(drawing))]
    pieces += [list(_section(one, drawing)) for one in drawing.answer.sections if one.role != "related"]
    pieces.append([*_onward(drawing), *_related(drawing), *_sources(drawing.answer)])
    return [piece for piece in pieces if piece]


def foot(drawing: Drawing, *, private: bool = False) -> list[Block]:
    """Return the end of an answer: what answered, the link to the case, feedback, and for a private one sharing."""
    language, answer, mark = drawing.language, drawing.answer, f"{drawing.case_id}|{drawing.turn.number}"
    facts = [ui("index", language, version=answer.index_version)] if answer.index_version else []
    words = "own_words" if answer.rewording else "no_model"
    facts.append(ui("model", language, name=answer.model) if answer.model else ui(words, language))
    line = escaped(" · ".join(facts))
    if drawing.public_url:
        address = f"{drawing.public_url.rstrip('/')}/?case={drawing.case_id}"
        line += f" · <{address}|{escaped(ui('open_case', language))}>"
    blocks = [context(line, *([escaped(ui("private", language))] if private else []))]
    if private:
        share = button(ui("share", language), "share", mark, style="primary")
        return [*blocks, actions(share), _feedback(mark, language)]
    return [*blocks, _feedback(mark, language)]


def _feedback(mark: str, language: Language) -> Block:
    ways = {
        f"{way}_button": {"text": {"type": "plain_text", "text": ui(key, language)}, "value": f"{key}|{mark}",
                          "accessibility_label": ui(key, language)}
        for way, key in (("positive", "up"), ("negative", "down"))
    }  # fmt: skip
    return {"type": "context_actions", "elements": [{"type": "feedback_buttons", "action_id": "feedback", **ways}]}


def _head(drawing: Drawing) -> Iterator[Block]:
    turn, answer, language = drawing.turn, drawing.answer, drawing.language
    if turn.changes:
        yield rich(section(text(ui("changes", language), bold=True)), bullets(*map(prose, turn.changes)))
    for notice in answer.notices:
        yield rich(section(prose(notice)))
    if answer.findings:
        yield header(say("findings", language))
        yield from (_finding(finding, language) for finding in answer.findings)
    if answer.first_check:
        yield header(say("first_check", language))
        yield _step(answer.first_check, "", language)


def _finding(finding: Finding, language: Language) -> Block:
    state = text(f"{_MARKS[finding.state]} {say(finding.state, language)}: ", bold=True)
    parts: list[Block | list[Block]] = [section(state, prose(finding.message[language]))]
    parts += [_proof(evidence.text, language) for evidence in finding.evidence[:EVIDENCE]]
    rest = len(finding.evidence) - EVIDENCE
    if rest > 0:
        parts.append(section(text(ui("more_evidence", language, count=rest), italic=True)))
    if finding.next_command:
        parts += [section(text(f"{say('next_command', language)}:")), pre(finding.next_command)]
    return rich(*parts)


def _proof(quoted: str, language: Language) -> list[Block]:
    """Return the line that proves a finding; a very long one is cut, and that is said."""
    limit = ELEMENT // 4
    if len(quoted) <= limit:
        return pre(quoted)
    return [*pre(quoted[:limit]), section(text(ui("cut", language), italic=True))]


def _section(one: Section, drawing: Drawing) -> Iterator[Block]:
    language = drawing.language
    yield header(one.title if one.role == "main" else f"{say('also', language)}: {one.title}")
    seen, number = "", 0
    for item in one.items:
        if item.kind != seen and item.kind != "summary":
            yield rich(section(text(say(item.kind + "s", language), bold=True)))
        seen = item.kind
        if item.kind == "step":
            check = _next_in(drawing, one.topic, item)
            number = check.step if check else number + 1
            yield _step(item, f"{number}. ", language, flag=ui("next_check", language) if check else "")
            if check:
                yield from _marks(drawing, check)
        else:
            yield _statement(item, language)


def _next_in(drawing: Drawing, topic: str, item: Item) -> NextCheck | None:
    check = drawing.turn.next_check
    return check if check and check.topic == topic and check.text == item.text else None


def _statement(item: Item, language: Language) -> Block:
    runs = section(prose(item.text), text(_numbers(item)))
    lead = bullets(runs["elements"]) if item.kind == "note" else runs
    return rich(lead, *_output(item, language))


def _output(item: Item, language: Language) -> list[Block]:
    return [section(text(f"{say('output', language)}:")), *pre(item.output)] if item.output else []


def _step(item: Item, mark: str, language: Language, flag: str = "") -> Block:
    lead = [text(mark, bold=True)] if mark else []
    tail = [text(f"  ← {flag}", bold=True)] if flag else []
    parts: list[Block | list[Block]] = [section(lead, prose(item.text), text(_numbers(item)), tail)]
    parts += [part for command in item.commands for part in _command(command, language)]
    parts += _output(item, language)
    outcomes = _outcomes(item.good, item.bad, language)
    return rich(*parts, *([bullets(*outcomes)] if outcomes else []))


def _command(command: Command, language: Language) -> list[Block]:
    """Return a command in a block of code of its own, whole, with its mode and whether it changes state."""
    label = f"{say(command.mode, language)} · {say(command.effect, language)}"
    changes = command.effect == "changes-state"
    style = {"bold": True} if changes else {"italic": True}
    return [*pre(command.text), section(text(("⚠ " if changes else "") + label, **style))]


def _outcomes(good: Sequence[str], bad: Sequence[str], language: Language) -> list[list[Block]]:
    rows = [("✓", "good", words) for words in good] + [("✗", "bad", words) for words in bad]
    return [[text(f"{sign} {say(key, language)}: ", bold=True), *prose(words)] for sign, key, words in rows]


def _numbers(item: Item) -> str:
    return " " + "".join(f"[{number}]" for number in item.citations) if item.citations else ""


def _onward(drawing: Drawing) -> Iterator[Block]:
    """Yield what to do next: a proven cause, a question with its replies, a check that no section shows."""
    turn, language = drawing.turn, drawing.language
    if turn.proven and (title := drawing.titles(language, turn.proven)):
        yield rich(section(text("✓ " + ui("proven", language, title=title), bold=True)))
    if turn.exhausted and drawing.answer.status == "answered":
        yield rich(section(text(tell("exhausted", language))))
    shown = any(_next_in(drawing, one.topic, item) for one in turn.answer.sections for item in one.items)
    check = turn.next_check
    if check and not shown:
        yield header(f"{ui('next_check', language)}: {check.title}")
        item = Item("step", check.text, (), check.commands, "", check.good, check.bad)
        yield _step(item, "", language)
        yield rich(section(text(f"{check.citation.title}: {check.citation.first}-{check.citation.last}", italic=True)))
        yield from _marks(drawing, check)
    if turn.question:
        yield rich(section(text(turn.question.text, bold=True)))
        yield actions(*_asks(drawing, turn.question.options))


def _marks(drawing: Drawing, check: NextCheck) -> Iterator[Block]:
    language, value = drawing.language, f"{drawing.case_id}|{drawing.turn.number}|{check.check_id}"
    if check.seen_in:
        yield context(escaped(ui("seen_in", language, n=check.seen_in)))
    outcomes = ("good", "bad", "skipped")
    yield actions(*(button(ui(f"mark_{one}", language), f"mark:{one}", value) for one in outcomes))


def _asks(drawing: Drawing, texts: Sequence[str]) -> list[Block]:
    return [button(one, f"ask:{number}", f"{drawing.case_id}|{one}") for number, one in enumerate(texts)]


def _related(drawing: Drawing) -> Iterator[Block]:
    related = [one for one in drawing.answer.sections if one.role == "related"]
    if related:
        rows = [
            [text(f"{one.title}: ", bold=True), *prose(one.items[0].text), text(_numbers(one.items[0]))]
            for one in related
        ]
        yield rich(section(text(say("related", drawing.language), bold=True)), bullets(*rows))
        yield actions(*_asks(drawing, [one.title for one in related]))


def _sources(answer: Answer) -> Iterator[Block]:
    """Yield the cited articles, each once, with the lines of each citation behind its number."""
    if not answer.citations:
        return
    rows = []
    for path, group in groupby(sorted(answer.citations, key=_place), key=lambda citation: citation.path):
        cited = list(group)
        lines = " ".join(f"[{c.number}] {c.first}-{c.last}" for c in cited)
        rows.append([text(f"{cited[0].title} — "), text(path, code=True), text(f": {lines}")])
    yield rich(section(text(say("sources", answer.language), bold=True)), bullets(*rows))


def _place(citation: Citation) -> tuple[str, int]:
    return citation.path, citation.number
