"""Japanese typed in Latin letters is taken for Japanese, and English never is."""

from __future__ import annotations

import pytest

from bot.config import ROOT
from bot.romaji import is_romaji, kana
from bot.text import language


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("emapi no jouken wa nani desuka", "emapi の 条件 は なに ですか"),
        ("TGDL ni natte imasu doushite", "TGDL に なって imasu どうして"),
        ("accel mapi no mikata wo oshiete", "accel mapi の 見方 を 教えて"),
        ("Outlook ga osoi desu", "Outlook が 遅い です"),
    ],
)
def test_romaji_is_read_as_it_would_be_written(typed: str, read: str) -> None:
    assert is_romaji(typed) and language(typed) == "ja"
    assert kana(typed, {"mapi", "emapi", "imasu"}) == read


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("isshoni", "いっしょに"),
        ("ippan", "いっぱん"),
        ("kesshou", "けっしょう"),
        ("fukkyuu", "ふっきゅう"),
        ("isshuukan", "いっしゅうかん"),
    ],
)
def test_doubled_consonants_within_a_word_are_read(typed: str, read: str) -> None:
    """Python 3.11's regular expressions failed with a SystemError on a group within an atomic one."""
    assert kana(f"{typed} desuka", ()) == f"{read} ですか"


def test_a_question_with_doubled_consonants_is_answered(bot) -> None:
    from bot.engine import Question

    answer = bot.ask(Question("Outlook no angouka settei wa doko desuka, isshoni session mo mitai"))
    assert answer.language == "ja" and answer.status == "answered"


def test_a_word_that_is_no_row_of_syllables_stays() -> None:
    assert kana("kerberos status wo kakunin", ()) == "kerberos status を 確認"


def test_a_long_word_is_judged_at_once() -> None:
    word = "na" * 19 + "q"
    assert kana(word, ()) == word
    assert kana("na" * 20, ()) == "な" * 20


@pytest.mark.parametrize("text", ["is 5.0.3 ga?", "no, to the core", "made in time", "mapi ao", "wo", ""])
def test_particles_alone_make_no_japanese(text: str) -> None:
    assert not is_romaji(text)


def test_no_line_of_the_english_articles_is_taken_for_romaji() -> None:
    for path in sorted((ROOT / "kb" / "guide" / "en").glob("*.md")):
        assert [line for line in path.read_text(encoding="utf-8").splitlines() if is_romaji(line)] == []
