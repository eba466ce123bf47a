# ruff: noqa: E501
"""``python -m benchmarks.scale DATA --sizes 1000 10000 100000``: the library of documents as it grows.

For each size, every step in a process of its own, whose peak memory is told: the corpus (benchmarks/corpus.py), a
sample of it embedded in bulk, the build, and questions over it. DATA keeps the embedding cache, so what was embedded
once, by a run that was stopped as well, is not embedded again. ``--made`` mixes the vectors that the cache lacks from
those that it has (benchmarks/made.py) and works below DATA/made.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sqlite3
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import corpus
from benchmarks.common import milliseconds, peak_mb
from benchmarks.made import MadeEncoder
from bot.config import Config
from bot.errors import InputError
from evals import beir
from ingest.encode import BundledEncoder, EmbeddingCache, Encoder

SAMPLE = 384
"""Texts whose embedding is timed."""
QUESTIONS, WARM = 220, 20
STEPS = ("corpus", "embed", "fill", "build", "answer")


def main() -> int:
    """Run every step of every size and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    parser.add_argument("--made", action="store_true")
    parser.add_argument("--step", choices=STEPS, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.step:
        print(json.dumps(_STEPS[arguments.step](arguments.data, arguments.sizes[0], arguments.made)))
        return 0
    rows = [_measure(arguments.data, size, arguments.made) for size in arguments.sizes]
    _print(rows)
    return 0


def _measure(data: Path, size: int, made: bool) -> dict[str, Any]:
    row: dict[str, Any] = {"size": size}
    for step in STEPS:
        command = [sys.executable, "-m", "benchmarks.scale", str(data), "--sizes", str(size), "--step", step]
        done = subprocess.run([*command, *(["--made"] if made else [])], stdout=subprocess.PIPE, text=True, check=True)
        row |= json.loads(done.stdout.splitlines()[-1])
    return row


def _corpus(data: Path, size: int, made: bool) -> dict[str, Any]:
    folder = data / f"corpus-{size}"
    told = folder / "counts.json"
    if not told.is_file():
        shutil.rmtree(folder, ignore_errors=True)
        counts = corpus.write(folder, size)
        told.write_text(json.dumps(counts), encoding="utf-8")
    return {"texts": json.loads(told.read_text(encoding="utf-8"))}


def _embed(data: Path, size: int, made: bool) -> dict[str, Any]:
    """Time bulk embedding of texts drawn from the corpus, the loading of torch apart."""
    from ingest.bulk import BulkEncoder
    from ingest.dequantise import model_folder

    texts = corpus.texts(data / f"corpus-{size}")
    drawn = [texts[i] for i in np.random.default_rng(7).choice(len(texts), SAMPLE, replace=False)]
    bulk = BulkEncoder(model_folder(data), BundledEncoder())
    list(bulk.batches(drawn[:64]))
    rate = SAMPLE / milliseconds(lambda: list(bulk.batches(drawn))) * 1000
    return {"rate": rate, "embed_mb": peak_mb(), "bytes": sum(len(text.encode()) for text in texts) / len(texts)}


def _fill(data: Path, size: int, made: bool) -> dict[str, Any]:
    """Embed, or make, what the cache lacks: the corpus, and what a build learns from the guide."""
    from ingest.documents.neutralise import Neutral
    from ingest.sources import read_sources

    texts = corpus.texts(data / f"corpus-{size}")
    encoder: Encoder = MadeEncoder(data / "embeddings.sqlite3", texts) if made else BundledEncoder()
    cache = EmbeddingCache(_place(data, size, made) / "embeddings.sqlite3")
    _, embedded = cache.passages(encoder, texts, lambda _: None)
    Neutral.learn(read_sources().articles, BundledEncoder(), cache)
    cache.close()
    return {"made": embedded if made else 0}


def _build(data: Path, size: int, made: bool) -> dict[str, Any]:
    """Build with a full cache: all the work but embedding."""
    from ingest.documents import index
    from ingest.documents.make import Maker
    from ingest.documents.read import read_document, scan

    home = _place(data, size, made) / "documents"
    shutil.rmtree(home, ignore_errors=True)
    maker = Maker(home, BundledEncoder(), scan, read_document)
    started = time.perf_counter()
    report = index.add(maker, [str(data / f"corpus-{size}")])
    seconds = time.perf_counter() - started
    disk = {item.name: _size(item) for item in (home / report.version).iterdir()}
    return {"rest": seconds, "disk": disk, "build_mb": peak_mb(), "late": report.embedded}


def _answer(data: Path, size: int, made: bool) -> dict[str, Any]:
    """Time questions by turns with their bare embedding, and compare the nearest ten with the exact ones."""
    from bot.documents.join import search
    from bot.engine import Bot, Question
    from bot.render import markdown
    from bot.text import language
    from ingest import index

    place = _place(data, size, made)
    settings = Config(data_dir=place)
    index.build(settings.index_dir, BundledEncoder())
    bot = Bot(settings)
    library, retriever = bot.documents.value, bot.retriever
    assert library is not None
    asked = _questions()
    times: dict[str, list[float]] = {"embed": [], "retrieve": [], "answer": []}
    for number, text in enumerate(asked):
        steps = {
            "embed": partial(retriever._encoder.queries, [text]),
            "retrieve": partial(search, library, retriever, text, language(text)),
            "answer": lambda text=text: markdown(bot.ask(Question(text))),
        }
        for name, run in steps.items():
            taken = milliseconds(run)
            if number >= WARM:
                times[name].append(taken)
    memory = peak_mb()
    recall = _recall(library, retriever._encoder.queries(asked))
    shares = {name: [float(np.percentile(values, p)) for p in (50, 95)] for name, values in times.items()}
    return {"times": shares, "answer_mb": memory, "recall": recall}


def _recall(library: Any, vectors: Any) -> float:  # noqa: ANN401 (the library is imported late)
    """Return the share of the exact ten nearest rows that the index finds."""
    from ingest.documents.make import collection_name

    found = []
    for vector in vectors:
        asked = library._neutral.question(vector.reshape(1, -1)).reshape(-1)
        exact = set(np.argsort(-(library._rows @ asked), kind="stable")[:10].tolist())
        near = library._nearest.nearest(collection_name(library.manifest.version), asked, 10)
        found.append(len(exact & {int(name) for name, _ in near}) / 10)
    return float(np.mean(found))


def _questions() -> list[str]:
    """Return questions of both sets by turns; the answers to some of them are in the corpus."""
    found: list[list[str]] = []
    for name in ("jsquad", "xquad"):
        try:
            found.append(list(beir.bench(name, QUESTIONS // 2).queries.values()))
        except InputError as error:
            print(f"left out: {error}")
    return [text for pair in zip(*found, strict=True) for text in pair]


def _place(data: Path, size: int, made: bool) -> Path:
    """Return the data folder of one size, with the embedding cache that all sizes share, or its copy."""
    place = data / ("made" if made else "real") / str(size)
    place.mkdir(parents=True, exist_ok=True)
    own, shared = place / "embeddings.sqlite3", data / "embeddings.sqlite3"
    if made and not own.exists():
        with sqlite3.connect(shared) as database, sqlite3.connect(own) as copy:
            database.backup(copy)
    elif not made and not own.exists():
        own.symlink_to(shared.resolve())
    return place


def _size(item: Path) -> int:
    return sum(file.stat().st_size for file in [item, *item.rglob("*")] if file.is_file())


def _print(rows: list[dict[str, Any]]) -> None:
    base = rows[0]["times"]
    for row in rows:
        count, times = sum(row["texts"].values()), row["times"]
        alone = count / row["rate"]
        disk = sum(row["disk"].values())
        print(f"\n{count:,} chunks {row['texts']}, {row['bytes']:.0f} bytes each, {row['made']:,} of them made up")
        print(
            f"build: embedding alone {alone:.0f} s (from {row['rate']:.1f} a second over {SAMPLE}), "
            f"the rest {row['rest']:.1f} s (embedding {row['late']} texts), "
            f"whole against embedding {(alone + row['rest']) / alone:.2f}"
        )
        print(f"disk: {disk / 1e6:.1f} MB, {disk / count / 1000:.2f} KB a chunk: {_parts(row['disk'])}")
        memory = f"embedding {row['embed_mb']:.0f}, build {row['build_mb']:.0f}, answering {row['answer_mb']:.0f}"
        print(f"peak memory in MB: {memory}; recall@10 against exact search {row['recall']:.4f}")
        for name, (half, most) in times.items():
            more = most / base[name][1]
            print(f"{name}: p50 {half:.1f} ms, p95 {most:.1f} ms, {more:.2f} times the p95 of the first size")


def _parts(disk: dict[str, int]) -> str:
    return ", ".join(f"{name} {size / 1e6:.1f}" for name, size in sorted(disk.items(), key=lambda pair: -pair[1]))


_STEPS = {"corpus": _corpus, "embed": _embed, "fill": _fill, "build": _build, "answer": _answer}

if __name__ == "__main__":
    sys.exit(main())
