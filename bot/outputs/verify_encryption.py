"""accelerator mapi verify encryption-settings: every check of edge and core, and both summaries."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.findings import Finding
from bot.outputs.base import KEY_TEST, Anchor, Reading, Span, at_end, finding, snake, words
from bot.outputs.state_table import item_rows, state_rows
from bot.reading.paste import View

COMMAND = "accelerator mapi verify encryption-settings"
TOPIC = "emapi-verify-settings"
OWNS = frozenset({"show accelerator", "show accelerator mapi", "show accelerator wansecure"})
_TITLES = (
    "Mapi Accelerator State",
    "SSL Accelerator State",
    "Wan-secure State",
    "Mapi encryption Settings",
    "Mapi Wan-secure mode Setting",
    "NTP State",
    "encryption-service State",
    "Encryption-service Identity Settings",
)
_OPTIONAL = "Mapi encryption Settings"
_KNOWN = "|".join(r"[ \n]?".join(map(re.escape, title.split())) for title in sorted(_TITLES, key=len, reverse=True))
_TITLE = rf"(?:(?i:{_KNOWN})(?![A-Za-z])|[A-Za-z][A-Za-z \n-]{{2,58}}?(?=[ \n]?-{{3}}|[ \n]Status))"
_SECTION = re.compile(rf"(?<![A-Za-z])Verifying[ \n]?(?P<check>{_TITLE})[ \n-]{{0,300}}")
_STATUS = re.compile(r"Status[ \n]?:[ \n]?(OK|FAILED|[A-Z][A-Za-z]{1,20})(?![A-Za-z])")
_SUMMARY = re.compile(r"(?<![A-Za-z])Summary[ \n]?\[(EDGE|CORE)\][ \n]?:")
_VERDICT = re.compile(
    r"Device[ \n]?has[ \n]?(?:(?P<good>proper[ \n]?configuration[ \n]?to[ \n]?accelerate[ \n]?encrypted[ \n]?traffic)"
    r"|(?P<bad>to[ \n]?be[ \n]?properly[ \n]?configured[ \n]?for[ \n]?one[ \n]?or[ \n]?more[ \n]?components))"
)
_ADVICE = re.compile(
    r">{2,4}[ \n]?(?!Accelerator[ \n]?Config|Service[ \n]?Config)(?P<advice>[^>\[\]]{3,200}?)"
    r"(?=[ \n]?(?:>>|Verifying[ \n]|Summary[ \n]?\[|\[(?:CORE|EDGE)|<-|\n(?![a-z'])|\Z))"
)
_CORE = re.compile(r"\[CORE[ \n]?:?\]")
ANCHORS = (
    Anchor(
        r"(?:\[EDGE[ \n]?:?\][ \n]?)?(?<![A-Za-z])Verifying[ \n]?Mapi[ \n]?Accelerator[ \n]?State",
        ("[EDGE", "Verifying"),
    ),
    Anchor(rf"(?<![A-Za-z])Verifying[ \n]?(?i:{_KNOWN})(?![A-Za-z])", ("Verifying",)),
    Anchor(_SUMMARY.pattern, ("Summary",)),
)


@dataclass(frozen=True, slots=True)
class _Check:
    """One check: its cells for the data, and the spans of title, status and advice."""

    cells: dict[str, Any]
    title: Span
    status: Span | None
    advice: tuple[Span, ...]
    end: int


def read(view: View, start: int, end: int) -> Reading | None:
    """Read all checks and summaries between ``start`` and ``end``; None where none stands."""
    text = view.text
    begins = list(_SECTION.finditer(text, start, end))
    summaries = list(_SUMMARY.finditer(text, start, end))
    if not begins and not summaries:
        return None
    core = _CORE.search(text, start, end)
    cuts = sorted({*(found.start() for found in (*begins, *summaries)), end})
    checks = [_check(text, found, _next(cuts, found.start()), core) for found in begins]
    verdicts = {found[1]: _VERDICT.search(text, found.end(), _next(cuts, found.start())) for found in summaries}
    data: dict[str, Any] = {"checks": [check.cells for check in checks]}
    data["summaries"] = [{"summary": side, "text": words(v[0])} for side, v in verdicts.items() if v]
    missing = _missing(checks, verdicts)
    ends = [check.end for check in checks] + [found.end() for found in (*summaries, *filter(None, verdicts.values()))]
    edge = re.compile(r"\[EDGE[ \n]?:?\][ \n]?\Z").search(text, max(start, cuts[0] - 10), cuts[0])
    findings: list[Finding | None] = [_judge(view, check) for check in checks]
    findings += [_sum_up(view, side, verdicts.get(side), summaries) for side in ("EDGE", "CORE")]
    findings += [_clock(view, check) for check in checks if check.cells["check"] == "NTP State"][:1]
    begin = edge.start() if edge else cuts[0]
    return Reading(COMMAND, begin, max(ends), data, missing, tuple(filter(None, findings)))


def _next(cuts: Sequence[int], place: int) -> int:
    return cuts[bisect_right(cuts, place)]


def _check(text: str, found: re.Match[str], end: int, core: re.Match[str] | None) -> _Check:
    title = _named(words(found["check"]))
    status = _STATUS.match(text, found.end(), end)
    if status and status[1] not in ("OK", "FAILED") and status.end() == len(text):
        status = None
    cells: dict[str, Any] = {"check": title, "side": _side(title, found, core)}
    if status:
        cells["status"] = status[1]
    body = status.end() if status else found.end()
    stop = core.start() if core and core.start() > body else end
    stop = min(stop, end)
    advice = [a for a in _ADVICE.finditer(text, body, stop) if not at_end(text, a.end())]
    cells |= _table(text, body, stop)
    if advice:
        cells["advice"] = [words(a["advice"]).rstrip() for a in advice]
    last = max([body, *(a.end() for a in advice), *(row.end for row in state_rows(text, body, stop))])
    spans = tuple(a.span("advice") for a in advice)
    return _Check(cells, (found.start(), found.end("check")), status.span() if status else None, spans, last)


def _named(title: str) -> str:
    plain = re.sub(r"[ -]", "", title).lower()
    return next((known for known in _TITLES if re.sub(r"[ -]", "", known).lower() == plain), title)


def _side(title: str, found: re.Match[str], core: re.Match[str] | None) -> str:
    if title.lower().startswith("encryption-service"):
        return "CORE"
    return "CORE" if core and found.start() > core.start() else "EDGE"


_TABLE = re.compile(
    r"(?:>{2}[ \n]?)?(?:Accelerator|Service)[ \n]?Config[ \n]?(?:State[ \n]?Operational[ \n]?State|Item[ \n]?Mode[ \n]?Value)"
)


def _table(text: str, start: int, end: int) -> dict[str, Any]:
    """Return the cells of the table that a failed check brings with it."""
    head = _TABLE.search(text, start, end)
    if head is None:
        return {}
    if "Mode" in head[0]:
        rows = item_rows(text, head.end(), end)
        return {snake(key): value for key, value in rows[0].cells.items()} if rows else {}
    states = state_rows(text, head.end(), end)
    if not states:
        return {}
    cells = dict(states[0].cells)
    if "Service" in head[0]:
        cells = {"service": cells.pop("accelerator")} | cells
    return cells


def _missing(checks: Sequence[_Check], verdicts: dict[str, re.Match[str] | None]) -> tuple[str, ...]:
    shown = {check.cells["check"] for check in checks if check.status}
    missing = [f"Verifying {title}" for title in _TITLES if title not in shown and title != _OPTIONAL]
    missing += [f"Summary [{side}]" for side in ("EDGE", "CORE") if not verdicts.get(side)]
    return tuple(missing)


def _judge(view: View, check: _Check) -> Finding:
    title = str(check.cells["check"])
    id = "verify-" + snake(title).replace("_", "-")
    why = (f"「{title}」の Status を読みます。", f"The check reads the Status of {title}.")
    status = check.cells.get("status")
    if check.status is None:
        message = (f"「{title}」の結果が貼り付けにありません。", f"The result of {title} is not in the paste.")
        return finding(view, id, TOPIC, "not_shown", message, why, [check.title], COMMAND)
    proof = [check.title, check.status]
    if status == "OK":
        message = (f"「{title}」の確認は成功しています。", f"The check of {title} passed.")
        return finding(view, id, TOPIC, "normal", message, why, proof)
    if status != "FAILED":
        message = (f"「{title}」の Status「{status}」は未知の値です。", f"The Status {status} of {title} is unknown.")
        return finding(view, id, TOPIC, "not_recognised", message, why, proof, COMMAND)
    asked = " / ".join(check.cells.get("advice", ()))
    ja = f"「{title}」の確認に失敗しています。" + (f"求められている対処: {asked}" if asked else "")
    en = f"The check of {title} failed." + (f" It asks: {asked}" if asked else "")
    core = check.cells["side"] == "CORE"
    ja += "(コアの WAE にだけ当てはまります。)" if core else ""
    en += " (This applies to a core WAE only.)" if core else ""
    return finding(view, id, TOPIC, "problem", (ja, en), why, [*proof, *check.advice])


def _sum_up(view: View, side: str, verdict: re.Match[str] | None, summaries: Sequence[re.Match[str]]) -> Finding:
    id = f"verify-summary-{side.lower()}"
    where = {"EDGE": ("エッジ", "an edge"), "CORE": ("コア", "a core")}[side]
    why = (f"Summary [{side}] の文を読みます。", f"The sentence under Summary [{side}] decides.")
    if verdict is None:
        message = (
            f"{where[0]}としての要約が貼り付けにありません。",
            f"The summary for {where[1]} WAE is not in the paste.",
        )
        return finding(view, id, TOPIC, "not_shown", message, why, (), COMMAND)
    title = next(found for found in summaries if found[1] == side)
    proof = [title.span(), verdict.span()]
    if verdict["good"]:
        message = (
            f"{where[0]}として暗号化された MAPI を高速化する設定がそろっています。",
            f"As {where[1]} WAE it is configured to accelerate encrypted MAPI.",
        )
        return finding(view, id, TOPIC, "normal", message, why, proof)
    message = (
        f"{where[0]}としての設定に不足があります。",
        f"As {where[1]} WAE it lacks the configuration of one or more components.",
    )
    return finding(view, id, TOPIC, "problem", message, why, proof)


def _clock(view: View, check: _Check) -> Finding | None:
    if check.cells.get("status") != "OK" or check.status is None:
        return None
    message = (
        "NTP の設定は確認されていますが、KDC と時刻が合っているかはこの出力では分かりません。",
        "NTP is set up, but this output does not show whether the clock agrees with the KDC.",
    )
    why = (
        "このコマンドは NTP の設定だけを確認し、時刻の一致は確認しません。",
        "The command checks that NTP is configured, not that the clocks agree.",
    )
    id = "emapi-clock-sync"
    return finding(view, id, "emapi-clock-sync", "not_shown", message, why, [check.title, check.status], KEY_TEST)
