"""The gate withholds whatever its sources do not prove; every command of every topic, by any one slip."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.answer import Answer
from bot.compose import Composer
from bot.findings import Evidence, Finding
from bot.gate import check, fence_lines
from kb.schema import Command


def whole_answer(retriever, topic: str, language: str) -> Answer:
    composer = Composer(retriever.catalogue, language)
    section = composer.whole(topic)
    return Answer("answered", language, (section,), composer.citations)


def test_an_honest_answer_passes_whole(retriever) -> None:
    for topic in retriever.catalogue.topics():
        for language in ("ja", "en"):
            answer = whole_answer(retriever, topic, language)
            verdict = check(answer, retriever.catalogue.quote)
            assert verdict.withheld == ()
            assert verdict.answer == answer


def slips(text: str) -> list[str]:
    """Every text that one slip makes of ``text``: a character dropped, doubled, or replaced."""
    dropped = [text[:i] + text[i + 1 :] for i in range(len(text))]
    doubled = [text[: i + 1] + text[i:] for i in range(len(text))]
    replaced = [text[:i] + ("x" if text[i] != "x" else "y") + text[i + 1 :] for i in range(len(text))]
    return [slip for slip in dropped + doubled + replaced if slip != text]


def test_a_command_with_one_slip_is_withheld(retriever) -> None:
    tried = 0
    for topic in retriever.catalogue.topics():
        answer = whole_answer(retriever, topic, "en")
        section = answer.sections[0]
        for item in [item for item in section.items if item.commands]:
            allowed = set().union(*(fence_lines(c.quote) for c in answer.citations if c.number in item.citations))
            for command in item.commands:
                for slip in slips(command.text):
                    if slip in allowed:
                        continue
                    forged = replace(item, commands=(Command(slip, command.mode, command.effect),))
                    spoilt = replace(answer, sections=(replace(section, items=(forged,)),))
                    verdict = check(spoilt, retriever.catalogue.quote)
                    tried += 1
                    assert f"command {slip}" in verdict.withheld
                    assert not any(c.text == slip for step in verdict.answer.steps for c in step.commands)
    assert tried > 5_000


def test_a_dropped_no_is_withheld(retriever) -> None:
    answer = whole_answer(retriever, "handoff-wan-secure", "en")
    commands = {command.text for item in answer.steps for command in item.commands}
    assert "no peer-cert-verify" in commands
    section = answer.sections[0]
    item = next(i for i in section.items if any(c.text == "no peer-cert-verify" for c in i.commands))
    forged = replace(item, commands=(Command("peer-cert-verify", "config-ssl-peering", "changes-state"),))
    verdict = check(replace(answer, sections=(replace(section, items=(forged,)),)), retriever.catalogue.quote)
    assert "command peer-cert-verify" in verdict.withheld


def test_swapped_citations_withhold_their_items(retriever) -> None:
    answer = whole_answer(retriever, "epm-ao", "ja")
    section = answer.sections[0]
    items = list(section.items)
    items[0], items[1] = (
        replace(items[0], citations=items[1].citations),
        replace(items[1], citations=items[0].citations),
    )
    verdict = check(replace(answer, sections=(replace(section, items=tuple(items)),)), retriever.catalogue.quote)
    assert len(verdict.withheld) >= 2


def test_a_forged_quote_withholds_what_rests_on_it(retriever) -> None:
    answer = whole_answer(retriever, "epm-ao", "en")
    forged = replace(answer.citations[0], quote=answer.citations[0].quote + " and reload")
    verdict = check(replace(answer, citations=(forged, *answer.citations[1:])), retriever.catalogue.quote)
    assert "citation 1" in verdict.withheld
    assert all(1 not in item.citations for section in verdict.answer.sections for item in section.items)


def test_added_prose_is_withheld(retriever) -> None:
    answer = whole_answer(retriever, "epm-ao", "en")
    section = answer.sections[0]
    forged = replace(section.items[0], text=section.items[0].text + " Then run reload.")
    verdict = check(replace(answer, sections=(replace(section, items=(forged,)),)), retriever.catalogue.quote)
    assert verdict.answer.status == "abstained"


@pytest.mark.parametrize("shift", [-1, 1])
def test_evidence_must_be_the_slice_it_claims(retriever, shift: int) -> None:
    paste = "Secured Connections: 29"
    right = Finding("x", "generic-ao-handoff", "problem", {}, {}, (Evidence(0, 23, paste),))
    wrong = replace(right, evidence=(Evidence(0, 23 + shift, paste),))
    answer = replace(whole_answer(retriever, "epm-ao", "en"), findings=(right, wrong))
    assert check(answer, retriever.catalogue.quote, paste).answer.findings == (right,)


def test_a_verdict_without_evidence_is_no_finding(retriever) -> None:
    bare = Finding("x", "epm-ao", "problem", {}, {}, ())
    unseen = replace(bare, state="not_shown", next_command="show license")
    answer = replace(whole_answer(retriever, "epm-ao", "en"), findings=(bare, unseen))
    assert check(answer, retriever.catalogue.quote).answer.findings == (unseen,)
