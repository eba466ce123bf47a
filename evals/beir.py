"""Data sets in the BEIR layout, and question-answering sets brought into it."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.config import ROOT
from bot.errors import InputError

BENCHES = {"jsquad": "jsquad/valid-v1.3.json", "xquad": "xquad/xquad.en.json"}
SEED = 7


@dataclass(frozen=True, slots=True)
class Document:
    """One document of a corpus."""

    id: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class DataSet:
    """A corpus, the queries by id, and for each query the grades of its documents."""

    corpus: tuple[Document, ...]
    queries: dict[str, str]
    qrels: dict[str, dict[str, int]]


def read(corpus: Path, queries: Path, qrels: Path) -> DataSet:
    """Read a data set; queries without a judgement are left out, as in BEIR. Raises InputError."""
    documents = tuple(
        Document(_text(row, "_id", where), str(row.get("title") or ""), _text(row, "text", where))
        for where, row in _json_lines(corpus)
    )
    texts = {_text(row, "_id", where): _text(row, "text", where) for where, row in _json_lines(queries)}
    grades = _qrels(qrels)
    if not documents:
        raise InputError(f"{corpus}: holds no document")
    unknown = next((query for query in grades if query not in texts), None)
    if unknown is not None:
        raise InputError(f"{qrels}: query {unknown} is not in {queries}")
    if not grades:
        raise InputError(f"{qrels}: holds no judgement")
    return DataSet(documents, {query: texts[query] for query in grades}, grades)


def bench(name: str, sample: int = 0) -> DataSet:
    """Return a public set as a retrieval set: query = question, document = paragraph, one a question.

    ``sample`` questions are drawn with a fixed seed (0: all of them); every paragraph stays. The folder is
    EVALS_BENCH_DIR, or ../shared/bench beside the checkout. Raises InputError when it is not there.
    """
    folder = Path(os.environ.get("EVALS_BENCH_DIR", ROOT.parent / "shared" / "bench"))
    if name not in BENCHES:
        raise InputError(f"there is no set {name}; known are {', '.join(BENCHES)}")
    file = folder / BENCHES[name]
    if not file.is_file():
        raise InputError(f"{name} is not here: {file} is missing; set EVALS_BENCH_DIR to the folder that holds it")
    return _squad(json.loads(file.read_text(encoding="utf-8"))["data"], sample)


def _squad(articles: list[dict[str, Any]], sample: int) -> DataSet:
    documents: list[Document] = []
    questions: list[tuple[str, str, str]] = []
    for a, article in enumerate(articles):
        for p, paragraph in enumerate(article["paragraphs"]):
            head, mark, rest = paragraph["context"].partition(" [SEP] ")
            title, body = (head, rest) if mark else (article.get("title", ""), head)
            documents.append(Document(f"{a}-{p}", title, body))
            questions.extend((qa["id"], qa["question"], f"{a}-{p}") for qa in paragraph["qas"])
    if 0 < sample < len(questions):
        questions = sorted(random.Random(SEED).sample(questions, sample))
    queries = {query: text for query, text, _ in questions}
    return DataSet(tuple(documents), queries, {query: {document: 1} for query, _, document in questions})


def _json_lines(file: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    try:
        lines = file.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"cannot read {file}: {error}") from error
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError as error:
            raise InputError(f"{file}:{number}: not a JSON line ({error})") from error
        if not isinstance(row, dict):
            raise InputError(f"{file}:{number}: must be a JSON object")
        yield f"{file}:{number}", row


def _text(row: dict[str, Any], key: str, where: str) -> str:
    value = row.get(key)
    if isinstance(value, int) and key == "_id":
        return str(value)
    if not isinstance(value, str):
        raise InputError(f'{where}: "{key}" must be a string')
    return value


def _qrels(file: Path) -> dict[str, dict[str, int]]:
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"cannot read {file}: {error}") from error
    found: dict[str, dict[str, int]] = {}
    for number, line in enumerate(lines, 1):
        columns = line.split("\t")
        if not line.strip() or (number == 1 and not _is_number(columns[-1])):
            continue
        if len(columns) != 3 or not _is_number(columns[2]):
            raise InputError(f"{file}:{number}: must be query-id, corpus-id and score, separated by tabs")
        found.setdefault(columns[0], {})[columns[1]] = int(float(columns[2]))
    return found


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
