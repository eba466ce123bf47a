"""Colours of a PDF: operands and colour space to red, green and blue; None where nobody can tell without drawing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ingest.documents.colours import BLACK, Colour

DEVICES = {"g": "/DeviceGray", "rg": "/DeviceRGB", "k": "/DeviceCMYK"}
_SAME = {
    "/G": "/DeviceGray", "/CalGray": "/DeviceGray", "/RGB": "/DeviceRGB", "/CalRGB": "/DeviceRGB",
    "/CMYK": "/DeviceCMYK",
}  # fmt: skip
_BY_COMPONENTS = {1: "/DeviceGray", 3: "/DeviceRGB", 4: "/DeviceCMYK"}
_FAINT = 0.1
"""Share of an ink below which what it leaves is close to paper, whichever ink it is."""


def space_of(name: object, resources: Mapping[str, Any]) -> str:
    """Return the family of a colour space: one of the devices, "/Separation", or "" for one that cannot be told."""
    named = str(name)
    if named in DEVICES.values() or named in _SAME:
        return _SAME.get(named, named)
    spaces = resolved(resources.get("/ColorSpace"))
    found = resolved(spaces.get(named)) if isinstance(spaces, Mapping) else None
    if not isinstance(found, Sequence) or isinstance(found, str) or not found:
        return space_of(found, {}) if isinstance(found, str) and found != named else ""
    family = str(found[0])
    if family == "/ICCBased" and len(found) > 1:
        profile = resolved(found[1])
        return _BY_COMPONENTS.get(int(profile.get("/N", 0)), "") if isinstance(profile, Mapping) else ""
    return "/Separation" if family in ("/Separation", "/DeviceN") else _SAME.get(family, "")


def first_of(space: str) -> Colour | None:
    """Return the colour that a colour space begins with."""
    return BLACK if space.startswith("/Device") else None


def colour_of(space: str, operands: Sequence[Any]) -> Colour | None:
    """Return the colour that numbers mean in a colour space, or None."""
    try:
        values = [min(1.0, max(0.0, float(value))) for value in operands]
    except (TypeError, ValueError):
        return None
    if space == "/DeviceGray" and len(values) == 1:
        return _byte(values[0]), _byte(values[0]), _byte(values[0])
    if space == "/DeviceRGB" and len(values) == 3:
        return _byte(values[0]), _byte(values[1]), _byte(values[2])
    if space == "/DeviceCMYK" and len(values) == 4:
        red, green, blue = (_byte((1 - ink) * (1 - values[3])) for ink in values[:3])
        return red, green, blue
    if space == "/Separation" and values and max(values) < _FAINT:
        light = _byte(1 - max(values))
        return light, light, light
    return None


def _byte(share: float) -> int:
    return round(255 * share)


def resolved(value: Any) -> Any:  # noqa: ANN401 (pypdf's objects)
    """Return what a reference of pypdf names, anything else as it is."""
    return value.get_object() if hasattr(value, "get_object") else value
