"""Commands and releases inside a document, and whether a command stands in a quote."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Literal

from bot import releases as spoken_releases
from bot.commands import expand, grammar, is_known
from bot.outputs.echo import command_at
from ingest.documents.hidden import has_invisible
from ingest.documents.prompts import Typed, shown, spans, typed
from kb.schema import Command, Effect, Mode

LONGEST = 160
"""Characters of the longest line that counts as a command."""
_WORDS = 16
_ARGUMENTS = 4
"""Words in lower case behind a known command that may still be its own arguments; an output is longer."""
_PLACEHOLDER = re.compile(r"<[^<>]{1,60}>")
_FIRST = re.compile(r"[A-Za-z][A-Za-z0-9-]*(?=$| )")
_PRINTED = re.compile(r"[ -~]*")
_FILTER = re.compile(r"(?i:i|inc|incl|include|b|beg|begin|e|exc|excl|exclude|sec|section|count|grep|match) \S[^|]*")
_SHELL = re.compile(r"[;&<>`]|\$\(")
_READS = frozenset(
    {"dir", "ping", "ping6", "traceroute", "traceroute6", "tracert", "dnslookup", "nslookup", "type", "type-tail"}
    | {"pwd", "find-pattern", "find-patter"}
)
_LOOKS = re.compile(r"[a-z][a-z0-9-]*(?: [A-Za-z0-9<>/.:_|*-]+){1,9}")
_PROGRAMS = frozenset(
    {"sudo", "curl", "wget", "pip", "pip3", "python", "python3", "git", "cd", "ls", "cat", "echo", "grep", "systemctl"}
    | {"docker", "kubectl", "npm", "npx", "make", "ssh", "scp", "apt", "apt-get", "yum", "dnf", "export", "net", "dig"}
    | {"ipconfig", "nltest", "klist", "kinit", "setspn", "netsh", "powershell", "rm", "mv", "cp", "tail", "head", "vi"}
)
"""Programs of other systems: what begins so is for no device."""
_ALONE = frozenset({"shutdown", "reload"})
Trust = Literal["prose", "code", "short"]
_EXEC = _READS | {
    "show",
    "clear",
    "debug",
    "undebug",
    "copy",
    "reload",
    "terminal",
    "ntpdate",
    "delete",
    "write",
    "license",
}
_RELEASE = re.compile(r"(?<![0-9.])[4-6]\.[0-9]{1,2}(?:\.[0-9]{1,2})?(?![0-9.])")
_SAYS_RELEASE = re.compile(
    r"(?i:waas|version|release|\bv(?:er)?\b|later|onward|or above)|バージョン|リリース|以降|以前"
)
_ENGLISH = frozenset(
    re.findall(
        r"\w+",
        "the a an this that these those is are was all it its your you to for of and or if when where how what which "
        "then than with without from as be been not any each every no more less here there",
    )
)
"""Words that make a line English prose: a device's commands have none of them."""


def commands_of(lines: Iterable[str], trust: Trust) -> Iterator[Command]:
    """Yield the commands among ``lines``; ``trust`` says where they stand.

    What stands behind a prompt is a command whatever it says. Without one the grammar must know it; in code it may
    also begin as commands do, and in a code block of a few lines it need only look like one.
    """
    for line in lines:
        for item in typed(line):
            command = recognised(item, trust)
            if command:
                yield command


def recognised(item: Typed, trust: Trust = "prose") -> Command | None:
    """Return what was typed as a command, or None; the effect is "changes-state" unless it is known to read."""
    text = item.text.rstrip()
    if not text or not _typable(text):
        return _squeezed(item)
    known = known_as(text, item.mode)
    if known:
        return Command(text, *known)
    if _squeezed(item):
        return _squeezed(item)
    if item.mode is None:
        mode = _mode_told(text, trust)
        return Command(text, mode, effect_of(text)) if mode else None
    return None if item.mode == "exec" and _wordy(text) else Command(text, item.mode, effect_of(text))


def _squeezed(item: Typed) -> Command | None:
    """Return the ``show`` command in front of an output that was put on its line."""
    if item.mode is None or has_invisible(item.text[:LONGEST]):
        return None
    name, end = command_at(item.text[: 2 * LONGEST], 0)
    rest = item.text[end:].split(maxsplit=_ARGUMENTS)
    if name is None or not name.startswith("show ") or not rest:
        return None
    if len(rest) <= _ARGUMENTS and all(word.islower() for word in rest):
        return None  # further words of a command that the grammar does not know
    return Command(item.text[:end], item.mode, "read-only")


