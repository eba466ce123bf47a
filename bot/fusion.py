"""Fusing the dense and the keyword channel into one ranking.

Scores are min-max scaled over the candidates and summed. The keyword channel's weight follows how much of
the question's weight its best document covers: across languages, where few words can match, the dense
channel decides nearly alone; for copied wording the keyword channel leads. docs/benchmarks.md has the
figures by language direction.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    Scores = npt.NDArray[np.float32]

FLOOR, CEILING = 0.05, 0.55
"""Weight of the keyword channel at no coverage and at full coverage of the question."""


def keyword_weight(coverage: float) -> float:
    """Return the keyword channel's share (0 to 1) for a question covered to ``coverage`` (0 to 1)."""
    return FLOOR + (CEILING - FLOOR) * min(max(coverage, 0.0), 1.0)


def fuse(dense: Scores, keyword: Scores, coverage: float) -> Scores:
    """Return one score a document from both channels' scores; arrays of equal length, any scale."""
    return blend(dense, keyword, keyword_weight(coverage))


def blend(dense: Scores, keyword: Scores, weight: float) -> Scores:
    """Return both channels' scores, each on 0 to 1, with the keyword channel at ``weight`` (0 to 1)."""
    weight = weight if float(keyword.max(initial=0.0)) > 0 else 0.0
    return (1 - weight) * scaled(dense) + weight * scaled(keyword)


def scaled(scores: Scores) -> Scores:
    """Return ``scores`` on 0 to 1; all alike gives zeros."""
    low, high = float(scores.min(initial=np.inf)), float(scores.max(initial=-np.inf))
    return np.zeros_like(scores) if high <= low else (scores - low) / (high - low)
