"""Reads an article of the knowledge base from Markdown.

The body (docs/knowledge-base.md has the whole form):

* paragraphs before the first heading are the summary;
* ``## Steps`` / ``## 手順`` holds one numbered list; a step has its text, fenced commands whose
  info string is ``MODE EFFECT`` (``exec read-only``), and bullets ``Good:`` / ``Bad:``
  (``正常:`` / ``異常:``);
* ``## Notes`` / ``## 補足`` holds bullets, one fact each.

A fence with the info string ``output`` shows device output or configuration and is no command.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, get_args

import yaml
from markdown_it import MarkdownIt
from markdown_it.token import Token
from pydantic import ValidationError

from bot.errors import ArticleError
from kb.schema import LANGUAGES, Article, Command, Effect, FrontMatter, Kind, Language, Mode, Outside, Passage

HEADINGS = {"en": {"Steps": "step", "Notes": "note"}, "ja": {"手順": "step", "補足": "note"}}
OUTCOMES = {"en": ("Good:", "Bad:"), "ja": ("正常:", "異常:")}
LINK = re.compile(r"\[([^\]]+)\]\(([a-z0-9-]+)\.md\)")


def read_article(file: Path, root: Path) -> Article:
    """Read one Markdown article below ``root``/kb; raises ArticleError with the file's name."""
    path = file.relative_to(root).as_posix()
    language = file.parent.name
    if language not in LANGUAGES:
        raise ArticleError(f"{path}: articles live in kb/guide/ja or kb/guide/en")
    try:
        lines = file.read_text(encoding="utf-8").split("\n")
    except UnicodeDecodeError as error:
        raise ArticleError(f"{path}: not UTF-8 ({error.reason}); save it as UTF-8") from error
    head, body_from = _split(lines, path)
    front = _front(head, path)
    if front.id != file.stem:
        raise ArticleError(f"{path}: id {front.id!r} differs from the file's name")
    return Article(language, path, front, _Body(lines, body_from, path, language).passages())


def read_articles(root: Path) -> list[Article]:
    """Read every article below ``root``/kb/guide, sorted by language and id."""
    return [read_article(file, root) for file in sorted((root / "kb" / "guide").glob("*/*.md"))]


def _split(lines: list[str], path: str) -> tuple[str, int]:
    if lines[0] != "---" or "---" not in lines[1:]:
        raise ArticleError(f"{path}: must start with front matter between two lines '---'")
    end = lines.index("---", 1)
    return "\n".join(lines[1:end]), end + 1


def read_outside(root: Path) -> list[dict[str, Any]]:
    """Return the subjects of kb/out_of_scope.yaml below ``root`` as they stand; raises ArticleError."""
    path = "kb/out_of_scope.yaml"
    found: list[dict[str, Any]] = yaml.safe_load((root / path).read_text(encoding="utf-8"))["subjects"]
    for entry in found:
        try:
            Outside.model_validate(entry)
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(map(str, first["loc"]))
            raise ArticleError(f"{path}: {entry.get('id')}: {place}: {first['msg']}") from error
    return found


def _front(head: str, path: str) -> FrontMatter:
    try:
        return FrontMatter.model_validate(yaml.safe_load(head))
    except (yaml.YAMLError, ValidationError) as error:
        first = " ".join(str(error).split())[:300]
        raise ArticleError(f"{path}: front matter: {first}") from error


