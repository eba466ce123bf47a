"""The product's functions as LangChain tools and a LangChain retriever: typed arguments, JSON results.

Everything is deterministic and read-only. ``tools(bot)`` gives the tools of bot/toolkit/tools.py;
``GuideRetriever`` fits wherever LangChain takes a retriever.
"""

from __future__ import annotations

from typing import Any

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from langchain_core.tools import BaseTool, StructuredTool, ToolException
from pydantic import ConfigDict, Field, ValidationError

from bot.engine import Bot
from bot.errors import KbError
from bot.text import language as language_of
from bot.toolkit.arguments import complaint
from bot.toolkit.tools import TOOLS, Tool
from kb.schema import Article


class GuideRetriever(BaseRetriever):
    """Passages of the best topics for a question, as documents with their place in the guide."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    bot: Bot
    topics: int = Field(default=3, ge=1, le=37, description="how many topics to return passages of")

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun | None = None
    ) -> list[Document]:
        retriever = self.bot.retriever
        language = language_of(query)
        hits = retriever.search(query, language).hits[: self.topics]
        return [
            document
            for hit in hits
            for document in _documents(retriever.catalogue.article(language, hit.topic), hit.score)
        ]


def tools(bot: Bot) -> list[BaseTool]:
    """Return the tools over ``bot``: ask_guide, parse_output, search_guide, show_topic, next_check."""
    return [_tool(bot, tool) for tool in TOOLS]


def _tool(bot: Bot, tool: Tool) -> BaseTool:
    def run(**given: Any) -> dict[str, Any]:  # noqa: ANN401 (checked by the tool's own arguments)
        try:
            return tool.run(bot, tool.arguments(**given))
        except KbError as error:
            raise ToolException(str(error)) from error

    return StructuredTool.from_function(
        run,
        name=tool.name,
        description=tool.description,
        args_schema=tool.arguments,
        handle_tool_error=True,
        handle_validation_error=lambda error: complaint(error) if isinstance(error, ValidationError) else str(error),
    )


def _documents(article: Article, score: float) -> list[Document]:
    return [
        Document(
            page_content=passage.quote,
            metadata={
                "topic": article.front.id,
                "title": article.front.title,
                "language": article.language,
                "path": article.path,
                "lines": [passage.first, passage.last],
                "kind": passage.kind,
                "commands": [command.text for command in passage.commands],
                "score": score,
            },
        )
        for passage in article.passages
    ]
