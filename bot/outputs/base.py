"""What the modules of outputs share: the form of a reading, labels, tables, evidence.

A module of a command line output has:

- ``COMMAND``: the contract's name; ``TOPIC``: where a check belongs that has no topic of its own
- ``ANCHORS``: the patterns that prove this output whatever stands around it. A match of the first one
  begins a new output; the others prove one whose beginning was cut off.
- ``read(view, start, end)``: reads the output in that span of ``view.text``, None if it is not one
- flags where needed: ``NEEDS_ECHO``, a typed command of another name rules this output out;
  ``REPEATS``, a second match of the first anchor belongs to the same output; ``MERGES``, so does what
  follows the same command typed again; ``OWNS``, commands whose anchors may stand within this output;
  ``LOOKS_BACK``, text before the first anchor may be part of it

A module of a log has ``COMMAND`` and ``read_all(view) -> list[Reading]``: it is given the whole
view, finds its own records, and names the pieces they occupy in ``spans``. The framework leaves
those pieces out of what the modules of outputs see, so log lines may lie inside an output.

Both may have ``across(view, readings) -> list[Finding]``, asked once with all readings of a paste.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from bot.findings import Evidence, Finding, State
from bot.reading.paste import View

Span = tuple[int, int]
IP = r"(?:[0-9]{1,3}\.){3}[0-9]{1,3}"
DATE = r"(?:[A-Z][a-z]{2}[ \n])?[A-Z][a-z]{2}[ \n][0-9]{1,2}[ \n][0-9]{1,2}:[0-9]{2}:[0-9]{2}(?:[ \n][A-Z]{2,5})?[ \n][0-9]{4}"
_GROUPED = r"-?[0-9]{1,3}(?:,[0-9]{3}){1,6}(?![0-9A-Za-z.:/,])"
NUMBER = (
    rf"{_GROUPED}|-?[0-9]{{1,20}}(?:\.[0-9]{{1,20}})?(?![0-9A-Za-z.:/]|,[0-9])"
    r"|-?[0-9]{1,20}(?:\.[0-9]{1,20})?(?=[A-Z][a-z])"
)
"""A number that a device can print, or a person writes with commas; a longer row of digits is none."""


class Anchor:
    """A pattern that proves an output, and the literal words at which a match can begin.

    The words are found first, which is far quicker than trying the pattern everywhere; ``back`` is
    how far before a word a match may begin. Without words the pattern is only asked for a paste
    that no other anchor of its module explains.
    """

    __slots__ = ("back", "pattern", "words")

    def __init__(self, pattern: str, words: tuple[str, ...], back: int = 0) -> None:
        """Compile ``pattern``."""
        self.pattern, self.words, self.back = re.compile(pattern), words, back

    def matches(self, text: str, word: str) -> Iterator[re.Match[str]]:
        """Yield the matches that begin at or shortly before ``word``."""
        place = text.find(word)
        while place >= 0:
            found = self.pattern.match(text, place) if not self.back else self._near(text, place, len(word))
            if found:
                yield found
            place = text.find(word, max(place + len(word), found.end() if found else 0))

    def _near(self, text: str, place: int, size: int) -> re.Match[str] | None:
        low = max(0, place - self.back)
        found = self.pattern.search(text, low, place + size + 300)
        return found if found and found.start() <= place else None


KEY_TEST = "windows-domain diagnostics encryption-service get-key <exchange server FQDN> <domain name>"
"""The guide's proof that a key can be retrieved, which takes clocks that agree."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One output as a module read it; all offsets are offsets of ``view.text``.

    ``missing`` names, by the device's labels, what the output should have and the paste does not
    show; an output without any is complete. ``spans`` are the pieces it occupies where they are
    not simply ``start`` to ``end``; ``unread`` are pieces within it that were not understood.
    """

    command: str
    start: int
    end: int
    data: dict[str, Any]
    missing: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    spans: tuple[Span, ...] = ()
    unread: tuple[Span, ...] = ()


class Item(NamedTuple):
    """A value with the span of ``view.text`` that shows it, its label included."""

    value: Any
    start: int
    end: int


def snake(label: str) -> str:
    """Turn a device's label into the key of the data: words in lower case, joined by ``_``."""
    return re.sub(r"[^a-z0-9]+", "_", label.lower()).strip("_")


