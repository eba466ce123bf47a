"""What stands in for the real thing where only the way of working counts: encoders and a small knowledge base."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np

from bot.config import ROOT

TOPICS = ("epm-ao", "emapi-dns", "debug-acl")


class Random:
    """An encoder whose vectors follow from nothing but the text's length; fast, for builds that only have to end."""

    name, dimension = "random/8", 8

    def passages(self, texts: list[str]) -> object:
        """Return one unit vector a text."""
        rows = np.random.default_rng(len(texts)).standard_normal((len(texts), 8)).astype(np.float32)
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)

    queries = passages


class Single(Random):
    """The same, each vector following from its own text alone."""

    def passages(self, texts: list[str]) -> object:
        """Return one unit vector a text."""
        return np.concatenate([np.asarray(Random.passages(self, [text] * len(text)))[:1] for text in texts])

    queries = passages


def small(root: Path) -> Path:
    """Put a knowledge base of three topics below ``root``."""
    for language in ("ja", "en"):
        folder = root / "kb" / "guide" / language
        folder.mkdir(parents=True)
        for topic in TOPICS:
            shutil.copy(ROOT / "kb" / "guide" / language / f"{topic}.md", folder)
    outside = "subjects:\n  - {id: x, names: {ja: [], en: []}, nearest: null, examples: {ja: [天気], en: [rain]}}\n"
    (root / "kb" / "out_of_scope.yaml").write_text(outside, encoding="utf-8")
    return root
