"""The page with a user's own documents: told apart, led to by citations, and text whatever stands in them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot.config import Config
from evals.documents.measure import FILES
from tests.document_files import pdf
from tests.stock import beside, put, take_in
from tests.test_web import answer, ask, shot
from tests.web_server import Server, Visitor, serving

pytestmark = pytest.mark.browser

SITE = """# Site notes

## eMAPI by default

eMAPI is enabled by default from 5.0.1, but it works only when the conditions are met.

## Pumps

Before the pump in Otaru is bled, type dnslookup <FQDN> on the WAE.
"""
HEADING = "<script>document.hit=1</script> <svg onload=document.hit=1> Lighthouse `keeper` **x** &lt;b&gt; $$x^2$$"
WORDS = "The lighthouse keeper wakes at eleven. {{value}} ${document.hit=1} [a](javascript:document.hit=1) "
HOSTILE = f"""# {HEADING}

{WORDS}<img src=x onerror="document.hit=1"> <script>document.hit=1</script>

```
show lighthouse </pre></article><script>document.hit=1</script>
reload
```

| keeper | <iframe src="javascript:document.hit=1"> |
|---|---|
| lighthouse | <a href="javascript:document.hit=1">x</a> |
"""
NAMED = "d/<img src=x onerror='document.hit=1'>`**.txt"
LONG = f"d/{'long-' * 20}/{'運用手順書の一式' * 8}/{'x' * 150}.md"


@pytest.fixture(scope="module")
def server(settings: Config, chromium, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A page over wccp.md of the evals' documents, a PDF, notes that contradict the guide, and hostile files."""
    home = tmp_path_factory.mktemp("web-documents")
    pages = [["Facility manual"], ["Rack power", "The WAE-7371 in rack B12 draws 640 W at full load."]]
    put(
        home,
        {
            "d/wccp.md": (FILES / "chapters" / "wccp.md").read_bytes(),
            "d/facility.pdf": pdf(pages, title="Facility manual"),
            "d/site.md": SITE,
            "d/hostile.md": HOSTILE,
            NAMED: "The harbour master of Kushiro opens the sluice <script>document.hit=1</script> at 05:40.\n",
            LONG: f"# Tapes\n\nThe tape library in Sapporo is cleaned with {'y' * 300}.\n\n```\nshow {'z' * 99}\n```\n",
        },
    )
    made = beside(settings, home / "data")
    assert take_in(made, home, ["d"]).documents == 6
    with serving(made, home) as running:
        yield running


def follow(page, found, number: int = 0) -> str:
    """Click a citation of the documents' section and return the cited lines as the panel then shows them."""
    mark = found.locator("section.own .cite").nth(number)
    mark.click()
    lines = page.locator(f"#{mark.get_attribute('data-cite')}.flash")
    lines.wait_for()
    assert lines.evaluate("one => one.getBoundingClientRect().top < innerHeight")
    return lines.inner_text()


def fits(page, found) -> bool:
    """Say whether nothing juts out of an answer or out of the panel."""
    panel = page.locator("#panel").evaluate("one => one.scrollWidth <= one.clientWidth")
    return panel and found.evaluate("one => one.scrollWidth <= one.clientWidth")


def test_a_document_alone_answers_across_languages(server: Server, visitor: Visitor) -> None:
    page = visitor.open(server.url, "ja-JP")
    first = ask(page, "Routers not Seeing this WAE にルータが出ている場合の対処", 1)
    assert first.locator(".notice code").all_text_contents() == ["d/wccp.md"]
    own = first.locator("section.own")
    assert own.get_attribute("lang") == "ja" and "お手元の文書から: d/wccp.md" in own.inner_text()
    assert "show wccp routers" in own.locator(".cmd code").all_text_contents()
    assert own.locator(".cmd").count() == own.locator(".whose").count() == own.locator(".effect.read-only").count()
    assert set(own.locator(".whose").all_text_contents()) == {"お手元の文書から: d/wccp.md"}
    assert "Routers not Seeing this WAE" in follow(page, first) and fits(page, first)
    shot(page, "chat-documents")


def test_a_contradiction_names_both_sides_and_a_page_is_cited(server: Server, visitor: Visitor) -> None:
    page = visitor.open(server.url, "en-US")
    first = ask(page, "From which release is eMAPI enabled by default?", 1)
    assert first.locator(".notice code").all_text_contents() == ["d/site.md", "5.0.1", "5.0.3"]
    assert first.locator("section[data-topic=emapi-requirements]").count() == 1
    assert follow(page, first).endswith(
        "eMAPI is enabled by default from 5.0.1, but it works only when the conditions are met."
    )
    assert page.locator("#panel .article[data-topic=emapi-requirements] #cite-1-1").count() == 1
    assert page.locator("#panel h4").last.inner_text() == "d/site.md"
    second = ask(page, "How much power does the WAE-7371 in rack B12 draw?", 2)
    assert "page 2" in follow(page, second)
    third = ask(page, "What is typed before the pump in Otaru is bled?", 3)
    assert "dnslookup <FQDN> on the WAE" in third.locator("section.own").inner_text()


def test_a_hostile_document_is_text_on_the_page(server: Server, visitor: Visitor) -> None:
    page = visitor.open(server.url, "en-US")
    first = ask(page, "When does the lighthouse keeper wake?", 1)
    own = first.locator("section.own")
    assert "From your documents: d/hostile.md" in own.locator("h2").inner_text()
    assert "{{value}} ${document.hit=1} [a](javascript" in own.inner_text()
    assert own.locator(".effect.changes-state + .mode").count() == 1
    assert '<img src=x onerror="document.hit=1">' in follow(page, first)
    second = ask(page, "When does the harbour master of Kushiro open the sluice?", 2)
    assert second.locator(".notice code").all_text_contents() == [NAMED]
    assert "<script>document.hit=1</script> at 05:40" in second.locator("section.own").inner_text()
    assert page.locator("#panel h4").inner_text() == NAMED
    third = ask(page, "How is the tape library in Sapporo cleaned?", 3)
    assert third.locator(".notice code").all_text_contents() == [LONG] and fits(page, third)
    page.reload()
    answer(page, 3)
    assert page.locator("#chat :is(img, script, svg, iframe), #panel :is(img, script, svg, iframe)").count() == 0
    assert page.locator("a[href^='javascript']").count() == 0
    assert page.evaluate("document.hit") is None
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
