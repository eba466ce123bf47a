"""Slack's markup: undone in what people write, kept from taking effect in what the bot writes."""

from __future__ import annotations

import re

from bot.config import MAX_QUESTION

SHORT = 60
"""Characters up to which one fenced line is a word of the question and no paste."""

COURTESY = 60
"""Characters up to which a message may be a mere courtesy."""

_MARKUP = re.compile(r"<([@#!][^<>\n]{1,300}|[a-z][a-z+]{1,12}:[^<>\n]{1,4000})>")
_USER = re.compile(r"<@([UW][A-Z0-9]{1,30})(?:\|[^<>\n]{0,200})?>")
_CALL = re.compile(r"<!(?:channel|here|everyone|subteam\^[A-Z0-9]{1,30})(?:\|[^<>\n]{0,200})?>")
_QUOTES = str.maketrans({"\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "\u00a0": " "})
_COURTESY = re.compile(
    r"(?:thanks?(?: you)?(?: (?:so much|a lot|all))?|thx|ty|got it|great|nice|will (?:do|try|check)|"
    r"(?:どうも)?ありがとう(?:ございます|ございました)?|了解(?:です|しました)?|承知(?:です|しました)|なるほど|"
    r"わかりました|確認します|やってみます)(?:[\s!！.。👍🙏🙇]|:[a-z_]{1,30}:){0,8}",
    re.IGNORECASE,
)
_TICK = re.compile(r"`([^`\n]{1,400})`")


def people(text: str) -> frozenset[str]:
    """Return the ids of the users that raw Slack text mentions."""
    return frozenset(_USER.findall(text))


def calls_others(text: str, me: str) -> bool:
    """Say whether raw Slack text speaks to people other than ``me``: users, groups or the whole channel."""
    return bool(people(text) - {me}) or _CALL.search(text) is not None


def is_courtesy(text: str) -> bool:
    """Say whether ``text`` is thanks or a nod, to which nobody expects an answer; "ok" may tell a check's outcome."""
    return len(text) <= COURTESY and _COURTESY.fullmatch(text.strip()) is not None


def plain(text: str, me: str = "") -> str:
    """Return raw Slack text as it was typed: links, mentions, escapes and smart quotes undone, ``me`` left out."""
    shown = _MARKUP.sub(lambda found: _shown(found[1], me), text)
    for entity, sign in (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")):
        shown = shown.replace(entity, sign)
    return shown.translate(_QUOTES).strip()


def _shown(inner: str, me: str) -> str:
    target, bar, label = inner.partition("|")
    if target[0] == "@":
        return "" if target[1:] == me else f"@{label or target[1:]}"
    if target[0] == "#":
        return f"#{label or target[1:]}"
    if target[0] == "!":
        return label if target.startswith("!date^") else "@" + (label or target[1:].partition("^")[0]).lstrip("@")
    bare = target.removeprefix("mailto:")
    if not bar or label == bare or bare.rstrip("/").endswith(f"//{label}".rstrip("/")):
        return label or bare
    return f"{label} ({bare})"


def split(text: str) -> tuple[str, str]:
    """Return what was said and what was pasted: fences of several lines are pastes, short ones are words."""
    words, pastes = [], []
    for number, part in enumerate(text.split("```")):
        if number % 2 and ("\n" in part.strip() or len(part) > SHORT):
            pastes.append(part.strip("\n"))
        else:
            words.append(part)
    said = _TICK.sub(r"\1", "".join(words)) if len(text) <= 2 * MAX_QUESTION else "".join(words)
    return said.strip(), "\n".join(pastes)


def escaped(text: str) -> str:
    """Return ``text`` for a field that Slack parses, so that it calls nobody and links nowhere."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
