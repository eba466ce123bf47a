"""Whatever happened to a paste, it reads the same; what is cut off is said, and nothing is made up."""

from __future__ import annotations

import unicodedata
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.reading.parse import parse
from tests.damage import DAMAGES, STAGES, Damage, apply, notes, one_line, with_syslog, wrapped
from tests.samples import SAMPLES, exact, ours, outputs, states

CLEAN = {name: parse(text) for name, text in SAMPLES.items()}
# A sentence that nobody knows ends nowhere once everything is on one line or lies under notes.
OPEN = {"windows-domain-diagnostics-encryption-service-get-key/unknown-sentence"}
NAMES = st.sampled_from(sorted(set(SAMPLES) - OPEN))
CLAIMS = ("problem", "normal")


def bare(text: str) -> str:
    """Return what evidence is compared by: letters and digits as they are spelled in ASCII."""
    return "".join(c for c in unicodedata.normalize("NFKC", text) if c.isalnum())


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
@pytest.mark.parametrize("name", SAMPLES)
def test_one_damage_changes_nothing(name: str, damage: Damage) -> None:
    for seed in range(3):
        text = apply(SAMPLES[name], [damage], seed)
        result = parse(text)
        exact(text, result)
        assert outputs(result) == outputs(CLEAN[name])
        assert states(result) == states(CLEAN[name])


@st.composite
def chains(draw: st.DrawFn) -> list[Damage]:
    """Draw at most one damage of each stage; a break within words only where lines stay lines."""
    chosen = [draw(st.sampled_from(stage)) for stage in STAGES if draw(st.booleans())]
    if one_line in chosen:
        chosen = [damage for damage in chosen if damage not in (with_syslog, notes)]
    return [damage for damage in chosen if damage is not wrapped]


@given(NAMES, chains(), st.integers(0, 10_000))
@settings(max_examples=300, deadline=None, derandomize=True)
def test_damages_together_change_nothing(name: str, chosen: list[Damage], seed: int) -> None:
    text = apply(SAMPLES[name], chosen, seed)
    result = parse(text)
    exact(text, result)
    assert outputs(result) == outputs(CLEAN[name])
    assert states(result) == states(CLEAN[name])


MARKING = {"with_syslog", "notes", "wiki_marks", "pager", "ansi", "slack", "quoted", "stamped"}
PLAIN = [damage for damage in DAMAGES if damage.__name__ not in MARKING]


@given(NAMES, st.sampled_from(PLAIN), st.integers(0, 1000))
@settings(max_examples=200, deadline=None, derandomize=True)
def test_evidence_is_the_same_text(name: str, damage: Damage, seed: int) -> None:
    result = parse(apply(SAMPLES[name], [damage], seed))

    def proofs(found: list) -> list[str]:
        return sorted(bare(e.text) for f in found for e in f.evidence)

    assert proofs(ours(result)) == proofs(ours(CLEAN[name]))


@given(NAMES, st.lists(st.sampled_from(DAMAGES), max_size=5, unique=True), st.integers(0, 10_000))
@settings(max_examples=300, deadline=None, derandomize=True)
def test_no_mixture_of_damages_makes_a_claim_of_its_own(name: str, chosen: list[Damage], seed: int) -> None:
    text = apply(SAMPLES[name], chosen, seed)
    result = parse(text)
    exact(text, result)
    claims = {(f.id, f.state) for f in ours(result) if f.state in CLAIMS}
    assert claims <= set(states(CLEAN[name]))


# One connection of two says less than both together: a part of that sample may claim what the whole does not.
PARTS = sorted(set(SAMPLES) - {"show-statistics-connection-optimized-mapi-detail/two-connections"})


@pytest.mark.parametrize("name", PARTS)
def test_what_is_cut_off_is_never_claimed(name: str) -> None:
    text, chance = SAMPLES[name], Random(name)
    allowed = {pair for pair in states(CLEAN[name]) if pair[1] in CLAIMS}
    for _ in range(40):
        at = chance.randrange(1, len(text))
        for part in (text[:at], text[at:]):
            result = parse(part)
            exact(part, result)
            assert {pair for pair in states(result) if pair[1] in CLAIMS} <= allowed


LONG = ("show-statistics-accelerator-mapi/secured", "show-statistics-connection-optimized-mapi/with-ratio",
        "accelerator-mapi-verify-encryption-settings/failed", "show-running-config/policies",
        "show-statistics-connection-optimized-mapi/generic", "show-accelerator-wansecure/verified")  # fmt: skip


@pytest.mark.parametrize("name", LONG)
@pytest.mark.parametrize("share", (0.3, 0.5, 0.7))
def test_half_an_output_says_that_it_is_half(name: str, share: float) -> None:
    text = SAMPLES[name]
    lines = text.split("\n")
    at = int(len(lines) * share)
    for part in ("\n".join(lines[:at]), "\n".join(lines[at:])):
        for output in parse(part).outputs:
            assert not output.complete and output.missing


@given(st.lists(NAMES, min_size=2, max_size=4))
@settings(max_examples=60, deadline=None, derandomize=True)
def test_several_outputs_are_read_apart(names: list[str]) -> None:
    text = "\n".join(SAMPLES[name] for name in names)
    result = parse(text)
    exact(text, result)
    merged = {"show running-config", "show statistics accelerator epm"}
    for name in names:
        for command, data, _ in outputs(CLEAN[name]):
            if command not in merged:
                assert (command, data) in [(c, d) for c, d, _ in outputs(result)]


@given(NAMES, st.integers(0, 10_000))
@settings(max_examples=60, deadline=None, derandomize=True)
def test_a_word_in_place_of_a_value_is_not_a_value(name: str, seed: int) -> None:
    words = SAMPLES[name].split(" ")
    chance = Random(seed)
    numbers = [i for i, word in enumerate(words) if word.strip().isdigit()]
    if numbers:
        words[chance.choice(numbers)] = "n/a"
    exact(" ".join(words), parse(" ".join(words)))
