"""Each event is answered once: delivered again, out of order, across crashes, restarts and two instances."""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.case.database import SLACK_WORK, Database
from bot.case.store import Store
from bot.config import Config
from tests.slack_rules import ME, code, wait_for
from tests.slack_server import Slack
from tests.slack_world import Instance, World, playing, running, text_of
from tests.test_store import address, server  # noqa: F401 (fixtures)

AT = f"<@{ME}>"
QUESTIONS = (
    "Connections show TGDL instead of TMDL", "Clock skew too great", "show cms secure-store",
    "Outlook の接続が TMDL ではなく TGDL になっています", "How do I redirect traffic with WCCP?",
)  # fmt: skip


def _owners(database: str) -> set[str]:
    """Return the instances that have taken work."""
    opened = Database(database)
    with opened.begin() as connection:
        found = set(connection.scalars(sa.select(SLACK_WORK.c.owner))) - {""}
    opened.engine.dispose()
    return found


def _expire(database: str, owners: set[str]) -> None:
    """Let the leases of dead instances run out, as a minute does."""
    theirs = sa.not_(SLACK_WORK.c.done) & SLACK_WORK.c.owner.in_(owners)
    opened = Database(database)
    with opened.begin() as connection:
        connection.execute(sa.update(SLACK_WORK).where(theirs).values(until=0.0))
    opened.engine.dispose()


def _cases(database: str) -> dict[str, list[str]]:
    """Return what was said in each case."""
    store = Store(database)
    found = [store.load_whole(info.id) for info in store.infos()]
    store.close()
    return {case.id: [turn.text for turn in case.turns] for case in found if case}


def test_over_a_hundred_events_across_crash_restart_and_two_instances(
    settings: Config,
    address: str,  # noqa: F811 (the fixture)
) -> None:
    chance = random.Random(7)
    with playing() as slack:
        world = World(slack)
        first, second = (Instance(settings, address, slack) for _ in range(2))
        messages = [
            world.message(f"D{n}" if n % 5 == 0 else f"C{n % 7}", f"U{n % 9}",
                          ("" if n % 5 == 0 else f"{AT} ") + QUESTIONS[n % len(QUESTIONS)])
            for n in range(70)
        ]  # fmt: skip
        payloads = [payload for message in messages for payload in world.payloads(message)]
        again = chance.sample(payloads, round(len(payloads) * 0.3))
        assert len(payloads) > 100
        with running(first):
            sent = {slack.push(payload): payload for payload in payloads[:60]}
            wait_for(lambda: len(slack.mine()) > 8, "nothing is answered")
            dead = _owners(address)
            second.start()
            for payload in chance.sample(again, len(again)) + payloads[60:90]:
                sent[slack.push(payload)] = payload
            first.kill()
            wait_for(lambda: slack.connections == 1, "the dead instance still listens")
            _expire(address, dead)
            with running(second):
                wait_for(lambda: len(slack.mine()) > 20, "nobody takes over")
            first.start()
            rest = [payload for envelope, payload in sent.items() if envelope not in slack.acked]
            rest += payloads[90:] + again
            chance.shuffle(rest)
            with running(second):
                wait_for(lambda: slack.connections == 2, "the instances are not back")
                for payload in rest:
                    slack.deliver(payload)
                for message in messages:
                    world.answers(message["channel"], message["ts"], set())
                for payload in chance.sample(payloads, len(payloads)):
                    slack.deliver(payload)
        answered = Counter((m.channel, m.thread_ts) for m in slack.mine())
        assert answered == Counter({(m["channel"], m["ts"]): 1 for m in messages})
        assert not any(m.streaming for m in slack.mine())
        assert slack.broken == []
    said = sorted(text for texts in _cases(address).values() for text in texts)
    assert said == sorted(m["text"].removeprefix(f"{AT} ") for m in messages)


CRASHES: list[tuple[str, Callable[[Slack], None]]] = [
    ("chat.startStream", lambda slack: None),
    ("chat.appendStream", lambda slack: slack.expire_streams()),
    ("chat.stopStream", lambda slack: None),
]


@pytest.mark.parametrize(("method", "meanwhile"), CRASHES)
def test_an_instance_that_dies_while_it_answers_is_taken_over(
    settings: Config, tmp_path: Path, method: str, meanwhile: Callable[[Slack], None]
) -> None:
    database = f"sqlite:///{tmp_path / 'cases.sqlite3'}"
    with playing() as slack:
        world = World(slack)
        dying, heir = (Instance(settings, database, slack) for _ in range(2))
        with running(dying):
            before = len(slack.said(method))
            gate = slack.gates[method] = threading.Event()
            ts = world.say("C1", "U1", f"{AT} Connections show TGDL instead of TMDL")
            wait_for(lambda: slack.waiting[method] > before, f"{method} is not called")
            dead = _owners(database)
            dying.kill()
            meanwhile(slack)
            gate.set()
            wait_for(lambda: len(slack.said(method)) > before, f"{method} did not arrive")
            slack.gates.clear()
        _expire(database, dead)
        with running(heir):
            [answer] = world.answers("C1", ts, set())
            follow = world.ask("C1", "U1", "it is bad", ts)
        assert len([m for m in slack.mine() if m.thread_ts == ts]) == 2 and "Noted as bad" in text_of(*follow)
        assert code(answer.blocks).count("show statistics connection optimized mapi") == 1
        assert answer.blocks[-1]["type"] == "context_actions"
    assert list(_cases(database).values()) == [["Connections show TGDL instead of TMDL", "it is bad"]]


def test_a_stop_frees_what_is_left_at_once(settings: Config, tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path / 'cases.sqlite3'}"
    with playing() as slack:
        world = World(slack)
        leaving, staying = (Instance(settings, database, slack) for _ in range(2))
        with running(leaving):
            gate = slack.gates["chat.startStream"] = threading.Event()
            asked = [world.say(f"C{n}", "U1", f"{AT} Clock skew too great") for n in range(12)]
            wait_for(lambda: slack.waiting["chat.startStream"] >= 4, "nothing is under way")
            threading.Timer(1.0, gate.set).start()
        slack.gates.clear()
        with running(staying):
            for n, ts in enumerate(asked):
                assert len(world.answers(f"C{n}", ts, set())) == 1
        assert len(slack.mine()) == 12


def test_messages_of_one_thread_are_answered_in_their_order(settings: Config, tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path / 'cases.sqlite3'}"
    with playing() as slack:
        world = World(slack)
        with running(Instance(settings, database, slack), Instance(settings, database, slack)):
            [first] = world.ask("C1", "U1", f"{AT} Connections show TGDL instead of TMDL")
            texts = ["it is bad", "show cms secure-store", "Clock skew too great", "it is bad", "TGDL になっています"]
            gate = slack.gates["chat.startStream"] = threading.Event()
            for text in texts:
                world.say("C1", "U1", text, first.thread_ts)
            gate.set()
            wait_for(lambda: len(slack.replies("C1", first.thread_ts)) == 6, "not all is answered")
            world.quiet("C1", "U1")
    [said] = [texts for texts in _cases(database).values() if len(texts) > 1]
    assert said == ["Connections show TGDL instead of TMDL", *texts]
