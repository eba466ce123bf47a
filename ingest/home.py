"""Where the builds that answer are found: in a folder of this machine, or on a Chroma server that many share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from bot.config import Config
from bot.errors import IndexMissing
from ingest import builds, storefile, vectors

if TYPE_CHECKING:
    from ingest.published import Pointer, Published
    from ingest.vectors import Nearest

MEND = builds.MEND
SHARED_MEND = "run `python -m ingest` on the machine that builds, with the same KB_CHROMA_URL"


@dataclass(frozen=True, slots=True)
class Found:
    """A build that may answer: its files in ``folder``; ``verify`` raises IndexMismatch unless they are as built.

    ``verify`` takes the manifest's files and their hashes, ``nearest`` the sizes of the collections by name.
    """

    folder: Path
    verify: Callable[[Mapping[str, str]], None]
    nearest: Callable[[dict[str, int]], Nearest]


class Home(Protocol):
    """The builds of one kind."""

    shared: bool

    def mark(self) -> str:
        """Return, cheaply, the name of the build that answers, or an empty text before the first."""

    def current(self) -> Found:
        """Return the build that answers; raises IndexMissing, IndexMismatch or ServerError."""


class Local:
    """Builds in a folder (ingest/builds.py)."""

    shared = False

    def __init__(self, folder: Path, mend: str = MEND) -> None:
        """Look in ``folder``; ``mend`` is what to do where there is no build."""
        self._folder, self._mend = folder, mend

    def mark(self) -> str:
        """Return what CURRENT says."""
        folder = builds.current(self._folder)
        return folder.name if folder else ""

    def current(self) -> Found:
        """Return the build that CURRENT names."""
        folder = builds.current(self._folder)
        if folder is None:
            raise IndexMissing(f"there is no index in {self._folder}; {self._mend}")

        def verify(files: Mapping[str, str]) -> None:
            if f"chroma/{storefile.NAME}" not in files:  # built before that file was hashed
                vectors.check(folder / "chroma")
            builds.verify_files(folder, files)

        return Found(folder, verify, lambda counts: vectors.VectorStore(folder / "chroma", counts))


class Shared:
    """Builds on a Chroma server (ingest/published.py), kept in ``cache`` as they are opened."""

    shared = True

    def __init__(self, published: Published, cache: Path) -> None:
        """Look at ``published``."""
        self._published, self._cache = published, cache

    def mark(self) -> str:
        """Return the build that the server's pointer names."""
        pointer = self._published.pointer()
        return pointer.build if pointer else ""

    def current(self) -> Found:
        """Return the build that the server's pointer names, fetched and checked."""
        from ingest.fetched import fetch
        from ingest.vectors.exact import ExactStore
        from ingest.vectors.served import ServedStore

        pointer = self._published.pointer()
        if pointer is None:
            raise IndexMissing(
                f"the Chroma server {self._published.server.address.shown} holds no index; {SHARED_MEND}"
            )
        folder = fetch(self._published, pointer, self._cache)

        def nearest(counts: dict[str, int]) -> Nearest:
            copy = ExactStore(folder / "vectors")
            return ServedStore(self._published.server, lambda n: self._published.remote(pointer.build, n), counts, copy)

        return Found(folder, lambda _: None, nearest)


def find(settings: Config, kind: str, folder: Path, mend: str = MEND) -> Home:
    """Return the home of the builds of ``kind``, whose own folder is ``folder``; raises ConfigError or ServerError."""
    if not settings.chroma_url:
        return Local(folder, mend)
    from ingest.published import Published
    from ingest.vectors.server import Server

    server = Server(settings.chroma_url, settings.chroma_token)
    return Shared(Published(server, kind), settings.data_dir / "published" / kind)


def share(
    settings: Config, kind: str, folder: Path, version: str, counts: Mapping[str, int], *, anew: bool = False
) -> tuple[Pointer, bool]:
    """Publish the finished build in ``folder`` on the Chroma server and switch everybody to it.

    Returns the build that answers now, and whether it was published now: the same version is left where it is while
    it is whole, unless ``anew`` asks for it. Raises ConfigError or ServerError.
    """
    from ingest.published import Published
    from ingest.vectors.server import Server

    with closing(Server(settings.chroma_url, settings.chroma_token)) as server:
        published = Published(server, kind)
        pointer = published.pointer()
        if pointer and pointer.version == version and not anew and published.whole(pointer):
            return pointer, False
        pointer = published.publish(folder, version, counts)
        published.drop_old()
        return pointer, True
