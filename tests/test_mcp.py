"""The protocol with its real client library, over real processes and sockets."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import mcp_types as types
import pytest
from mcp import Client
from mcp.client.stdio import StdioServerParameters
from mcp.client.streamable_http import streamable_http_client
from mcp.shared._httpx_utils import create_mcp_http_client
from mcp.shared.exceptions import MCPError

from bot.batch import answer_json
from bot.config import ROOT, Config
from bot.engine import Question
from bot.errors import Busy, IndexMissing
from bot.mcp.serve import application
from bot.mcp.source import Source
from bot.toolkit.bounds import LARGEST
from bot.toolkit.tools import TOOLS
from tests.api_server import running
from tests.samples import SAMPLES
from tests.waiting import in_a_loop

NTLM = (ROOT / "kb/samples/mapiao-errorlog/ntlm.txt").read_text(encoding="utf-8")
NAMES = {"ask_guide", "parse_output", "search_guide", "show_topic", "next_check"}


class Ready(Source):
    """A source over the run's bot."""

    def __init__(self, bot) -> None:
        super().__init__(Config(data_dir=ROOT / "nowhere"))
        self._ready = bot

    async def bot(self):
        return self._ready


def environment(settings, **more: str) -> dict[str, str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith("KB_")}
    return own | {"KB_DATA_DIR": str(settings.data_dir), "PYTHONUNBUFFERED": "1"} | more


def over_stdio(settings, **more: str) -> StdioServerParameters:
    return StdioServerParameters(
        command=sys.executable, args=["-m", "bot", "mcp"], cwd=ROOT, env=environment(settings, **more)
    )


@contextmanager
def over_http(bot, **settings) -> Iterator[str]:
    with running(application(Config(**settings), Ready(bot)), lifespan="on") as server:
        yield server.url + "/mcp"


async def exercise(client: Client, bot) -> None:
    """Use everything the server offers once, and see that it is what the product's own door gives."""
    tools = {tool.name: tool for tool in (await client.list_tools()).tools}
    assert set(tools) == NAMES
    for tool in tools.values():
        hints = tool.annotations
        assert (
            hints.read_only_hint and hints.idempotent_hint and hints.destructive_hint is hints.open_world_hint is False
        )
    for question in ("Accel 列が TGDL になっています", "How do I redirect traffic with WCCP?"):
        got = await client.call_tool("ask_guide", {"question": question})
        wanted = json.loads(json.dumps(answer_json(bot.ask(Question(question)))))
        assert not got.is_error and got.structured_content | {"elapsed_ms": 0} == wanted | {"elapsed_ms": 0}
        assert json.loads(got.content[0].text) == got.structured_content
    found = await client.call_tool("search_guide", {"question": "Clock skew too great", "limit": 1})
    assert [row["topic"] for row in found.structured_content["topics"]] == ["handoff-clock-skew"]
    paste = NTLM
    case = {"question": "slow", "paste": paste}
    assert (await client.call_tool("next_check", case)).structured_content["proven"] == "handoff-ntlm"
    parsed = (await client.call_tool("parse_output", {"text": paste})).structured_content
    for finding in parsed["findings"]:
        for evidence in finding["evidence"]:
            assert paste[evidence["start"] : evidence["end"]] == evidence["text"]
    await exercise_resources(client, bot)
    await exercise_errors(client)


async def exercise_resources(client: Client, bot) -> None:
    listed = [resource.uri for resource in (await client.list_resources()).resources]
    topics = bot.retriever.catalogue.topics()
    assert len(listed) == len(set(listed)) >= 2 * len(topics) + len(SAMPLES)
    for topic in topics[:3]:
        for language in ("ja", "en"):
            text = (await client.read_resource(f"kb://guide/{language}/{topic}")).contents[0].text
            article = bot.retriever.catalogue.article(language, topic)
            assert all(passage.quote in text for passage in article.passages)
    sample = await client.read_resource("kb://samples/mapiao-errorlog/ntlm")
    assert sample.contents[0].text == NTLM
    templates = (await client.list_resource_templates()).resource_templates
    assert {template.uri_template for template in templates} == {
        "kb://guide/{language}/{topic}",
        "kb://samples/{command}/{name}",
    }
    reference = types.ResourceTemplateReference(uri="kb://guide/{language}/{topic}")
    completed = await client.complete(reference, {"name": "topic", "value": "epm"})
    assert completed.completion.values == ["epm-ao"]
    prompt = await client.get_prompt("troubleshoot", {"symptom": "Outlook が遅い", "output": "MAPI:"})
    assert "ガイドに記載がありません" in prompt.messages[0].content.text and "MAPI:" in prompt.messages[0].content.text


