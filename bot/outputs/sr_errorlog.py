"""sr-errorlog of a core WAE: encryption service identities and key retrieval from AD."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.outputs.base import KEY_TEST, Reading
from bot.outputs.errorlog import Record
from bot.outputs.logreading import LogSpec, counted, read_log
from bot.outputs.signatures import Hit, Signature, compile_pattern
from bot.outputs.squeeze import Squeezed
from bot.reading.paste import View

COMMAND = "sr-errorlog"

SIGNATURES = (
    Signature(
        "sr-authentication-ok",
        "log-identity-ok",
        "normal",
        ("Authentication success",),
        "暗号化サービスの ID が認証に成功しています。",
        "The encryption service identity was authenticated.",
    ),
    Signature(
        "sr-identity-enabled",
        "log-identity-ok",
        "normal",
        ("Status:ENABLED Black_Listed:NO AUTH_STATUS: SUCCESS",),
        "ID {values} は有効で、ブラックリストに載っておらず、認証にも成功しています。",
        "Identity {values} is enabled, not blacklisted and authenticated.",
        needles=("AUTH_STATUS",),
        names="ID_TAG :{name}Name :",
    ),
    Signature(
        "sr-key-retrieved",
        "log-key-retrieved",
        "normal",
        ("Successful in Key Retrieval from AD for SPN:{spn}",),
        "SPN {values} のキーを AD から取得できています。",
        "The key for SPN {values} was retrieved from AD.",
    ),
    Signature(
        "sr-key-status-16",
        "handoff-key-permission",
        "problem",
        ("Key retrieval failed with Status {sixteen}", "error:{sixteen}"),
        "AD からのキー取得がステータス 16 で失敗しています。",
        "Key retrieval from AD failed with status 16.",
    ),
    Signature(
        "sr-key-permission",
        "handoff-key-permission",
        "problem",
        ("Key retrieval failed due to permission issue",),
        "AD 側の権限が足りないため、キーを取得できていません。",
        "The key could not be retrieved because permissions in AD are missing.",
    ),
    Signature(
        "sr-identity-blacklisted",
        "handoff-key-permission",
        "problem",
        (
            "Identity {name}has been blacklisted",
            "Identity: {name}will be black listed",
        ),
        "暗号化サービスの ID {values} がブラックリストに載せられました。",
        "The encryption service identity {values} was blacklisted.",
    ),
    Signature(
        "sr-identity-listed-black",
        "handoff-key-permission",
        "problem",
        ("Black_Listed:YES",),
        "ID {values} はブラックリストに載った状態です。",
        "Identity {values} stands on the blacklist.",
        names="ID_TAG :{name}Name :",
    ),
    Signature(
        "sr-clock-skew",
        "handoff-clock-skew",
        "problem",
        ("Clock skew too great",),
        "コア WAE と KDC の時刻がずれているため、キーを取得できていません。",
        "The clocks of the core WAE and the KDC differ too much for keys to be retrieved.",
    ),
    Signature(
        "sr-domain-without-identity",
        "handoff-domain-mismatch",
        "problem",
        ("Failed to find Identity match for domain {spn}", "Failed to find identity match for domain"),
        "ドメイン {values} に一致する暗号化サービスの ID がありません。",
        "No encryption service identity matches the domain {values}.",
    ),
    Signature(
        "sr-key-failed-otherwise",
        "emapi-error-logs",
        "not_recognised",
        ("Key retrieval failed with Status {other}", "SPN:{name}error:{other}"),
        "キーの取得に失敗していますが、この行だけでは原因を判断できません。",
        "Key retrieval failed, but these lines alone do not tell the cause.",
        next_command=KEY_TEST,
    ),
)

SILENT = Signature(
    "sr-no-known-text",
    "emapi-error-logs",
    "not_recognised",
    (),
    "この sr-errorlog のレコードには、ガイドで意味が分かる文言がありません。",
    "None of these sr-errorlog records holds a text whose meaning the guide gives.",
    next_command=KEY_TEST,
)

_LABELS = (
    *("ID_TAG", "Name", "Domain", "Realm", "CLI_GUID", "SITE_GUID", "CONF_GUID"),
    *("Status", "Black_Listed", "AUTH_STATUS", "ACCT_TYPE"),
)
NEAR = 12
"""A failure this many records from a clock skew is explained by it."""


def _identity(text: str) -> dict[str, str | None] | None:
    """Return the fields of an identity record by their labels, None when ``text`` is none."""
    places = []
    at = 0
    for label in _LABELS:
        at = text.find(f"{label}:", at)
        if at < 0:
            return None
        places.append((label, at, at + len(label) + 1))
        at += len(label) + 1
    ends = [place[1] for place in places[1:]] + [len(text)]
    return {label.lower(): text[begin:end] or None for (label, _, begin), end in zip(places, ends, strict=True)}


def describe(squeezed: Squeezed, records: Sequence[Record]) -> dict[str, Any]:
    """Return the identities, and the SPNs whose keys were retrieved or refused."""
    identities: list[dict[str, str | None]] = []
    found: dict[str, list[str]] = {"retrieved": [], "failed": [], "black": []}
    for record in records:
        body = squeezed.text[record.low : record.high]
        if "ID_TAG:" in body and (identity := _identity(body)):
            identities.append(identity)
        for kind, pattern in _NAMING.items():
            if match := pattern.search(body):
                found[kind].append(match[1])
    return {
        "identities": identities,
        "retrieved_spns": counted(found["retrieved"], "spn"),
        "failed_spns": counted(found["failed"], "spn"),
        "blacklisted_identities": counted(found["black"], "identity"),
    }


def refine(hits: list[Hit], records: Sequence[Record]) -> list[Hit]:
    """Drop failures without a cause of their own where a clock skew stands within 12 records."""
    skews = [hit.index for hit in hits if hit.signature.id == "sr-clock-skew"]
    return [
        hit
        for hit in hits
        if hit.signature.state != "not_recognised" or not any(abs(hit.index - i) <= NEAR for i in skews)
    ]


_NAMING = {
    "retrieved": compile_pattern("Successful in Key Retrieval from AD for SPN:{spn}"),
    "failed": compile_pattern("Failed to Retrieve Key from AD for SPN:{name}error:"),
    "black": compile_pattern("Identity {name}has been blacklisted"),
}
SPEC = LogSpec(COMMAND, SIGNATURES, refine, describe, SILENT)


def read_all(view: View) -> list[Reading]:
    """Return every piece of this log in the view."""
    return read_log(view, SPEC)
