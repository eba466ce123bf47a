"""Secrets are masked in every form that people paste them in, and nothing else is touched."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
import yaml

from bot.config import ROOT
from bot.redact import MASK, redact
from tests.secret_lines import DAMAGE, cut, leaks, lines, plain

TOLD, HARMLESS = lines("told.txt"), lines("harmless.txt")
KNOWN = {"on one line": ("パスワードは以下です",), "upper case": ("SNMPGET", "SNMPWALK")}
"""Lines that one kind of damage makes unreadable: a sentence without its end, options that mean something else."""
ON_PURPOSE = ("GOLD-553",)
"""What an attack in the eval cases calls a password."""


@pytest.mark.parametrize("damage", DAMAGE)
def test_every_secret_is_masked_whatever_the_paste_went_through(damage: str) -> None:
    damaged = [DAMAGE[damage](line) for line in TOLD]
    missed = [line for line in damaged if leaks(line) and not line.startswith(KNOWN.get(damage, ("\0",)))]
    assert missed == []


@pytest.mark.parametrize("damage", DAMAGE)
def test_what_holds_no_secret_stays_byte_for_byte(damage: str) -> None:
    damaged = [DAMAGE[damage](line) for line in HARMLESS]
    assert [redact(line) for line in damaged] == damaged


def test_masking_again_changes_nothing_and_takes_no_line_away() -> None:
    for line in map(plain, TOLD):
        masked = redact(line)
        assert MASK in masked
        assert redact(masked) == masked
        assert "-----" in line or "----" in line or masked.count("\n") == line.count("\n")


def test_a_secret_is_masked_in_the_middle_of_an_output() -> None:
    output = (ROOT / "kb/samples/show-statistics-accelerator-mapi/secured.txt").read_text(encoding="utf-8")
    for line in map(plain, TOLD[::7]):
        assert redact(f"{output}\n{line}\n\n{output}") == f"{output}\n{redact(line)}\n\n{output}"


@pytest.mark.parametrize(
    "line", ["username admin password 7 ⟦0822455D0A165B4C⟧", "tacacs key ⟦longplainword⟧", 'password: "⟦W1nter24⟧"']
)
def test_a_secret_that_a_terminal_cut_in_two_goes_whole(line: str) -> None:
    text, one, two = cut(line) or ("", "", "")
    masked = redact(text)
    assert one not in masked and two not in masked
    assert redact(f"{text[:40]}\n{two} stays") == f"{text[:40]}\n{two} stays"


def _words() -> Iterator[str]:
    """Yield the articles, their samples, and every text of the eval cases."""
    for file in (*ROOT.glob("kb/guide/*/*.md"), *ROOT.glob("kb/samples/**/*.*"), *ROOT.glob("kb/*.yaml")):
        yield file.read_text(encoding="utf-8")
    for file in ROOT.glob("evals/cases/*.yaml"):
        yield from _texts(yaml.load(file.read_text(encoding="utf-8"), yaml.CSafeLoader))


def _texts(found: object) -> Iterator[str]:
    if isinstance(found, str):
        yield found
    for inner in found.values() if isinstance(found, dict) else found if isinstance(found, list) else ():
        yield from _texts(inner)


def test_the_guide_its_samples_and_the_cases_hold_nothing_to_mask() -> None:
    words = [re.sub("|".join(ON_PURPOSE), "", text) for text in _words()]
    assert len(words) > 5_000
    assert [text for text in words if redact(text) != text] == []
