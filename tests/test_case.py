"""Conversations, from the symptom to a proven cause or the end of the guide, in both languages."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bot.case.casefile import Case, Check, Turn
from bot.case.nextcheck import Guide, propose
from bot.case.service import CaseService
from bot.case.store import Conflict, Store
from bot.config import ROOT
from bot.errors import InputError

SAMPLES = ROOT / "kb" / "samples"
STATISTICS = "show-statistics-accelerator-mapi/secured.txt"


def sample(name: str) -> str:
    return (SAMPLES / name).read_text(encoding="utf-8")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(f"sqlite:///{tmp_path / 'cases.sqlite3'}")
    yield opened
    opened.close()


@pytest.fixture
def service(bot, store: Store) -> CaseService:
    return CaseService(bot, store)


@pytest.fixture
def guide(bot) -> Guide:
    return Guide(bot.retriever.catalogue)


@pytest.fixture
def talk(service: CaseService) -> Callable[..., list[Turn]]:
    """Say things in one new case: a text, or a (text, paste) pair each."""

    def run(*said: str | tuple[str, str]) -> list[Turn]:
        case = service.new()
        return [service.say(case.id, *((one,) if isinstance(one, str) else one)) for one in said]

    return run


@pytest.mark.parametrize("symptom", ["Outlook の接続が TGDL になります", "Outlook connections show TGDL, not TMDL"])
def test_from_the_symptom_to_the_proven_cause(talk, symptom: str) -> None:
    generic = sample("show-statistics-connection-optimized-mapi/generic.txt")
    first, second, third = talk(symptom, ("", generic), ("", sample(STATISTICS)))
    assert first.next_check and first.next_check.check_id == "generic-ao-handoff:1"
    assert [command.text for command in first.next_check.commands] == ["show statistics connection optimized mapi"]
    assert first.next_check.citation.quote
    assert second.proven is None
    assert ("generic-ao-handoff:1", "bad") in second.marked
    assert second.next_check and second.next_check.check_id == "generic-ao-handoff:2"
    assert third.proven == "generic-ao-handoff"
    assert third.next_check is None and not third.exhausted
    assert {turn.answer.language for turn in (first, second, third)} == {first.answer.language}


@pytest.mark.parametrize(
    ("log", "topic"),
    [
        ("clock-skew", "handoff-clock-skew"),
        ("domain", "handoff-domain-mismatch"),
        ("permission", "handoff-key-permission"),
    ],
)
def test_a_log_proves_its_cause(talk, log: str, topic: str) -> None:
    [turn] = talk(("", sample(f"sr-errorlog/{log}.txt")))
    assert turn.proven == topic


def test_a_later_paste_supersedes_the_earlier_one(service: CaseService) -> None:
    case = service.new()
    service.say(case.id, "Outlook の接続が TGDL です", sample(STATISTICS))
    turn = service.say(case.id, "", sample(STATISTICS).replace("29", "0"))
    assert any("Secured Connections 29 -> 0" in change for change in turn.changes)
    assert any("問題としては出なくなりました" in change for change in turn.changes)
    assert turn.proven is None
    whole = service.get(case.id)
    assert whole and [paste.superseded for paste in whole.evidence] == [True, False]
    assert "mapi-secured-connections" not in {k.finding.id for k in whole.findings if k.finding.state == "problem"}


def test_another_device_supersedes_nothing(service: CaseService) -> None:
    case = service.new()
    text = sample(STATISTICS)
    service.say(case.id, "", text)
    turn = service.say(case.id, "", text.replace("branch-wae3", "core-wae1").replace("29", "0"))
    assert turn.changes == ()
    assert turn.proven == "generic-ao-handoff"
    whole = service.get(case.id)
    assert whole and [paste.devices for paste in whole.evidence] == [("branch-wae3",), ("core-wae1",)]


def test_replies_mark_the_open_check(talk) -> None:
    turns = talk("show accelerator mapi の見方を教えてください", "いいえ", "はい", "はい、有効です", "still broken")
    assert [turn.marked for turn in turns[1:4]] == [
        (("mapi-ao-state:1", "bad"),),
        (("mapi-ao-state:2", "good"),),
        (("mapi-ao-state:3", "good"),),
    ]
    assert turns[4].marked[0][1] == "done"
    assert all(turn.answer.sections and turn.answer.citations for turn in turns)


def test_the_letter_in_the_table_is_a_reply(talk) -> None:
    turns = talk("Outlook の接続が TGDL になります", "M が出ています")
    assert turns[1].marked == (("generic-ao-handoff:1", "good"),)


def test_a_remedy_that_did_not_help_opens_the_search_again(talk) -> None:
    turns = talk(("", sample(STATISTICS)), "それでも直らない")
    assert turns[0].proven and turns[1].proven is None
    assert turns[1].next_check is not None


def test_the_end_of_the_guide_is_said(service: CaseService) -> None:
    case = service.new()
    turn = service.say(case.id, "How do I limit the logs to one host with an access list?")
    while turn.next_check:
        assert turn.number < 60
        turn = service.mark(case.id, turn.next_check.check_id, "good")
    assert turn.exhausted and turn.proven is None
    assert "not in the guide" in " ".join(turn.answer.notices)


@pytest.mark.parametrize("state", ["good", "bad", "done", "skipped"])
def test_every_way_ends_and_no_check_comes_twice(guide: Guide, state) -> None:
    for topic in guide.steps:
        case = Case("x", "en", "", "", focus=(topic,))
        while step := propose(guide, case, None, None).step:
            assert case.check(step.id) is None
            case.checks.append(Check(step.id, step.topic, step.number, step.commands, state, len(case.checks)))


def test_nothing_is_changed_before_something_points_there(guide: Guide) -> None:
    for topic in guide.steps:
        case = Case("x", "en", "", "", focus=(topic,))
        while step := propose(guide, case, None, None).step:
            assert not step.changes
            case.checks.append(Check(step.id, step.topic, step.number, step.commands, "good", len(case.checks)))


def test_a_bad_outcome_goes_on_with_the_step_it_names(guide: Guide) -> None:
    case = Case("x", "en", "", "", focus=("handoff-clock-skew",))
    for number in (1, 2, 3):
        case.checks.append(Check(f"handoff-clock-skew:{number}", "handoff-clock-skew", number, (), "bad", number))
    step = propose(guide, case, None, None).step
    assert step and step.id == "handoff-clock-skew:4" and step.changes


def test_the_release_is_asked_only_where_it_matters(talk) -> None:
    first, second = talk("eMAPI の設定を確認したい", "5.0.1 より前")
    assert first.question and first.question.kind == "release"
    assert second.question is None
    assert second.next_check is None or not second.next_check.topic.startswith("emapi")
    [known] = talk("On 5.0.3, how do I check the eMAPI configuration of a WAE in one go?")
    assert known.question is None or known.question.kind != "release"
    [plain] = talk("How do I check that the MAPI AO is running?")
    assert plain.question is None


def test_refusing_keeps_working_after_ten_good_answers(talk) -> None:
    good = ["Outlook の接続が TGDL になります", "How do I check that the MAPI AO is running?"] * 5
    turns = talk(*good, "カレーの作り方を教えて", "What is the capital of France?", "show accelerator mapi の見方は？")
    assert [turn.answer.status for turn in turns[:10]] == ["answered"] * 10
    assert [turn.answer.status for turn in turns[10:]] == ["abstained", "abstained", "answered"]
    assert turns[10].next_check is None


def test_a_restart_in_the_middle_goes_on(bot, tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path / 'cases.sqlite3'}"
    store = Store(address)
    service = CaseService(bot, store)
    case = service.new("ja")
    before = service.say(case.id, "Outlook の接続が TGDL になります", sample(STATISTICS))
    store.close()
    again = Store(address)
    service = CaseService(bot, again)
    whole = service.get(case.id)
    assert whole and whole.turns == [before] and whole.proven == "generic-ao-handoff"
    assert service.say(case.id, "それでも直らない").next_check
    again.close()


def test_a_deleted_case_leaves_no_secret_behind(bot, tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'cases.sqlite3'}")
    service = CaseService(bot, store)
    case = service.new()
    service.say(case.id, "TGDL ZEBRAMARK", sample(STATISTICS) + "\nsnmp-server community TopSecretWord RO\n")
    files = list(tmp_path.iterdir())
    assert not [file for file in files if b"TopSecretWord" in file.read_bytes()]
    assert [file for file in files if b"ZEBRAMARK" in file.read_bytes()]
    assert service.delete(case.id)
    assert service.get(case.id) is None
    assert not [file for file in tmp_path.iterdir() if b"ZEBRAMARK" in file.read_bytes()]
    with pytest.raises(InputError, match="deleted"):
        service.say(case.id, "TGDL")
    store.close()


def test_evidence_stands_in_the_paste_as_kept(service: CaseService) -> None:
    case = service.new()
    paste = "username admin password 1 hunter2hash\n" + sample(STATISTICS)
    turn = service.say(case.id, "", paste)
    assert "hunter2hash" not in turn.paste
    whole = service.get(case.id)
    assert whole
    for known in whole.findings:
        for proof in known.finding.evidence:
            assert whole.evidence[known.evidence - 1].text[proof.start : proof.end] == proof.text


def test_a_paste_within_the_message_is_evidence(service: CaseService) -> None:
    case = service.new()
    turn = service.say(case.id, sample(STATISTICS))
    assert turn.proven == "generic-ao-handoff"
    whole = service.get(case.id)
    assert whole and whole.evidence[0].outputs[0].command == "show statistics accelerator mapi"
    assert whole.evidence[0].text == turn.text


def test_what_another_process_wrote_meanwhile_is_kept(service: CaseService, store: Store, monkeypatch) -> None:
    case = service.new()
    save, failed = store.save, []

    def late(*arguments: object) -> None:
        if not failed:
            failed.append(True)
            other = store.load(case.id)
            assert other
            other.release = "4.1.5"
            save(other)
            raise Conflict(case.id)
        save(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(store, "save", late)
    service.say(case.id, "What does TGDL mean?")
    whole = service.get(case.id)
    assert whole and whole.release == "4.1.5" and len(whole.turns) == 1


def test_many_threads_lose_no_turn(service: CaseService) -> None:
    case = service.new()
    errors: list[Exception] = []

    def say() -> None:
        try:
            service.say(case.id, "What does TGDL mean?")
        except Exception as error:  # noqa: BLE001 (whatever it was, the test shows it)
            errors.append(error)

    threads = [threading.Thread(target=say) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    whole = service.get(case.id)
    assert errors == []
    assert whole and [turn.number for turn in whole.turns] == list(range(1, 9))


def test_wrong_use_is_refused(service: CaseService) -> None:
    case = service.new()
    with pytest.raises(InputError):
        service.say(case.id, "  ")
    with pytest.raises(InputError):
        service.mark(case.id, "no-topic:1", "good")
    with pytest.raises(InputError):
        service.feedback(case.id, 7, True)
    with pytest.raises(InputError):
        service.export("unknown", "en")
    assert service.get("unknown") is None and not service.delete("unknown")
    assert [info.id for info in service.list()] == [case.id]


def test_feedback_becomes_a_draft(bot, tmp_path: Path, monkeypatch, capsys) -> None:
    from bot import config
    from bot.case.store import open_store
    from evals import __main__ as command
    from evals import drafts

    settings = config.Config(data_dir=tmp_path)
    store = open_store(settings)
    service = CaseService(bot, store)
    case = service.new()
    service.say(case.id, "What does TGDL mean?")
    service.feedback(case.id, 1, False, "10.1.2.3 is on 4.1.5")
    store.close()
    monkeypatch.setattr(config, "current", lambda: settings)
    monkeypatch.setattr(drafts.write_draft, "__defaults__", (tmp_path / "drafts",))
    assert command.main(["drafts"]) == 0
    [draft] = (tmp_path / "drafts").glob("*.yaml")
    assert "10.1.2.3" not in draft.read_text(encoding="utf-8")
    assert command.main(["drafts"]) == 0
    assert "0 draft(s)" in capsys.readouterr().out
