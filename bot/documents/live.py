"""The documents that answer now: opened with the bot, replaced when another build is switched to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.config import Config
from bot.errors import IndexMismatch
from bot.live import Live
from ingest import builds, home

if TYPE_CHECKING:
    from bot.documents.search import Library

KIND = "documents"
"""What the builds of documents are called on a Chroma server."""


def documents(settings: Config) -> Live[Library | None]:
    """Return what holds the newest build of the documents; its value is None while there are none.

    Raises IndexMismatch, ConfigError or ServerError.
    """
    place = home.find(settings, KIND, settings.data_dir / KIND)
    return Live(KIND, place.mark, lambda older: open_build(settings, place, older))


def open_build(settings: Config, place: home.Home | None = None, older: Library | None = None) -> Library | None:
    """Verify and open the build that answers, or return None without documents.

    Raises ServerError, or IndexMismatch, also where nothing says which build answers; IndexMissing when a server no
    longer holds any though ``older`` came from it: whoever takes documents out publishes a build without them.
    """
    place = place or home.find(settings, KIND, settings.data_dir / KIND)
    if not place.mark() and not (older and place.shared):
        if not place.shared and builds.unpointed(settings.data_dir / KIND):
            mend = builds.anew(builds.MEND)
            raise IndexMismatch(f"{builds.POINTER} of your documents is missing or damaged; {mend}")
        return None
    from bot.documents.search import Library  # without documents, a question waits for none of this
    from ingest.documents import index
    from ingest.encode import encoder_name

    found = place.current()
    manifest = index.fitting(found.folder, encoder_name(settings.embedding))
    if not manifest.counts["rows"]:
        return None
    found.verify(manifest.files)
    return Library(found.folder, manifest, found.nearest(index.collections(manifest)))
