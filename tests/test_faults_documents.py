"""What a damaged, half-written, foreign or unpointed build of the users' documents does: refused, named, mended."""

from __future__ import annotations

import errno
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from filelock import FileLock

from benchmarks.reliability import damage, stand_ins
from bot import __main__ as door
from bot import config, doctor
from bot.config import Config
from bot.doctor import index as looks
from bot.documents import live
from bot.errors import IndexMismatch, KbError
from ingest import __main__ as command
from ingest import bring, builds, vectors
from ingest.documents import index
from ingest.documents.make import Maker
from ingest.encode import encoder_name
from tests.stock import put

NOTE = "# Lantern\n\nThe lantern of pier seven is lit by Takahashi at dusk.\n"


class Named(stand_ins.Single):
    """Vectors that follow from the text, in the name of the model that the settings name."""

    name = encoder_name("bundled")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with one build of one note."""
    root = stand_ins.small(tmp_path_factory.mktemp("built"))
    put(root / "notes", {"a.md": NOTE})
    index.add(maker(root), [str(root / "notes")])
    return root


@pytest.fixture
def data(built: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(built, tmp_path / "root")) / "data"


def maker(root: Path) -> Maker:
    from ingest.documents.read import read_document, scan

    return Maker(root / "data" / "documents", Named(), scan, read_document, root=root)  # type: ignore[arg-type]


def current(data: Path) -> Path:
    folder = builds.current(data / "documents")
    assert folder is not None
    return folder


def opened(data: Path) -> int:
    library = live.documents(Config(data_dir=data)).value
    assert library is not None
    count = len(library.entries)
    library.close()
    return count


def said(data: Path) -> list[str]:
    """Return what the doctor calls wrong about the documents."""
    settings, found = Config(data_dir=data), []
    for look in (looks.builds_on_disk, looks.documents):
        try:
            found += [check.text for check in look(settings) if check.state != "ok"]
        except KbError as error:
            found.append(str(error))
    return found


def refused(data: Path, says: str) -> None:
    """Hold that the documents are refused, that the doctor says so too, and that both name the mend."""
    with pytest.raises(IndexMismatch, match=says) as caught:
        opened(data)
    assert "python -m ingest" in str(caught.value) and "\n" not in str(caught.value)
    assert any("python -m ingest" in text for text in said(data))


def test_a_build_of_one_note_is_the_same_after_it_was_read(data: Path) -> None:
    before = builds.hashes(current(data))
    for _ in range(2):
        library = live.documents(Config(data_dir=data)).value
        assert library is not None
        name, counts = next(iter(index.collections(library.manifest).items()))
        assert library._nearest.nearest(name, Named().queries(["lantern"])[0], counts)[0][0] == "0"
        library.close()
    assert builds.hashes(current(data)) == before
    assert said(data) == []


@pytest.mark.parametrize("kind", damage.DAMAGES, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize(
    "pattern", ["shelf.sqlite3", "vectors.npy", "keywords*", "chroma/chroma.sqlite3", "chroma/*/length.bin"]
)
def test_a_damaged_file_is_refused_and_named(data: Path, pattern: str, kind: Callable[[Path, Random], None]) -> None:
    file, random = next(current(data).glob(pattern)), Random(3)
    body = file.read_bytes()
    while file.is_file() and file.read_bytes() == body:
        kind(file, random)
    refused(data, "is missing or altered|damaged")


@pytest.mark.parametrize("pattern", ["vectors.npy", "keywords*", "chroma/chroma.sqlite3"])
def test_the_next_build_mends_what_was_damaged(data: Path, pattern: str) -> None:
    damage.emptied(next(current(data).glob(pattern)), Random(1))
    index.add(maker(data.parent))
    assert opened(data) == 1


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'{"version": "x"}', b"\xff\xfe"])
def test_a_half_written_manifest_is_refused(data: Path, body: bytes) -> None:
    (current(data) / "manifest.json").write_bytes(body)
    refused(data, "manifest of build .* is missing or damaged")
    with pytest.raises(IndexMismatch, match="delete that folder and give your documents again"):
        index.add(maker(data.parent))


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("model", "other/384", "with another model, other/384"), ("form", "0/0", "by another version"),
        ("tokenizer", "0", "by another version"), ("counts", {}, "damaged"), ("counts", [1], "damaged"),
        ("counts", {"rows": "1"}, "damaged"), ("counts", {"parts": 1}, "damaged"), ("files", {}, "damaged"),
        ("dimension", "8", "damaged"), ("version", None, "damaged"),
    ],
)  # fmt: skip
def test_a_manifest_of_something_else_is_refused(data: Path, field: str, value: object, says: str) -> None:
    file = current(data) / "manifest.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | {field: value}))
    refused(data, says)


@pytest.mark.parametrize("body", [b"", b"\n", b"\xff\xff", b"nowhere-1\n", None])
def test_without_a_pointer_documents_are_not_left_out_in_silence(data: Path, body: bytes | None) -> None:
    pointer = data / "documents" / builds.POINTER
    pointer.unlink()
    if body is not None:
        pointer.write_bytes(body)
    refused(data, "missing or damaged")
    index.add(maker(data.parent))
    assert opened(data) == 1
    assert said(data) == []


def test_a_killed_build_is_named_and_a_second_builder_refused(data: Path) -> None:
    (data / "documents" / "0000-1").mkdir()
    assert any("0000-1 was interrupted" in text for text in said(data))
    assert opened(data) == 1
    with FileLock(data / "documents" / "build.lock"):
        assert any("a build is being made" in text for text in said(data))
        with pytest.raises(IndexMismatch, match="another build of this index is running"):
            index.add(maker(data.parent))
    index.add(maker(data.parent), rebuild=True)
    assert not (data / "documents" / "0000-1").exists()


def test_a_file_in_the_place_of_the_folder_is_named(data: Path) -> None:
    shutil.rmtree(data / "documents")
    (data / "documents").touch()
    assert any("is no folder; move it away" in text for text in said(data))
    with pytest.raises((KbError, OSError)):
        index.add(maker(data.parent), [str(data.parent / "notes")])


def test_a_look_that_fails_does_not_end_the_doctor(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fall(_: Config) -> list[doctor.Check]:
        raise KeyError("rows")

    monkeypatch.setenv("KB_DATA_DIR", str(data))
    monkeypatch.setattr(looks, "documents", fall)
    found = list(doctor.examine())
    assert any("KeyError" in check.text and check.state == "fail" for check in found)
    assert found[-1].part == "cases"


def test_a_clock_that_went_back_changes_no_document(data: Path) -> None:
    for file in data.rglob("*"):
        os.utime(file, (4_000_000_000, 4_000_000_000))
    put(data.parent / "more", {"b.md": NOTE.replace("seven", "eight")})
    index.add(maker(data.parent), [str(data.parent / "more")])
    assert opened(data) == 2
    assert bring.documents_home(Config(data_dir=data)) == data / "documents"
    vectors.check(current(data) / "chroma")


@pytest.mark.parametrize(
    ("number", "says"),
    [(errno.ENOSPC, "free some space"), (errno.EROFS, "mend its rights"), (errno.EIO, "python -m bot doctor")],
)
def test_what_the_disk_refuses_is_one_line_with_the_mend(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], number: int, says: str
) -> None:
    def fall(*_: object, **__: object) -> bool:
        raise OSError(number, os.strerror(number), "/data/documents")

    monkeypatch.setattr(bring, "everything", fall)
    assert command.main([]) == 1
    told = capsys.readouterr().err
    assert says in told and "goes on answering" in told and told.count("\n") == 1


def test_a_data_folder_that_is_a_file_is_named_by_every_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("KB_DATA_DIR", str(tmp_path / "file"))
    config.current.cache_clear()
    for run in (lambda: command.main([]), lambda: door.main(["ask", "x"])):
        assert run() == 1
        assert "is no folder; name one in KB_DATA_DIR" in capsys.readouterr().err
    assert [check.state for check in doctor.examine()][-1] == "fail"
    monkeypatch.undo()
    config.current.cache_clear()
