"""What is asked in plain words: complaints too vague to name anything, and asks for what the guide has no word on."""

from __future__ import annotations

import pytest

from bot.engine import Bot, Question
from ingest.catalogue import Subject

COUNTERS = Subject(
    {
        "id": "counter-reset",
        "names": {"ja": ["統計の消去"], "en": ["Clearing Counters"]},
        "cues": {"en": ["back to zero"]},
        "asks": {"ja": [[["カウンタ"], ["クリア"]]], "en": [[["reset", "clear"], ["counter", "counters"]]]},
    }
)


@pytest.mark.parametrize("text", ["clear the mapi counters", "how do i reset all counters?", "カウンタをクリアしたい"])
def test_an_ask_is_its_words_in_order_and_close_together(text: str) -> None:
    assert COUNTERS.asked_for(text)


@pytest.mark.parametrize(
    "text",
    ["counters to clear", "clearly counters", "clear the screen, then read all of the counters", "クリアなカウンタ"],
)
def test_words_apart_or_turned_round_are_no_ask(text: str) -> None:
    assert not COUNTERS.asked_for(text)


def test_a_refusal_prints_a_name_and_never_a_turn_of_phrase() -> None:
    assert COUNTERS.named("about clearing counters") == "clearing counters"
    assert COUNTERS.printed("clearing counters", "en") == "Clearing Counters"
    assert COUNTERS.named("set them back to zero") == "back to zero"
    assert COUNTERS.printed("back to zero", "ja") == "統計の消去"
    assert COUNTERS.printed(None, "en") == "Clearing Counters"


@pytest.mark.parametrize(
    "question",
    [
        "People in the field office wait ages for their inbox",
        "Reading mail over our satellite link is painful even with WAAS in place",
        "役員のメールボックスを開くのが拠点からだととても遅い",
        "衛星回線でメールを読むのがつらい",
    ],
)
def test_a_vague_complaint_begins_where_an_investigation_does(bot: Bot, question: str) -> None:
    answer = bot.ask(Question(question))
    assert answer.status == "answered" and answer.sections[0].topic == "mapi-overview"
    assert answer.sections[0].role == "main" and all(section.role != "also" for section in answer.sections)


@pytest.mark.parametrize(
    "question",
    [
        "Printing is slow in the branch", "Our website takes ages to load", "The calendar on my iPhone is slow",
        "拠点の印刷が遅い", "ファイル共有が重い", "iPhone のメールが遅い",
    ],
)  # fmt: skip
def test_a_complaint_about_something_else_stays_outside(bot: Bot, question: str) -> None:
    assert bot.ask(Question(question)).status == "abstained"
