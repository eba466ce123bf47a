"""The forms of the results, for the documents that describe them; the contract's forms, open to added keys."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from kb.schema import Area, Effect, Kind, Language, Mode, Role


class Result(BaseModel):
    """Base of all: a later release may add keys."""

    model_config = ConfigDict(extra="allow")


class EvidenceForm(Result):
    """The characters that prove a finding: offsets into the text as it was given, and exactly that slice."""

    start: int
    end: int
    text: str


class BothLanguages(Result):
    """One sentence in each language."""

    ja: str
    en: str


class FindingForm(Result):
    """One check's outcome; `problem` and `normal` have evidence, the other two name the command to run next."""

    id: str
    topic: str
    state: Literal["problem", "normal", "not_shown", "not_recognised"]
    message: BothLanguages
    trigger: BothLanguages
    evidence: list[EvidenceForm]


class OutputForm(Result):
    """One recognised output; the keys of `data` are the device's own labels in snake case."""

    command: str
    start: int
    end: int
    data: dict[str, Any]
    complete: bool
    missing: list[str]


class SpanForm(Result):
    """Characters `start` to `end` of the text that are no known output."""

    start: int
    end: int


class CitationForm(Result):
    """Lines of a source; `quote` is those lines byte for byte."""

    number: int
    topic: str
    title: str
    path: str
    lines: list[int] = Field(description="first and last line, counted from 1")
    quote: str


class StepForm(Result):
    """One step with its commands and the numbers of its citations."""

    text: str
    commands: list[str]
    changes_state: bool
    citations: list[int]


class Answer(Result):
    """An answer, a question back, or an honest abstention."""

    id: str
    status: Literal["answered", "clarify", "abstained"]
    language: Language
    answer: str = Field(description="Markdown, as a person sees it")
    topics: list[str] = Field(description="what the answer rests on, best first")
    steps: list[StepForm]
    citations: list[CitationForm]
    findings: list[FindingForm]
    index_version: str
    model: str | None
    elapsed_ms: float


class Parsed(Result):
    """What device output shows; nothing of the text is left unmentioned."""

    id: str
    outputs: list[OutputForm]
    findings: list[FindingForm]
    unrecognised: list[SpanForm]


class FoundTopic(Result):
    """A topic that a search found; `score` is 0 to about 1, `coverage` the share of the question's words held."""

    topic: str
    title: str
    score: float
    coverage: float


class Found(Result):
    """Topics best first; where `in_guide` is false the guide has no answer and they are only the nearest."""

    language: Language
    in_guide: bool
    topics: list[FoundTopic]


class PassageForm(Result):
    """One citable piece of a topic; `quote` is those lines byte for byte."""

    kind: Kind
    lines: list[int]
    quote: str
    commands: list[str]
    changes_state: bool


class Topic(Result):
    """One topic of the guide, whole, in one language."""

    topic: str
    language: Language
    title: str
    path: str
    area: Area
    releases: list[str]
    roles: list[Role]
    related: list[str]
    passages: list[PassageForm]


class TopicEntry(Result):
    """A topic in the list."""

    topic: str
    area: Area
    title: BothLanguages


class Topics(Result):
    """Every topic of the guide."""

    topics: list[TopicEntry]


class CommandForm(Result):
    """One line to type, byte for byte."""

    text: str
    mode: Mode
    effect: Effect


class CheckForm(Result):
    """The check to do next, and what the guide expects of it."""

    check: str
    topic: str
    title: str
    step: int
    text: str
    commands: list[CommandForm]
    good: list[str]
    bad: list[str]
    roles: list[Role]
    citation: CitationForm


class QuestionForm(Result):
    """A question back whose answer changes what follows; give it as `release` or `role`."""

    kind: Literal["release", "role"]
    text: str
    options: list[str]


class Next(Result):
    """What follows in a case: a check, a proven cause, or the end of what the guide offers."""

    status: Literal["answered", "clarify", "abstained"]
    language: Language
    answer: str
    next_check: CheckForm | None
    question: QuestionForm | None
    proven: str | None = Field(description="the topic that the evidence proves as the cause")
    exhausted: bool = Field(description="whether the guide has no further check")
    findings: list[FindingForm]
