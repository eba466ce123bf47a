"""Fusing the dense and the keyword channel into one ranking.

:func:`fuse` is for any corpus: a document's dense score, standardised over the documents, plus its BM25 score as
a share of the most that the question's words could give. The keyword channel's weight thus falls by itself where
few words match, as across languages, and no channel has to be told which direction a question takes.
docs/benchmarks.md has the figures by language direction against both channels alone.

:func:`blend` is for topics, whose articles exist in the question's own language: both channels scaled to 0 to 1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    Scores = npt.NDArray[np.float32]

KEYWORD_WEIGHT = 3.0
"""What a document that held every word of the question would gain, in standard deviations of the dense scores."""


def fuse(dense: Scores, share: Scores, moments: tuple[float, float] | None = None) -> Scores:
    """Return one score a document; ``share`` is its BM25 score over the summed IDF of the question's tokens.

    ``moments`` are mean and standard deviation of the dense scores of the whole corpus, for a caller that gives
    only some of its documents.
    """
    mean, spread = moments or (float(dense.mean()), float(dense.std()))
    standard = (dense - mean) / spread if spread > 0 else np.zeros_like(dense)
    return standard + KEYWORD_WEIGHT * share


def blend(dense: Scores, keyword: Scores, weight: float) -> Scores:
    """Return both channels' scores, each on 0 to 1, with the keyword channel at ``weight`` (0 to 1)."""
    weight = weight if float(keyword.max(initial=0.0)) > 0 else 0.0
    return (1 - weight) * scaled(dense) + weight * scaled(keyword)


def scaled(scores: Scores) -> Scores:
    """Return ``scores`` on 0 to 1; all alike gives zeros."""
    low, high = float(scores.min(initial=np.inf)), float(scores.max(initial=-np.inf))
    return np.zeros_like(scores) if high <= low else (scores - low) / (high - low)
