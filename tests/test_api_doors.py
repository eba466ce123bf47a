"""Who may use the HTTP API, and what it does when it is full, fails or still waits for its index."""

from __future__ import annotations

import threading
from concurrent.futures import Future

import httpx
import pytest

from bot.api import openapi
from bot.api.mount import WithApi
from bot.config import Config
from bot.errors import IndexMissing
from bot.toolkit.workers import Workers
from tests.api_server import api, running
from tests.test_api import refused
from tests.web_server import serving


def test_keys_are_asked_for(bot) -> None:
    app = api(bot, api_keys=("first-key", "zweiter-schlüssel"))
    with running(app) as server, httpx.Client(base_url=server.url) as client:
        for value in (
            "",
            "Bearer",
            "Bearer first-ke",
            "Bearer first-keyy",
            "Basic first-key",
            "first-key",
        ):
            reply = client.get("/api/topics", headers={"authorization": value})
            refused(reply, 401)
            assert reply.headers["www-authenticate"].startswith("Bearer") and "first-k" not in reply.text
        refused(client.get("/api/nothing"), 401)
        refused(client.post("/api/ask", json={"question": "a"}), 401)
        for key in ("first-key", "zweiter-schlüssel"):
            known = {"authorization": f"Bearer {key}".encode()}
            assert client.get("/api/topics", headers=known).status_code == 200
        twice = [("authorization", "Bearer first-key"), ("authorization", "Bearer first-key")]
        refused(client.get("/api/topics", headers=twice), 401)
        assert client.get("/api/openapi.json").status_code == 200


@pytest.mark.parametrize("guarded", [{"password": "secret"}, {"host": "0.0.0.0", "password": "secret"}])
def test_without_keys_a_guarded_page_has_no_open_api(bot, guarded) -> None:
    with running(api(bot, **guarded)) as server:
        assert "KB_API_KEYS" in refused(httpx.get(server.url + "/api/topics"), 401)["mend"]


def test_a_full_queue_refuses_and_the_rest_is_answered(bot) -> None:
    free = threading.Event()
    workers = Workers(threads=1, waiting=1)

    class Slow:
        retriever = bot.retriever

        def ask(self, question):
            assert free.wait(60)
            return bot.ask(question)

    with running(api(Slow(), workers)) as server:
        replies: list[httpx.Response] = []

        def ask() -> None:
            replies.append(httpx.post(server.url + "/api/ask", json={"question": "TGDL"}, timeout=120))

        threads = [threading.Thread(target=ask) for _ in range(6)]
        for thread in threads:
            thread.start()
        while len(replies) < 4:
            assert any(thread.is_alive() for thread in threads)
        assert httpx.get(server.url + "/api/openapi.json").status_code == 200, "the server itself stays awake"
        free.set()
        for thread in threads:
            thread.join()
    assert sorted(reply.status_code for reply in replies) == [200, 200, 503, 503, 503, 503]
    for reply in (reply for reply in replies if reply.status_code == 503):
        refused(reply, 503)
        assert int(reply.headers["retry-after"]) > 0


def test_a_fault_says_nothing_of_the_inside(bot, capsys) -> None:
    class Broken:
        retriever = bot.retriever

        def ask(self, question):
            raise KeyError(question.text)

    with running(api(Broken())) as server:
        reply = httpx.post(server.url + "/api/ask", json={"question": "s3cret-value"})
    refused(reply, 500)
    logged = capsys.readouterr().err
    assert "KeyError" in logged
    assert "s3cret" not in reply.text + logged


def test_beside_the_page_it_waits_for_the_index() -> None:
    async def page(scope, receive, send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"the page"})

    loaded: Future = Future()
    with running(WithApi(page, Config(), loaded)) as server:
        assert httpx.get(server.url + "/").text == httpx.get(server.url + "/apis").text == "the page"
        refused(httpx.get(server.url + "/api/topics"), 503)
        refused(httpx.get(server.url + "/api"), 404)
        loaded.set_exception(IndexMissing("no index has been built; run python -m ingest"))
        assert "python -m ingest" in refused(httpx.get(server.url + "/api/topics"), 503)["error"]


def test_the_page_and_the_api_share_a_server(settings, tmp_path) -> None:
    with serving(settings, tmp_path) as server, httpx.Client(base_url=server.url, timeout=60) as client:
        assert "html" in client.get("/").headers["content-type"]
        assert client.post("/api/ask", json={"question": "TGDL"}).json()["topics"][0] == "generic-ao-handoff"
        refused(client.get("/api/topics", headers={"origin": "http://evil.example"}), 403)


def test_the_document_is_the_same_each_time() -> None:
    first = openapi.document()
    openapi.document.cache_clear()
    assert openapi.document() == first
