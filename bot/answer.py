"""What every face draws: an answer, its items, and the citations they rest on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from bot.findings import Finding
from kb.schema import Command

Status = Literal["answered", "clarify", "abstained"]
ItemKind = Literal["summary", "step", "note"]
Source = Literal["guide", "document"]
"""Whose words they are: an article's of kb/, or a user's own document's."""


@dataclass(frozen=True, slots=True)
class Citation:
    """Lines ``first`` to ``last`` (1-based, inclusive) of ``path``; ``quote`` is those lines byte for byte.

    ``page`` counts from 1 where a document has pages.
    """

    number: int
    topic: str
    title: str
    path: str
    first: int
    last: int
    quote: str
    page: int | None = None
    source: Source = "guide"

    def as_json(self) -> dict[str, Any]:
        """Return the contract's form."""
        return {
            "number": self.number,
            "topic": self.topic,
            "title": self.title,
            "path": self.path,
            "lines": [self.first, self.last],
            "quote": self.quote,
            "page": self.page,
            "source": self.source,
        }


@dataclass(frozen=True, slots=True)
class Item:
    """One cited statement: prose, the commands to type, what good and bad look like.

    ``bad`` holds each sentence with the topics it leads to. ``citations`` are citation numbers. ``wording`` is
    ``text`` in other words, where a language model found them and they were checked. ``verbatim`` says that line
    breaks and columns of ``text`` matter.
    """

    kind: ItemKind
    text: str
    citations: tuple[int, ...]
    commands: tuple[Command, ...] = ()
    output: str = ""
    good: tuple[str, ...] = ()
    bad: tuple[str, ...] = ()
    leads_to: tuple[str, ...] = ()
    wording: str = ""
    verbatim: bool = False

    @property
    def shown(self) -> str:
        """The prose that a person sees."""
        return self.wording or self.text

    def as_json(self) -> dict[str, Any]:
        """Return the contract's form of a step."""
        return {
            "text": self.shown,
            "commands": [command.text for command in self.commands],
            "changes_state": any(command.effect == "changes-state" for command in self.commands),
            "citations": list(self.citations),
            "good": list(self.good),
            "bad": list(self.bad),
        }


@dataclass(frozen=True, slots=True)
class Section:
    """The items of one topic; ``role`` says whether it answers, may answer as well, or is only related.

    Of a document, ``path`` is where it is, as it was given.
    """

    topic: str
    title: str
    role: Literal["main", "also", "related"]
    items: tuple[Item, ...]
    releases: tuple[str, ...] = ()
    source: Source = "guide"
    path: str = ""


@dataclass(frozen=True, slots=True)
class Rewording:
    """What a language model had to do with an answer: whether the person sees its words, and what it cost.

    ``reason`` names why not (refused, malformed, unchanged, timeout, server, budget, cancelled), ``faults`` what
    the gate found. ``understood`` is the question as the model read it, where that was used. ``sent`` holds every
    request as it left, names hidden.
    """

    model: str
    accepted: bool = False
    reason: str = ""
    faults: tuple[str, ...] = ()
    understood: str = ""
    tokens: int = 0
    estimated: bool = False
    calls: int = 0
    seconds: float = 0.0
    sent: tuple[str, ...] = ()


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
    rewording: Rewording | None = None

    @property
    def topics(self) -> tuple[str, ...]:
        """The topics the answer rests on, best first."""
        return tuple(dict.fromkeys(section.topic for section in self.sections))

    @property
    def guided(self) -> tuple[Section, ...]:
        """The sections of the guide, without those of a user's own documents."""
        return tuple(section for section in self.sections if section.source == "guide")

    @property
    def from_guide(self) -> bool:
        """Whether it answers, and not from a user's own documents alone."""
        return self.status == "answered" and bool(self.guided or self.findings or not self.sections)

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