def _typable(text: str) -> bool:
    bare = _PLACEHOLDER.sub("x", text)
    words = bare.split()
    return (
        len(text) <= LONGEST
        and len(words) <= _WORDS
        and _FIRST.match(text) is not None
        and _PRINTED.fullmatch(bare) is not None
        and not has_invisible(text)
        and "?" not in words
        and text[-1] not in ":,"
    )


def _wordy(text: str) -> bool:
    return len(_ENGLISH.intersection(text.lower().rstrip(".").split())) > 1


def _mode_told(text: str, trust: Trust) -> Mode | None:
    """Return the mode of a line of code that has no prompt and that the grammar does not know, None for no command."""
    words = text.split(" ")
    if trust == "short" and text in _ALONE:
        return "exec"
    if trust == "prose" or len(words) < 2 or _ENGLISH.intersection(words[1:]) or text[-1] == ".":
        return None
    if words[0] in _EXEC:
        return "exec"
    plain = _LOOKS.fullmatch(text) is not None and words[0] not in _PROGRAMS
    return "config" if plain and (words[0] == "no" or trust == "short") else None


@lru_cache(maxsize=10_000)
def known_as(text: str, mode: Mode | None = None) -> tuple[Mode, Effect] | None:
    """Return the mode and effect of a command that the grammar knows, abbreviated or not; two words at least."""
    if " " not in text or not _begins(text.split(" ", 1)[0].lower()[:40]):
        return None
    found = [key for form in _forms(text) for key in grammar() if is_known(form, *key)]
    if not found:
        return None
    best = next((key for key in found if key[0] == mode), found[0])
    return mode or best[0], best[1]  # type: ignore[return-value]


def _forms(text: str) -> list[str]:
    """Return ``text`` as it is and written out: ``sh run | inc mapi`` stands for ``show running-config | ...``."""
    words = text.removeprefix("do ").split(" ")
    lowered = [word.lower() for word in words]
    if "|" in lowered[:-2]:
        at = lowered.index("|") + 1
        whole = [name for name in ("include", "begin") if name.startswith(lowered[at]) and len(lowered[at]) > 1]
        words[at] = whole[0] if whole else words[at]
    commands = expand(lowered)
    if not commands or commands[0][0] != 0:
        return [text]
    full = commands[0][1].split(" ")
    spelt = [word if word.lower() == name else name for word, name in zip(words, full, strict=False)]
    return [text, " ".join([*spelt, *words[len(full) :]])]


@lru_cache(maxsize=1_000)
def _begins(word: str) -> bool:
    """Whether a command of the grammar can begin with ``word``, shortened or not."""
    return len(word) > 1 and any(first.startswith(word) for first in _starts())


@lru_cache(maxsize=1)
def _starts() -> frozenset[str]:
    lines = (pattern.pattern for patterns in grammar().values() for pattern in patterns)
    firsts = {line.replace("(?:no\\ )?", "").replace("\\", "").split(" ")[0] for line in lines}
    return frozenset(firsts | {"no", "do"})


def effect_of(text: str) -> Effect:
    """Say what a command does that the grammar does not know: it reads only if that is certain."""
    bare = _PLACEHOLDER.sub("x", text.removeprefix("do "))
    head, *filters = (piece.strip() for piece in bare.split("|"))
    verb = head.split(" ")[0].lower()
    reads = verb in _READS or (len(verb) > 1 and "show".startswith(verb))
    plain = _SHELL.search(bare) is None and all(_FILTER.fullmatch(piece) for piece in filters)
    return "read-only" if reads and plain else "changes-state"


def command_stands(command: str, quote: str) -> bool:
    """Say whether ``command`` stands in ``quote`` as a whole line, behind a prompt or not, or as a whole code span.

    Marks of lists, quotations and HTML around a line do not count. Time grows with the quote's length alone.
    """
    return bool(command) and any(command == line for line in standing(quote))


def standing(quote: str) -> Iterator[str]:
    """Yield every text that stands in ``quote`` as a command has to; most of them are none."""
    for line in quote.split("\n"):
        for piece in (line, *spans(line), *shown(line)):
            for item in typed(piece):
                yield item.text
                if squeezed := _squeezed(item):
                    yield squeezed.text


def releases_of(text: str) -> tuple[str, ...]:
    """Return the releases that ``text`` names, each once, in order ("5.0.3", "5.0").

    A number of two parts is one only next to a word that says so: figures and log fields look the same.
    """
    found: dict[str, None] = {}
    for match in _RELEASE.finditer(text):
        near = f"{text[max(0, match.start() - 16) : match.start()]} {text[match.end() : match.end() + 8]}"
        if match[0].count(".") > 1 or _SAYS_RELEASE.search(near):
            for release in spoken_releases.named(text[max(0, match.start() - 2) : match.end() + 2]):
                found[".".join(map(str, release if release[2] else release[:2]))] = None
    return tuple(found)
