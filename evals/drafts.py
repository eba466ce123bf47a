"""From use to test: a thumbs-down becomes a redacted draft case that a person accepts with one command."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

import yaml

from bot import text
from bot.errors import InputError
from evals.cases import FOLDER, parse_record, read_file

DRAFTS = Path(__file__).resolve().parent / "drafts"
ACCEPTED = FOLDER / "feedback.yaml"

_HOST = r"\b[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}\.(?:com|net|org|local|jp|corp|lan)\b"
_SECRET = r"\bxox[a-z]-[A-Za-z0-9-]{1,200}|(?i:\b(?:password|passwd|secret|token|key)\s{0,3}[:=]\s{0,3}\S{1,200})"
_MASKS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9.-]{1,253}"), "user@example.com"),
    (re.compile(r"(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.])"), "192.0.2.1"),
    (re.compile(r"(?<![0-9A-Fa-f:])(?:[0-9A-Fa-f]{1,2}:){5}[0-9A-Fa-f]{1,2}(?![0-9A-Fa-f:])"), "02:00:00:00:00:01"),
    (re.compile(_HOST), "host.example.com"),
    (re.compile(_SECRET), "REDACTED"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Feedback:
    """A thumbs-down: what was asked and pasted, what came, and why it was wrong in the person's words."""

    question: str
    paste: str
    reason: str
    answer: str
    topics: tuple[str, ...]
    index_version: str


def redact(text: str) -> str:
    """Return ``text`` with addresses, host names, mail addresses and secrets replaced by neutral ones."""
    for pattern, mask in _MASKS:
        text = pattern.sub(mask, text)
    return text


def write_draft(feedback: Feedback, folder: Path = DRAFTS) -> Path:
    """Write ``feedback`` as a redacted draft and return its file; the same question gives the same file."""
    digest = hashlib.sha256(f"{feedback.question}\0{feedback.paste}\0{feedback.reason}".encode()).hexdigest()[:10]
    question, language = redact(feedback.question), text.language(feedback.question or feedback.paste)
    body = {
        "case": {
            "id": f"fb-{digest}", "kind": "feedback", "tags": [], "ja": "", "en": "", "paste": redact(feedback.paste),
            "topics": [], "commands": [], "facts": [], "forbid": [], "status": "answered",
        },
        "was": {
            "reason": redact(feedback.reason), "answer": redact(feedback.answer), "topics": list(feedback.topics),
            "index_version": feedback.index_version,
        },
    }  # fmt: skip
    body["case"][language] = question
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"fb-{digest}.yaml"
    head = "# Complete `case` (the twin question, topics, commands, facts), then: python -m evals accept " + file.stem
    file.write_text(f"{head}\n{_dump(body)}", encoding="utf-8")
    return file


def accept(name: str, folder: Path = DRAFTS, target: Path = ACCEPTED) -> str:
    """Move the draft ``name`` into the cases and return its id; raises ArticleError or InputError.

    A draft without its twin asks the same question in both languages, so it is one case.
    """
    file = folder / f"{Path(name).stem}.yaml"
    if not file.is_file():
        known = ", ".join(sorted(f.stem for f in folder.glob("*.yaml"))) or "none"
        raise InputError(f"there is no draft {name}; drafts: {known}")
    body = yaml.safe_load(file.read_text(encoding="utf-8"))
    if not isinstance(body, dict) or not isinstance(body.get("case"), dict):
        raise InputError(f"{file.name} holds no case")
    case = dict(body["case"])
    case["ja"], case["en"] = case.get("ja") or case.get("en", ""), case.get("en") or case.get("ja", "")
    record = parse_record(case, file.name)
    if target.is_file() and record.id in {known.id for known in read_file(target)}:
        raise InputError(f"{record.id} is among the cases already")
    with target.open("a", encoding="utf-8") as stream:
        stream.write(_dump([case]) + "\n")
    file.unlink()
    return record.id


def _dump(body: object) -> str:
    return yaml.safe_dump(body, allow_unicode=True, sort_keys=False, width=10_000)
