"""A Chroma server (``chroma run``, Chroma's distributed deployment or its cloud): collections over its HTTP API.

The address is ``http(s)://host[:port][/tenant/database]``. Every call ends within a bounded time and raises
ServerError, with the mend, for whatever goes wrong. chromadb's own client waits for ever and leaves connections open,
and takes seconds to import, which a machine that only reads can do without.
"""

from __future__ import annotations

import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import SplitResult, parse_qs, quote, unquote, urlsplit

import httpx

from bot.errors import ConfigError, ServerError
from ingest.vectors.local import HNSW

if TYPE_CHECKING:
    from ingest.encode import Vectors

ANSWERING = httpx.Timeout(5.0, connect=2.0)
"""Seconds that a question waits for the server before it turns to the copy on this machine."""
WORKING = httpx.Timeout(60.0, connect=5.0)
"""Seconds that any other request may take: nobody waits for a build or a download, and a server may be busy."""
PAGE = 1_000
_SHAPE = "KB_CHROMA_URL is no address such as http://host:8000 or https://host/tenant/database"


@dataclass(frozen=True, slots=True)
class Address:
    """Where a Chroma server is; ``shown`` is the address without anything secret."""

    host: str
    port: int
    ssl: bool
    tenant: str = "default_tenant"
    database: str = "default_database"
    shown: str = field(default="", compare=False)


def parse_address(url: str) -> Address:
    """Read KB_CHROMA_URL, with tenant and database in its path or query; raises ConfigError."""
    parts, port = _split(url)
    ssl = parts.scheme == "https"
    path = [unquote(part) for part in parts.path.split("/") if part]
    query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    if len(path) not in (0, 2) or set(query) - {"tenant", "database"} or (path and query):
        raise ConfigError(f"{_SHAPE}: a path is /tenant/database, a query tenant=...&database=...")
    names = dict(zip(("tenant", "database"), path, strict=False)) | query
    host = str(parts.hostname)
    host = f"[{host}]" if ":" in host else host
    port = port or (443 if ssl else 8000)
    return Address(host, port, ssl, shown=f"{parts.scheme}://{host}:{port}", **names)


def _split(url: str) -> tuple[SplitResult, int | None]:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ConfigError(_SHAPE) from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ConfigError(_SHAPE)
    if parts.username or parts.password:
        raise ConfigError("KB_CHROMA_URL holds a password; give the server's token in KB_CHROMA_TOKEN instead")
    return parts, port


