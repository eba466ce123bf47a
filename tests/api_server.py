"""The API under test: over the run's bot, on a socket of its own, in a thread."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from bot.api.app import Api
from bot.api.door import Door
from bot.config import Config
from bot.heads import configured


class Served(uvicorn.Server):
    """A server whose address is known."""

    @property
    def url(self) -> str:
        host, port = self.servers[0].sockets[0].getsockname()[:2]
        return f"http://{host}:{port}"


@contextmanager
def running(app, lifespan="off") -> Iterator[Served]:
    """Serve ``app`` for as long as the block runs."""
    server = Served(configured(app, host="127.0.0.1", port=0, lifespan=lifespan, timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the server ended early"
        time.sleep(0.01)
    try:
        yield server
    finally:
        server.should_exit = True
        thread.join(30)


def api(bot, workers=None, **settings) -> Api:
    """Return an API over ``bot`` with settings of its own."""
    return Api(Door(Config(**settings)), lambda: bot, workers)
