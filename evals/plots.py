"""The figures of a report, drawn with matplotlib as PNG files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from evals.run import Outcome
from evals.score import best_topic, given_topic
from evals.stats import risk_coverage

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def risk_coverage_curve(outcomes: Sequence[Outcome], file: Path) -> bool:
    """Draw the share of wrong answers against the share of questions answered; False without confidences.

    As more questions are answered, the surest first, how many of them are wrong? A question that the guide
    does not cover is wrong whenever it is answered.
    """
    rows = [item for item in outcomes if item.confidence is not None]
    if not rows:
        return False
    wrong = [float(item.measures.get("success@3", 0.0) < 1) for item in rows]
    points = risk_coverage([item.confidence or 0.0 for item in rows], wrong)
    figure = _figure(6.4, 4.0)
    axes = figure.subplots()
    axes.step([x for x, _ in points], [y for _, y in points], where="post", color="#1f5fa8")
    due = sum(bool(item.expected["topics"]) for item in rows) / len(rows)
    axes.axvline(due, color="#888888", linestyle="--", linewidth=1)
    axes.annotate("answerable", (due, axes.get_ylim()[1]), xytext=(-4, -12), textcoords="offset points", ha="right")
    axes.set(xlabel="share of questions answered", ylabel="share of those answered wrongly", xlim=(0, 1))
    axes.grid(alpha=0.3)
    _save(figure, file)
    return True


def confusion_matrix(outcomes: Sequence[Outcome], file: Path) -> None:
    """Draw which topic came first (columns) where which was wanted (rows), as shares of each row."""
    pairs = [(best_topic(item), given_topic(item)) for item in outcomes]
    rows = sorted({wanted for wanted, _ in pairs})
    columns = [*rows, *sorted({given for _, given in pairs} - set(rows))]
    counts = np.zeros((len(rows), len(columns)))
    for wanted, given in pairs:
        counts[rows.index(wanted), columns.index(given)] += 1
    figure = _figure(2.5 + 0.28 * len(columns), 2.5 + 0.24 * len(rows))
    axes = figure.subplots()
    image = axes.imshow(counts / counts.sum(axis=1, keepdims=True), cmap="Blues", vmin=0, vmax=1, aspect="auto")
    axes.set_xticks(range(len(columns)), columns, rotation=90, fontsize=7)
    axes.set_yticks(range(len(rows)), rows, fontsize=7)
    axes.set(xlabel="first topic of the answer", ylabel="topic that answers best")
    figure.colorbar(image, ax=axes, fraction=0.03)
    _save(figure, file)


def intervals(names: Sequence[str], values: Sequence[tuple[float, float, float]], file: Path) -> None:
    """Draw (value, low, high) of each name as a point with its 95 % interval."""
    figure = _figure(6.4, 1.2 + 0.28 * len(names))
    axes = figure.subplots()
    middle = np.array([value for value, _, _ in values])
    spread = np.array([[max(v - low, 0.0), max(high - v, 0.0)] for v, low, high in values]).T
    places = np.arange(len(names))[::-1]
    axes.errorbar(middle, places, xerr=spread, fmt="o", color="#1f5fa8", capsize=3)
    axes.set_yticks(places, names, fontsize=8)
    axes.grid(axis="x", alpha=0.3)
    _save(figure, file)


def _figure(width: float, height: float) -> Figure:
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), dpi=110, layout="constrained")


def _save(figure: Figure, file: Path) -> None:
    figure.savefig(file, format="png")
