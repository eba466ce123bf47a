"""Characters that act on a terminal or turn text around, drawn as signs: nothing that was pasted moves a cursor."""

from __future__ import annotations

import re

_LINE_END = re.compile(r"\r+\n")
_ACTING = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\U000e0000-\U000e0fff]"
)
"""Control characters but for tabs and line ends, and what is not seen or changes the direction of writing."""


def inert(words: str) -> str:
    """Return ``words`` with a sign for each character that acts, such as ␛ for an escape."""
    if words.isprintable():
        return words
    return _ACTING.sub(_sign, _LINE_END.sub("\n", words))


def _sign(found: re.Match[str]) -> str:
    code = ord(found[0])
    if code < 0x20:
        return chr(0x2400 + code)
    return "␡" if code == 0x7F else _escaped(found)


def inert_json(line: str) -> str:
    """Return JSON that says the same without a character that acts: each stands as an escape of JSON's own."""
    return line if line.isprintable() else _ACTING.sub(_escaped, line)


def _escaped(found: re.Match[str]) -> str:
    units = found[0].encode("utf-16-be").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))
