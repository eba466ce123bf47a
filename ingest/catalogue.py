"""The articles of one build as one JSON file, so that a question never waits for Markdown."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import asdict
from functools import cached_property
from pathlib import Path
from typing import Any

from ingest.sources import Sources
from kb.schema import Article, Command, FrontMatter, Passage

_WORD = re.compile(r"[a-z]+|[\u30a1-\u30ff]+")
NEXT = ".{0,12}?"
"""What may stand between the words of an ask: "disable the MAPI AO" is one, "disable encryption, so that" is none."""


class Subject:
    """A subject outside the guide, and the ways in which a text speaks of it."""

    def __init__(self, entry: dict[str, Any]) -> None:
        """Take one subject as kb/out_of_scope.yaml has it."""
        self.entry = entry
        spoken = [*entry["names"].values(), *entry.get("cues", {}).values()]
        asks = [ask for spoken_asks in entry.get("asks", {}).values() for ask in spoken_asks]
        self._names = _any(name for names in spoken for name in names)
        self._asks = [re.compile(NEXT.join(f"(?:{_any(group).pattern})" for group in ask)) for ask in asks]
        self._spellings = {name.lower(): name for names in entry["names"].values() for name in names}

    def asked_for(self, text: str) -> bool:
        """Say whether ``text``, in lower case, asks for what is of this subject alone."""
        return any(ask.search(text) for ask in self._asks)

    def named(self, text: str) -> str | None:
        """Return the name or turn of phrase by which ``text``, in lower case, speaks of this subject."""
        found = self._names.search(text)
        return found[0] if found else None

    def printed(self, name: str | None, language: str) -> str:
        """Return ``name`` as it is spelt; for what is no name to print the subject's first one."""
        first: str = self.entry["names"][language][0]
        return self._spellings.get(name, first) if name else first


class Catalogue:
    """Articles by language and topic, and the subjects that lie outside the guide."""

    def __init__(self, articles: list[Article], outside: list[dict[str, Any]]) -> None:
        """Hold ``articles`` in their order and ``outside`` as read from kb/out_of_scope.yaml."""
        self.articles = {(article.language, article.front.id): article for article in articles}
        self.outside = {subject["id"]: subject for subject in outside}
        self.subjects = [Subject(subject) for subject in outside]
        self._quotes = {
            (article.path, passage.first, passage.last): passage.quote
            for article in articles
            for passage in article.passages
        }

    def article(self, language: str, topic: str) -> Article:
        """Return one topic's article; raises KeyError for a topic that the build lacks."""
        return self.articles[(language, topic)]  # type: ignore[index]

    def quote(self, path: str, first: int, last: int) -> str | None:
        """Return the passage at those lines of ``path``, byte for byte, or None when there is none."""
        return self._quotes.get((path, first, last))

    def identifiers(self, language: str) -> dict[str, tuple[str, ...]]:
        """Return the keywords of ``language`` of six characters or more, in lower case, and who has them."""
        return self._identifiers.get(language, {})

    @cached_property
    def _identifiers(self) -> dict[str, dict[str, tuple[str, ...]]]:
        owners: dict[str, dict[str, list[str]]] = {}
        for (spoken, topic), article in self.articles.items():
            for keyword in {keyword.lower() for keyword in article.front.keywords}:
                if len(keyword) >= 6:
                    owners.setdefault(spoken, {}).setdefault(keyword, []).append(topic)
        return {
            spoken: {keyword: tuple(topics) for keyword, topics in found.items() if len(topics) <= 3}
            for spoken, found in owners.items()
        }

    def complaint(self, language: str, asked: str) -> str | None:
        """Return the topic of which ``asked``, in lower case, holds a word of every group of its complaints."""
        for topic, groups in self._complaints.get(language, ()):
            if all(group.search(asked) for group in groups):
                return topic
        return None

    @cached_property
    def _complaints(self) -> dict[str, list[tuple[str, list[re.Pattern[str]]]]]:
        found: dict[str, list[tuple[str, list[re.Pattern[str]]]]] = {}
        for (spoken, topic), article in self.articles.items():
            if groups := article.front.complaints:
                found.setdefault(spoken, []).append((topic, [_any(group) for group in groups]))
        return found

    @cached_property
    def _keywords(self) -> frozenset[str]:
        return frozenset(k.lower() for article in self.articles.values() for k in article.front.keywords)

    def keywords(self) -> frozenset[str]:
        """Return every keyword of every article in lower case."""
        return self._keywords

    def words(self) -> set[str]:
        """Return every word of the articles, in lower case, as it is spelt there."""
        texts = [passage.quote for article in self.articles.values() for passage in article.passages]
        texts += [" ".join((a.front.title, *a.front.symptoms, *a.front.keywords)) for a in self.articles.values()]
        return set(_WORD.findall(" ".join(texts).lower()))

    def topics(self) -> tuple[str, ...]:
        """Return every topic id once."""
        return tuple(dict.fromkeys(topic for _, topic in self.articles))


def _any(names: Iterable[str]) -> re.Pattern[str]:
    """Match any of ``names``, latin ones as whole words."""
    found = sorted({name.lower() for name in names}, key=len, reverse=True)
    whole = [rf"(?<![a-z0-9]){re.escape(name)}(?![a-z0-9])" if name.isascii() else re.escape(name) for name in found]
    return re.compile("|".join(whole) or r"(?!)")


def save(sources: Sources, file: Path) -> None:
    """Write the catalogue of ``sources``."""
    articles = [asdict(article) | {"front": article.front.model_dump(mode="json")} for article in sources.articles]
    body = {"articles": articles, "outside": sources.outside}
    file.write_text(json.dumps(body, ensure_ascii=False), encoding="utf-8")


def load(file: Path) -> Catalogue:
    """Read what :func:`save` wrote."""
    body = json.loads(file.read_text(encoding="utf-8"))
    return Catalogue([_article(item) for item in body["articles"]], body["outside"])


def _article(item: dict[str, Any]) -> Article:
    front = FrontMatter.model_construct(**{k: _frozen(v) for k, v in item["front"].items()})
    passages = tuple(_passage(passage) for passage in item["passages"])
    return Article(item["language"], item["path"], front, passages)


def _passage(item: dict[str, Any]) -> Passage:
    commands = tuple(Command(**command) for command in item["commands"])
    return Passage(**{k: _frozen(v) for k, v in item.items()} | {"commands": commands})


def _frozen(value: Any) -> Any:  # noqa: ANN401 (JSON)
    return tuple(value) if isinstance(value, list) else value
