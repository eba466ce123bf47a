"""The words of a policy's action, as configurations and policy maps write them."""

from __future__ import annotations

import re

_WORDS = (
    r"full|tfo|dre|lz|no|yes|none|only|adaptive|unidirectional|bidirectional|protocol|"
    r"compression[ \n][a-z]{2,12}|accelerate[ \n][a-z0-9-]{2,40}|application[ \n][a-z0-9-]{2,60}"
)
ACTION = rf"(?i:(?:optimize|pass-through)(?:[ \n](?:{_WORDS})(?![a-z0-9-])){{0,16}})"
_ACCELERATE = re.compile(r"(?i:accelerate)[ \n]([A-Za-z0-9-]+)")


def accelerates(action: str) -> str | None:
    """Return what the action accelerates, None where it accelerates nothing."""
    found = _ACCELERATE.search(action)
    return found[1] if found else None
