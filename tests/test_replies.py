"""Replies in a conversation: read only where they can mean one thing."""

from __future__ import annotations

import pytest

from bot.case.casefile import Ask
from bot.case.replies import read, release_of, role_of
from kb.schema import Passage

STEP = Passage("step", "", 1, 1, "", good=("rows read `TMDL`; the EPM AO is enabled",), bad=("rows read `TGDL`",))


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("yes", "good"),
        ("No.", "bad"),
        ("yes, it is enabled", "good"),
        ("no, it is not enabled", "bad"),
        ("it is not enabled", "bad"),
        ("TMDL", "good"),
        ("TGDL のままでした", "bad"),
        ("skip", "skipped"),
        ("問題ありません", "good"),
        ("異常です", "bad"),
        ("no TGDL", None),
        ("TMDL and TGDL", None),
        ("Is it enabled?", None),
        ("有効ですか", None),
        ("yes, but the user called again", None),
        ("What does TGDL mean", None),
    ],
)
def test_replies_are_read_only_where_sure(said: str, expected: str | None) -> None:
    reply = read(said, None, STEP)
    assert (reply.value if reply else None) == expected


@pytest.mark.parametrize(
    "said", ["still broken", "それでも直らない", "まだ遅いです", "that didn't help", "変わりません"]
)
def test_still_broken_is_heard(said: str) -> None:
    reply = read(said, None, None)
    assert reply and reply.kind == "broken"


def test_questions_back_are_answered_in_words() -> None:
    release = Ask("release", "", ())
    assert [r.value if (r := read(said, release, None)) else None for said in ("5.0.3 です", "Before 5.0.1", "hm")] == [
        "5.0.3",
        "<5.0.1",
        None,
    ]
    role = read("コアです", Ask("role", "", ()), None)
    assert role and role.value == "core"
    assert (release_of("4.1.5 and 5.0.3"), release_of("on 5.0.3c")) == (None, "5.0.3")
    assert (role_of("This is the edge WAE"), role_of("And on the core?")) == ("edge", None)
