"""Values that are missing, odd or cut in half: none becomes a number, a state or a word of its own."""

from __future__ import annotations

import re

import pytest

from bot.reading.parse import parse
from tests.samples import ROOT, SAMPLES, exact

COUNTERS = SAMPLES["show-statistics-accelerator-mapi/secured"]
STATE = SAMPLES["show-accelerator-mapi/healthy"]
DETAIL = SAMPLES["show-statistics-connection-optimized-mapi-detail/healthy"]
TABLE = SAMPLES["show-statistics-connection-optimized-mapi/with-ratio"]
KEY = SAMPLES["windows-domain-diagnostics-encryption-service-get-key/in-progress"]
RULE = SAMPLES["show-policy-engine-application-dynamic/mapi-rule"]


def states(text: str) -> dict[str, str]:
    result = parse(text)
    exact(text, result)
    return {found.id: found.state for found in result.findings}


def valued(text: str, label: str, value: str) -> str:
    """Return ``text`` with another value behind ``label``, or with none."""
    changed = re.sub(rf"({re.escape(label)}:?)( +)[^ \n]+", rf"\g<1>\g<2>{value}", text, count=1)
    assert changed != text
    return changed


@pytest.mark.parametrize(
    ("label", "check"),
    [
        ("Secured Connections", "mapi-secured-connections"),
        ("Local Response Count", "mapi-local-responses"),
        ("Remote Response Count", "mapi-local-responses"),
    ],
)
def test_a_negative_counter_proves_neither_health_nor_a_fault(label: str, check: str) -> None:
    assert states(valued(COUNTERS, label, "-4"))[check] == "not_recognised"


def test_the_largest_counter_of_64_bits_is_a_number() -> None:
    text = valued(COUNTERS, "Secured Connections", str(2**64 - 1))
    assert parse(text).outputs[0].data["secured_connections"] == 2**64 - 1


def test_counters_under_the_heading_of_another_accelerator_are_not_ours() -> None:
    result = parse(COUNTERS.replace("MAPI:", "CIFS:").replace(" mapi", " cifs"))
    assert not result.outputs and not result.findings and result.unrecognised


@pytest.mark.parametrize(
    ("limit", "state"),
    [("", "not_shown"), ("0", "not_recognised"), ("Unknown", "not_recognised"), ("6O00", "not_shown"), ("1", "normal")],
)
def test_only_a_number_above_zero_is_a_connection_limit(limit: str, state: str) -> None:
    text = valued(STATE, "Connection Limit", limit)
    assert states(text)["mapi-connection-limit"] == state
    assert "effective_limit" in parse(text).outputs[0].data


@pytest.mark.parametrize(
    ("label", "check"),
    [
        ("Application Name", "connection-application"),
        ("Map Name", "connection-map-uuid"),
        ("Configured:   MAPI\n                  Derived", "connection-accelerator-configured"),
    ],
)
def test_a_label_without_a_value_does_not_take_the_next_label(label: str, check: str) -> None:
    text = DETAIL
    if "\n" in label:
        text = re.sub(r"(Accelerator Details:\s+Configured:) +MAPI", r"\1", DETAIL)
    else:
        text = valued(DETAIL, label, "")
    assert text != DETAIL and states(text)[check] == "not_shown"


def test_a_policy_that_passes_mapi_through_is_a_problem_without_its_exit() -> None:
    text = "WAE# sh run | i mapi\n   map adaptor EPM mapi\n      name Email-and-Messaging All action {}\n"
    assert states(text.format("pass-through"))["running-config-epm-mapi"] == "problem"
    assert states(text.format("optimize full"))["running-config-epm-mapi"] == "not_shown"
    assert states(text.format("pass-through").rstrip())["running-config-epm-mapi"] == "not_shown"


def test_addresses_of_ipv6_stand_in_the_table() -> None:
    rows = re.sub(r"172\.19\.40\.7:", "[2001:db8::5]:", TABLE)
    data = parse(rows).outputs[0].data
    assert data["connections"][0]["source"] == "[2001:db8::5]:49210" and len(data["connections"]) == 4


def test_a_row_that_cannot_be_read_is_not_an_empty_table() -> None:
    rows = re.sub(r"(?m)^(88..) ", r"\1x ", TABLE)
    result = parse(rows)
    assert not result.outputs[0].complete
    assert states(rows)["mapi-optimized-connections"] == "not_recognised"
    one = TABLE.replace("8813 ", "88l3 ")
    assert len(parse(one).outputs[0].data["connections"]) == 3 and not parse(one).outputs[0].complete


def test_a_table_of_html_reads_like_the_devices_own() -> None:
    names = ("ConnID", "Source IP:Port", "Dest IP:Port", "PeerID", "Accel", "RR")
    cells = ("91", "10.200.1.5:50001", "10.201.9.9:6001", "0:1a:64:d3:2f:b8", "TGDL", "0.0%")
    head = "".join(f'<th class="x">{name}</th>' for name in names)
    text = f"<table><tr>{head}</tr><tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr></table>"
    result = parse(text)
    handoff = next(found for found in result.findings if found.id == "mapi-generic-handoff")
    assert handoff.state == "problem" and handoff.evidence[0].text.startswith("91<")
    exact(text, result)


TFO, SR = (
    (ROOT / name).read_text(encoding="utf-8") for name in ("tfo_log/mapi-end.txt", "sr-errorlog/status-alone.txt")
)
HALVES = [
    (STATE, r"5\.0 seconds", "keepalive_timeout", "5.0 sec"),
    (DETAIL, r"TCP_OPTIMIZE \+ DRE \+ LZ", "configured", "TCP_OPTIMIZE + "),
    (RULE, r"Any->Host \(6\)", "type", "Any->Host ("),
    (RULE, r"TIME_LMT REPLACE", "flags", "TIME_LMT REP"),
    (SAMPLES["show-class-map-type-waas/mapi"], r"match-any MAPI", "class_map", "match-any MA"),
    (SAMPLES["show-policy-map-type-waas/accelerated"], r"optimize full", "action", "optimize full acc"),
    (KEY, r"Name: corp.test", "domain_name", "Name: corp.t"),
    (TFO, r":1290 :771", "values", ":1290 :77"),
    (SR, r"\[SRKeyMgr.cpp", "source_file", "[SRKeyMgr.c"),
]  # fmt: skip


@pytest.mark.parametrize("flat", [False, True])
@pytest.mark.parametrize(("text", "whole", "key", "half"), HALVES, ids=[key for _, _, key, _ in HALVES])
def test_half_a_value_is_no_value(text: str, whole: str, key: str, half: str, flat: bool) -> None:
    text = " ".join(text.split()) if flat else text
    place = re.search(whole, text)
    assert place
    cut = text[: place.start()] + half
    result = parse(cut)
    exact(cut, result)
    before, after = (seen(parse(given), key) for given in (text, cut))
    assert all(value in before for value in after), (before, after)
    assert all(not output.complete for output in result.outputs)


def seen(result: object, key: str) -> list[object]:
    """Return every value of ``key`` that the outputs of ``result`` hold, members of lists one by one."""
    found: list[object] = []
    stack: list[object] = [output.data for output in result.outputs]  # type: ignore[attr-defined]
    while stack:
        data = stack.pop()
        if isinstance(data, dict):
            values = data.get(key, [])
            found += values if isinstance(values, list) else [values] if values is not None else []
            stack += data.values()
        elif isinstance(data, list):
            stack += data
    return found
