"""What people paste besides whole outputs: tables from a wiki, one counter, numbers with commas, bare prompts."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from bot.reading.parse import parse
from tests.samples import ROOT

SECURED = "mapi-secured-connections"
SNAKE = re.compile(r"[a-z0-9]+(?:_[a-z0-9]+)*")
TEXTS = [path.read_text(encoding="utf-8") for path in sorted(ROOT.glob("*/*.txt"))]


def states(text: str) -> dict[str, str]:
    return {found.id: found.state for found in parse(text).findings}


def test_a_table_of_markdown_reads_like_the_devices_own() -> None:
    text = (
        "| ConnID | Source IP:Port | Dest IP:Port | PeerID | Accel | RR |\n"
        "|---|---|---|---|---|---|\n"
        "| 71 | 192.0.2.10:4506 | 198.51.100.7:1456 | 0:1a:64:d3:2f:b8 | TGDL | 12.5% |\n"
        "> | 72 | 192.0.2.11:4507 | 198.51.100.7:1456 | 0:1a:64:d3:2f:b8 | TMDL | 44.0% |\n"
    )
    result = parse(text)
    assert [row["accel"] for row in result.outputs[0].data["connections"]] == ["TGDL", "TMDL"]
    handoff = next(found for found in result.findings if found.id == "mapi-generic-handoff")
    assert handoff.state == "problem"
    assert "TGDL" in handoff.evidence[0].text and "TMDL" not in handoff.evidence[0].text


def test_a_bar_outside_a_table_stays() -> None:
    assert parse("WAE# sh run | include mapi\nmap adaptor EPM mapi\n").unrecognised == ()


@pytest.mark.parametrize(("printed", "value"), [("1,029", 1029), ("12,345,678", 12345678), ("0", 0), ("29", 29)])
def test_one_counter_alone_is_read_whole(printed: str, value: int) -> None:
    text = f"Secured Connections: {printed}"
    result = parse(text)
    assert result.outputs[0].data == {"secured_connections": value}
    assert not result.outputs[0].complete
    assert states(text)[SECURED] == ("problem" if value else "normal")


@pytest.mark.parametrize("printed", ["1,02", "1,0290", "10,29"])
def test_a_comma_that_parts_no_thousands_makes_no_number(printed: str) -> None:
    assert states(f"Secured Connections: {printed}\nLower than 2000 Sessions: 0\n")[SECURED] == "not_shown"


@pytest.mark.parametrize("prompt", ["", "WAE-7#", "BR1-WAE# "])
@pytest.mark.parametrize("gap", [" ", "\n"])
def test_one_counter_behind_its_command_is_read_whole(prompt: str, gap: str) -> None:
    text = f"{prompt}show statistics accelerator mapi{gap}Secured Connections: 29"
    result = parse(text)
    assert states(text)[SECURED] == "problem"
    assert result.outputs[0].data == {"secured_connections": 29} and result.unrecognised == ()


def test_a_flattened_output_behind_a_command_without_a_prompt_is_read_to_the_last_word() -> None:
    text = next(text for text in TEXTS if re.search("Secured Connections: +29", text))
    output = " ".join(text[text.index("Global Statistics") :].split())
    result = parse(f"show statistics accelerator mapi {output}\n")
    assert result.unrecognised == () and [output.command for output in result.outputs] == [
        "show statistics accelerator mapi"
    ]


def test_a_counter_at_the_end_of_others_may_have_been_cut() -> None:
    assert states("Current 2007 Accelerated Sessions: 4\nSecured Connections: 2")[SECURED] == "not_shown"


@pytest.mark.parametrize("entity", ["&#58;", "&#x3a;", "&amp;#58;"])
def test_numbered_entities_become_what_they_stand_for(entity: str) -> None:
    text = f"Secured Connections{entity} 7&#10;Lower than 2000 Sessions{entity} 0\n"
    found = next(found for found in parse(text).findings if found.id == SECURED)
    assert found.state == "problem"
    assert found.evidence[0].text == f"Secured Connections{entity} 7"


def uncovered(text: str) -> str:
    result = parse(text)
    seen = [(output.start, output.end) for output in result.outputs] + list(result.unrecognised)
    left = set(range(len(text))).difference(*(range(*span) for span in seen))
    return "".join(text[i] for i in sorted(left) if text[i].isprintable() and not text[i].isspace())


EDGES = (
    "{}\nWAE674#",
    "WAE674#\n{}",
    "- {}",
    "> {}\n> WAE674#\n",
    "{}.",
    "\u2022 {}",
    "before\n{}\nafter\nWAE#",
    "WAE#",
)


@pytest.mark.parametrize("edge", EDGES)
def test_every_character_is_in_an_output_or_listed(edge: str) -> None:
    for text in TEXTS:
        assert uncovered(edge.replace("{}", text)) == ""


def test_a_prompt_alone_is_listed() -> None:
    assert parse("WAE#").unrecognised == ((0, 4),)


def keys(data: object) -> Iterator[str]:
    if isinstance(data, dict):
        yield from data
        for value in data.values():
            yield from keys(value)
    elif isinstance(data, list):
        for value in data:
            yield from keys(value)


def test_every_key_is_in_snake_case() -> None:
    for text in TEXTS:
        for output in parse(text).outputs:
            assert [key for key in keys(output.data) if not SNAKE.fullmatch(key)] == []
