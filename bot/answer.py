"""What every face draws: an answer, its items, and the citations they rest on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from bot.findings import Finding
from kb.schema import Command

Status = Literal["answered", "clarify", "abstained"]
ItemKind = Literal["summary", "step", "note"]


@dataclass(frozen=True, slots=True)
class Citation:
    """Lines ``first`` to ``last`` (1-based, inclusive) of ``path``; ``quote`` is those lines byte for byte."""

    number: int
    topic: str
    title: str
    path: str
    first: int
    last: int
    quote: str

    def as_json(self) -> dict[str, Any]:
        """Return the contract's form."""
        return {
            "number": self.number,
            "topic": self.topic,
            "title": self.title,
            "path": self.path,
            "lines": [self.first, self.last],
            "quote": self.quote,
        }


@dataclass(frozen=True, slots=True)
class Item:
    """One cited statement: prose, the commands to type, what good and bad look like.

    ``bad`` holds each sentence with the topics it leads to. ``citations`` are citation numbers.
    """

    kind: ItemKind
    text: str
    citations: tuple[int, ...]
    commands: tuple[Command, ...] = ()
    output: str = ""
    good: tuple[str, ...] = ()
    bad: tuple[str, ...] = ()
    leads_to: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return the contract's form of a step."""
        return {
            "text": self.text,
            "commands": [command.text for command in self.commands],
            "changes_state": any(command.effect == "changes-state" for command in self.commands),
            "citations": list(self.citations),
            "good": list(self.good),
            "bad": list(self.bad),
        }


@dataclass(frozen=True, slots=True)
class Section:
    """The items of one topic; ``role`` says whether it answers, may answer as well, or is only related."""

    topic: str
    title: str
    role: Literal["main", "also", "related"]
    items: tuple[Item, ...]
    releases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer in one language. ``notices`` are fixed sentences of the product's own."""

    status: Status
    language: Literal["ja", "en"]
    sections: tuple[Section, ...] = ()
    citations: tuple[Citation, ...] = ()
    findings: tuple[Finding, ...] = ()
    notices: tuple[str, ...] = ()
    first_check: Item | None = None
    index_version: str = ""
    model: str | None = None
    elapsed_ms: float = 0.0
    id: str = field(default="")

    @property
    def topics(self) -> tuple[str, ...]:
        """The topics the answer rests on, best first."""
        return tuple(dict.fromkeys(section.topic for section in self.sections))

    @property
    def steps(self) -> tuple[Item, ...]:
        """What to do, in order; where a topic has no procedure, the statements that answer."""
        items = [item for section in self.sections if section.role != "related" for item in section.items]
        first = [self.first_check] if self.first_check else []
        steps = first + [item for item in items if item.kind == "step" and item != self.first_check]
        return tuple(steps or items)

    def as_json(self, markdown: str) -> dict[str, Any]:
        """Return the contract's form of ``ask``; ``markdown`` is the answer as a person sees it."""
        return {
            "id": self.id,
            "status": self.status,
            "language": self.language,
            "answer": markdown,
            "topics": list(self.topics),
            "steps": [step.as_json() for step in self.steps],
            "citations": [citation.as_json() for citation in self.citations],
            "findings": [finding.as_json() for finding in self.findings],
            "index_version": self.index_version,
            "model": self.model,
            "elapsed_ms": round(self.elapsed_ms, 1),
        }
