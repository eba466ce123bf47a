"""What happens to device output between the terminal and a question, one function a damage.

Each function takes the text and a source of chance and returns the text as it would be pasted.
``STAGES`` orders them as they happen in life: at the device, in the terminal, in the copy, in the
message. ``python -m tests.damage`` prints the table of docs/parsing.md.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from random import Random

Damage = Callable[[str, Random], str]
_PROMPT = re.compile(r"(?m)^([A-Za-z][\w.-]*)(\([\w-]+\))?([#>]) ?(?=\S)")
_SHORT = {
    "show": "sh", "statistics": "stat", "accelerator": "accel", "connection": "conn", "optimized": "opt",
    "running-config": "run", "license": "lic", "version": "ver", "policy-engine": "policy-e", "detail": "det",
    "application": "app", "dynamic": "dyn", "encryption-settings": "encr", "verify": "ver", "status": "stat",
}  # fmt: skip
_SYSLOG = (
    "2011 Feb  3 04:05:06 wae-x9 Sysmon: %WAAS-SYSMON-5-445999: Alarm state has changed\n",
    "2011 Feb 13 14:15:16 wae-x9 cms: %WAAS-CMS-4-700001: Keepalive of the manager was late\n",
)
_NOTES = (" <----- look here", " <---------- Added later", ' <-----Look for "M"', " <-----Encrypted connections")


def one_line(text: str, chance: Random) -> str:
    """Put everything on one line, as web pages and chats do."""
    return " ".join(text.split())


def no_indentation(text: str, chance: Random) -> str:
    """Strip what stands before the first character of each line."""
    return "\n".join(line.lstrip(" ") for line in text.split("\n"))


def single_spaces(text: str, chance: Random) -> str:
    """Make every run of spaces one space."""
    return re.sub(" {2,}", " ", text)


def crlf(text: str, chance: Random) -> str:
    """End lines as Windows does."""
    return text.replace("\n", "\r\n")


def tabs(text: str, chance: Random) -> str:
    """Make runs of spaces tabs."""
    return re.sub(" {2,}", lambda run: "\t" * max(1, len(run[0]) // 8), text)


def no_break_spaces(text: str, chance: Random) -> str:
    """Make every space one that does not break."""
    return text.replace(" ", "\u00a0")


def ideographic_spaces(text: str, chance: Random) -> str:
    """Make every space a full-width one."""
    return text.replace(" ", "\u3000")


def full_width(text: str, chance: Random) -> str:
    """Make digits and colons full-width."""
    return text.translate({code: code + 0xFEE0 for code in range(0x30, 0x3B)})


def em_dashes(text: str, chance: Random) -> str:
    """Make dashes em-dashes, a run of them sometimes shorter."""
    if chance.random() < 0.5:
        text = re.sub("-{2,}", lambda run: "\u2014" * max(3, len(run[0]) // 2), text)
    return text.replace("-", "\u2014" if chance.random() < 0.5 else "\u2013")


def bom(text: str, chance: Random) -> str:
    """Begin with a byte order mark."""
    return "\ufeff" + text


def ansi(text: str, chance: Random) -> str:
    """Colour words and clear line ends with escape sequences."""

    def colour(word: re.Match[str]) -> str:
        return f"\x1b[1;3{chance.randrange(8)}m{word[0]}\x1b[0m" if chance.random() < 0.2 else word[0]

    return re.sub(r"\S+", colour, text).replace("\n", "\x1b[K\n")


def pager(text: str, chance: Random) -> str:
    """Interrupt the output with a pager's prompt and the backspaces that wipe it."""
    lines = text.split("\n")
    page = chance.randrange(3, 12)
    wipe = chance.choice(("\b" * 8 + " " * 8 + "\b" * 8, "\r        \r", ""))
    for i in range(page, len(lines), page):
        lines[i] = ("--More--" + wipe if wipe else "--More--\n") + lines[i]
    return "\n".join(lines)


def quoted(text: str, chance: Random) -> str:
    """Quote every line as a mail does."""
    return "\n".join("> " + line for line in text.split("\n"))


def fenced(text: str, chance: Random) -> str:
    """Put a fence around it."""
    return f"```{chance.choice(('', 'text'))}\n{text.rstrip()}\n```\n"


def slack(text: str, chance: Random) -> str:
    """Escape what a chat escapes."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def wiki_marks(text: str, chance: Random) -> str:
    """Mark some lines as bold in a wiki's way."""
    lines = [f"'''{line}'''" if line.strip() and chance.random() < 0.3 else line for line in text.split("\n")]
    return "\n".join(lines)


def notes(text: str, chance: Random) -> str:
    """Write arrows and remarks after some lines."""
    lines = text.split("\n")
    return "\n".join(
        line + chance.choice(_NOTES) if line.strip() and "#" not in line and chance.random() < 0.25 else line
        for line in lines
    )


