"""A page under test: the server as a process of its own, and a browser that reaches nothing else."""

from __future__ import annotations

import os
import random
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from bot.config import ROOT, Config

CHROMIUM = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), ""
)
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-first-run",
)  # fmt: skip


def free_port() -> int:
    """Return a port that nothing listens on, out of those that systems do not give to connections by themselves.

    It is bound by another process, and later: by then a connection of a test beside it could have taken it.
    """
    while True:
        port = random.randrange(20_000, 32_000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


@dataclass
class Server:
    """One run of app.py; ``log`` collects all that it printed, ``extra`` are further variables of its environment."""

    settings: Config
    folder: Path
    port: int = field(default_factory=free_port)
    log: str = ""
    process: subprocess.Popen[str] | None = None
    extra: dict[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    def start(self) -> None:
        """Start and wait until it says that it answers."""
        own = {name: value for name, value in os.environ.items() if not name.startswith("KB_")}
        own |= {
            "KB_DATA_DIR": str(self.settings.data_dir),
            "KB_DATABASE_URL": f"sqlite:///{self.folder / 'cases.sqlite3'}",
            "KB_PORT": str(self.port),
            "GRADIO_TEMP_DIR": str(self.folder / "uploads"),
            "PYTHONUNBUFFERED": "1",
            **self.extra,
        }
        self.process = subprocess.Popen(
            [sys.executable, "app.py"], cwd=ROOT, env=own, text=True, encoding="utf-8",
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        assert self.process.stdout
        for line in self.process.stdout:
            self.log += line
            if line.startswith("open http"):
                return
        raise AssertionError(f"the server ended early: {self.log}")

    def stop(self) -> None:
        """End the process and keep what it had still printed."""
        if self.process:
            self.process.terminate()
            self.log += self.process.communicate(timeout=60)[0] or ""
            self.process = None


@contextmanager
def serving(settings: Config, folder: Path) -> Iterator[Server]:
    """Serve for as long as the block runs."""
    server = Server(settings, folder)
    server.start()
    try:
        yield server
    finally:
        server.stop()


@dataclass
class Visitor:
    """Opens pages in contexts of their own; every request to another host is refused and noted."""

    browser: object
    outside: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def open(self, url: str, locale: str = "en-US", **options: object):
        """Return a page at ``url`` that is ready for typing."""
        context = self.browser.new_context(locale=locale, **({"viewport": {"width": 1400, "height": 900}} | options))
        context.grant_permissions(["clipboard-read", "clipboard-write"])
        context.route("**/*", lambda route: self._route(route, urlsplit(url).netloc))
        page = context.new_page()
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("dialog", lambda dialog: self.errors.append(f"dialog {dialog.message}") or dialog.dismiss())
        page.goto(url)
        page.locator("#said textarea[aria-label]").wait_for()
        return page

    def _route(self, route, host: str) -> None:
        target = urlsplit(route.request.url)
        if target.scheme in ("data", "blob") or target.netloc == host:
            route.continue_()
        else:
            self.outside.append(route.request.url)
            route.abort()


@pytest.fixture(scope="session")
def chromium() -> Iterator[object]:
    """One headless browser for the run, or a skip that says what is missing."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if not CHROMIUM:
        pytest.skip("no chromium on this machine: install the package chromium to run the browser tests")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture
def visitor(chromium) -> Iterator[Visitor]:
    """A visitor whose pages are closed at the end, and who must not have been led outside."""
    visiting = Visitor(chromium)
    yield visiting
    for context in chromium.contexts:
        context.close()
    assert visiting.outside == []
    assert visiting.errors == []
