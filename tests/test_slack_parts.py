"""The parts of the Slack bot that ask nobody: markup, blocks, the manifest."""

from __future__ import annotations

import json
import re
from string import Formatter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answer import Answer, Citation, Item, Section
from bot.case.casefile import Turn
from bot.config import ROOT
from bot.findings import Evidence, Finding
from bot.slack import blocks, draw, markup
from bot.slack.check import SCOPES
from bot.slack.intake import Identity
from bot.slack.texts import PROMPTS, TEXTS
from kb.schema import Command
from tests.slack_rules import BOT, ME, TEAM, check_blocks, code, texts
from tests.test_store import address, server  # noqa: F401 (fixtures)

WHO = Identity(ME, BOT, TEAM, "mapi", "Test")


@pytest.mark.parametrize(
    ("raw", "typed"),
    [
        ("<@U0BOT> hello", "hello"),
        ("ask <@U1|taro> in <#C1|wan>", "ask @taro in #wan"),
        ("<!channel> <!here|here> <!subteam^S1|@ops>", "@channel @here @ops"),
        ("<http://cisco.com|cisco.com> <mailto:a@b.c|a@b.c> <https://x.y/z>", "cisco.com a@b.c https://x.y/z"),
        ("<https://x.y/z|the guide>", "the guide (https://x.y/z)"),
        ("dnslookup &lt;FQDN&gt; &amp;&amp; &amp;lt;", "dnslookup <FQDN> && &lt;"),
        ("\u201cSecured Connections\u201d isn\u2019t 0", '"Secured Connections" isn\'t 0'),
        ("dnslookup <FQDN>", "dnslookup <FQDN>"),
        ("「正常」です", "「正常」です"),
    ],
)
def test_slack_markup_is_undone(raw: str, typed: str) -> None:
    assert markup.plain(raw, ME) == typed


@pytest.mark.parametrize(
    ("said", "courtesy"),
    [
        ("thanks!", True), ("Thank you so much", True), ("thanks :pray:", True), ("了解です。", True),
        ("ありがとう、では時刻は？", False), ("ok", False), ("ok it is TGDL", False), ("great, and the core?", False),
        ("it is good", False), ("skip", False),
    ],
)  # fmt: skip
def test_thanks_and_nods_are_told_from_words(said: str, courtesy: bool) -> None:
    assert markup.is_courtesy(said) is courtesy


def test_fences_of_several_lines_are_pastes_and_short_ones_are_words() -> None:
    assert markup.split("what is ```show accelerator``` for?") == ("what is show accelerator for?", "")
    said, pasted = markup.split("see\n```\nMAPI:\n  a: 1\n``` and `TGDL`")
    assert (said, pasted) == ("see\n and TGDL", "MAPI:\n  a: 1")
    assert markup.split("open ```\nline 1\nline 2") == ("open", "line 1\nline 2")


@given(st.text(alphabet=st.sampled_from("<>&!@#|channel U0BOT`*_~\n:/"), max_size=300))
def test_nothing_that_is_written_calls_anybody(words: str) -> None:
    made = [blocks.rich(blocks.section(blocks.prose(words)), *blocks.pre(words)), blocks.context(markup.escaped(words))]
    assert not re.search(r"<[!@#]", markup.escaped(words))
    for run in texts(made[:1]):
        assert isinstance(run, str)
    assert {e["type"] for e in made[0]["elements"]} <= {"rich_text_section", "rich_text_preformatted"}


def _turn(steps: int, output: str = "", findings: tuple[Finding, ...] = ()) -> Turn:
    command = "windows-domain diagnostics encryption-service get-key <exchange server FQDN> <domain name>"
    items = tuple(
        Item("step", f"Step {n}: " + "words " * 60, (1,), (Command(f"{command} {n}", "exec", "read-only"),), output)
        for n in range(steps)
    )
    citation = Citation(1, "t", "Title & more", "kb/guide/en/t.md", 1, 2, "quote")
    answer = Answer("answered", "en", (Section("t", "T" * 200, "main", items),), (citation,), findings)
    return Turn(1, "2026-01-01T00:00:00+00:00", "q", "", answer)


