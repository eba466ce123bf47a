"""The parts of the Slack bot that ask nobody: markup, blocks, intake, the ledger on both databases, the manifest."""

from __future__ import annotations

import json
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from string import Formatter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.reliability import payloads
from bot.answer import Answer, Citation, Item, Section
from bot.case.casefile import Turn
from bot.case.database import Database
from bot.config import ROOT, Config
from bot.findings import Evidence, Finding
from bot.slack import blocks, draw, markup
from bot.slack.check import SCOPES
from bot.slack.intake import Identity, Intake, files_of
from bot.slack.job import Job
from bot.slack.ledger import Ledger, Lost
from bot.slack.limits import LEASE
from bot.slack.texts import PROMPTS, TEXTS
from bot.slack.threads import Threads
from kb.schema import Command
from tests.slack_rules import BOT, ME, TEAM, check_blocks, code, event, texts
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
