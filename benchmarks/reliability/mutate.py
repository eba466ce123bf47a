"""Inputs made from the samples and questions of the project by what happens to text on its way, and by chance."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from random import Random

from bot.config import ROOT, Config

WORDS = (
    "\n", "\r\n", "\r", "\t", " ", "\u3000", "\u00a0", "\u200b", "\ufeff", "\x00", "\ud800", "\U0001f600", "\ufdfa",
    "e\u0301", "²", "9" * 5000,
    "--More--", "\x1b[1m", "\x1b[K", "\b\b  ", "&lt;", "&amp;gt;", "> ", "```", "'''", "<!--", "|", ":", "---", "%",
    "Total Handled Connections:", "Connection ID", "WAE#", "show accelerator mapi", "show statistics connection",
    "(Local)(", "NTCE", ":OT :", ":END :", "%WAAS-MAPIAO-3-132104:", "11/23/2026 10:00:00.123(Local)", "TGDL", "TMDL",
    "99999999999999999999", "-1", "0", "1e999", "NaN", "0x", "１２３", "password 7 0822455D0A16", "日本語", "接続",
    "مرحبا",
)  # fmt: skip


def samples() -> list[str]:
    """Return every sample output of the knowledge base."""
    return [file.read_text(encoding="utf-8") for file in sorted((ROOT / "kb" / "samples").rglob("*.txt"))]


def text(random: Random, seeds: Sequence[str], longest: int = 1_500) -> str:
    """Return a seed, or two joined, cut to at most ``longest`` characters and changed a few times."""
    made = _piece(random, seeds, longest)
    if random.random() < 0.3:
        made = made[: random.randrange(longest)] + random.choice(("", "\n", " ")) + _piece(random, seeds, longest)
    for _ in range(random.randrange(6)):
        made = random.choice(_CHANGES)(random, made)
    return made[:longest]


def _piece(random: Random, seeds: Sequence[str], longest: int) -> str:
    seed = random.choice(seeds)
    start = random.randrange(len(seed)) if len(seed) > longest or random.random() < 0.3 else 0
    return seed[start : start + longest]


def _span(random: Random, made: str, most: int = 200) -> tuple[int, int]:
    start = random.randrange(len(made) + 1)
    return start, min(len(made), start + random.randrange(1, most))


def _drop(random: Random, made: str) -> str:
    start, end = _span(random, made)
    return made[:start] + made[end:]


def _repeat(random: Random, made: str) -> str:
    start, end = _span(random, made, 40)
    return made[:end] + made[start:end] * random.randrange(1, 20) + made[end:]


def _move(random: Random, made: str) -> str:
    (start, end), place = _span(random, made), random.randrange(len(made) + 1)
    return made[:place] + made[start:end] + made[place:]


def _insert(random: Random, made: str) -> str:
    place = random.randrange(len(made) + 1)
    return made[:place] + random.choice(WORDS) * random.choice((1, 1, 1, 3, 50)) + made[place:]


def _replace(random: Random, made: str) -> str:
    start, end = _span(random, made, 12)
    return made[:start] + random.choice(WORDS) + made[end:]


def _character(random: Random, made: str) -> str:
    place = random.randrange(len(made) + 1)
    code = random.choice((random.randrange(128), random.randrange(0x3000), random.randrange(0x110000)))
    return made[:place] + chr(code) + made[place + 1 :]


def _flat(random: Random, made: str) -> str:
    return made.replace("\n", random.choice((" ", "", "\r", "\r\n", "\n\n", "\n> ", "\t")))


def _wrapped(random: Random, made: str) -> str:
    width = random.randrange(10, 100)
    return "\n".join(made[i : i + width] for i in range(0, len(made), width))


def _number(random: Random, made: str) -> str:
    return "".join(random.choice("0123456789") if c.isdigit() and random.random() < 0.3 else c for c in made)


def _case(random: Random, made: str) -> str:
    return random.choice((made.upper(), made.lower(), made.swapcase(), made[::-1]))


_CHANGES: tuple[Callable[[Random, str], str], ...] = (
    _drop, _repeat, _move, _insert, _insert, _replace, _replace, _character, _character, _flat, _wrapped, _number,
    _case,
)  # fmt: skip


def json_line(random: Random, seeds: Sequence[str], key: str) -> bytes:
    """Return a JSON line of a batch, or something near one."""
    body = {"id": _value(random, 2), key: text(random, seeds, 300), "history": _value(random, 3)}
    for name in random.sample(("id", key, "history", "paste", "text"), random.randrange(3)):
        body[name] = _value(random, 3)
    made = json.dumps(body if random.random() < 0.9 else _value(random, 3), ensure_ascii=random.random() < 0.5)
    while random.random() < 0.3:
        made = random.choice(_CHANGES)(random, made)
    return made.encode("utf-8", random.choice(("surrogatepass", "replace"))).replace(b"\n", b" ")


def _value(random: Random, depth: int) -> object:
    kind = random.randrange(8 if depth else 6)
    if kind == 6:
        return [_value(random, depth - 1) for _ in range(random.randrange(4))]
    if kind == 7:
        keys = ("role", "content", "id", random.choice(WORDS))
        return {random.choice(keys): _value(random, depth - 1) for _ in range(random.randrange(4))}
    numbers = (random.choice((0, -1, 2**70, 1.5)), random.choice((float("inf"), float("nan"), 1e308)))
    return (None, True, numbers[0], numbers[1], random.choice(WORDS), "user")[kind]


def variables(random: Random) -> dict[str, str]:
    """Return a few settings as variables, some of which do not exist."""
    names = ["KB_" + name.upper() for name in Config.model_fields] + ["KB_X", "KB_", "SLACK_BOT_TOKEN", "KB_DATA__DIR"]
    values = (
        *WORDS,
        "1",
        "65535",
        "65536",
        "127.0.0.1",
        "true",
        "[]",
        "{",
        "a,b",
        ",,",
        "json",
        "https://a",
        "nan",
        "/",
    )
    chosen = random.sample(names, random.randrange(4))
    return {name: random.choice(values).replace("\x00", "").replace("\ud800", "") for name in chosen}


def toml(random: Random) -> bytes:
    """Return a settings file, or something near one."""
    values = (
        '"a"',
        "1",
        "-1",
        "true",
        "[]",
        '["a", 1]',
        "{}",
        "1979-05-27",
        "nan",
        "1e999",
        '"""\n"""',
        "99999999999999999999",
    )
    lines = [
        f"{random.choice(list(Config.model_fields))} = {random.choice(values)}" for _ in range(random.randrange(4))
    ]
    made = "\n".join(lines)
    while random.random() < 0.4:
        made = random.choice(_CHANGES)(random, made)
    return made.encode("utf-8", random.choice(("surrogatepass", "replace")))


def arguments(random: Random, seeds: Sequence[str]) -> tuple[list[str], bytes]:
    """Return a command line of ``ask`` or ``parse`` and what waits on standard input."""
    flags = ("--json", "--batch", "-", "--paste", "--", "-h", "--x", "", "/nowhere", "/", ".", "\x00", "-" * 3)
    words = [random.choice((*flags, text(random, seeds, 80))) for _ in range(random.randrange(5))]
    return [random.choice(("ask", "parse", "parse", "ask", "x")), *words], text(random, seeds, 400).encode(
        "utf-8", "replace"
    )
