"""Builds of the index: atomic, incremental, checked."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bot.config import ROOT
from bot.errors import IndexMismatch, IndexMissing
from ingest import builds, index
from ingest.encode import BundledEncoder


@pytest.fixture(scope="module")
def vectors_cache(tmp_path_factory: pytest.TempPathFactory, encoder: BundledEncoder) -> Path:
    """The embeddings of the small root, made once for all tests of this file."""
    root = tmp_path_factory.mktemp("once")
    index.build(fill(root) / "data" / "index", encoder, root=root)
    return root / "data" / "embeddings.sqlite3"


@pytest.fixture
def small(tmp_path: Path, vectors_cache: Path) -> Path:
    """A root with three topics in both languages whose texts are embedded already."""
    (tmp_path / "data").mkdir()
    shutil.copy(vectors_cache, tmp_path / "data")
    return fill(tmp_path)


def fill(root: Path) -> Path:
    """Put three topics in both languages below ``root``."""
    for language in ("ja", "en"):
        folder = root / "kb" / "guide" / language
        folder.mkdir(parents=True)
        for topic in ("epm-ao", "emapi-dns", "debug-acl"):
            shutil.copy(ROOT / "kb" / "guide" / language / f"{topic}.md", folder)
    subjects = (
        "subjects:\n  - {id: x, names: {ja: [], en: []}, nearest: null, examples: {ja: [天気は], en: [weather]}}\n"
    )
    (root / "kb" / "out_of_scope.yaml").write_text(subjects, encoding="utf-8")
    return root


@pytest.fixture(scope="module")
def encoder() -> BundledEncoder:
    return BundledEncoder()


def test_a_build_is_found_again_and_costs_nothing(small: Path, encoder: BundledEncoder) -> None:
    folder = small / "data" / "index"
    first = index.build(folder, encoder, root=small)
    assert first.switched
    again = index.build(folder, encoder, root=small)
    assert (again.switched, again.embedded, again.version) == (False, 0, first.version)
    found, manifest = index.verify(folder, encoder.name, small)
    assert manifest.version == first.version
    assert found.name.startswith(first.version)


def test_only_changed_text_is_embedded(small: Path, encoder: BundledEncoder) -> None:
    folder = small / "data" / "index"
    index.build(folder, encoder, root=small)
    file = small / "kb/guide/en/epm-ao.md"
    file.write_text(file.read_text(encoding="utf-8").replace("symptoms:", "symptoms:\n  - brand new words", 1))
    report = index.build(folder, encoder, root=small)
    assert report.switched
    assert report.embedded == 1


def test_progress_ends_at_the_total(small: Path, encoder: BundledEncoder) -> None:
    seen: list[tuple[int, int]] = []
    report = index.build(small / "data" / "index", encoder, lambda done, total: seen.append((done, total)), root=small)
    assert seen[-1] == (report.chunks, report.chunks)


def test_no_index_names_the_command(tmp_path: Path) -> None:
    with pytest.raises(IndexMissing, match="python -m ingest"):
        index.verify(tmp_path, "any")


def test_changed_sources_model_and_code_are_refused(
    small: Path, encoder: BundledEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = small / "data" / "index"
    index.build(folder, encoder, root=small)
    with pytest.raises(IndexMismatch, match="other model"):
        index.verify(folder, "another-model", small)
    monkeypatch.setattr(index, "CHUNKER_VERSION", "changed")
    with pytest.raises(IndexMismatch, match="other chunker"):
        index.verify(folder, encoder.name, small)
    monkeypatch.undo()
    (small / "kb/guide/en/epm-ao.md").write_text("changed", encoding="utf-8")
    with pytest.raises(IndexMismatch, match="other sources"):
        index.verify(folder, encoder.name, small)


@pytest.mark.parametrize("damage", ["keyword", "catalogue", "hnsw", "sqlite-empty", "sqlite-gone", "manifest"])
def test_a_damaged_build_is_refused_and_mended(small: Path, encoder: BundledEncoder, damage: str) -> None:
    folder = small / "data" / "index"
    index.build(folder, encoder, root=small)
    build = builds.current(folder)
    assert build is not None
    spoil(build, damage)
    with pytest.raises(IndexMismatch, match="python -m ingest"):
        index.verify(folder, encoder.name, small)
    report = index.build(folder, encoder, root=small)
    assert (report.switched, report.embedded) == (True, 0)
    index.verify(folder, encoder.name, small)


def spoil(build: Path, damage: str) -> None:
    files = {
        "keyword": build / "topics-ja.npz",
        "catalogue": build / "catalogue.json",
        "hnsw": next(build.glob("chroma/*/data_level0.bin")),
        "sqlite-empty": build / "chroma/chroma.sqlite3",
        "sqlite-gone": build / "chroma/chroma.sqlite3",
        "manifest": build / "manifest.json",
    }
    file = files[damage]
    if damage == "sqlite-gone":
        file.unlink()
    else:
        file.write_bytes(b"" if damage == "sqlite-empty" else file.read_bytes()[:-7])


def test_two_builders_do_not_meet(small: Path, encoder: BundledEncoder) -> None:
    folder = small / "data" / "index"
    with builds.locked(folder), pytest.raises(IndexMismatch, match="another build"):
        index.build(folder, encoder, root=small)


KILLED = """
import sys
from pathlib import Path
from ingest import builds, catalogue, index, vectors
from ingest.encode import BundledEncoder

def stop_in(module, name, after):
    real = getattr(module, name)
    def stopping(*arguments, **options):
        if after:
            real(*arguments, **options)
        print("here", flush=True)
        sys.stdin.read()
    setattr(module, name, stopping)

root, (module, name), when = Path(sys.argv[1]), sys.argv[2].split("."), sys.argv[3]
stop_in({"vectors": vectors, "catalogue": catalogue, "builds": builds}[module], name, when == "after")
index.build(root / "data" / "index", BundledEncoder(), root=root, rebuild=True)
"""


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize(
    "place", ["vectors.write", "catalogue.save", "builds.hashes", "builds.point_at", "builds.drop_old"]
)
def test_kill_at_any_stage_leaves_an_index_answering(
    small: Path, encoder: BundledEncoder, place: str, when: str
) -> None:
    folder = small / "data" / "index"
    index.build(folder, encoder, root=small)
    command = [sys.executable, "-c", KILLED, str(small), place, when]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"here\n"
        process.kill()
    index.verify(folder, encoder.name, small)
    assert index.build(folder, encoder, root=small, rebuild=True).switched
    unfinished = [f for f in folder.iterdir() if f.is_dir() and not (f / "manifest.json").is_file()]
    assert unfinished == []


def test_old_builds_are_dropped(small: Path, encoder: BundledEncoder) -> None:
    folder = small / "data" / "index"
    for _ in range(builds.KEEP + 2):
        index.build(folder, encoder, root=small, rebuild=True)
    assert len(list(folder.glob("*/manifest.json"))) == builds.KEEP


def test_the_manifest_counts_what_is_there(small: Path, encoder: BundledEncoder) -> None:
    folder = small / "data" / "index"
    report = index.build(folder, encoder, root=small)
    build = builds.current(folder)
    assert build is not None
    body = json.loads((build / "manifest.json").read_text(encoding="utf-8"))
    assert sum(body["counts"].values()) == report.chunks
    assert body["dimension"] == encoder.dimension == 384
