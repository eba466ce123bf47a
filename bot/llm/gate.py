"""What stands between a model and a person: pure code that refuses a rewording unless it says the very same.

A rewording passes when it has the same steps in the same order with the same commands and citations, and each of
its sentences holds the step's code, numbers, names, turning words and function words as often and in the same order,
adds no word with content of its own, drops and moves none, and stands on the cited lines. Anything doubtful is
refused: the person then sees the guide's own words, which is never wrong.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot import text
from bot.commands import expand
from bot.llm.frame import OWN, SPAN, frame, words
from bot.llm.support import sentences, supported, without_endings
from bot.llm.words import plain_tokens, plain_words, turns
from kb.schema import Language

LONGEST, SHORTEST = 1.7, 0.45
"""How much longer or shorter than the guide's sentence a rewording may be, beside ``SLACK`` characters."""
SLACK = 30

_SPAN = re.compile(r"`([^`\n]{1,300})`")
_PUNCTUATION = frozenset(" .,;:'\"()/-?%")
_JA_PUNCTUATION = frozenset("、。「」『』（）・〜：？々ー")
_EN_PUNCTUATION = frozenset("\u2018\u2019\u201c\u201d\u2013\u2014")
_TERM = re.compile(r"%?[A-Za-z0-9](?:[A-Za-z0-9_%./:+=@-]*[A-Za-z0-9_%/])?")
_MARKS = re.compile(r"[0-9_%/:=@+]|\.(?=[A-Za-z0-9])")
_WORD = re.compile(r"[A-Za-z][A-Za-z']*")
_START = re.compile(r"(?:^|[.:;!?。：]\s*|[（(「\"]\s*)$")
_BRACKET = re.compile(r"[!-/:-@\[-`{-~]+(?=[^\x00-\x7f])")
"""Marks before Japanese, which would hide it from the tokens of retrieval."""
_JAPANESE = re.compile(r"[\u3041-\u30ff\u3400-\u9fff々]")


@dataclass(frozen=True, slots=True)
class Given:
    """One step as the guide has it: what it says, its commands, its citations and the lines these point at."""

    text: str
    commands: tuple[str, ...]
    citations: tuple[int, ...]
    quotes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Said:
    """One step as the model has it."""

    step: int
    text: str
    commands: tuple[str, ...]
    citations: tuple[int, ...]


def judge(given: Sequence[Given], said: Sequence[Said], language: Language) -> list[str]:
    """Return why ``said`` is no faithful rewording of ``given``, one reason a fault; empty when it is."""
    numbers = [line.step for line in said]
    if numbers != list(range(1, len(given) + 1)):
        return [f"there must be exactly the steps 1 to {len(given)}, in this order"]
    pairs = zip(given, said, strict=True)
    return [f"step {line.step}: {reason}" for guide, line in pairs for reason in _step(guide, line, language)]


def _step(guide: Given, line: Said, language: Language) -> Iterator[str]:
    """Yield the first faults found, the plainest kind first: what follows them would only repeat them."""
    if line.citations != guide.citations:
        yield f"citations must be {list(guide.citations)}"
    if line.commands != guide.commands:
        yield "commands must be copied exactly, all of them, in their order"
    for check in (form_faults, _language, _code, _turning, _names, _frame, _content):
        reasons = list(check(guide, line.text, language))
        if reasons:
            yield from reasons
            return


def form_faults(guide: Given, said: str, language: Language) -> Iterator[str]:
    """Length, and only characters that belong to plain text of the language or stand in the guide's sentence."""
    if not said.strip() or said != said.strip():
        yield "text must not be empty or padded"
    elif not len(guide.text) * SHORTEST - SLACK <= len(said) <= len(guide.text) * LONGEST + SLACK:
        yield "text is much longer or shorter than the step"
    strange = sorted({c for c in _prose(said) if not _belongs(c, language) and c not in guide.text})
    if strange:
        yield "characters that may not be used: " + " ".join(f"U+{ord(c):04X}" for c in strange[:8])


def _belongs(c: str, language: Language) -> bool:
    if c.isascii():
        return c.isalnum() or c in _PUNCTUATION
    if language == "en":
        return c in _EN_PUNCTUATION
    return c in _JA_PUNCTUATION or (_JAPANESE.match(c) is not None and unicodedata.normalize("NFKC", c) == c)


def _language(guide: Given, said: str, language: Language) -> Iterator[str]:
    if language == "ja" and _JAPANESE.search(_prose(guide.text)):
        was, now = _share(guide.text), _share(said)
        if now < was / 2:
            yield "text must be in Japanese"


def _share(part: str) -> float:
    letters = [c for c in _prose(part) if c.isalpha()]
    return sum(_JAPANESE.match(c) is not None for c in letters) / len(letters) if letters else 0.0


def _code(guide: Given, said: str, _: Language) -> Iterator[str]:
    """Find code that differs: the same spans in the same order; a command of the step may be named once more."""
    if "`" in _SPAN.sub("", said):
        yield "code must stand in single backticks on one line"
        return
    wanted, found = _SPAN.findall(guide.text), _SPAN.findall(said)
    extra = [command for command in guide.commands if command not in wanted]
    for command in extra:
        if command in found:
            found.remove(command)
    if found != wanted:
        yield f"code must be exactly {wanted}, in this order"
    if set(_commands(_prose(said))) - set(_commands(_prose(guide.text))):
        yield "names a command that the step does not have"


