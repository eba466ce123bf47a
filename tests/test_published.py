"""Builds on a real Chroma server: published, fetched and checked, dropped."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from bot.config import Config
from bot.engine import Bot, Question
from bot.errors import IndexMismatch, IndexMissing, ServerError
from ingest import builds, index, published
from ingest.fetched import fetch
from ingest.published import Published
from ingest.vectors import exact, served
from ingest.vectors.server import Server
from tests.chroma_server import Chroma, chroma_run
from tests.waiting import until


@pytest.fixture(scope="module")
def chroma(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chroma]:
    with chroma_run(tmp_path_factory.mktemp("server")) as server:
        yield server


@pytest.fixture
def server(chroma: Chroma) -> Iterator[Server]:
    opened = Server(chroma.url)
    for name in opened.names():
        opened.drop(name)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, int]]:
    """A finished build with one collection of 330 vectors, one empty file and one of random bytes."""
    from ingest import vectors
    from ingest.chunks import Chunk

    folder = tmp_path_factory.mktemp("small")
    made = np.random.default_rng(7).normal(size=(330, 384)).astype(np.float32)
    made /= np.linalg.norm(made, axis=1, keepdims=True)
    chunks = [Chunk(f"en/t/{number}", "t", "en", "symptom", f"text {number}") for number in range(330)]
    vectors.write(folder / "chroma", {"c-en": (chunks, made)})
    (folder / "part").mkdir()
    (folder / "part" / "empty").write_bytes(b"")
    (folder / "random").write_bytes(np.random.default_rng(8).bytes(1_000_000))
    (folder / "manifest.json").write_text("{}")
    return folder, {"c-en": 330}


Small = tuple[Path, dict[str, int]]


def test_a_build_comes_back_byte_for_byte(server: Server, small: Small, tmp_path: Path) -> None:
    kind = Published(server, "kb")
    assert kind.pointer() is None
    folder, counts = small
    pointer = kind.publish(folder, "v1", counts)
    assert kind.pointer() == Published(server, "kb").pointer() == pointer
    assert kind.whole(pointer)
    here = fetch(kind, pointer, tmp_path)
    for name in ("part/empty", "random", "manifest.json"):
        assert (here / name).read_bytes() == (folder / name).read_bytes()
    copy = exact.ExactStore(here / "vectors")
    store = served.ServedStore(server, lambda name: kind.remote(pointer.build, name), counts, copy)
    from ingest.vectors import VectorStore

    own = VectorStore(folder / "chroma", counts)
    query = np.random.default_rng(9).normal(size=384).astype(np.float32)
    wanted = own.nearest("c-en", query, 50)
    for found in (store.nearest("c-en", query, 50), copy.nearest("c-en", query, 50)):
        assert [name for name, _ in found] == [name for name, _ in wanted]
        assert np.allclose([score for _, score in found], [score for _, score in wanted], atol=1e-5)
    assert len(copy.nearest("c-en", query, 5_000)) == 330


def test_a_second_fetch_asks_for_nothing(server: Server, small: Small, tmp_path: Path) -> None:
    kind = Published(server, "kb")
    pointer = kind.publish(small[0], "v1", small[1])
    first = fetch(kind, pointer, tmp_path)
    server.drop(kind.remote(pointer.build, "files"))
    assert fetch(kind, pointer, tmp_path) == first


@pytest.mark.parametrize("damage", ["random", "listing", "vectors/c-en.npy", "vectors/c-en.check"])
def test_a_damaged_copy_is_fetched_anew(server: Server, small: Small, tmp_path: Path, damage: str) -> None:
    kind = Published(server, "kb")
    pointer = kind.publish(small[0], "v1", small[1])
    folder = fetch(kind, pointer, tmp_path)
    whole = (folder / damage).read_bytes()
    (folder / damage).write_bytes(whole[:200] + bytes(5_000) + whole[5_200:])
    fetch(kind, pointer, tmp_path)
    assert (folder / damage).read_bytes() == whole


@pytest.mark.parametrize("damage", ["piece", "missing", "vector", "vectors", "listing", "path"])
def test_what_was_altered_on_the_server_is_refused(server: Server, small: Small, tmp_path: Path, damage: str) -> None:
    kind = Published(server, "kb")
    pointer = kind.publish(small[0], "v1", small[1])
    files, vectors = kind.remote(pointer.build, "files"), kind.remote(pointer.build, "c-en")
    names = {"piece": "random#3", "missing": "random#3", "listing": "listing#0", "path": "listing#0"}
    if damage in ("piece", "listing"):
        fields = server.get(files, [names[damage]], "metadatas")[names[damage]]
        altered = fields | {"p0": fields["p0"][:100] + "AAAA" + fields["p0"][104:]}
        server.upsert(files, {"ids": [names[damage]], "embeddings": [[1.0]], "metadatas": [altered]})
    elif damage == "missing":
        server.delete(files, ["random#3"])
    elif damage == "vector":
        server.upsert(vectors, {"ids": ["en/t/5"], "embeddings": [[1.0] + [0.0] * 383]})
    elif damage == "vectors":
        server.delete(vectors, ["en/t/5"])
    else:
        pointer = outside(kind, small)
    with pytest.raises(IndexMismatch):
        fetch(kind, pointer, tmp_path)
    assert [found for found in tmp_path.iterdir() if found.is_dir()] == []
    if damage in ("missing", "vectors", "listing"):
        assert not kind.whole(pointer)


def outside(kind: Published, small: Small) -> published.Pointer:
    """Publish a build whose listing names a file outside its folder."""
    from ingest import parcel

    pointer = kind.publish(small[0], "v2", small[1])
    listing = json.loads(kind.listing(pointer))
    listing["files"]["../../stolen"] = listing["files"]["random"]
    with (small[0].parent / "listing").open("w+b") as stream:
        stream.write(json.dumps(listing).encode())
        stream.seek(0)
        digest, pieces = parcel.send(kind.server, kind.remote(pointer.build, "files"), "listing", stream)
    return published.Pointer(pointer.build, "v2", digest, pieces, pointer.published)


def test_builds_of_another_kind_are_left_alone_and_old_ones_go(
    server: Server, small: Small, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Published(server, "documents").publish(small[0], "d1", small[1])
    kind = Published(server, "kb")
    pointers = [kind.publish(small[0], f"v{number}", small[1]) for number in range(builds.KEEP + 2)]
    assert kind.drop_old() == [], "they are young"
    monkeypatch.setattr(published, "GRACE", -1.0)
    assert set(kind.drop_old()) == {pointer.build for pointer in pointers[:2]}
    assert not kind.whole(pointers[0]) and kind.whole(pointers[-1])
    assert Published(server, "documents").whole(other)


def test_a_builder_that_dies_changes_nothing(server: Server, small: Small, monkeypatch: pytest.MonkeyPatch) -> None:
    kind = Published(server, "kb")
    first = kind.publish(small[0], "v1", small[1])
    monkeypatch.setattr(Published, "_point_at", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        kind.publish(small[0], "v2", small[1])
    assert kind.pointer() == first


@pytest.fixture
def shared(settings: Config, server: Server, chroma: Chroma, tmp_path: Path) -> Config:
    """Settings of a reader; the session's index is published."""
    index.share(Config(data_dir=settings.data_dir, chroma_url=chroma.url))
    return Config(data_dir=tmp_path / "reader", chroma_url=chroma.url)


