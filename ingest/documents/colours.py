"""Colours as three numbers from 0 to 255, and whether an eye tells two of them apart."""

from __future__ import annotations

Colour = tuple[int, int, int]
WHITE: Colour = (255, 255, 255)
BLACK: Colour = (0, 0, 0)
ALIKE = 24
"""Greatest difference of red, green and blue in which a text cannot be told from its ground."""


def alike(one: Colour, other: Colour) -> bool:
    """Say whether text of the one colour cannot be seen on the other."""
    return all(abs(a - b) <= ALIKE for a, b in zip(one, other, strict=True))


def from_hex(code: str) -> Colour | None:
    """Return the colour of six hexadecimal digits, None for anything else."""
    try:
        red, green, blue = bytes.fromhex(code)
    except ValueError:
        return None
    return red, green, blue
