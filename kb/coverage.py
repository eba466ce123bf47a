"""Has everything in the guide a home? Takes its facts out and finds the files of kb/ that hold each.

The guide itself is not part of the project: give its text file. It is flattened, so facts are recognised by
form: a command follows a prompt, a counter ends in a colon, a log record starts with its header.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_SPACE = re.compile(r"\s+")
_ASCII_RUN = re.compile(r"[\x20-\x7e]{12,}")
_PROMPT = re.compile(r"[A-Za-z][\w-]*(?:\(config[\w-]*\))?# ?([a-z][a-z-]+(?: [A-Za-z0-9./|<>-]+){1,6})")
_LABEL = re.compile(r"(?<![\w.>])([A-Z][A-Za-z0-9]*(?:[ -]\(?[A-Za-z0-9]+\)?){1,7}):(?= ?[\w:*-])")
_DATE = re.compile(r"^(?:[A-Z][a-z]{2} )?[A-Z][a-z]{2} \d")
_RECORD = re.compile(
    r"\d\d/\d\d/\d{4} \d\d:\d\d:\d\d\.\d{3}\(Local\) ?\(\d+ \d\.\d\) [A-Z]{4} \(\d+\) (.*?)(?=\d\d/\d\d/\d{4} \d\d:|$)"
)
_SOURCE = re.compile(r"\[[\w ]+\. ?cpp:\d+\]")
_VALUE = re.compile(r"\S*[\d_<>@=()\[\]{}'\"/:.,#]\S*|\b[A-Z]{2,}\b|\b\w+[a-z][A-Z]\w*\b")
_FILE = re.compile(r"[\w./*-]*\w-errorlog[\w.*]*|/local1/[\w./*-]+", re.ASCII)
_VERSION = re.compile(r"(?<![\d.])[45]\.\d\.\d(?![\d.])")
_BUTTON = re.compile(r"\[([A-Za-z][A-Za-z ]{4,80})\]")
_SYSLOG = re.compile(r"%WAAS-[A-Z0-9-]+")


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact of the guide and the files of kb/ that hold it; no homes means it got lost."""

    kind: str
    text: str
    homes: tuple[str, ...]


def coverage(guide: Path, root: Path) -> list[Fact]:
    """Return every fact found in the text file ``guide`` with its homes below ``root``/kb."""
    files = [f for f in sorted((root / "kb").rglob("*")) if f.suffix in (".md", ".txt", ".yaml", ".yml")]
    texts = {f.relative_to(root).as_posix(): _squash(f.read_text(encoding="utf-8")) for f in files}
    facts = dict.fromkeys(_facts(guide.read_text(encoding="utf-8").replace("'''", "")))
    return [_fact(kind, text, texts) for kind, text in facts]


def _fact(kind: str, text: str, texts: dict[str, str]) -> Fact:
    """Look a fact up; before a counter the flattened guide may have left a value, a heading or a remark."""
    words = text.split(" ")
    shortest = 1 if text.startswith("Should see") else 2
    for start in range(max(1, len(words) - shortest + 1) if kind == "counter" else 1):
        shorter = " ".join(words[start:])
        if homes := _homes(shorter, texts):
            return Fact(kind, shorter, homes)
    return Fact(kind, text, ())


def _facts(guide: str) -> Iterator[tuple[str, str]]:
    for pattern, kind in ((_FILE, "file"), (_VERSION, "release"), (_BUTTON, "button"), (_SYSLOG, "syslog")):
        for match in pattern.finditer(guide):
            yield kind, match.group(1) if pattern.groups else match.group()
    for line in guide.splitlines():
        for run in _ASCII_RUN.findall(line):
            records = _RECORD.findall(run)
            for message in records:
                yield from (("log", words) for words in _constant_words(message))
            if not records:
                yield from (("command", m) for m in map(_command, _PROMPT.findall(run)) if m)
                yield from (("counter", label) for label in _LABEL.findall(run) if not _DATE.match(label))


def _command(typed: str) -> str:
    from bot.commands import expand

    words = [word.lower() for word in typed.split()]
    known = [full for position, full in expand(words) if position == 0]
    return known[0] if known else " ".join(words[:2])


def _constant_words(message: str) -> Iterator[str]:
    """Yield the runs of two words or more of a log message that are no values."""
    for run in _VALUE.sub("\n", _SOURCE.sub("", message)).split("\n"):
        words = run.split()
        if len(words) >= 2:
            yield " ".join(words)


def _homes(text: str, texts: dict[str, str]) -> tuple[str, ...]:
    needle = _squash(text)
    return tuple(name for name, held in texts.items() if needle in held)


def _squash(text: str) -> str:
    return _SPACE.sub("", text).lower()
