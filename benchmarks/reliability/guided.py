"""Reading pastes and logs under atheris, which looks for inputs that reach code that none has reached yet.

It runs in a process of its own, since libFuzzer ends the process that it runs in.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.reliability import mutate

LONGEST, HANG, MEMORY = 2_000, 20, 2_048
"""Bytes of an input, seconds that one may take, MB that the process may use."""


def run(seconds: int, seed: int, keep: Path) -> tuple[int, int]:
    """Fuzz for ``seconds``; return how many inputs were run and whether one failed, which is kept."""
    keep.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        corpus = Path(folder, "corpus")
        corpus.mkdir()
        for number, text in enumerate(mutate.samples()):
            for start in range(0, len(text), LONGEST // 2):
                (corpus / f"{number}-{start}").write_bytes(text[start : start + LONGEST].encode()[:LONGEST])
        words = Path(folder, "words")
        words.write_text("".join(f'"{_escaped(word)}"\n' for word in mutate.WORDS), encoding="ascii")
        options = (
            *(f"-max_total_time={seconds}", f"-max_len={LONGEST}", f"-timeout={HANG}", f"-rss_limit_mb={MEMORY}"),
            *(f"-dict={words}", f"-seed={seed}", f"-artifact_prefix={keep}/guided-", "-print_final_stats=1"),
        )
        command = [sys.executable, "-m", "benchmarks.reliability.guided", str(corpus), *options]
        done = subprocess.run(command, capture_output=True, text=True, errors="replace")
    found = re.search(r"stat::number_of_executed_units: *(\d+)", done.stderr)
    count = int(found[1]) if found else 0
    reached = re.findall(r"cov: (\d+)", done.stderr)
    if done.returncode:
        print(done.stderr[-3000:], file=sys.stderr)
    failed = int(done.returncode != 0)
    print(f"guided: {count:,} inputs, {failed} failed, coverage {' to '.join(reached[:1] + reached[-1:])}")
    return count, failed


def _escaped(word: str) -> str:
    return "".join(f"\\x{byte:02x}" for byte in word.encode("utf-8", "surrogatepass"))


def _main() -> None:
    import atheris

    with atheris.instrument_imports(include=["bot"]):
        from benchmarks.reliability import checks

    def one(data: bytes) -> None:
        checks.paste(data.decode("utf-8", "replace"))
        if data[:1] < b"@":
            checks.log(data)

    atheris.Setup(sys.argv, one)
    atheris.Fuzz()


if __name__ == "__main__":
    _main()
