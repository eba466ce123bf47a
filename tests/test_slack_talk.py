"""Conversations in Slack, over a real WebSocket and real HTTP, as the people in the workspace see them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.config import ROOT, Config
from tests.slack_rules import BOT, buttons, code, event, wait_for
from tests.slack_server import Slack
from tests.slack_workspace import Message
from tests.slack_world import (
    AT,
    PUBLIC,
    Scene,
    case_id,
    case_of,
    playing_out,
    text_of,
)

SECURED = (ROOT / "kb/samples/show-statistics-accelerator-mapi/secured.txt").read_text(encoding="utf-8")
WAN = (ROOT / "kb/samples/mapiao-errorlog/wan-secure.txt").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def scene(settings: Config, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """One workspace with one instance; each test keeps to channels of its own."""
    with playing_out(settings, tmp_path_factory.mktemp("slack")) as played:
        yield played


def _file(slack: Slack, name: str, data: bytes, mime: str = "text/plain", **more: object) -> dict:
    slack.files[name] = (data, mime)
    return {"id": f"F-{name}", "name": name, "size": len(data), "mimetype": mime, "mode": "hosted",
            "url_private": f"{slack.url}/files/{name}", **more}  # fmt: skip


@pytest.mark.parametrize(
    ("channel", "question", "title", "word"),
    [
        ("Cja", "Outlook の接続が TMDL ではなく TGDL になっています", "TMDL ではなく TGDL になる", "手順"),
        ("Cen", "Connections show TGDL instead of TMDL", "TGDL instead of TMDL", "Steps"),
    ],
)
def test_a_mention_is_answered_in_its_thread(scene: Scene, channel: str, question: str, title: str, word: str) -> None:
    slack, world, database = scene
    [answer] = world.ask(channel, "U1", f"{AT} {question}")
    shown = text_of(answer)
    assert title in shown and word in shown and "[2]" in shown
    assert "show statistics connection optimized mapi" in code(answer.blocks)
    assert "show statistics accelerator mapi" in code(answer.blocks)
    assert answer.streamed and [card["status"] for card in answer.cards.values()] == ["complete", "complete"]
    assert f"<{PUBLIC}/?case=" in shown
    case = case_of(database, answer)
    assert case is not None and [turn.text for turn in case.turns] == [question]
    cited = {f"{c.path}" for c in case.turns[0].answer.citations}
    assert all(path in shown for path in cited)
    status = [s["status"] for s in slack.statuses if s["channel_id"] == channel]
    assert status and ("ガイド" in status[0]) == (channel == "Cja")


def test_it_goes_on_without_a_mention_and_stays_out_of_talk(scene: Scene) -> None:
    slack, world, database = scene
    [first] = world.ask("Ctalk", "U1", f"{AT} Connections show TGDL instead of TMDL")
    thread = first.thread_ts
    for thanks in ("thanks!", "ありがとうございます！"):
        world.say("Ctalk", "U1", thanks, thread)
    [second] = world.ask("Ctalk", "U1", "it is bad", thread)
    assert "Noted as bad" in text_of(second)
    assert case_id(first) == case_id(second)
    for user, text in (("U2", "did you restart the WAE?"), ("U1", "yes, and the switch too"),
                       ("U1", "<@U2> could you look at the core?"), ("U2", "<!here> anybody?")):  # fmt: skip
        world.say("Ctalk", user, text, thread)
    [asked] = world.ask("Ctalk", "U2", f"{AT} show cms secure-store", thread)
    assert len(slack.replies("Ctalk", thread)) == 3
    assert "secure store" in text_of(asked)
    [shown] = world.ask("Ctalk", "U3", SECURED, thread)
    assert "Secured Connections:" in "\n".join(code(shown.blocks))
    case = case_of(database, first)
    assert case and len(case.turns) == 4 and len(case.evidence) == 1


def test_direct_messages_need_no_mention(scene: Scene) -> None:
    _, world, _ = scene
    [answer] = world.ask("DU7", "U7", "How do I redirect traffic with WCCP?")
    assert "not in the guide" in text_of(answer)
    [follow] = world.ask("DU7", "U7", "MAPI AO が Enabled なのに Shutdown のままです", answer.thread_ts)
    assert "ライセンス" in text_of(follow)
    [other] = world.ask("DU7", "U7", "Clock skew too great")
    assert case_id(other) != case_id(answer)


def test_an_empty_mention_gets_a_hint(scene: Scene) -> None:
    _, world, _ = scene
    [answer] = world.ask("Cempty", "U1", AT)
    assert text_of(answer) == "Describe the symptom or paste device output; a text file will do as well."


@pytest.mark.parametrize("fence", ["```\n{}\n```", "{}"])
def test_pasted_output_is_read_as_it_was_printed(scene: Scene, fence: str) -> None:
    _, world, database = scene
    pasted = SECURED.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    [answer] = world.ask(f"Cpaste{len(fence)}", "U1", f"{AT} \u201cwhat\u201d does it show? " + fence.format(pasted))
    assert "Secured Connections:" in "\n".join(code(answer.blocks))
    assert [c["status"] for c in answer.cards.values()][:1] == ["complete"]
    assert answer.cards["read"]["output"] == "show statistics accelerator mapi"
    case = case_of(database, answer)
    assert case and case.evidence and case.evidence[0].outputs[0].command == "show statistics accelerator mapi"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp932", "euc_jp"])
def test_output_arrives_as_a_file(scene: Scene, encoding: str) -> None:
    slack, world, database = scene
    name = f"{encoding}.log"
    file = _file(slack, name, ("エッジ WAE のログ\n" + WAN).encode(encoding), mode="snippet")
    [answer] = world.ask(f"Cfile{encoding}", "U1", f"{AT} このログを見てください", files=[file], subtype="file_share")
    assert "SECURED_STATE_NOT_ESTABLISHED" in "\n".join(code(answer.blocks))
    assert "no peer-cert-verify" in code(answer.blocks)
    case = case_of(database, answer)
    assert case and case.evidence[0].text.startswith("エッジ WAE")
    assert {token for path, token in slack.file_calls if path == f"/files/{name}"} == {"Bearer xoxb-test-token"}


def test_files_that_the_mention_left_out_are_found(scene: Scene) -> None:
    slack, world, _ = scene
    file = _file(slack, "left-out.txt", SECURED.encode())
    message = world.message("Cleft", "U1", f"{AT} what is this?", files=[file], subtype="file_share")
    for payload in world.payloads(message, bare_mention=True):
        slack.deliver(payload)
    [answer] = world.answers("Cleft", message["ts"], set())
    assert "Secured Connections:" in "\n".join(code(answer.blocks))


def test_a_mention_under_output_reads_the_output(scene: Scene) -> None:
    _, world, _ = scene
    root = world.say("Cabove", "U5", SECURED)
    [answer] = world.ask("Cabove", "U1", f"{AT} what does this show?", root)
    assert "Secured Connections:" in "\n".join(code(answer.blocks))


@pytest.mark.parametrize(
    ("name", "more", "reason"),
    [
        ("photo.png", {"mimetype": "image/png"}, "it is no text"),
        ("binary.bin", {}, "it is no text"),
        ("huge.log", {"size": 6_000_000}, "larger than 5.0 MB"),
        ("liar.log", {"size": 10}, "larger than 5.0 MB"),
        ("drive.txt", {"is_external": True}, "kept outside Slack"),
        ("stolen.txt", {"url_private": "http://127.0.0.1:1/stolen.txt"}, "kept outside Slack"),
        ("redirect.txt", {}, "files:read"),
        ("gone.txt", {}, "deleted"),
        ("hidden.txt", {"mode": "hidden_by_limit"}, "deleted"),
        ("connect.txt", {"file_access": "check_file_info"}, "deleted"),
        ("empty.txt", {}, "is empty"),
    ],
)
def test_a_file_that_is_not_read_is_named_with_the_reason(scene: Scene, name: str, more: dict, reason: str) -> None:
    slack, world, _ = scene
    data = {"liar.log": b"x" * 5_100_000, "empty.txt": b" \n", "binary.bin": b"\0\1\2" * 900}.get(name, b"text")
    file = _file(slack, name, data) | more
    if name in ("gone.txt", "connect.txt"):
        del slack.files[name]
    [answer] = world.ask(f"Cno-{name}", "U1", AT, files=[file], subtype="file_share")
    assert name in text_of(answer) and reason in text_of(answer)
    assert not any(path.startswith("/elsewhere") for path, _ in slack.file_calls)
    assert all(card["status"] in ("error", "complete") for card in answer.cards.values())


def test_a_file_beside_others_is_read_and_the_rest_named(scene: Scene) -> None:
    slack, world, _ = scene
    files = [_file(slack, "one.txt", SECURED.encode()), _file(slack, "two.png", b"x", "image/png")]
    [answer] = world.ask("Cboth", "U1", f"{AT} 見てください", files=files, subtype="file_share")
    assert "two.png はテキスト" in text_of(answer)
    assert "Secured Connections:" in "\n".join(code(answer.blocks))


def test_a_shared_channel_file_is_looked_up(scene: Scene) -> None:
    slack, world, _ = scene
    whole = _file(slack, "looked-up.txt", SECURED.encode())
    slack.infos[whole["id"]] = whole
    bare = {"id": whole["id"], "file_access": "check_file_info"}
    [answer] = world.ask("Cinfo", "U1", f"{AT} 見てください", files=[bare], subtype="file_share")
    assert "Secured Connections:" in "\n".join(code(answer.blocks))


def test_an_edited_question_is_answered_over_the_old_answer(scene: Scene) -> None:
    slack, world, database = scene
    message = world.message("Cedit", "U1", f"{AT} Connections show TGDL instead of TMDL")
    for payload in world.payloads(message):
        slack.deliver(payload)
    [first] = world.answers("Cedit", message["ts"], set())
    unchanged = {**message, "edited": {"user": "U1", "ts": slack.ts()}}
    changed = {**message, "text": f"{AT} Clock skew too great", "edited": {"user": "U1", "ts": slack.ts()}}
    for inner in (unchanged, changed):
        envelope = {"type": "message", "subtype": "message_changed", "channel": "Cedit", "channel_type": "channel",
                    "message": inner, "previous_message": message, "ts": slack.ts()}  # fmt: skip
        slack.deliver(event(envelope, world.event_id()))
        slack.deliver(event({**inner, "type": "app_mention"}, world.event_id()))
    wait_for(lambda: "Answered again" in text_of(first), "the edit was not answered")
    assert "clock" in text_of(first).lower() and first.edits == 1
    assert slack.replies("Cedit", message["ts"]) == [first]
    case = case_of(database, first)
    assert case and [turn.text for turn in case.turns] == [
        "Connections show TGDL instead of TMDL",
        "Clock skew too great",
    ]


def test_a_mention_added_by_an_edit_is_answered(scene: Scene) -> None:
    slack, world, _ = scene
    message = world.message("Clate", "U1", "Clock skew too great")
    slack.deliver(event(message, world.event_id()))
    edited = {**message, "text": f"{AT} Clock skew too great", "edited": {"user": "U1", "ts": slack.ts()}}
    envelope = {"type": "message", "subtype": "message_changed", "channel": "Clate", "channel_type": "channel",
                "message": edited, "previous_message": message, "ts": slack.ts()}  # fmt: skip
    slack.deliver(event(envelope, world.event_id()))
    [answer] = world.answers("Clate", message["ts"], set())
    assert "clock" in text_of(answer).lower()


def test_a_deleted_question_takes_its_answer_and_its_case_along(scene: Scene) -> None:
    slack, world, database = scene
    [answer] = world.ask("Cdel", "U1", f"{AT} Clock skew too great")
    gone = {"type": "message", "subtype": "message_deleted", "channel": "Cdel", "deleted_ts": answer.thread_ts,
            "ts": slack.ts(), "event_ts": slack.ts()}  # fmt: skip
    slack.deliver(event(gone, world.event_id()))
    wait_for(lambda: ("Cdel", answer.ts) in slack.deleted, "the answer still stands")
    wait_for(lambda: case_of(database, answer) is None, "the case still stands")


def test_of_a_deleted_question_in_a_longer_case_the_case_stays(scene: Scene) -> None:
    slack, world, database = scene
    [first] = world.ask("Cdel2", "U1", f"{AT} Clock skew too great")
    second_ts = world.say("Cdel2", "U1", "show cms secure-store", first.thread_ts)
    wait_for(lambda: len(slack.replies("Cdel2", first.thread_ts)) == 2, "no second answer")
    gone = {"type": "message", "subtype": "message_deleted", "channel": "Cdel2", "deleted_ts": second_ts,
            "ts": slack.ts(), "event_ts": slack.ts()}  # fmt: skip
    slack.deliver(event(gone, world.event_id()))
    wait_for(lambda: slack.replies("Cdel2", first.thread_ts) == [first], "the answer still stands")
    assert case_of(database, first) is not None


def test_output_without_words_is_answered_in_the_persons_language(scene: Scene) -> None:
    _, world, _ = scene
    world.ask("DUja2", "Uja2", "TGDL になっています")
    [answer] = world.ask("Clang", "Uja2", f"{AT} ```{SECURED}```")
    assert "問題" in text_of(answer)


def test_markup_of_a_paste_calls_nobody(scene: Scene) -> None:
    slack, world, _ = scene
    text = f"{AT} <!channel> <@U2> TGDL &lt;!everyone&gt; ```{SECURED}\nclient &lt;!here&gt; &lt;@U5&gt;```"
    [answer] = world.ask("Ccall", "U1", text)
    world.click(answer, next(iter(buttons(answer.blocks))), "U1") if buttons(answer.blocks) else None
    [private] = world.hooked(world.command("<!channel> TGDL <@U5>", "U4", "Ccall"))
    seen = Message("Ccall", "1.7", blocks=private["blocks"])
    place = {"type": "message", "message_ts": "1.7", "channel_id": "Ccall", "is_ephemeral": True}
    world.click(seen, "Share in this channel", "U4", container=place)
    wait_for(lambda: any(m.channel == "Ccall" and not m.thread_ts for m in slack.mine()), "not shared")
    assert slack.broken == []


def test_other_bots_are_not_answered(scene: Scene) -> None:
    slack, world, _ = scene
    for more in ({"bot_id": "B9"}, {"bot_id": BOT}, {"subtype": "bot_message"}):
        world.say("Cbots", "U8", f"{AT} TGDL", **more)
    world.quiet("Cbots", "U1")
    assert [m for m in slack.mine() if m.channel == "Cbots"] == []


def test_a_mention_begins_anew_where_the_case_was_deleted_in_the_web_chat(scene: Scene) -> None:
    _, world, database = scene
    from bot.case.store import Store

    [first] = world.ask("Cgone", "U1", f"{AT} Clock skew too great")
    store = Store(database)
    store.delete(case_id(first))
    store.close()
    [second] = world.ask("Cgone", "U1", f"{AT} TGDL になっています", first.thread_ts)
    assert case_id(second) != case_id(first)


def test_the_web_chat_holds_the_samecase_of(scene: Scene, settings: Config, tmp_path: Path) -> None:
    _, world, database = scene
    [answer] = world.ask("Cweb", "U1", f"{AT} ```{SECURED}```")
    from concurrent.futures import Future

    from bot.web.desk import Desk, Seat
    from bot.web.serve import load

    loaded: Future = Future()
    loaded.set_result(load(settings.model_copy(update={"database_url": database})))
    view = Desk(loaded).open(Seat(), case_id(answer))
    assert view.chat and view.panel and "Secured Connections" in view.panel
