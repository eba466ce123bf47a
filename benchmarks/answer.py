"""``python -m benchmarks.answer``: a whole answer against the bare embedding of its question."""

from __future__ import annotations

from functools import partial

from benchmarks.common import by_turns, peak_mb, questions, show
from bot import config
from bot.engine import Bot, Question
from bot.render import markdown


def main() -> None:
    """Print the ratio and the memory of the process."""
    bot = Bot(config.current())
    encoder = bot.retriever._encoder

    def answer(text: str) -> str:
        return markdown(bot.ask(Question(text)))

    asked = questions(300)
    for text in asked[:20]:
        answer(text)
    pairs = [(partial(answer, text), partial(encoder.queries, [text])) for text in asked[20:]]
    show("answer against query embedding", *by_turns(pairs))
    print(f"peak memory of the process: {peak_mb():.0f} MB")


if __name__ == "__main__":
    main()
