"""What stands before the page, and what it never leaves to chance: hosts, password, policy, escaping."""

from __future__ import annotations

import re
from concurrent.futures import Future
from html import escape, unescape
from types import SimpleNamespace

import pytest
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from bot.answer import Answer
from bot.batch import decode
from bot.case.casefile import Turn
from bot.config import Config
from bot.errors import ConfigError, InputError, KbError
from bot.findings import Evidence, Finding
from bot.redact import redact
from bot.safe import code
from bot.web import uploads
from bot.web.chat import said
from bot.web.desk import Loaded, Request
from bot.web.draw import notice
from bot.web.guard import LOOPBACK, Guard
from bot.web.panel import _marked
from bot.web.serve import _add_reports, serve
from bot.web.texts import TEXTS


def client(hosts: tuple[str, ...] = LOOPBACK, password: str = "") -> TestClient:
    inner = Starlette(routes=[Route("/", lambda _: PlainTextResponse("page"), methods=["GET", "POST"])])
    return TestClient(Guard(inner, hosts, password), base_url="http://127.0.0.1:7860")


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "evil.example"},
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:9999"},
        {"host": "127.0.0.1.evil.example:7860"},
    ],
)
def test_foreign_hosts_and_origins_are_refused(headers: dict[str, str]) -> None:
    assert client().post("/", headers=headers).status_code == 403


def test_its_own_page_passes_and_may_load_from_this_host_only() -> None:
    answer = client().post("/", headers={"origin": "http://127.0.0.1:7860"})
    assert (answer.status_code, answer.text) == (200, "page")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'self'" in policy and "http" not in policy


def test_the_password_is_asked_for_and_checked() -> None:
    guarded = client(hosts=(), password="pä:ss")
    refused = guarded.get("/")
    assert refused.status_code == 401 and "Basic" in refused.headers["www-authenticate"]
    assert guarded.get("/", auth=("kb", "wrong")).status_code == 401
    assert guarded.get("/", headers={"authorization": "Basic !!"}).status_code == 401
    assert guarded.get("/", auth=(b"anyone", "pä:ss".encode())).status_code == 200


def test_an_open_address_needs_a_password() -> None:
    with pytest.raises(ConfigError, match="KB_PASSWORD"):
        serve(Config(host="0.0.0.0"), lambda line: None)


@pytest.mark.parametrize(
    ("line", "html"),
    [
        ("in `a/b.md` [1].", "in <code>a/b.md</code> [1]."),
        ("in ``<img>`**.txt``, **x**", "in <code>&lt;img&gt;`**.txt</code>, **x**"),
        ("`` `x ``", "<code>`x</code>"),
        ("``open `a` [b](c.md)", "``open <code>a</code> [b](c.md)"),
        ("```", "```"),
        ("", ""),
    ],
)
def test_a_notice_has_code_spans_and_nothing_else_that_acts(line: str, html: str) -> None:
    assert notice(line) == html


@given(st.text(alphabet="ab`<*[ ", max_size=30).map(str.split).filter(bool).map(" ".join))
def test_a_path_in_a_notice_is_one_code_span_whatever_it_holds(path: str) -> None:
    assert notice(f"x {code(path)} y") == f"x <code>{escape(path)}</code> y"


def shown(html: str) -> str:
    return unescape(re.sub(r"<[^>]*>", "", html))


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\r"), min_size=1))
def test_what_a_person_says_is_shown_as_typed_but_for_secrets(words: str) -> None:
    html = said(words, "", "en")
    inner = re.search(r'<pre class="said">(.*?)</pre>', html, re.DOTALL)
    assert (unescape(inner[1]) if inner else "") == (redact(words) if words.strip() else "")


@given(st.text(alphabet="ab<>&\"'`$\t\n", min_size=1, max_size=60), st.data())
def test_marks_stand_where_the_evidence_is(pasted: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(pasted) - 1))
    end = data.draw(st.integers(start + 1, len(pasted)))
    finding = Finding("x", "t", "problem", {}, {}, (Evidence(start, end, pasted[start:end]),))
    html = _marked(Turn(1, "", "", pasted, Answer("answered", "en", findings=(finding,))), pasted, "en")
    lines = [shown(line) for line in re.findall(r"<code>(.*?)</code>", html, re.DOTALL)]
    assert "\n".join(lines) == pasted.removesuffix("\n")
    marks = [shown(mark) for mark in re.findall(r"<mark[^>]*>(.*?)</mark>", html, re.DOTALL)]
    assert "".join(marks) == pasted[start:end].replace("\n", "")


def test_a_long_paste_shows_the_lines_around_its_evidence() -> None:
    lines = [f"line {n}" for n in range(5_000)]
    pasted = "\n".join(lines)
    at = pasted.index("line 4000")
    finding = Finding("x", "t", "problem", {}, {}, (Evidence(at, at + 9, "line 4000"),))
    html = _marked(Turn(1, "", "", pasted, Answer("answered", "en", findings=(finding,))), pasted, "en")
    assert ">line 4000</mark>" in html and 'id="pl-1-4001"' in html and "line 3996<" in html
    assert html.count('class="l"') < 40 and "lines not shown" in html


def test_an_upload_is_read_and_removed(tmp_path) -> None:
    for name, data in (("good", "装置".encode("cp932")), ("bad", b"\x00\xff\xfe\x81")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.log").write_bytes(data)
    assert uploads.read(str(tmp_path / "good" / "a.log")) == "装置"
    with pytest.raises(InputError):
        uploads.read(str(tmp_path / "bad" / "a.log"))
    with pytest.raises(InputError, match="attach it again"):
        uploads.read(str(tmp_path / "good" / "a.log"))
    assert list(tmp_path.iterdir()) == []


def test_large_pastes_wait_in_their_own_queue() -> None:
    assert Request("why?", "x" * 1_000_000).heavy
    assert not Request("why?", "x" * 1_000).heavy


def test_every_text_stands_in_both_languages() -> None:
    for key, texts in TEXTS.items():
        assert texts["ja"].strip() and texts["en"].strip(), key
        assert set(re.findall(r"\{(\w+)", texts["ja"])) == set(re.findall(r"\{(\w+)", texts["en"])), key


@pytest.mark.parametrize(
    ("error", "status"), [(InputError("this case does not exist"), 404), (KbError("the database is away"), 503)]
)
def test_a_report_that_cannot_be_had_says_why(error: KbError, status: int) -> None:
    class Cases:
        def export(self, *_: object) -> str:
            raise error

    loaded: Future[Loaded] = Future()
    loaded.set_result(SimpleNamespace(cases=Cases()))  # type: ignore[arg-type]
    app = FastAPI()
    _add_reports(app, loaded)
    answer = TestClient(app).get("/cases/1/report.md")
    assert (answer.status_code, answer.text) == (status, f"{error}\n")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp932", "euc_jp"])
@pytest.mark.parametrize(
    "text", ["装置の名前はﾒｰﾙ01です。\n接続が切れました。", "WAE# show accelerator mapi\n状態は正常です\n"]
)
def test_an_upload_is_read_in_the_encodings_of_japan(encoding: str, text: str) -> None:
    assert decode(text.encode(encoding)) == text
