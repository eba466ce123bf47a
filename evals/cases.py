"""Cases: readable records in YAML, expanded to one case a language; twins share a cluster."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from bot import text
from bot.errors import ArticleError
from kb.schema import LANGUAGES, Language

FOLDER = Path(__file__).resolve().parent / "cases"

Kind = Literal[
    "symptom", "howto", "concept", "logline", "paste", "followup", "release", "role",
    "near_miss", "out_of_scope", "injection", "feedback",
]  # fmt: skip
Status = Literal["answered", "clarify", "abstained"]
Split = Literal["dev", "held", "all"]
Word = Annotated[str, Field(min_length=1)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Fact(_Strict):
    """One thing that the answer must say: any of these strings will do."""

    any: tuple[Word, ...] = Field(min_length=1)
    vital: bool = True


class Turn(_Strict):
    """One earlier turn of a conversation."""

    role: Literal["user", "assistant"]
    content: str


class Record(_Strict):
    """One record of a case file: twin questions and what a good answer holds; unknown keys are refused."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,79}$")
    kind: Kind
    tags: tuple[str, ...] = ()
    ja: str
    en: str
    paste: str = ""
    history: dict[Language, tuple[Turn, ...]] = Field(default_factory=dict)
    topics: tuple[Word, ...] = ()
    commands: tuple[Word, ...] = ()
    facts: tuple[Fact, ...] = ()
    forbid: tuple[Word, ...] = ()
    status: Status

    @model_validator(mode="after")
    def _consistent(self) -> Record:
        if self.status == "answered" and not self.topics:
            raise ValueError("an answered case needs topics")
        if self.status == "abstained" and (self.topics or self.commands or self.facts):
            raise ValueError("an abstained case has no topics, commands or facts")
        if not (self.paste.strip() or (self.ja.strip() and self.en.strip())):
            raise ValueError("a case needs a question in both languages, or a paste")
        return self


@dataclass(frozen=True, slots=True)
class Case:
    """One question in one language; ``cluster`` is the record that its twin shares."""

    id: str
    cluster: str
    language: Language
    question: str
    record: Record
    history: tuple[dict[str, str], ...] = field(default=())

    @property
    def split(self) -> Literal["dev", "held"]:
        """The half that the cluster belongs to, by a hash of its id: it never changes."""
        return "dev" if hashlib.sha256(self.cluster.encode()).digest()[0] % 2 else "held"


def load(folder: Path = FOLDER, split: Split = "all") -> list[Case]:
    """Read every case file of ``folder``; raises ArticleError naming the file, the record and the key."""
    files = sorted(folder.glob("*.yaml"))
    if not files:
        raise ArticleError(f"there are no case files (*.yaml) in {folder}")
    records = [record for file in files for record in read_file(file)]
    seen: set[str] = set()
    for record in records:
        if record.id in seen:
            raise ArticleError(f"the id {record.id} stands in the case files twice")
        seen.add(record.id)
    cases = [case for record in records for case in expand(record)]
    return [case for case in cases if split in ("all", case.split)]


def read_file(file: Path) -> list[Record]:
    """Read the records of one file; raises ArticleError."""
    try:
        body = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError, OSError) as error:
        raise ArticleError(f"{file.name}: {' '.join(str(error).split())[:200]}") from error
    if not isinstance(body, list):
        raise ArticleError(f"{file.name}: must hold a list of cases")
    return [parse_record(item, f"{file.name}[{number}]") for number, item in enumerate(body)]


def parse_record(item: object, where: str) -> Record:
    """Check one record; raises ArticleError that starts with ``where`` and names the key."""
    try:
        return Record.model_validate(item)
    except ValidationError as error:
        first = error.errors()[0]
        name = item.get("id", "") if isinstance(item, dict) else ""
        key = ".".join(map(str, first["loc"])) or "record"
        raise ArticleError(f"{where} {name}: {key}: {first['msg']}") from error


def expand(record: Record) -> Iterator[Case]:
    """Yield the Japanese and the English case, or one case where both would ask the very same."""
    if record.ja == record.en and not record.history:
        yield _case(record, text.language(record.en or record.paste))
        return
    for language in LANGUAGES:
        yield _case(record, language)


def _case(record: Record, language: Language) -> Case:
    turns: Sequence[Turn] = record.history.get(language, ())
    question = record.ja if language == "ja" else record.en
    history = tuple({"role": turn.role, "content": turn.content} for turn in turns)
    return Case(f"{record.id}/{language}", record.id, language, question, record, history)
