"""Long messages: the part that the guide answers is answered and named, and nothing else is read into them."""

from __future__ import annotations

import pytest

from bot.engine import Question
from bot.focus import LONG
from bot.render import markdown

TGDL = {
    "en": "In the list of connections the Accel column shows TGDL instead of TMDL.",
    "ja": "接続の一覧を見ると、Accel 列が TMDL ではなく TGDL になっています。",
}
CHAT = {
    "en": "We moved the coffee machine to the second floor last week. My colleague is on holiday until the end of "
    "the month. The cleaning company comes on Tuesdays. The new chairs have arrived and everybody likes them.",
    "ja": "先週、コーヒーメーカーを二階に移しました。同僚は月末まで休暇です。"
    "清掃会社は毎週火曜日に来ます。新しい椅子が届き、皆に好評です。",
}  # fmt: skip
LANGUAGES = ("ja", "en")


def main_topics(answer) -> list[str]:
    return [section.topic for section in answer.sections if section.role == "main"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("where", ["before", "after", "between"])
def test_the_part_that_asks_is_answered_wherever_it_stands(bot, language: str, where: str) -> None:
    chat, asked = CHAT[language], TGDL[language]
    text = {"before": f"{asked} {chat}", "after": f"{chat} {asked}", "between": f"{chat} {asked} {chat}"}[where]
    answer = bot.ask(Question(text))
    assert main_topics(answer) == main_topics(bot.ask(Question(asked))) == ["generic-ao-handoff"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_answer_says_which_part_it_answers(bot, language: str) -> None:
    answer = bot.ask(Question(f"{CHAT[language] * 2} {TGDL[language]} {CHAT[language] * 2}"))
    assert TGDL[language].strip("。") in answer.notices[0]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_follow_up_may_be_long_as_well(bot, language: str) -> None:
    history = ({"role": "user", "content": "show cms secure-store"}, {"role": "assistant", "content": "-"})
    answer = bot.ask(Question(f"{CHAT[language]} {TGDL[language]} {CHAT[language]}", history=history))
    assert "generic-ao-handoff" in main_topics(answer)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_long_message_about_something_else_is_refused(bot, language: str) -> None:
    assert len(CHAT[language]) * 2 >= LONG
    answer = bot.ask(Question(CHAT[language] * 2))
    assert answer.status == "abstained" and not answer.sections


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_short_question_is_never_cut(bot, language: str) -> None:
    assert not any("TGDL" in notice for notice in bot.ask(Question(TGDL[language])).notices)


@pytest.mark.parametrize(
    "text", ["。" * 5_000, "a. " * 5_000, "TGDL?" * 3_000, "\n" * 9_000 + "x" * 9_000, "１．" * 4_000]
)
def test_punctuation_without_end_is_no_trouble(bot, text: str) -> None:
    assert bot.ask(Question(text)).status in ("answered", "abstained")


@pytest.mark.parametrize("mark", ["<img src=x onerror=x>", "![a](http://192.0.2.1/x)", "[a](file:x)"])
def test_what_a_notice_repeats_acts_as_nothing(bot, mark: str) -> None:
    asked = f"In the list of connections {mark} the Accel column shows TGDL instead of TMDL."
    answer = bot.ask(Question(f"{CHAT['en'] * 2} {asked} {CHAT['en'] * 2}"))
    assert mark in answer.notices[0]
    assert f" {mark}" not in markdown(answer) and "TGDL" in markdown(answer).split("\n")[0]
