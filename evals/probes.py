"""Probes: what must hold for every command of the guide, whatever the cases happen to ask."""

from __future__ import annotations

from collections.abc import Iterable

from bot import text
from bot.commands import expand


def broken_tokens(commands: Iterable[str]) -> list[str]:
    """Name every command that keyword search would lose or take for its opposite.

    A command must give itself as one token, and its "no" form and its plain form must differ in tokens.
    """
    found = []
    for command in sorted(commands):
        plain = command.removeprefix("no ")
        with_no, without = set(text.tokens(f"no {plain}")), set(text.tokens(plain))
        if not with_no - without:
            found.append(f"tokens: 'no {plain}' is searched as {plain!r}")
        wholes = {f"command:{full}" for _, full in expand(command.lower().split())}
        if not wholes <= set(text.tokens(command)):
            found.append(f"tokens: {command!r} does not survive as one token")
    return found
