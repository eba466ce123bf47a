"""The LangChain tools and retriever give what the product's own door gives."""

from __future__ import annotations

import json

from bot.toolkit.bounds import LARGEST, bounded
from bot.tools import GuideRetriever, tools


def by_name(bot) -> dict:
    return {tool.name: tool for tool in tools(bot)}


def test_every_tool_has_a_typed_schema_and_a_description(bot) -> None:
    for tool in tools(bot):
        assert tool.description
        assert all("type" in field or "anyOf" in field or "enum" in field for field in tool.args.values())


def test_ask_and_parse_give_json(bot) -> None:
    answer = by_name(bot)["ask_guide"].invoke({"question": "TGDL になる"})
    assert answer["topics"][0] == "generic-ao-handoff"
    json.dumps(answer)
    parsed = by_name(bot)["parse_output"].invoke({"text": "MAPI:\nGlobal Statistics\nSecured Connections: 12\n"})
    assert any(finding["id"] == "mapi-secured-connections" for finding in parsed["findings"])


def test_search_and_show(bot) -> None:
    hits = by_name(bot)["search_guide"].invoke({"question": "Clock skew too great", "limit": 2})
    assert hits["topics"][0]["topic"] == "handoff-clock-skew" and hits["in_guide"]
    shown = by_name(bot)["show_topic"].invoke({"topic": "epm-ao", "language": "ja"})
    assert any("show statistics accelerator epm" in passage["commands"] for passage in shown["passages"])
    assert "no topic" in by_name(bot)["show_topic"].invoke({"topic": "reload"})


def test_the_retriever_returns_citable_documents(bot) -> None:
    documents = GuideRetriever(bot=bot, topics=1).invoke("which counters must rise for EPM?")
    assert {document.metadata["topic"] for document in documents} == {"epm-ao"}
    for document in documents:
        first, last = document.metadata["lines"]
        assert bot.retriever.catalogue.quote(document.metadata["path"], first, last) == document.page_content


def test_next_check_and_refusals(bot) -> None:
    next_check = by_name(bot)["next_check"]
    found = next_check.invoke({"question": "Outlook is slow over the WAN"})
    outcome = {"check": found["next_check"]["check"], "outcome": "good"}
    onward = next_check.invoke({"question": "Outlook is slow over the WAN", "outcomes": [outcome]})
    assert onward["next_check"]["check"] != outcome["check"]
    assert "no check" in next_check.invoke({"question": "slow", "outcomes": [outcome | {"check": "x:1"}]})
    assert "nothing was asked" in by_name(bot)["ask_guide"].invoke({"question": " "})
    assert "limit" in by_name(bot)["search_guide"].invoke({"question": "a", "limit": 0})


def test_what_does_not_fit_is_cut_and_said() -> None:
    body = {
        "steps": ["x" * 50_000] * 3,
        "rows": [{"n": n, "why": ["y"] * 300} for n in range(3000)],
        "text": "z" * 90_000,
    }
    cut = bounded(body)
    assert cut["steps"] == body["steps"], "steps are never cut"
    assert cut["left_out"][0].startswith("rows: ") and "of 3000 entries" in cut["left_out"][0]
    assert bounded({"rows": [1, 2]}) == {"rows": [1, 2]}
    small = bounded({"rows": [{"n": n, "why": ["y"] * 300} for n in range(3000)]})
    assert len(json.dumps(small)) < 1.2 * LARGEST
    assert small["rows"][0] == {"n": 0, "why": ["y"] * len(small["rows"][0]["why"])}
