"""Intervals, comparisons in pairs, and curves."""

from __future__ import annotations

from math import isnan

import numpy as np
import pytest

from evals.stats import auroc, change, holm, mcnemar, mean, paired, ratio, risk_coverage, wilson


def questions(n: int) -> list[str]:
    return [f"q{i}" for i in range(n)]


def test_wilson_matches_the_textbook() -> None:
    assert wilson(0.9, 100) == pytest.approx((0.826, 0.945), abs=1e-3)
    assert wilson(1.0, 60)[0] == pytest.approx(0.940, abs=1e-3)


def test_a_perfect_score_still_has_a_lower_bound() -> None:
    interval = mean([1.0] * 60, questions(60))
    assert (interval.value, interval.high) == (1.0, 1.0)
    assert 0.93 < interval.low < 0.95


def test_twins_that_agree_prove_no_more_than_one() -> None:
    values = [float(i % 4 > 0) for i in range(100)]
    alone = mean(values, questions(100))
    twins = mean(values + values, questions(100) + questions(100))
    assert twins.value == alone.value
    assert (twins.low, twins.high) == pytest.approx((alone.low, alone.high), abs=0.01)
    assert (twins.n, twins.clusters) == (200, 100)


def test_the_interval_holds_the_truth_as_often_as_it_says() -> None:
    random = np.random.default_rng(3)
    held = 0
    for _ in range(60):
        interval = mean(random.random(80).tolist(), questions(80))
        held += interval.low <= 0.5 <= interval.high
    assert held >= 52


def test_the_same_values_give_the_same_interval() -> None:
    values = [0.1 * (i % 7) for i in range(50)]
    assert mean(values, questions(50)) == mean(values, questions(50))


def test_a_ratio_without_anything_is_not_a_number() -> None:
    assert isnan(ratio([0.0], [0.0], ["q"]).value)


def test_a_ratio_counts_only_what_it_is_about() -> None:
    interval = ratio([1.0, 0.0, 0.0, 0.0], [1.0, 1.0, 0.0, 0.0], questions(4))
    assert (interval.value, interval.n, interval.clusters) == (0.5, 2, 2)


def test_mcnemar_is_exact() -> None:
    assert mcnemar(0, 0) == 1.0
    assert mcnemar(5, 5) == 1.0
    assert mcnemar(0, 5) == pytest.approx(2 / 32)
    assert mcnemar(14, 4) == pytest.approx(0.0309, abs=1e-4)


def test_pairs_use_only_what_both_have() -> None:
    clusters = {f"q{i}": f"q{i}" for i in range(12)}
    before = dict.fromkeys(clusters, 1.0)
    after = dict.fromkeys(list(clusters)[:10], 0.0) | {"new": 1.0}
    pair = paired(before, after, clusters | {"new": "new"})
    assert (pair.difference.n, pair.won, pair.lost) == (10, 0, 10)
    assert pair.difference.high < 0
    assert change([], []).n == 0


def test_holm_raises_p_in_order() -> None:
    assert holm({"a": 0.01, "b": 0.04, "c": 0.03}) == pytest.approx({"a": 0.03, "c": 0.06, "b": 0.06})


def test_risk_rises_with_coverage() -> None:
    assert risk_coverage([3, 2, 1], [0, 0, 1]) == [(1 / 3, 0), (2 / 3, 0), (1, pytest.approx(1 / 3))]
    assert risk_coverage([1, 1], [0, 1]) == [(1, 0.5)]


def test_auroc_counts_ties_half() -> None:
    assert auroc([3, 2, 1], [True, True, False]) == 1
    assert auroc([1, 1], [True, False]) == 0.5
    assert isnan(auroc([1], [True]))
