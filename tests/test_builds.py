"""Folders of builds: names, the pointer, manifests, what is kept."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.errors import IndexMismatch
from ingest import builds


@dataclass(frozen=True)
class Body:
    version: str
    files: dict[str, str]


def made(home: Path, version: str, at: int) -> Path:
    folder = builds.new_folder(home, version)
    (folder / "part").mkdir()
    (folder / "part" / "data").write_bytes(version.encode())
    builds.write_manifest(folder, Body(version, builds.hashes(folder)))
    os.utime(folder / builds.MANIFEST, ns=(at, at))
    return folder


def test_a_build_is_named_only_once_it_is_pointed_at(tmp_path: Path) -> None:
    assert builds.current(tmp_path) is None
    first = made(tmp_path, "a", 1)
    assert builds.current(tmp_path) is None
    builds.point_at(tmp_path, first)
    assert builds.current(tmp_path) == first
    second = made(tmp_path, "a", 2)
    assert (second != first, second.name) == (True, "a-2")
    builds.point_at(tmp_path, second)
    assert builds.finished(tmp_path) == [second, first]
    builds.point_at(tmp_path, first)
    assert builds.current(tmp_path) == first, "a way back"


def test_what_a_dead_builder_left_goes_with_the_next_build(tmp_path: Path) -> None:
    left = builds.new_folder(tmp_path, "a")
    (left / "half").write_text("x")
    assert builds.new_folder(tmp_path, "b").is_dir()
    assert not left.exists()


def test_the_current_build_is_kept_however_old(tmp_path: Path) -> None:
    folders = [made(tmp_path, f"v{number}", number) for number in range(6)]
    builds.point_at(tmp_path, folders[0])
    builds.drop_old(tmp_path, keep=2)
    assert set(builds.finished(tmp_path)) == {folders[5], folders[4], folders[0]}


def test_a_manifest_comes_back_and_is_checked(tmp_path: Path) -> None:
    folder = made(tmp_path, "a", 1)
    body = builds.read_manifest(folder, Body)
    assert body.version == "a" and list(body.files) == ["part/data"]
    builds.verify_files(folder, body.files)
    (folder / "part" / "data").write_bytes(b"b")
    with pytest.raises(IndexMismatch, match="part/data.*run `python -m ingest --rebuild`"):
        builds.verify_files(folder, body.files)
    (folder / "part" / "data").unlink()
    with pytest.raises(IndexMismatch, match="missing or altered"):
        builds.verify_files(folder, body.files)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"version": "a", "files": {}, "more": 1}', "\ufffd{"])
def test_a_manifest_of_another_form_is_refused(tmp_path: Path, text: str) -> None:
    folder = made(tmp_path, "a", 1)
    (folder / builds.MANIFEST).write_text(text, encoding="utf-8")
    with pytest.raises(IndexMismatch, match="missing or damaged"):
        builds.read_manifest(folder, Body)


def test_one_builder_at_a_time(tmp_path: Path) -> None:
    with builds.locked(tmp_path / "new"), pytest.raises(IndexMismatch, match="another build"):  # noqa: SIM117
        with builds.locked(tmp_path / "new"):
            pass
    with builds.locked(tmp_path / "new"):
        pass
