"""The two layers around every model call: the courier (what leaves, what it costs) and the gate (what comes back)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, TypeVar

from langchain.agents.middleware import AgentMiddleware, ModelRequest, ModelResponse
from langchain.agents.middleware.types import ToolCallRequest
from langchain.agents.structured_output import StructuredOutputError
from langchain_core.messages import AIMessage, AnyMessage, BaseMessage, HumanMessage, ToolMessage
from langgraph.types import Command
from pydantic import BaseModel

from bot.llm.forms import Malformed, read_json
from bot.llm.ledger import Ledger, OverBudget
from bot.llm.model import wait_before_retry
from bot.llm.veil import UnknownPlaceholder, Veil

TOOL_CALLS = 3
"""Look-ups that one turn may make."""
TOOL_TEXT = 6_000
"""Characters of a look-up that the model gets."""
ATTEMPTS = 3
"""How often one request is sent where the server is busy or the line breaks."""

Form = TypeVar("Form", bound=BaseModel)
Handler = Callable[[ModelRequest[Any]], Awaitable[ModelResponse[Any]]]


class Refused(Exception):
    """The gate refused a reply and its redo; ``reasons`` says why."""

    def __init__(self, reasons: list[str]) -> None:
        super().__init__("; ".join(reasons))
        self.reasons = reasons


class Courier(AgentMiddleware[Any, Any, Any]):
    """Hides names in all that leaves, keeps what was sent, counts tokens, retries while there is time."""

    def __init__(self, ledger: Ledger, veil: Veil, room: str, longest: int, settings: dict[str, Any]) -> None:
        """Work for one turn; ``room`` is what the provider calls the limit of a reply of ``longest`` tokens."""
        super().__init__()
        self._ledger, self._veil, self._room, self._longest = ledger, veil, room, longest
        self._settings, self._looked = settings, 0

    async def awrap_model_call(self, request: ModelRequest[Any], handler: Handler) -> ModelResponse[Any]:
        """Send one request, again where the server is busy; raises what the last attempt raised."""
        hidden = request.override(messages=[self._hidden(message) for message in request.messages])
        text = written(hidden)
        for attempt in range(ATTEMPTS):
            limits = self._settings | {self._room: min(self._longest, self._ledger.request(text))}
            try:
                response = await handler(hidden.override(model_settings=limits))
            except asyncio.CancelledError:
                self._ledger.charge(None, text, "")
                raise
            except Exception as error:  # noqa: BLE001 (each provider has errors of its own)
                self._ledger.charge(_reported_in(error), text, "")
                wait = wait_before_retry(error, attempt)
                if wait is None or attempt == ATTEMPTS - 1 or wait >= self._ledger.seconds_left:
                    raise
                await asyncio.sleep(wait)
                continue
            reply = _reply(response)
            self._ledger.charge(_reported(reply), text, _said(reply) if reply else "")
            return response
        raise OverBudget

    async def awrap_tool_call(
        self, request: ToolCallRequest, handler: Callable[[ToolCallRequest], Awaitable[ToolMessage | Command[Any]]]
    ) -> ToolMessage | Command[Any]:
        """Look something up: with the real names inside, with the hidden ones outside."""
        self._looked += 1
        if self._looked > TOOL_CALLS:
            raise OverBudget
        shown = self._veil.show(json.dumps(request.tool_call["args"], ensure_ascii=False))
        call = request.tool_call | {"args": json.loads(shown)}
        result = await handler(replace(request, tool_call=call))
        if isinstance(result, ToolMessage):
            result.content = self._veil.hide(str(result.content)[:TOOL_TEXT])
        return result

    def _hidden(self, message: AnyMessage) -> AnyMessage:
        if isinstance(message, AIMessage) or not isinstance(message.content, str):
            return message
        return message.model_copy(update={"content": self._veil.hide(message.content)})


class Gate(AgentMiddleware[Any, Any, Any]):
    """Lets a reply through only when ``judge`` finds nothing wrong; refuses it once with the reasons, then for good."""

    def __init__(self, form: type[BaseModel], judge: Callable[[Any], list[str]], redo: str) -> None:
        """``judge`` gets a ``form`` and returns reasons; ``redo`` is a text with a place for them."""
        super().__init__()
        self._form, self._judge, self._redo, self._refused, self._unreadable = form, judge, redo, False, False
        self.passed: BaseModel | None = None
        """What went through; nothing else of the agent's state may be shown."""

    async def awrap_model_call(self, request: ModelRequest[Any], handler: Handler) -> ModelResponse[Any]:
        """Return a reply that passed, or one that looks something up first; raises Refused."""
        while True:
            response, reasons, said = await self._asked(request, handler)
            if not reasons:
                return response
            if self._refused:
                raise Malformed(reasons[0]) if self._unreadable else Refused(reasons)
            self._refused = True
            asked = self._redo.format(reasons="\n".join(f"- {reason}" for reason in reasons[:12]))
            more = [AIMessage(said), HumanMessage(asked)] if said.strip() else [HumanMessage(asked)]
            request = request.override(messages=[*request.messages, *more])

    async def _asked(self, request: ModelRequest[Any], handler: Handler) -> tuple[ModelResponse[Any], list[str], str]:
        self._unreadable = True
        try:
            response = await handler(request)
        except StructuredOutputError as error:
            reply = getattr(error, "ai_message", None)
            return ModelResponse([]), ["the reply is not the form that was asked for"], _said(reply) if reply else ""
        reply = _reply(response)
        form = response.structured_response
        if form is None and reply and (reply.tool_calls and self._form.__name__ not in _called(reply)):
            return response, [], ""
        try:
            form = form if form is not None else read_json(self._form, reply.text if reply else "")
            reasons = self._judge(form)
            self._unreadable = False
        except (Malformed, UnknownPlaceholder) as error:
            unknown = isinstance(error, UnknownPlaceholder)
            what = "names a KBHOST or the like that was never given" if unknown else str(error)
            return response, [what], _said(reply) if reply else ""
        if not reasons:
            self.passed = form
            response = ModelResponse([AIMessage(_said(reply) if reply else "")], form)
        return response, reasons, _said(reply) if reply else ""


def written(request: ModelRequest[Any]) -> str:
    """Return a request as a person reads it: who speaks, and every character of what is said."""
    parts = [f"[system]\n{request.system_message.text}"] if request.system_message else []
    parts += [f"[{message.type}]\n{_said(message)}" for message in request.messages]
    tools = [getattr(tool, "name", "") or str(tool) for tool in request.tools]
    return "\n\n".join([*parts, *([f"[tools]\n{', '.join(tools)}"] if tools else [])])


def _said(message: BaseMessage) -> str:
    calls = getattr(message, "tool_calls", None) or []
    made = [f"{call['name']} {json.dumps(call['args'], ensure_ascii=False)}" for call in calls]
    return "\n".join(part for part in (message.text, *made) if part)


def _called(reply: AIMessage) -> list[str]:
    return [call["name"] for call in reply.tool_calls]


def _reply(response: ModelResponse[Any]) -> AIMessage | None:
    return next((message for message in response.result if isinstance(message, AIMessage)), None)


def _reported(reply: AIMessage | None) -> int | None:
    return reply.usage_metadata["total_tokens"] if reply and reply.usage_metadata else None


def _reported_in(error: Exception) -> int | None:
    reply = getattr(error, "ai_message", None)
    return _reported(reply) if isinstance(reply, AIMessage) else None
