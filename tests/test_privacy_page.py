"""A marked secret through the page, as a process of its own that logs all it can."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from bot.config import Config
from tests.slack_world import wait_for
from tests.test_privacy import MARK, files_with
from tests.test_privacy_doors import ASKED, PASTE, SECRET
from tests.test_web import answer, ask, attach
from tests.web_server import Server, Visitor

LOUD = {"KB_LOG": "json", "KB_LOG_LEVEL": "debug"}


@pytest.fixture
def server(settings: Config, tmp_path: Path) -> Iterator[Server]:
    """The page, with a temporary folder of its own."""
    (tmp_path / "tmp").mkdir()
    running = Server(settings, tmp_path, extra=LOUD | {"TMPDIR": str(tmp_path / "tmp")})
    running.start()
    yield running
    running.stop()


@pytest.mark.browser
def test_the_page_keeps_shows_and_logs_nothing_marked(server: Server, visitor: Visitor, tmp_path: Path) -> None:
    page = visitor.open(server.url)
    ask(page, f"{ASKED} {SECRET}", 1)
    attach(page, "running.txt", PASTE)
    page.locator("#said textarea").press("Enter")
    said = answer(page, 2)
    said.locator('[data-thumb="down"]').click()
    said.locator(".why input[type=text], .why textarea").first.fill(f"wrong: the password is {MARK}")
    said.locator(".why [type=submit]").click()
    case = page.locator("[data-case]").get_attribute("data-case")
    wait_for(lambda: files_with(tmp_path, "wrong: the password is"), "the reason is not kept")
    reports = [
        httpx.get(f"{server.url}cases/{case}/report.{form}?lang={lang}").text
        for form in ("md", "html") for lang in ("ja", "en")
    ]  # fmt: skip
    shown = page.content()
    assert "TOKYO-EX01" in shown and all("TGDL" in report for report in reports)
    assert MARK not in shown + "".join(reports)
    attach(page, "unsent.txt", PASTE)
    assert files_with(tmp_path, "running-config")
    page.locator(".menu summary").click()
    page.locator("[data-act=delete]").click()
    page.locator("[data-act=delete].sure").click()
    wait_for(lambda: not files_with(tmp_path, case, "TGDL instead"), "the case is still in a file")
    server.stop()
    assert files_with(tmp_path, MARK, case, "TGDL instead") == []
    assert '"event"' in server.log and MARK not in server.log and case not in server.log
