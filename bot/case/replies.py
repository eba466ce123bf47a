"""Short replies within a case: "yes, it is enabled", "それでも直らない", "5.0.3". Read only where they are sure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from bot.case.casefile import Ask, CheckState
from bot.case.phrases import PHRASES
from bot.releases import named
from kb.schema import Passage

MAX_REPLY = 80
"""Characters of a reply; what is longer says something of its own."""

_QUESTION = re.compile(
    r"[?？]|(?:です|ます|でしょう|ない|せん|した)か。?$|ください|教えて|"
    r"^(?:how|what|why|which|where|when|who|is|are|does|do|did|can|could|should|would|and|tell|show)\b",
    re.IGNORECASE,
)
_BROKEN = re.compile(
    r"\bstill (?:broken|slow|failing|fails|the same|generic|not|no|bad|there|happening)\b|"
    r"\b(?:did|does)(?:n't| not) (?:help|work|fix)|\bno (?:change|effect|luck|improvement)\b|"
    r"\bnot (?:fixed|solved|resolved|better)\b|\bsame (?:problem|issue)\b|"
    r"(?:直|変わ)(?:らない|りません|らなかった|っていません)|(?:改善|解決)し(?:ない|ません|なかった)|"
    r"(?:変化|効果)(?:なし|がない|がありません|ありません)|まだ(?:遅い|だめ|ダメ|同じ|TG|直ら|重い)|"
    r"(?:だめ|ダメ)でした|同じ(?:まま|です|状態|症状)",
    re.IGNORECASE,
)
_FIXED = re.compile(
    r"\b(?:it|that|everything|outlook|problem|issue)(?: is|'s| has been| was)? "
    r"(?:works?|working|fixed|solved|resolved)\b|"
    r"^(?:fixed|solved|resolved)\b|^(?:解決し|直り|治り)ました|問題は?(?:解決|解消)し(?:ました|た)",
    re.IGNORECASE,
)
_YES = re.compile(r"^(?:yes|yep|yeah|はい|ええ|うん)(?![a-z])[\s,.、。!！-]{0,4}", re.IGNORECASE)
_NO = re.compile(r"^(?:no|nope|いいえ|いや)(?![a-z])[\s,.、。!！-]{0,4}", re.IGNORECASE)
"""Only with a sign behind it does "no" deny the question; "no TGDL" denies the word."""
_GOOD = re.compile(
    r"^(?:(?:it )?(?:is|looks?|was) )?(?:good|ok|okay|fine|normal)[.!]?$|"
    r"^(?:正常|問題(?:なし|ない|ありません)|OK)(?:です|でした)?[。!！]?$",
    re.IGNORECASE,
)
_BAD = re.compile(
    r"^(?:(?:it )?(?:is|looks?|was) )?(?:bad|abnormal|not good|not ok)[.!]?$|^(?:異常|NG)(?:です|でした)?[。!！]?$",
    re.IGNORECASE,
)
_SKIP = re.compile(r"^(?:skip\b|スキップ|飛ばし|省略)", re.IGNORECASE)
_NOT = re.compile(r"\b(?:not|never|no|none|without|missing)\b|n't\b|ない|ません|なし|無し", re.IGNORECASE)
_CONTRAST = re.compile(r"instead of `[^`\n]{1,60}`|not `[^`\n]{1,60}`|`[^`\n]{1,60}` ?ではなく")
_WORDS = re.compile(
    r"`([^`\n]{1,60})`|\b([A-Z][A-Za-z]{2,30}|[a-z]{4,30})\b|"
    r"(有効|無効|実行中|停止|登録済み?|増え|一致|成功|失敗|開いて)"
)
_COMMON = frozenset(
    {
        "the", "this", "that", "with", "from", "they", "their", "there", "which", "reads", "read", "shows", "show",
        "look", "goes", "into", "also", "only", "same", "step", "steps", "good", "other", "more", "than", "have",
        "been", "what", "when", "state", "check", "checks", "connection", "connections", "column", "accel", "mapi",
        "article", "anything", "else", "your", "does", "each", "must", "both", "them", "then", "rows", "wae", "waes",
        "end", "ends", "under", "about", "accelerator", "following", "see",
    }
)  # fmt: skip
_EDGE = re.compile(r"\b(?:edge|branch)\b|エッジ|拠点側|ブランチ", re.IGNORECASE)
_CORE = re.compile(r"\b(?:core|data ?cent(?:er|re))\b|コア|データセンター?", re.IGNORECASE)
_THIS_IS = re.compile(
    r"\b(?:this|it|we|that)\b.{0,20}\b(?:is|are on|am on|'s)\b|^(?:on the |the )?(?:edge|core|branch)\b|"
    r"(?:エッジ|コア)(?:側|の?WAE)?(?:です|になります)",
    re.IGNORECASE,
)

Kind = Literal["release", "role", "mark", "broken", "fixed"]


@dataclass(frozen=True, slots=True)
class Reply:
    """What a reply says: ``value`` is a release, a role, or a check's state."""

    kind: Kind
    value: str = ""


