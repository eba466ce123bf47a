"""Logs as files of any size: the same counts however they are laid out, and memory that stays."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest

from bot.errors import InputError
from bot.findings import ParseResult
from bot.reading import stream as streaming
from bot.reading.needles import groups
from bot.reading.stream import stream

ROOT = Path(__file__).parent.parent / "kb" / "samples"
LOGS = ("mapiao-errorlog", "sr-errorlog", "wsao-errorlog", "syslog", "tfo_log")
UNEXPLAINED = "sr-key-failed-otherwise"
"""Counted by what stands near, which ends where a block ends."""


@pytest.fixture(scope="module")
def log() -> str:
    """Return a log of 600 samples in a random order, some blocks long."""
    texts = [path.read_text() for name in LOGS for path in sorted((ROOT / name).glob("*.txt"))]
    return "".join(Random(5).choices(texts, k=600))


def read(folder: Path, text: str) -> ParseResult:
    """Stream a text from a file, and see that all evidence is where it says."""
    path = folder / "log"
    path.write_bytes(text.encode())
    result = stream(path)
    for found in result.findings:
        assert all(text[proof.start : proof.end] == proof.text for proof in found.evidence)
    return result


def counts(result: ParseResult) -> dict[str, tuple[Any, ...]]:
    """Return number, first and last time and values of each finding."""
    rows = [row for output in result.outputs for row in output.data["findings"] if row["id"] != UNEXPLAINED]
    return {row["id"]: (row["count"], row["first"], row["last"], sorted(map(str, row["values"]))) for row in rows}


DAMAGES: dict[str, Callable[[str], str]] = {
    "one line": lambda text: text.replace("\n", " "),
    "crlf": lambda text: text.replace("\n", "\r\n"),
    "glued": lambda text: text.replace("]\n", "]"),
    "quoted": lambda text: "> " + text.replace("\n", "\n> "),
    "wiki marks": lambda text: "'''" + text.replace("\n", "'''\n'''"),
    "tabs": lambda text: text.replace(" ", "\t"),
    "full width": lambda text: text.replace("(Local)", "\uff08Local\uff09"),
    "wrapped": lambda text: re.sub(r"([^\n]{60})(?=[^\n])", "\\1\n", text),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_the_same_counts_whatever_happened(tmp_path: Path, log: str, damage: str) -> None:
    assert counts(read(tmp_path, DAMAGES[damage](log))) == counts(read(tmp_path, log))


def test_both_searches_agree(tmp_path: Path, log: str, monkeypatch: pytest.MonkeyPatch) -> None:
    quick = counts(read(tmp_path, log))
    monkeypatch.setattr(streaming, "_is_plain", lambda block: False)
    assert counts(read(tmp_path, log)) == quick


def test_small_blocks_give_the_same(tmp_path: Path, log: str, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = counts(read(tmp_path, log))
    monkeypatch.setattr(streaming, "BLOCK", 20_000)
    assert counts(read(tmp_path, log)) == whole


def test_counts_are_those_of_the_samples(tmp_path: Path) -> None:
    text = (ROOT / "mapiao-errorlog" / "wan-secure.txt").read_text() * 3000
    rows = counts(read(tmp_path, text))
    assert rows["mapiao-four-disconnects"][0] == 3000
    assert rows["mapiao-four-disconnects"][3] == ["{'value': '10.44.3.118', 'count': 3000}"]
    assert "mapiao-handover-reason" not in rows


def test_a_rare_argument_is_not_missed(tmp_path: Path) -> None:
    usual = (ROOT / "mapiao-errorlog" / "edge-healthy.txt").read_text()
    other = usual.replace("SPNEGO", "NTLM", 1)
    rows = counts(read(tmp_path, usual * 400 + other + usual * 400))
    assert rows["mapiao-ntlm"][0] == 1
    assert rows["mapiao-bind-spnego"][0] == 800


def test_progress_reaches_the_end(tmp_path: Path, log: str) -> None:
    path = tmp_path / "log"
    path.write_text(log)
    told: list[tuple[int, int]] = []
    stream(path, lambda done, total: told.append((done, total)))
    assert told == sorted(told)
    assert told[-1] == (len(log), len(log))


@pytest.mark.parametrize(
    "data", [b"", b"\0" * 700_000, bytes(range(256)) * 3000, b"\xed\xa0\x80" * 200_000, b"x" * 700_000]
)
def test_what_is_no_log_is_said_so(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "log"
    path.write_bytes(data)
    result = stream(path)
    assert result.outputs == ()
    assert result.findings == ()
    assert bool(result.unrecognised) is bool(data)


def test_a_missing_file_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        stream(tmp_path / "none")


def test_a_record_that_begins_within_another_ends(tmp_path: Path) -> None:
    """Found by fuzzing: evidence was sought from before where it had been found, without end."""
    begin, said = (
        "06/18/2013 13:14:22.905(Local)(9510 0.1) ERRO (905387)",
        "Identity: SouthUserAcct will be black listed.",
    )
    file = tmp_path / "sr_errorlog"
    file.write_text(f"{begin} {said}05(Local)(9510 0.1) ERRO (905387) {said} [SRKeyMgr.cpp:168]\n", encoding="utf-8")
    assert all(found.evidence for found in stream(file).findings)


@pytest.mark.parametrize("text", [needle.text for group in groups() for needle in group.needles])
def test_a_mark_of_time_right_behind_a_text_ends(tmp_path: Path, text: bytes) -> None:
    file = tmp_path / "sr_errorlog"
    data = b"06/18/2013 13:14:22.905(Local)(9510 0.1) ERRO (1) " + text + b"(Local)(2) x [SRKeyMgr.cpp:167]\n"
    file.write_bytes(data)
    assert all(0 <= e.start < e.end <= len(data) for found in stream(file).findings for e in found.evidence)
