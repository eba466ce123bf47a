"""Documents on a Chroma server: taken in, removed and rolled back on one machine, followed by all that answer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.config import Config
from bot.documents import live as documents_live
from bot.errors import IndexMissing
from ingest import __main__ as command
from ingest import builds, index
from ingest.vectors.server import Server as Client
from tests.chroma_server import Chroma, chroma_run
from tests.stock import beside, put
from tests.test_many_machines import Asking, ask, health
from tests.waiting import until
from tests.web_server import Server

LANTERN = "# Lantern\n\nThe lantern of pier seven is lit by Takahashi at dusk.\n"
BUOY = "# Buoy\n\nThe battery of buoy nine is changed by Sato every month.\n"
WHO = "Who lights the lantern of pier seven?"


@pytest.fixture
def chroma(tmp_path: Path) -> Iterator[Chroma]:
    with chroma_run(tmp_path) as server:
        yield server


@pytest.fixture
def builder(settings: Config, chroma: Chroma, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Config:
    """The machine that builds; kb/ is published, and a folder with two documents lies where it works."""
    made = Config(data_dir=beside(settings, tmp_path / "builder").data_dir, chroma_url=chroma.url)
    put(tmp_path / "w" / "docs", {"lantern.md": LANTERN, "buoy.md": BUOY})
    monkeypatch.chdir(tmp_path / "w")
    monkeypatch.setattr("bot.config.current", lambda: made)
    index.share(made)
    return made


def test_all_follow_what_is_removed_and_rolled_back(builder: Config, chroma: Chroma, tmp_path: Path) -> None:
    (tmp_path / "web").mkdir()
    machine = Server(
        Config(data_dir=tmp_path / "web"), tmp_path / "web", extra={"KB_CHROMA_URL": chroma.url, "KB_LOG": "json"}
    )
    asking: Asking | None = None
    try:
        machine.start()
        asking = Asking(machine.url)
        assert ask(machine.url, WHO)["status"] == "abstained"
        assert command.main(["docs"]) == 0
        until(lambda: ask(machine.url, WHO)["status"] == "answered", lambda: health(machine.url))
        first = health(machine.url)["documents"]
        assert "kb_documents 2.0" in health(machine.url, "metrics")
        assert command.main(["remove", "docs/lantern.md"]) == 0
        until(lambda: ask(machine.url, WHO)["status"] == "abstained", lambda: health(machine.url))
        assert health(machine.url)["documents"] != first
        assert command.main(["rollback"]) == 0
        until(lambda: ask(machine.url, WHO)["status"] == "answered", lambda: health(machine.url))
        assert command.main(["remove", "docs"]) == 0
        until(lambda: health(machine.url)["documents"] is None, lambda: health(machine.url))
        assert ask(machine.url, WHO)["status"] == "abstained"
        assert health(machine.url)["degraded"] == []
    finally:
        if asking:
            asking.end()
        machine.stop()
    assert asking.answers and asking.errors == []
    assert not [line for line in machine.log.splitlines() if line.startswith("{")], machine.log


def test_what_could_not_be_published_is_not_said_to_be_done(
    builder: Config, chroma: Chroma, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command.main(["docs"]) == 0
    capsys.readouterr()
    chroma.kill()
    assert command.main(["remove", "docs/lantern.md"]) == 1
    said = capsys.readouterr()
    current = builds.current(builder.data_dir / "documents")
    assert "switched" not in said.out and "published" not in said.out
    assert said.out.startswith(f"built {current.name}: 1 documents")
    assert "does not answer" in said.err
    assert f"{current.name} is not published: run `python -m ingest` once it answers\n" in said.err
    chroma.start()
    assert command.main([]) == 0
    assert f"published as {current.name}" in capsys.readouterr().out


def test_an_emptied_server_takes_no_documents_away(builder: Config, chroma: Chroma, tmp_path: Path) -> None:
    assert command.main(["docs"]) == 0
    reader = Config(data_dir=tmp_path / "reader", chroma_url=chroma.url)
    held = documents_live.documents(reader)
    library = held.value
    assert library is not None and len(library.entries) == 2
    client = Client(chroma.url)
    for name in client.names():
        if name.startswith("documents."):
            client.drop(name)
    client.close()
    until(lambda: held.refresh() or held.problem)
    assert held.value is library and "holds no index" in str(held.problem)
    with pytest.raises(IndexMissing):
        documents_live.open_build(reader, older=library)
    assert documents_live.open_build(reader) is None, "who never had any begins without"
    assert command.main([]) == 0
    until(lambda: held.refresh() or held.problem is None)
    assert len(held.value.entries) == 2 and held.problem is None
