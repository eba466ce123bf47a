"""The item table of WAN Secure: peer certificate checks, SSL accelerator, secure store."""

from __future__ import annotations

import re

from bot.findings import Finding
from bot.outputs.base import Anchor, Reading, finding, words
from bot.outputs.state_table import STATE_HEAD, WHOLE, Row, config_key, heads, state_rows
from bot.reading.paste import View

COMMAND = "show accelerator wansecure"
TOPIC = "handoff-wan-secure"
_BLOCK = re.compile(r"(?<![A-Za-z])WAN[ \n]?Secure[ \n]?:[ \n]?(?=Accelerator[ \n]?Config)")
_FIRST = re.compile(
    r"(?<![A-Za-z])(?P<item>SSL[ \n]AO|Secure[ \n]store|Peer[ \n]SSL[ \n]version|Peer[ \n]cipher[ \n]list"
    r"|Peer[ \n]cert(?:[ \n]verify)?)[ \n](?P<mode>User|Default)[ \n](?P<value>[^ \n<]{1,80})"
)
ANCHORS = (
    Anchor(STATE_HEAD, ("Accelerator",)),
    Anchor(_BLOCK.pattern, ("WAN",)),
    Anchor(_FIRST.pattern, ("SSL", "Secure", "Peer")),
)
REPEATS = True
ITEMS = ("SSL AO", "Secure store", "Peer SSL version", "Peer cipher list", "Peer cert", "Peer cert verify")


def read(view: View, start: int, end: int) -> Reading | None:
    """Read the items of WAN Secure; None where no item of it stands."""
    text = view.text
    head, items, _ = heads(text, start, end)
    states = state_rows(text, start, items.start() if items else end)
    first = _FIRST.search(text, start, end)
    if first is None or any(not row.cells["accelerator"].lower().startswith("wan") for row in states):
        return None
    block = _BLOCK.search(text, start, end)
    every = _FIRST.finditer(text, start, end)
    rows = [_row(found) for found in every if found.end() < len(text) or found["value"] in WHOLE]
    if not rows:
        return None
    names = {config_key(row): row for row in reversed(rows)}
    missing: tuple[str, ...] = () if items else ("Accelerator Config Item", "Mode", "Value")
    missing += tuple(item for item in ITEMS if re.sub("[^a-z]", "", item.lower()) not in names)
    data = dict(states[0].cells) if states else {}
    data["accelerator_config_items"] = [row.cells for row in rows]
    begins = [found.start() for found in (head, block, items) if found]
    checks = (
        _verify(view, names.get("peercertverify")),
        _enabled(view, "sslao", names),
        _enabled(view, "securestore", names),
    )
    start = min([*begins, rows[0].start, *(row.start for row in states)])
    return Reading(COMMAND, start, rows[-1].end, data, missing, tuple(check for check in checks if check))


VERIFY = "accelerator mapi verify encryption-settings"


def _row(found: re.Match[str]) -> Row:
    cells = {"accelerator_config_item": words(found["item"]), "mode": found["mode"], "value": found["value"]}
    return Row(cells, found.start(), found.end())


_WHY = (
    "Peer cert verify が有効かどうかを見ます。",
    "The check asks whether Peer cert verify is enabled.",
)


def _verify(view: View, row: Row | None) -> Finding:
    id = "wan-secure-peer-cert-verify"
    value = str(row.cells["value"]).lower() if row else ""
    spans = [row.span] if row else []
    if value == "disabled":
        message = (
            "ピア証明書の検証は無効なので、検証の失敗で WAN Secure が失敗することはありません。",
            "Peer certificates are not verified, so WAN Secure cannot fail on that check.",
        )
        return finding(view, id, TOPIC, "normal", message, _WHY, spans)
    if value == "enabled":
        message = (
            "ピア証明書の検証が有効です。自己署名証明書や OCSP の失敗で汎用 AO に渡されているかは、wsao-errorlog で確かめます。",
            "Peer certificates are verified; whether one fails, being self-signed or by OCSP, is shown by wsao-errorlog.",
        )
        return finding(view, id, TOPIC, "not_shown", message, _WHY, spans, VERIFY)
    message = ("Peer cert verify の値を読み取れません。", "No value of Peer cert verify can be read.")
    return finding(view, id, TOPIC, "not_recognised" if row else "not_shown", message, _WHY, spans, COMMAND)


_NEEDS = {
    "sslao": ("wan-secure-ssl-ao", "emapi-requirements", "SSL AO"),
    "securestore": ("wan-secure-secure-store", "emapi-secure-store", "Secure store"),
}


def _enabled(view: View, key: str, names: dict[str, Row]) -> Finding | None:
    id, topic, label = _NEEDS[key]
    row = names.get(key)
    value = str(row.cells["value"]).lower() if row else ""
    if row is None or value not in ("enabled", "disabled"):
        return None
    why = (f"{label} が enabled であることを確かめます。", f"{label} has to be enabled.")
    if value == "enabled":
        return finding(view, id, topic, "normal", (f"{label} は有効です。", f"{label} is enabled."), why, [row.span])
    message = (f"{label} が無効です。eMAPI に必要です。", f"{label} is disabled, and encrypted MAPI needs it.")
    return finding(view, id, topic, "problem", message, why, [row.span])
