"""Which texts a block of log lines needs to be searched for, learned from the places that printed them.

A statement in the source prints one form of text, and its place stands at the end of each line: one line
of a place tells which needles others of it can hold. What is not known for certain is searched for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from bot.outputs import wsao_errorlog
from bot.outputs.errorlog import log_of
from bot.reading.needles import Needle, groups

_END = 28
_NEW = 400
_KNOWN = 20_000
_PLACE = re.compile(rb"\[([A-Za-z_][\w.]{1,60}\.(?:cpp|cc|c)):\d{1,6}\][\s']{0,8}$")
_PASSING_ON = (b"Gss", b"AdsGss")
"""Sources that print what a library told them, so that their lines can hold anything."""
_ARGUMENTS = (
    (b"SECURED_STATE", b"StartHandOver"),
    (b"Auth", b"Auth"),
    (b"Key retrieval failed", b"Key retrieval"),
    (b"error:", b"SPN:"),
    (b"AUTH_STATUS", b"ID_TAG"),
    (b"Black_Listed", b"ID_TAG"),
)
"""Needles, by their beginning, that are an argument of their statement, with a text that always stands by."""


class Forms:
    """The places seen so far, with the numbers of the needles that their lines can hold."""

    def __init__(self) -> None:
        """Know the needles and no place."""
        self.needles = [needle for group in groups() for needle in group.needles]
        self._every = frozenset(range(len(self.needles)))
        self._texts = [self._certain(needle) for needle in self.needles]
        self._places: dict[bytes, frozenset[int]] = {b"": frozenset()}

    def wanted(self, block: bytes, records: int) -> Iterable[Needle]:
        """Return the needles to look for in a block of ``records`` records, all of them where in doubt."""
        lines = block.split(b"\n")
        if records > len(lines):
            return self._present(block)
        ends = {line[-_END:]: line for line in lines}
        new = set(ends) - self._places.keys()
        if len(new) > _NEW:
            return self._present(block)
        if len(self._places) > _KNOWN:
            self._places = {b"": frozenset()}
            new = set(ends)
        self._places.update((end, self._learn(ends[end])) for end in new)
        numbers = frozenset[int]().union(*{self._places[end] for end in ends})
        return [self.needles[number] for number in sorted(numbers)]

    def _present(self, block: bytes) -> Iterable[Needle]:
        signs = (group for group in groups() if any(sign in block for sign in group.signs))
        return [needle for group in signs for needle in group.needles]

    def _learn(self, line: bytes) -> frozenset[int]:
        place = _PLACE.search(line)
        if not line.strip():
            return frozenset()
        if place is None or log_of(place[1].decode()) is None:
            return self._every
        anything = place[1].startswith((b"Gss", b"AdsGss")) or log_of(place[1].decode()) == wsao_errorlog.COMMAND
        return self._every if anything else frozenset(i for i, text in enumerate(self._texts) if text in line)

    @staticmethod
    def _certain(needle: Needle) -> bytes:
        return next((by for start, by in _ARGUMENTS if needle.text.startswith(start)), needle.text)