async def exercise_errors(client: Client) -> None:
    for name, given, said in (
        ("ask_guide", {}, "nothing was asked"),
        ("ask_guide", {"question": 5}, "question"),
        ("ask_guide", {"question": "a", "url": "http://x"}, "url"),
        ("show_topic", {"topic": "../../etc/passwd"}, "search_guide"),
        ("search_guide", {"question": "a", "limit": 1000}, "limit"),
        ("next_check", {"question": "a", "outcomes": [{"check": "x:1", "outcome": "good"}]}, "no check"),
        ("parse_output", {"text": "x" * 4_000_001}, "4000000"),
    ):
        got = await client.call_tool(name, given)
        assert got.is_error and said in got.content[0].text and len(got.content[0].text) < 400
    for wrong in (
        client.call_tool("reload", {}),
        client.get_prompt("reload", {}),
        client.read_resource("kb://guide/ja/../../etc/passwd"),
        client.read_resource("kb://samples/../../README"),
        client.read_resource("file:///etc/passwd"),
    ):
        with pytest.raises(MCPError) as refused:
            await wrong
        assert refused.value.code == types.INVALID_PARAMS
    big = await client.call_tool("parse_output", {"text": SAMPLES["show-statistics-accelerator-mapi/healthy"] * 300})
    assert not big.is_error and len(big.content[0].text) < 1.2 * LARGEST
    assert any("outputs" in cut for cut in big.structured_content["left_out"])


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_over_stdio(settings, bot, mode) -> None:
    async def use() -> None:
        async with Client(over_stdio(settings), mode=mode) as client:
            await exercise(client, bot)

    in_a_loop(use())


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_over_http(bot, mode) -> None:
    async def use(url: str) -> None:
        async with Client(url, mode=mode) as client:
            await exercise(client, bot)

    with over_http(bot) as url:
        in_a_loop(use(url))


def test_only_messages_go_to_standard_output(settings) -> None:
    hello = {
        "jsonrpc": "2.0", "id": 1, "method": "initialize",
        "params": {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}},
    }  # fmt: skip
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", "mcp"], cwd=ROOT, env=environment(settings, KB_LOG_LEVEL="debug"),
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8",
    )  # fmt: skip
    call = {"jsonrpc": "2.0", "id": 2, "method": "tools/call"}
    call |= {"params": {"name": "ask_guide", "arguments": {"question": "TGDL"}}}
    process.stdin.write(json.dumps(hello) + "\n")
    process.stdin.flush()
    first = process.stdout.readline()
    for line in ({"jsonrpc": "2.0", "method": "notifications/initialized"}, call):
        process.stdin.write(json.dumps(line) + "\n")
    process.stdin.write("not a message\n")
    process.stdin.flush()
    second = process.stdout.readline()
    out, err = process.communicate(timeout=60)
    replies = [json.loads(line) for line in (first, second, *out.splitlines())]
    assert all(reply["jsonrpc"] == "2.0" for reply in replies)
    assert any(reply.get("id") == 2 and reply["result"]["structuredContent"]["topics"] for reply in replies)
    assert process.returncode == 0 and "Traceback" not in err


def test_without_an_index_it_says_what_to_do(settings, tmp_path) -> None:
    async def use() -> None:
        async with Client(over_stdio(settings, KB_DATA_DIR=str(tmp_path))) as client:
            assert {tool.name for tool in (await client.list_tools()).tools} == NAMES
            got = await client.call_tool("ask_guide", {"question": "TGDL"})
            assert got.is_error and "python -m ingest" in got.content[0].text
            (tmp_path / "index").symlink_to(settings.index_dir)
            again = await client.call_tool("ask_guide", {"question": "TGDL"})
            assert not again.is_error, "no restart is needed once the index is there"

    in_a_loop(use())


