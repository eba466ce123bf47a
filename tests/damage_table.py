"""The table of docs/parsing.md: what each damage does to each output."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from bot.findings import ParseResult
from bot.reading.parse import parse
from tests.damage import DAMAGES, Damage, apply, cut_end, cut_start
from tests.samples import FOLDERS, SAMPLES, outputs, states

SEEDS = range(5)
SIGNS = {"same": "=", "partial": "~", "wrong": "x"}


def verdict(clean: ParseResult, damaged: ParseResult) -> str:
    """Return "same"; "partial" where less was read, all of it right and the rest named; or "wrong"."""
    if outputs(damaged) == outputs(clean) and states(damaged) == states(clean):
        return "same"
    claims = {pair for pair in states(damaged) if pair[1] in ("problem", "normal")}
    known = {leaf for _, data, _ in outputs(clean) for leaf in leaves(data)}
    read = {leaf for _, data, _ in outputs(damaged) for leaf in leaves(data)}
    return "partial" if claims <= set(states(clean)) and read <= known else "wrong"


def leaves(data: Any, key: str = "") -> Iterator[tuple[str, str]]:
    """Yield every value with the key it stands under."""
    if isinstance(data, dict):
        for name, value in data.items():
            yield from leaves(value, name)
    elif isinstance(data, list):
        for value in data:
            yield from leaves(value, key)
    else:
        yield key, repr(data)


def cell(folder: str, damage: Damage) -> Counter[str]:
    """Count the verdicts of one damage over the samples of one output."""
    names = [name for name in SAMPLES if name.startswith(f"{folder}/")]
    return Counter(
        verdict(parse(SAMPLES[name]), parse(apply(SAMPLES[name], [damage], seed))) for name in names for seed in SEEDS
    )


def table() -> str:
    """Return the table in Markdown: a row a damage, a column an output, then the sums."""
    folders = sorted(FOLDERS)
    letters = [chr(ord("A") + i) for i in range(len(folders))]
    lines = [f"- {letter}: `{FOLDERS[folder]}`" for letter, folder in zip(letters, folders, strict=True)]
    lines += ["", f"| damage | {' | '.join(letters)} | same | partial | wrong |", "|---" * (len(folders) + 4) + "|"]
    for damage in (*DAMAGES, cut_start, cut_end):
        cells = [cell(folder, damage) for folder in folders]
        signs = ["".join(sign for kind, sign in SIGNS.items() if counts[kind]) for counts in cells]
        total = sum(cells, Counter())
        sums = " | ".join(str(total[kind]) for kind in SIGNS)
        lines.append(f"| {damage.__name__.replace('_', ' ')} | {' | '.join(signs)} | {sums} |")
    return "\n".join(lines) + "\n"
