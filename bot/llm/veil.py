"""Nothing that names a person or a machine leaves: stable placeholders, the same throughout a case, and back again.

Secrets are masked for good first (:func:`bot.redact.redact`). Addresses, host names, domains, user names and mail
addresses become ``KBHOST1`` and the like. Terms of the guide itself stay: they are public, and the model needs them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from ipaddress import ip_address

from bot.redact import redact

_HEX = r"[0-9A-Fa-f]{1,4}"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_PERSON = r"[\u3400-\u9fff々]{1,4}(?<![仕客同多模異有皆王])|[\u30a1-\u30ff]{2,10}|[A-Z][a-z]{1,20}"
_APART = r"(?<![A-Za-z0-9_.-])"
_RULES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern))
    for kind, pattern in (
        ("MAIL", r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){0,8}"),
        ("ADDRESS", r"(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![0-9A-Za-z]|\.\d)"),
        ("ADDRESS", rf"(?<![0-9A-Za-z:.])(?:{_HEX})?(?::{{1,2}}{_HEX}){{1,7}}(?:::)?(?:%[A-Za-z0-9]{{1,15}})?"
                    rf"(?![0-9A-Za-z:])"),
        ("ADDRESS", r"(?<![0-9A-Za-z:])[0-9A-Fa-f]{1,4}::(?![0-9A-Za-z:])"),
        ("ADDRESS", r"(?<![0-9A-Fa-f:.-])(?:[0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}(?![0-9A-Fa-f:-])"),
        ("ADDRESS", r"(?<![0-9A-Fa-f.])[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}(?![0-9A-Fa-f])"),
        ("USER", r"(?<![A-Za-z0-9._\\-])[A-Za-z0-9._-]{1,40}\\[A-Za-z0-9._$-]{1,64}"),
        ("USER", r"(?i:\b(?:user(?:[ -]?name|[ -]?id)?|login|account|owner|ユーザー?名?|アカウント)[ \t]{0,2}"
                 r"[:=：は]?[ \t]{0,2})([A-Za-z][A-Za-z0-9._$-]{1,63})"),
        ("USER", rf"({_PERSON})(?=[ \t]?(?:さん|様|氏|殿))"),
        ("USER", r"\b(?:Mr|Ms|Mrs|Dr)\.?[ \t]([A-Z][A-Za-z'-]{1,30})"),
        ("HOST", r"(?m)(?<![^\s])([A-Za-z][A-Za-z0-9_.-]{0,62})(?=(?:\([a-z-]{1,40}\))?#)"),
        ("HOST", rf"(?i:\b(?:host(?:[ -]?name)?|server|device|machine|ホスト名?|サーバー?名?|機器名?)[ \t]{{0,2}}"
                 rf"[:=：は]?[ \t]{{0,2}})({_LABEL}(?:\.{_LABEL}){{0,8}})(?<=[A-Za-z0-9.-]{{3}})"),
        ("HOST", rf"{_APART}{_LABEL}(?:\.{_LABEL}){{1,8}}\.?(?![A-Za-z0-9_-])"),
        ("HOST", r"\\\\[A-Za-z0-9._$-]{1,64}"),
        ("HOST", r"(?<![A-Za-z0-9_%-])[A-Za-z0-9]{1,30}(?:[-_][A-Za-z0-9]{1,30}){1,8}(?![A-Za-z0-9_-])"),
        ("HOST", r"(?<![A-Za-z0-9_%.-])(?=[A-Za-z]{0,20}[0-9])[A-Za-z][A-Za-z0-9]{2,30}(?![A-Za-z0-9_-])"),
    )
)  # fmt: skip
_HELD = re.compile(r"KB(?:MAIL|ADDRESS|USER|HOST)[0-9]{1,5}(?![A-Za-z0-9])")
_LOOKS_HELD = re.compile(r"(?i)KB[ _-]?(?:MAIL|ADDRESS|USER|HOST)")
_PIECE = re.compile(r"[a-z0-9]+")
_RELEASE = re.compile(r"[vV]?\d+(?:\.\d+){1,3}[a-z]?")
_GREATEST_RELEASE = 7


class UnknownPlaceholder(Exception):
    """A reply names a placeholder that was never given out."""


class Veil:
    """The placeholders of one case; ``names`` maps each to what it stands for and is kept with the case."""

    def __init__(self, names: dict[str, str], is_public: Callable[[str], bool]) -> None:
        """Go on with ``names``, which grows; ``is_public`` says whether the guide itself uses a term."""
        self.names = names
        self._is_public = is_public
        self._given = {real: held for held, real in names.items()}

    def hide(self, text: str) -> str:
        """Return ``text`` with secrets masked and whatever names a person or machine replaced."""
        text = redact(text)
        for kind, pattern in _RULES:
            text = pattern.sub(lambda found, kind=kind: self._replaced(found, kind), text)  # type: ignore[misc]
        return self._known(text)

    def show(self, text: str) -> str:
        """Return ``text`` with the real names back; raises UnknownPlaceholder."""
        back = _HELD.sub(lambda found: self._real(found[0]), text)
        if _LOOKS_HELD.search(_without(back, self.names.values())):
            raise UnknownPlaceholder(text[:80])
        return back

    def _real(self, held: str) -> str:
        if held not in self.names:
            raise UnknownPlaceholder(held)
        return self.names[held]

    def _replaced(self, found: re.Match[str], kind: str) -> str:
        group = found.lastindex or 0
        real = found[group]
        if _HELD.search(real) or not self._is_private(real, kind):
            return found[0]
        start, end = found.start(group) - found.start(), found.end(group) - found.start()
        return found[0][:start] + self._hold(real, kind) + found[0][end:]

    def _is_private(self, real: str, kind: str) -> bool:
        if kind == "ADDRESS":
            return _is_address(real)
        return not (_RELEASE.fullmatch(real) or self._is_public(real))

    def _hold(self, real: str, kind: str) -> str:
        if real not in self._given:
            number = sum(held.startswith(f"KB{kind}") for held in self.names) + 1
            self.names[f"KB{kind}{number}"] = real
            self._given[real] = f"KB{kind}{number}"
        return self._given[real]

    def _known(self, text: str) -> str:
        """Replace what is known to be private wherever else it stands, the longest first, whatever its case."""
        known = sorted(self._given, key=len, reverse=True)
        if not known:
            return text
        parts = "|".join(_bounded(real) for real in known)
        kinds = {real.lower(): held[2:].rstrip("0123456789") for real, held in self._given.items()}
        return re.sub(f"(?i){parts}", lambda found: self._hold(found[0], kinds[found[0].lower()]), text)


def _bounded(real: str) -> str:
    before = r"(?<![A-Za-z0-9])" if real[0].isascii() else ""
    after = r"(?![A-Za-z0-9])" if real[-1].isascii() else ""
    return f"{before}{re.escape(real)}{after}"


def _is_address(real: str) -> bool:
    """Say whether ``real`` is an address and no release such as 5.0.3.1 or time such as 10:20:30."""
    if re.fullmatch(r"\d+(?:\.\d+){3}", real):
        parts = [int(part) for part in real.split(".")]
        return max(parts) < 256 and not (parts[0] <= _GREATEST_RELEASE and max(parts) < 20)
    if re.fullmatch(r"\d{1,2}(?::\d{1,2}){2}", real):
        return False
    try:
        return bool(ip_address(real.partition("%")[0]))
    except ValueError:
        return len(re.sub(r"[:.-]", "", real)) == 12


def _without(text: str, names: Iterable[str]) -> str:
    for name in names:
        text = text.replace(name, "")
    return text


def guide_terms(texts: Iterable[str]) -> Callable[[str], bool]:
    """Return what says whether a term stands in the guide's ``texts``, itself or made of words of theirs.

    A made-up name such as ``mapi-ao`` is public when it stands in the guide as it is, or is a known file name.
    """
    terms: set[str] = set()
    for part in texts:
        terms.update(_terms(part.lower()))

    def is_public(term: str) -> bool:
        low = term.lower().rstrip(".")
        if low in terms:
            return True
        return "." not in low and "\\" not in low and not any(c.isdigit() for c in low) and _is_wording(low, terms)

    return is_public


def _terms(low: str) -> Iterator[str]:
    for found in re.finditer(r"[a-z0-9%][a-z0-9_.%-]*[a-z0-9]|[\u3400-\u9fff々]{1,4}|[\u30a1-\u30ff]{2,10}", low):
        yield found[0]
        if found[0].isascii():
            yield from _PIECE.findall(found[0])


def _is_wording(low: str, terms: set[str]) -> bool:
    """Say whether a hyphenated word is common English: every part is a word that the guide uses."""
    parts = _PIECE.findall(low)
    return "-" in low and len(parts) > 1 and all(part in terms and len(part) > 1 for part in parts)
