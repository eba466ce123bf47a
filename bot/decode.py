"""From a file's bytes to its text: the encoding is told, not guessed where it cannot be known."""

from __future__ import annotations

import codecs
import re
from collections.abc import Sequence

from bot.errors import InputError

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAMPLE = 200_000
_KANA = re.compile(r"[\u3041-\u309f\u30a1-\u30fc\u3001\u3002\uff08\uff09\u300c\u300d\uff1a]")
_OTHER = re.compile(r"[\u4e00-\u9fff\uff10-\uff5a\u3000-\u303f\u2010-\u2312\u2500-\u266f]")
_ODD = re.compile(r"[\uff61-\uff9f\ue000-\uf8ff\x80-\x9f\u0370-\u04ff]")
_WESTERN = re.compile(r"[\u2018-\u201e\u2013\u2014\u2022\u2026\u20ac\u2122\xa0-\xbf\xc0-\xff\u0152-\u017e]")
_WESTERN_RUN = re.compile(r"[^\x00-\x7f]{3,}")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_PLAIN = 0.02
"""Share of control characters that a text may have: terminals leave some."""


def decode(data: bytes, declared: str | None = None) -> str:
    """Return the text of ``data``; raises InputError when it is binary or no encoding fits.

    ``declared`` is the encoding that the file names for itself; it counts where it fits.
    """
    text = _decoded(data, declared)
    if len(_CONTROL.findall(text[:_SAMPLE])) > _PLAIN * min(len(text), _SAMPLE) or "\0" in text:
        raise InputError("is binary, not text")
    return text


def _decoded(data: bytes, declared: str | None) -> str:
    for mark, name in _MARKS:
        if data.startswith(mark):
            return _strict(data, name) or _refuse(data)
    if b"\0" in data[:_SAMPLE]:
        return _wide(data)
    if b"\x1b$" in data and data.isascii() and (text := _strict(data, "iso2022_jp")):
        return text
    for name in ("utf-8", *((declared,) if declared else ())):
        if (text := _strict(data, name)) is not None:
            return text
    return likely(data) or _refuse(data)


def _strict(data: bytes, name: str) -> str | None:
    try:
        return data.decode(name)
    except (UnicodeError, LookupError):
        return None


def _wide(data: bytes) -> str:
    """Decode UTF-16 without a mark: there every other byte of Latin text and of line ends is zero."""
    sample = data[: _SAMPLE & ~1]
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    name = "utf-16-le" if odd > even else "utf-16-be"
    breaks = b"\n\0" in sample or b"\0\n" in sample or max(even, odd) * 5 > len(sample)
    text = _strict(data, name) if breaks and min(even, odd) * 20 < max(even, odd) else None
    if text is None:
        raise InputError("is binary, not text")
    return text


def likely(data: bytes, names: Sequence[str] = ("cp932", "euc_jp", "cp1252")) -> str | None:
    """Choose between Shift_JIS, EUC-JP and Windows Western by what the text then looks like; None where none fits."""
    scored = [(_score(text[:_SAMPLE], name), text) for name in names if (text := _strict(data, name))]
    best = max(scored, default=(0.0, ""), key=lambda pair: pair[0])
    return best[1] if best[0] > 0.5 else None


def _score(text: str, name: str) -> float:
    """Return how much (at most 1) of what is not ASCII is what such a text is made of."""
    foreign = sum(1 for c in text if not c.isascii())
    if name == "cp1252":
        runs = sum(map(len, _WESTERN_RUN.findall(text)))
        return (len(_WESTERN.findall(text)) - 2 * runs) / max(1, foreign)
    kana = len(_KANA.findall(text))
    good = kana + min(len(_OTHER.findall(text)), 3 * kana)
    return (good - 2 * len(_ODD.findall(text))) / max(1, foreign)


def _refuse(data: bytes) -> str:
    try:
        data.decode("utf-8")
        place = ""
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        place = f" (not UTF-8 from line {line} on)"
    raise InputError(f"has an encoding that cannot be told{place}; save it as UTF-8")
