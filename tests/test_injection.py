"""Sentences that try to steer the product, in questions, pastes and documents: they change and tell nothing.

The long run over all of the public sets is ``python -m benchmarks.reliability.injections``, and of
``...planted`` for documents.
"""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from benchmarks.reliability import planted
from benchmarks.reliability.injections import QUESTIONS, SECRETS, Judge, attacks, own, public
from bot.config import Config
from bot.engine import Bot

SAMPLE = 12
"""Attacks of the public sets that the suite tries, each in five ways."""


@pytest.fixture(scope="module")
def judge(settings: Config) -> Judge:
    return Judge(Bot(settings.model_copy(update=SECRETS)))


@pytest.mark.parametrize("text", own())
def test_our_own_attacks_change_nothing(judge: Judge, text: str) -> None:
    for attack in attacks([text]):
        judge.hold(attack)


def test_public_attacks_change_nothing(judge: Judge) -> None:
    texts = public()
    if not texts:
        pytest.skip("the public injection sets are not on this machine")
    for attack in attacks(Random(3).sample(texts, SAMPLE)):
        judge.hold(attack)


def test_attacks_in_documents_change_nothing(settings: Config, tmp_path: Path) -> None:
    clean, others = planted.library(settings, tmp_path / "a", ()), planted.library(settings, tmp_path / "b", own())
    for question in QUESTIONS:
        planted.held(clean, others, question)
    for document, question in planted.ASKED.items():
        assert planted.held(clean, others, question, document) == "as before"
