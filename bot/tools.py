"""The product's functions as LangChain tools and a LangChain retriever: typed arguments, JSON results.

Everything is deterministic and read-only. ``tools(bot)`` gives the four tools; ``GuideRetriever`` fits wherever
LangChain takes a retriever.
"""

from __future__ import annotations

from typing import Any, Literal

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from langchain_core.tools import BaseTool, ToolException, tool
from pydantic import ConfigDict, Field

from bot.batch import answer_json
from bot.engine import Bot, Question
from bot.reading.parse import parse
from bot.text import language as language_of
from kb.schema import Article

Language = Literal["ja", "en"]


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
    """Return the tools over ``bot``: ask_guide, parse_output, search_guide, show_topic."""

    @tool
    def ask_guide(question: str, paste: str = "") -> dict[str, Any]:
        """Answer a symptom or question about the WAAS MAPI accelerator with cited steps and exact commands."""
        if not (question.strip() or paste.strip()):
            raise ToolException("give a question, a paste, or both")
        return answer_json(bot.ask(Question(question, paste)))

    @tool
    def parse_output(text: str) -> dict[str, Any]:
        """Read pasted WAAS output or logs: what it shows, what is wrong or normal, each with its evidence."""
        return parse(text).as_json()

    @tool
    def search_guide(question: str, limit: int = 5) -> list[dict[str, Any]]:
        """Rank the guide's topics for a question; score is 0 to about 1, coverage the share of its words held."""
        language = language_of(question)
        hits = bot.retriever.search(question, language).hits[: max(1, min(limit, 37))]
        titles = bot.retriever.catalogue
        return [
            {
                "topic": hit.topic,
                "title": titles.article(language, hit.topic).front.title,
                "score": round(hit.score, 4),
                "coverage": round(hit.coverage, 4),
            }
            for hit in hits
        ]

    @tool
    def show_topic(topic: str, language: Language = "en") -> dict[str, Any]:
        """Show one topic of the guide whole: its passages with commands, outcomes and lines."""
        if topic not in bot.retriever.catalogue.topics():
            raise ToolException(f"no topic {topic!r}; search_guide lists them")
        article = bot.retriever.catalogue.article(language, topic)
        passages = [document.metadata | {"quote": document.page_content} for document in _documents(article, 1.0)]
        return {"topic": topic, "title": article.front.title, "path": article.path, "passages": passages}

    made: list[BaseTool] = [ask_guide, parse_output, search_guide, show_topic]
    for item in made:
        item.handle_tool_error = True
    return made


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
