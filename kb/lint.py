"""Checks over the whole knowledge base that no single article can see of itself."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from bot.commands import is_known
from bot.errors import ArticleError
from kb.reader import LINK, read_articles, read_outside
from kb.schema import LANGUAGES, Article


def lint(root: Path) -> list[str]:
    """Return every fault of the knowledge base below ``root``, one line each; empty when sound."""
    try:
        articles = read_articles(root)
        outside = read_outside(root)
    except ArticleError as error:
        return [str(error)]
    pairs: dict[str, dict[str, Article]] = {}
    for article in articles:
        pairs.setdefault(article.front.id, {})[article.language] = article
    faults = [fault for article in articles for fault in _article_faults(article, pairs, root)]
    astray = [subject["id"] for subject in outside if subject["nearest"] not in (None, *pairs)]
    faults += [f"kb/out_of_scope.yaml: {subject}: nearest names an unknown topic" for subject in astray]
    return faults + [fault for topic in sorted(pairs) for fault in _pair_faults(topic, pairs[topic])]


def _article_faults(article: Article, pairs: dict[str, dict[str, Article]], root: Path) -> Iterator[str]:
    for passage in article.passages:
        for command in passage.commands:
            if not is_known(command.text, command.mode, command.effect, root / "kb" / "grammar.yaml"):
                yield (
                    f"{article.path}:{passage.first}: the grammar does not know {command.text!r} "
                    f"({command.mode} {command.effect})"
                )
        for _, topic in LINK.findall(passage.quote):
            if topic not in pairs:
                yield f"{article.path}:{passage.first}: link to unknown topic {topic!r}"
    for topic in article.front.related:
        if topic not in pairs:
            yield f"{article.path}: related names unknown topic {topic!r}"
    if len(article.front.symptoms) < 6:
        yield f"{article.path}: fewer than 6 symptoms"
    if not any(passage.kind == "summary" for passage in article.passages):
        yield f"{article.path}: no summary"


def _pair_faults(topic: str, pair: dict[str, Article]) -> Iterator[str]:
    missing = [language for language in LANGUAGES if language not in pair]
    if missing:
        yield f"{topic}: no article in {', '.join(missing)}"
        return
    ja, en = pair["ja"], pair["en"]
    if ja.commands != en.commands:
        yield f"{topic}: commands differ between languages: {set(ja.commands) ^ set(en.commands) or 'order'}"
    kinds = [[passage.kind for passage in article.passages] for article in (ja, en)]
    if kinds[0] != kinds[1]:
        yield f"{topic}: summary, steps and notes differ in number between languages"
    for key in ("area", "releases", "roles", "related"):
        if getattr(ja.front, key) != getattr(en.front, key):
            yield f"{topic}: {key} differs between languages"
