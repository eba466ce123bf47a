"""The agent: LangChain's ``create_agent`` over our own tools, with the courier and the gate around every call."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from langchain.agents import create_agent
from langchain.agents.structured_output import ToolStrategy
from langchain_core.messages import HumanMessage
from langchain_core.tools import BaseTool
from pydantic import BaseModel

from bot.llm.forms import Malformed, as_schema
from bot.llm.ledger import Ledger, estimate
from bot.llm.middleware import Courier, Gate
from bot.llm.veil import Veil

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

LONGER = 2
"""How many times the tokens of what is to be reworded a reply may have."""
READING = 400
"""Tokens that a reply may have which reads a question."""
STEPS = 24
"""Nodes of the graph that one turn may pass; the limits on calls and look-ups come first."""


@dataclass(frozen=True, slots=True)
class Task:
    """One thing to ask of the model: what it is told, what it must return, and who judges that."""

    told: str
    asked: str
    redo: str
    form: type[BaseModel]
    judge: Callable[[Any], list[str]]
    tools: Sequence[BaseTool] = ()
    steps: int = 0
    """Steps to reword; 0 where something else is asked."""


async def perform(
    model: BaseChatModel, task: Task, ledger: Ledger, veil: Veil, room: str, *, by_schema: bool
) -> BaseModel:
    """Return the form that passed the gate; raises Refused, OverBudget, Malformed or what the provider raises.

    ``by_schema``: the server constrains replies to a JSON schema, which small models need; with tools, and for
    providers of which it is not known, the form is asked for as a tool call.
    """
    gate = Gate(task.form, task.judge, task.redo)
    settings: dict[str, Any] = {}
    longest = LONGER * estimate(task.asked) if task.steps else READING
    form: ToolStrategy[Any] | None = ToolStrategy(task.form, handle_errors=False)
    if by_schema and task.steps:
        settings, form = {"response_format": as_schema(task.form, task.steps)}, None
    layers = [gate, Courier(ledger, veil, room, longest, settings)]
    agent = create_agent(
        model, list(task.tools), system_prompt=task.told, middleware=layers, response_format=form
    )  # fmt: skip
    await agent.ainvoke({"messages": [HumanMessage(task.asked)]}, {"recursion_limit": STEPS})
    if gate.passed is None:
        raise Malformed("the reply holds nothing")
    return gate.passed
