"""What a model must hand back, as schemas that every provider takes; the bounds are the gate's."""

from __future__ import annotations

import json
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

LARGEST_REPLY = 60_000
"""Characters of a reply that are read as JSON."""


class Malformed(Exception):
    """A reply that is no such form."""


class Strict(BaseModel):
    """Base of all: nothing beside what is asked for."""

    model_config = ConfigDict(extra="forbid")


class Line(Strict):
    """One step in other words."""

    step: int = Field(description="number of the step that this rewords")
    text: str = Field(description="the step in other words, code in single backticks")
    commands: list[str] = Field(description="the commands of the step, copied exactly, in their order")
    citations: list[int] = Field(description="the citation numbers of the step, copied")


class Rewording(Strict):
    """Every step in other words, in the same order."""

    steps: list[Line]


class Reading(Strict):
    """How a question is to be understood."""

    decision: Literal["rewrite", "pick", "ask_back", "give_up"] = Field(
        description="rewrite: the question in clearer words; pick: one topic answers it; "
        "ask_back: it may be one of several topics; give_up: the guide does not cover it"
    )
    question: str = Field(default="", description="for rewrite: the question in its own language, same meaning")
    topics: list[str] = Field(default=[], description="for pick: one topic id; for ask_back: two or three topic ids")


def as_schema(form: type[BaseModel], steps: int) -> dict[str, Any]:
    """Return ``form`` as OpenAI-compatible servers take a schema, with exactly ``steps`` steps.

    Small models would go on for ever without that number.
    """
    schema = form.model_json_schema()
    schema["properties"]["steps"] |= {"minItems": steps, "maxItems": steps}
    return {"type": "json_schema", "json_schema": {"name": form.__name__, "strict": True, "schema": schema}}


def read_json(form: type[BaseModel], text: str) -> BaseModel:
    """Read ``form`` from a reply that should be JSON, with or without a code fence; raises Malformed."""
    bare = text.strip()
    if bare.startswith("```"):
        bare = bare.partition("\n")[2].rpartition("```")[0].strip()
    if not bare or len(bare) > LARGEST_REPLY:
        raise Malformed("the reply is empty or too long")
    try:
        return form.model_validate(json.loads(bare))
    except (ValueError, ValidationError, RecursionError) as error:
        raise Malformed("the reply is not the JSON that was asked for") from error