def words(text: str) -> str:
    """Return ``text`` with every line break read as the space it stands for."""
    return text.replace("\n", " ")


def number(text: str) -> int | float:
    """Read a number as the device prints it; a percent sign and the commas between thousands are left aside."""
    text = text.rstrip("% \n").replace(",", "")
    return float(text) if "." in text else int(text)


def loose(label: str) -> str:
    """Return the pattern of a label whose blanks may be lost or be line breaks."""
    return r"[ \n]?".join(re.escape(word) for word in label.split())


def finding(
    view: View,
    id: str,
    topic: str,
    state: State,
    message: tuple[str, str],
    trigger: tuple[str, str],
    spans: Iterable[Span] = (),
    next_command: str | None = None,
) -> Finding:
    """Build a finding; ``message`` and ``trigger`` are (Japanese, English), spans are of the view."""
    proof: tuple[Evidence, ...] = tuple(view.evidence(start, end) for start, end in spans)
    says = {"ja": message[0], "en": message[1]}
    return Finding(id, topic, state, says, {"ja": trigger[0], "en": trigger[1]}, proof, next_command)


def _trie(labels: Iterable[str]) -> str:
    """Return one pattern for all ``labels``, common first words written once."""
    groups: dict[str, list[str]] = {}
    for label in labels:
        first, _, rest = label.partition(" ")
        groups.setdefault(first, []).append(rest)
    parts = []
    for first, rests in groups.items():
        tails = [rest for rest in rests if rest]
        tail = rf"[ \n]?(?:{_trie(tails)})" if tails else ""
        parts.append(re.escape(first) + (f"(?:{tail})?" if tails and "" in rests else tail))
    return "|".join(parts)


_ECHO = re.compile(r"(?:[^\s#>]{1,63}[#>])?[ \n]{0,2}show[a-z \n-]{1,80}")
"""A typed command, with its prompt or without."""


_CUT = re.compile(r" |[ \n]?(?:[+(,][ \n]?\w{0,20}|[A-Z_]{1,20})")
"""What the text's end leaves of words that belong to the value before them."""


