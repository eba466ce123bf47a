"""How the reader of device output holds up: every sample of kb/ through every damage of tests/damage.py."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from types import ModuleType
from typing import Any

from bot.config import ROOT
from bot.findings import ParseResult
from bot.reading.parse import parse
from evals.tables import table

SEED = 11


def damage_table(root: Path = ROOT) -> str:
    """Return the table of damages as Markdown, or nothing where the checkout has none.

    A damaged paste reads the same as the clean one, or partly with a word about it, or wrongly without.
    """
    damages = _damages(root / "tests" / "damage.py")
    samples = list(_samples(root / "kb" / "samples"))
    if not damages or not samples:
        return ""
    rows = []
    for damage in damages:
        verdicts = [compare(parse(text), parse(damage(text, Random(SEED)))) for text in samples]
        counts = [verdicts.count(kind) for kind in ("same", "partial", "wrong")]
        rows.append((damage.__name__.replace("_", " "), *counts))
    return table(("damage", "same", "partial and said so", "wrong"), rows)


def compare(clean: ParseResult, damaged: ParseResult) -> str:
    """Return ``same``, ``partial`` (less was read, and the result says so) or ``wrong``."""
    before, after = _essence(clean), _essence(damaged)
    lost = [item for item in before if item not in after]
    added = [item for item in after if item not in before and item[1] in ("problem", "normal")]
    if not (lost or added):
        return "same"
    admitted = damaged.unrecognised or any(not output.complete for output in damaged.outputs)
    admitted = admitted or any(finding.state.startswith("not_") for finding in damaged.findings)
    return "partial" if lost and not added and admitted else "wrong"


def _essence(result: ParseResult) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = [(output.command, output.data) for output in result.outputs]
    return found + sorted((finding.id, finding.state) for finding in result.findings)


def _samples(folder: Path) -> Iterator[str]:
    for file in sorted(folder.glob("*/*.txt")):
        yield file.read_text(encoding="utf-8")


def _damages(file: Path) -> tuple[Callable[[str, Random], str], ...]:
    if not file.is_file():
        return ()
    spec = importlib.util.spec_from_file_location("damage", file)
    if spec is None or spec.loader is None:
        return ()
    module: ModuleType = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return getattr(module, "DAMAGES", ())
