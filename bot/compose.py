"""From ranked topics to a cited answer: which sections, which steps, in which order."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from bot.answer import Citation, Item, Section
from bot.phrases import Language
from ingest.catalogue import Catalogue
from kb.schema import Article, Passage

_SENTENCE = re.compile(r"(?<=。)|(?<=[a-z)`]\.) ")


class Composer:
    """Collects the sections of one answer and numbers their citations as they come."""

    def __init__(self, catalogue: Catalogue, language: Language) -> None:
        """Start an answer in ``language`` from the articles of ``catalogue``."""
        self._catalogue = catalogue
        self._language = language
        self._citations: dict[tuple[str, int], Citation] = {}

    @property
    def citations(self) -> tuple[Citation, ...]:
        """The citations given so far, in order of their numbers."""
        return tuple(self._citations.values())

    def whole(self, topic: str, role: str = "main") -> Section:
        """Return everything that the article on ``topic`` says."""
        return self._section(topic, role, self._article(topic).passages)

    def pointer(self, topic: str) -> Section:
        """Return only the first sentence of the article on ``topic``."""
        article = self._article(topic)
        passage = article.passages[0]
        first = replace(passage, text=_SENTENCE.split(passage.text, maxsplit=1)[0], output="")
        return Section(topic, article.front.title, "related", (self._item(article, first),), article.front.releases)

    def deciding_check(self, topics: Sequence[str]) -> Item | None:
        """Return the step that tells close ``topics`` apart: one whose bad outcome leads from one to another.

        Without such a step it is the first topic's first step with a command.
        """
        steps = [(t, p) for t in topics for p in self._article(t).passages if p.kind == "step" and p.commands]
        for topic, step in steps:
            if set(step.leads_to) & (set(topics) - {topic}):
                return self._item(self._article(topic), step)
        return self._item(self._article(steps[0][0]), steps[0][1]) if steps else None

    def _article(self, topic: str) -> Article:
        return self._catalogue.article(self._language, topic)

    def _section(self, topic: str, role: str, passages: Iterable[Passage]) -> Section:
        article = self._article(topic)
        items = tuple(self._item(article, passage) for passage in passages)
        return Section(topic, article.front.title, role, items, article.front.releases)  # type: ignore[arg-type]

    def _item(self, article: Article, passage: Passage) -> Item:
        return Item(
            kind=passage.kind,
            text=passage.text,
            citations=(self._cite(article, passage),),
            commands=passage.commands,
            output=passage.output,
            good=passage.good,
            bad=passage.bad,
            leads_to=passage.leads_to,
        )

    def _cite(self, article: Article, passage: Passage) -> int:
        key = (article.path, passage.first)
        if key not in self._citations:
            number = len(self._citations) + 1
            self._citations[key] = Citation(
                number,
                article.front.id,
                article.front.title,
                article.path,
                passage.first,
                passage.last,
                passage.quote,
            )
        return self._citations[key].number
