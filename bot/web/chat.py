"""The conversation as HTML, but for its answers: the first screen, what was said, what is under way."""

from __future__ import annotations

from html import escape

from bot.case.casefile import Turn
from bot.config import ROOT
from bot.redact import redact
from bot.web.draw import button, tag, text
from bot.web.texts import EXAMPLES, SAMPLES, both, size, ui
from kb.schema import LANGUAGES, Language

SHOWN_LINES = 6
"""Lines of a paste that the conversation shows; the panel has the rest."""


def welcome(model: str = "") -> str:
    """Return the first screen: what this is, where a question goes, and examples in both languages."""
    privacy = both("privacy_model", name=model) if model else both("privacy")
    head = tag("h2", both("welcome")) + tag("p", both("welcome_lead")) + tag("p", privacy, class_="privacy")
    groups = "".join(tag("div", _examples(code), class_=f"examples l-{code}", lang=code) for code in LANGUAGES)
    return tag("div", head + tag("h3", both("examples")) + groups, class_="welcome")


def _examples(language: Language) -> str:
    asked = [button(example, "ask", class_="example-btn", text=example) for example in EXAMPLES[language]]
    for sample in SAMPLES:
        label = ui("example_paste", language, name=sample.partition("/")[0].replace("-", " "))
        asked.append(button(label, "sample", class_="example-btn", sample=sample))
    return "".join(asked)


def sample(name: str) -> str:
    """Return one of the outputs that the first screen offers; an unknown name gives an empty text."""
    file = ROOT / "kb" / "samples" / f"{name}.txt"
    return file.read_text(encoding="utf-8") if name in SAMPLES and file.is_file() else ""


def said(words: str, paste: str, ui_language: Language, turn: int = 0) -> str:
    """Return what a person said, secrets masked, with the first lines of what they pasted."""
    inner = tag("pre", text(redact(words)), class_="said") if words.strip() else ""
    if paste.strip():
        inner += _excerpt(paste, ui_language)
    label = ui("you", ui_language)
    tools = button(ui("edit", ui_language), "edit", class_="tool", turn=turn, aria=ui("edit_label", ui_language))
    body = tag("div", inner, class_="bubble") + (tag("div", tools, class_="tools") if turn else "")
    return tag("article", body, class_="turn user", aria_label=label)


def said_in(turn: Turn, ui_language: Language) -> str:
    """Return what a person said in a turn that has been answered; a marked check stands in its words."""
    words = turn.text
    if not (words.strip() or turn.paste.strip()) and turn.marked:
        words = ui(f"mark_{turn.marked[0][1]}", ui_language)
    return said(words, turn.paste, ui_language, turn.number)


def _excerpt(paste: str, ui_language: Language) -> str:
    lines = paste.splitlines()
    head = tag("div", escape(ui("pasted", ui_language, lines=len(lines), size=size(len(paste)))), class_="chip")
    more = len(lines) - SHOWN_LINES
    cut = tag("div", escape(ui("cut_here", ui_language, count=more)), class_="gap") if more > 0 else ""
    first = "\n".join(line[:400] for line in lines[:SHOWN_LINES])
    return head + tag("pre", text(redact(first)), class_="excerpt", tabindex=0) + cut


def waiting(note: str, ui_language: Language) -> str:
    """Return the place where an answer is about to appear, with a way to stop it."""
    bar = '<span class="spin" aria-hidden="true"></span>' + tag("span", escape(note), role="status")
    stop = tag("button", escape(ui("stop", ui_language)), type="button", class_="btn stop", data_act="stop")
    return tag("article", tag("div", bar + stop, class_="waiting"), class_="turn bot busy", aria_busy="true")


def note(words: str) -> str:
    """Return a plain remark of the page itself, such as a failure."""
    return tag("article", tag("p", text(words), class_="notice"), class_="turn bot", role="status")
