"""Sentences that try to steer the product, in questions and pastes: no other sources, nothing of its own, no secret.

The long run over all of the public sets is ``python -m benchmarks.reliability.injections``.
"""

from __future__ import annotations

from random import Random

import pytest

from benchmarks.reliability.injections import SECRETS, Judge, attacks, own, public
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
