"""The library: what goes in, what stays, what is gone, and builds that are switched to in one step."""

from __future__ import annotations

import os
import shutil
import sqlite3
from pathlib import Path

import pytest

from bot.errors import IndexMismatch, InputError
from ingest import builds
from ingest.documents import index, scan, told
from ingest.documents.make import Maker, Manifest
from ingest.documents.shelf import SHELF, Shelf
from tests.stock import put, working_in

LANTERN = "# Lantern\n\nThe lantern of pier seven is lit by Takahashi at dusk.\n"
BUOY = "# 浮標\n\n七番浮標の電池は佐藤が毎月交換します。\n"


class Counting:
    """An encoder that counts the texts it embeds and needs no model: the same text gives the same vector."""

    name, dimension = "counting", 8

    def __init__(self) -> None:
        self.embedded: list[str] = []

    def passages(self, texts):
        import numpy as np

        self.embedded += texts
        rows = np.array([[len(text), *(text.count(c) for c in "aeiou の")] for text in texts], dtype=np.float32)
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)

    queries = passages


@pytest.fixture
def made(tmp_path: Path) -> Maker:
    """How a library is made over one article, with two documents in folder ``given``."""
    root = Path.cwd()
    for language in ("ja", "en"):
        folder = tmp_path / "kb" / "guide" / language
        folder.mkdir(parents=True)
        shutil.copy(root / "kb" / "guide" / language / "epm-ao.md", folder)
    (tmp_path / "kb" / "out_of_scope.yaml").write_text("subjects: []\n", encoding="utf-8")
    put(tmp_path / "given", {"a.md": LANTERN, "sub/b.txt": BUOY})
    from ingest.documents.read import read_document

    return Maker(tmp_path / "data" / "documents", Counting(), scan.scan, read_document, root=tmp_path)


def add(made: Maker, *paths: str, rebuild: bool = False) -> index.Report:
    with working_in(made.root):
        return index.add(made, paths, rebuild=rebuild)


def given(made: Maker) -> Path:
    return made.root / "given"


def entries(made: Maker) -> list[str]:
    shelf = index.last_shelf(made.home)
    return [entry.path for entry in shelf.entries()] if shelf else []


def aged(file: Path) -> None:
    """Make a file old enough for its time to be trusted."""
    os.utime(file, ns=(1_600_000_000_000_000_000, 1_600_000_000_000_000_000))


def test_without_documents_there_is_nothing(made: Maker) -> None:
    assert index.add(made) == index.Report()
    assert not made.home.exists()
    assert "no documents" in told.status(made.home)


def test_folders_and_files_go_in_under_the_path_that_was_given(made: Maker) -> None:
    report = add(made, "given")
    assert report.switched and report.embedded > 0
    assert entries(made) == ["given/a.md", "given/sub/b.txt"]
    shelf = index.last_shelf(made.home)
    for _, part in shelf.all_parts():
        entry = shelf.entry(part.document)
        lines = Path(entry.file).read_text(encoding="utf-8").split("\n")
        assert part.quote == "\n".join(lines[part.first - 1 : part.last])
        assert shelf.at(entry.path, part.first, part.last) == [part]


def test_nothing_new_costs_nothing(made: Maker) -> None:
    first = add(made, "given")
    before = len(made.encoder.embedded)
    again = add(made)
    assert (again.switched, again.version, again.embedded) == (False, first.version, 0)
    assert len(made.encoder.embedded) == before
    assert add(made, "given").switched is False


def test_only_what_changed_is_read_and_embedded(made: Maker, monkeypatch: pytest.MonkeyPatch) -> None:
    add(made, "given")
    (given(made) / "a.md").write_text(LANTERN + "\n## Oil\n\nThe oil is kept in shed four.\n", encoding="utf-8")
    before = len(made.encoder.embedded)
    report = add(made)
    assert report.added == ("given/a.md",)
    assert report.embedded == len(made.encoder.embedded) - before == 1
    assert report.documents == 2


def test_a_rename_costs_nothing(made: Maker) -> None:
    add(made, "given")
    before = len(made.encoder.embedded)
    (given(made) / "sub" / "b.txt").rename(given(made) / "c.txt")
    report = add(made)
    assert (report.embedded, len(made.encoder.embedded)) == (0, before)
    assert entries(made) == ["given/a.md", "given/c.txt"]
    assert report.gone == ("given/sub/b.txt",)


