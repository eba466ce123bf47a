"""mapiao-errorlog, edge and core: connections, their security, and why they were handed over."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from bot.outputs.base import Reading
from bot.outputs.errorlog import Record
from bot.outputs.logreading import LogSpec, counted, read_log
from bot.outputs.signatures import Hit, Signature, compile_pattern
from bot.outputs.squeeze import Squeezed
from bot.reading.paste import View

COMMAND = "mapiao-errorlog"

SIGNATURES = (
    Signature(
        "mapiao-four-disconnects",
        "handoff-wan-secure",
        "problem",
        ("Client {ip} disconnected more than four consecutive times",),
        "クライアント {values} の接続が 5 回以上続けて切れ、汎用 AO へ回されました。",
        "Client {values} was cut off more than four times in a row and pushed down to the generic AO.",
    ),
    Signature(
        "mapiao-secured-state-missing",
        "handoff-wan-secure",
        "problem",
        ("SECURED_STATE_NOT_ESTABLISHED",),
        "WAN Secure の保護状態が確立しなかったため、接続が引き渡されています。",
        "The connection is handed over because the secured state between the WAEs was not established.",
    ),
    Signature(
        "mapiao-ntlm",
        "handoff-ntlm",
        "problem",
        ("AuthType:NTLM", "AuthType: NTLM", "Auth Type :NTLM"),
        "クライアントが NTLM で認証しており、eMAPI の高速化では扱えません。",
        "The client authenticates with NTLM, which encrypted MAPI acceleration does not support.",
    ),
    Signature(
        "mapiao-edge-security",
        "log-edge-ok",
        "normal",
        ("Received security context from core", "Security Layer moved to ESTB state"),
        "エッジ WAE はコアからセキュリティ コンテキストを受け取り、暗号化接続を処理できる状態です。",
        "The edge WAE got the security context from the core, as it should for an encrypted connection.",
    ),
    Signature(
        "mapiao-bind-spnego",
        "log-edge-ok",
        "normal",
        ("AuthType: SPNEGO", "AuthType:SPNEGO"),
        "クライアントの Bind 要求は SPNEGO で、NTLM に固定されていません。",
        "The client's bind request uses SPNEGO and is not fixed to NTLM.",
    ),
    Signature(
        "mapiao-core-connection",
        "log-core-ok",
        "normal",
        ("Core TCP connection initiated",),
        "コア WAE で MAPI AO が接続を受け持っています。",
        "The MAPI AO on the core WAE has taken up the connection.",
    ),
    Signature(
        "mapiao-core-key",
        "log-core-ok",
        "normal",
        (
            "Insert new KrbKey",
            "Successfully created memory keytab",
            "Successfully added entry in memory keytab",
            "Successfully acquired credentials",
        ),
        "コア WAE は Kerberos キーを取り込み、資格情報の準備ができています。",
        "The core WAE took in the Kerberos key and prepared the credentials.",
    ),
    Signature(
        "mapiao-handover-reason",
        "generic-ao-handoff",
        "not_recognised",
        ("StartHandOverProcessSingleConnection: {handover}",),
        "接続の引き渡しが記録されていますが、理由 ({values}) から原因は判断できません。",
        "A handover is logged, but the reason given ({values}) does not tell the cause.",
        next_command="accelerator mapi verify encryption-settings",
    ),
)

SILENT = Signature(
    "mapiao-no-known-text",
    "emapi-error-logs",
    "not_recognised",
    (),
    "この mapiao-errorlog のレコードには、ガイドで意味が分かる文言がありません。",
    "None of these mapiao-errorlog records holds a text whose meaning the guide gives.",
    next_command="show statistics connection optimized mapi",
)

_CONNECTION = re.compile(
    r"(Edge|Core)TCPconnectioninitiated\((-?\d{1,12})\),Conn:"
    r"\[(\d{1,3}(?:\.\d{1,3}){3}:\d{1,5})(?:<=>|&lt;=&gt;)(\d{1,3}(?:\.\d{1,3}){3}:\d{1,5})\]"
)
_BIND = re.compile(
    r"BindRequestfromclient.{0,60}?todest-ip(\d{1,3}(?:\.\d{1,3}){3}),AuthLevel:([A-Z]{1,20}?)AuthType:([A-Z]{2,12}?)AuthCtxId"
)
_DROPPED = compile_pattern("Client {ip} disconnected more than four consecutive times")


def describe(squeezed: Squeezed, records: Sequence[Record]) -> dict[str, Any]:
    """Return the connections, bind requests and handed-over clients that the records name."""
    connections: dict[tuple[str, ...], dict[str, Any]] = {}
    binds: dict[tuple[str, ...], dict[str, Any]] = {}
    dropped = []
    for record in records:
        span = squeezed.text, record.low, record.high
        if match := _CONNECTION.search(*span):
            role, source, destination = match[1].lower(), match[3], match[4]
            row = {"role": role, "source": source, "destination": destination, "fl": None, "records": 0}
            row = connections.setdefault((role, source, destination), row)
            row["records"] += 1
            row["fl"] = row["fl"] or record.fl
        elif match := _BIND.search(*span):
            row = {"destination_ip": match[1], "auth_level": match[2], "auth_type": match[3], "count": 0}
            binds.setdefault(match.groups(), row)["count"] += 1
        elif match := _DROPPED.search(*span):
            dropped.append(match[1])
    return {
        "connections": list(connections.values()),
        "bind_requests": list(binds.values()),
        "disconnected_clients": counted(dropped, "client_ip"),
    }


def refine(hits: list[Hit], records: Sequence[Record]) -> list[Hit]:
    """Drop unexplained handovers where the log names a cause for one."""
    if any(hit.signature.state == "problem" for hit in hits):
        return [hit for hit in hits if hit.signature.id != "mapiao-handover-reason"]
    return hits


SPEC = LogSpec(COMMAND, SIGNATURES, refine, describe, SILENT)


def read_all(view: View) -> list[Reading]:
    """Return every piece of this log in the view."""
    return read_log(view, SPEC)
