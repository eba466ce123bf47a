"""A document that says it in its own words: what contradicts an article is found, what only looks like it is not."""

from __future__ import annotations

from typing import Any

import pytest

from bot.retrieve import Retriever
from evals.documents.contradictions import Judge, agreeing, altered, read, sentence

SAID = read()


@pytest.fixture(scope="module")
def judge(retriever: Retriever) -> Judge:
    return Judge(retriever)


@pytest.mark.parametrize("case", SAID["contradicts"], ids=lambda case: case["says"])
def test_what_contradicts_is_found_but_for_what_is_known_to_be_missed(judge: Judge, case: dict[str, Any]) -> None:
    assert judge.of(sentence(case)) == ([] if case.get("missed") else [case["kind"]])


@pytest.mark.parametrize("case", SAID["agrees"], ids=lambda case: case["says"])
def test_what_only_looks_like_it_is_not(judge: Judge, case: dict[str, Any]) -> None:
    assert judge.of(sentence(case)) == []


def test_no_article_and_no_innocent_document_contradicts_one(judge: Judge) -> None:
    wrong = [
        (part.text, topic) for part, topic in agreeing(judge) if {"release", "value"} & set(judge.kinds(part, topic))
    ]
    assert wrong == []


def test_an_altered_release_is_found(judge: Judge) -> None:
    made = [one for article in judge.articles() for kind, one in altered(article) if kind == "release"]
    missed = [one for one in made if "release" not in judge.of(one)]
    assert len(made) > 30 and len(missed) <= 1, missed
