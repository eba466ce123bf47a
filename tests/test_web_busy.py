"""What the page does while something slow is under way: a large paste, an index that still loads."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path

import pytest

from bot.config import Config
from bot.web.desk import Loaded
from tests.web_server import Visitor, free_port

pytestmark = [
    pytest.mark.browser,
    pytest.mark.filterwarnings("ignore"),
]
LARGE = "WAE#show clock\nMon Nov 23 10:00:00 UTC 2026\n" * 6_000


class Held:
    """A case service in which reading a large paste waits for ``go``."""

    def __init__(self, cases: object) -> None:
        self._cases, self.go = cases, threading.Event()

    def __getattr__(self, name: str) -> object:
        return getattr(self._cases, name)

    def say(self, case: str, text: str, paste: str = "") -> object:
        if len(paste) > 200_000:
            self.go.wait()
            paste = paste[:50]
        return self._cases.say(case, text, paste)


@pytest.fixture
def slow(settings: Config, bot, tmp_path: Path) -> Iterator[tuple[str, Held, Future]]:
    """A server in this process: its address, its cases, and the future that ends its loading."""
    import uvicorn

    from bot.case.service import CaseService
    from bot.case.store import Store
    from bot.web.serve import application

    port, loaded, started = free_port(), Future(), threading.Event()
    held = Held(CaseService(bot, Store(f"sqlite:///{tmp_path / 'cases.sqlite3'}")))

    class Told(uvicorn.Server):
        async def startup(self, sockets=None) -> None:
            await super().startup(sockets)
            started.set()

    app = application(settings, loaded)
    server = Told(uvicorn.Config(app, port=port, log_level="error", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    assert started.wait(60)
    yield f"http://127.0.0.1:{port}/", held, loaded
    held.go.set()
    server.should_exit = True
    thread.join(60)


def send(page, words: str) -> None:
    page.locator("#said textarea").fill(words)
    page.locator("#said textarea").press("Enter")


def attach_large(page) -> None:
    page.locator("#said input[type=file]").first.set_input_files(
        {"name": "big.log", "mimeType": "text/plain", "buffer": LARGE.encode()}
    )
    page.locator("#said .thumbnails").first.wait_for()


def test_the_page_opens_and_takes_a_question_before_the_index_has_loaded(slow, bot, visitor: Visitor) -> None:
    url, held, loaded = slow
    one = visitor.open(url)
    send(one, "Connections show TGDL instead of TMDL")
    one.locator("#chat .waiting").get_by_text("Loading the index").wait_for()
    loaded.set_result(Loaded(bot, held))
    one.locator("#chat .turn.bot[data-turn] footer").wait_for()


def test_a_large_paste_of_one_does_not_stop_another(slow, bot, visitor: Visitor) -> None:
    url, held, loaded = slow
    loaded.set_result(Loaded(bot, held))
    one, two = visitor.open(url), visitor.open(url)
    attach_large(one)
    send(one, "what is wrong here?")
    one.locator("#chat .waiting").wait_for()
    send(two, "Connections show TGDL instead of TMDL")
    two.locator('#chat .turn.bot[data-turn="1"] footer').wait_for()
    assert one.locator("#chat .waiting").count() == 1
    held.go.set()
    one.locator("#chat .turn.bot[data-turn] footer").wait_for()


def test_stop_gives_the_page_back(slow, bot, visitor: Visitor) -> None:
    url, held, loaded = slow
    loaded.set_result(Loaded(bot, held))
    one = visitor.open(url)
    attach_large(one)
    send(one, "what is wrong here?")
    one.locator("#chat .btn.stop").wait_for()
    one.keyboard.press("Escape")
    one.get_by_text("Stopped.").wait_for()
    held.go.set()
    send(one, "Connections show TGDL instead of TMDL")
    one.locator("#chat .turn.bot[data-turn] footer").wait_for()
