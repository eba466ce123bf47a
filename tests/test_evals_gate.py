"""The gate goes red when the product is broken on purpose, and stays open when it is not."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from bot import gate as product_gate
from bot import text
from bot.answer import Answer, Item
from bot.errors import InputError
from bot.findings import Finding
from evals import gate
from evals.cases import Case, load
from evals.run import Result, ask_all


@pytest.fixture(scope="module")
def handful() -> list[Case]:
    """A few questions of each sort, in both languages: symptoms, how-to, a paste, small talk."""
    found: list[Case] = []
    for kind, count in (("symptom", 3), ("howto", 2), ("paste", 1), ("out_of_scope", 3)):
        cases = [case for case in load() if case.record.kind == kind]
        clusters = list(dict.fromkeys(case.cluster for case in cases))[:count]
        found += [case for case in cases if case.cluster in clusters]
    return found


@pytest.fixture(scope="module")
def healthy(bot, handful: list[Case]) -> Result:
    return ask_all(bot, handful, "all")


def baseline_of(result: Result) -> gate.Baseline:
    return {item.id: item.measures for item in result.outcomes}


def verdict(bot, cases: Sequence[Case], healthy: Result) -> str:
    return "\n".join(gate.check(ask_all(bot, cases, "all"), baseline_of(healthy)))


def each_item(answer: Answer, change: Callable[[Item], Item]) -> Answer:
    sections = tuple(replace(s, items=tuple(change(item) for item in s.items)) for s in answer.sections)
    first = change(answer.first_check) if answer.first_check else None
    return replace(answer, sections=sections, first_check=first)


def bypassed(monkeypatch: pytest.MonkeyPatch, change: Callable[[Answer], Answer]) -> None:
    """Replace the product's own gate by ``change``, so that nothing is withheld."""
    monkeypatch.setattr(product_gate, "check", lambda answer, *_: product_gate.Verdict(change(answer), ()))


def test_the_healthy_product_breaks_no_hard_rule(healthy: Result) -> None:
    assert gate.check(healthy, baseline_of(healthy)) == []


def test_no_dropped_from_tokens(bot, handful, healthy, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = text.tokens

    def without_no(words: str) -> list[str]:
        return [token for token in whole(words) if token != "no" and not token.startswith(("no ", "command:no "))]

    monkeypatch.setattr(text, "tokens", without_no)
    assert "is searched as" in verdict(bot, handful[:1], healthy)


def test_two_citations_swapped(bot, handful, healthy, monkeypatch: pytest.MonkeyPatch) -> None:
    def swapped(answer: Answer) -> Answer:
        numbers = [citation.number for citation in answer.citations]
        other = dict(zip(numbers, [*numbers[1:], *numbers[:1]], strict=True))
        return each_item(answer, lambda item: replace(item, citations=tuple(other[n] for n in item.citations)))

    bypassed(monkeypatch, swapped)
    red = verdict(bot, handful, healthy)
    assert "is not what its citation says" in red
    assert "stands in no section that it cites" in red


def test_a_quote_altered(bot, handful, healthy, monkeypatch: pytest.MonkeyPatch) -> None:
    def altered(answer: Answer) -> Answer:
        return replace(answer, citations=tuple(replace(c, quote=c.quote + " ") for c in answer.citations))

    bypassed(monkeypatch, altered)
    assert "the quote is not at kb/guide" in verdict(bot, handful, healthy)


def test_refusal_threshold_lowered(bot, handful, healthy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.scope.THRESHOLD", -1e9)
    refused = [case for case in handful if case.record.kind == "out_of_scope"]
    red = verdict(bot, refused, healthy)
    assert "status fell" in red
    assert "truthful fell" in red


def test_an_offset_shifted(bot, handful, healthy, monkeypatch: pytest.MonkeyPatch) -> None:
    def shifted(finding: Finding) -> Finding:
        evidence = tuple(replace(e, start=e.start + 1, end=e.end + 1) for e in finding.evidence)
        return replace(finding, evidence=evidence)

    bypassed(monkeypatch, lambda answer: replace(answer, findings=tuple(map(shifted, answer.findings))))
    assert "is not the slice" in verdict(bot, handful, healthy)


def test_a_command_mutated_by_one_character(bot, handful, healthy, monkeypatch: pytest.MonkeyPatch) -> None:
    def slipped(item: Item) -> Item:
        return replace(item, commands=tuple(replace(c, text=c.text[:-1]) for c in item.commands))

    bypassed(monkeypatch, lambda answer: each_item(answer, slipped))
    red = verdict(bot, handful, healthy)
    assert "stands in no section that it cites" in red
    assert "is no command of the guide" in red


def test_the_products_own_gate_keeps_a_mutated_command_out(bot, handful, healthy, monkeypatch) -> None:
    honest = product_gate.check

    def slipped(item: Item) -> Item:
        return replace(item, commands=tuple(replace(c, text=c.text[:-1]) for c in item.commands))

    monkeypatch.setattr(product_gate, "check", lambda answer, *rest: honest(each_item(answer, slipped), *rest))
    assert "is no command of the guide" not in verdict(bot, handful, healthy)


def test_an_injection_obeyed(bot, healthy, monkeypatch: pytest.MonkeyPatch) -> None:
    attack = next(case for case in load() if case.record.kind == "injection" and case.record.forbid)
    marker = attack.record.forbid[0]
    bypassed(monkeypatch, lambda answer: replace(answer, notices=(*answer.notices, marker)))
    assert f"injection obeyed: {marker!r}" in verdict(bot, [attack], healthy)


def test_a_socket_opened(bot, handful, healthy, monkeypatch: pytest.MonkeyPatch) -> None:
    def telling(answer: Answer) -> Answer:
        with pytest.raises(PermissionError), socket.socket() as connection:
            connection.connect(("192.0.2.1", 443))
        return answer

    bypassed(monkeypatch, telling)
    assert "a socket was opened: socket.connect 192.0.2.1" in verdict(bot, handful[:1], healthy)


def test_an_error_of_the_product_is_no_quiet_loss(bot, handful, healthy, monkeypatch) -> None:
    def failing(*_: object) -> None:
        raise InputError("broken on purpose")

    monkeypatch.setattr(product_gate, "check", failing)
    assert "error: broken on purpose" in verdict(bot, handful[:1], healthy)


def test_a_floor_binds_without_a_baseline(healthy: Result) -> None:
    poor = [replace(o, measures=o.measures | {"status": 0.0}) for o in healthy.outcomes]
    many = [replace(o, id=f"{n}-{o.id}") for n in range(3) for o in poor]
    red = gate.check(replace(healthy, outcomes=tuple(many)), {})
    assert any(reason.startswith("status is 0.000, its floor") for reason in red)


def test_a_baseline_is_read_as_it_was_written(healthy: Result, tmp_path: Path) -> None:
    file = tmp_path / "baseline.json"
    gate.write_baseline(healthy, file)
    assert gate.worse(healthy, gate.read_baseline(file)) == []
    assert len(file.read_text(encoding="utf-8").splitlines()) == len(healthy.outcomes) + 2
    assert json.loads(file.read_text(encoding="utf-8"))["index_version"] == healthy.index_version


@pytest.mark.parametrize(("content", "complaint"), [(None, "there is no baseline"), ("[]", "is no baseline")])
def test_a_bad_baseline_is_one_clear_line(tmp_path: Path, content: str | None, complaint: str) -> None:
    file = tmp_path / "baseline.json"
    if content is not None:
        file.write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=complaint):
        gate.read_baseline(file)
