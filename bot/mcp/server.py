"""The protocol's server: the same tools as everywhere, resources, one prompt; it changes nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from typing import Any, TypeVar

import mcp_types as types
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel import Server
from mcp.shared.exceptions import MCPError

from bot import logs
from bot.engine import Bot
from bot.errors import IndexMissing, InputError, KbError, NotFound
from bot.mcp import prompts, resources
from bot.mcp.source import Source
from bot.toolkit.bounds import bounded
from bot.toolkit.tools import TOOLS, Tool

NAME = "waas-mapi-kb"
INSTRUCTIONS = (
    "A troubleshooting guide for the Cisco WAAS MAPI accelerator (Outlook over the WAN), in Japanese and English. "
    "Every step is cited; commands are exact, give them unchanged. Where a result says abstained, the guide has no "
    "answer: say so. ガイドにない内容は補わないでください。 All tools are read-only."
)
_HINTS = types.ToolAnnotations(read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False)
_BY_NAME = {tool.name: tool for tool in TOOLS}

Context = ServerRequestContext[Any]
T = TypeVar("T")


def server(source: Source) -> Server[Any]:
    """Return the server; it answers ``initialize`` whether or not the index is there."""
    shown = [_described(tool) for tool in TOOLS]

    async def list_tools(_: Context, __: types.PaginatedRequestParams | None) -> types.ListToolsResult:
        return types.ListToolsResult(tools=shown)

    async def call_tool(_: Context, given: types.CallToolRequestParams) -> types.CallToolResult:
        return await _called(source, given.name, given.arguments or {})

    async def list_resources(_: Context, __: types.PaginatedRequestParams | None) -> types.ListResourcesResult:
        return types.ListResourcesResult(resources=await _asked(source, resources.resources))

    async def list_templates(_: Context, __: types.PaginatedRequestParams | None) -> types.ListResourceTemplatesResult:
        return types.ListResourceTemplatesResult(resource_templates=list(resources.TEMPLATES))

    async def read_resource(_: Context, given: types.ReadResourceRequestParams) -> types.ReadResourceResult:
        found = await _asked(source, lambda bot: resources.read(bot, given.uri))
        return types.ReadResourceResult(contents=[found])

    async def list_prompts(_: Context, __: types.PaginatedRequestParams | None) -> types.ListPromptsResult:
        return types.ListPromptsResult(prompts=[prompts.TROUBLESHOOT])

    async def get_prompt(_: Context, given: types.GetPromptRequestParams) -> types.GetPromptResult:
        try:
            return prompts.get(given.name, given.arguments or {})
        except InputError as error:
            raise MCPError(types.INVALID_PARAMS, str(error)) from None

    async def complete(_: Context, given: types.CompleteRequestParams) -> types.CompleteResult:
        template = given.ref.uri if isinstance(given.ref, types.ResourceTemplateReference) else ""
        asked = given.argument
        found = await _asked(source, lambda bot: resources.complete(bot, template, asked.name, asked.value))
        return types.CompleteResult(completion=found)

    return Server(
        NAME,
        version=_version(),
        title="WAAS MAPI AO knowledge base",
        instructions=INSTRUCTIONS,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
        on_list_resources=list_resources,
        on_list_resource_templates=list_templates,
        on_read_resource=read_resource,
        on_list_prompts=list_prompts,
        on_get_prompt=get_prompt,
        on_completion=complete,
    )


def _described(tool: Tool) -> types.Tool:
    return types.Tool(
        name=tool.name,
        title=tool.title,
        description=tool.description,
        input_schema=tool.arguments.model_json_schema(),
        output_schema=tool.result.model_json_schema(),
        annotations=_HINTS,
    )


async def _called(source: Source, name: str, given: dict[str, Any]) -> types.CallToolResult:
    """Return a tool's result, or its error as a result that says what to do."""
    tool = _BY_NAME.get(name)
    if tool is None:
        raise MCPError(types.INVALID_PARAMS, f"there is no tool of this name: {name[:80]!r}")
    try:
        result = await source.run(lambda bot: bounded(tool(bot, given)))
    except KbError as error:
        return _failed(f"{error}{_mend(error)}")
    except Exception as error:  # noqa: BLE001 (a fault is answered too, and says nothing of the inside)
        logs.failed("tool_failed", error)
        return _failed("this call failed inside; try again with other arguments, and report it if it happens again")
    text = json.dumps(result, ensure_ascii=False)
    return types.CallToolResult(content=[types.TextContent(type="text", text=text)], structured_content=result)


def _failed(message: str) -> types.CallToolResult:
    return types.CallToolResult(content=[types.TextContent(type="text", text=message)], is_error=True)


def _mend(error: KbError) -> str:
    if isinstance(error, NotFound):
        return "; search_guide finds topics, next_check names checks"
    return "; then call again, this server need not be restarted" if isinstance(error, IndexMissing) else ""


async def _asked(source: Source, job: Callable[[Bot], T]) -> T:
    """Return what ``job`` makes of the bot, with errors in the protocol's form."""
    try:
        return await source.run(job)
    except InputError as error:
        raise MCPError(types.INVALID_PARAMS, str(error)) from None
    except KbError as error:
        raise MCPError(types.INTERNAL_ERROR, str(error)) from None


def _version() -> str:
    try:
        return version(NAME)
    except PackageNotFoundError:
        return ""
