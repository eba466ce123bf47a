"""wsao-errorlog: WAN Secure between the WAEs, whose certificate checks decide on the plumbing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.outputs.base import Reading
from bot.outputs.errorlog import Record
from bot.outputs.logreading import LogSpec, counted, read_log
from bot.outputs.signatures import Hit, Signature, compile_pattern
from bot.outputs.squeeze import Squeezed
from bot.reading.paste import View

COMMAND = "wsao-errorlog"

SIGNATURES = (
    Signature(
        "wsao-certificate-rejected",
        "handoff-wan-secure",
        "problem",
        ("certificate verification failed {reason}",),
        "ピア証明書の検証に失敗しています (理由: {values})。",
        "Verification of the peer certificate failed (reason: {values}).",
    ),
    Signature(
        "wsao-openssl-verify-failed",
        "handoff-wan-secure",
        "problem",
        ("certificate verify failed",),
        "SSL の手続きがピア証明書の検証で失敗しています。",
        "The SSL handshake failed at the verification of the peer certificate.",
    ),
)

SILENT = Signature(
    "wsao-no-known-text",
    "emapi-error-logs",
    "not_recognised",
    (),
    "この wsao-errorlog のレコードには、ガイドで意味が分かる文言がありません。",
    "None of these wsao-errorlog records holds a text whose meaning the guide gives.",
    next_command="accelerator mapi verify encryption-settings",
)

_REASON = compile_pattern("certificate verification failed {reason}")


def describe(squeezed: Squeezed, records: Sequence[Record]) -> dict[str, Any]:
    """Return why certificates were rejected, each reason with its count."""
    found = (_REASON.search(squeezed.text, record.low, record.high) for record in records)
    reasons = [squeezed.plain(*match.span(1)).strip("'\"`") for match in found if match]
    return {"certificate_failures": counted(reasons, "reason")}


def refine(hits: list[Hit], records: Sequence[Record]) -> list[Hit]:
    """Keep every hit: each certificate failure speaks for itself."""
    return hits


SPEC = LogSpec(COMMAND, SIGNATURES, refine, describe, SILENT)


def read_all(view: View) -> list[Reading]:
    """Return every piece of this log in the view."""
    return read_log(view, SPEC)
