"""The report for a support case: all its parts, both languages, nothing that acts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest

from bot.case.service import CaseService
from bot.case.store import Store
from bot.config import ROOT

NASTY = "TGDL <script>alert(1)</script> <address> $$x$$ | `tick` ``` [a](http://x.example) *b*"


@pytest.fixture(scope="module")
def reports(bot, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[tuple[str, str], str]]:
    store = Store(f"sqlite:///{tmp_path_factory.mktemp('report') / 'cases.sqlite3'}")
    service = CaseService(bot, store)
    case = service.new()
    paste = (ROOT / "kb/samples/show-statistics-accelerator-mapi/secured.txt").read_text(encoding="utf-8")
    service.say(case.id, NASTY)
    service.mark(case.id, "generic-ao-handoff:1", "bad")
    service.say(case.id, "", paste)
    service.say(case.id, "", paste.replace("29", "31") + "\n<img src=x onerror=alert(1)>\n")
    service.say(case.id, "What is the capital of France?")
    yield {(lang, form): service.export(case.id, lang, form) for lang in ("ja", "en") for form in ("markdown", "html")}
    store.close()


class Tags(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes.update(name for name, _ in attrs)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_part_is_there(reports, language: str) -> None:
    text = reports[(language, "markdown")]
    heads = {
        "ja": ["症状", "経過", "証拠", "判定", "実施した確認とコマンド", "除外した原因", "結論", "出典"],
        "en": [
            "Symptom",
            "Timeline",
            "Evidence",
            "Findings",
            "Checks and commands",
            "Ruled out",
            "Conclusion",
            "Citations",
        ],
    }
    assert re.findall(r"(?m)^## (.+)$", text.partition("\n(1)")[0])[:8] == heads[language]
    assert NASTY in text
    assert re.search(r"(?m)^\d+: +Secured Connections: +31$", text)
    assert "`show statistics connection optimized mapi`" in text
    assert f"kb/guide/{language}/generic-ao-handoff.md" in text
    assert "Secured Connections 29 -" in text


def test_citations_stand_in_the_articles(reports) -> None:
    text = reports[("en", "markdown")]
    cited = re.findall(r"`(kb/guide/en/[a-z-]+\.md)`: (\d+)-(\d+)\n\n(`{3,})text\n(.*?)\n\4\n", text, re.DOTALL)
    assert cited
    for path, first, last, _, quote in cited:
        lines = (ROOT / path).read_text(encoding="utf-8").splitlines()
        assert "\n".join(lines[int(first) - 1 : int(last)]) == quote


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_page_loads_and_runs_nothing(reports, language: str) -> None:
    page = reports[(language, "html")]
    found = Tags(page)
    assert not found.tags & {"script", "img", "link", "iframe", "address", "a", "svg"}
    assert not [name for name in found.attributes if name.startswith("on") or name in ("src", "href", "style")]
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page and "&lt;address&gt;" in page
    assert f'<html lang="{language}">' in page


def test_markdown_shows_what_was_typed_as_typed(reports) -> None:
    from markdown_it import MarkdownIt

    page = MarkdownIt("commonmark").enable("table").render(reports[("en", "markdown")])
    assert not Tags(page).tags & {"script", "img", "address", "a"}


def test_an_empty_case_has_a_report(bot, tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'cases.sqlite3'}")
    service = CaseService(bot, store)
    case = service.new("ja")
    assert "原因はまだ示されていません" in service.export(case.id, "ja")
    assert case.id in service.export(case.id, "en", "html")
    store.close()