def test_deleted_files_and_folders_are_gone_and_come_back(made: Maker) -> None:
    add(made, "given")
    (given(made) / "a.md").unlink()
    report = add(made)
    assert (report.gone, entries(made)) == (("given/a.md",), ["given/sub/b.txt"])
    given(made).rename(made.root / "away")
    report = add(made)
    assert (report.missing, report.documents, entries(made)) == (("given",), 0, [])
    (made.root / "away").rename(given(made))
    assert add(made).documents == 1


def test_a_touched_file_is_no_change_and_a_change_of_the_same_size_is_one(made: Maker) -> None:
    file = given(made) / "a.md"
    aged(file)
    add(made, "given")
    os.utime(file)
    assert add(made).switched is False
    file.write_text(LANTERN.replace("seven", "eight"), encoding="utf-8")
    assert add(made).added == ("given/a.md",)


def test_a_broken_file_is_named_with_its_reason_and_the_rest_goes_in(made: Maker) -> None:
    put(given(made), {"empty.md": b"", "noise.txt": bytes(range(256)) * 40, "bad.pdf": b"%PDF-1.7 nothing"})
    report = add(made, "given")
    assert report.documents == 2
    assert {item.path for item in report.broken} == {"given/empty.md", "given/noise.txt", "given/bad.pdf"}
    assert all(item.reason for item in report.broken)
    said = told.problems(report)
    assert all(f"not read: given/{name}: " in said for name in ("empty.md", "noise.txt", "bad.pdf"))
    assert add(made).switched is False
    (given(made) / "bad.pdf").unlink()
    assert {item.path for item in add(made).broken} == {"given/empty.md", "given/noise.txt"}
    put(given(made), {"empty.md": LANTERN.replace("Lantern", "Lamp")})
    assert "given/empty.md" in add(made).added


def test_documents_are_removed_by_name_and_stay_out(made: Maker) -> None:
    add(made, "given")
    with working_in(made.root):
        index.remove(made, ["given/a.md"])
    assert entries(made) == ["given/sub/b.txt"]
    add(made)
    assert entries(made) == ["given/sub/b.txt"]
    add(made, "given/a.md")
    assert entries(made) == ["given/a.md", "given/sub/b.txt"]
    with working_in(made.root):
        index.remove(made, ["given"])
    assert entries(made) == []
    with pytest.raises(InputError, match="not in the library"):
        index.remove(made, ["given/a.md"])


def test_a_deleted_file_can_be_removed_by_the_path_it_had(made: Maker) -> None:
    add(made, "given/a.md", "given/sub")
    (given(made) / "a.md").unlink()
    index.remove(made, ["given/a.md"])
    assert add(made).missing == ()


def test_one_path_never_means_two_files(made: Maker) -> None:
    add(made, "given")
    other = made.root / "other"
    put(other, {"given/a.md": "# Other\n\nSomething else.\n"})
    with working_in(other), pytest.raises(InputError, match="in the library already"):
        index.add(made, ["given"])
    with working_in(other):
        index.add(made, [str(other / "given")])
    assert len(entries(made)) == 3


def test_paths_that_are_not_there_are_refused(made: Maker) -> None:
    put(made.root, {"two\nlines.txt": LANTERN, os.fsdecode("手順".encode("cp932")): LANTERN})
    (made.root / "loop").symlink_to("loop")
    with pytest.raises(InputError, match="does not exist"):
        add(made, "nothing")
    with pytest.raises(InputError, match="loop does not exist"):
        add(made, "loop")
    for name in ("two\nlines.txt", os.fsdecode("手順".encode("cp932"))):
        with pytest.raises(InputError, match="cannot be shown; rename it") as refused:
            add(made, name)
        assert "\n" not in str(refused.value) and str(refused.value).encode()
    assert entries(made) == []


def test_japanese_names_with_wide_spaces_go_in_and_bytes_of_shift_jis_are_named(made: Maker) -> None:
    put(given(made), {"手順\u3000一式.md": LANTERN, os.fsdecode("手順".encode("cp932")) + ".md": LANTERN})
    report = add(made, "given")
    assert "given/手順\u3000一式.md" in report.added
    assert [reason for _, reason in report.skipped] == ["its name holds characters that cannot be shown"]