QUESTIONS = ("Connections show TGDL instead of TMDL", "時刻がずれると暗号化 MAPI はどうなりますか", "rice cooker")


def test_a_reader_answers_as_the_builder_does(shared: Config, bot: Bot) -> None:
    reader = Bot(shared)
    for question in QUESTIONS:
        mine, theirs = reader.ask(Question(question)), bot.ask(Question(question))
        assert (mine.status, mine.topics, mine.citations) == (theirs.status, theirs.topics, theirs.citations)
    assert reader.problems() == {}
    assert not (shared.data_dir / "index").exists()


def test_publishing_again_does_nothing_unless_something_is_lost(
    shared: Config, settings: Config, chroma: Chroma, server: Server
) -> None:
    builder = Config(data_dir=settings.data_dir, chroma_url=chroma.url)
    assert index.share(builder).startswith("already published")
    pointer = Published(server, "kb").pointer()
    assert pointer
    server.drop(f"kb.{pointer.build}.{index.collection_name(pointer.version, 'ja')}")
    assert index.share(builder).startswith("published")
    assert Published(server, "kb").pointer() != pointer


def test_a_server_that_lost_the_vectors_does_not_change_an_answer(
    shared: Config, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = Bot(shared)
    before = [reader.ask(Question(question)).topics for question in QUESTIONS]
    monkeypatch.setattr(served, "PAUSE", -1.0)
    language = "ja"
    name = f"kb.{reader.retriever.folder.name}.{index.collection_name(reader.retriever.version, language)}"
    ids = json.loads((reader.retriever.folder / "vectors" / f"{name.split('.')[-1]}.json").read_text())
    for start in range(0, len(ids), 300):
        server.delete(name, ids[start : start + 300])
    assert [reader.ask(Question(question)).topics for question in QUESTIONS] == before
    reader.ask(Question(QUESTIONS[1]))
    assert "has lost vectors" in reader.problems()["vectors"]
    for name in server.names():
        server.drop(name)
    assert [reader.ask(Question(question)).topics for question in QUESTIONS] == before
    until(lambda: "holds no index" in reader.problems().get("index", ""))


def test_what_the_server_lacks_at_a_start_is_said(server: Server, chroma: Chroma, tmp_path: Path) -> None:
    with pytest.raises(IndexMissing, match="holds no index; run `python -m ingest` on the machine that builds"):
        Bot(Config(data_dir=tmp_path, chroma_url=chroma.url))


@pytest.mark.parametrize("path", ["nobody/nothing", "default_tenant/nothing"])
def test_an_unknown_tenant_or_database_is_said(chroma: Chroma, path: str) -> None:
    with pytest.raises(ServerError, match="KB_CHROMA_URL, its tenant and database, and KB_CHROMA_TOKEN"):
        Server(f"{chroma.url}/{path}")
