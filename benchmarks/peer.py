"""``python -m benchmarks.peer GUIDE``: this product against the usual LangChain recipe over the raw guide.

The recipe: recursive splitter (1,000 characters, 200 overlap), the same embedding model, Chroma, top 3. Both are
asked the single in-scope questions of the eval cases; counted is which wanted commands and vital facts stand in
what a person gets to read.
"""

from __future__ import annotations

import sys
import unicodedata
from pathlib import Path

from langchain_chroma import Chroma
from langchain_core.embeddings import Embeddings
from langchain_text_splitters import RecursiveCharacterTextSplitter

from benchmarks.common import by_turns, show
from bot import config
from bot.engine import Bot, Question
from bot.render import markdown
from evals.cases import Case, load
from ingest.encode import BundledEncoder


class BundledEmbeddings(Embeddings):
    """The bundled model as LangChain embeddings."""

    def __init__(self) -> None:
        """Load the model."""
        self._encoder = BundledEncoder()

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Embed passages."""
        return self._encoder.passages(texts).tolist()

    def embed_query(self, text: str) -> list[float]:
        """Embed a question."""
        return self._encoder.queries([text])[0].tolist()


def main() -> int:
    """Print both shares and both times; 2 without the guide's text file."""
    if len(sys.argv) != 2 or not Path(sys.argv[1]).is_file():
        print("usage: python -m benchmarks.peer GUIDE.txt", file=sys.stderr)
        return 2
    guide = Path(sys.argv[1]).read_text(encoding="utf-8")
    pieces = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200).split_text(guide)
    cosine = {"hnsw": {"space": "cosine"}}
    store = Chroma("peer", BundledEmbeddings(), collection_configuration=cosine)
    store.add_texts(pieces)
    bot = Bot(config.current())
    cases = [c for c in load() if c.record.status == "answered" and not c.record.paste and not c.history]
    read: dict[str, list[str]] = {"product": [], "recipe": []}
    pairs = [
        (
            lambda case=case: read["product"].append(markdown(bot.ask(Question(case.question)))),
            lambda case=case: read["recipe"].append(
                "\n".join(found.page_content for found in store.similarity_search(case.question, k=3))
            ),
        )
        for case in cases
    ]
    times = by_turns(pairs)
    for name, texts in read.items():
        commands, facts = _shares(cases, texts)
        print(f"{name}: {commands:.1%} of wanted commands, {facts:.1%} of vital facts (n={len(cases)} questions)")
    show("product against recipe", *times)
    return 0


def _shares(cases: list[Case], texts: list[str]) -> tuple[float, float]:
    commands, facts = [], []
    for case, text in zip(cases, texts, strict=True):
        plain = _plain(text)
        commands += [_plain(command) in plain for command in case.record.commands]
        facts += [any(_plain(word) in plain for word in fact.any) for fact in case.record.facts if fact.vital]
    return sum(commands) / len(commands), sum(facts) / len(facts)


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


if __name__ == "__main__":
    sys.exit(main())
