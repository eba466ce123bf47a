"""Grading one answer: support by containment, hard rules, truthfulness."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from evals.cases import Case, expand, parse_record
from evals.grade import grade, truthfulness
from evals.sources import Checkout
from evals.support import content_tokens, exact_tokens, fenced, spans, supported

ARTICLE = """---
id: mapi-ao-state
title: State of the MAPI AO
area: checks
releases: ["4.1.3+"]
roles: [edge]
symptoms: [is it running]
source: "the guide, state"
---

The MAPI AO must be `Running`.

## Steps

1. Show the state of the accelerator.

   ```exec read-only
   show accelerator mapi
   ```
"""
QUOTE = "\n".join(ARTICLE.split("\n")[14:19])
RECORD = {
    "id": "state", "kind": "howto", "tags": [], "ja": "状態は？", "en": "Is it running?", "topics": ["mapi-ao-state"],
    "commands": ["show accelerator mapi"], "facts": [{"any": ["RUNNING"]}, {"any": ["zzz"], "vital": False}],
    "forbid": ["turbo"], "status": "answered",
}  # fmt: skip
ANSWER: dict[str, Any] = {
    "id": "", "status": "answered", "language": "en", "topics": ["mapi-ao-state"], "findings": [],
    "answer": "It must be Running.\n\n```text\nshow accelerator mapi\n```\n",
    "steps": [{"text": "Show the state of the accelerator.", "commands": ["show accelerator mapi"],
               "changes_state": False, "citations": [1], "good": [], "bad": []}],
    "citations": [{"number": 1, "topic": "mapi-ao-state", "title": "State", "path": "kb/guide/en/mapi-ao-state.md",
                   "lines": [15, 19], "quote": QUOTE}],
    "index_version": "v", "model": None, "elapsed_ms": 1.0,
}  # fmt: skip


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    root = tmp_path_factory.mktemp("checkout")
    file = root / "kb" / "guide" / "en" / "mapi-ao-state.md"
    file.parent.mkdir(parents=True)
    file.write_text(ARTICLE, encoding="utf-8")
    return Checkout(root)


def case(**changes: object) -> Case:
    return next(c for c in expand(parse_record(RECORD | changes, "x")) if c.language == "en")


def answer(**changes: object) -> dict[str, Any]:
    return deepcopy(ANSWER) | changes


def test_a_good_answer_has_full_marks(checkout: Checkout) -> None:
    graded = grade(case(), answer(), checkout)
    assert graded.broken == ()
    assert graded.measures.pop("nuggets") == 0.5
    assert set(graded.measures.values()) == {1.0}


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"lines": [15, 90]}, "has no lines 15-90"),
        ({"lines": [0, 2]}, "has no lines 0-2"),
        ({"path": "../../etc/passwd"}, "has no lines"),
        ({"quote": QUOTE + "\n"}, "the quote is not at"),
        ({"quote": ""}, "the quote is not at"),
    ],
)
def test_an_invalid_citation_breaks_the_rule(checkout: Checkout, change: dict, rule: str) -> None:
    body = answer()
    body["citations"][0] |= change
    assert any(rule in sentence for sentence in grade(case(), body, checkout).broken)


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"citations": []}, "no citation"),
        ({"citations": [2]}, "no citation"),
        ({"commands": ["show accelerator map"]}, "stands in no section that it cites"),
        ({"commands": ["show accelerator cifs"]}, "is no command of the guide"),
        ({"text": "Restart the device at once, always."}, "not what its citation says"),
        ({"text": "Show the state of the accelerator 9."}, "not what its citation says"),
        ({"text": "Show no state of the accelerator."}, "not what its citation says"),
    ],
)
def test_a_step_without_support_breaks_the_rule(checkout: Checkout, change: dict, rule: str) -> None:
    body = answer()
    body["steps"][0] |= change
    assert any(rule in sentence for sentence in grade(case(), body, checkout).broken)


def test_code_from_nowhere_breaks_the_rule(checkout: Checkout) -> None:
    for shown in ("`reload now`", "```text\nreload now\n```"):
        broken = grade(case(), answer(answer=f"Type\n\n{shown}"), checkout).broken
        assert any("'reload now'" in sentence for sentence in broken)
    pasted = case(paste="reload now")
    assert grade(pasted, answer(answer="You typed `reload now`."), checkout).broken == ()


def test_a_second_citation_that_adds_nothing_is_decoration(checkout: Checkout) -> None:
    body = answer()
    body["citations"].append(body["citations"][0] | {"number": 2})
    body["steps"][0]["citations"] = [1, 2]
    measures = grade(case(), body, checkout).measures
    assert (measures["citation_recall"], measures["citation_precision"]) == (1.0, 0.0)


@pytest.mark.parametrize(
    ("changes", "body", "score"),
    [
        ({}, {}, 1),
        ({}, {"status": "abstained", "topics": []}, 0),
        ({}, {"answer": "It must be up."}, -1),
        ({}, {"topics": ["a", "b", "c", "mapi-ao-state"]}, -1),
        ({}, {"answer": "Running, with turbo"}, -1),
        ({"status": "abstained", "topics": [], "commands": [], "facts": []}, {}, -1),
        ({"status": "abstained", "topics": [], "commands": [], "facts": []}, {"status": "abstained"}, 1),
        ({"status": "abstained", "topics": [], "commands": [], "facts": []}, {"status": "clarify"}, 0),
    ],
)
def test_truthfulness_is_that_of_crag(changes: dict, body: dict, score: int) -> None:
    assert truthfulness(case(**changes), answer(**body)) == score


def test_evidence_must_be_the_slice(checkout: Checkout) -> None:
    pasted = case(paste="State: Running")
    finding = {"id": "f", "state": "normal", "evidence": [{"start": 7, "end": 14, "text": "Running"}]}
    assert grade(pasted, answer(findings=[finding]), checkout).broken == ()
    finding["evidence"] = [{"start": 6, "end": 13, "text": "Running"}]
    assert "not the slice" in grade(pasted, answer(findings=[finding]), checkout).broken[0]
    finding["evidence"] = []
    assert "without evidence" in grade(pasted, answer(findings=[finding]), checkout).broken[0]


def test_support_is_by_content_and_exact_for_numbers() -> None:
    source = "Open [port 135](traffic-policy.md) on the WAE, see 暗号化の設定."
    assert supported("Open port 135 on WAE.", (), [source])
    assert supported("暗号化の設定", (), [source])
    assert not supported("Open port 136 on WAE.", (), [source])
    assert not supported("Close everything else", (), [source])
    assert content_tokens("the 設定 of It") == {"設定"}
    assert exact_tokens("no 5.0.1, 10.10.10.10 and %WAAS-MAPIAO-3-132104: up") == {
        "no", "5.0.1", "10.10.10.10", "%waas-mapiao-3-132104",
    }  # fmt: skip


def test_code_is_found_in_fences_and_spans() -> None:
    text = "Use `a b`.\n\n- x\n\n  ```text\n  show x\n  ```\n\n````\n```\nraw\n````\n"
    assert fenced(text) == ["show x", "```", "raw"]
    assert spans(text) == ["a b"]
