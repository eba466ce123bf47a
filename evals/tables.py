"""The tables of a report, in Markdown."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from math import isnan

from evals.run import Outcome
from evals.score import (
    MEASURES,
    REFUSAL,
    best_topic,
    given_topic,
    is_failure,
    latency,
    parity,
    parts,
    scorecard,
    separation,
)
from evals.stats import Interval, Paired, holm
from evals.support import contains

BY_PART = ("success@1", "success@3", "commands", "strict_vital", "status", "truthful")


def cell(text: object) -> str:
    """Return ``text`` as one table cell that no content can break out of."""
    flat = " ".join(str(text).split())
    escaped = re.sub(r"([\\|`\[*_])", r"\\\1", flat)
    return escaped.replace("<", "&lt;").replace(">", "&gt;")


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a Markdown table; every cell is escaped."""
    lines = [head, ["---"] * len(head), *([cell(value) for value in row] for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def percent(interval: Interval) -> str:
    """Return ``interval`` as ``95.2 (93.1 to 96.9)``, in percent."""
    if isnan(interval.value):
        return "-"
    return f"{100 * interval.value:.1f} ({100 * interval.low:.1f} to {100 * interval.high:.1f})"


def score_table(outcomes: Sequence[Outcome]) -> str:
    """Show every figure with its interval, n and number of questions."""
    meaning = MEASURES | REFUSAL
    rows = [(n, percent(i), i.n, i.clusters, meaning[n]) for n, i in scorecard(outcomes).items()]
    return table(("measure", "% (95 % interval)", "n", "questions", "what it says"), rows)


def part_table(name: str, outcomes: Sequence[Outcome], key: Callable[[Outcome], str]) -> str:
    """Show the main figures for each part of the cases that ``key`` makes."""
    rows = []
    for part, own in parts(outcomes, key).items():
        figures = scorecard(own)
        rows.append((part, len(own), *(percent(figures[m]) if m in figures else "-" for m in BY_PART)))
    return table((name, "n", *BY_PART), rows)


def parity_table(outcomes: Sequence[Outcome]) -> str:
    """Show Japanese minus English over twin questions, in points."""
    found = {name: parity(outcomes, name) for name in MEASURES}
    rows = [(name, percent(i), i.n) for name, i in found.items() if i]
    return table(("measure", "Japanese - English, points (95 % interval)", "questions"), rows)


def difference_table(pairs: Mapping[str, Paired]) -> str:
    """Compare two versions pairwise; p is McNemar's exact test, Holm-adjusted over the rows."""
    adjusted = holm({name: pair.p for name, pair in pairs.items()})
    rows = [
        (name, percent(p.difference), p.won, p.lost, f"{p.p:.3g}", f"{adjusted[name]:.3g}", p.difference.n)
        for name, p in pairs.items()
    ]
    return table(("measure", "change, points (95 % interval)", "up", "down", "p", "p (Holm)", "cases"), rows)


def confusion_table(outcomes: Sequence[Outcome]) -> str:
    """List the pairs of topics that were taken for one another, most frequent first."""
    counts: dict[tuple[str, str], int] = {}
    for item in outcomes:
        pair = (best_topic(item), given_topic(item))
        if pair[1] not in (item.expected["topics"] or ["(abstained)"]):
            counts[pair] = counts.get(pair, 0) + 1
    rows = [(*pair, count) for pair, count in sorted(counts.items(), key=lambda row: (-row[1], row[0]))]
    return table(("wanted", "came first", "cases"), rows) if rows else "None."


def time_table(outcomes: Sequence[Outcome]) -> str:
    """Show the times to the first and the last output, and how well the confidence separates."""
    times = latency(outcomes)
    rows = [(name.replace("_", " output, "), f"{value:.0f} ms") for name, value in times.items()]
    return table(("", "value"), [*rows, ("AUROC of the confidence", f"{separation(outcomes):.3f}")])


def failure_table(outcomes: Sequence[Outcome], most: int = 10_000) -> str:
    """Say what was expected and what came, for every case that a person should look at."""
    failures = [item for item in outcomes if is_failure(item)]
    rows = [(i.id, i.question or "(paste alone)", _expected(i), _came(i), "; ".join(i.broken)) for i in failures[:most]]
    shown = table(("case", "question", "expected", "came", "rules broken"), rows) if rows else "None."
    return shown + (f"\n\n... and {len(failures) - most} more." if len(failures) > most else "")


def _expected(item: Outcome) -> str:
    said = [item.expected["status"], ", ".join(item.expected["topics"])]
    missing = [c for c in item.expected["commands"] if not contains(item.got["answer"], c)]
    facts = [f["any"][0] for f in item.expected["facts"] if not any(contains(item.got["answer"], t) for t in f["any"])]
    if missing:
        said.append("missing commands: " + ", ".join(missing))
    if facts and item.got["status"] == "answered":
        said.append("missing facts: " + ", ".join(facts))
    return "; ".join(filter(None, said))


def _came(item: Outcome) -> str:
    printed = [text for text in item.expected["forbid"] if text.casefold() in item.got["answer"].casefold()]
    said = [item.got["status"], ", ".join(item.got["topics"][:3])]
    if printed:
        said.append("printed: " + ", ".join(printed))
    return "; ".join(filter(None, said))
