"""When Slack is slow, refuses, forgets or falls silent; and events that come over HTTP."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator

import httpx
import pytest

from bot.config import ROOT, Config
from tests.slack_rules import GONE, ME, check_blocks, code, signed, wait_for
from tests.slack_server import Slack
from tests.slack_world import Instance, World, playing, running, text_of

AT = f"<@{ME}>"
QUESTION = f"{AT} Connections show TGDL instead of TMDL"
LONGEST = f"{AT} " + (ROOT / "kb/samples/mapiao-errorlog/wan-secure.txt").read_text(encoding="utf-8")
Scene = tuple[Slack, World]


@pytest.fixture(scope="module")
def scene(settings: Config, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    database = f"sqlite:///{tmp_path_factory.mktemp('slack') / 'cases.sqlite3'}"
    with playing() as slack, running(Instance(settings, database, slack)):
        yield slack, World(slack)


@pytest.fixture(autouse=True)
def nothing_fails_before(request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    if "scene" in request.fixturenames:
        slack = request.getfixturevalue("scene")[0]
        slack.refuse.clear()
        for gate in slack.gates.values():
            gate.set()
        slack.gates.clear()


@pytest.mark.parametrize("method", ["chat.startStream", "chat.appendStream", "chat.stopStream"])
def test_a_rate_limit_is_waited_out(scene: Scene, method: str) -> None:
    slack, world = scene
    slack.fail(method, "ratelimited", times=2, status=429, retry_after=0)
    [answer] = world.ask(f"Crate{method}", "U1", QUESTION)
    assert "show statistics accelerator mapi" in code(answer.blocks)
    assert answer.edits == 0


@pytest.mark.parametrize("method", ["chat.appendStream", "chat.stopStream"])
def test_a_stream_that_expired_is_finished_by_an_update(scene: Scene, method: str) -> None:
    slack, world = scene
    gate = slack.gates[method] = threading.Event()
    ts = world.say(f"Cexp{method}", "U1", QUESTION)
    wait_for(lambda: any(m.channel == f"Cexp{method}" for m in slack.mine()), "no stream")
    slack.expire_streams()
    gate.set()
    [answer] = world.answers(f"Cexp{method}", ts, set())
    assert answer.edits == 1 and check_blocks(answer.blocks) == ""
    assert code(answer.blocks).count("show statistics connection optimized mapi") == 1
    assert answer.blocks[-1]["type"] == "context_actions"
    assert slack.said(method)


@pytest.mark.parametrize("error", ["invalid_chunks", "internal_error", GONE])
def test_a_refused_piece_of_a_stream_does_not_lose_the_answer(scene: Scene, error: str) -> None:
    slack, world = scene
    slack.fail("chat.appendStream", error)
    [answer] = world.ask(f"Cpiece{error}", "U1", QUESTION)
    assert "show statistics accelerator mapi" in code(answer.blocks) and answer.blocks[-1]["type"] == "context_actions"


@pytest.mark.parametrize("error", ["unknown_method", "feature_not_enabled", "method_not_supported_for_channel_type"])
def test_where_nothing_can_be_streamed_it_is_posted(scene: Scene, error: str) -> None:
    slack, world = scene
    slack.fail("chat.startStream", error)
    [answer] = world.ask(f"Cpost{error}", "U1", QUESTION)
    assert not answer.streamed and "show statistics accelerator mapi" in code(answer.blocks)


def test_where_no_status_can_be_shown_it_is_answered_all_the_same(scene: Scene) -> None:
    slack, world = scene
    slack.fail("assistant.threads.setStatus", "missing_scope")
    assert world.ask("Cstatus", "U1", QUESTION)


def test_an_answer_of_several_messages_repeats_and_loses_nothing(scene: Scene) -> None:
    slack, world = scene
    text = "\n".join([LONGEST] * 1) + "\n" + "\n".join(
        file.read_text(encoding="utf-8") for file in sorted((ROOT / "kb/samples").rglob("*.txt"))[:14]
    )  # fmt: skip
    file = {"id": "Fall", "name": "all.log", "size": len(text.encode()), "mimetype": "text/plain", "mode": "hosted",
            "url_private": f"{slack.url}/files/all.log"}  # fmt: skip
    slack.files["all.log"] = (text.encode(), "text/plain")
    ts = world.say("Cmany", "U1", f"{AT} what is wrong?", files=[file], subtype="file_share")
    answers = world.answers("Cmany", ts, set())
    assert len(answers) > 1 and "(continued 2/" in text_of(answers[1])
    assert [check_blocks(m.blocks, len(m.cards)) for m in answers] == [""] * len(answers)
    assert "Sources" in text_of(answers[-1]) or "出典" in text_of(answers[-1])


@pytest.mark.parametrize("status", [500, 503])
def test_a_fault_of_slack_passes(scene: Scene, status: int) -> None:
    slack, world = scene
    slack.fail("chat.startStream", "", status=status)
    [answer] = world.ask(f"Cfault{status}", "U1", QUESTION)
    assert "show statistics accelerator mapi" in code(answer.blocks)


def test_a_message_that_was_posted_in_the_dark_is_not_posted_again(scene: Scene) -> None:
    """Slack starts the stream, but its answer gets lost: the next attempt goes on with what stands there."""
    slack, world = scene
    real = slack._chat_startStream

    def lost(body: dict) -> object:
        real(body)
        slack._chat_startStream = real
        return httpx_free_failure()

    slack._chat_startStream = lost
    [answer] = world.ask("Cdark", "U1", QUESTION)
    assert answer.edits == 1 and "show statistics accelerator mapi" in code(answer.blocks)


def httpx_free_failure() -> object:
    from starlette.responses import PlainTextResponse

    return PlainTextResponse("upstream failed", 502)


def test_a_failure_is_told_in_one_sentence(scene: Scene) -> None:
    slack, world = scene
    slack.fail("chat.stopStream", "invalid_blocks")
    slack.fail("chat.update", "invalid_blocks")
    [answer] = world.ask("Cfail", "U1", f"{AT} TGDL になっています")
    assert text_of(answer) == "回答できませんでした: Slack refused: invalid_blocks"


def test_where_it_may_not_post_the_person_alone_is_told(scene: Scene) -> None:
    slack, world = scene
    slack.fail("chat.startStream", "is_archived")
    world.say("Carch", "U1", QUESTION)
    wait_for(lambda: any(p["channel"] == "Carch" for p in slack.private), "nobody was told")
    [told] = [p for p in slack.private if p["channel"] == "Carch"]
    assert told["user"] == "U1" and "is_archived" in told["text"]


@pytest.mark.parametrize("politely", [True, False])
def test_a_lost_connection_comes_back(scene: Scene, politely: bool) -> None:
    slack, world = scene
    opened = len(slack.said("apps.connections.open"))
    slack.drop(politely=politely)
    wait_for(lambda: len(slack.said("apps.connections.open")) > opened and slack.connections, "no new connection")
    [answer] = world.ask(f"Clost{politely}", "U1", QUESTION)
    assert "show statistics accelerator mapi" in code(answer.blocks)


def test_everything_is_acknowledged_before_anything_is_answered(scene: Scene) -> None:
    slack, world = scene
    gate = slack.gates["chat.startStream"] = threading.Event()
    messages = [world.message("Cload", f"U{n}", QUESTION) for n in range(40)]
    envelopes = [slack.push(payload) for message in messages for payload in world.payloads(message)]
    wait_for(lambda: all(envelope in slack.acked for envelope in envelopes), "not acknowledged under load")
    assert [m for m in slack.mine() if m.channel == "Cload"] == []
    gate.set()
    for message in messages:
        assert len(world.answers("Cload", message["ts"], set())) == 1


# -- HTTP


@pytest.fixture(scope="module")
def web(settings: Config, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Slack, World, str]]:
    database = f"sqlite:///{tmp_path_factory.mktemp('slack') / 'cases.sqlite3'}"
    with playing() as slack:
        instance = Instance(settings, database, slack, KB_SLACK_MODE="http")
        with running(instance):
            assert slack.said("apps.connections.open") == []
            yield slack, World(slack), f"http://127.0.0.1:{instance.port}/slack/events"


def _post(url: str, payload: dict, headers: dict | None = None, **sign: object) -> httpx.Response:
    body = json.dumps(payload).encode()
    own = {"content-type": "application/json", **signed(body, **sign), **(headers or {})}
    return httpx.post(url, content=body, headers=own, trust_env=False)


def test_by_http_events_are_signed_and_answered_once(web: tuple[Slack, World, str]) -> None:
    slack, world, url = web
    message = world.message("Chttp", "U1", QUESTION)
    payloads = world.payloads(message)
    for attempt in range(3):
        again = {"x-slack-retry-num": str(attempt), "x-slack-retry-reason": "http_timeout"} if attempt else {}
        assert [_post(url, payload, again).status_code for payload in payloads] == [200, 200]
    [answer] = world.answers("Chttp", message["ts"], set())
    [other] = world.answers("Chttp", _asked(world, url), set())
    assert slack.replies("Chttp", message["ts"]) == [answer] and other


def _asked(world: World, url: str) -> str:
    message = world.message("Chttp", "U1", f"{AT} Clock skew too great")
    for payload in world.payloads(message):
        _post(url, payload)
    return str(message["ts"])


def test_by_http_commands_and_buttons_come_as_forms(web: tuple[Slack, World, str]) -> None:
    slack, world, url = web
    from urllib.parse import urlencode

    form = {"command": "/mapi", "text": "TGDL", "user_id": "U1", "channel_id": "C1", "team_id": "T1",
            "trigger_id": "1.2.3", "response_url": slack.hook()}  # fmt: skip
    body = urlencode(form).encode()
    kind = {"content-type": "application/x-www-form-urlencoded"}
    found = httpx.post(url, content=body, headers=kind | signed(body), trust_env=False)
    assert (found.status_code, found.text) == (200, "")
    [told] = world.hooked(form["response_url"].removeprefix(slack.url))
    assert "show statistics accelerator mapi" in code(told["blocks"])


def test_by_http_what_slack_did_not_sign_is_refused(web: tuple[Slack, World, str]) -> None:
    slack, world, url = web
    message = world.message("Cforged", "U1", QUESTION)
    payload = world.payloads(message)[0]
    assert _post(url, payload, secret="guessed").status_code == 401
    assert _post(url, payload, at=1_600_000_000).status_code == 401
    assert httpx.post(url, json=payload, trust_env=False).status_code == 401
    body = json.dumps(payload).encode() + b" " * 1_100_000
    assert httpx.post(url, content=body, headers=signed(body), trust_env=False).status_code == 413
    assert httpx.get(url, trust_env=False).status_code == 405
    assert _post(url, {"type": "url_verification", "challenge": "abc"}).json() == {"challenge": "abc"}
    _asked(world, url)
    assert [m for m in slack.mine() if m.channel == "Cforged"] == []


# -- before it starts
