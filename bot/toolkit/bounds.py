"""Results that fit into an agent's context: what is left out is said, with its place and number."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

LARGEST = 100_000
"""Characters of JSON that a bounded result has at most, roughly; the note on what was left out comes on top."""
_KEPT = (200, 50, 20, 5, 1)
_TEXT = 20_000


def bounded(body: dict[str, Any], largest: int = LARGEST) -> dict[str, Any]:
    """Return ``body``, or a copy with its longest lists and texts cut until it has ``largest`` characters.

    ``left_out`` then holds one sentence for each cut. Citations and steps are never cut.
    """
    if _size(body) <= largest:
        return body
    for kept in _KEPT:
        notes: list[str] = []
        cut = {
            key: value if key in ("steps", "citations") else _cut(value, key, kept, notes)
            for key, value in body.items()
        }
        if _size(cut) <= largest:
            break
    return cut | {"left_out": list(_few(notes))}


def _size(body: object) -> int:
    return len(json.dumps(body, ensure_ascii=False))


def _cut(value: Any, place: str, kept: int, notes: list[str]) -> Any:  # noqa: ANN401 (JSON)
    if isinstance(value, dict):
        return {key: _cut(item, f"{place}.{key}", kept, notes) for key, item in value.items()}
    if isinstance(value, list):
        if len(value) > kept:
            notes.append(f"{place}: {len(value) - kept} of {len(value)} entries")
        return [_cut(item, f"{place}[{n}]", kept, notes) for n, item in enumerate(value[:kept])]
    if isinstance(value, str) and len(value) > _TEXT:
        notes.append(f"{place}: {len(value) - _TEXT} of {len(value)} characters")
        return value[:_TEXT]
    return value


def _few(notes: list[str]) -> Iterator[str]:
    yield from notes[:50]
    if len(notes) > 50:
        yield f"and {len(notes) - 50} more cuts"
