"""A Chroma server that answers with something else: one error of the product's own, whatever comes."""

from __future__ import annotations

import httpx
import numpy as np
import pytest

from bot.errors import ServerError
from ingest.vectors.server import Server

BODIES = (
    "null",
    "3",
    "[]",
    "{}",
    "[3]",
    '{"id": 5}',
    '{"ids": 3}',
    '{"ids": [["a"]], "distances": [[]]}',
    '{"a": NaN}',
    "<html>",
    "",
)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch):
    """A connection whose answers the test sets."""
    said = {"body": "{}", "status": 200}
    answer = httpx.MockTransport(lambda _: httpx.Response(int(said["status"]), text=str(said["body"])))
    plain = httpx.Client
    monkeypatch.setattr(httpx, "Client", lambda **more: plain(transport=answer, **more))
    opened = Server("http://127.0.0.1:1")
    yield opened, said
    opened.close()


@pytest.mark.parametrize("body", BODIES)
def test_an_answer_of_another_form_is_the_servers_error(server, body: str) -> None:
    opened, said = server
    said["body"] = body
    with pytest.raises(ServerError, match="KB_CHROMA_URL"):
        opened.query("x", np.zeros(3, dtype=np.float32), 2)
    with pytest.raises(ServerError, match="KB_CHROMA_URL"):
        opened.get("x", ["a"], "embeddings")


def test_a_server_that_begins_anew_with_each_page_is_not_asked_for_ever(server) -> None:
    opened, said = server
    said["body"] = '[{"name": "a"}, {"name": "b"}]'
    assert opened.names() == ["a", "b"]
    said["body"] = '{"name": "a"}'
    with pytest.raises(ServerError, match="unknown form"):
        opened.names()


def test_a_refusal_is_told_in_one_line(server) -> None:
    opened, said = server
    said |= {"status": 500, "body": '{"message": "boom\\nmore"}'}
    with pytest.raises(ServerError, match="refused \\(500 boom\\); check KB_CHROMA_URL"):
        opened.count("x")
