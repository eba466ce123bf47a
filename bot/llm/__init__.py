"""A language model that may reword a finished answer; nothing of it is imported until one is opened."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.config import Config
    from bot.engine import Bot
    from bot.llm.assistant import Assistant


def open_assistant(bot: Bot, settings: Config) -> Assistant | None:
    """Return the model that ``settings`` name, ready to reword, or None where they name none.

    Raises ConfigError that says what to install or to correct.
    """
    if not settings.model:
        return None
    from bot.llm.assistant import Assistant

    return Assistant(bot, settings)