def read(text: str, ask: Ask | None, outcomes: Passage | None) -> Reply | None:
    """Read ``text`` as a reply to a question back or to an open check; None where that is not sure.

    ``outcomes`` is the open check's passage in the language of ``text``.
    """
    said = unicodedata.normalize("NFKC", text).strip()
    if not said or len(said) > MAX_REPLY or "\n" in said:
        return None
    if ask and (answer := _answer(text.strip(), said, ask)):
        return answer
    if _QUESTION.search(said):
        return None
    if _BROKEN.search(said):
        return Reply("broken")
    if _FIXED.search(said) and not _NOT.search(said):
        return Reply("fixed")
    state = _state(said, outcomes) if outcomes else None
    return Reply("mark", state) if state else None


def release_of(text: str) -> str | None:
    """Return the one release that ``text`` names, as "5.0.3", or None."""
    found = set(named(text))
    return ".".join(map(str, found.pop())) if len(found) == 1 else None


def role_of(text: str) -> Literal["edge", "core"] | None:
    """Return the role that ``text`` says the device has, or None."""
    edge, core = _EDGE.search(text), _CORE.search(text)
    if bool(edge) == bool(core) or not _THIS_IS.search(text) or _QUESTION.search(text):
        return None
    return "edge" if edge else "core"


def _answer(typed: str, said: str, ask: Ask) -> Reply | None:
    if ask.kind == "release":
        values = {"release_before": "<5.0.1", "release_from": ">=5.0.1"}
        chosen = next((value for key, value in values.items() if typed in PHRASES[key].values()), None)
        chosen = chosen or release_of(said)
        return Reply("release", chosen) if chosen else None
    edge, core = _EDGE.search(said), _CORE.search(said)
    return Reply("role", "edge" if edge else "core") if bool(edge) != bool(core) else None


def _state(said: str, outcomes: Passage) -> CheckState | None:
    if _SKIP.search(said):
        return "skipped"
    if _GOOD.search(said) or _BAD.search(said):
        return "good" if _GOOD.search(said) else "bad"
    yes, no = _YES.match(said), _NO.match(said)
    rest = said[(yes or no).end() :].strip(" .。") if yes or no else said  # type: ignore[union-attr]
    if not rest:
        return "good" if yes else "bad"
    good, bad = _named(rest, outcomes)
    denied = _NOT.search(rest) is not None
    if good == bad or (denied and bad) or (no and bad and no[0].strip().isalpha()):
        return None
    state: CheckState = "good" if good and not denied else "bad"
    contradicts = (yes and state == "bad" and denied) or (no and state == "good")
    return None if contradicts else state


def _named(said: str, outcomes: Passage) -> tuple[bool, bool]:
    """Say whether ``said`` names what only the good outcomes name, and what only the bad ones do."""
    good, bad = _terms(outcomes.good), _terms(outcomes.bad)
    return _holds(said, good - bad), _holds(said, bad - good)


def _terms(lines: Iterable[str]) -> frozenset[str]:
    """Return what the outcomes name; a line that denies something names nothing."""
    affirmed = (_CONTRAST.sub("", line) for line in lines)
    found = _WORDS.findall(" ".join(line for line in affirmed if not _NOT.search(line)))
    words = {term or word.lower() or kanji for term, word, kanji in found}
    return frozenset(words - _COMMON)


def _holds(said: str, terms: frozenset[str]) -> bool:
    for term in terms:
        if not term.isascii():
            if term in said:
                return True
        elif re.search(
            rf"(?<![A-Za-z0-9]){re.escape(term)}(?![A-Za-z0-9])", said, 0 if len(term) < 3 else re.IGNORECASE
        ):
            return True
    return False
