"""What reading device output yields: outputs with data, findings with evidence, and the rest.

The JSON forms are those of the contract's ``parse`` (docs/contract.md).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

State = Literal["problem", "normal", "not_shown", "not_recognised"]


@dataclass(frozen=True, slots=True)
class Evidence:
    """Characters ``start`` to ``end`` of the text as it was given, and exactly that slice."""

    start: int
    end: int
    text: str

    def as_json(self) -> dict[str, Any]:
        """Return the contract's form."""
        return {"start": self.start, "end": self.end, "text": self.text}


@dataclass(frozen=True, slots=True)
class Finding:
    """One check's outcome: its state, why it fired, the proving text, the topic it belongs to.

    ``message`` and ``trigger`` hold one sentence each under "ja" and "en". ``next_command`` is the
    command to run next and is required for "not_shown" and "not_recognised".
    """

    id: str
    topic: str
    state: State
    message: dict[str, str]
    trigger: dict[str, str]
    evidence: tuple[Evidence, ...] = ()
    next_command: str | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the contract's form, with ``next_command`` where there is one."""
        body: dict[str, Any] = {
            "id": self.id,
            "topic": self.topic,
            "state": self.state,
            "message": self.message,
            "trigger": self.trigger,
            "evidence": [item.as_json() for item in self.evidence],
        }
        return body | ({"next_command": self.next_command} if self.next_command else {})


@dataclass(frozen=True, slots=True)
class ParsedOutput:
    """One recognised output: offsets into the given text, data by the device's own labels."""

    command: str
    start: int
    end: int
    data: dict[str, Any]
    complete: bool
    missing: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return the contract's form."""
        return {
            "command": self.command,
            "start": self.start,
            "end": self.end,
            "data": self.data,
            "complete": self.complete,
            "missing": list(self.missing),
        }


@dataclass(frozen=True, slots=True)
class ParseResult:
    """All that one paste holds: outputs, findings, and the spans no module recognised."""

    outputs: tuple[ParsedOutput, ...] = ()
    findings: tuple[Finding, ...] = ()
    unrecognised: tuple[tuple[int, int], ...] = field(default=())

    def as_json(self) -> dict[str, Any]:
        """Return the contract's form, without ``id``."""
        return {
            "outputs": [item.as_json() for item in self.outputs],
            "findings": [item.as_json() for item in self.findings],
            "unrecognised": [{"start": s, "end": e} for s, e in self.unrecognised],
        }
