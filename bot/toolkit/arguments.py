"""What the functions take: unknown keys are refused, and strings are strings."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from bot.errors import InputError
from kb.schema import Language

VISIBLE = r"[^\s\u001c-\u001f\u0085\ufeff]"
"""One character that is no white space, whoever's regular expressions read it."""
NOTHING = "nothing was asked: give a question, a paste, or both"
_SAYS = {"type": "string", "pattern": VISIBLE}
_ASKED: dict[str, Any] = {
    "anyOf": [
        {"required": ["question"], "properties": {"question": _SAYS}},
        {"required": ["paste"], "properties": {"paste": _SAYS}},
    ]
}

_VISIBLE = re.compile(VISIBLE)

Text = Annotated[str, Field(max_length=4_000_000)]
Id = Annotated[str, Field(max_length=200, description="returned as it is")]


class Arguments(BaseModel):
    """Base of all: strict and closed."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


Given = TypeVar("Given", bound=Arguments)


class Said(Arguments):
    """One earlier turn of the conversation."""

    role: str = Field(max_length=40, description="`user` or `assistant`")
    content: Text


class Ask(Arguments):
    """A question, device output, or both."""

    question: Text = Field(default="", description="the symptom or question, in Japanese or English")
    paste: Text = Field(default="", description="device output or log lines, exactly as they were printed")
    history: list[Said] = Field(default=[], max_length=200, description="earlier turns, oldest first")

    @model_validator(mode="after")
    def _is_asked(self) -> Ask:
        if not (_visible(self.question) or _visible(self.paste)):
            raise ValueError(NOTHING)
        return self


class AskRequest(Ask):
    """``Ask`` with a mark of the caller's own."""

    model_config = ConfigDict(json_schema_extra=_ASKED)

    id: Id = ""


class Parse(Arguments):
    """Device output or log lines."""

    text: Text = Field(description="device output or log lines, exactly as they were printed")


class ParseRequest(Parse):
    """``Parse`` with a mark of the caller's own."""

    id: Id = ""


class Search(Arguments):
    """A search among the topics."""

    question: Annotated[str, Field(max_length=20_000, pattern=VISIBLE)] = Field(
        description="words to search by, in Japanese or English"
    )
    limit: int = Field(default=5, ge=1, le=50, description="topics to return at most")
    language: Language | None = Field(default=None, description="language of the titles; the question's own without")


class ShowTopic(Arguments):
    """One topic in one language."""

    topic: str = Field(max_length=200, description="the topic's id, as search_guide and ask_guide give it")
    language: Language = Field(default="en", description="`ja` or `en`")


class Outcome(Arguments):
    """What came of one check."""

    check: str = Field(max_length=200, description="the check's id, as next_check gave it (`topic:step`)")
    outcome: Literal["good", "bad", "skipped", "done"] = Field(
        description="`good` or `bad` as the guide's expectation says; `done`: carried out, did not help"
    )


class NextCheck(Arguments):
    """A case so far: what was said and seen, and what came of the checks done."""

    question: Text = Field(default="", description="the symptom, in Japanese or English")
    paste: Text = Field(default="", description="all device output collected so far, as it was printed")
    outcomes: list[Outcome] = Field(default=[], max_length=100, description="outcomes of earlier checks, in order")
    release: (
        Annotated[
            str, Field(max_length=40, pattern=r"^([4-6][.][0-9]{1,2}[.][0-9]{1,2}[a-z]?|<5[.]0[.]1|>=5[.]0[.]1)$")
        ]
        | None
    ) = Field(default=None, description="WAAS release, such as `5.0.3`, `<5.0.1` or `>=5.0.1`; left out when not known")
    role: Literal["edge", "core"] | None = Field(default=None, description="side of the WAE that is being looked at")

    @model_validator(mode="after")
    def _is_asked(self) -> NextCheck:
        if not (_visible(self.question) or _visible(self.paste)):
            raise ValueError(NOTHING)
        return self


class NextCheckRequest(NextCheck):
    """``NextCheck`` as a request says it."""

    model_config = ConfigDict(json_schema_extra=_ASKED)


def read(model: type[Given], values: object) -> Given:
    """Return ``values`` as ``model``; raises InputError with the :func:`complaint`."""
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise InputError(complaint(error)) from None


def complaint(error: ValidationError) -> str:
    """Return one line that names the first key in the way, never its value."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    place = ".".join(repr(part)[1:-1] if isinstance(part, str) else str(part) for part in first["loc"])[:200]
    said = first["msg"].removeprefix("Value error, ")
    return f"{place}: {said}" if place else said


def _visible(text: str) -> bool:
    return _VISIBLE.search(text) is not None
