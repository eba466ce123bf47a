"""Checks over the whole knowledge base that no single article can see of itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import yaml

from bot.errors import ArticleError
from kb.reader import LINK, read_articles
from kb.schema import LANGUAGES, Article, Command

PLACEHOLDER = re.compile(r"<[^<>]+>")


@cache
def grammar(root: Path) -> dict[tuple[str, str], tuple[str, ...]]:
    """Return the command patterns of kb/grammar.yaml by (mode, effect)."""
    data = yaml.safe_load((root / "kb" / "grammar.yaml").read_text(encoding="utf-8"))
    return {(mode, effect): tuple(patterns) for mode, effects in data.items() for effect, patterns in effects.items()}


@cache
def _pattern(line: str) -> re.Pattern[str]:
    """Turn a grammar line into a pattern: <x> one value, [x] optional."""
    parts = []
    for token in line.split(" "):
        optional = token.startswith("[")
        token = token.strip("[]")
        piece = r"(?:<[^<>]+>|[^\s<>]+)" if PLACEHOLDER.fullmatch(token) else re.escape(token)
        parts.append(f"(?:{piece} )?" if optional else f"{piece} ")
    return re.compile("".join(parts))


def known(command: Command, root: Path) -> bool:
    """Say whether the grammar knows this command in this mode with this effect."""
    lines = grammar(root).get((command.mode, command.effect), ())
    return any(_pattern(line).fullmatch(command.text + " ") for line in lines)


def lint(root: Path) -> list[str]:
    """Return every fault of the knowledge base below ``root``, one line each; empty when sound."""
    try:
        articles = read_articles(root)
    except ArticleError as error:
        return [str(error)]
    pairs: dict[str, dict[str, Article]] = {}
    for article in articles:
        pairs.setdefault(article.front.id, {})[article.language] = article
    faults = [fault for article in articles for fault in _article_faults(article, pairs, root)]
    return faults + [fault for topic in sorted(pairs) for fault in _pair_faults(topic, pairs[topic])]


def _article_faults(article: Article, pairs: dict[str, dict[str, Article]], root: Path) -> Iterator[str]:
    for passage in article.passages:
        for command in passage.commands:
            if not known(command, root):
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
