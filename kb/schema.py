"""What an article of the knowledge base is: front matter and citable passages."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, get_args

from pydantic import BaseModel, ConfigDict

Language = Literal["ja", "en"]
Mode = Literal["exec", "config", "config-ssl-peering", "windows"]
Effect = Literal["read-only", "changes-state"]
Kind = Literal["summary", "step", "note"]
Area = Literal["overview", "checks", "emapi", "logs", "handoff", "debug"]
Role = Literal["edge", "core", "client", "exchange", "ad"]

LANGUAGES: tuple[Language, ...] = get_args(Language)


class FrontMatter(BaseModel):
    """The head of an article; an unknown key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, coerce_numbers_to_str=True)

    id: str
    title: str
    area: Area
    releases: tuple[str, ...]
    roles: tuple[Role, ...]
    symptoms: tuple[str, ...]
    keywords: tuple[str, ...] = ()
    related: tuple[str, ...] = ()
    complaints: tuple[tuple[str, ...], ...] = ()
    source: str


class Outside(BaseModel):
    """A subject of kb/out_of_scope.yaml; an unknown key, or a word that YAML takes for something else, is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    names: dict[Language, list[str]]
    cues: dict[Language, list[str]] = {}
    asks: dict[Language, list[list[list[str]]]] = {}
    nearest: str | None
    examples: dict[Language, list[str]]


@dataclass(frozen=True, slots=True)
class Command:
    """One line to type: the exact text, the mode it is typed in, and whether it changes state."""

    text: str
    mode: Mode
    effect: Effect


@dataclass(frozen=True, slots=True)
class Passage:
    """One citable piece of an article: lines ``first`` to ``last`` (1-based, inclusive) of its file.

    ``quote`` is those lines, byte for byte. ``text`` is the prose alone; ``output`` what a fence
    shows; ``good`` and ``bad`` what to expect; ``leads_to`` the topics that ``bad`` points at.
    """

    kind: Kind
    text: str
    first: int
    last: int
    quote: str
    commands: tuple[Command, ...] = ()
    output: str = ""
    good: tuple[str, ...] = ()
    bad: tuple[str, ...] = ()
    leads_to: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Article:
    """One topic in one language."""

    language: Language
    path: str
    front: FrontMatter
    passages: tuple[Passage, ...] = field(default=())

    @property
    def commands(self) -> tuple[str, ...]:
        """Every command of the article, in order."""
        return tuple(command.text for passage in self.passages for command in passage.commands)
