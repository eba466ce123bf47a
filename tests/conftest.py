"""Fixtures that many tests share: one index and one bot for the whole run."""

from __future__ import annotations

import os
from pathlib import Path

import hypothesis
import pytest
from filelock import FileLock

from bot import config
from bot.config import Config
from tests.web_server import chromium, visitor  # noqa: F401 (fixtures)

# No example is judged by the clock; CI tries the same ones each time, other runs look for new ones.
hypothesis.settings.register_profile("suite", deadline=None, derandomize="CI" in os.environ)
hypothesis.settings.load_profile("suite")


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Config:
    """Settings with an index of the checkout's kb/, built once; KB_DATA_DIR says where."""
    from ingest.encode import BundledEncoder
    from ingest.index import build

    kept = os.environ.get("KB_DATA_DIR") or str(config.ROOT / "data")
    data = Path(kept) if Path(kept).is_dir() else tmp_path_factory.mktemp("data")
    made = Config(data_dir=data)
    with FileLock(data / "tests.lock"):  # the workers of one run begin at the same moment
        build(made.index_dir, BundledEncoder())
    return made


@pytest.fixture(scope="session")
def bot(settings: Config):
    """A bot over the session's index."""
    from bot.engine import Bot

    return Bot(settings)


@pytest.fixture(scope="session")
def retriever(bot):
    """The retriever of the session's bot."""
    return bot.retriever
