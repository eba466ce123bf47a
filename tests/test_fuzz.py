"""Bad input: a few hundred of each kind on every run, and everything that the long runs found.

The long runs are ``python -m benchmarks.reliability.fuzz --seconds N``.
"""

from __future__ import annotations

import io
import json
import os
import threading
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st

from benchmarks.reliability import checks, fuzz, mutate
from bot import batch, config
from bot.__main__ import main
from bot.errors import ConfigError, InputError
from bot.reading.parse import parse
from bot.reading.stream import stream

QUICK = hypothesis(max_examples=150, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


@pytest.mark.parametrize(
    ("target", "count"), [("paste", 300), ("log", 300), ("settings", 300), ("document", 100), ("slack", 200)]
)
def test_generated_input_breaks_nothing(target: str, count: int) -> None:
    cases = fuzz.TARGETS[target](Random(f"test-{target}"))
    for _ in range(count):
        _, check = next(cases)
        check()


@pytest.mark.parametrize(
    ("target", "count"), [("question", 60), ("batch", 150), ("command", 100), ("api", 150), ("tools", 60)]
)
def test_generated_questions_break_nothing(settings, monkeypatch: pytest.MonkeyPatch, target: str, count: int) -> None:
    monkeypatch.setenv("KB_DATA_DIR", str(settings.data_dir))
    test_generated_input_breaks_nothing(target, count)


@given(st.text(max_size=400))
@QUICK
def test_any_text_is_read(text: str) -> None:
    checks.paste(text)


@given(st.binary(max_size=400))
@QUICK
def test_any_bytes_are_read(data: bytes) -> None:
    checks.log(data)
    checks.line(data.replace(b"\n", b" "))


@given(
    st.recursive(st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=9), st.lists, max_leaves=9)
)
@QUICK
def test_any_json_is_answered_in_json(value: object) -> None:
    checks.line(json.dumps({"id": value, "text": value}).encode())


@pytest.mark.parametrize(
    "text",
    [
        "[Edge.cpp:2]",
        "02/14/2013 09:41:07.062(Local)(7215 0.1) NTCE (62310) [EdgeTcp.cpp:43]",
        "Status: " + "9" * 5000 + "\n",
    ],
)
def test_pastes_that_once_broke_the_reading(text: str) -> None:
    checks.paste(text)


@pytest.mark.parametrize("digits", ["9" * 5000, "²", "٣٣", "0" * 5000, "9" * 400 + ".5"])
def test_no_number_is_too_long(digits: str) -> None:
    for sample in mutate.samples():
        for part in (":", ": "):
            checks.paste(sample.replace(part + " ", part + digits, 1))


def test_a_long_number_is_no_value() -> None:
    sample = (checks.config.ROOT / "kb/samples/show-statistics-accelerator-mapi").glob("*.txt")
    text = next(iter(sorted(sample))).read_text()
    label = "Total Handled Connections:"
    start = text.index(label) + len(label)
    end = text.index("\n", start)
    damaged = text[:start] + " " + "9" * 30 + text[end:]
    (output,) = parse(damaged).outputs
    assert "total_handled_connections" not in output.data
    assert "Total Handled Connections" in output.missing


def test_a_text_without_a_record_proves_nothing(tmp_path: Path) -> None:
    file = tmp_path / "log"
    file.write_bytes(b"(Local)445015:TFO accelerator is overloaded")
    result = stream(file)
    assert result.findings == ()
    assert result.unrecognised == ((0, 43),)


@pytest.mark.parametrize(
    "line", [b'{"id": Infinity, "text": ""}', b'{"id": NaN, "text": ""}', b'{"id": 1e999, "text": ""}']
)
def test_what_json_cannot_say_is_refused(line: bytes, capsys: pytest.CaptureFixture[str]) -> None:
    checks.line(line)
    batch.write(batch._handled(line, batch.parse))
    assert "not a JSON line" in checks.strict(capsys.readouterr().out)["error"]


@pytest.mark.parametrize("file", ["a\x00b", "no\nsuch\rfile", "/", "\ud800"])
@pytest.mark.parametrize("command", [["parse"], ["parse", "--batch"], ["parse", "--json"]])
def test_an_impossible_file_is_one_line(command: list[str], file: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*command, file]) == 1
    assert capsys.readouterr().err.count("\n") == 1


def test_an_endless_file_is_not_read_to_its_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch, "MAX_TEXT", 1_000)
    with pytest.raises(InputError, match="larger than"):
        batch.read_text("/dev/zero")
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=lambda: pipe.write_bytes(b"x" * 5_000 + b'\n{"id": 1, "text": ""}\n'))
    writer.start()
    monkeypatch.setattr("sys.stdout", out := io.StringIO())
    batch.run(str(pipe), batch.parse)
    writer.join()
    first, second = (json.loads(line) for line in out.getvalue().splitlines())
    assert "longer than 1,000 bytes" in first["error"]
    assert second["id"] == 1


@pytest.mark.parametrize("toml", [b"port = " + b"9" * 5_000, b"host = " + b"[" * 5_000, b"\xff", b"port = 1\nport = 2"])
def test_an_impossible_settings_file_is_one_line(toml: bytes) -> None:
    checks.settings({}, toml)


def test_a_settings_file_is_not_read_without_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "kb.toml"
    file.write_text("a." * config.MAX_FILE, encoding="utf-8")
    monkeypatch.setenv("KB_CONFIG", str(file))
    with pytest.raises(ConfigError, match="larger than"):
        config.load()
