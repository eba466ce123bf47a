"""Topics and sample outputs as resources; what is not in the lists does not exist, whatever its path."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import mcp_types as types

from bot.config import ROOT
from bot.engine import Bot
from bot.errors import NotFound
from bot.toolkit.functions import article_of
from kb.schema import LANGUAGES

_GUIDE = "kb://guide/"
_SAMPLES = "kb://samples/"
_FOLDER = ROOT / "kb" / "samples"
SHOWN = 100
"""Values that a completion gives at most; the protocol's own limit."""

TEMPLATES = (
    types.ResourceTemplate(
        name="topic",
        title="A topic of the guide",
        uri_template=_GUIDE + "{language}/{topic}",
        description="One topic in Japanese (ja) or English (en), with steps, commands and what to expect.",
        mime_type="text/markdown",
    ),
    types.ResourceTemplate(
        name="sample",
        title="A sample output",
        uri_template=_SAMPLES + "{command}/{name}",
        description="Device output in its real layout, with made-up values; parse_output reads it.",
        mime_type="text/plain",
    ),
)


def resources(bot: Bot) -> list[types.Resource]:
    """Return every topic in both languages, and every sample."""
    catalogue = bot.retriever.catalogue
    topics = [
        types.Resource(
            name=f"{topic}.{language}",
            title=catalogue.article(language, topic).front.title,
            uri=f"{_GUIDE}{language}/{topic}",
            mime_type="text/markdown",
        )
        for language in LANGUAGES
        for topic in catalogue.topics()
    ]
    return topics + [
        types.Resource(
            name=key, title=f"Sample: {key}", uri=_SAMPLES + key, mime_type="text/plain", size=file.stat().st_size
        )
        for key, file in samples().items()
    ]


def read(bot: Bot, uri: str) -> types.TextResourceContents:
    """Return one resource; raises NotFound."""
    if uri.startswith(_GUIDE):
        language, _, topic = uri.removeprefix(_GUIDE).partition("/")
        if language in LANGUAGES:
            return types.TextResourceContents(uri=uri, mime_type="text/markdown", text=_markdown(bot, language, topic))
    file = samples().get(uri.removeprefix(_SAMPLES)) if uri.startswith(_SAMPLES) else None
    if file is None:
        raise NotFound(f"there is no resource of this address: {uri[:120]!r}; resources/list names them all")
    return types.TextResourceContents(uri=uri, mime_type="text/plain", text=file.read_text(encoding="utf-8"))


def complete(bot: Bot, template: str, name: str, begun: str) -> types.Completion:
    """Return the values of a template's argument that begin with ``begun``."""
    keys = [key.split("/") for key in samples()]
    known: dict[tuple[str, str], Callable[[], list[str]]] = {
        (TEMPLATES[0].uri_template, "language"): lambda: list(LANGUAGES),
        (TEMPLATES[0].uri_template, "topic"): lambda: list(bot.retriever.catalogue.topics()),
        (TEMPLATES[1].uri_template, "command"): lambda: sorted({command for command, _ in keys}),
        (TEMPLATES[1].uri_template, "name"): lambda: sorted({name for _, name in keys}),
    }
    values = [value for value in known.get((template, name), list)() if value.startswith(begun)]
    return types.Completion(values=values[:SHOWN], total=len(values), has_more=len(values) > SHOWN)


@cache
def samples() -> dict[str, Path]:
    """Return the sample outputs by "command/name"."""
    return {f"{file.parent.name}/{file.stem}": file for file in sorted(_FOLDER.glob("*/*.txt"))}


def _markdown(bot: Bot, language: str, topic: str) -> str:
    article = article_of(bot.retriever.catalogue, language, topic)
    return "\n\n".join((f"# {article.front.title}", *(passage.quote for passage in article.passages))) + "\n"
