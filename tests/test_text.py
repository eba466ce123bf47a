"""Normalising, language, tokens, spelling and releases."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.commands import expand
from bot.releases import applies, mismatch, named
from bot.spelling import Speller
from bot.text import language, normalise, spelt_out, tokens


@given(st.text())
def test_normalised_text_is_safe_for_the_engine(text: str) -> None:
    safe = normalise(text)
    assert "\x00" not in safe
    safe.encode("utf-8")
    assert "\ufdfa" not in safe


@given(st.text(max_size=200))
def test_tokens_never_fail(text: str) -> None:
    assert all(token for token in tokens(text))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Outlook が遅い", "ja"),
        ("ｱｳﾄﾙｯｸ", "ja"),
        ("Outlook is slow", "en"),
        ("TGDL", "en"),
        ("12345", "en"),
    ],
)
def test_language(text: str, wanted: str) -> None:
    assert language(text) == wanted


def test_identifiers_stay_whole() -> None:
    found = tokens("%WAAS-MAPIAO-3-132104 Client ip: 10.36.14.82 in errorlog/mapiao-errorlog.current, get-key 5.0.3")
    wanted = {
        "%waas-mapiao-3-132104",
        "10.36.14.82",
        "errorlog/mapiao-errorlog.current",
        "get-key",
        "5.0.3",
        "132104",
    }
    assert wanted <= set(found)


def test_no_is_kept() -> None:
    assert "no peer-cert-verify" in tokens("no peer-cert-verify")
    assert "no peer-cert-verify" not in tokens("peer-cert-verify")


@pytest.mark.parametrize("pair", [("サーバー", "server"), ("ｻｰﾊﾞｰ", "サーバー"), ("ＯＵＴＬＯＯＫ", "outlook")])
def test_spellings_of_one_word_meet(pair: tuple[str, str]) -> None:
    assert set(tokens(pair[0])) & set(tokens(pair[1]))


def test_an_abbreviated_command_is_the_command() -> None:
    full = "command:show statistics connection optimized mapi"
    assert full in tokens("sh stat conn opt mapi")
    assert full in tokens("show statistics connection optimized mapi")


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("sh stat conn opt mapi", [(0, "show statistics connection optimized mapi")]),
        ("acc mapi verify", [(0, "accelerator mapi verify")]),
        ("run sh accel mapi please", [(1, "show accelerator mapi")]),
        ("show", []),
        ("s a", []),
    ],
)
def test_expand(typed: str, wanted: list[tuple[int, str]]) -> None:
    assert expand(typed.split()) == wanted


def test_katakana_alone_is_spelt_out_but_loan_words_stay() -> None:
    assert spelt_out("サーバー ト トケイガ ズレテル") == "サーバー と とけいが ずれてる"
    assert spelt_out("サーバーが遅い") == "サーバーが遅い"


def test_spelling_mends_slips_and_leaves_words_and_names_alone() -> None:
    speller = Speller(["accelerator", "exchange", "encryption"])
    assert speller.mend("the accelarator on exchnage") == "the accelerator on exchange"
    assert speller.mend("thanks for showing TGDL") == "thanks for showing TGDL"


def test_releases() -> None:
    assert named("on 5.0.3 and 4.1.5, not 10.1.2.3 or 61.0%") == [(5, 0, 3), (4, 1, 5)]
    assert applies((5, 0, 3), ["5.0.1+"])
    assert not applies((4, 1, 5), ["5.0.1+"])
    assert mismatch("we run 4.1.3", ["5.0.1+"]) == "4.1.3"
    assert mismatch("we run 5.0.3", ["5.0.1+"]) is None
    assert mismatch("no release named", ["5.0.1+"]) is None


@pytest.mark.parametrize(
    ("asked", "outside"),
    [
        ("does 4.x do it?", "4.x"),
        ("4.xで使えますか", "4.x"),
        ("on 4.1.X here", "4.1.X"),
        ("we run 4.3", "4.3"),
        ("It is 4.1.5. What now?", "4.1.5"),
        ("4.1.5aを使用中", "4.1.5"),
        ("5.x and later", None),
        ("on 5.0 here", None),
        ("since 4.x, now 5.0.3", None),
        ("at 10.4.1.5 or 4.5.6.7", None),
        ("4.5 % less", None),
    ],
)
def test_a_series_is_outside_when_none_of_it_applies(asked: str, outside: str | None) -> None:
    assert mismatch(asked, ["5.0.1+"]) == outside


def test_a_series_that_begins_below_a_range_is_no_mismatch() -> None:
    assert mismatch("on 4.1 here", ["4.1.3+"]) is None
    assert mismatch("on 4.0 here", ["4.1.3+"]) == "4.0"
    assert mismatch("on 4.x here", ["4.1.5"]) is None
