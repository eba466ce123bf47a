"""What a case holds: the types that every face and the store share. Times are ISO 8601, in UTC."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from bot.answer import Answer, Citation
from bot.findings import Finding
from kb.schema import Command, Language

CheckState = Literal["open", "good", "bad", "skipped", "done"]
"""``done`` was carried out and did not help; its outcome was not told."""
Source = Literal["user", "evidence"]


@dataclass(slots=True)
class Shown:
    """One output within a paste: offsets into the paste, its data, the device whose prompt precedes it.

    ``superseded_by`` is the number of the later evidence that shows the same command of the same device.
    """

    command: str
    start: int
    end: int
    data: dict[str, Any]
    complete: bool
    missing: tuple[str, ...] = ()
    device: str | None = None
    superseded_by: int | None = None


@dataclass(slots=True)
class Evidence:
    """A paste as it is kept (secrets masked) and the outputs in it; ``turn`` is when it came.

    ``text`` is empty where a case was loaded without its pastes.
    """

    number: int
    turn: int
    created: str
    text: str
    outputs: list[Shown] = field(default_factory=list)
    findings: tuple[Finding, ...] = ()

    @property
    def devices(self) -> tuple[str, ...]:
        """The prompt names in the paste, each once."""
        return tuple(dict.fromkeys(output.device for output in self.outputs if output.device))

    @property
    def superseded(self) -> bool:
        """Whether every output of the paste has been replaced by later evidence."""
        return bool(self.outputs) and all(output.superseded_by for output in self.outputs)


@dataclass(frozen=True, slots=True)
class Known:
    """A finding that holds now, and where it comes from."""

    finding: Finding
    turn: int
    evidence: int
    command: str | None = None
    device: str | None = None


@dataclass(slots=True)
class Check:
    """One step of the guide within a case; ``id`` is "topic:step", steps counted from 1."""

    id: str
    topic: str
    step: int
    commands: tuple[str, ...]
    state: CheckState = "open"
    turn: int = 0
    source: Source = "user"


@dataclass(frozen=True, slots=True)
class NextCheck:
    """The check to do next, in the turn's language. ``seen_in`` is the turn that showed its output already.

    A ``check_id`` goes to ``CaseService.mark``; ``good`` and ``bad`` are what the guide expects.
    """

    check_id: str
    topic: str
    title: str
    step: int
    text: str
    commands: tuple[Command, ...]
    citation: Citation
    good: tuple[str, ...] = ()
    bad: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    seen_in: int | None = None


@dataclass(frozen=True, slots=True)
class Ask:
    """A question back, with the replies to choose from; saying a reply as it stands answers it."""

    kind: Literal["release", "role"]
    text: str
    options: tuple[str, ...]


@dataclass(slots=True)
class Turn:
    """One exchange: what was said and pasted, what came back, and what follows from it.

    ``marked`` holds the checks this turn settled, as (check id, state). ``up`` is the thumb, if any.
    """

    number: int
    created: str
    text: str
    paste: str
    answer: Answer
    changes: tuple[str, ...] = ()
    next_check: NextCheck | None = None
    exhausted: bool = False
    proven: str | None = None
    question: Ask | None = None
    marked: tuple[tuple[str, CheckState], ...] = ()
    up: bool | None = None


@dataclass(slots=True)
class Account:
    """What a language model may know and has cost: tokens used in the case, and the names that stand for real ones."""

    tokens: int = 0
    names: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Case:
    """One conversation from the first symptom to the report; ``version`` rises with every change.

    ``focus`` holds the topics of the latest answer, ``treated`` those whose remedy did not help, ``asked``
    the kinds of question that were put already, ``history`` the turns as the engine wants them.
    """

    id: str
    language: Language
    created: str
    updated: str
    version: int = 0
    count: int = 0
    symptom: str = ""
    release: str | None = None
    role: Literal["edge", "core"] | None = None
    focus: tuple[str, ...] = ()
    related: tuple[str, ...] = ()
    ruled_out: tuple[str, ...] = ()
    treated: tuple[str, ...] = ()
    checks: list[Check] = field(default_factory=list)
    current: str | None = None
    proven: str | None = None
    open_question: Ask | None = None
    asked: tuple[str, ...] = ()
    resolved: bool = False
    pastes: int = 0
    findings: list[Known] = field(default_factory=list)
    history: list[dict[str, str]] = field(default_factory=list)
    account: Account = field(default_factory=Account)
    turns: list[Turn] = field(default_factory=list)
    evidence: list[Evidence] = field(default_factory=list)

    def check(self, check_id: str) -> Check | None:
        """Return one check of the case, or None."""
        return next((check for check in self.checks if check.id == check_id), None)


@dataclass(frozen=True, slots=True)
class CaseInfo:
    """A line of the list of cases."""

    id: str
    language: Language
    created: str
    updated: str
    symptom: str
    turns: int


@dataclass(frozen=True, slots=True)
class Thumb:
    """Feedback on one turn; ``reason`` is the person's own words, secrets masked."""

    case_id: str
    turn: int
    created: str
    up: bool
    reason: str
