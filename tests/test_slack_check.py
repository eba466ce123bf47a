"""What an administrator is told before the Slack bot starts, and people who are not served."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot.config import Config
from tests.slack_rules import ME, SECRET, event, holds, wait_for
from tests.slack_server import Slack
from tests.slack_world import Instance, World, playing, running

AT = f"<@{ME}>"
QUESTION = f"{AT} Connections show TGDL instead of TMDL"


@pytest.fixture(scope="module")
def quiet() -> Iterator[Slack]:
    with playing() as slack:
        yield slack


def _instance(settings: Config, slack: Slack, tmp_path_factory: pytest.TempPathFactory, **more: str) -> Instance:
    return Instance(settings, f"sqlite:///{tmp_path_factory.mktemp('check') / 'c.sqlite3'}", slack, **more)


def test_the_check_finds_nothing_missing(
    settings: Config, quiet: Slack, tmp_path_factory: pytest.TempPathFactory
) -> None:
    status, said = _instance(settings, quiet, tmp_path_factory, KB_SLACK_CHANNELS="C1").run("--check")
    assert status == 0 and "nothing is missing" in said and "MISSING" not in said
    assert "the app is in C1" in said and "Slack greets" in said


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"SLACK_BOT_TOKEN": "xoxb-wrong"}, "does not accept SLACK_BOT_TOKEN: invalid_auth"),
        ({"SLACK_BOT_TOKEN": ""}, "SLACK_BOT_TOKEN is not set"),
        ({"SLACK_APP_TOKEN": "xapp-wrong"}, "SLACK_APP_TOKEN is wrong"),
        ({"SLACK_APP_TOKEN": ""}, "SLACK_APP_TOKEN is not set"),
        ({"KB_SLACK_MODE": "http", "SLACK_SIGNING_SECRET": ""}, "SLACK_SIGNING_SECRET"),
        ({"KB_SLACK_CHANNELS": "Cnot"}, "Cnot cannot be read (not_in_channel)"),
        ({"SLACK_API_URL": "http://127.0.0.1:1/api/"}, "Slack cannot be reached"),
        ({"KB_DATABASE_URL": "sqlite:////proc/none/c.sqlite3"}, "case database"),
    ],
)
def test_the_check_names_what_is_missing(
    settings: Config, quiet: Slack, tmp_path_factory: pytest.TempPathFactory, more: dict, words: str
) -> None:
    quiet.outside.add("Cnot")
    status, said = _instance(settings, quiet, tmp_path_factory, **more).run("--check")
    assert status == 1
    assert [line for line in said.splitlines() if line.startswith("MISSING") and words in line], said


def test_the_check_names_a_missing_scope(
    settings: Config, quiet: Slack, tmp_path_factory: pytest.TempPathFactory
) -> None:
    quiet.scopes -= {"files:read"}
    quiet.scopes |= {"users:read"}
    try:
        status, said = _instance(settings, quiet, tmp_path_factory).run("--check")
    finally:
        quiet.scopes |= {"files:read"}
        quiet.scopes -= {"users:read"}
    assert status == 1 and "1 thing(s) to mend" in said
    assert "scope files:read (to read output that comes as a file): add it" in said
    assert "scope users:read is not needed" in said


@pytest.mark.parametrize(
    ("error", "words"),
    [("missing_scope", "connections:write"), ("forbidden", "Socket Mode is off")],
)
def test_the_check_says_why_there_is_no_socket(
    settings: Config, quiet: Slack, tmp_path_factory: pytest.TempPathFactory, error: str, words: str
) -> None:
    quiet.fail("apps.connections.open", error)
    status, said = _instance(settings, quiet, tmp_path_factory).run("--check")
    assert status == 1 and words in said


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"SLACK_APP_TOKEN": ""}, "SLACK_APP_TOKEN must be set"),
        ({"SLACK_BOT_TOKEN": "", "SLACK_APP_TOKEN": ""}, "SLACK_BOT_TOKEN and SLACK_APP_TOKEN must be set"),
        ({"KB_SLACK_MODE": "http", "SLACK_SIGNING_SECRET": ""}, "SLACK_SIGNING_SECRET must be set"),
        ({"SLACK_BOT_TOKEN": "xoxb-wrong"}, "Slack does not accept SLACK_BOT_TOKEN: invalid_auth"),
        ({"SLACK_APP_TOKEN": "xapp-wrong"}, "Slack refuses Socket Mode: invalid_auth"),
        ({"KB_SLACK_MODE": "carrier-pigeon"}, "setting slack_mode"),
    ],
)
def test_it_does_not_start_without_what_it_needs(
    settings: Config, quiet: Slack, tmp_path_factory: pytest.TempPathFactory, more: dict, words: str
) -> None:
    status, said = _instance(settings, quiet, tmp_path_factory, **more).run()
    assert status == 1 and words in said
    assert "Traceback" not in said and "xoxb-wrong" not in said and SECRET not in said
    assert said.count("bot: ") == 1
    assert not holds(lambda: "serves" in said, 0)


def test_which_channels_are_served_is_told_to_who_asks_elsewhere(
    settings: Config, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with playing() as slack:
        world = World(slack)
        instance = _instance(settings, slack, tmp_path_factory, KB_SLACK_CHANNELS="Cyes", KB_SLACK_USERS="U1,U2")
        with running(instance):
            assert world.ask("Cyes", "U1", QUESTION)
            for channel, user in (("Cno", "U1"), ("Cyes", "U3")):
                world.say(channel, user, f"{AT} TGDL になっています")
                at = (channel, user)
                wait_for(lambda at=at: any((p["channel"], p["user"]) == at for p in slack.private), "nobody was told")
            [told] = world.hooked(world.command("TGDL", "U3", "Cyes"))
            assert "does not serve" in told["text"] and "使えません" in slack.private[0]["text"]
            assert slack.mine() == slack.replies("Cyes", slack.mine()[0].thread_ts)
            unasked = event({"type": "message", "channel": "Cno", "user": "U1", "ts": slack.ts(), "text": "hi"}, "Evx")
            slack.deliver(unasked)
            assert len(slack.private) == 2
