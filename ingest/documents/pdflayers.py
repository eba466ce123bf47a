"""Layers of a PDF (optional content): which of them are off when the file is opened."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ingest.documents.pdfcolour import resolved


class Layers:
    """The layers of one file that are not shown."""

    def __init__(self, catalog: Mapping[str, Any]) -> None:
        """Read them from the file's catalogue; what is malformed hides nothing."""
        properties = resolved(catalog.get("/OCProperties"))
        settings = resolved(properties.get("/D")) if isinstance(properties, Mapping) else None
        self._off: set[int] = set()
        if isinstance(settings, Mapping):
            if settings.get("/BaseState") == "/OFF":
                self._off = _numbers(properties.get("/OCGs")) - _numbers(settings.get("/ON"))
            self._off |= _numbers(settings.get("/OFF"))

    def hides(self, found: Any) -> bool:  # noqa: ANN401 (pypdf's objects)
        """Say whether what belongs to a group, or to several, is not shown."""
        number = _number(found)
        if not self._off or found is None:
            return False
        if number in self._off:
            return True
        group = resolved(found)
        members = _numbers(group.get("/OCGs"), alone=True) if isinstance(group, Mapping) else set()
        return bool(members) and members <= self._off


def _numbers(value: Any, alone: bool = False) -> set[int]:  # noqa: ANN401
    listed = resolved(value)
    if isinstance(listed, list):
        return {number for item in listed if (number := _number(item))}
    return {number for item in ([value] if alone else []) if (number := _number(item))}


def _number(value: Any) -> int:  # noqa: ANN401
    """Return the number of the object that a reference names, or that an object stands in, 0 for none."""
    reference = value if hasattr(value, "idnum") else getattr(value, "indirect_reference", None)
    return int(getattr(reference, "idnum", 0) or 0)
