"""The gate: a broken hard rule fails at one case, a soft measure where it is surely worse or under its floor."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from bot.errors import InputError
from evals.run import Result, measured
from evals.score import LOWER_IS_BETTER, MEASURES, broken, scorecard
from evals.stats import Paired, paired

BASELINE = Path(__file__).resolve().parent / "baseline.json"

FLOORS: dict[str, float] = {
    "success@1": 0.90,
    "success@3": 0.95,
    "nDCG@10": 0.85,
    "commands": 0.95,
    "strict_vital": 0.95,
    "citation_recall": 0.95,
    "citation_precision": 0.90,
    "status": 0.95,
    "language": 0.99,
    "truthful": 0.80,
    "refusal_precision": 0.92,
    "refusal_recall": 0.86,
    "false_refusal": 0.05,
}
"""No figure may fall under its floor (rise above it, for false refusals), whatever the baseline says."""

FEWEST = 20
"""A floor binds from this many cases on: a handful proves nothing."""

Baseline = Mapping[str, Mapping[str, float]]
"""case -> measure -> value"""


def check(result: Result, baseline: Baseline) -> list[str]:
    """Return what fails, one sentence each; an empty list opens the gate."""
    return [*broken(result), *below_floors(result), *worse(result, baseline)]


def below_floors(result: Result) -> list[str]:
    """Return the figures of ``result`` that miss their floors."""
    found = []
    for name, interval in scorecard(result.outcomes).items():
        floor = FLOORS.get(name)
        if floor is None or interval.n < FEWEST:
            continue
        missed = interval.value > floor if name in LOWER_IS_BETTER else interval.value < floor
        if missed:
            found.append(f"{name} is {interval.value:.3f}, its floor {floor:.3f} (n = {interval.n})")
    return found


def worse(result: Result, baseline: Baseline) -> list[str]:
    """Return the measures whose paired interval against ``baseline`` lies below zero."""
    found = []
    for name, pair in differences(result, baseline).items():
        change = pair.difference
        if change.high < 0:
            found.append(
                f"{name} fell by {-change.value:.3f} ({change.low:+.3f} to {change.high:+.3f}, "
                f"{pair.lost} cases down, {pair.won} up, McNemar p = {pair.p:.3g})"
            )
    return found


def differences(result: Result, baseline: Baseline) -> dict[str, Paired]:
    """Compare every soft measure with ``baseline`` on the cases that both hold."""
    clusters = {item.id: item.cluster for item in result.outcomes}
    found = {}
    for name in MEASURES:
        before = {case: values[name] for case, values in baseline.items() if name in values}
        pair = paired(before, measured(result.outcomes, name), clusters)
        if pair.difference.n:
            found[name] = pair
    return found


def read_baseline(file: Path = BASELINE) -> Baseline:
    """Read the committed baseline; raises InputError when it is missing or malformed."""
    try:
        cases = json.loads(file.read_text(encoding="utf-8"))["cases"]
        return {case: {name: float(value) for name, value in row.items()} for case, row in cases.items()}
    except OSError as error:
        raise InputError(
            f"there is no baseline {file.name}; write one: python -m evals run --update-baseline"
        ) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(f"{file.name} is no baseline; write it anew: python -m evals run --update-baseline") from error


def write_baseline(result: Result, file: Path = BASELINE) -> None:
    """Write ``result`` as the baseline, one line a case so that a change can be read."""
    rows = {item.id: {name: round(value, 6) for name, value in item.measures.items()} for item in result.outcomes}
    lines = ",\n".join(f"  {json.dumps(case)}: {json.dumps(row)}" for case, row in sorted(rows.items()))
    head = f'{{"date": {json.dumps(result.date)}, "index_version": {json.dumps(result.index_version)}, "cases": {{'
    file.write_text(f"{head}\n{lines}\n}}}}\n", encoding="utf-8")
