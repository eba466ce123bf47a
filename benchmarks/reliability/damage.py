"""``python -m benchmarks.reliability.damage --rounds N``: every file of the index, cut, emptied, altered and gone.

After each damage the product must refuse with the mend, or answer as the undamaged index does; the doctor must name it;
and a build must mend it. Chroma can crash on a damaged file, so each opening has a process of its own.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

from bot import config
from bot.config import ROOT
from ingest import builds

QUESTIONS = (
    "Accel 列が TGDL になっています",
    "Outlook is slow, how do I check the EPM AO?",
    "How do I redirect with WCCP?",
)


def emptied(file: Path, _: Random) -> None:
    """Leave nothing in the file."""
    file.write_bytes(b"")


def cut(file: Path, random: Random) -> None:
    """Leave the file's beginning."""
    body = file.read_bytes()
    file.write_bytes(body[: random.randrange(max(1, len(body)))])


def flipped(file: Path, random: Random) -> None:
    """Change one bit."""
    body = bytearray(file.read_bytes())
    body[random.randrange(len(body))] ^= 1 << random.randrange(8)
    file.write_bytes(bytes(body))


def zeroed(file: Path, random: Random) -> None:
    """Overwrite a block with zeros, as a lost write does."""
    body = bytearray(file.read_bytes())
    start = random.randrange(max(1, len(body) // 4096)) * 4096
    end = min(len(body), start + 4096)
    body[start:end] = bytes(end - start)
    file.write_bytes(bytes(body))


def removed(file: Path, _: Random) -> None:
    """Take the file away."""
    file.unlink()


DAMAGES: tuple[Callable[[Path, Random], None], ...] = (emptied, cut, flipped, zeroed, removed)


def copied(data: Path, target: Path) -> Path:
    """Copy a data folder with its current build alone; return the copy of that build."""
    current = builds.current(data / "index")
    assert current is not None, f"there is no index in {data}; run `python -m ingest`"
    target.mkdir(parents=True, exist_ok=True)
    for name in ("embeddings.sqlite3", "pinned.json"):
        if (data / name).is_file():
            shutil.copy2(data / name, target / name)
    folder = target / "index" / current.name
    shutil.copytree(current, folder)
    shutil.copy(data / "index" / builds.POINTER, target / "index" / builds.POINTER)
    return folder


def run(data: Path, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    """Run a module of the product on a data folder, in a process of its own."""
    environment = {**os.environ, "KB_DATA_DIR": str(data), "COLUMNS": "400"}
    command = [sys.executable, "-m", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, input=stdin, capture_output=True, text=True, timeout=600)


def asked(data: Path) -> tuple[int, list[object], str]:
    """Ask the questions; return the exit status, the answers without what changes, and standard error."""
    lines = "".join(json.dumps({"id": i, "question": text}) + "\n" for i, text in enumerate(QUESTIONS))
    done = run(data, "bot", "ask", "--batch", "-", stdin=lines)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    return done.returncode, [answer | {"elapsed_ms": 0} for answer in answers], done.stderr


def files(folder: Path) -> list[Path]:
    """Return every file of a build, the manifest and the pointer among them."""
    return [*sorted(file for file in folder.rglob("*") if file.is_file()), folder.parent / builds.POINTER]


def verdict(data: Path, right: list[object]) -> str:
    """Return "refused" or "answered alike"; anything else is a fault, and says which."""
    status, answers, said = asked(data)
    if status == 0:
        return "answered alike" if answers == right else "ANSWERED OTHERWISE"
    if status != 1 or said.count("\n") != 1 or "python -m ingest" not in said:
        return f"FAILED BADLY ({status}: {said.strip()[-200:]})"
    return "refused"


def rounds(data: Path, count: int, seed: int) -> Iterator[tuple[str, str, str, bool]]:
    """Yield (file, damage, verdict, named by the doctor) for ``count`` damages of each file and kind."""
    random = Random(seed)
    right = asked(data)[1]
    with tempfile.TemporaryDirectory() as scratch:
        for number in range(count):
            for place, damage in ((file, damage) for file in files(_current(data)) for damage in DAMAGES):
                target = Path(scratch, "data")
                folder = copied(data, target)
                file = folder.parent.parent / "index" / place.relative_to(data / "index")
                before = file.read_bytes()
                damage(file, random)
                same = file.is_file() and file.read_bytes() == before
                found = verdict(target, right)
                named = found != "refused" or run(target, "bot", "doctor").returncode == 1
                if found != "answered alike" or not same:
                    yield f"{number} {place.name}", damage.__name__, found, named
                shutil.rmtree(target)


def _current(data: Path) -> Path:
    folder = builds.current(data / "index")
    assert folder is not None
    return folder


def main() -> int:
    """Print what came of every damage; 1 where one was not held."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    asked_for = parser.parse_args()
    seen: Counter[str] = Counter()
    unnamed = 0
    for name, damage, found, named in rounds(config.load().data_dir, asked_for.rounds, asked_for.seed):
        seen[found.split(" (")[0]] += 1
        unnamed += not named
        if found.isupper() or "BADLY" in found or "OTHERWISE" in found or not named:
            print(f"{name} {damage}: {found}{'' if named else ', and the doctor does not say so'}", flush=True)
    print(f"{sum(seen.values())} damages: {dict(seen)}; not named by the doctor: {unnamed}")
    return int(bool(unnamed) or any(name[:2].isupper() for name in seen))


if __name__ == "__main__":
    sys.exit(main())
