"""What an answer may rest on, read from the checkout afresh: never from the index that gave the answer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from bot.config import ROOT
from evals.support import lines
from kb.reader import read_articles


@dataclass
class Checkout:
    """The files below ``root``; the text of each is read once, an absent file has no lines."""

    root: Path = ROOT
    _texts: dict[str, list[str]] = field(default_factory=dict)

    def text(self, path: str, first: int, last: int) -> str | None:
        """Return lines ``first`` to ``last`` (1-based, inclusive) of ``path``, or None when they do not exist."""
        if path not in self._texts:
            file = (self.root / path).resolve()
            inside = file.is_relative_to(self.root.resolve()) and file.is_file()
            self._texts[path] = file.read_text(encoding="utf-8").split("\n") if inside else []
        found = self._texts[path]
        return "\n".join(found[first - 1 : last]) if 1 <= first <= last <= len(found) else None

    @cached_property
    def commands(self) -> frozenset[str]:
        """Every command of the knowledge base."""
        return frozenset(command for article in read_articles(self.root) for command in article.commands)


def invalid_citations(citations: Iterable[dict[str, Any]], checkout: Checkout) -> list[str]:
    """Name every citation whose quote is not, byte for byte, what stands at its lines."""
    broken = []
    for citation in citations:
        first, last = citation["lines"]
        stands = checkout.text(citation["path"], first, last)
        if stands is None:
            broken.append(f"citation {citation['number']}: {citation['path']} has no lines {first}-{last}")
        elif not citation["quote"] or stands != citation["quote"]:
            broken.append(f"citation {citation['number']}: the quote is not at {citation['path']}:{first}-{last}")
    return broken


def shifted_evidence(findings: Iterable[dict[str, Any]], pasted: str) -> list[str]:
    """Name every finding whose evidence is not that slice of ``pasted``, or that claims without any."""
    broken = []
    for finding in findings:
        evidence = finding["evidence"]
        if any(not e["text"] or pasted[e["start"] : e["end"]] != e["text"] for e in evidence):
            broken.append(f"finding {finding['id']}: its evidence is not the slice that it names")
        elif not evidence and finding["state"] in ("problem", "normal"):
            broken.append(f"finding {finding['id']}: {finding['state']} without evidence")
    return broken


def unproven_code(shown: Iterable[str], sources: Iterable[str], allowed: Iterable[str]) -> list[str]:
    """Name what is shown as code and stands in no source and is not one of ``allowed``."""
    texts = list(sources)
    whole = set().union(*map(lines, texts)) | set(allowed) if texts else set(allowed)
    return [
        f"code {code!r} stands in no cited section and not in what was given"
        for code in dict.fromkeys(shown)
        if code not in whole and not any(code in text for text in texts)
    ]
