"""The HTTP API gives the contract's forms, and one form of error for everything else."""

from __future__ import annotations

import json

import httpx
import pytest

from bot.api import body
from bot.batch import answer_json
from bot.config import ROOT
from bot.engine import Question
from bot.reading.parse import parse
from tests.api_server import api, running
from tests.samples import SAMPLES

JSON = {"content-type": "application/json"}


@pytest.fixture(scope="module")
def url(bot):
    with running(api(bot)) as server:
        yield server.url


@pytest.fixture
def client(url):
    with httpx.Client(base_url=url, timeout=120) as made:
        yield made


def refused(reply: httpx.Response, status: int) -> dict[str, str]:
    assert reply.status_code == status, reply.text
    assert reply.headers["content-type"] == "application/json"
    said = reply.json()
    assert set(said) == {"error", "mend"} and said["error"] and said["mend"]
    assert "Traceback" not in reply.text and "/bot/" not in reply.text
    return said


def test_ask_is_the_contracts_form(client, bot) -> None:
    for question in (
        "Accel 列が TGDL になっています",
        "The Accel column shows TGDL",
        "How do I redirect traffic with WCCP?",
    ):
        got = client.post("/api/ask", json={"id": "7", "question": question}).json()
        wanted = answer_json(bot.ask(Question(question))) | {"id": "7"}
        assert got | {"elapsed_ms": 0} == wanted | {"elapsed_ms": 0}


def test_ask_takes_paste_and_history(client, bot) -> None:
    paste = "MAPI:\nGlobal Statistics\nSecured Connections: 12\n"
    history = [{"role": "user", "content": "clock skew"}, {"role": "assistant", "content": "…"}]
    got = client.post("/api/ask", json={"question": "And how do I set it?", "paste": paste, "history": history}).json()
    wanted = answer_json(bot.ask(Question("And how do I set it?", paste, history)))
    assert got | {"elapsed_ms": 0} == wanted | {"elapsed_ms": 0}
    assert any(finding["id"] == "mapi-secured-connections" for finding in got["findings"])


@pytest.mark.parametrize("name", SAMPLES)
def test_parse_is_the_contracts_form_as_json_and_as_text(client, name) -> None:
    text = SAMPLES[name]
    wanted = json.loads(json.dumps(parse(text).as_json()))
    assert client.post("/api/parse", json={"id": "x", "text": text}).json() == {"id": "x", **wanted}
    plain = {"content-type": "text/plain; charset=utf-8"}
    assert client.post("/api/parse", content=text.encode(), headers=plain).json() == {"id": "", **wanted}


