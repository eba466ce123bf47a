"""The page as an attacker meets it: Gradio's server behind the doorway, asked for what the page never asks for."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient
from starlette.types import ASGIApp

from bot.config import Config
from bot.web.doorway import Doorway
from bot.web.serve import application
from bot.web.uploads import read
from tests.waiting import in_a_loop

HERE = "http://127.0.0.1:7860"


@pytest.fixture(scope="module")
def uploads(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder of uploads, for this module alone."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("uploads")
        patch.setenv("GRADIO_TEMP_DIR", str(folder))
        yield folder


@pytest.fixture(scope="module")
def page(uploads: Path) -> Iterator[TestClient]:
    """The whole server, while its index still loads; outside of a loop Gradio makes some that it never closes."""

    async def made() -> ASGIApp:
        return application(Config(), Future())

    with TestClient(in_a_loop(made()), base_url=HERE) as client:
        yield client


def joined(page: TestClient, *files: object, **more: object) -> Any:
    """Send what the page sends for a message with ``files``."""
    call = next(one for one in page.get("/config").json()["dependencies"] if one["api_name"] == "take")
    data = [{"text": "hello", "files": list(files)}, None]
    body = {"data": data, "fn_index": call["id"], "session_hash": "s", "event_data": None} | more
    return page.post("/gradio_api/queue/join", json=body)


def file(path: object, **more: object) -> dict[str, object]:
    return {"path": path, "meta": {"_type": "gradio.FileData"}} | more


@pytest.mark.parametrize("more", [{}, {"is_stream": True}, {"url": "/gradio_api/file=x.log"}, {"orig_name": "a.log"}])
def test_no_file_of_this_machine_is_read_or_removed(
    page: TestClient, uploads: Path, tmp_path: Path, more: dict[str, object]
) -> None:
    private = tmp_path / "private.log"
    private.write_text("community of the core: zanzibar")
    inside = uploads / "link.log"
    inside.unlink(missing_ok=True)
    inside.symlink_to(private)
    kept = {path.name for path in uploads.iterdir()}
    for path in (str(private), f"{uploads}/../{private}", str(inside), "/etc/passwd", "file:///etc/passwd", 7, None):
        assert joined(page, file(path, **more)).status_code == 403, path
    assert private.read_text() == "community of the core: zanzibar"
    assert {path.name for path in uploads.iterdir()} == kept, "nothing was copied to where the server could give it out"


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/a.log", "https://example.org/a.log", "HTTP://example.org/a.txt"])
def test_no_address_is_fetched(page: TestClient, url: str) -> None:
    assert joined(page, file(url)).status_code == 403
    assert joined(page, {"deep": [{"er": file(url)}]}).status_code == 403
    assert joined(page, event_data={"x": file(url)}).status_code == 403


def test_what_was_uploaded_is_taken(page: TestClient, uploads: Path) -> None:
    reply = page.post("/gradio_api/upload", files={"files": ("../../<img src=x>\r\na.log", b"hello")})
    [path] = reply.json()
    assert reply.status_code == 200 and Path(path).resolve().is_relative_to(uploads.resolve())
    assert joined(page, file(path, url="http://example.org/", orig_name="a.log")).status_code == 200


def test_equal_files_of_two_people_lie_apart(page: TestClient) -> None:
    [mine], [yours] = (page.post("/gradio_api/upload", files={"files": ("a.log", b"hello")}).json() for _ in range(2))
    assert read(mine) == read(yours) == "hello"
    assert not Path(mine).parent.exists() and not Path(yours).parent.exists()


def test_one_message_may_hold_the_same_file_twice(page: TestClient) -> None:
    sent = page.post("/gradio_api/upload", files=[("files", ("a.log", b"hello"))] * 2)
    assert [read(path) for path in sent.json()] == ["hello", "hello"]


@pytest.mark.parametrize(
    "path",
    [
        "/gradio_api/file=/etc/passwd", "/gradio_api/file=http://example.org/", "/gradio_api/file/etc/passwd",
        "/gradio_api/proxy=http://example.org/", "/gradio_api/deep_link?session_hash=s", "/gradio_api/info",
        "/gradio_api/openapi.json", "/gradio_api/custom_component/a%0aFORGED/client/component/y", "/monitoring",
        "/monitoring/summary", "/gradio_api/vibe-code/", "/gradio_api/token", "/gradio_api/stream/a/b/c/playlist.m3u8",
        "/gradio_api/queue/status", "/gradio_api/call/take/x", "/docs", "/openapi.json", "/svelte/x", "//etc/passwd",
        "/gradio_api/queue/data/../file=/etc/passwd", "/login_check", "/dev/reload", "/gradio_api/runs", "/mcp",
    ],
)  # fmt: skip
def test_the_rest_of_gradio_is_not_there(page: TestClient, path: str) -> None:
    assert page.get(path).status_code == 404


@pytest.mark.parametrize(
    "path", ["run/take", "api/take", "call/take", "component_server", "vibe-edit", "process_recording", "stream/x"]
)
def test_no_other_call_of_gradio_is_there(page: TestClient, path: str) -> None:
    assert page.post(f"/gradio_api/{path}", json={"data": []}).status_code == 404
    assert page.put("/gradio_api/queue/join").status_code == page.delete("/").status_code == 404


@pytest.mark.parametrize("path", ["/static/../../../etc/passwd", "/assets/..%2f..%2f..%2fetc/passwd"])
def test_no_path_leads_out_of_the_pages_own_files(page: TestClient, path: str) -> None:
    assert page.get(path).status_code in (403, 404)


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b'{"data": ' + b"[" * 100_000, 400),
        (b'{"data": 1, "data": 2}', 400),
        (b'{"data": NaN}', 400),
        (b"\xff\xfe", 400),
        (b" " * 8_000_001, 413),
    ],
    ids=["deep", "twice", "nan", "bytes", "large"],
)
def test_a_body_that_no_page_sends_is_refused(page: TestClient, sent: bytes, status: int) -> None:
    reply = page.post("/gradio_api/queue/join", content=sent, headers={"content-type": "application/json"})
    assert reply.status_code == status


def test_parameters_of_the_address_are_no_markup(page: TestClient) -> None:
    mark = '"><script>alert(7)</script>'
    reply = page.get("/", params={"lang": mark, "case": mark, "__theme": mark})
    assert reply.status_code == 200 and "alert(7)" not in reply.text


def test_nothing_but_the_pages_own_files_is_kept_by_a_browser_or_framed(page: TestClient) -> None:
    for path in ("/", "/config", "/theme.css", "/cases/x/report.exe"):
        assert page.get(path).headers["cache-control"] == "no-store", path
    headers = page.get("/").headers
    assert headers["x-frame-options"] == "DENY" and "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "set-cookie" not in headers, "no session hangs on a cookie that a page elsewhere could make use of"


def test_a_body_is_passed_on_as_it_was_understood() -> None:
    seen: list[bytes] = []

    async def inner(scope: Any, receive: Any, send: Any) -> None:
        seen.append((await receive())["body"])
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    client = TestClient(Doorway(inner, Path("/nowhere")), base_url=HERE)
    assert (
        client.post("/gradio_api/queue/join", content='{"data": ["日本", null], "x": 1.5}'.encode()).status_code == 204
    )
    assert json.loads(seen[0]) == {"data": ["日本", None], "x": 1.5}
