"""The guide's command grammar: from an abbreviated command to the command it stands for."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import yaml

GRAMMAR = Path(__file__).resolve().parent.parent / "kb" / "grammar.yaml"
WORD = re.compile(r"[a-z0-9][a-z0-9-]*")


@dataclass(slots=True)
class _Node:
    next: dict[str, _Node] = field(default_factory=dict)


@cache
def _trie() -> _Node:
    root = _Node()
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    grammar = yaml.load(GRAMMAR.read_text(encoding="utf-8"), Loader=loader)  # noqa: S506 (a safe loader)
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
