"""Chunks: the pieces of an article that are embedded and searched, each tied to its place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from kb.schema import Article, Passage

CHUNKER_VERSION = "5"
"""Part of the index version: raise it whenever the chunks of an article change."""

ChunkKind = Literal["symptom", "title", "summary", "step", "note", "outside", "part"]


@dataclass(frozen=True, slots=True)
class Chunk:
    """One searchable text: ``topic`` and ``language`` say whose it is, ``passage`` which one (or -1).

    A ``part`` of a document has only its id: the rest is in the library.
    """

    id: str
    topic: str
    language: str
    kind: ChunkKind
    text: str
    passage: int = -1


def article_chunks(article: Article) -> list[Chunk]:
    """Cut an article into its title, each symptom, and each passage with its commands and outcomes."""
    front = article.front
    base = f"{article.language}/{front.id}"
    found = [Chunk(f"{base}/title", front.id, article.language, "title", front.title)]
    for number, symptom in enumerate(front.symptoms):
        found.append(Chunk(f"{base}/symptom/{number}", front.id, article.language, "symptom", symptom))
    for number, passage in enumerate(article.passages):
        text = f"{front.title}\n{passage_text(passage)}"
        found.append(Chunk(f"{base}/passage/{number}", front.id, article.language, passage.kind, text, number))
    return found


def passage_text(passage: Passage) -> str:
    """Return a passage as one text: prose, commands, what good and bad look like."""
    lines = [passage.text, *(command.text for command in passage.commands), *passage.good, *passage.bad]
    return "\n".join(filter(None, lines))


def outside_chunks(subjects: list[dict[str, object]]) -> list[Chunk]:
    """Return the example questions of kb/out_of_scope.yaml as chunks; ``topic`` is the subject's id."""
    found = []
    for subject in subjects:
        examples: dict[str, list[str]] = subject["examples"]  # type: ignore[assignment]
        for language, questions in examples.items():
            for number, question in enumerate(questions):
                name = f"{language}/outside/{subject['id']}/{number}"
                found.append(Chunk(name, str(subject["id"]), language, "outside", question))
    return found
