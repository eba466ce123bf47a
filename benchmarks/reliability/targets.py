"""What the fuzzer feeds: for each target, inputs without end, each with the call that holds it to what must be true."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from random import Random
from typing import TYPE_CHECKING, Any

from benchmarks.common import questions
from benchmarks.reliability import checks, mutate, papers, payloads, wire

if TYPE_CHECKING:
    from bot.engine import Bot

Case = tuple[object, Callable[[], object]]
"""An input, and the call that holds it to what must be true."""
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


def _bot(hashed: bool = True) -> Bot:
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
    bot, asked, pastes = _bot(), questions(SPREAD), mutate.samples()
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
    bot, seeds = _bot(), [*questions(SPREAD), *mutate.samples()]
    while True:
        words, stdin = mutate.arguments(random, seeds)
        yield (words, stdin), partial(checks.command, words, stdin, bot)


def _document(random: Random) -> Iterator[Case]:
    seeds = papers.seeds()
    while True:
        name, data = papers.paper(random, seeds)
        yield (name, data), partial(papers.read, name, data)


def _api(random: Random) -> Iterator[Case]:
    caller, asked, pastes = wire.Caller(_bot()), questions(SPREAD), mutate.samples()
    while True:
        request = wire.request(random, asked, pastes)
        yield request, partial(caller.call, request)


def _tools(random: Random) -> Iterator[Case]:
    caller, asked, pastes = wire.Caller(_bot()), questions(SPREAD), mutate.samples()
    while True:
        name, given = wire.tool(random, asked, pastes)
        yield (name, given), partial(caller.tool, name, given)


def _slack(random: Random) -> Iterator[Case]:
    slack, asked = payloads.Slack(), questions(SPREAD)
    while True:
        kind, body = payloads.payload(random, asked)
        yield (kind, body), partial(slack.take, kind, body)


TARGETS: dict[str, Callable[[Random], Iterator[Case]]] = {
    "paste": _paste, "log": _log, "question": _question, "asked": lambda random: _question(random, hashed=False),
    "batch": _batch, "settings": _settings, "command": _command, "document": _document, "api": _api, "tools": _tools,
    "slack": _slack,
}  # fmt: skip
