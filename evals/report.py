"""The report: an HTML page and a Markdown summary, published as they are, red or green."""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from pathlib import Path

from markdown_it import MarkdownIt

from evals import plots, tables
from evals.gate import Baseline, differences
from evals.run import Result
from evals.score import best_topic, scorecard

_IMAGE = re.compile(r"!\[([^\]]*)\]\(([a-z-]+\.png)\)")
_STYLE = """body{font:15px/1.5 system-ui,sans-serif;max-width:1200px;margin:2em auto;padding:0 1em;color:#1a1a1a}
table{border-collapse:collapse;margin:1em 0;display:block;overflow-x:auto}
td,th{border:1px solid #ccc;padding:.25em .6em;text-align:left;vertical-align:top}th{background:#f2f4f7}
img{max-width:100%}h1,h2{border-bottom:1px solid #ddd;padding-bottom:.2em}"""


def write(result: Result, folder: Path, baseline: Baseline, verdict: Sequence[str], damage: str = "") -> None:
    """Write ``index.html``, ``summary.md`` and the figures into ``folder``; ``verdict`` is the gate's."""
    folder.mkdir(parents=True, exist_ok=True)
    outcomes = result.outcomes
    card = scorecard(outcomes)
    plots.intervals(list(card), [(i.value, i.low, i.high) for i in card.values()], folder / "scorecard.png")
    plots.confusion_matrix(outcomes, folder / "confusion.png")
    curve = plots.risk_coverage_curve(outcomes, folder / "risk-coverage.png")
    full = _markdown(result, baseline, verdict, damage, curve=curve, failures=10_000)
    (folder / "summary.md").write_text(
        _markdown(result, baseline, verdict, damage, curve=curve, failures=30), encoding="utf-8"
    )
    (folder / "index.html").write_text(_page(full, folder), encoding="utf-8")


def _markdown(
    result: Result, baseline: Baseline, verdict: Sequence[str], damage: str, *, curve: bool, failures: int
) -> str:
    outcomes = result.outcomes
    state = "green" if not verdict else f"red: {len(verdict)} reason(s)"
    pairs = differences(result, baseline)
    blocks = [
        f"# Evals, {result.date}",
        f"Index {result.index_version}, cases: {result.split}, n = {len(outcomes)}. Gate: **{state}**.",
        "\n".join(f"- {tables.cell(reason)}" for reason in verdict),
        "Intervals are 95 %, clustered by question (the Japanese and the English twin are one cluster).",
        "## Scorecard", tables.score_table(outcomes), "![scorecard](scorecard.png)",
        "## Difference to the baseline", tables.difference_table(pairs) if pairs else "No baseline.",
        "## By language", tables.part_table("language", outcomes, lambda item: item.language),
        tables.parity_table(outcomes),
        "## By kind", tables.part_table("kind", outcomes, lambda item: item.kind),
        "## By topic", tables.part_table("topic", outcomes, best_topic),
        "## Confusion of topics", "![confusion matrix](confusion.png)", tables.confusion_table(outcomes),
        "## Risk and coverage", "![risk-coverage curve](risk-coverage.png)" if curve else "No confidences.",
        "## Time and confidence", tables.time_table(outcomes),
        "## Damage", damage or "No damage table in this run.",
        "## Failures", tables.failure_table(outcomes, failures),
    ]  # fmt: skip
    return "\n\n".join(filter(None, blocks)) + "\n"


def _page(markdown: str, folder: Path) -> str:
    """Return one HTML file that needs no other: the figures are inside it."""

    def inline(match: re.Match[str]) -> str:
        data = base64.b64encode((folder / match[2]).read_bytes()).decode()
        return f"![{match[1]}](data:image/png;base64,{data})"

    body = MarkdownIt("commonmark", {"html": False}).enable("table").render(_IMAGE.sub(inline, markdown))
    head = f'<meta charset="utf-8"><title>Evals of the MAPI AO bot</title><style>{_STYLE}</style>'
    return f'<!doctype html><html lang="en"><head>{head}</head><body>{body}</body></html>\n'
