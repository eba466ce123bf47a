"""Fits the weights by which bot/scope.py decides what the guide answers, and says how well they do.

Ridge-penalised logistic regression by Newton's method; a false refusal and a wrong answer weigh as
REFUSAL_WEIGHT says. Quality is two-fold cross-validated by the clusters' split, so it is an honest
estimate although the weights printed are fitted on all cases.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bot.retrieve import Retriever
from bot.scope import Signs, named_subject, signs
from bot.text import language

if TYPE_CHECKING:
    import numpy.typing as npt

    from evals.cases import Case

    Array = npt.NDArray[np.float64]

PENALTY = 1.0
REFUSAL_WEIGHT = 0.6
"""Weight of all out-of-scope cases together, against 1 for all others."""


@dataclass(frozen=True, slots=True)
class Fold:
    """Refusal quality on cases that the weights had not seen."""

    name: str
    precision: float
    recall: float
    false_refusals: float
    n: int


def calibrate(retriever: Retriever, cases: list[Case]) -> tuple[Array, list[Fold]]:
    """Return the weights (one a sign, then the bias) and the quality of each fold."""
    cases = [case for case in cases if case.question.strip() and not case.record.paste and not case.history]
    rows = np.array([[*_signs(retriever, case), 1.0] for case in cases])
    inside = np.array([case.record.status == "answered" for case in cases])
    halves = np.array([case.split for case in cases])
    folds = []
    for part in ("dev", "held"):
        seen, unseen = halves != part, halves == part
        weights = fit(rows[seen], inside[seen])
        folds.append(_quality(part, rows[unseen] @ weights < 0, inside[unseen]))
    return fit(rows, inside), folds


def fit(rows: Array, inside: npt.NDArray[np.bool_]) -> Array:
    """Return the weights that best tell ``inside`` from the rest; ``rows`` ends in a column of ones."""
    scale = np.where(rows.std(axis=0) > 0, rows.std(axis=0), 1.0)
    scaled = rows / scale
    weights = np.zeros(rows.shape[1])
    cost = np.where(inside, 1.0, REFUSAL_WEIGHT * inside.sum() / max(1, (~inside).sum()))
    penalty = PENALTY * np.eye(len(weights))
    penalty[-1, -1] = 1e-6
    for _ in range(50):
        chance = 1 / (1 + np.exp(-scaled @ weights))
        slope = scaled.T @ (cost * (chance - inside)) + penalty @ weights
        curve = (scaled * (cost * chance * (1 - chance))[:, None]).T @ scaled + penalty
        weights -= np.linalg.solve(curve, slope)
    return weights / scale


def report(retriever: Retriever, cases: list[Case]) -> str:
    """Return the lines for bot/scope.py and the quality of each fold, as text."""
    weights, folds = calibrate(retriever, cases)
    named = ", ".join(f"{name}={value:.2f}" for name, value in zip(Signs._fields, weights, strict=False))
    lines = [f"WEIGHTS = Signs({named})", f"BIAS = {weights[-1]:.2f}"]
    lines += [
        f"unseen {fold.name}: refusal precision {fold.precision:.3f}, recall {fold.recall:.3f}, "
        f"false refusals {fold.false_refusals:.3f} (n={fold.n})"
        for fold in folds
    ]
    return "\n".join(lines) + "\n"


def _signs(retriever: Retriever, case: Case) -> Signs:
    search = retriever.search(case.question, language(case.question))
    return signs(search, named_subject(search, retriever.catalogue) is not None)


def _quality(name: str, refused: npt.NDArray[np.bool_], inside: npt.NDArray[np.bool_]) -> Fold:
    right = float((refused & ~inside).sum())
    return Fold(
        name,
        right / max(1.0, float(refused.sum())),
        right / max(1.0, float((~inside).sum())),
        float((refused & inside).sum()) / max(1.0, float(inside.sum())),
        len(inside),
    )