class _Body:
    """Walks the Markdown tokens of one article and collects its passages."""

    def __init__(self, lines: list[str], offset: int, path: str, language: Language) -> None:
        self.lines = lines
        self.offset = offset
        self.path = path
        self.language = language
        self.tokens = MarkdownIt("commonmark").parse("\n".join(lines[offset:]))

    def passages(self) -> tuple[Passage, ...]:
        found: list[Passage] = []
        kind: Kind = "summary"
        for start, end in self._top_level():
            token = self.tokens[start]
            if token.type == "heading_open":
                kind = self._heading(self.tokens[start + 1])
            elif token.type == "paragraph_open" and kind == "summary":
                found.append(self._passage(kind, start, end))
            elif token.type in ("ordered_list_open", "bullet_list_open"):
                found.extend(self._passage(kind, *item) for item in self._items(start, end))
            else:
                raise self._error(token, f"{token.type} does not belong here")
        return tuple(found)

    def _top_level(self) -> list[tuple[int, int]]:
        return _children(self.tokens, 0, len(self.tokens))

    def _items(self, start: int, end: int) -> list[tuple[int, int]]:
        return _children(self.tokens, start + 1, end)

    def _heading(self, inline: Token) -> Kind:
        kind = HEADINGS[self.language].get(inline.content)
        if kind is None:
            raise self._error(inline, f"unknown heading {inline.content!r}")
        return kind  # type: ignore[return-value]

    def _passage(self, kind: Kind, start: int, end: int) -> Passage:
        first, last = self._span(start, end)
        parts: dict[str, list[Any]] = {"text": [], "commands": [], "output": [], "good": [], "bad": []}
        for position in range(start, end + 1):
            self._collect(self.tokens[position], kind, parts)
        text = "\n".join(parts["text"])
        bad_links = [topic for line in parts["bad"] for _, topic in LINK.findall(line)]
        return Passage(
            kind=kind, text=plain(text), first=first, last=last,
            quote="\n".join(self.lines[first - 1 : last]),
            commands=tuple(parts["commands"]), output="\n".join(parts["output"]),
            good=tuple(map(plain, parts["good"])), bad=tuple(map(plain, parts["bad"])),
            leads_to=tuple(dict.fromkeys(bad_links)),
        )  # fmt: skip

    def _collect(self, token: Token, kind: Kind, parts: dict[str, list[Any]]) -> None:
        if token.type == "fence":
            self._fence(token, parts)
        elif token.type == "inline":
            text = token.content.replace("\n", "" if self.language == "ja" else " ")
            good, bad = OUTCOMES[self.language]
            if kind == "step" and text.startswith(good):
                parts["good"].append(text[len(good) :].strip())
            elif kind == "step" and text.startswith(bad):
                parts["bad"].append(text[len(bad) :].strip())
            else:
                parts["text"].append(text)

    def _fence(self, token: Token, parts: dict[str, list[Any]]) -> None:
        content = token.content.rstrip("\n")
        if token.info.strip() == "output":
            parts["output"].append(content)
            return
        mode, _, effect = token.info.strip().partition(" ")
        if mode not in get_args(Mode) or effect not in get_args(Effect):
            raise self._error(token, f"fence info {token.info!r} is not 'MODE EFFECT' or 'output'")
        parts["commands"].extend(Command(line.strip(), mode, effect) for line in content.split("\n"))  # type: ignore[arg-type]

    def _span(self, start: int, end: int) -> tuple[int, int]:
        begin, stop = self.tokens[start].map or (0, 0)
        stop = max([stop, *(t.map[1] for t in self.tokens[start : end + 1] if t.map)])
        first, last = self.offset + begin + 1, self.offset + stop
        while last > first and not self.lines[last - 1].strip():
            last -= 1
        return first, last

    def _error(self, token: Token, what: str) -> ArticleError:
        line = self.offset + (token.map[0] if token.map else 0) + 1
        return ArticleError(f"{self.path}:{line}: {what}")


def _children(tokens: list[Token], start: int, end: int) -> list[tuple[int, int]]:
    """Return (open, close) positions of the direct children between ``start`` and ``end``."""
    found, position = [], start
    while position < end:
        opened, depth = position, int(tokens[position].nesting)
        while depth > 0:
            position += 1
            depth += tokens[position].nesting
        if tokens[opened].nesting >= 0:
            found.append((opened, position))
        position += 1
    return found


def plain(text: str) -> str:
    """Return ``text`` with links to topics reduced to their words; code spans stay as they are."""
    return LINK.sub(r"\1", text)
