"""``python -m benchmarks.reliability.fuzz --seconds N [TARGET...]``: generated input without end, and what it broke.

Targets: paste, log, question, asked, batch, settings, command, and guided (paste and log with atheris, which is
led by coverage). ``question`` ranks with vectors made of hashes, so that thousands can be asked; ``asked`` uses the
model. What fails is kept under --keep, one file a failure, and shown by its first line. Inputs follow from --seed.
"""

from __future__ import annotations

import argparse
import hashlib
import resource
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

from benchmarks.common import questions
from benchmarks.reliability import checks, mutate

if TYPE_CHECKING:
    from bot.engine import Bot

Case = tuple[object, Callable[[], object]]
"""An input, and the call that holds it to what must be true."""
SLOW = 10.0
"""Seconds after which an input of at most 1,500 characters counts as a hang."""
SPREAD = 400


class _Hashed:
    """Stands in for the model: unit vectors that follow from the text."""

    def __init__(self, name: str, dimension: int) -> None:
        self.name, self.dimension = name, dimension

    def queries(self, texts: Sequence[str]) -> Any:  # noqa: ANN401 (numpy array)
        """Return one vector a text."""
        import numpy as np

        seeds = [int.from_bytes(hashlib.sha256(text.encode("utf-8", "replace")).digest()[:8]) for text in texts]
        rows = np.stack([np.random.default_rng(seed).standard_normal(self.dimension) for seed in seeds])
        return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def _bot(hashed: bool) -> Bot:
    from bot import config
    from bot.engine import Bot

    bot = Bot(config.load())
    if hashed:
        real = bot.retriever._encoder
        bot.retriever._encoder = _Hashed(real.name, real.dimension)  # type: ignore[assignment]
    return bot


def _paste(random: Random) -> Iterator[Case]:
    seeds = mutate.samples()
    while True:
        text = mutate.text(random, seeds)
        yield text, partial(checks.paste, text)


def _log(random: Random) -> Iterator[Case]:
    seeds = [seed for seed in mutate.samples() if "(Local)" in seed or "%WAAS" in seed or ":OT :" in seed]
    while True:
        data = mutate.text(random, seeds, 4_000).encode("utf-8", random.choice(("replace", "surrogatepass")))
        yield data, partial(checks.log, data)


def _question(random: Random, hashed: bool = True) -> Iterator[Case]:
    bot, asked, pastes = _bot(hashed), questions(SPREAD), mutate.samples()
    while True:
        text = mutate.text(random, asked, 400)
        pasted = mutate.text(random, pastes, 800) if random.random() < 0.3 else ""
        history = tuple({"role": "user", "content": mutate.text(random, asked, 80)} for _ in range(random.randrange(2)))
        yield (text, pasted, history), partial(checks.answered, bot, text, pasted, history)


def _batch(random: Random) -> Iterator[Case]:
    bot, asked, pastes = _bot(True), questions(SPREAD), mutate.samples()
    while True:
        ask = random.random() < 0.3
        data = mutate.json_line(random, asked if ask else pastes, "question" if ask else "text")
        yield data, partial(checks.line, data, bot if ask else None)


def _settings(random: Random) -> Iterator[Case]:
    while True:
        variables = mutate.variables(random)
        toml = mutate.toml(random) if random.random() < 0.6 else None
        yield (variables, toml), partial(checks.settings, variables, toml)


def _command(random: Random) -> Iterator[Case]:
    bot, seeds = _bot(True), [*questions(SPREAD), *mutate.samples()]
    while True:
        words, stdin = mutate.arguments(random, seeds)
        yield (words, stdin), partial(checks.command, words, stdin, bot)


TARGETS: dict[str, Callable[[Random], Iterator[Case]]] = {
    "paste": _paste, "log": _log, "question": _question, "asked": lambda random: _question(random, hashed=False),
    "batch": _batch, "settings": _settings, "command": _command,
}  # fmt: skip


def run(target: str, seconds: float, seed: int, keep: Path) -> tuple[int, int]:
    """Feed one target for ``seconds``; return how many inputs it took and how many failed."""
    cases = TARGETS[target](Random(f"{target}-{seed}"))
    count, failed, slowest, seen = 0, 0, 0.0, set[str]()
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        given, check = next(cases)
        started = time.process_time()
        try:
            check()
        except Exception as error:
            failed += 1
            _kept(keep, target, given, error, seen)
        took = time.process_time() - started
        slowest, count = max(slowest, took), count + 1
        if took > SLOW:
            failed += 1
            _kept(keep, target, given, TimeoutError(f"{took:.0f} s"), seen)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{target}: {count:,} inputs, {failed} failed, slowest {slowest * 1000:.0f} ms of CPU, peak {peak:.0f} MB",
        flush=True,
    )
    return count, failed


def _kept(keep: Path, target: str, given: object, error: Exception, seen: set[str]) -> None:
    """Keep the input of a failure, once for each place in the code."""
    place = traceback.extract_tb(error.__traceback__)[-1] if error.__traceback__ else None
    name = hashlib.sha256(f"{type(error)} {place and (place.filename, place.lineno)}".encode()).hexdigest()[:10]
    if name in seen:
        return
    seen.add(name)
    keep.mkdir(parents=True, exist_ok=True)
    body = f"{given!r}\n\n{''.join(traceback.format_exception(error))}"
    (keep / f"{target}-{name}.txt").write_text(body, encoding="utf-8", errors="backslashreplace")
    print(f"  {target}-{name}: {type(error).__name__}: {(str(error).splitlines() or [''])[0][:200]}", flush=True)


def main(argv: list[str] | None = None) -> int:
    """Run the targets one after the other; 1 where something failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("target", nargs="*", choices=[[], *TARGETS, "guided"])
    parser.add_argument("--seconds", type=float, default=60, help="for each target")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, default=Path("fuzz"))
    asked = parser.parse_args(argv)
    total = failed = 0
    for target in asked.target or (*TARGETS, "guided"):
        if target == "guided":
            from benchmarks.reliability import guided

            found = guided.run(int(asked.seconds), asked.seed, asked.keep)
        else:
            found = run(target, asked.seconds, asked.seed, asked.keep)
        total, failed = total + found[0], failed + found[1]
    print(f"{total:,} inputs, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
