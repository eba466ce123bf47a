"""The guide's command grammar: from an abbreviated command to the command it stands for."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import yaml

GRAMMAR = Path(__file__).resolve().parent.parent / "kb" / "grammar.yaml"
WORD = re.compile(r"[a-z0-9][a-z0-9-]*")
PLACEHOLDER = re.compile(r"<[^<>]+>")


@dataclass(slots=True)
class _Node:
    next: dict[str, _Node] = field(default_factory=dict)


@cache
def _trie() -> _Node:
    root = _Node()
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    grammar = yaml.load(GRAMMAR.read_text(encoding="utf-8"), Loader=loader)  # nosec B506
    for effects in grammar.values():
        for patterns in effects.values():
            for pattern in patterns:
                _add(root, pattern.replace("[", "").replace("]", "").split(" "))
    return root


def _add(node: _Node, words: list[str]) -> None:
    for word in words:
        if not WORD.fullmatch(word.lower()):
            return
        node = node.next.setdefault(word.lower(), _Node())


@cache
def grammar(file: Path = GRAMMAR) -> dict[tuple[str, str], tuple[re.Pattern[str], ...]]:
    """Return the patterns of a grammar file by (mode, effect); each matches a command followed by a space."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    data = yaml.load(file.read_text(encoding="utf-8"), Loader=loader)  # nosec B506
    return {
        (mode, effect): tuple(_pattern(line) for line in lines)
        for mode, effects in data.items()
        for effect, lines in effects.items()
    }


def _pattern(line: str) -> re.Pattern[str]:
    """Turn a grammar line into a pattern: <x> stands for one value, [x] for a word that may be left out."""
    parts = []
    for token in line.split(" "):
        optional = token.startswith("[")
        token = token.strip("[]")
        piece = r"(?:<[^<>]+>|[^\s<>]+)" if PLACEHOLDER.fullmatch(token) else re.escape(token)
        parts.append(f"(?:{piece} )?" if optional else f"{piece} ")
    return re.compile("".join(parts))


def is_known(text: str, mode: str, effect: str, file: Path = GRAMMAR) -> bool:
    """Say whether the grammar knows this command in this mode with this effect."""
    return any(pattern.fullmatch(text + " ") for pattern in grammar(file).get((mode, effect), ()))


def expand(words: list[str]) -> list[tuple[int, str]]:
    """Find commands in lower-case ``words``: (how many words it took, the full command), in order.

    A word stands for a keyword when it is a prefix of exactly one that may stand there, as on the
    device. Fewer than two words are no command. ``sh stat conn opt mapi`` gives
    ``show statistics connection optimized mapi``.
    """
    found, position = [], 0
    while position < len(words):
        command = _match(words[position:])
        if len(command) >= 2:
            found.append((position, " ".join(command)))
        position += max(1, len(command))
    return found


def _match(words: list[str]) -> list[str]:
    node, full = _trie(), []
    for word in words:
        options = [word] if word in node.next else [k for k in node.next if k.startswith(word)]
        if len(options) != 1 or len(word) < 2:
            break
        full.append(options[0])
        node = node.next[options[0]]
    return full
