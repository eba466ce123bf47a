"""Is the question one that the guide answers? Decided from several signs, never from one threshold.

The signs are weighed by a logistic model fitted on the eval cases: ``python -m evals calibrate`` fits it again
and prints what two-fold cross-validation says of it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, NamedTuple

from bot.retrieve import Search
from ingest.catalogue import Catalogue

THRESHOLD = 0.0
"""Confidence (log-odds) below which a question is outside."""
LENIENCE = 2.5
"""How far below THRESHOLD a question may lie that continues a conversation about the guide."""
COMPLAINT = 4.0
"""How far below THRESHOLD a complaint may lie that names what an article is about and what is wrong with it."""
SAYS_LITTLE = 5.0
"""Weight of words up to which a question without an unknown word leans wholly on the turns before it."""
SUBJECT_SEEN = 0.35
"""Centred cosine from which the nearest out-of-scope example names the subject of a refusal."""
NEAR = 0.45
"""Centred cosine from which the nearest topic is worth naming in a refusal."""


class Signs(NamedTuple):
    """What the decision looks at; each rises with the chance that the guide answers, but for ``named`` and ``crowd``.

    ``nearest``: cosine of the best chunk less that of the nearest outside example. ``head``: the topic
    head's best score less its score for outside. ``covered``: share of the question's weight in the best
    section. ``known``: share of it that the knowledge base has words for. ``named``: 1 when the question
    names a subject outside the guide that its best section does not speak of. ``crowd``: share of
    out-of-scope examples among the nearest chunks. ``alike``: likeness in words of the nearest chunk, 1 for a
    symptom that the question repeats.
    """

    nearest: float
    head: float
    covered: float
    known: float
    named: float
    crowd: float
    alike: float


WEIGHTS = Signs(nearest=2.70, head=5.19, covered=4.84, known=1.55, named=-3.27, crowd=-4.79, alike=4.82)
BIAS = -3.49


@dataclass(frozen=True, slots=True)
class Scope:
    """The decision; outside, ``subject`` is what the question names and ``nearest`` a topic, where there is one.

    ``part`` is the part of a long message that the guide answers, where it is not the whole. ``lead`` is the topic
    with which to begin where a complaint says nothing that another topic is about.
    """

    inside: bool
    confidence: float = 0.0
    subject: str | None = None
    nearest: str | None = None
    part: str = ""
    lead: str | None = None


def decide(search: Search, catalogue: Catalogue, *, continues: bool = False) -> Scope:
    """Return whether ``search`` found what its question asks for.

    ``continues`` says that the turns before are about the guide: a question that leans on them may say little.
    """
    named = named_subject(search, catalogue)
    confidence = confidence_of(signs(search, named is not None))
    leans = continues and named is None
    if (
        confidence >= THRESHOLD - (LENIENCE if leans else 0.0)
        or (leans and _says_little(search))
        or _is_keyword(search, catalogue)
    ):
        return Scope(True, confidence)
    lead = None if named else catalogue.complaint(search.language, search.question.lower())
    if lead and confidence >= THRESHOLD - COMPLAINT:
        return Scope(True, confidence, lead=lead)
    subject, name = named or (_seen_subject(search, catalogue), None)
    nearest = subject.get("nearest") if subject else None
    if nearest is None and search.hits and search.hits[0].dense >= NEAR:
        nearest = search.hits[0].topic
    return Scope(False, confidence, name, nearest if nearest in catalogue.topics() else None)


def _is_keyword(search: Search, catalogue: Catalogue) -> bool:
    """Say whether the question is nothing but an identifier of the guide, such as OCSP or Status 16."""
    return search.question.lower().strip(" ?!.。、？！\n") in catalogue.keywords()


def _says_little(search: Search) -> bool:
    return search.unknown == 0 and search.weight <= SAYS_LITTLE


def signs(search: Search, named: bool) -> Signs:
    """Return the signs of one search."""
    outside = search.outside[0][1] if search.outside else 0.0
    return Signs(
        nearest=max(hit.dense for hit in search.hits) - outside,
        head=max(hit.head for hit in search.hits) - search.outside_head,
        covered=max(hit.coverage for hit in search.hits),
        known=search.known,
        named=float(named),
        crowd=search.outside_share,
        alike=search.alike,
    )


def confidence_of(found: Signs) -> float:
    """Return the log-odds that the guide answers."""
    return math.fsum(weight * sign for weight, sign in zip(WEIGHTS, found, strict=True)) + BIAS


def named_subject(search: Search, catalogue: Catalogue) -> tuple[dict[str, Any], str] | None:
    """Return the out-of-scope subject that the question asks for, or names while its best section does not."""
    asked, best = search.question.lower(), _best_section(search, catalogue)
    for subject in catalogue.subjects:
        name = subject.named(asked)
        if (name and not subject.named(best)) or subject.asked_for(asked):
            return subject.entry, subject.printed(name, search.language)
    return None


def _best_section(search: Search, catalogue: Catalogue) -> str:
    article = catalogue.article(search.language, search.hits[0].topic)
    return " ".join(passage.quote for passage in article.passages).lower()


def _seen_subject(search: Search, catalogue: Catalogue) -> dict[str, Any] | None:
    if search.outside and search.outside[0][1] >= SUBJECT_SEEN:
        return catalogue.outside[search.outside[0][0]]
    return None
