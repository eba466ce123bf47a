"""Asks every question of the library made from evals/documents/files, and fits the decision on what came."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import yaml

from bot import text
from bot.documents.decide import CONSIDERED, Signs, confidence, signs
from bot.documents.join import search
from bot.documents.search import PartHit
from evals.cases import load

if TYPE_CHECKING:
    import numpy.typing as npt

    from bot.documents.search import Library
    from bot.retrieve import Retriever

    Numbers = npt.NDArray[np.float64]

HERE = Path(__file__).resolve().parent
FILES, QUESTIONS = HERE / "files", HERE / "questions.yaml"
EVERY = 6
"""Of the eval cases of the guide, which of them are asked too."""
FOLDS = 5
RIDGE = 0.1
KINDS = ("answered", "near", "far", "guide", "outside")


@dataclass(frozen=True, slots=True)
class Asked:
    """One question and what came first: the signs of each part considered, and whether it is the one that answers."""

    kind: str
    question: str
    signs: tuple[Signs, ...]
    right: tuple[bool, ...]


def questions() -> Iterator[tuple[str, str, str, str]]:
    """Yield (kind, question, path of the document that answers, a text of the part); see questions.yaml.

    ``guide`` and ``outside`` are cases of evals/cases that the guide answers, or that neither it nor a document does.
    """
    body = yaml.safe_load(QUESTIONS.read_text(encoding="utf-8"))
    for path, own in body["answered"].items():
        yield from (("answered", item["q"], path, item["stands"]) for item in own)
    for kind in ("near", "far"):
        yield from ((kind, question, "", "") for question in body[kind])
    for kind, status in (("guide", "answered"), ("outside", "abstained")):
        alone = [c for c in load() if c.record.status == status and not c.record.paste and not c.history]
        if kind == "outside":
            alone = [c for c in alone if not set(body["subjects"]) & set(c.record.tags)]
        yield from ((kind, case.question, "", "") for case in alone[::EVERY])


def ask_all(library: Library, retriever: Retriever) -> list[Asked]:
    """Ask every question and return what came."""
    found = []
    for kind, question, path, stands in questions():
        hits = search(library, retriever, text.normalise(question), text.language(question))
        best = hits[:CONSIDERED]
        right = tuple(kind == "answered" and _answers(hit, path, stands) for hit in best)
        found.append(Asked(kind, question, tuple(signs(hit, hits[0].score) for hit in best), right))
    return found


def _answers(hit: PartHit, path: str, stands: str) -> bool:
    part = hit.part
    return hit.entry.path.endswith(path) and any(
        stands in held for held in (part.text, part.quote, " ".join(part.trail))
    )


def shares(asked: Sequence[Asked], sure: Sequence[float], threshold: float) -> dict[str, float]:
    """Return, for each kind of question, the share (0 to 1) that a document would answer."""
    return {
        kind: float(np.mean([s >= threshold for a, s in zip(asked, sure, strict=True) if a.kind == kind]))
        for kind in KINDS
    }


def as_shipped(asked: Sequence[Asked]) -> list[float]:
    """Return the confidence of each question's surest part, by the weights that the product has."""
    return [max(map(confidence, item.signs)) for item in asked]


def crossed(asked: Sequence[Asked]) -> list[float]:
    """Return the same by weights that were fitted without the question itself, FOLDS at a time."""
    fold = np.random.default_rng(1).integers(0, FOLDS, len(asked))
    sure = np.zeros(len(asked))
    for number in range(FOLDS):
        weights = fit([item for item, own in zip(asked, fold, strict=True) if own != number])
        for i in np.flatnonzero(fold == number):
            sure[i] = max(float(np.dot(weights, [*found, 1.0])) for found in asked[int(i)].signs)
    return [float(value) for value in sure]


def fit(asked: Sequence[Asked]) -> Numbers:
    """Return the weights of the signs and, last, the bias: logistic regression with a ridge, by Newton's method."""
    rows = np.array([[*found, 1.0] for item in asked for found in item.signs])
    target = np.array([float(right) for item in asked for right in item.right])
    ridge = np.diag([RIDGE] * (rows.shape[1] - 1) + [1e-9])
    weights: Numbers = np.zeros(rows.shape[1])
    for _ in range(60):
        chance = 1 / (1 + np.exp(-np.clip(rows @ weights, -30, 30)))
        slope = rows.T @ (chance - target) + ridge @ weights
        bend = (rows * (chance * (1 - chance))[:, None]).T @ rows + ridge
        weights = weights - np.linalg.solve(bend, slope)
    return weights
