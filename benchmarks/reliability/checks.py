"""What must hold whatever comes in; every check raises AssertionError, or the error itself, where it does not."""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from bot import batch, config
from bot.errors import KbError
from bot.findings import ParseResult
from bot.reading.parse import parse
from bot.reading.stream import stream
from bot.redact import redact

if TYPE_CHECKING:
    from bot.answer import Answer
    from bot.engine import Bot

STATES = ("problem", "normal", "not_shown", "not_recognised")


def paste(text: str) -> ParseResult:
    """Read a paste as it is and masked: offsets are true, and masking twice masks no more."""
    result = parse(text)
    proven(text, result)
    masked = redact(text)
    assert redact(masked) == masked, "masking again changes the text"
    return result


def proven(text: str, result: ParseResult) -> None:
    """Hold a result against its text: states, evidence, offsets, and a JSON form that is JSON."""
    for output in result.outputs:
        assert 0 <= output.start <= output.end <= len(text), f"{output.command} lies outside the text"
        assert output.complete == (not output.missing), output.command
    for found in result.findings:
        assert found.state in STATES
        assert found.evidence or found.state in STATES[2:], f"{found.id} is claimed without evidence"
        assert found.next_command or found.state in STATES[:2], f"{found.id} names no command"
        for item in found.evidence:
            assert 0 <= item.start < item.end <= len(text), f"{found.id} points outside the text"
            assert text[item.start : item.end] == item.text, f"{found.id} misquotes"
    for start, end in result.unrecognised:
        assert 0 <= start < end <= len(text), "unrecognised text lies outside the text"
    strict(json.dumps(result.as_json()))


def log(data: bytes) -> ParseResult:
    """Stream a log from a file: its evidence stands where it says."""
    with tempfile.NamedTemporaryFile(dir=_SCRATCH) as file:
        file.write(data)
        file.flush()
        result = stream(file.name)
    text = data.decode("utf-8", "replace")
    for found in result.findings:
        for item in found.evidence:
            assert item.text == text[item.start : item.end] or "\ufffd" in text, f"{found.id} misquotes"
    strict(json.dumps(result.as_json()))
    return result


_SCRATCH = "/dev/shm" if Path("/dev/shm").is_dir() else None  # nosec B108


def answered(bot: Bot, text: str, pasted: str, history: tuple[dict[str, str], ...] = ()) -> Answer | None:
    """Ask; every step cites, every command stands as a line in what it cites, every quote in its file."""
    from bot.engine import Question

    try:
        answer = bot.ask(Question(text, pasted, history))
    except KbError:
        return None
    held(batch.answer_json(answer))
    return answer


def held(body: dict[str, Any]) -> None:
    """Hold an answer in its JSON form against the files that it cites."""
    quotes = {citation["number"]: citation["quote"] for citation in body["citations"]}
    for citation in body["citations"]:
        first, last = citation["lines"]
        lines = _lines(citation["path"])[first - 1 : last]
        assert citation["quote"] == "\n".join(lines), f"{citation['path']} {first}: misquoted"
    for step in body["steps"]:
        assert step["citations"], "a step without a citation"
        shown = [line.strip() for number in step["citations"] for line in quotes[number].splitlines()]
        for command in step["commands"]:
            assert all(line.strip() in shown for line in command.splitlines()), f"{command!r} stands in no citation"
    strict(json.dumps(body))


def _lines(path: str) -> list[str]:
    if path not in _FILES:
        _FILES[path] = (config.ROOT / path).read_text(encoding="utf-8").split("\n")
    return _FILES[path]


_FILES: dict[str, list[str]] = {}


def line(data: bytes, ask: Bot | None = None) -> None:
    """Handle one JSON line of a batch: one JSON object comes out, with the id that came in."""
    handle = (lambda item: batch.ask(ask, item)) if ask else batch.parse
    with contextlib.redirect_stdout(io.StringIO()) as out:
        batch.write(batch._handled(data, handle))
    written = out.getvalue()
    assert written.count("\n") == 1
    body = strict(written)
    assert isinstance(body, dict)
    assert "id" in body


def strict(text: str) -> Any:  # noqa: ANN401 (JSON)
    """Read JSON as the standard has it: no NaN, no Infinity."""
    return json.loads(text, parse_constant=_refuse)


def _refuse(constant: str) -> NoReturn:
    raise AssertionError(f"{constant} is no JSON")


def settings(variables: Mapping[str, str], toml: bytes | None) -> None:
    """Load settings from variables and a file: either they hold or one line says what is wrong."""
    with tempfile.TemporaryDirectory(dir=_SCRATCH) as folder:
        file = Path(folder, "kb.toml")
        if toml is not None:
            file.write_bytes(toml)
        with _environment({**variables, "KB_CONFIG": str(file)}):
            try:
                config.load()
            except KbError as error:
                assert str(error).count("\n") == 0, f"more than one line: {error!r}"


@contextlib.contextmanager
def _environment(variables: Mapping[str, str]) -> Iterator[None]:
    kept = {key: value for key, value in os.environ.items() if not re.match(r"KB_|SLACK_", key)}
    before = dict(os.environ)
    os.environ.clear()
    try:
        os.environ.update(kept | dict(variables))
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def command(arguments: list[str], stdin: bytes, bot: Bot) -> None:
    """Run a command line: exit status 0, 1 or 2, and with 1 one line on standard error."""
    from unittest import mock

    from bot import __main__ as door

    out, err = io.StringIO(), io.StringIO()
    source = io.TextIOWrapper(io.BytesIO(stdin))
    with (
        mock.patch.object(sys, "stdin", source),
        mock.patch("bot.engine.Bot", lambda _: bot),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        try:
            status = door.main(arguments)
        except SystemExit as left:
            status = int(left.code or 0)
    assert status in (0, 1, 2), status
    assert status != 1 or err.getvalue().strip().count("\n") == 0, err.getvalue()
    assert "Traceback" not in err.getvalue()
