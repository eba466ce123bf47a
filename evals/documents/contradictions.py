"""``python -m evals.documents.contradictions``: contradictions with an article that are found, and that are invented.

Articles with one release or value of a sentence altered must contradict themselves; sentences in other words
(contradictions.yaml) do or do not, as is written beside them; articles and innocent documents contradict none.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterator
from functools import partial
from typing import Any

import yaml

from bot import config
from bot.documents.differ import _article_clashes, _told
from bot.documents.join import _rarity
from bot.documents.statement import _END, statements
from bot.errors import KbError
from bot.retrieve import Retriever
from evals.documents.measure import FILES
from ingest.documents.model import Part
from ingest.documents.read import read_document
from kb.schema import Article, Language

SAID = FILES.parent / "contradictions.yaml"
Sentence = tuple[Language, str, str]
"""A sentence with the language and the topic of the article that it is held against."""


class Judge:
    """Says what contradicts what, over one build of the articles."""

    def __init__(self, retriever: Retriever) -> None:
        self.catalogue = retriever.catalogue
        self._weigh = partial(_rarity, retriever, holders=0, size=0)

    def kinds(self, part: Part, topic: str) -> list[str]:
        """Return the kinds of contradiction between a part and an article of its language."""
        article = self.catalogue.article(part.language, topic)
        return [kind for kind, *_ in _article_clashes(part, article, self.catalogue, self._weigh)]

    def of(self, sentence: Sentence) -> list[str]:
        """Return the kinds of contradiction between a sentence and its article."""
        language, topic, says = sentence
        return self.kinds(Part("x/1", "x", language, "prose", (), says, says, 1, 1), topic)

    def articles(self) -> Iterator[Article]:
        """Yield every article."""
        yield from self.catalogue.articles.values()


def read() -> dict[str, list[dict[str, Any]]]:
    """Return the sentences in other words: those that contradict, and those that only look like it."""
    found: dict[str, list[dict[str, Any]]] = yaml.safe_load(SAID.read_text(encoding="utf-8"))
    return found


def sentence(case: dict[str, Any]) -> Sentence:
    """Return a case as the sentence that is judged."""
    return case["language"], case["topic"], case["says"]


def altered(article: Article) -> Iterator[tuple[str, Sentence]]:
    """Yield (kind, sentence) for each release and value of an article's prose, with that one altered."""
    prose = [text for passage in article.passages for text in (passage.text, *passage.good, *passage.bad)]
    for own in dict.fromkeys(part for text in prose for part in _END.split(text) if part):
        found = statements(own)[0]
        changes = [("release", old, _later(old)) for old in found.releases]
        changes += [("value", old, str(int(float(old)) + 7)) for old in dict.fromkeys(v for _, v in found.values)]
        for kind, old, new in changes:
            says = re.sub(rf"(?<![\d.]){re.escape(old)}(?![\d.])", new, own)
            if says != own:
                yield kind, (article.language, article.front.id, says)


def _later(release: str) -> str:
    major, minor, patch = map(int, release.split("."))
    return f"{major}.{minor + 1}.{patch + 1}"


def agreeing(judge: Judge) -> Iterator[tuple[Part, str]]:
    """Yield (part, topic) that cannot contradict each other: passages of articles, parts of innocent documents."""
    for article in judge.articles():
        for passage in article.passages:
            prose = " ".join((passage.text, *passage.good, *passage.bad))
            if any(told.releases or told.values for told in _told(passage)):
                yield from _all(judge, Part("x/1", "x", article.language, "prose", (), prose, prose, 1, 1))
    for file in sorted(FILES.glob("**/*.*")):
        for part in read_document(file.name, file).parts:
            if part.kind != "output":
                yield from _all(judge, part)


def _all(judge: Judge, part: Part) -> Iterator[tuple[Part, str]]:
    return ((part, article.front.id) for article in judge.articles() if article.language == part.language)


def main() -> int:
    """Print the figures and return the exit status: 0 done, 1 failed."""
    try:
        judge = Judge(Retriever(config.current()))
    except KbError as error:
        sys.stderr.write(f"evals: {error}\n")
        return 1
    made, found = Counter[str](), Counter[str]()
    for kind, one in (pair for article in judge.articles() for pair in altered(article)):
        made[kind] += 1
        found[kind] += kind in judge.of(one)
    lines = [f"altered {kind}s: {found[kind]} of {count} found" for kind, count in made.items()]
    for name, cases in read().items():
        lines.append(f"{name}, in other words: {sum(bool(judge.of(sentence(c))) for c in cases)} of {len(cases)} found")
    pairs = list(agreeing(judge))
    wrong = sum(bool({"release", "value"} & set(judge.kinds(*pair))) for pair in pairs)
    sys.stdout.write("\n".join([*lines, f"pairs that agree: {wrong} of {len(pairs)} called a contradiction"]) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
