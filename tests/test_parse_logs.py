"""The logs: every sample, whatever happened to it, gives what its .yml says; nothing is made up."""

from __future__ import annotations

import re
import unicodedata
from itertools import zip_longest
from pathlib import Path
from random import Random
from typing import Any

import pytest
import yaml

from bot.findings import Finding, ParseResult
from bot.outputs.squeeze import Squeezed
from bot.reading.correlate import correlate
from bot.reading.parse import parse

LOGS = ("mapiao-errorlog", "sr-errorlog", "wsao-errorlog", "syslog", "tfo_log")
ROOT = Path(__file__).parent.parent / "kb" / "samples"
SAMPLES = sorted(path for log in LOGS for path in (ROOT / log).glob("*.txt"))
CLAIMS = ("problem", "normal")
SYSLOG = "2011 Jun 3 10:11:12 wae-x1 cli: %WAAS-CLI-6-170053: user admin logged in"


def sample(name: str) -> str:
    """Return the text of a sample, ``folder/name``."""
    return (ROOT / f"{name}.txt").read_text(encoding="utf-8")


def wrapped(width: int, text: str) -> str:
    """Break lines as a terminal of that width does."""
    lines = text.split("\n")
    return "\n".join(line[at : at + width] for line in lines for at in range(0, max(len(line), 1), width))


def each_line(form: str, text: str) -> str:
    """Put every line that says something into ``form``."""
    return "\n".join(form.format(line) if line else line for line in text.split("\n"))


DAMAGES: dict[str, Any] = {
    "as it is": lambda text: text,
    "one line": lambda text: " ".join(text.split()),
    "records glued": lambda text: text.replace("]\n", "]"),
    "blanks tripled": lambda text: text.replace(" ", "   "),
    "crlf": lambda text: text.replace("\n", "\r\n"),
    "tabs": lambda text: text.replace(" ", "\t"),
    "no-break blanks": lambda text: text.replace(" ", "\u00a0"),
    "full width": lambda text: "".join(chr(ord(c) + 0xFEE0) if c.isdigit() or c == ":" else c for c in text),
    "colours": lambda text: text.replace("ERRO", "\x1b[1;31mERRO\x1b[0m"),
    "pager": lambda text: each_line("{}\n --More-- \b\b\b\b\b\b\b\b\b\b          \b\b\b\b\b\b\b\b\b\b", text),
    "quoted": lambda text: each_line("> {}", text),
    "fenced": lambda text: f"```\n{text}```\n",
    "escaped": lambda text: text.replace("<", "&lt;").replace(">", "&gt;"),
    "wiki marks": lambda text: each_line("'''{}'''", text),
    "wiki marks left open": lambda text: each_line("'''{}", text),
    "notes": lambda text: each_line("{} <-----look at this", text),
    "wrapped at 80": lambda text: wrapped(80, text),
    "wrapped at 60": lambda text: wrapped(60, text),
    "wrapped at 40": lambda text: wrapped(40, text),
    "time-stamped": lambda text: each_line("[10:22:31] {}", text),
    "in a mail": lambda text: f"Hi team,\n\nplease look at the log of the core WAE [1]:\n\n{text}\nThanks\nYuki\n",
    "in a Japanese mail": lambda text: f"お疲れ様です。\n以下のログです。\n{text}\nよろしくお願いします。\n",
    "at a prompt": lambda text: f"WAE#type-tail errorlog/current\n{text}WAE#\n",
    "curly quotes": lambda text: text.replace('"', "\u201c").replace("'", "\u2019"),
    "a blank every 97 characters": lambda text: re.sub(r"(.{97})", r"\1 ", text),
}


def bare(value: Any) -> Any:
    """Return data or text without what a copy may change: blanks, quotes, widths, marks."""
    if isinstance(value, str):
        text = unicodedata.normalize("NFKC", value).replace("&lt;", "<").replace("&gt;", ">")
        text = re.sub(r"\x1b\[[\d;]*m|--More--|\x08|<-----look at this|[\u2018-\u201d'\"]", "", text)
        return re.sub(r"\s|^>|(?<=\n)>", "", text.replace("\n> ", "\n"))
    if isinstance(value, list):
        return [bare(item) for item in value]
    return {key: bare(item) for key, item in value.items()} if isinstance(value, dict) else value


def claims(result: ParseResult) -> set[tuple[str, str]]:
    """Return the findings that claim health or a fault."""
    return {(found.id, found.state) for found in result.findings if found.state in CLAIMS}


