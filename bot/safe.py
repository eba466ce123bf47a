"""Words of others inside Markdown: shown exactly, and never acting as markup."""

from __future__ import annotations

import re

from ingest.documents.hidden import visible

_MARKUP = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$&=:@/^])")
_TICKS = re.compile(r"`+")


def plain(words: str) -> str:
    """Return one line in which every character that Markdown knows is escaped; unseen characters are left out."""
    return _MARKUP.sub(r"\\\1", " ".join(visible(words).split()))


def code(words: str) -> str:
    """Return one line as a code span that nothing in it can close."""
    line = " ".join(visible(words).split())
    ticks = "`" * (1 + max((len(run) for run in _TICKS.findall(line)), default=0))
    edge = " " if line.startswith("`") or line.endswith("`") else ""
    return f"{ticks}{edge}{line}{edge}{ticks}"


def quoted(words: str) -> str:
    """Return lines as a block quotation, each line as it stands."""
    lines = [plain(line) for line in words.splitlines()]
    ends = ["\\" if line and after else "" for line, after in zip(lines, [*lines[1:], ""], strict=True)]
    return "\n".join(f"> {line}{end}".rstrip(" ") for line, end in zip(lines, ends, strict=True))
