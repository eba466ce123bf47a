"""windows-domain diagnostics encryption-service get-key: retrieval in progress, or key in the cache."""

from __future__ import annotations

import re
from typing import Any

from bot.findings import Finding
from bot.outputs.base import KEY_TEST, Anchor, Reading, Span, finding
from bot.reading.paste import View

COMMAND = "windows-domain diagnostics encryption-service get-key"
TOPIC = "emapi-get-key"
_FQDN = r"[A-Za-z0-9][A-Za-z0-9_.-]{0,200}[A-Za-z0-9]|[A-Za-z0-9]"
_HEAD = re.compile(
    rf"(?<![A-Za-z0-9_])SPN[ \n]?:?[ \n]?(?P<spn>{_FQDN})[ \n]?[,、][ \n]?"
    rf"(?:(?i:domain(?:[ \n]?name)?)|ドメイン(?:[ \n]?名)?)[ \n]?[:=][ \n]?(?P<domain_name>{_FQDN})"
)
ANCHORS = (
    Anchor(_HEAD.pattern, ("SPN",)),
    Anchor(r"memory[ \n]key[ \n]cache|メモリ[ \n]?キー[ \n]?キャッシュに存在", ("memory", "メモリ")),
)
_PROGRESS = re.compile(
    r"(?i:key[ \n]retrieval[ \n](?:is[ \n])?in[ \n]progress|retrieval[ \n]of[ \n](?:the[ \n])?key[ \n]is[ \n]in[ \n]progress)"
    r"\.?|キーの取得を実行中(?:です)?|キーの?取得が?進行中(?:です)?"
)
_CACHED = re.compile(
    rf"(?:(?i:the )?(?i:key)[ \n](?i:for)[ \n](?P<en>{_FQDN})[ \n](?i:(?:resides|is(?:[ \n]present)?|exists)[ \n]in[ \n](?:the[ \n])?memory[ \n]key[ \n]cache)\.?)"
    rf"|(?P<ja>{_FQDN})[ \n]?のキーは、?メモリ[ \n]?キー[ \n]?キャッシュに存在します"
)


def read(view: View, start: int, end: int) -> Reading | None:
    """Read one run of the diagnostic; None where neither its first line nor a known state stands."""
    text = view.text
    head = _HEAD.search(text, start, end)
    after = head.end() if head else start
    cached = _CACHED.search(text, after, end)
    progress = _PROGRESS.search(text, after, end)
    state = min(filter(None, (cached, progress)), key=lambda found: found.start(), default=None)
    if state and "\nSPN" in text[after : state.start()]:
        state = None
    if head is None and (state is None or state is progress):
        return None
    data: dict[str, Any] = {"spn": head["spn"], "domain_name": head["domain_name"]} if head else {}
    cut = head is not None and text[head.end() :] in ("", ".", " ")
    if cut:
        del data["domain_name"]
    if state is not None:
        data["state"] = "in memory key cache" if state is cached else "in progress"
    missing: tuple[str, ...] = ("Domain Name",) if cut else () if head else ("SPN", "Domain Name")
    found, last = _judge(view, head, state, state is not None and state is cached, end)
    missing += () if state else ("key retrieval",)
    first = head.start() if head else state.start() if state else start
    return Reading(COMMAND, first, max(last, state.end() if state else after), data, missing, (found,))


_WHY = (
    "診断の結果が「メモリキーキャッシュに存在」かどうかを見ます。",
    "The check asks whether the diagnostic finds the key in the memory key cache.",
)


def _judge(
    view: View, head: re.Match[str] | None, state: re.Match[str] | None, cached: bool, end: int
) -> tuple[Finding, int]:
    """Return the finding, and where the text that it rests on ends."""
    proof: list[Span] = [head.span()] if head else []
    place = head.end() if head else end
    if state is not None and cached:
        message = ("キーの取得に成功し、メモリに保持されています。", "The key was retrieved and is held in memory.")
        return finding(view, TOPIC, TOPIC, "normal", message, _WHY, [*proof, state.span()]), state.end()
    if state is not None:
        message = (
            "キーの取得は実行中で、成否はまだ分かりません。もう一度実行してください。",
            "The retrieval is still in progress and its outcome is not shown yet; run the diagnostic again.",
        )
        return finding(view, TOPIC, TOPIC, "not_shown", message, _WHY, [*proof, state.span()], KEY_TEST), state.end()
    reply = re.compile(r"[ \n]?([^ \n][^\n]{2,200})").match(view.text, place, end)
    if reply is None:
        message = ("診断の結果が貼り付けにありません。", "The outcome of the diagnostic is not in the paste.")
        return finding(view, TOPIC, TOPIC, "not_shown", message, _WHY, proof, KEY_TEST), place
    message = (
        "診断の結果はガイドにない文です。成功とも失敗とも判断できません。",
        "The diagnostic printed a sentence that the guide does not show; it proves neither success nor failure.",
    )
    proof.append(reply.span(1))
    return finding(view, TOPIC, TOPIC, "not_recognised", message, _WHY, proof, KEY_TEST), reply.end()
