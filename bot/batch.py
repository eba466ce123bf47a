"""JSON in and out: one object an answer, one line a question, order kept, a bad line never stops the rest."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from bot.decode import likely
from bot.errors import InputError, KbError
from bot.findings import ParseResult
from bot.reading.parse import parse as parse_text
from bot.reading.stream import Progress, stream
from bot.signs import inert_json

if TYPE_CHECKING:
    from bot.answer import Answer
    from bot.engine import Bot, Question

STREAMED = 4_000_000
"""Bytes from which a file is streamed as a log instead of being read whole."""
MAX_TEXT = 20_000_000
"""Bytes of one text that is read whole; larger logs go through the streaming reader."""


def run(file: str, handle: Callable[[dict[str, Any]], dict[str, Any]]) -> int:
    """Answer every JSON line of ``file`` (``-`` for standard input) and return the exit status."""
    for line in _lines(file):
        if line == b"":
            write({"id": None, "error": f"a line is longer than {MAX_TEXT:,} bytes; give the part that matters"})
        elif line.strip():
            write(_handled(line, handle))
    return 0


def _handled(line: bytes, handle: Callable[[dict[str, Any]], dict[str, Any]]) -> dict[str, Any]:
    try:
        item = json.loads(line, parse_constant=_number, parse_float=_number)
    except (ValueError, RecursionError) as error:
        return {"id": None, "error": f"not a JSON line: {error}"}
    if not isinstance(item, dict):
        return {"id": None, "error": "a line must be one JSON object"}
    try:
        return handle(item)
    except KbError as error:
        return {"id": item.get("id"), "error": str(error)}


def ask(bot: Bot, item: dict[str, Any], improve: Callable[[Question, Answer], Answer] | None = None) -> dict[str, Any]:
    """Answer one line of ``ask --batch``; ``improve`` may reword the answer."""
    from bot.engine import Question

    history = item.get("history") or []
    if not isinstance(history, list) or not all(_is_turn(turn) for turn in history):
        raise InputError('history must be a list of {"role": ..., "content": ...}')
    texts = {key: _string(item, key) for key in ("question", "paste")}
    question = Question(texts["question"], texts["paste"], tuple(history))
    answer = bot.ask(question)
    return answer_json(improve(question, answer) if improve else answer) | {"id": item.get("id")}


def parse(item: dict[str, Any]) -> dict[str, Any]:
    """Parse one line of ``parse --batch``."""
    if "text" not in item:
        raise InputError('a line of parse needs "text"')
    return {"id": item.get("id"), **parse_text(_string(item, "text")).as_json()}


def answer_json(answer: Answer) -> dict[str, Any]:
    """Return the contract's object for one answer."""
    from bot.render import markdown

    return answer.as_json(markdown(answer))


def write(body: dict[str, Any]) -> None:
    """Write one JSON object as a line of UTF-8."""
    line = json.dumps(body, ensure_ascii=False)
    try:
        line.encode()
    except UnicodeEncodeError:
        line = json.dumps(body)
    sys.stdout.write(inert_json(line) + "\n")
    sys.stdout.flush()


def read_text(file: str) -> str:
    """Read a text (``-`` for standard input); raises InputError when it is binary, too large or missing."""
    with _opened(file) as stream:
        data = stream.read(MAX_TEXT + 1)
    if len(data) > MAX_TEXT:
        raise InputError(f"{file} is larger than {MAX_TEXT:,} bytes; give the part that matters")
    return decode(data)


def read_file(path: Path, progress: Progress | None = None) -> ParseResult:
    """Read and parse one file; a large log is streamed, and ``progress`` gets bytes done and in all.

    A large file in which no log is found is read whole, up to MAX_TEXT bytes: it may hold other outputs.
    Raises InputError.
    """
    size = path.stat().st_size
    if size > STREAMED:
        result = stream(path, progress)
        if result.outputs or size > MAX_TEXT:
            return result
    return parse_text(read_text(str(path)))


def decode(data: bytes) -> str:
    """Decode UTF-8, UTF-16 with a mark, Shift_JIS or EUC-JP; raises InputError for anything else.

    A capture may hold a few zeros, and Japanese without kana: where the text does not tell, Shift_JIS goes first.
    """
    marked = data[:2] in (b"\xff\xfe", b"\xfe\xff")
    if marked or data.count(0) <= len(data) // 100:
        for name in ("utf-16",) if marked else ("utf-8", "", "cp932", "euc-jp"):
            try:
                text = data.decode(name) if name else likely(data, ("cp932", "euc_jp"))
            except UnicodeDecodeError:
                continue
            if text is not None:
                return text
    raise InputError("this is no text in UTF-8, UTF-16, Shift_JIS or EUC-JP; save it as UTF-8 and try again")


def _lines(file: str) -> Iterator[bytes]:
    """Yield the lines of a file; an empty text stands for one that is too long."""
    with _opened(file) as stream:
        while line := stream.readline(MAX_TEXT + 1):
            long = len(line) > MAX_TEXT
            while long and not line.endswith(b"\n") and (line := stream.readline(MAX_TEXT)):
                pass
            yield b"" if long else line


@contextmanager
def _opened(file: str) -> Iterator[BinaryIO]:
    """Open a file (``-`` for standard input) and turn what the system refuses into InputError."""
    try:
        with nullcontext(sys.stdin.buffer) if file == "-" else Path(file).open("rb") as stream:
            yield stream
    except (OSError, ValueError) as error:
        raise InputError(f"cannot read {file!r}: {getattr(error, 'strerror', None) or error}") from error


def _is_turn(turn: object) -> bool:
    return isinstance(turn, dict) and isinstance(turn.get("role"), str) and isinstance(turn.get("content"), str)


def _number(text: str) -> float:
    """Read a number that can be written again; raises ValueError for NaN, Infinity and 1e999."""
    if not math.isfinite(value := float(text)):
        raise ValueError(f"{text} is no number of JSON, or too large")
    return value


def _string(item: dict[str, Any], key: str) -> str:
    value = item.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise InputError(f'"{key}" must be a string')
    return value