def test_a_large_log_is_streamed(client) -> None:
    log = (ROOT / "kb/samples/mapiao-errorlog/ntlm.txt").read_bytes().rstrip(b"\n") + b"\n"
    sent = log * (20_000_000 // len(log))
    got = client.post("/api/parse", content=sent, headers={"content-type": "text/plain"}).json()
    rows = [row for output in got["outputs"] for row in output["data"]["findings"]]
    assert got["outputs"][0]["command"] == "mapiao-errorlog"
    assert any(row["count"] >= 20_000_000 // len(log) for row in rows)


def test_a_log_in_shift_jis_is_read(client) -> None:
    text = "装置の出力\nMAPI:\nGlobal Statistics\nSecured Connections: 12\n"
    got = client.post("/api/parse", content=text.encode("cp932"), headers={"content-type": "text/plain"}).json()
    span = next(f for f in got["findings"] if f["id"] == "mapi-secured-connections")["evidence"][0]
    assert text[span["start"] : span["end"]] == span["text"]


def test_topics_and_search(client, bot) -> None:
    listed = client.get("/api/topics").json()["topics"]
    assert [row["topic"] for row in listed] == list(bot.retriever.catalogue.topics())
    for row in listed:
        for language in ("ja", "en"):
            shown = client.get(f"/api/topics/{row['topic']}", params={"language": language}).json()
            assert shown["title"] == row["title"][language]
            for passage in shown["passages"]:
                assert bot.retriever.catalogue.quote(shown["path"], *passage["lines"]) == passage["quote"]
    found = client.get("/api/search", params={"q": "Clock skew too great", "limit": 2}).json()
    assert found["in_guide"] and found["topics"][0]["topic"] == "handoff-clock-skew" and len(found["topics"]) == 2
    assert not client.get("/api/search", params={"q": "How do I redirect traffic with WCCP?"}).json()["in_guide"]


def test_the_next_check_follows_from_outcomes(client) -> None:
    first = client.post("/api/next-check", json={"question": "Outlook is slow over the WAN"}).json()
    check = first["next_check"]["check"]
    after = {"question": "Outlook is slow over the WAN", "outcomes": [{"check": check, "outcome": "good"}]}
    second = client.post("/api/next-check", json=after).json()
    assert second["next_check"]["check"] != check
    assert second == client.post("/api/next-check", json=after).json(), "nothing is kept between calls"
    pasted = {"question": "slow", "paste": (ROOT / "kb/samples/mapiao-errorlog/ntlm.txt").read_text()}
    assert client.post("/api/next-check", json=pasted).json()["proven"] == "handoff-ntlm"
    refused(client.post("/api/next-check", json=after | {"outcomes": [{"check": "epm-ao:99", "outcome": "bad"}]}), 404)


@pytest.mark.parametrize(
    ("sent", "status", "said"),
    [
        (b"", 400, "not JSON"),
        (b"{", 400, "not JSON"),
        (b'{"question": "a",}', 400, "not JSON"),
        (b'{"question": NaN}', 400, "NaN"),
        (b'{"question": -Infinity}', 400, "Infinity"),
        (b'{"question": "a", "question": "b"}', 400, "same key twice"),
        (b'{"question": "\xff"}', 400, "UTF-8"),
        (b'\xff\xfe{\x00}\x00', 400, "UTF-8"),
        (b"[" * 200_000, 400, "nested"),
        (b'{"a":' * 200_000, 400, "nested"),
        (b"1" * 100_000, 400, "too long"),
        (b"[]", 422, "dictionary"),
        (b"null", 422, "dictionary"),
        (b"{}", 422, "nothing was asked"),
        (b'{"question": " \\t\\u3000"}', 422, "nothing was asked"),
        (b'{"question": 1}', 422, "question"),
        (b'{"question": null}', 422, "question"),
        (b'{"question": "\\ud800"}', 422, "unicode"),
        (b'{"question": "a", "pasted": "b"}', 422, "pasted"),
        (b'{"question": "a", "history": "b"}', 422, "history"),
        (b'{"question": "a", "history": [{"role": "user"}]}', 422, "history.0.content"),
        (b'{"question": "a", "history": [{"role": "user", "content": "b", "x": 1}]}', 422, "history.0.x"),
        (b'{"question": "a", "id": 5}', 422, "id"),
    ],
    ids=range(23),
)  # fmt: skip
def test_a_malformed_body_is_named(client, sent: bytes, status: int, said: str) -> None:
    assert said in refused(client.post("/api/ask", content=sent, headers=JSON), status)["error"]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/search", 422),
        ("/api/search?q=", 422),
        ("/api/search?q=a&limit=0", 422),
        ("/api/search?q=a&limit=1e3", 422),
        ("/api/search?q=a&limit=99999999999999999999", 422),
        ("/api/search?q=a&q=b", 422),
        ("/api/search?q=%ff", 422),
        ("/api/search?q=a&language=fr", 422),
        ("/api/search?q=a&debug=1", 422),
        ("/api/topics?x=1", 422),
        ("/api/topics/", 404),
        ("/api/topics/nothing", 404),
        ("/api/topics/..%2f..%2f..%2fetc%2fpasswd", 404),
        ("/api/topics/%2e%2e", 404),
        ("/api/topics/epm-ao%00", 404),
        ("/api/topics/EPM-AO", 404),
        ("/api/topics/epm-ao/", 404),
        ("/api/", 404),
        ("/api/asks", 404),
    ],
)
def test_a_malformed_address_is_named(client, path: str, status: int) -> None:
    refused(client.get(path), status)


def test_strange_text_is_answered(client) -> None:
    for question in ("TGDL\x00", "x" * 1_000_000, "\ufdfa" * 10_000, "<script>alert(1)</script> TGDL", "‮TGDL"):
        assert client.post("/api/ask", json={"question": question}).status_code == 200
        assert client.post("/api/parse", json={"text": question}).status_code == 200


def test_methods_and_types(client) -> None:
    for method in ("GET", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"):
        reply = client.request(method, "/api/ask", headers={"x-http-method-override": "POST"})
        refused(reply, 405)
        assert reply.headers["allow"] == "POST"
    assert client.request("OPTIONS", "/api/topics").headers["allow"] == "GET, HEAD"
    assert client.head("/api/topics").status_code == 200
    for kind in ("text/html", "application/x-www-form-urlencoded", "multipart/form-data", "", "application/json-seq"):
        refused(client.post("/api/ask", content=b'{"question": "a"}', headers={"content-type": kind}), 415)
    refused(client.post("/api/ask", content=b"a", headers={"content-type": "text/plain"}), 415)


def test_too_much_is_refused(client) -> None:
    refused(client.post("/api/ask", content=b"x" * (body.MAX_JSON + 1), headers=JSON), 413)

    def unsized():
        for _ in range(9):
            yield b"x" * 1_000_000

    refused(client.post("/api/ask", content=unsized(), headers=JSON), 413)
    said = refused(client.post("/api/parse", json={"text": "x" * 4_000_001}), 422)
    assert "4000000" in said["error"]
    binary = client.post("/api/parse", content=b"\x00\x01\x02" * 1000, headers={"content-type": "text/plain"})
    assert "UTF-8" in refused(binary, 422)["error"]


def test_pages_elsewhere_are_refused(client) -> None:
    for headers in (
        {"origin": "http://evil.example"}, {"origin": "null"}, {"host": "evil.example"}, {"host": "["},
        {"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"},
    ):  # fmt: skip
        for path in ("/api/topics", "/api/openapi.json"):
            refused(client.get(path, headers=headers), 403)
        plain = {"content-type": "text/plain"} | headers
        refused(client.post("/api/parse", content=b"x", headers=plain), 403)
    own = {"origin": str(client.base_url).rstrip("/"), "sec-fetch-site": "same-origin"}
    assert client.get("/api/topics", headers=own).status_code == 200
    assert "access-control-allow-origin" not in client.get("/api/topics", headers=own).headers
