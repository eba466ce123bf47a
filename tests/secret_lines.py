"""Lines with and without secrets, and the damage that a paste goes through before it is masked."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from bot.redact import redact

FOLDER = Path(__file__).resolve().parent / "secrets"
WIDTH = 80
"""Columns of the terminal that cuts secrets in two."""


def lines(name: str) -> list[str]:
    """Return the lines of one file, with their line ends."""
    held = (FOLDER / name).read_text(encoding="utf-8").splitlines()
    return [line.replace("⏎", "\n") for line in held if line and not line.startswith("# ")]


def plain(line: str) -> str:
    """Return a line without the marks of its secrets."""
    return re.sub("[⟦⟧]", "", line)


def secrets(line: str) -> list[str]:
    """Return the words of the secrets in a line; a short word counts where it is a secret by itself."""
    found = re.findall("⟦([^⟧]*)⟧", line)
    return [word for secret in found for word in (secret, *secret.split()) if word == secret or len(word) > 3]


def _outside(change: Callable[[str], str]) -> Callable[[str], str]:
    """Return what changes all but the secrets of a line."""

    def changed(line: str) -> str:
        parts = re.split("(⟦[^⟧]*⟧)", line)
        return "".join(part if part.startswith("⟦") else change(part) for part in parts)

    return changed


def _full_width(line: str) -> str:
    wide = {code: chr(code + 0xFEE0) for code in range(0x21, 0x7F)} | {0x20: "\u3000"}
    return line.translate(wide)


DAMAGE: dict[str, Callable[[str], str]] = {
    "as it is": lambda line: line,
    "on one line": lambda line: line.replace("\n", " "),
    "more spaces": _outside(lambda part: part.replace(" ", "   ")),
    "no-break spaces": lambda line: line.replace(" ", "\u00a0"),
    "full-width": _full_width,
    "quoted in a mail": lambda line: "> " + line.replace("\n", "\n> "),
    "upper case": _outside(str.upper),
    "within a mail": lambda line: f"Outlook is slow.\n\n{line}\n\nRegards,\nSato",
}


def leaks(line: str) -> list[str]:
    """Return the secrets of a line that masking leaves."""
    masked = redact(plain(line))
    return [word for word in secrets(line) if word in masked]


def cut(line: str) -> tuple[str, str, str] | None:
    """Return a line that a terminal's width cuts in the middle of its first secret, and the two halves."""
    before, _, rest = line.partition("⟦")
    secret = rest.partition("⟧")[0]
    at = len(before) + len(secret) // 2
    if "\n" in line or len(secret) < 4 or at > WIDTH - 3:
        return None
    whole = "x" * (WIDTH - at - 1) + " " + plain(line)
    return f"{whole[:WIDTH]}\n{whole[WIDTH:]}", secret[: len(secret) // 2], secret[len(secret) // 2 :]
