"""What an index is made from: the articles, the out-of-scope subjects, and a hash of all of it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.errors import ArticleError
from kb.schema import Article

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Sources:
    """Everything that one build reads."""

    articles: list[Article]
    outside: list[dict[str, Any]]


def read_sources(root: Path = ROOT) -> Sources:
    """Read kb/ below ``root``; raises ArticleError for the first file that breaks its schema."""
    from kb.reader import read_articles, read_outside  # a question never waits for the Markdown parser

    outside, articles = read_outside(root), read_articles(root)
    if not articles:
        raise ArticleError("kb/guide holds no articles; check that the checkout is whole")
    return Sources(articles, outside)


def source_files(root: Path = ROOT) -> list[Path]:
    """Return the files of kb/ that an index depends on, sorted."""
    base = root / "kb"
    return sorted([*base.glob("guide/*/*.md"), *base.glob("*.yaml")])


def source_hash(root: Path = ROOT) -> str:
    """Return one hash over the names and contents of the source files."""
    total = hashlib.sha256()
    for file in source_files(root):
        total.update(file.relative_to(root).as_posix().encode() + b"\0")
        total.update(hashlib.sha256(file.read_bytes()).digest())
    return total.hexdigest()
