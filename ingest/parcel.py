"""Files on a Chroma server: compressed and cut into pieces that fit its metadata.

Metadata rather than documents, since a server indexes every document for full-text search: that took three times the
space and eight times as long.
"""

from __future__ import annotations

import base64
import hashlib
import zlib
from collections.abc import Callable, Iterator
from typing import IO, TYPE_CHECKING

from bot.errors import IndexMismatch

if TYPE_CHECKING:
    from ingest.vectors.server import Server

FIELD, FIELDS = 4_096, 8
"""Characters of one metadata value, and values of one record: no more than Chroma's cloud takes."""
PIECE = FIELD * FIELDS * 3 // 4
"""Bytes of one piece."""
BATCH = 100
"""Pieces in one request, about 3 MB."""


def send(server: Server, collection: str, name: str, stream: IO[bytes]) -> tuple[str, int]:
    """Write a file to ``collection`` and return its SHA-256 and the number of its pieces."""
    total, number = hashlib.sha256(), 0
    for batch in _batches(_compressed(stream, total.update)):
        ids = [f"{name}#{number + i}" for i in range(len(batch))]
        records = {"ids": ids, "embeddings": [[1.0]] * len(ids), "metadatas": [_fields(piece) for piece in batch]}
        server.upsert(collection, records)
        number += len(batch)
    return total.hexdigest(), number


def receive(server: Server, collection: str, name: str, pieces: int, target: IO[bytes]) -> str:
    """Write a file of ``collection`` to ``target`` and return its SHA-256; raises IndexMismatch when a piece lacks."""
    total, unpack = hashlib.sha256(), zlib.decompressobj()
    for start in range(0, pieces, BATCH):
        ids = [f"{name}#{number}" for number in range(start, min(start + BATCH, pieces))]
        found = server.get(collection, ids, "metadatas")
        for piece in ids:
            try:
                body = unpack.decompress(_bytes(found[piece]))
            except (KeyError, ValueError, zlib.error) as error:
                raise IndexMismatch(f"{name} in {collection} on the Chroma server is not whole") from error
            total.update(body)
            target.write(body)
    return total.hexdigest()


def _fields(piece: bytes) -> dict[str, str]:
    text = base64.b64encode(piece).decode()
    return {f"p{start // FIELD}": text[start : start + FIELD] for start in range(0, len(text), FIELD)}


def _bytes(fields: dict[str, str]) -> bytes:
    return base64.b64decode("".join(fields[f"p{number}"] for number in range(len(fields))), validate=True)


def _compressed(stream: IO[bytes], seen: Callable[[bytes], None]) -> Iterator[bytes]:
    """Cut what ``stream`` holds, compressed, into pieces of PIECE bytes; ``seen`` gets the bytes as they were."""
    pack, held = zlib.compressobj(), b""
    while block := stream.read(1 << 20):
        seen(block)
        held += pack.compress(block)
        while len(held) >= PIECE:
            yield held[:PIECE]
            held = held[PIECE:]
    held += pack.flush()
    while held:
        yield held[:PIECE]
        held = held[PIECE:]


def _batches(pieces: Iterator[bytes]) -> Iterator[list[bytes]]:
    batch: list[bytes] = []
    for piece in pieces:
        batch.append(piece)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