def _commands(part: str) -> list[str]:
    return [command for _, command in expand(re.findall(r"[a-z0-9-]+", part.lower()))]


def _turning(guide: Given, said: str, language: Language) -> Iterator[str]:
    """Numbers, identifiers, code and turning words, as one sequence."""
    wanted, found = _sequence(guide, guide.text, language), _sequence(guide, said, language)
    if wanted != found:
        missing = [name for name in wanted if wanted.count(name) > found.count(name)]
        added = [name for name in found if found.count(name) > wanted.count(name)]
        what = f"missing {missing[:4]}" if missing else f"added {added[:4]}" if added else "in another order"
        yield f"numbers, identifiers and words such as not, only, if, must may not change: {what}"


def _sequence(guide: Given, part: str, language: Language) -> list[str]:
    """Return what may not change, in order; a command of the step that is only named beside does not count."""
    own = set(guide.commands) - set(_SPAN.findall(guide.text))
    found = [(m.start(), "`") for m in _SPAN.finditer(part) if m[1] not in own]
    prose = _SPAN.sub(lambda match: "\x00" * len(match[0]), part)
    found += [(m.start(), m[0].lower()) for m in _TERM.finditer(prose) if _MARKS.search(m[0])]
    return [name for _, name in sorted([*found, *turns(prose, language)])]


def _frame(guide: Given, said: str, language: Language) -> Iterator[str]:
    """Compare what stands between the words with content: marks, function words, particles, voice, tense."""
    if len(sentences(said)) != len(sentences(guide.text)):
        yield "there must be as many sentences as in the step"
    own = set(guide.commands) - set(_SPAN.findall(guide.text))
    wanted, found = (
        frame(_SPAN.sub(lambda span: OWN if span[1] in own else SPAN, part), language, words(guide.text))
        for part in (guide.text, said)
    )
    if wanted != found:
        missing, added = list(Counter(wanted) - Counter(found)), list(Counter(found) - Counter(wanted))
        what = f"missing {missing[:4]}" if missing else f"added {added[:4]}" if added else "in another order"
        yield f"marks, function words, particles and endings may not change: {what}"


def _names(guide: Given, said: str, _: Language) -> Iterator[str]:
    """Names (Exchange, WAE, Total Handled Connections) come in the same order and spelling."""
    first, second = _prose(guide.text), _prose(said)
    names = _capitalised(first) | _capitalised(second)
    wanted, found = ([w for w in _WORD.findall(part) if w in names] for part in (first, second))
    if list(dict.fromkeys(wanted)) != list(dict.fromkeys(found)):
        yield f"names must be {list(dict.fromkeys(wanted))[:12]}, spelt and ordered so"


def _capitalised(part: str) -> set[str]:
    """Return the words with a capital that are not merely the first of a sentence."""
    found = set()
    for match in _WORD.finditer(part):
        shouted = any(c.isupper() for c in match[0][1:])
        if shouted or (match[0][0].isupper() and not _START.search(part[max(0, match.start() - 3) : match.start()])):
            found.add(match[0])
    return found


def _content(guide: Given, said: str, language: Language) -> Iterator[str]:
    """Find words with content that are added, dropped or moved, and sentences that the cited lines do not hold."""
    wanted, found = _words(guide.text), _words(said)
    if added := set(found) - set(_tokens(guide.text)):
        yield f"adds what the step does not say: {sorted(added)[:6]}"
    if dropped := set(wanted) - set(_tokens(said)):
        yield f"drops what the step says: {sorted(dropped)[:6]}"
    if not added and not dropped and wanted != found:
        yield "the words that carry the meaning must come as often and in the same order"
    spoken = sentences(said)
    if not all(_words(sentence) or _SPAN.search(sentence) for sentence in spoken) and _words(guide.text):
        yield "a sentence says nothing of the step"
    if not any(supported(form, (), guide.quotes) for form in (said, without_endings(said))) or not all(
        _stands(sentence, guide, language) for sentence in spoken
    ):
        yield "a sentence does not stand in the cited lines"


def _words(part: str) -> list[str]:
    """Return the tokens with content of their own, in the order in which they come."""
    return [token for token in _tokens(part) if token not in plain_tokens()]


def _stands(sentence: str, guide: Given, language: Language) -> bool:
    """Say whether the cited lines support one sentence, endings and words without content of their own left out."""
    if language == "ja":
        bare = without_endings(plain_words().sub(" ", sentence))
    else:
        bare = _WORD.sub(lambda word: "" if set(text.tokens(word[0])) <= plain_tokens() else word[0], sentence)
    return any(supported(form, (), guide.quotes) for form in (sentence, bare))


def _tokens(part: str) -> list[str]:
    prose = _BRACKET.sub(" ", text.normalise(_prose(part)))
    return [token for token in text.tokens(prose) if not token.startswith(("command:", "no "))]


def _prose(part: str) -> str:
    """Return ``part`` with its code spans blanked."""
    return _SPAN.sub(" ", part)
