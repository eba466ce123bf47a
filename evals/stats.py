"""What the numbers can prove: intervals clustered by question, and comparisons in pairs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import comb
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

RESAMPLES = 10_000
SEED = 20_261_123
DIGITS = 4
"""Digits in which two versions are compared: less is rounding."""
FEW = 30
"""Below this many clusters the bootstrap is too narrow; shares get Wilson's interval instead."""


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate with its 95 % interval, from ``n`` values in ``clusters`` clusters."""

    value: float
    low: float
    high: float
    n: int
    clusters: int


@dataclass(frozen=True, slots=True)
class Paired:
    """Two versions on the same cases: the difference b - a with its interval, and McNemar's exact test.

    ``won`` and ``lost`` count cases that went up and down; ``p`` is two-sided over those.
    """

    difference: Interval
    won: int
    lost: int
    p: float


def mean(values: Sequence[float], clusters: Sequence[str]) -> Interval:
    """Return the mean of ``values`` and its interval; ``clusters[i]`` is the question of ``values[i]``."""
    return ratio(values, [1.0] * len(values), clusters)


def ratio(tops: Sequence[float], bottoms: Sequence[float], clusters: Sequence[str]) -> Interval:
    """Return sum(tops) / sum(bottoms) and its interval; clusters are resampled whole.

    Without anything to divide by, every number is NaN.
    """
    names = list(dict.fromkeys(c for c, bottom in zip(clusters, bottoms, strict=True) if bottom))
    total, count = float(sum(tops)), float(sum(bottoms))
    if not count:
        return Interval(float("nan"), float("nan"), float("nan"), 0, 0)
    share = all(top in (0, 1) for top in tops) and all(bottom in (0, 1) for bottom in bottoms)
    if share and (len(names) < FEW or total in (0.0, count)):
        low, high = wilson(total / count, len(names))
    else:
        low, high = _bootstrap(tops, bottoms, clusters)
    return Interval(total / count, low, high, round(count) if share else len(tops), len(names))


def wilson(share: float, n: int) -> tuple[float, float]:
    """Return Wilson's 95 % interval of a share of ``n`` independent questions."""
    z = 1.959964
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * ((share * (1 - share) / n + z * z / (4 * n * n)) ** 0.5)
    return max(0.0, middle - half), min(1.0, middle + half)


def _bootstrap(tops: Sequence[float], bottoms: Sequence[float], clusters: Sequence[str]) -> tuple[float, float]:
    number = {name: i for i, name in enumerate(dict.fromkeys(clusters))}
    index = np.array([number[name] for name in clusters])
    above = np.bincount(index, np.asarray(tops, dtype=float), len(number))
    below = np.bincount(index, np.asarray(bottoms, dtype=float), len(number))
    random = np.random.default_rng(SEED)
    found = np.empty(RESAMPLES)
    for start in range(0, RESAMPLES, 1_000):
        drawn = random.integers(0, len(number), (1_000, len(number)))
        sums = below[drawn].sum(axis=1)
        found[start : start + 1_000] = above[drawn].sum(axis=1) / np.where(sums > 0, sums, 1)
    low, high = np.percentile(found, [2.5, 97.5])
    return float(low), float(high)


def paired(before: Mapping[str, float], after: Mapping[str, float], clusters: Mapping[str, str]) -> Paired:
    """Compare two versions on the cases that both have; ``clusters`` maps a case to its question."""
    shared = [case for case in after if case in before]
    differences = [round(after[case] - before[case], DIGITS) for case in shared]
    won = sum(difference > 0 for difference in differences)
    lost = sum(difference < 0 for difference in differences)
    names = [clusters[case] for case in shared]
    return Paired(change(differences, names), won, lost, mcnemar(won, lost))


def change(differences: Sequence[float], clusters: Sequence[str]) -> Interval:
    """Return the mean of ``differences`` with its bootstrap interval; nothing to compare gives zeros."""
    names = set(clusters)
    if not names:
        return Interval(0.0, 0.0, 0.0, 0, 0)
    low, high = _bootstrap(differences, [1.0] * len(differences), clusters)
    return Interval(sum(differences) / len(differences), low, high, len(differences), len(names))


def mcnemar(won: int, lost: int) -> float:
    """Return the exact two-sided p of McNemar's test: whether ``won`` and ``lost`` could be throws of a coin."""
    n, fewer = won + lost, min(won, lost)
    tail = sum(comb(n, i) for i in range(fewer + 1))
    return min(1.0, float(2 * tail / 2**n))


def risk_coverage(confidence: Sequence[float], wrong: Sequence[float]) -> list[tuple[float, float]]:
    """Return (coverage, risk) as ever less confident answers are given; equal confidences come together."""
    order = sorted(range(len(confidence)), key=lambda i: -confidence[i])
    points: list[tuple[float, float]] = []
    errors = 0.0
    for given, position in enumerate(order, 1):
        errors += wrong[position]
        last = given == len(order) or confidence[order[given]] < confidence[position]
        if last:
            points.append((given / len(order), errors / given))
    return points


def auroc(confidence: Sequence[float], positive: Sequence[bool]) -> float:
    """Return how often a positive case is more confident than a negative one (ties count half)."""
    if not any(positive) or all(positive):
        return float("nan")
    right: npt.NDArray[np.float64] = np.array([c for c, p in zip(confidence, positive, strict=True) if p])
    wrong = np.array([c for c, p in zip(confidence, positive, strict=True) if not p])
    above = (right[:, None] > wrong).mean() + (right[:, None] == wrong).mean() / 2
    return float(above)


def holm(values: Mapping[str, float]) -> dict[str, float]:
    """Return Holm's adjusted p for each named p: what remains when several tests are read together."""
    found: dict[str, float] = {}
    highest = 0.0
    for rank, (name, p) in enumerate(sorted(values.items(), key=lambda pair: pair[1])):
        highest = max(highest, min(1.0, (len(values) - rank) * p))
        found[name] = highest
    return found
