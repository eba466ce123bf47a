"""``python -m ingest`` over documents as a person types it, and what a library looks up of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.config import Config
from bot.documents.live import open_build
from ingest import __main__ as command
from ingest.documents import index
from ingest.documents.shelf import Shelf
from tests.stock import beside, maker, put, take_in

LANTERN = "# Lantern\n\nThe lantern of pier seven is lit by Takahashi at dusk.\n"
BUOY = "# 浮標\n\n七番浮標の電池は佐藤が毎月交換します。\n"


def run(settings: Config, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr("bot.config.current", lambda: settings)
    try:
        return command.main(list(arguments))
    except SystemExit as error:
        return int(error.code or 0)


def test_the_command_line(settings: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    made = beside(settings, tmp_path / "data")
    put(tmp_path / "w", {"status": LANTERN, "n/b.md": BUOY, "n/e.md": b"", "only/e.md": b""})
    monkeypatch.chdir(tmp_path / "w")
    assert run(made, monkeypatch) == 0
    assert run(made, monkeypatch, "status") == 0
    assert "no documents" in capsys.readouterr().out
    assert run(made, monkeypatch, "n", "./status") == 0
    said = capsys.readouterr()
    assert "2 documents" in said.out and "not read: n/e.md: " in said.err
    (tmp_path / "w" / "bare").mkdir()
    assert run(made, monkeypatch, "only", "bare") == 1
    assert capsys.readouterr().err.endswith("nothing to read: bare\n")
    assert run(made, monkeypatch, "nothing") == 1
    assert "ingest: nothing does not exist" in capsys.readouterr().err
    assert run(made, monkeypatch, "status") == 0
    said = capsys.readouterr().out
    assert "document  ./status" in said or "document  status" in said
    assert run(made, monkeypatch, "remove", "n/b.md") == 0
    assert run(made, monkeypatch, "remove") == 2
    assert run(made, monkeypatch, "rollback", "--watch") == 2
    assert run(made, monkeypatch, "rollback") == 0
    assert "switched to " in capsys.readouterr().out
    library = open_build(made)
    assert {entry.file for entry in library.entries} == {str(tmp_path / "w" / n) for n in ("status", "n/b.md")}
    library.close()


def test_an_emptied_library_opens_as_none(settings: Config, tmp_path: Path) -> None:
    made = beside(settings, tmp_path / "data")
    put(tmp_path / "w", {"a.md": LANTERN})
    take_in(made, tmp_path / "w", ["a.md"])
    index.remove(maker(made), ["a.md"])
    assert open_build(made) is None


def test_a_citation_is_looked_up_without_reading_the_whole_shelf(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The gate looks up every cited part: a scan of 100,000 parts took a third of a second an answer."""
    Shelf(tmp_path / "shelf", new=True).finish()
    shelf, asked = Shelf(tmp_path / "shelf"), []
    rows = shelf._rows
    monkeypatch.setattr(shelf, "_rows", lambda sql, values=(): asked.append((sql, values)) or rows(sql, values))
    assert shelf.at("notes.md", 1, 2) == []
    [(sql, values)] = asked
    plan = [row[-1] for row in rows(f"EXPLAIN QUERY PLAN {sql}", values)]
    assert plan and not any("SCAN" in step for step in plan)