def test_a_pipe_is_named_and_never_waited_for(made: Maker) -> None:
    os.mkfifo(made.root / "pipe.txt")
    report = add(made, "pipe.txt", "given/a.md")
    assert [item.reason for item in report.broken] == ["pipe.txt: is no ordinary file"]
    assert entries(made) == ["given/a.md"]


def test_a_file_that_goes_away_while_its_folder_is_looked_at_is_passed_over(made: Maker) -> None:
    entry = next(entry for entry in list(os.scandir(given(made))) if entry.name == "a.md")
    (given(made) / "a.md").unlink()
    assert scan._reason(entry, "", 0) == "cannot be looked at (No such file or directory)"


def test_what_was_given_and_may_no_longer_be_looked_at_is_missing(made: Maker, monkeypatch: pytest.MonkeyPatch) -> None:
    add(made, "given/a.md", "given/sub/b.txt")
    exists = os.path.exists
    monkeypatch.setattr(os.path, "exists", lambda file: "sub" not in str(file) and exists(file))
    report = add(made)
    assert report.missing == ("given/sub/b.txt",) and entries(made) == ["given/a.md"]


def test_rollback_goes_back_to_an_earlier_build_and_its_library(made: Maker) -> None:
    first = add(made, "given/a.md")
    second = add(made, "given/sub")
    assert index.rollback(made.home) == first.version
    assert entries(made) == ["given/a.md"]
    assert index.rollback(made.home, second.version) == second.version
    with pytest.raises(InputError, match="there is no build nowhere"):
        index.rollback(made.home, "nowhere")
    assert add(made).switched is False


def test_a_damaged_build_is_refused_and_mended(made: Maker) -> None:
    add(made, "given")
    folder = builds.current(made.home)
    manifest = builds.read_manifest(folder, Manifest)
    with (folder / "vectors.npy").open("r+b") as file:
        file.seek(-1, os.SEEK_END)
        file.write(b"\x7f")
    with pytest.raises(IndexMismatch, match="python -m ingest"):
        index.verify_files(folder, manifest)
    mended = add(made)
    assert (mended.switched, mended.embedded) == (True, 0)
    (builds.current(made.home) / SHELF).write_bytes(b"")
    assert add(made).documents == 2


def test_a_library_that_is_damaged_everywhere_says_what_to_do(made: Maker) -> None:
    add(made, "given")
    (builds.current(made.home) / SHELF).write_bytes(b"")
    with pytest.raises(IndexMismatch, match="give your documents again"):
        add(made)


def test_other_readers_make_everything_anew(made: Maker, monkeypatch: pytest.MonkeyPatch) -> None:
    first = add(made, "given")
    from ingest.documents import read

    monkeypatch.setattr(read, "READER_VERSION", "another")
    with pytest.raises(IndexMismatch, match="another version of this program"):
        index.fitting(builds.current(made.home), made.encoder.name)
    again = add(made)
    assert again.switched and again.version != first.version
    assert set(again.added) == {"given/a.md", "given/sub/b.txt"}


def test_two_builders_do_not_meet(made: Maker) -> None:
    add(made, "given")
    with builds.locked(made.home), pytest.raises(IndexMismatch, match="another build"):
        add(made)


def test_a_killed_builder_leaves_the_old_library_answering(made: Maker, monkeypatch: pytest.MonkeyPatch) -> None:
    first = add(made, "given/a.md")

    def killed(*arguments: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(builds, "point_at", killed)
    with pytest.raises(KeyboardInterrupt):
        add(made, "given/sub")
    monkeypatch.undo()
    assert builds.current(made.home).name == first.version
    assert entries(made) == ["given/a.md"]
    assert add(made, "given/sub").documents == 2


def test_progress_ends_at_the_total(made: Maker) -> None:
    seen: dict[str, tuple[int, int]] = {}
    from dataclasses import replace

    told_of = replace(made, progress=lambda stage, done, total: seen.update({stage: (done, total)}))
    report = add(told_of, "given")
    assert seen["files"] == (2, 2)
    assert seen["texts"][0] == seen["texts"][1] >= report.parts


def test_the_shelf_is_never_written_by_a_reader(made: Maker) -> None:
    add(made, "given")
    shelf = Shelf(builds.current(made.home) / SHELF)
    with pytest.raises(sqlite3.OperationalError):
        shelf._database.execute("DELETE FROM parts")