def test_a_call_can_be_cancelled_and_the_server_goes_on(bot) -> None:
    free, begun = threading.Event(), threading.Event()

    class Slow:
        retriever = bot.retriever

        def ask(self, question):
            begun.set()
            assert free.wait(60)
            return bot.ask(question)

    async def use(url: str) -> None:
        async with Client(url) as client:
            task = asyncio.ensure_future(client.call_tool("ask_guide", {"question": "TGDL"}))
            await asyncio.to_thread(begun.wait, 60)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            found = await client.call_tool("search_guide", {"question": "TGDL"})
            assert not found.is_error
            free.set()

    with over_http(Slow()) as url:
        in_a_loop(use(url))


def test_a_full_queue_is_a_tool_error(bot) -> None:
    class Full(Ready):
        async def run(self, job):
            raise Busy("too many requests are waiting already")

    async def use(url: str) -> None:
        async with Client(url) as client:
            got = await client.call_tool("ask_guide", {"question": "TGDL"})
            assert got.is_error and "waiting" in got.content[0].text

    with running(application(Config(), Full(bot)), lifespan="on") as server:
        in_a_loop(use(server.url + "/mcp"))


def test_keys_are_asked_for_and_sessions_are_not_shared(bot) -> None:
    async def use(url: str, key: str) -> None:
        async with (
            create_mcp_http_client(headers={"Authorization": f"Bearer {key}"}) as http,
            Client(streamable_http_client(url, http_client=http)) as client,
        ):
            assert {tool.name for tool in (await client.list_tools()).tools} == NAMES

    hello = {
        "jsonrpc": "2.0", "id": 1, "method": "initialize",
        "params": {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}},
    }  # fmt: skip
    accept = {"accept": "application/json, text/event-stream"}
    with over_http(bot, api_keys=("one", "two")) as url:
        in_a_loop(use(url, "two"))
        reply = httpx.post(url, json=hello, headers=accept)
        assert reply.status_code == 401 and set(reply.json()) == {"error", "mend"}
        assert httpx.post(url, json=hello, headers=accept | {"authorization": "Bearer three"}).status_code == 401
        opened = httpx.post(url, json=hello, headers=accept | {"authorization": "Bearer one"})
        session = {"mcp-session-id": opened.headers["mcp-session-id"]}
        ping = {"jsonrpc": "2.0", "id": 2, "method": "ping"}
        other = httpx.post(url, json=ping, headers=accept | session | {"authorization": "Bearer two"})
        assert other.status_code == 404
        own = httpx.post(url, json=ping, headers=accept | session | {"authorization": "Bearer one"})
        assert own.status_code == 200


def test_pages_elsewhere_and_large_bodies_are_refused(bot) -> None:
    with over_http(bot) as url:
        for headers in ({"origin": "http://evil.example"}, {"host": "evil.example"}, {"sec-fetch-site": "cross-site"}):
            assert httpx.post(url, json={}, headers=headers).status_code == 403
        sent = {"content-type": "application/json", "accept": "application/json, text/event-stream"}
        assert httpx.post(url, content=b"x" * 8_000_001, headers=sent).status_code == 413
        assert httpx.post(url, content=b"[" * 100_000, headers=sent).status_code == 400


def test_an_open_host_without_keys_is_refused(settings) -> None:
    for more, said in (({"KB_HOST": "0.0.0.0"}, "KB_API_KEYS"), ({}, "--port")):
        command = [sys.executable, "-m", "bot", "mcp", "--http", "--port", "70000" if not more else "0"]
        done = subprocess.run(
            command, cwd=ROOT, env=environment(settings, **more), capture_output=True, text=True, timeout=120
        )
        assert done.returncode == 1 and said in done.stderr and "Traceback" not in done.stderr


def test_descriptions_and_schemas_are_whole() -> None:
    for tool in TOOLS:
        assert len(tool.description) > 60
        schema = tool.arguments.model_json_schema()
        assert schema["additionalProperties"] is False
        assert all(field.get("description") for name, field in schema["properties"].items())
        assert tool.result.model_json_schema()["additionalProperties"] is True


def test_loading_is_tried_again(tmp_path) -> None:
    async def use() -> None:
        source = Source(Config(data_dir=tmp_path))
        for _ in range(2):
            with pytest.raises(IndexMissing):
                await source.bot()

    in_a_loop(use())
