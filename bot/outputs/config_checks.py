"""The checks of a running configuration: EPM and MAPI policies, certificate checks of peering."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from bot.findings import Finding
from bot.outputs.base import Span, finding
from bot.reading.paste import View

TOPIC = "traffic-policy"
ENDPOINT = re.compile(r"(?i)ms-endpo(?:int|rt)-?(?:mapper|classifier)")
Block = tuple[dict[str, Any], Span, bool]


def check_policies(
    view: View, adaptors: Sequence[Block], basics: Sequence[Block], classifiers: Sequence[Block], command: str
) -> list[Finding]:
    """Judge the block of EPM mapi, the end point mapper's classifier, and its policy."""
    return [
        _mapi(view, adaptors, command),
        _classifier(view, classifiers, command),
        _mapper(view, basics, command),
    ]


_WHY_MAPI = (
    "map adaptor EPM mapi のブロックに accelerate mapi があることを確かめます。",
    "The block of map adaptor EPM mapi has to hold accelerate mapi.",
)


def _mapi(view: View, adaptors: Sequence[Block], command: str) -> Finding:
    id = "running-config-epm-mapi"
    block = next((block for block in adaptors if block[0]["map_adaptor"].lower() == "epm mapi"), None)
    spans = [block[1]] if block else []
    if block and str(block[0].get("accelerate", "")).lower() == "mapi":
        message = (
            "map adaptor EPM mapi に accelerate mapi があります。",
            "The block of map adaptor EPM mapi accelerates mapi.",
        )
        return finding(view, id, TOPIC, "normal", message, _WHY_MAPI, spans)
    if block and (block[2] or block[0].get("action") == "pass-through"):  # nothing can follow a pass-through
        message = (
            f"map adaptor EPM mapi の動作は「{block[0]['action']}」で、accelerate mapi がありません。",
            f"The block of map adaptor EPM mapi says {block[0]['action']}, without accelerate mapi.",
        )
        return finding(view, id, TOPIC, "problem", message, _WHY_MAPI, spans)
    message = (
        "map adaptor EPM mapi の動作が貼り付けにありません。",
        "The action of map adaptor EPM mapi is not in the paste.",
    )
    return finding(view, id, TOPIC, "not_shown", message, _WHY_MAPI, spans, command)


_WHY_PORT = (
    "エンドポイントマッパーの classifier がポート135に一致することを確かめます。",
    "The classifier of the end point mapper has to match port 135.",
)


def _classifier(view: View, classifiers: Sequence[Block], command: str) -> Finding:
    id = "running-config-epm-classifier"
    blocks = [block for block in classifiers if ENDPOINT.fullmatch(block[0]["classifier"]) and block[2]]
    spans = [span for _, span, _ in blocks]
    if any(re.search(r"\bport eq 135\b", match) for block in blocks for match in block[0]["match"]):
        message = (
            "ポート135に一致する classifier があります。",
            "A classifier of the end point mapper matches port 135.",
        )
        return finding(view, id, TOPIC, "normal", message, _WHY_PORT, spans)
    if blocks and all(re.search(r"\bport eq [0-9]+$", match) for block in blocks for match in block[0]["match"]):
        message = (
            "エンドポイントマッパーの classifier がポート135に一致していません。",
            "The classifier of the end point mapper does not match port 135.",
        )
        return finding(view, id, TOPIC, "problem", message, _WHY_PORT, spans)
    message = (
        "エンドポイントマッパーの classifier が貼り付けにありません。",
        "The classifier of the end point mapper is not in the paste.",
    )
    return finding(view, id, TOPIC, "not_shown", message, _WHY_PORT, spans, command)


_WHY_MAPPER = (
    "エンドポイントマッパーのポリシーに accelerate MS-port-mapper があることを確かめます。",
    "The policy of the end point mapper has to hold accelerate MS-port-mapper.",
)


def _mapper(view: View, basics: Sequence[Block], command: str) -> Finding:
    id = "running-config-epm-policy"
    block = next((block for block in basics if ENDPOINT.fullmatch(block[0]["classifier"])), None)
    spans = [block[1]] if block else []
    if block and str(block[0].get("accelerate", "")).lower() == "ms-port-mapper":
        message = (
            "EPM のポリシーに accelerate MS-port-mapper があります。",
            "The EPM policy accelerates MS-port-mapper.",
        )
        return finding(view, id, TOPIC, "normal", message, _WHY_MAPPER, spans)
    if block and block[2]:
        message = (
            "EPM のポリシーに accelerate MS-port-mapper がありません。",
            "The EPM policy does not accelerate MS-port-mapper.",
        )
        return finding(view, id, TOPIC, "problem", message, _WHY_MAPPER, spans)
    message = ("EPM のポリシーが貼り付けにありません。", "The EPM policy is not in the paste.")
    return finding(view, id, TOPIC, "not_shown", message, _WHY_MAPPER, spans, command)


_WHY_PEER = (
    "ピアリングの設定に peer-cert-verify があるかどうかを見ます。",
    "The check asks whether peering is set to verify the peer's certificate.",
)


def check_crypto(view: View, crypto: dict[str, tuple[dict[str, Any], Span]]) -> list[Finding]:
    """Say whether the peer's certificate is verified, and what that leaves open."""
    id, topic = "crypto-peer-cert-verify", "handoff-wan-secure"
    cells, span = crypto.get("crypto_ssl_services_host_service_peering", ({}, None))
    verify = cells.get("peer_cert_verify")
    spans = [own for _, own in crypto.values()]
    if verify == "disabled":
        message = (
            "ピア証明書は検証されないので、検証の失敗で WAN Secure が失敗することはありません。",
            "The peer's certificate is not verified, so WAN Secure cannot fail on that check.",
        )
        return [finding(view, id, topic, "normal", message, _WHY_PEER, [span] if span else spans)]
    if verify == "enabled":
        message = (
            "ピア証明書が検証されます。自己署名証明書や OCSP で失敗しているかは wsao-errorlog で確かめます。",
            "The peer's certificate is verified; whether it fails, self-signed or by OCSP, is shown by wsao-errorlog.",
        )
    else:
        message = (
            "peer-cert-verify の設定が貼り付けにありません。",
            "The setting of peer-cert-verify is not in the paste.",
        )
    command = "accelerator mapi verify encryption-settings"
    return [finding(view, id, topic, "not_shown", message, _WHY_PEER, spans, command)]
