"""A real Chroma server under test: ``chroma run`` on a port of its own, killed and started again."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.waiting import until
from tests.web_server import free_port


class Chroma:
    """One server that keeps its data in ``folder``."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start on the same port as before and wait until it answers."""
        program = shutil.which("chroma", path=str(Path(sys.executable).parent)) or shutil.which("chroma")
        if not program:
            pytest.skip("the program chroma, which comes with chromadb, is not on this machine")
        command = [program, "run", "--path", str(self.folder), "--host", "127.0.0.1", "--port", str(self.port)]
        with (self.folder.parent / "chroma.log").open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log)
        until(self._answers, lambda: (self.folder.parent / "chroma.log").read_text(errors="replace")[-2000:])

    def kill(self) -> None:
        """End it as a crash does."""
        if self._process:
            self._process.kill()
            self._process.wait(60)
            self._process = None

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self.url}/api/v2/heartbeat", timeout=5).is_success
        except httpx.HTTPError:
            return False


@contextmanager
def chroma_run(folder: Path) -> Iterator[Chroma]:
    """Run a server for as long as the block runs."""
    server = Chroma(folder / "chroma")
    try:
        server.start()
        yield server
    finally:
        server.kill()
