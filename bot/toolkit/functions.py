"""The functions themselves: deterministic, read-only, arguments in, JSON out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bot.batch import answer_json, read_file
from bot.engine import Bot, Question
from bot.errors import NotFound
from bot.reading.parse import parse
from bot.scope import decide
from bot.text import language as language_of
from bot.toolkit import arguments
from ingest.catalogue import Catalogue
from kb.schema import LANGUAGES, Article, Passage


def ask_guide(bot: Bot, given: arguments.Ask) -> dict[str, Any]:
    """Return the contract's form of ``ask``."""
    history = [{"role": turn.role, "content": turn.content} for turn in given.history]
    return answer_json(bot.ask(Question(given.question, given.paste, history)))


def parse_output(_: Bot, given: arguments.Parse) -> dict[str, Any]:
    """Return the contract's form of ``parse``."""
    return {"id": "", **parse(given.text).as_json()}


def parse_file(path: Path) -> dict[str, Any]:
    """Return the contract's form of ``parse`` for a file, as :func:`bot.batch.read_file` reads it."""
    return {"id": "", **read_file(path).as_json()}


def search_guide(bot: Bot, given: arguments.Search) -> dict[str, Any]:
    """Return the topics that fit best, and whether the guide answers at all."""
    asked_in = language_of(given.question)
    retriever = bot.retriever
    search = retriever.search(given.question, asked_in)
    language = given.language or asked_in
    article = retriever.catalogue.article
    topics = [
        {
            "topic": hit.topic,
            "title": article(language, hit.topic).front.title,
            "score": round(hit.score, 4),
            "coverage": round(hit.coverage, 4),
        }
        for hit in search.hits[: given.limit]
    ]
    inside = decide(search, retriever.catalogue).inside
    return {"language": language, "in_guide": inside, "topics": topics}


def show_topic(bot: Bot, given: arguments.ShowTopic) -> dict[str, Any]:
    """Return one topic whole; raises NotFound."""
    article = article_of(bot.retriever.catalogue, given.language, given.topic)
    front = article.front
    return {
        "topic": front.id,
        "language": given.language,
        "title": front.title,
        "path": article.path,
        "area": front.area,
        "releases": list(front.releases),
        "roles": list(front.roles),
        "related": list(front.related),
        "passages": [_passage(passage) for passage in article.passages],
    }


def list_topics(bot: Bot) -> dict[str, Any]:
    """Return every topic with its title in both languages."""
    catalogue = bot.retriever.catalogue
    rows = []
    for topic in catalogue.topics():
        both = {language: catalogue.article(language, topic).front for language in LANGUAGES}
        titles = {language: front.title for language, front in both.items()}
        rows.append({"topic": topic, "area": both["en"].area, "title": titles})
    return {"topics": rows}


def article_of(catalogue: Catalogue, language: str, topic: str) -> Article:
    """Return one article; raises NotFound for a topic that the guide lacks."""
    if topic not in catalogue.topics():
        raise NotFound(f"there is no topic of this id: {topic[:80]!r}")
    return catalogue.article(language, topic)


def _passage(passage: Passage) -> dict[str, Any]:
    return {
        "kind": passage.kind,
        "lines": [passage.first, passage.last],
        "quote": passage.quote,
        "commands": [command.text for command in passage.commands],
        "changes_state": any(command.effect == "changes-state" for command in passage.commands),
    }
