"""What the Slack bot takes in and remembers, on both databases: claims, leases, threads, who is served."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from benchmarks.reliability import payloads
from bot.case.database import Database
from bot.config import Config
from bot.slack.intake import Identity, Intake, files_of
from bot.slack.job import Job
from bot.slack.ledger import Ledger, Lost
from bot.slack.limits import LEASE
from bot.slack.threads import Threads
from tests.slack_rules import BOT, ME, TEAM, event
from tests.test_store import address, server  # noqa: F401 (fixtures)

WHO = Identity(ME, BOT, TEAM, "mapi", "Test")


@pytest.fixture
def database(address: str):  # noqa: F811 (the fixture)
    opened = Database(address)
    yield opened
    with opened.begin() as connection:
        for table in ("slack_work", "slack_threads"):
            connection.exec_driver_sql(f"DELETE FROM {table}")
    opened.engine.dispose()


def _job(ts: str, thread: str = "C1:1", key: str = "", **more: object) -> Job:
    return Job(key or f"C1:{ts}", "message", thread, ts, "U1", channel="C1", **more)


def test_what_is_known_is_not_taken_in_again(database: Database) -> None:
    ledger = Ledger(database, "a")
    assert ledger.claim(_job("1", event="Ev1"))
    assert not ledger.claim(_job("1", event="Ev2"))
    assert not ledger.claim(_job("2", event="Ev1"))
    assert ledger.claim(_job("3"))
    assert ledger.claim(_job("4"))


def test_of_many_claims_at_once_one_holds(database: Database) -> None:
    ledgers = [Ledger(database, str(n)) for n in range(4)]
    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(lambda n: ledgers[n % 4].claim(_job(str(n // 8), key=f"k{n // 8}")), range(80)))
    assert sum(taken) == 10


def test_work_of_a_thread_is_taken_in_order_and_once(database: Database) -> None:
    ledgers = [Ledger(database, str(n)) for n in range(3)]
    for thread in range(4):
        for ts in ("3", "1", "2"):
            ledgers[0].claim(_job(ts, f"C1:{thread}", key=f"{thread}-{ts}"))
    seen: list[str] = []
    lock = threading.Lock()

    def work(ledger: Ledger) -> None:
        misses = 0
        while misses < 50:
            taken = ledger.take()
            if taken is None:
                misses += 1
                continue
            with lock:
                seen.append(taken.job.key)
            ledger.finish(taken)

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(work, ledgers))
    assert len(seen) == len(set(seen)) == 12
    for thread in range(4):
        assert [key for key in seen if key.startswith(f"{thread}-")] == [f"{thread}-{ts}" for ts in "123"]


def test_a_lease_that_runs_out_frees_the_work_where_it_stood(database: Database) -> None:
    now = [1_000.0]
    dead, alive = Ledger(database, "dead", lambda: now[0]), Ledger(database, "alive", lambda: now[0])
    dead.claim(_job("1", text="said"))
    taken = dead.take()
    assert taken and taken.attempts == 1
    dead.note(taken, case_id="case", turn=3, replies=["9.1"])
    assert alive.take() is None
    now[0] += LEASE / 2
    dead.beat([taken.job.key])
    now[0] += LEASE / 2 + 1
    assert alive.take() is None
    now[0] += LEASE
    again = alive.take()
    assert again and (again.attempts, again.case_id, again.turn, again.replies) == (2, "case", 3, ("9.1",))
    dead.put_back([taken.job.key])
    assert dead.take() is None
    with pytest.raises(Lost):
        dead.note(taken, turn=4)
    dead.finish(taken)
    found = alive.find(taken.job.key)
    assert found and not found.done and found.turn == 3
    alive.finish(again)
    found = alive.find(taken.job.key)
    assert found and found.done and found.job.text == ""


def test_what_was_closed_long_ago_is_forgotten(database: Database) -> None:
    now = [0.0]
    ledger = Ledger(database, "a", lambda: now[0])
    ledger.claim(_job("1"))
    taken = ledger.take()
    assert taken
    ledger.finish(taken)
    ledger.claim(_job("2", "C1:2"))
    now[0] = 91 * 86_400
    ledger.prune()
    assert ledger.find("C1:1") is None and ledger.find("C1:2") is not None


def test_people_who_talk_to_each_other_are_remembered_in_order(database: Database) -> None:
    threads = Threads(database)
    assert threads.bind("C1:1", lambda: "case-1") == "case-1"
    assert threads.bind("C1:1", lambda: "case-2") == "case-1"
    threads.asked("C1:1", "U1", "10")
    threads.overheard("C1:1", "U2", "12")
    threads.overheard("C1:1", "U3", "11")
    bound = threads.get("C1:1")
    assert bound and bound.speaker == "U2" and bound.askers == {"U1"}
    threads.asked("C1:1", "U2", "13")
    bound = threads.get("C1:1")
    assert bound and bound.speaker == "" and bound.askers == {"U1", "U2"}


def _intake(database: Database, **settings: object) -> Intake:
    return Intake(WHO, Config(**settings), Ledger(database, "a"), Threads(database))


def _said(**more: object) -> dict:
    return event({"type": "message", "channel": "C1", "user": "U1", "ts": "1.1", "text": "x", **more}, "Ev1")


def test_bots_and_itself_are_not_answered(database: Database) -> None:
    intake = _intake(database)
    mine = f"<@{ME}> TGDL"
    assert intake.event(_said(text=mine)) is not None
    for more in ({"bot_id": "B9"}, {"user": ME}, {"user": "USLACKBOT"}, {"subtype": "bot_message"},
                 {"subtype": "channel_join"}, {"user": None}):  # fmt: skip
        assert intake.event(_said(text=mine, **more)) is None
    assert intake.event(_said(text="hello all")) is None
    assert intake.event(_said(text="reply", thread_ts="0.9")) is None
    assert intake.event(event({"type": "reaction_added", "user": "U1"}, "Ev2")) is None


def test_which_channels_and_users_are_served_is_configuration(database: Database) -> None:
    intake = _intake(database, slack_channels=("C1",), slack_users=("U1",))
    mention = f"<@{ME}> TGDL"
    kinds = [
        getattr(intake.event(_said(text=mention, **more)), "kind", None)
        for more in ({}, {"channel": "C2"}, {"user": "U2"}, {"channel": "D1", "channel_type": "im"})
    ]
    assert kinds == ["message", "unserved", "unserved", "message"]
    pressed = {"actions": [{"action_id": "mark:good", "value": "case|1|t:1"}], "channel": {"id": "D1"},
               "container": {"message_ts": "1.1"}, "user": {"id": "U1"}}  # fmt: skip
    assert [getattr(intake.action(pressed | more), "kind", None)
            for more in ({}, {"user": {"id": "U2"}}, {"channel": {"id": "C2"}})] == [
        "mark", "unserved", "unserved",
    ]  # fmt: skip
    home = {"type": "app_home_opened", "channel": "D1", "tab": "messages", "event_ts": "1.1"}
    assert intake.event(event(home | {"user": "U1"}, "Ev8")) and not intake.event(event(home | {"user": "U2"}, "Ev9"))
    refused = intake.event(_said(text=mention + " password: hunter2", user="U2"))
    assert refused and "hunter2" not in refused.text


def test_secrets_are_masked_before_the_ledger_sees_them(database: Database) -> None:
    job = _intake(database).event(_said(text=f"<@{ME}> ```enable secret 5 $1$abcd$Zx9Ykqq1.abcdefgh/```"))
    assert job and "Zx9Ykqq1" not in job.text and "enable secret" in job.text


def test_what_no_database_can_hold_does_not_keep_a_message_out() -> None:
    slack, said = payloads.Slack(), _said(channel_type="im", files=[{"id": "F1", "name": "a\ud800\x00.log"}])
    slack.take("event", said)
    (work,) = slack.ledger.of_thread(f"{said['event']['channel']}:{said['event']['ts']}")
    assert work.job.files[0].name == "a\ufffd\ufffd.log"


def test_files_are_found_where_slack_puts_them() -> None:
    rich = [{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [
        {"type": "file", "file_id": "F2"}, {"type": "text", "text": "x"}]}]}]  # fmt: skip
    found = files_of({"files": [{"id": "F1", "name": "a.txt", "size": 3, "url_private": "u"}], "blocks": rich})
    assert [(f.id, f.name, f.access) for f in found] == [("F1", "a.txt", ""), ("F2", "F2", "check_file_info")]
