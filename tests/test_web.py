"""The page in a real browser: conversations, pastes, files, reports, and nothing that leaves the host."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.config import ROOT, Config
from bot.web.texts import TEXTS
from tests.web_server import Server, Visitor, serving

pytestmark = pytest.mark.browser
IMAGES = ROOT / "docs" / "images"
SAMPLES = ROOT / "kb" / "samples"
BUSY = "#chat .turn.bot[aria-busy], #chat .waiting"


@pytest.fixture(scope="module")
def server(settings: Config, chromium, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(settings, tmp_path_factory.mktemp("web")) as running:
        yield running


def answer(page, number: int):
    """Return the finished answer of a turn."""
    found = page.locator(f'#chat .turn.bot[data-turn="{number}"]:not([aria-busy])')
    found.locator("footer").wait_for()
    page.locator(BUSY).wait_for(state="detached")
    return found


def ask(page, words: str, number: int):
    """Type ``words``, send them with Enter and return the finished answer."""
    page.locator("#said textarea").fill(words)
    page.locator("#said textarea").press("Enter")
    return answer(page, number)


def attach(page, name: str, text: str | bytes) -> None:
    """Attach a file and wait until it has been uploaded."""
    body = text.encode() if isinstance(text, str) else text
    page.locator("#said input[type=file]").first.set_input_files(
        {"name": name, "mimeType": "text/plain", "buffer": body}
    )
    page.locator("#said .thumbnail-item, #said [data-testid=file-icon], #said .thumbnails").first.wait_for()


def shot(page, name: str) -> None:
    """Take a picture for the documents, where there is none yet or SCREENSHOTS asks for new ones."""
    if (IMAGES / f"{name}.png").exists() and not os.environ.get("SCREENSHOTS"):
        return
    IMAGES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=IMAGES / f"{name}.png")


def test_japanese_case_from_symptom_to_report(server: Server, visitor: Visitor) -> None:
    page = visitor.open(server.url, "ja-JP")
    first = ask(page, "Outlook の接続が TMDL ではなく TGDL になっています", 1)
    assert page.locator("html").get_attribute("lang") == "ja"
    assert "show statistics connection optimized mapi" in first.locator(".cmd code").all_text_contents()
    assert first.locator(".cmd .effect.read-only").first.text_content() == "読み取りのみ"
    assert "言語モデル不使用" in first.locator("footer").inner_text()
    assert "索引" in first.locator("footer").inner_text()
    shot(page, "chat-ja")

    long = "<details open class='example sent'><pre class='out'>" + "x" * 500 + " y" * 500 + "</pre></details>"
    assert (
        first.evaluate(
            "(card, html) => (card.insertAdjacentHTML('beforeend', html), card.scrollWidth - card.clientWidth)", long
        )
        <= 0
    )

    first.locator(".cite").first.click()
    page.locator("#cite-1-1.flash").wait_for()
    twin = page.locator("#panel .article").first
    twin.locator(".twin:visible").click()
    assert twin.locator('.side:visible[lang="en"]').count() == 1

    first.locator(".mark-bad").click()
    second = answer(page, 2)
    assert second.locator(".cmd").count() or second.locator(".banner").count()
    third = ask(page, "パンの焼き方を教えて", 3)
    assert "ガイドに記載がありません" in third.inner_text()
    assert third.locator(".badge.refused").count() == 1

    page.locator(".menu summary").click()
    with page.expect_download() as saved:
        page.locator('.menu a[href*="report.md?lang=ja"]').click()
    report = Path(saved.value.path()).read_text(encoding="utf-8")
    assert "TGDL" in report and "show statistics connection optimized mapi" in report
    with page.expect_download() as saved:
        page.locator('.menu a[href*="report.html?lang=en"]').click()
    assert "<html" in Path(saved.value.path()).read_text(encoding="utf-8").lower()


def test_english_case_with_file_follow_up_and_feedback(server: Server, visitor: Visitor) -> None:
    page = visitor.open(server.url, "en-US")
    log = (SAMPLES / "mapiao-errorlog" / "wan-secure.txt").read_text(encoding="utf-8")
    attach(page, "mapiao.log", log)
    first = ask(page, "Outlook disconnects again and again, what does this log say?", 1)
    assert first.locator(".finding-list .problem").count() >= 1
    marks = page.locator("#panel .paste-view mark").all_text_contents()
    assert marks and all(mark.strip() in log for mark in marks)
    page.locator("#panel .line-link").first.click()
    page.locator("#panel .paste-view .l.flash").wait_for()
    shot(page, "chat-en")

    second = ask(page, "and on the core?", 2)
    assert second.locator(".cite").count() >= 1
    second.locator('[data-thumb="down"]').click()
    second.locator(".reason").nth(1).click()
    second.locator(".why [type=submit]").click()
    page.get_by_text("Thank you. It is recorded.").wait_for()
    case = page.locator("[data-case]").get_attribute("data-case")
    with sqlite3.connect(server.folder / "cases.sqlite3") as database:
        kept = database.execute("select up, reason from feedback where case_id = ?", (case,)).fetchall()
    assert kept == [(0, "Steps are missing")]

    second.locator("[data-act=retry]").click()
    assert "and on the core?" in page.locator("#chat .turn.user").nth(2).inner_text()
    answer(page, 3)
    page.locator("#chat .turn.user [data-act=edit]").nth(1).click()
    page.wait_for_function("document.querySelector('#said textarea').value.startsWith('and on the core?')")


HOSTILE = "\n".join(
    [
        "WAE#show statistics accelerator mapi",
        "Secured Connections:\t7",
        "<address> <mask> <switch> $$x^2$$ `tick` ```fence``` **bold** &lt; &amp; [a](javascript:alert(1))",
        "<script>document.hit=1</script><img src=x onerror='document.hit=1'><svg onload='document.hit=1'>",
        "${document.hit=1} {{value}} </pre></article><!-- '\" -->",
        "| " + "x" * 198,
    ]
)


def test_hostile_paste_is_shown_as_typed_and_runs_nothing(server: Server, visitor: Visitor) -> None:
    page = visitor.open(server.url)
    ask(page, HOSTILE, 1)
    assert page.locator("#chat .said").text_content() == HOSTILE
    assert page.evaluate("document.hit") is None
    assert page.locator("#chat article img, #chat article script, #panel script").count() == 0
    attach(page, "paste.txt", HOSTILE)
    ask(page, "", 2)
    assert page.locator("#chat .excerpt").text_content() == HOSTILE
    lines = page.locator("#panel .paste-view .l code").all_text_contents()
    assert "\n".join(lines) == HOSTILE
    assert page.evaluate("document.hit") is None
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_pasted_text_is_kept_out_of_the_browser_and_the_logs(server: Server, visitor: Visitor) -> None:
    page = visitor.open(server.url)
    secret = "branch-wae-7731"
    attach(page, "secret.log", f"{secret}#show clock\nMon Nov 23 10:00:00 UTC 2026\n")
    ask(page, f"what about {secret}?", 1)
    kept = page.evaluate(
        """async () => JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie,
        (await indexedDB.databases()).map(one => one.name), await caches.keys()])"""
    )
    assert secret not in kept
    assert secret not in server.log
    uploads = server.folder / "uploads"
    assert [file for file in uploads.rglob("*") if file.is_file() and secret in file.read_text("utf-8")] == []


def test_wrong_files_are_refused_in_words(server: Server, visitor: Visitor) -> None:
    page = visitor.open(server.url)
    attach(page, "core.log", b"\x1f\x8b\x08\x00\x80\x81\x00\xff" * 50)
    page.locator("#said textarea").press("Enter")
    page.get_by_text("this is no text in UTF-8").wait_for()
    page.reload()
    page.locator("#said input[type=file]").first.set_input_files(
        {"name": "big.log", "mimeType": "text/plain", "buffer": b"x" * 5_500_000}
    )
    page.locator(".toast-body, [data-testid=toast-body]").first.wait_for(timeout=5000)


def test_two_people_have_cases_of_their_own(server: Server, visitor: Visitor) -> None:
    one, two = visitor.open(server.url, "ja-JP"), visitor.open(server.url, "en-US")
    ask(one, "MAPI AO が Enabled なのに Shutdown のままです", 1)
    ask(two, "What does Clock skew too great mean in the sr-errorlog?", 1)
    cases = {page.locator("[data-case]").get_attribute("data-case") for page in (one, two)}
    assert len(cases) == 2
    assert "Clock skew" not in one.locator("#chat").inner_text()
    assert one.locator("#chat .turn.bot [lang=ja]").count() and two.locator("#chat .turn.bot [lang=en]").count()


def test_keys_language_theme_and_deletion(server: Server, visitor: Visitor) -> None:
    page = visitor.open(server.url, "fr-FR", color_scheme="light")
    assert page.locator("html").get_attribute("lang") == "en"
    page.locator(".example-btn:visible").first.click()
    answer(page, 1)
    last = page.locator("#chat .cmd [data-copy]").last.get_attribute("data-copy")
    page.keyboard.press("Alt+KeyC")
    page.locator("#kb-told.seen").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == last
    page.locator(".theme").click()
    assert page.evaluate("document.body.classList.contains('dark')")
    page.locator('[data-lang="ja"]').click()
    page.locator("html[lang=ja]").wait_for()
    answer(page, 1)
    assert page.get_by_role("button", name="送信").count() == 1
    assert page.locator("#said textarea").get_attribute("placeholder") == TEXTS["placeholder"]["ja"]
    assert page.evaluate("document.body.classList.contains('dark')")
    link = page.url
    page.locator(".menu summary").click()
    page.locator("[data-act=delete]").click()
    page.locator("[data-act=delete].sure").click()
    page.get_by_text("ケースを削除しました").wait_for()
    assert "case=" not in page.url
    page.goto(link)
    page.get_by_text("そのケースはありません").wait_for()


def test_a_case_survives_a_restart(settings: Config, visitor: Visitor, tmp_path: Path) -> None:
    with serving(settings, tmp_path) as own:
        page = visitor.open(own.url)
        ask(page, "Connections show TGDL instead of TMDL", 1)
        link, told = page.url, page.locator("#chat .turn.bot section").first.inner_text()
        assert "case=" in link
        own.stop()
        own.start()
        page.goto(link)
        assert answer(page, 1).locator("section").first.inner_text() == told
        page.locator("#panel .src.cited").first.wait_for()
        with page.expect_request(lambda request: "queue/join" in request.url and link.partition("?")[2] in request.url):
            assert ask(page, "and on the core?", 2).locator(".cite").count() >= 1


@pytest.mark.parametrize("look", ["light", "dark", "phone"])
def test_axe_finds_nothing(server: Server, visitor: Visitor, look: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")
    view = {"width": 390, "height": 844} if look == "phone" else {"width": 1400, "height": 900}
    page = visitor.open(server.url, "ja-JP", viewport=view, color_scheme="dark" if look == "dark" else "light")
    tags = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]}
    found = axe.Axe().run(page, options=tags).response["violations"]
    page.locator('[data-sample^="show-statistics"]:visible').click()
    answer(page, 1)
    page.locator("#panel .paste-view").wait_for()
    found += axe.Axe().run(page, options=tags).response["violations"]
    assert [(one["id"], [node["html"][:160] for node in one["nodes"]]) for one in found] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    if look != "light":
        shot(page, f"chat-{look}")