def joined(text: str) -> dict[str, Finding]:
    """Return what the outputs of a paste show together, by id."""
    result = parse(text)
    return {found.id: found for found in correlate(text, result.outputs, result.findings)}


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_damaged_log_reads_as_the_whole_one(path: Path, damage: str) -> None:
    wanted = yaml.safe_load(path.with_suffix(".yml").read_text(encoding="utf-8"))
    text = DAMAGES[damage](path.read_text(encoding="utf-8"))
    result = parse(text)
    assert [output.command for output in result.outputs] == [wanted["command"]]
    assert result.outputs[0].complete is wanted["complete"]
    assert bare(result.outputs[0].data) == bare(wanted["data"])
    assert [(f.id, f.state) for f in result.findings] == [(f["id"], f["state"]) for f in wanted["findings"]]
    for found, expected in zip(result.findings, wanted["findings"], strict=True):
        assert [bare(proof.text) for proof in found.evidence] == bare(expected["evidence"])
        assert all(text[proof.start : proof.end] == proof.text for proof in found.evidence)


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_cut_log_claims_nothing_new(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    whole = claims(parse(text))
    chance = Random(path.stem)
    for _ in range(25):
        place = chance.randrange(len(text))
        for part in (text[:place], text[place:]):
            assert claims(parse(part)) <= whole


@pytest.mark.parametrize("log", LOGS[:3])
def test_a_cut_record_is_said(log: str) -> None:
    text = (ROOT / log / "nothing-known.txt").read_text() if log != "sr-errorlog" else sample("sr-errorlog/domain")
    assert "end of the last record" in parse(text[:-12]).outputs[0].missing
    assert "start of the first record" in parse(text[40:] + text).outputs[0].missing


@pytest.mark.parametrize("name", ["mapiao-errorlog/ntlm", "sr-errorlog/permission", "tfo_log/mapi-end"])
def test_syslog_lines_in_between_change_nothing(name: str) -> None:
    lines = sample(name).split("\n")
    mixed = "\n".join([lines[0], SYSLOG, *lines[1:]])
    result = parse(mixed)
    assert claims(result) == claims(parse(sample(name)))
    assert sorted(output.command for output in result.outputs) == sorted([name.split("/")[0], "syslog"])


def test_records_of_several_logs_become_outputs_of_their_own() -> None:
    names = ("sr-errorlog/clock-skew", "wsao-errorlog/self-signed", "mapiao-errorlog/ntlm")
    columns = (sample(name).split("\n") for name in names)
    lines = [line for row in zip_longest(*columns, fillvalue="") for line in row]
    result = parse("\n".join(lines))
    assert {output.command for output in result.outputs} == {name.split("/")[0] for name in names}
    assert {"sr-clock-skew", "wsao-certificate-rejected", "mapiao-ntlm"} <= {f.id for f in result.findings}


def test_an_unknown_error_is_no_fault() -> None:
    result = parse(sample("mapiao-errorlog/nothing-known"))
    assert {found.state for found in result.findings} == {"not_recognised"}
    assert all(found.next_command for found in result.findings)


def test_a_failed_key_without_a_cause_stays_open() -> None:
    states = {found.id: found.state for found in parse(sample("sr-errorlog/status-alone")).findings}
    assert states == {"sr-key-failed-otherwise": "not_recognised"}


@pytest.mark.parametrize("text", ["error:160", "Key retrieval failed with Status 161"])
def test_other_numbers_are_not_sixteen(text: str) -> None:
    record = f"06/18/2013 13:14:22.905(Local)(9510 0.1) ERRO (905311) {text} [SRKeyMgr.cpp:157]\n"
    assert "problem" not in {found.state for found in parse(record).findings}


def test_words_in_a_mail_are_no_log() -> None:
    result = parse(
        "We saw Clock skew too great and AuthType:NTLM and %WAAS errors. Key retrieval failed with Status 16."
    )
    assert result.outputs == ()
    assert result.findings == ()


def test_names_and_addresses_are_told() -> None:
    said = {found.id: found.message["en"] for found in parse(sample("sr-errorlog/permission")).findings}
    assert "SouthUserAcct" in said["sr-identity-blacklisted"]
    said = {found.id: found.message["ja"] for found in parse(sample("syslog/encrypted-clients")).findings}
    assert "10.44.3.118 (2), 10.44.3.9 (1)" in said["syslog-encrypted-clients"]


def test_microseconds_prove_the_header() -> None:
    text = sample("wsao-errorlog/self-signed")
    assert parse(text).outputs[0].data["records_with_inconsistent_time"] == 0
    assert parse(text.replace("(517055)", "(417055)")).outputs[0].data["records_with_inconsistent_time"] == 1


def test_edge_and_core_of_one_connection_meet() -> None:
    edge, core = sample("mapiao-errorlog/edge-healthy"), sample("mapiao-errorlog/core-healthy")
    found = joined(edge + core)["connection-on-edge-and-core"]
    assert found.state == "normal"
    assert len(found.evidence) == 2
    other = joined(edge + core.replace(":51876", ":51877"))["connection-on-edge-and-core"]
    assert other.state == "not_shown"


def test_disconnects_meet_the_certificate() -> None:
    cut = sample("mapiao-errorlog/wan-secure")
    assert joined(cut)["disconnects-and-certificate"].state == "not_shown"
    both = joined(f"{cut}\n{sample('wsao-errorlog/self-signed')}")
    assert both["disconnects-and-certificate"].state == "problem"


def test_a_passed_check_does_not_hide_a_clock_skew() -> None:
    verify = sample("accelerator-mapi-verify-encryption-settings/passed")
    found = joined(f"{verify}\n{sample('sr-errorlog/clock-skew')}")["emapi-clock-sync"]
    assert found.state == "problem"
    assert joined(verify) == {}


def test_squeezed_text_leads_back_to_its_source() -> None:
    source = "ab \n'''cd''' e\u00a0f"
    squeezed = Squeezed(source)
    assert squeezed.text == "abcdef"
    assert [source[squeezed.at(i)] for i in range(6)] == list("abcdef")
    assert [squeezed.index(squeezed.at(i)) for i in range(6)] == list(range(6))