def wrapped(text: str, chance: Random) -> str:
    """Break lines at the terminal's width, in the middle of a word if need be."""
    width = chance.choice((40, 48, 60, 72, 80))
    lines = []
    for line in text.split("\n"):
        pieces = [line[i : i + width] for i in range(0, len(line), width)] or [""]
        lines += pieces
    return "\n".join(lines)


def stamped(text: str, chance: Random) -> str:
    """Begin every line with the time at which the terminal received it."""
    form = chance.choice(
        ("[{d} 10:{m:02d}:{s:02d}] ", "[10:{m:02d}:{s:02d}] ", "{d} 10:{m:02d}:{s:02d} ", "10:{m:02d}:{s:02d}.{s:03d} ",
         "[{d} 10:{m:02d}:{s:02d}.{s:03d}] ", "{d}T10:{m:02d}:{s:02d}.{s:03d}Z ", "Nov 23 10:{m:02d}:{s:02d} ")
    )  # fmt: skip
    lines = text.split("\n")
    return "\n".join(form.format(d="2026-11-23", m=i // 60, s=i % 60) + line for i, line in enumerate(lines))


def mailed(text: str, chance: Random) -> str:
    """Put a greeting before it and a farewell behind it."""
    before, after = chance.choice(
        (
            ("Hi team,\n\nusers complain about slow Outlook, could you check this?\n\n", "\nThanks,\nKenji\n"),
            ("お疲れさまです。Outlook が遅いので確認をお願いします。\n\n", "\n以上、よろしくお願いいたします。\n"),
        )
    )
    return before + text + after


def with_syslog(text: str, chance: Random) -> str:
    """Let messages of the system log come in between the lines."""
    lines = text.split("\n")
    for _ in range(chance.randrange(1, 4)):
        lines.insert(chance.randrange(1, len(lines)), chance.choice(_SYSLOG).rstrip())
    return "\n".join(lines)


def no_prompt(text: str, chance: Random) -> str:
    """Leave out the lines with prompt and command."""
    return "\n".join(line for line in text.split("\n") if not _PROMPT.match(line))


def _commands(text: str, change: Callable[[str], str]) -> str:
    lines = text.split("\n")
    for i, line in enumerate(lines):
        if found := _PROMPT.match(line):
            lines[i] = line[: found.end()] + change(line[found.end() :])
    return "\n".join(lines)


def abbreviated(text: str, chance: Random) -> str:
    """Shorten the words of the command."""
    return _commands(text, lambda command: " ".join(_SHORT.get(word, word) for word in command.split()))


def upper_case(text: str, chance: Random) -> str:
    """Type the command in capitals."""
    return _commands(text, lambda command: command.upper() if "get-key" not in command else command)


def config_do(text: str, chance: Random) -> str:
    """Type the command in configuration mode."""
    changed = re.sub(r"(?m)^([A-Za-z][\w.-]*)# ?(?=(?:sh|acc|windows-domain))", r"\1(config)#", text)
    return _commands(changed, lambda command: "do " + command)


def touching(text: str, chance: Random) -> str:
    """Let the command touch the prompt."""
    return _PROMPT.sub(r"\1\2\3", text)


def trailing_prompt(text: str, chance: Random) -> str:
    """End with the next prompt."""
    return text.rstrip("\n") + "\nwae-w2#"


def other_vendor(text: str, chance: Random) -> str:
    """Put a router's output before it and behind it."""
    router = (
        "Router#show interfaces\nGigabitEthernet0/0 is up, line protocol is up\n     {} packets input, 0 no buffer\n"
    )
    return router.format(chance.randrange(10**6)) + text.rstrip("\n") + "\n" + router.format(chance.randrange(10**6))


def cut_start(text: str, chance: Random) -> str:
    """Leave out the beginning, in the middle of a word if need be."""
    return text[chance.randrange(len(text) // 4, len(text) // 2) :]


def cut_end(text: str, chance: Random) -> str:
    """Leave out the end, in the middle of a word if need be."""
    return text[: chance.randrange(len(text) // 2, len(text) * 3 // 4)]


STAGES: tuple[tuple[Damage, ...], ...] = (
    (no_prompt, abbreviated, upper_case, config_do, touching, trailing_prompt),
    (notes, wiki_marks),
    (with_syslog,),
    (wrapped,),
    (pager, ansi, stamped),
    (one_line, no_indentation, single_spaces, tabs),
    (full_width, em_dashes),
    (no_break_spaces, ideographic_spaces),
    (quoted, fenced, mailed, other_vendor),
    (slack,),
    (crlf, bom),
)
DAMAGES: tuple[Damage, ...] = tuple(damage for stage in STAGES for damage in stage)


def apply(text: str, chosen: list[Damage], seed: int) -> str:
    """Apply the chosen damages in the order of life."""
    chance = Random(seed)
    order = (*DAMAGES, cut_start, cut_end)
    for damage in sorted(chosen, key=order.index):
        text = damage(text, chance)
    return text


if __name__ == "__main__":
    from tests.damage_table import table

    sys.stdout.write(table())