def _pages(turn: Turn) -> list[list[dict]]:
    drawing = draw.Drawing(turn, "case", lambda language, topic: "", "https://kb.example/")
    flat = [block for piece in draw.body(drawing) for block in piece]
    return blocks.pages([*flat, *draw.foot(drawing)])


@pytest.mark.parametrize("steps", [1, 30, 200])
def test_no_page_breaks_a_limit_and_no_command_is_divided(steps: int) -> None:
    made = _pages(_turn(steps))
    assert [check_blocks(page, cards=3) for page in made] == [""] * len(made)
    commands = [one for page in made for one in code(page)]
    wanted = "windows-domain diagnostics encryption-service get-key <exchange server FQDN> <domain name>"
    assert commands == [f"{wanted} {n}" for n in range(steps)]
    assert made[-1][-1]["type"] == "context_actions"
    assert not any(page[-1]["type"] == "header" for page in made)


def test_no_message_is_a_foot_alone() -> None:
    made = [_pages(_turn(steps)) for steps in range(1, 60)]
    assert {len(each) for each in made} > {1, 2}
    assert [each[-1][0]["type"] for each in made if each[-1][0]["type"] in blocks.FOOT] == []
    assert all(check_blocks(page, cards=3) == "" for each in made for page in each)


def test_long_outputs_and_evidence_stay_within_the_limits() -> None:
    proof = Evidence(0, 9_000, "x" * 9_000)
    found = Finding(
        "f", "t", "problem", {"ja": "あ", "en": "It is so"}, {"ja": "い", "en": "r"}, (proof,) * 9, "show x"
    )
    made = _pages(_turn(2, "line\n" * 1_500, (found,)))
    assert [check_blocks(page, cards=3) for page in made] == [""] * len(made)
    shown = "\n".join(run for page in made for run in texts(page))
    assert "its beginning is shown" in shown and "4 more place(s)" in shown
    outputs = "\n".join(one for page in made for one in code(page) if one.startswith("line"))
    assert outputs.count("line") == 3_000


def test_both_languages_say_the_same_things() -> None:
    for key, both in TEXTS.items():
        fields = [{name for _, name, _, _ in Formatter().parse(both[code]) if name} for code in ("ja", "en")]
        assert fields[0] == fields[1], key
        assert all(both.values()), key
    assert len(PROMPTS["ja"]) == len(PROMPTS["en"]) == 4
    assert len(TEXTS["reasons"]["ja"].split("|")) == len(TEXTS["reasons"]["en"].split("|"))


def test_the_manifest_asks_for_what_the_bot_uses() -> None:
    manifest = json.loads((ROOT / "manifest.json").read_text(encoding="utf-8"))
    assert set(manifest["oauth_config"]["scopes"]["bot"]) == set(SCOPES)
    assert set(manifest["settings"]["event_subscriptions"]["bot_events"]) == {
        "app_home_opened", "app_mention", "message.channels", "message.groups", "message.im", "message.mpim",
    }  # fmt: skip
    features = manifest["features"]
    assert "assistant_view" not in features and features["agent_view"]["agent_description"]
    assert [s["callback_id"] for s in features["shortcuts"]] == ["diagnose"]
    assert [c["command"] for c in features["slash_commands"]] == ["/mapi"]
    assert manifest["settings"]["interactivity"]["is_enabled"] and manifest["settings"]["socket_mode_enabled"]
    assert 174 <= len(manifest["display_information"]["long_description"]) <= 4_000
    assert len(manifest["display_information"]["description"]) <= 140
    guide = (ROOT / "docs" / "slack.md").read_text(encoding="utf-8")
    assert [scope for scope in SCOPES if f"`{scope}`" not in guide] == []
