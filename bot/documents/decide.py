"""Does a document answer? Decided from several signs for each of the best parts, never from one threshold.

The signs are weighed by a logistic model fitted on evals/documents: ``python -m evals.documents`` asks
its questions, fits it again and prints what cross-validation says of it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from bot.documents.search import PartHit

THRESHOLD = -0.5
"""Confidence (log-odds) from which a part answers."""
CONSIDERED = 3
"""Parts of a search that may answer; what lies behind them answered nothing that these did not."""
MOST_LACKING, MOST_GAP = 8.0, 3.0
"""Where the weight of missing names, and the distance to the best part, stop to count."""


class Signs(NamedTuple):
    """What the decision looks at; ``own`` is for a part in the question's language, ``cross`` for the other.

    ``centred``: cosine of the nearest window. ``covered_own``, ``covered_cross``: share of the question's weight
    that the part holds. ``lacking``: weight of names in the question that the whole document lacks, at most 1.
    ``known_own``: share of the question's weight that any document has words for. ``cross``: 1 for a part in the
    other language. ``quoted``: words of the question that stand there in one piece, at most 1. ``gap``: how far
    the part lies behind the best one.
    """

    centred: float
    covered_own: float
    covered_cross: float
    lacking: float
    known_own: float
    cross: float
    quoted: float
    gap: float


WEIGHTS = Signs(6.69, 5.52, 2.24, -4.56, 1.63, 3.49, 1.61, -2.56)
BIAS = -7.0


def signs(hit: PartHit, best: float) -> Signs:
    """Return the signs of one part; ``best`` is the score of the best one."""
    cross = float(hit.foreign)
    return Signs(
        hit.centred,
        hit.covered * (1 - cross),
        hit.covered * cross,
        min(hit.lacking, MOST_LACKING) / MOST_LACKING,
        hit.known * (1 - cross),
        cross,
        min(max(hit.quoted - 2, 0), 4) / 4,
        min(best - hit.score, MOST_GAP),
    )


def confidence(found: Signs) -> float:
    """Return the log-odds that a part answers."""
    return math.fsum(weight * sign for weight, sign in zip(WEIGHTS, found, strict=True)) + BIAS


def answering(hits: Sequence[PartHit]) -> list[PartHit]:
    """Return the parts that answer, the surest first; none where the documents do not answer."""
    rated = [(confidence(signs(hit, hits[0].score)), hit) for hit in hits[:CONSIDERED]]
    rated.sort(key=lambda pair: -pair[0])
    return [hit for sure, hit in rated if sure >= THRESHOLD]