class Labels:
    """Reads ``Label: value`` wherever it stands in a span, in any layout.

    ``specs`` are (label, pattern of the value) in the order in which the device prints them.
    """

    def __init__(
        self, specs: Sequence[tuple[str, str]], optional: frozenset[str] = frozenset(), last: bool = True
    ) -> None:
        """Compile one pattern for all labels; ``optional`` ones are never called missing.

        ``last`` says that nothing follows the last label, so its value may end the text.
        """
        self._last = snake(specs[-1][0]) if last else None
        self.labels = tuple(label for label, _ in specs)
        self._required = tuple((label, snake(label)) for label in self.labels if label not in optional)
        kinds: dict[str, list[str]] = {}
        for label, kind in specs:
            kinds.setdefault(kind, []).append(label)
        none = rf"(?!(?:{_trie(self.labels)})[ \n]?:)"  # a label without a value is followed by the next one
        parts = [
            rf"({_trie(labels)})[ \n]?:[ \n]?{'' if kind == NUMBER else none}({kind})" for kind, labels in kinds.items()
        ]
        self._pattern = re.compile(rf"(?<![A-Za-z])(?:{'|'.join(parts)})")
        self._numeric = {2 * k + 2 for k, kind in enumerate(kinds) if kind == NUMBER}
        self._names = {re.sub(r"[ \n]", "", label): label for label in self.labels}
        self._keys: dict[str, str] = {}
        self._heads = {
            snake(a): [b.removesuffix(a).strip() for b in self.labels if b.endswith(" " + a)] for a in self.labels
        }

    def read(self, text: str, start: int, end: int) -> dict[str, Item]:
        """Return the items of ``text[start:end]`` by key; where a label comes twice, the first.

        What may have been cut is left out: a value that ends with the text itself, with labels still
        to come, and a label that begins the text and is the end of a longer one.
        """
        found: dict[str, Item] = {}
        size = len(text)
        for match in self._pattern.finditer(text, start, end):
            index = match.lastindex or 2
            key = self._keys.get(match[index - 1]) or self._key(match[index - 1])
            low, high = match.span()
            cut = high >= size or (high > size - 24 and index not in self._numeric and _CUT.fullmatch(text, high))
            if key in found or ((low < 20 or cut) and not self._whole(key, low, size if cut else high, text)):
                continue
            value = number(match[index]) if index in self._numeric else words(match[index])
            found[key] = Item(value, low, high)
        return found

    def _whole(self, key: str, start: int, end: int, text: str) -> bool:
        lead = text[:start].strip() if start < 20 else "-"
        if end >= len(text) and (not lead or (start < 160 and _ECHO.fullmatch(text, 0, start))):
            return True  # one label alone, or behind its command, was picked out, not cut off
        if end >= len(text) and key != self._last:
            return False
        return not any(head.endswith(lead) for head in self._heads[key])

    def _key(self, printed: str) -> str:
        label = self._names[re.sub(r"[ \n]", "", printed)]
        return self._keys.setdefault(printed, snake(label))

    def missing(self, found: dict[str, Item]) -> tuple[str, ...]:
        """Return the labels, as the device prints them, that ``found`` does not hold."""
        return tuple(label for label, key in self._required if key not in found)


_EXTRA = re.compile(
    r"[ \n]?([A-Z][A-Za-z0-9 ()/,-]{2,70}[A-Za-z0-9)])[ \n]?:[ \n]?(-?[0-9]{1,20}(?:\.[0-9]{1,9})?)%?(?=[ \n])"
)
_WORD = re.compile(r"[A-Za-z0-9]")


def at_end(text: str, place: int) -> bool:
    """Whether nothing follows ``place``, not even a line break: what ends there may have been cut."""
    return place >= len(text) - 1 and text[place:] in ("", " ")


def leftovers(text: str, spans: Iterable[Span], known: re.Pattern[str] | None = None) -> list[Span]:
    """Return the pieces between ``spans`` that hold words and are not ``known`` headings."""
    rest: list[Span] = []
    done = -1
    for start, end in sorted(spans):
        if done >= 0 and start - done > 1 and _WORD.search(text, done, start):
            gap = known.sub("", text[done:start]) if known else text[done:start]
            if _WORD.search(gap) and not gap.lstrip().startswith("<-"):
                rest.append((done, start))
        done = max(done, end)
    return rest


def extras(text: str, gaps: Iterable[Span]) -> tuple[dict[str, Any], list[Span]]:
    """Read labels that no module knows from ``gaps``; return them and the gaps still unread.

    A gap is read only where all of it is ``Label: number``, one after the other.
    """
    data: dict[str, Any] = {}
    unread: list[Span] = []
    for start, end in gaps:
        more, at = following(text, start, end)
        if more and not _WORD.search(text, at, end):
            data |= more
        else:
            unread.append((start, end))
    return data, unread


def following(text: str, start: int, end: int) -> tuple[dict[str, Any], int]:
    """Read unknown labels that stand one after the other from ``start`` on; return where they end."""
    data: dict[str, Any] = {}
    while found := _EXTRA.match(text, start, min(end + 1, len(text))):
        data[snake(found[1])] = number(found[2])
        start = found.end()
    return data, start


def values(found: dict[str, Item]) -> dict[str, Any]:
    """Return the data of ``found``: its values by key."""
    return {key: item.value for key, item in found.items()}
