"""Letters in disguise: what a question writes in ornamented letters is searched by the words that it spells.

Left as they are, such letters fall apart into single ones, and single letters name things in the guide: each letter
of an Accel column is a word there.
"""

from __future__ import annotations

import re
import unicodedata
from string import ascii_lowercase

_MARKS = re.compile("[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+")
_ALPHABETS = (0x249C, 0x1F110, 0x1F130, 0x1F150, 0x1F170, 0x1F1E6)
"""Where letters in brackets, squares and circles, and of flags, begin: 26 in a row. NFKC undoes all other alphabets."""
_ORNAMENTED = {begin + n: letter for begin in _ALPHABETS for n, letter in enumerate(ascii_lowercase)}
_SPACED = re.compile(r"(?<![^\W_])[A-Za-z](?:[\W_]{1,3}[A-Za-z]){11,}(?![^\W_])")
"""Twelve single letters in a row or more: a text with gaps between its letters. A legend of letters is shorter."""


def undisguised(text: str) -> str:
    """Return ``text`` with plain letters for ornamented ones, without marks heaped on them and spaced-out words."""
    if text.isascii():
        return _SPACED.sub(" ", text)
    text = text.translate(_ORNAMENTED)
    if _MARKS.search(unicodedata.normalize("NFKC", text)):  # marks that belong to a letter are one with it by now
        text = unicodedata.normalize("NFC", _MARKS.sub("", unicodedata.normalize("NFKD", text)))
    return _SPACED.sub(" ", text)
