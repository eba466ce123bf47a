"""Is the question one that the guide answers? Decided from several signs, never from one threshold.

The signs are weighed by a logistic model whose coefficients were fitted on the dev half of the eval cases
(``python -m evals calibrate`` fits them again and prints what the held-out half says).
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from bot.retrieve import Search
from ingest.catalogue import Catalogue

THRESHOLD = 0.0
"""Confidence (log-odds) below which a question is outside."""
LENIENCE = 1.1
"""How far below THRESHOLD a question may lie that continues a conversation about the guide."""
SUBJECT_SEEN = 0.35
"""Centred cosine from which the nearest out-of-scope example names the subject of a refusal."""
NEAR = 0.25
"""Centred cosine from which the nearest topic is worth naming in a refusal."""


class Signs(NamedTuple):
    """What the decision looks at; each rises with the chance that the guide answers, but for ``named``.

    ``nearest``: cosine of the best chunk less that of the nearest outside example. ``head``: the topic
    head's best score less its score for outside. ``covered``: share of the question's weight in the best
    section. ``known``: share of it that the knowledge base has words for. ``named``: 1 when the question
    names a subject outside the guide that its best section does not speak of.
    """

    nearest: float
    head: float
    covered: float
    known: float
    named: float


WEIGHTS = Signs(8.0, 8.0, 4.0, 3.0, -2.0)
BIAS = -4.5


@dataclass(frozen=True, slots=True)
class Scope:
    """The decision; outside, ``names`` is the subject in both languages and ``nearest`` a topic, where known."""

    inside: bool
    confidence: float = 0.0
    names: dict[str, str] = field(default_factory=dict)
    nearest: str | None = None


def decide(search: Search, catalogue: Catalogue, lenience: float = 0.0) -> Scope:
    """Return whether ``search`` found what its question asks for, at THRESHOLD less ``lenience``."""
    named = named_subject(search, catalogue)
    confidence = confidence_of(signs(search, named is not None))
    if confidence >= THRESHOLD - (0.0 if named else lenience):
        return Scope(True, confidence)
    subject = named or _seen_subject(search, catalogue)
    nearest = subject.get("nearest") if subject else None
    if nearest is None and search.hits and search.hits[0].dense >= NEAR:
        nearest = search.hits[0].topic
    names = {language: found[0] for language, found in subject["names"].items()} if subject else {}
    return Scope(False, confidence, names, nearest if nearest in catalogue.topics() else None)


def signs(search: Search, named: bool) -> Signs:
    """Return the signs of one search."""
    outside = search.outside[0][1] if search.outside else 0.0
    return Signs(
        nearest=max(hit.dense for hit in search.hits) - outside,
        head=max(hit.head for hit in search.hits) - search.outside_head,
        covered=max(hit.coverage for hit in search.hits),
        known=search.known,
        named=float(named),
    )


def confidence_of(found: Signs) -> float:
    """Return the log-odds that the guide answers."""
    return math.fsum(weight * sign for weight, sign in zip(WEIGHTS, found, strict=True)) + BIAS


def named_subject(search: Search, catalogue: Catalogue) -> dict[str, Any] | None:
    """Return the out-of-scope subject that the question names and its best section does not, or None."""
    best = " ".join(p.quote for p in catalogue.article(search.language, search.hits[0].topic).passages).lower()
    asked = search.question.lower()
    for pattern, subject in catalogue.subject_names:
        found = pattern.search(asked)
        if found and not re.search(pattern, best):
            return subject
    return None


def _seen_subject(search: Search, catalogue: Catalogue) -> dict[str, Any] | None:
    if search.outside and search.outside[0][1] >= SUBJECT_SEEN:
        return catalogue.outside[search.outside[0][0]]
    return None