class Server:
    """One Chroma server; safe to use from many threads."""

    def __init__(self, url: str, token: str = "", timeout: httpx.Timeout = ANSWERING) -> None:
        """Connect; ``timeout`` is for this and for queries.

        Raises ConfigError for a malformed ``url`` and ServerError when no Chroma answers there.
        """
        self.address = parse_address(url)
        headers = {"x-chroma-token": token, "authorization": f"Bearer {token}"} if token else {}
        tenant, database = (quote(name, safe="") for name in (self.address.tenant, self.address.database))
        self._place = f"{self.address.shown}/api/v2/tenants/{tenant}/databases/{database}"
        self._http, self._timeout = httpx.Client(headers=headers), timeout
        self._release = weakref.finalize(self, self._http.close)
        self._ids: dict[str, str] = {}
        try:
            self._call("GET", "", timeout=timeout)
        except ServerError:
            self.close()
            raise

    def names(self) -> list[str]:
        """Return the names of all collections."""
        found: list[str] = []
        with self._form():
            while part := list(self._call("GET", f"/collections?limit={PAGE}&offset={len(found)}")):
                names = [str(collection["name"]) for collection in part]
                if set(names) <= set(found):  # a server that begins anew with each page would never end
                    break
                found += names
        return found

    def create(self, name: str, made: float) -> None:
        """Create a cosine collection, unless it exists, that notes when it was made, in seconds since 1970.

        Chroma's distributed deployment makes an index of its own kind of this configuration and keeps the space.
        """
        configuration = {"hnsw": HNSW, "embedding_function": {"type": "legacy"}}
        wanted = {"name": name, "metadata": {"made": made}, "configuration": configuration, "get_or_create": True}
        with self._form():
            self._ids[name] = str(self._call("POST", "/collections", wanted)["id"])

    def upsert(self, name: str, records: dict[str, Any]) -> None:
        """Write records given as ids, embeddings and, where wanted, documents and metadatas."""
        self._call("POST", self._path(name, "/upsert"), records)

    def get(self, name: str, ids: list[str], include: str) -> dict[str, Any]:
        """Return what ``include`` names ("embeddings" or "metadatas") of those ``ids`` that exist, by id."""
        found = self._call("POST", self._path(name, "/get"), {"ids": ids, "include": [include]})
        with self._form():
            return dict(zip(found["ids"], found[include], strict=True))

    def count(self, name: str) -> int:
        """Return the number of records."""
        with self._form():
            return int(self._call("GET", self._path(name, "/count")))

    def made(self, name: str) -> float:
        """Return when :meth:`create` made the collection, in seconds since 1970; 0.0 where it does not say."""
        found = self._call("GET", f"/collections/{quote(name, safe='')}")
        with self._form():
            return float((found["metadata"] or {}).get("made", 0.0))

    def query(self, name: str, vector: Vectors, limit: int) -> list[tuple[str, float]]:
        """Return up to ``limit`` (id, cosine similarity), best first."""
        asked = {"query_embeddings": [vector.reshape(-1).tolist()], "n_results": limit, "include": ["distances"]}
        found = self._call("POST", self._path(name, "/query", self._timeout), asked, self._timeout)
        with self._form():
            return [(str(i), 1.0 - float(d)) for i, d in zip(found["ids"][0], found["distances"][0], strict=True)]

    def delete(self, name: str, ids: list[str]) -> None:
        """Delete records."""
        self._call("POST", self._path(name, "/delete"), {"ids": ids})

    def drop(self, name: str) -> None:
        """Delete a collection."""
        self._ids.pop(name, None)
        self._call("DELETE", f"/collections/{quote(name, safe='')}")

    def close(self) -> None:
        """Let go of the connections."""
        self._release()

    @contextmanager
    def _form(self) -> Iterator[None]:
        """Raise ServerError where an answer is not of the form that such a server's answers have."""
        try:
            yield
        except (AttributeError, LookupError, OverflowError, TypeError, ValueError) as error:
            raise ServerError(
                f"the Chroma server {self.address.shown} answers in an unknown form; check that KB_CHROMA_URL names one"
            ) from error

    def _path(self, name: str, what: str, timeout: httpx.Timeout = WORKING) -> str:
        """Return where a collection's records are; its id is asked for once."""
        known = self._ids.get(name)
        if known is None:
            with self._form():
                known = str(self._call("GET", f"/collections/{quote(name, safe='')}", timeout=timeout)["id"])
            self._ids[name] = known
        return f"/collections/{known}{what}"

    def _call(self, method: str, path: str, body: object = None, timeout: httpx.Timeout = WORKING) -> Any:  # noqa: ANN401 (JSON)
        """Send one request and return the JSON of its answer; raises ServerError."""
        shown = self.address.shown
        try:
            answer = self._http.request(method, self._place + path, json=body, timeout=timeout)
            if answer.is_success:
                return answer.json()
        except (httpx.HTTPError, ValueError) as error:
            why = str(error).strip() or type(error).__name__
            raise ServerError(
                f"the Chroma server {shown} does not answer ({why}); start it, or check KB_CHROMA_URL"
            ) from error
        self._ids.clear()  # a collection that was made anew has another id
        raise ServerError(
            f"the Chroma server {shown} refused ({_reason(answer)}); check KB_CHROMA_URL, its tenant and database, "
            "and KB_CHROMA_TOKEN"
        )


def _reason(answer: httpx.Response) -> str:
    """Return what the server says about a refusal, in one line."""
    try:
        said = str(answer.json()["message"])
    except (ValueError, KeyError, TypeError):
        said = ""
    return f"{answer.status_code} {said.splitlines()[0][:200] if said.strip() else answer.reason_phrase}"
