"""The tools, each once: name, words for an agent, arguments, form of the result, function."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bot.engine import Bot
from bot.toolkit import arguments, functions, results


@dataclass(frozen=True, slots=True)
class Tool:
    """One function for other programs; it changes nothing and gives the same result for the same arguments."""

    name: str
    title: str
    description: str
    arguments: type[arguments.Arguments]
    result: type[results.Result]
    run: Callable[[Bot, Any], dict[str, Any]]

    def __call__(self, bot: Bot, values: object) -> dict[str, Any]:
        """Return the result for ``values``; raises InputError, or NotFound where something does not exist."""
        return self.run(bot, arguments.read(self.arguments, values))


def _next_check(bot: Bot, given: arguments.NextCheck) -> dict[str, Any]:
    from bot.toolkit.cases import next_check

    return next_check(bot, given)


TOOLS: tuple[Tool, ...] = (
    Tool(
        "ask_guide",
        "Ask the troubleshooting guide",
        "Answer a symptom or question about the Cisco WAAS MAPI accelerator, in Japanese or English, with cited steps "
        "and exact commands. Device output may come along as paste. status is abstained where the guide does not "
        "answer: say so then, and do not fill the gap.",
        arguments.Ask,
        results.Answer,
        functions.ask_guide,
    ),
    Tool(
        "parse_output",
        "Read device output",
        "Read WAAS show output or log lines: what they hold, and findings (problem, normal, not_shown, "
        "not_recognised), each with the very characters that prove it.",
        arguments.Parse,
        results.Parsed,
        functions.parse_output,
    ),
    Tool(
        "search_guide",
        "Search the guide's topics",
        "Rank the guide's topics for a question. score is 0 to about 1, coverage the share of the question's words "
        "that the topic holds; in_guide is false where the guide has no answer.",
        arguments.Search,
        results.Found,
        functions.search_guide,
    ),
    Tool(
        "show_topic",
        "Show one topic",
        "Show one topic of the guide whole, in Japanese or English: its passages with commands and line numbers.",
        arguments.ShowTopic,
        results.Topic,
        functions.show_topic,
    ),
    Tool(
        "next_check",
        "Find the next check",
        "Say which check of the guide to do next, from the symptom, all output collected so far and the outcomes of "
        "earlier checks; nothing is kept between calls. proven names the topic that the evidence proves as the cause; "
        "exhausted says that the guide has no further check.",
        arguments.NextCheck,
        results.Next,
        _next_check,
    ),
)
