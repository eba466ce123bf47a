"""Windows: whole sentences of a long text, each short enough to be embedded without a cut."""

from __future__ import annotations

import re

BUDGET = 330.0
"""Estimated model tokens in a window; the bundled model reads 512."""

_JAPANESE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
_END = re.compile(r"(?<=[。！？])|(?<=[.!?])\s|\n")


def windows(text: str, budget: float = BUDGET) -> list[str]:
    """Return ``text`` as consecutive windows of whole sentences; an empty text gives one empty window.

    A sentence beyond the budget is cut; nothing of the text is lost but the space between sentences.
    """
    found: list[str] = []
    current = ""
    for sentence in sentences(text, budget):
        joined = f"{current} {sentence}" if current else sentence
        if current and cost(joined) > budget:
            found.append(current)
            current = sentence
        else:
            current = joined
    return [*found, current] if current or not found else found


def cost(text: str) -> float:
    """Estimate the model tokens of ``text``: 0.7 a Japanese character, 0.28 any other."""
    japanese = len(_JAPANESE.findall(text))
    return japanese * 0.7 + (len(text) - japanese) * 0.28


def sentences(text: str, budget: float = BUDGET) -> list[str]:
    """Return the sentences of ``text``, one beyond the budget cut in pieces."""
    found: list[str] = []
    for sentence in filter(None, map(str.strip, _END.split(text))):
        size = max(1, int(len(sentence) * budget / cost(sentence))) if cost(sentence) > budget else len(sentence)
        found.extend(sentence[start : start + size] for start in range(0, len(sentence), size))
    return found


def pieces(title: str, text: str) -> list[str]:
    """Return the windows of ``text``, each below ``title`` if there is one: what is embedded of a document."""
    return [f"{title}\n{part}" if title else part for part in windows(text)]
