"""What people do in Slack beside talking: buttons, the command, the shortcut, thumbs, the agent's pane."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot.config import ROOT, Config
from tests.slack_rules import TEAM, buttons, code, event, texts, wait_for
from tests.slack_server import Slack
from tests.slack_workspace import Message
from tests.slack_world import AT, Scene, World, case_id, case_of, playing_out, text_of

SECURED = (ROOT / "kb/samples/show-statistics-accelerator-mapi/secured.txt").read_text(encoding="utf-8")
WAN = (ROOT / "kb/samples/mapiao-errorlog/wan-secure.txt").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def scene(settings: Config, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """One workspace with one instance; each test keeps to channels of its own."""
    with playing_out(settings, tmp_path_factory.mktemp("slack")) as played:
        yield played


def test_buttons_mark_the_next_check_once(scene: Scene) -> None:
    slack, world, database = scene
    [first] = world.ask("Cmark", "U1", f"{AT} Outlook の接続が TMDL ではなく TGDL になっています")
    before = {m.ts for m in slack.mine()}
    payload = world.click(first, "異常だった", "U2")
    [second] = world.answers("Cmark", first.thread_ts, before)
    slack.deliver(payload, "interactive")
    assert "手順 1 を異常と記録しました" in text_of(second)
    assert "show statistics accelerator mapi" in code(second.blocks)
    before = {m.ts for m in slack.mine()}
    world.click(second, "スキップ", "U2")
    [third] = world.answers("Cmark", first.thread_ts, before)
    assert "飛ばしました" in text_of(third)
    case = case_of(database, first)
    assert case and len(case.turns) == 3


def test_a_question_back_is_answered_by_a_button(scene: Scene) -> None:
    slack, world, _ = scene
    for text in (
        "The connections of Outlook are encrypted and slow, what now?",
        "it is bad",
        "it is bad",
        "still broken",
    ):
        thread = next((m.thread_ts for m in slack.mine() if m.channel == "Cback"), "")
        answers = world.ask("Cback", "U1", text if thread else f"{AT} {text}", thread)
        found = [m for m in answers if {"Before 5.0.1", "Edge"} & set(buttons(m.blocks))]
        if found:
            break
    [asking] = found
    label = "Before 5.0.1" if "Before 5.0.1" in buttons(asking.blocks) else "Edge"
    before = {m.ts for m in slack.mine()}
    world.click(asking, label, "U1")
    [answer] = world.answers("Cback", asking.thread_ts, before)
    assert f"Noted: {label}" in text_of(answer)


def test_a_related_topic_is_asked_by_its_button(scene: Scene, retriever) -> None:
    slack, world, _ = scene
    titles = {article.front.title for article in retriever.catalogue.articles.values()}
    [first] = world.ask("Crel", "U1", f"{AT} Connections show TGDL instead of TMDL")
    label = next(label for label in buttons(first.blocks) if label in titles)
    before = {m.ts for m in slack.mine()}
    world.click(first, label, "U1")
    [answer] = world.answers("Crel", first.thread_ts, before)
    assert label in text_of(answer)


def test_feedback_is_kept_with_its_reason(scene: Scene) -> None:
    slack, world, database = scene
    [answer] = world.ask("Cfeed", "U1", f"{AT} Clock skew too great")
    element = answer.blocks[-1]["elements"][0]
    press = {"action_id": "feedback", "type": "feedback_buttons"}
    world.press(answer, press | {"value": element["positive_button"]["value"]}, "U1")
    wait_for(lambda: any(p["user"] == "U1" and "recorded" in p["text"] for p in slack.private), "no thanks")
    case = case_of(database, answer)
    assert case and case.turns[0].up is True
    clicked = world.press(answer, press | {"value": element["negative_button"]["value"]}, "U1")
    wait_for(lambda: any(v["trigger_id"] == clicked["trigger_id"] for v in slack.views), "no form")
    view = next(v for v in slack.views if v["trigger_id"] == clicked["trigger_id"])
    values = {"kind": {"kind": {"selected_option": {"value": "Steps are missing"}}},
              "words": {"words": {"value": "no word on NTP; password: hunter2"}}}  # fmt: skip
    filled = {key: view[key] for key in ("type", "callback_id", "private_metadata")} | {"state": {"values": values}}
    slack.deliver(
        {"type": "view_submission", "team": {"id": TEAM}, "user": {"id": "U1"}, "view": filled}, "interactive"
    )
    from bot.case.store import Store

    store = Store(database)
    [thumb] = [t for t in store.complaints() if t.case_id == case_id(answer)]
    store.close()
    assert thumb.reason.startswith("Steps are missing: no word on NTP") and "hunter2" not in thumb.reason


def test_the_command_answers_privately_and_is_shared_by_a_button(scene: Scene) -> None:
    slack, world, database = scene
    path = world.command("Connections show TGDL instead of TMDL", "U4", "Cslash")
    [private] = world.hooked(path)
    assert private["response_type"] == "ephemeral" and not private["replace_original"]
    assert "Only you can see this answer." in "\n".join(texts(private["blocks"]))
    assert [m for m in slack.mine() if m.channel == "Cslash"] == []
    seen = Message("Cslash", "1.5", blocks=private["blocks"])
    place = {"type": "message", "message_ts": "1.5", "channel_id": "Cslash", "is_ephemeral": True}
    for _ in range(2):
        clicked = world.click(seen, "Share in this channel", "U4", container=place)
    wait_for(lambda: any("Shared" in h["text"] for h in slack.hooked), "sharing was not confirmed")
    [shared] = [m for m in slack.mine() if m.channel == "Cslash"]
    assert shared.thread_ts == "" and "Connections show TGDL" in text_of(shared)
    assert case_id(shared) == case_id(seen)
    [answer] = world.ask("Cslash", "U4", "it is bad", shared.ts)
    assert "Noted as bad" in text_of(answer) and case_id(answer) == case_id(seen)
    before = {m.ts for m in slack.mine()}
    clicked = world.click(seen, "It was good", "U4", container=place)
    [again] = world.hooked(clicked["response_url"].removeprefix(slack.url))
    assert "Noted as good" in "\n".join(texts(again["blocks"]))
    assert {m.ts for m in slack.mine()} == before


def test_the_command_without_words_says_how_to_use_it(scene: Scene) -> None:
    _, world, _ = scene
    [told] = world.hooked(world.command("  ", "U4", "Cslash0"))
    assert "/mapi" in told["text"] and told["response_type"] == "ephemeral"


def test_a_private_answer_is_shared_where_the_bot_is_no_member(scene: Scene) -> None:
    slack, world, _ = scene
    slack.outside.add("Cout")
    [private] = world.hooked(world.command("TGDL になっています", "U4", "Cout"))
    seen = Message("Cout", "1.6", blocks=private["blocks"])
    place = {"type": "message", "message_ts": "1.6", "channel_id": "Cout", "is_ephemeral": True}
    clicked = world.click(seen, "このチャンネルに共有", "U4", container=place)
    came = world.hooked(clicked["response_url"].removeprefix(slack.url), 2)
    assert came[0]["response_type"] == "in_channel" and "招待" in came[-1]["text"]


def _shortcut(slack: Slack, world: World, channel: str, text: str, **more: object) -> tuple[str, str]:
    ts, url = slack.ts(), slack.hook()
    slack.messages[channel, ts] = Message(channel, ts, "U9", text)
    slack.deliver({
        "type": "message_action", "callback_id": "diagnose", "trigger_id": f"t{ts}", "response_url": url,
        "team": {"id": TEAM}, "channel": {"id": channel}, "user": {"id": "U1"}, "action_ts": slack.ts(),
        "message_ts": ts, "message": {"type": "message", "ts": ts, "user": "U9", "text": text, **more},
    }, "interactive")  # fmt: skip
    return ts, url.removeprefix(slack.url)


def test_the_shortcut_diagnoses_a_message_even_of_another_bot(scene: Scene) -> None:
    slack, world, _ = scene
    ts, _ = _shortcut(slack, world, "Cshort", "", bot_id="B9", attachments=[{"text": SECURED}])
    [answer] = world.answers("Cshort", ts, set())
    assert "Secured Connections:" in "\n".join(code(answer.blocks))


def test_the_shortcut_answers_privately_where_the_bot_is_no_member(scene: Scene) -> None:
    slack, world, _ = scene
    slack.outside.add("Cshort-out")
    _, path = _shortcut(slack, world, "Cshort-out", SECURED)
    [told] = world.hooked(path)
    assert told["response_type"] == "ephemeral" and "Secured Connections:" in "\n".join(code(told["blocks"]))


def test_opening_the_agent_offers_questions(scene: Scene) -> None:
    slack, world, _ = scene
    for user in ("Unew", "Uja"):
        if user == "Uja":
            world.ask("DUja", user, "Clock skew too great と出ました")
        opened = {
            "type": "app_home_opened",
            "user": user,
            "channel": f"D{user}",
            "tab": "messages",
            "event_ts": slack.ts(),
        }
        slack.deliver(event(opened, world.event_id()))
        wait_for(lambda at=f"D{user}": any(p["channel_id"] == at for p in slack.prompts), "no prompts")
    new, known = (next(p["prompts"] for p in slack.prompts if p["channel_id"] == f"D{u}") for u in ("Unew", "Uja"))
    assert len(new) == len(known) == 4
    assert [any(ord(c) > 0x3000 for c in p["message"]) for p in new] == [True, True, False, False]
    assert all(any(ord(c) > 0x3000 for c in p["message"]) for p in known)
