"""A case as a report for a support case, in Markdown or as one HTML page of its own; in either language."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from bot.answer import Citation
from bot.case.casefile import Case, Evidence, Known, Shown, Turn
from bot.case.followon import cited
from bot.case.nextcheck import Guide
from bot.case.phrases import tell
from bot.case.reportdoc import Block, Heading, Items, Pre, Table, Text, as_html, as_markdown
from bot.phrases import Language, say

Format = Literal["markdown", "html"]
LONG = 300
"""Characters from which a pasted line is cut down to the part that proves something."""
_ORDER = {"problem": 0, "normal": 1, "not_shown": 2, "not_recognised": 3}


def render(case: Case, guide: Guide, language: Language, format: Format = "markdown") -> str:
    """Return the report on ``case``, which was loaded with its turns and pastes."""
    blocks = list(_Report(case, guide, language).blocks())
    if format == "html":
        return as_html(blocks, f"{tell('report', language)} {case.id}", language)
    return as_markdown(blocks)


class _Report:
    def __init__(self, case: Case, guide: Guide, language: Language) -> None:
        self.case, self.guide, self.language = case, guide, language
        self.citations: dict[tuple[str, int], Citation] = {}

    def blocks(self) -> Iterator[Block]:
        yield Heading(1, self.tell("report"))
        yield Table(tuple(self.facts()))
        parts = {
            "symptom": self.symptom, "timeline": self.timeline, "evidence": self.evidence, "findings": self.findings,
            "commands": self.checks, "excluded": self.excluded, "conclusion": self.conclusion,
            "citations": self.sources,
        }  # fmt: skip
        for name, part in parts.items():
            yield Heading(2, self.tell(name))
            found = list(part())
            yield from found or [Text(self.tell("nothing"))]

    def tell(self, key: str, **values: object) -> str:
        return tell(key, self.language, **values)

    def title(self, topic: str) -> str:
        return self.guide.title(self.language, topic)

    def facts(self) -> Iterator[tuple[str, str]]:
        case, unknown = self.case, self.tell("unknown")
        yield self.tell("case"), case.id
        yield self.tell("opened"), case.created
        yield self.tell("changed"), case.updated
        ranges = {"<5.0.1": self.tell("release_before"), ">=5.0.1": self.tell("release_from")}
        yield self.tell("release"), ranges.get(case.release or "", case.release or unknown)
        yield self.tell("role"), self.tell(f"role_{case.role}") if case.role else unknown
        versions = dict.fromkeys(turn.answer.index_version for turn in case.turns if turn.answer.index_version)
        yield self.tell("index"), ", ".join(versions) or unknown
        models = dict.fromkeys(turn.answer.model for turn in case.turns if turn.answer.model)
        yield self.tell("model"), ", ".join(m for m in models if m) or self.tell("no_model")

    def symptom(self) -> Iterator[Block]:
        if self.case.symptom:
            yield Pre(self.case.symptom)

    def timeline(self) -> Iterator[Block]:
        pastes = {paste.turn: paste for paste in self.case.evidence}
        for turn in self.case.turns:
            yield Heading(3, f"{turn.number}. {turn.created}")
            paste = pastes.get(turn.number)
            if turn.text.strip() and not (paste and paste.text == turn.text):
                yield Text(self.tell("said") + ":")
                yield Pre(turn.text.strip()[:2000])
            lines = [self.shown(paste)] if paste else []
            lines += [self.mark(check_id, state) for check_id, state in turn.marked]
            yield Items((*lines, *turn.changes, self.answered(turn)))

    def shown(self, paste: Evidence) -> str:
        named = ", ".join(f"`{o.command}`" for o in paste.outputs) or self.tell("unknown_output")
        return self.tell("pasted_outputs", number=paste.number, outputs=named)

    def mark(self, check_id: str, state: str) -> str:
        step = self.guide.step(check_id)
        if step is None:
            return check_id
        return f"{self.title(step.topic)}, {self.tell('step', step=step.number)}: {self.tell(f'state_{state}')}"

    def answered(self, turn: Turn) -> str:
        topics = [s.topic for s in turn.answer.sections if s.role != "related" and s.topic in self.guide.steps]
        titles = " / ".join(map(self.title, topics))
        nothing = self.tell("abstained") if turn.answer.status == "abstained" else " ".join(turn.answer.notices)
        return f"{self.tell('answered_with')}: {titles or nothing}"

    def evidence(self) -> Iterator[Block]:
        for paste in self.case.evidence:
            yield Heading(3, f"{self.tell('pasted', number=paste.number)} ({paste.created})")
            yield Items(tuple(self.output(o, paste) for o in paste.outputs) or (self.tell("unknown_output"),))
            lines = list(dict.fromkeys(_lines(paste)))
            if lines:
                yield Pre("\n".join(lines))

    def output(self, shown: Shown, paste: Evidence) -> str:
        first, last = _line(paste.text, shown.start), _line(paste.text, max(shown.start, shown.end - 1))
        parts = [f"`{shown.command}`", shown.device or "", self.tell("lines", first=first, last=last)]
        if shown.missing:
            parts.append(self.tell("incomplete", labels=", ".join(shown.missing)))
        if shown.superseded_by:
            parts.append(self.tell("superseded", number=shown.superseded_by))
        return ", ".join(part for part in parts if part)

    def findings(self) -> Iterator[Block]:
        known = sorted(self.case.findings, key=lambda item: _ORDER[item.finding.state])
        if known:
            yield Table(tuple(self.finding(item) for item in known))

    def finding(self, known: Known) -> tuple[str, ...]:
        finding = known.finding
        place = self.tell("pasted", number=known.evidence) + (f", {known.device}" if known.device else "")
        command = f"{say('next_command', self.language)}: `{finding.next_command}`" if finding.next_command else ""
        return say(finding.state, self.language), f"{finding.message[self.language]} {command}".strip(), place

    def checks(self) -> Iterator[Block]:
        rows = []
        for check in self.case.checks:
            step = self.guide.step(check.id)
            if step is None:
                continue
            commands = " ".join(f"`{command}`" for command in check.commands)
            source = "" if check.state == "open" else f" ({self.tell(f'by_{check.source}')})"
            where = (
                f"{self.title(check.topic)}, {self.tell('step', step=check.step)} {self.cite(check.topic, step.number)}"
            )
            rows.append((self.tell(f"state_{check.state}") + source, commands or "-", where))
        if rows:
            yield Table(tuple(rows))

    def excluded(self) -> Iterator[Block]:
        if self.case.ruled_out:
            yield Items(tuple(self.title(topic) for topic in self.case.ruled_out))

    def conclusion(self) -> Iterator[Block]:
        case, lines = self.case, []
        if case.proven:
            lines.append(f"{self.tell('concluded_cause', title=self.title(case.proven))} {self.cite(case.proven)}")
        lines += [self.tell("concluded_treated", title=self.title(topic)) for topic in case.treated]
        told = [check for check in case.checks if check.state == "bad" and check.source == "user"]
        if told:
            lines.append(self.tell("concluded_bad", checks="; ".join(self.mark(c.id, c.state) for c in told)))
        if case.resolved:
            lines.append(self.tell("concluded_resolved"))
        elif not case.proven:
            last = next(
                (turn for turn in reversed(case.turns) if turn.answer.status == "answered" or turn.exhausted), None
            )
            lines.append(self.tell("concluded_exhausted" if last and last.exhausted else "concluded_open"))
        yield Items(tuple(lines))

    def sources(self) -> Iterator[Block]:
        for citation in self.citations.values():
            yield Text(f"({citation.number}) {citation.title} — `{citation.path}`: {citation.first}-{citation.last}")
            yield Pre(citation.quote)

    def cite(self, topic: str, step: int = 0) -> str:
        """Cite a step of a topic, or its first passage, and return the mark."""
        if topic not in self.guide.steps:
            return ""
        if (topic, step) not in self.citations:
            article = self.guide.article(self.language, topic)
            passages = [p for p in article.passages if p.kind == "step"]
            passage = passages[step - 1] if step else article.passages[0]
            number = len(self.citations) + 1
            self.citations[(topic, step)] = cited(self.guide, self.language, topic, passage, number)
        return f"({self.citations[(topic, step)].number})"


def _lines(paste: Evidence) -> Iterator[str]:
    """Yield the pasted lines that prove something, with their numbers."""
    proofs = sorted((proof for finding in paste.findings for proof in finding.evidence), key=lambda proof: proof.start)
    for proof in proofs:
        start = paste.text.rfind("\n", 0, proof.start) + 1
        stop = paste.text.find("\n", proof.end)
        whole = paste.text[start : stop if stop >= 0 else len(paste.text)]
        for offset, line in enumerate((whole if len(whole) <= LONG else proof.text).splitlines()):
            yield f"{_line(paste.text, proof.start) + offset}: {line}"


def _line(text: str, offset: int) -> int:
    return text.count("\n", 0, offset) + 1
