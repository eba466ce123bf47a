"""Prompts and the commands typed at them: where they stand, and which output they announce.

An echo only helps. It may be missing, shortened, upper case, or translated; what an output is, its
content says. But an echo that names another accelerator keeps its output from being misread.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

_OTHERS = [
    "all",
    "aoim",
    "cifs",
    "dre",
    "epm",
    "generic",
    "http",
    "https",
    "ica",
    "lz",
    "mapi",
    "nfs",
    "preposition",
    "smb",
    "ssl",
    "tcp-only",
    "tcp-plus",
    "tfo",
    "video",
    "wansecure",
    "pass-through",
    "auto-discovery",
    "savings",
    "conn-id",
    "client-ip",
    "client-port",
    "server-ip",
    "server-port",
    "peer-id",
]
_OURS = (
    "show accelerator",
    "show accelerator mapi",
    "show accelerator wansecure",
    "show license",
    "show statistics accelerator epm",
    "show statistics accelerator mapi",
    "show running-config",
    "show policy-engine application dynamic",
    "show statistics connection optimized mapi",
    "show statistics connection optimized mapi detail",
    "accelerator mapi verify encryption-settings",
    "windows-domain diagnostics encryption-service get-key",
    "show class-map type waas",
    "show policy-map type waas",
    "show cms secure-store",
    "show version",
    "show clock",
    "show ntp status",
)
_FOREIGN = (
    *(f"show accelerator {name}" for name in _OTHERS),
    *(f"show accelerator {name} detail" for name in _OTHERS),
    *(f"show statistics accelerator {name}" for name in _OTHERS),
    *(f"show statistics accelerator {name} detail" for name in _OTHERS),
    *(f"show statistics connection optimized {name}" for name in _OTHERS),
    *(f"show statistics connection optimized {name} detail" for name in _OTHERS),
    *(f"show statistics connection {name}" for name in _OTHERS),
    "show statistics connection",
    "show statistics connection detail",
    "show statistics connection optimized",
    "show statistics connection optimized detail",
    "show statistics connection egress-methods",
)
OURS = frozenset(_OURS)


def _grammar() -> tuple[tuple[tuple[str, ...], str], ...]:
    table = {tuple(command.split()): command for command in (*_FOREIGN, *_OURS)}
    table[("show", "cms", "secure", "store")] = "show cms secure-store"
    return tuple(sorted(table.items(), key=lambda row: (-len(row[0]), row[1] not in OURS)))


_GRAMMAR = _grammar()
_PROMPT = re.compile(r"(?<![^ \n(\[`>])[A-Za-z][A-Za-z0-9_.-]{0,62}(?:\([A-Za-z0-9_./ -]{0,40}\))?[ ]?$")
_SIGN = re.compile(r"[#>](?=[ ]?[A-Za-z\u0080-\uffff])")
_VERB = re.compile(
    r"[ ]?(?:do )?(?i:sh(?:ow?)?|acc[a-z]{0,8}|win[a-z]{0,4}-domain|type-tail|find-patt?ern?|no|crypto|conf[a-z]{0,7}|"
    r"debug|undebug|ip|clear|dir|exit|end|logging|transaction-logs|ntpdate|dnslookup|cms|copy|ping|terminal|term)\b|[ ]?[\u3040-\u9fff]"
)
_BARE = re.compile(r"(?:do )?(?i:sho?w?|acc[a-z]{0,8}|windows-domain) [^\n]{3}")
_BARE_WORDS = ("\nsh", "\nSh", "\nSH", "\ndo ", "\nacc", "\nACC", "\nwindows-", "\nWINDOWS-")
_TOKEN = re.compile(r"[ \n]?([^ \n]+)")
_PIPE = re.compile(r" ?\| ?(?i:inc|beg|exc)[a-z]{0,4} [^ \n]{1,60}")
_UNKNOWN = re.compile(r"[^A-Z\n]{0,60}")
_OPEN_PROMPT = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,62}(?:\([A-Za-z0-9_./-]{0,40}\))?[#>]")


@dataclass(frozen=True, slots=True)
class Echo:
    """A typed command: its span, its full name (None where not known), whether a prompt precedes it."""

    start: int
    end: int
    command: str | None
    at_prompt: bool = True


def command_at(text: str, start: int) -> tuple[str | None, int]:
    """Return the full command that the words at ``start`` shorten, and where it ends."""
    words: list[str] = []
    ends: list[int] = []
    at = start
    while len(words) < 7 and (token := _TOKEN.match(text, at)):
        words.append(token[1].lower())
        ends.append(at := token.end())
    if words and words[0] == "do":
        words, ends = words[1:], ends[1:]
    command, size = _full(tuple(words))
    if command is None:
        return None, start
    pipe = _PIPE.match(text, ends[size - 1])
    return command, pipe.end() if pipe else ends[size - 1]


@lru_cache(maxsize=1024)
def _full(words: tuple[str, ...]) -> tuple[str | None, int]:
    """Return the command that begins with ``words``, and how many of them it takes."""
    if not words or len(words[0]) < 2:
        return None, 0
    for keywords, command in _GRAMMAR:
        shortened = zip(words, keywords, strict=False)
        if len(words) >= len(keywords) and all(keyword.startswith(word) for word, keyword in shortened):
            return command, len(keywords)
    return None, 0


def echoes(text: str) -> list[Echo]:
    """Return the typed commands in ``text``, in order."""
    found: list[Echo] = []
    for sign in _signs(text):
        host = _PROMPT.search(text, max(0, sign.start() - 110), sign.start())
        if host is None:
            continue
        opens_line = host.start() == 0 or text[host.start() - 1] == "\n"
        if _VERB.match(text, sign.end()) or (opens_line and sign[0] == "#"):
            found.append(_echo(text, host.start(), sign.end()))
    starts = {echo.start for echo in found}
    for start in _bare(text):
        command, end = command_at(text, start)
        if command and start not in starts and _ends_line(text, end, command):
            found.append(Echo(start, end, command, at_prompt=False))
    return sorted(found, key=lambda echo: echo.start)


def _bare(text: str) -> Iterator[int]:
    """Yield where a line begins like a command without a prompt."""
    if _BARE.match(text):
        yield 0
    for word in _BARE_WORDS:
        place = text.find(word)
        while place >= 0:
            if _BARE.match(text, place + 1):
                yield place + 1
            place = text.find(word, place + 1)


def _signs(text: str) -> Iterator[re.Match[str]]:
    """Yield the signs that may end a prompt."""
    for sign in "#>":
        place = text.find(sign)
        while place >= 0:
            if found := _SIGN.match(text, place):
                yield found
            place = text.find(sign, place + 1)


def _ends_line(text: str, end: int, command: str) -> bool:
    takes_names = command.endswith(("get-key", "type waas"))
    # What the device prints behind a command begins with a capital, what is typed does not.
    flattened = text[end + 1 : end + 2].isupper()
    return end >= len(text) or text[end] == "\n" or takes_names or flattened


def _echo(text: str, start: int, typed: int) -> Echo:
    command, end = command_at(text, typed)
    if command is None:
        stop = text.find("\n", typed, typed + 200)
        following = _SIGN.search(text, typed, stop if stop > 0 else typed + 200)
        plain = _UNKNOWN.match(text, typed)
        end = stop if stop > 0 or plain is None else plain.end()
        if following and (host := _PROMPT.search(text, max(typed, following.start() - 110), following.start())):
            end = min(end, host.start())
    return Echo(start, end, command)


def is_prompt(text: str) -> bool:
    """Whether ``text`` is nothing but a prompt."""
    return _OPEN_PROMPT.fullmatch(text.strip()) is not None
