"""``python -m benchmarks.supply.lock``: pin and hash every package of the README's install.

Four files, from what uv resolves out of pyproject.toml for every platform and Python version at once:
``requirements.lock`` is what running needs but torch, which comes in two ways: ``requirements-cuda.lock`` is the torch
of PyPI with the libraries that it asks for on Linux, ``requirements-cpu.lock`` the CPU-only one that needs none of
them. ``requirements-dev.lock`` is what tests and tools add.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bot.config import ROOT

RUN, DEV, CUDA, CPU = (ROOT / f"requirements{name}.lock" for name in ("", "-dev", "-cuda", "-cpu"))
CUDA_NAMES = ("nvidia-", "cuda-", "triton", "torch")
CPU_TORCH = ("6746dbcbeb526eb61330b76b41ff1b4eb848951103a892eeb080dfa2b264667b",)
"""SHA-256 of the CPU-only wheels of the pinned torch: CPython 3.11 on Linux, x86-64."""
OPTIONS = ("--universal", "--generate-hashes", "--no-header", "--no-annotate", "--python-version", "3.11", "--quiet")
_HEAD = "# {what}\n# Written by `make lock` from pyproject.toml; do not edit.\n"
_WHAT = {
    RUN: "Every package that running needs but torch, pinned and hashed.",
    DEV: "What tests and tools need besides.",
    CUDA: "torch as PyPI has it, with the libraries that it asks for on Linux.",
    CPU: "torch for the CPU alone, taken instead where pip finds it.",
}
_ENTRY = re.compile(
    r"^([a-z0-9.-]+)==([^ ;\\\n]+)(?: ; ([^\\\n]+?))? \\\n((?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)", re.M
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One pinned package: the marker says where it is installed, the hashes are those of its files."""

    name: str
    version: str
    marker: str
    hashes: tuple[str, ...]

    def __str__(self) -> str:
        marker = f" ; {self.marker}" if self.marker else ""
        hashes = " \\\n".join(f"    --hash=sha256:{digest}" for digest in self.hashes)
        return f"{self.name}=={self.version}{marker} \\\n{hashes}\n"


def read(file: Path) -> list[Entry]:
    """Return the entries of a lock, in its order; raises ValueError for any line that is none."""
    return parse("".join(line for line in file.read_text(encoding="utf-8").splitlines(True) if line[:1] != "#"))


def parse(text: str) -> list[Entry]:
    """Read entries as pip and uv write them, without comments."""
    rest = _ENTRY.sub("", text).strip()
    if rest:
        raise ValueError(f"not a pinned and hashed package: {rest.splitlines()[0]}")
    found = _ENTRY.findall(text)
    return [
        Entry(name, version, marker, tuple(sorted(re.findall(r"[0-9a-f]{64}", body))))
        for name, version, marker, body in found
    ]


def compiled(held: Sequence[Entry], *arguments: str) -> list[Entry]:
    """Let uv resolve pyproject.toml and its build for every platform; what is ``held`` stays where it may."""
    uv = shutil.which("uv", path=str(Path(sys.executable).parent)) or shutil.which("uv")
    if not uv:
        raise SystemExit("uv is missing: pip install uv")
    build = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["build-system"]["requires"]
    with tempfile.TemporaryDirectory() as folder:
        extra, out = Path(folder, "build.in"), Path(folder, "out.txt")
        extra.write_text("\n".join(build), encoding="utf-8")
        out.write_text("".join(map(str, held)), encoding="utf-8")
        command = [uv, "pip", "compile", "pyproject.toml", str(extra), *OPTIONS, "--output-file", str(out), *arguments]
        subprocess.run(command, cwd=ROOT, check=True)
        return parse(out.read_text(encoding="utf-8"))


def main() -> int:
    """Write the locks; ``--upgrade`` takes the newest versions, else what is locked stays."""
    held = (
        [] if "--upgrade" in sys.argv else [part for file in (RUN, DEV, CUDA) if file.is_file() for part in read(file)]
    )
    everything = compiled(held, "--extra", "dev")
    running = {(entry.name, entry.version) for entry in compiled(everything)}
    parts: dict[Path, list[Entry]] = {RUN: [], DEV: [], CUDA: [], CPU: []}
    for entry in everything:
        cuda = entry.name.startswith(CUDA_NAMES)
        parts[CUDA if cuda else RUN if (entry.name, entry.version) in running else DEV].append(entry)
        if entry.name == "torch":
            parts[CPU].append(replace(entry, version=f"{entry.version}+cpu", hashes=CPU_TORCH))
    for file, entries in parts.items():
        file.write_text(_HEAD.format(what=_WHAT[file]) + "".join(map(str, entries)), encoding="utf-8")
        print(f"{file.name}: {len(entries)} packages")
    return 0


if __name__ == "__main__":
    sys.exit(main())
