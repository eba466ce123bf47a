"""show running-config: the policies of a 4.x release, and the certificate checks of peering."""

from __future__ import annotations

import re
from typing import Any

from bot.findings import Finding
from bot.outputs.base import Anchor, Reading, Span, at_end, words
from bot.outputs.config_checks import ENDPOINT, check_crypto, check_policies
from bot.outputs.policy_text import ACTION, accelerates
from bot.reading.paste import View

COMMAND = "show running-config"
TOPIC = "traffic-policy"
MERGES = True
REPEATS = True
_B = r"(?<![A-Za-z0-9_-])"
_NAME = r"[A-Za-z0-9][A-Za-z0-9_.-]{0,80}"
_ADAPTOR = re.compile(rf"{_B}map[ \n]adaptor[ \n](?P<adaptor>[A-Za-z]{{2,10}})[ \n](?P<map>{_NAME})")
_BODY = re.compile(
    rf"[ \n](?:name[ \n](?P<name>{_NAME})[ \n](?P<scope>All|classifier[ \n]{_NAME})[ \n]action[ \n](?P<action>{ACTION}))"
)
_BASIC = re.compile(
    rf"{_B}name[ \n](?P<name>{_NAME})[ \n]classifier[ \n](?P<classifier>{_NAME})[ \n]action[ \n](?P<action>{ACTION})"
)
_CLASSIFIER = re.compile(rf"{_B}classifier[ \n](?P<classifier>{_NAME})(?=[ \n]match[ \n])")
_MATCH = re.compile(
    r"[ \n]match[ \n](?P<match>[a-z][a-z0-9 ./-]{2,80}?)(?=[ ](?:match|exit|classifier|name|map)(?![a-z])|[ ]!|\n|\Z)"
)
_ENDS = re.compile(r"[ \n](?:exit|name|map|classifier|!|end)(?![A-Za-z])|[ \n][A-Za-z][A-Za-z0-9_.-]{0,62}#")
_PKI = re.compile(
    rf"{_B}crypto[ \n]pki[ \n]global-settings(?:[ \n]ocsp[ \n]url[ \n](?P<ocsp_url>[^ \n]{{1,300}}))?"
    r"(?:[ \n]revocation-check[ \n](?P<revocation_check>[a-z][a-z-]{2,40}(?:[ \n](?:none|ocsp-url|ocsp-cert-url)(?![a-z-]))?))?"
)
_PEERING = re.compile(
    rf"{_B}crypto[ \n]ssl[ \n]services[ \n]host-service[ \n]peering"
    r"(?:[ \n](?!exit)(?!no[ \n]peer-cert)(?!peer-cert)[a-z][A-Za-z0-9 _./-]{1,80}(?=\n)){0,6}"
    r"(?P<verify>[ \n](?P<no>no[ \n])?peer-cert-verify)?"
)
ANCHORS = (
    Anchor(_ADAPTOR.pattern, ("map",)),
    Anchor(rf"{_B}classifier[ \n]MS-End[Pp]o", ("classifier",)),
    Anchor(_PKI.pattern, ("crypto",)),
    Anchor(_PEERING.pattern, ("crypto",)),
    Anchor(_BASIC.pattern, ("name",)),
    Anchor(_CLASSIFIER.pattern, ("classifier",)),
)


def read(view: View, start: int, end: int) -> Reading | None:
    """Read the policy blocks and the crypto settings between ``start`` and ``end``."""
    text = view.text
    adaptors = [_adaptor(text, found, end) for found in _ADAPTOR.finditer(text, start, end)]
    basics = [_policy(text, found) for found in _BASIC.finditer(text, start, end) if not at_end(text, found.end())]
    classifiers = [_classifier(text, found, end) for found in _CLASSIFIER.finditer(text, start, end)]
    crypto = _crypto(text, start, end)
    if not (adaptors or basics or classifiers or crypto):
        return None
    data: dict[str, Any] = {}
    for key, blocks in (("map_adaptors", adaptors), ("policies", basics), ("classifiers", classifiers)):
        if blocks:
            data[key] = [cells for cells, _, _ in blocks]
    data |= {key: cells for key, (cells, _) in crypto.items()}
    blocks = [*adaptors, *basics, *classifiers]
    spans = [span for _, span, _ in blocks] + [span for _, span in crypto.values()]
    findings: list[Finding] = check_policies(view, adaptors, basics, classifiers, COMMAND) if blocks else []
    findings += check_crypto(view, crypto) if crypto else []
    missing = _missing(data, blocks)
    return Reading(COMMAND, min(s for s, _ in spans), max(e for _, e in spans), data, missing, tuple(findings))


Block = tuple[dict[str, Any], Span, bool]


def _adaptor(text: str, found: re.Match[str], end: int) -> Block:
    """Return the block's cells, its span, and whether its action is there as a whole."""
    cells: dict[str, Any] = {"map_adaptor": f"{found['adaptor']} {found['map']}"}
    body = _BODY.match(text, found.end(), end)
    if body is None or at_end(text, body.end()):
        return cells, found.span(), False
    cells |= {"name": body["name"], "classifier": words(body["scope"]).removeprefix("classifier ")}
    cells |= _action(body["action"])
    return cells, (found.start(), _exit(text, body.end(), end)), _ENDS.match(text, body.end()) is not None


def _exit(text: str, place: int, end: int) -> int:
    closing = re.compile(r"[ \n]exit(?![A-Za-z])").match(text, place, end)
    return closing.end() if closing else place


def _action(action: str) -> dict[str, Any]:
    printed = words(action)
    target = accelerates(printed)
    return {"action": printed} | ({"accelerate": target} if target else {})


def _policy(text: str, found: re.Match[str]) -> Block:
    cells = {"name": found["name"], "classifier": found["classifier"]} | _action(found["action"])
    return cells, found.span(), _ENDS.match(text, found.end()) is not None


def _classifier(text: str, found: re.Match[str], end: int) -> Block:
    cells: dict[str, Any] = {"classifier": found["classifier"], "match": []}
    place = found.end()
    while match := _MATCH.match(text, place, end):
        if match.end() == len(text) and not match["match"].endswith(" 135"):
            break
        cells["match"].append(match["match"])
        place = match.end()
    return cells, (found.start(), _exit(text, place, end)), bool(cells["match"])


def _open(cells: dict[str, Any], whole: bool) -> bool:
    """Whether the paste ends before the block has said what it does."""
    return not whole and "accelerate" not in cells


Crypto = dict[str, tuple[dict[str, Any], Span]]


def _crypto(text: str, start: int, end: int) -> Crypto:
    """Return the crypto sections by the key of the data."""
    sections: Crypto = {}
    pki = _PKI.search(text, start, end)
    if pki:
        cells = {key: words(cell) for key, cell in pki.groupdict().items() if cell and not at_end(text, pki.end(key))}
        sections["crypto_pki_global_settings"] = cells, (pki.start(), _exit(text, pki.end(), end))
    peering = _PEERING.search(text, start, end)
    if peering:
        verify = {"peer_cert_verify": "disabled" if peering["no"] else "enabled"} if peering["verify"] else {}
        key = "crypto_ssl_services_host_service_peering"
        sections[key] = verify, (peering.start(), _exit(text, peering.end(), end))
    return sections


def _missing(data: dict[str, Any], blocks: list[Block]) -> tuple[str, ...]:
    missing = []
    if blocks:
        names = [entry["map_adaptor"] for entry in data.get("map_adaptors", ())]
        missing += [] if "EPM mapi" in names else ["map adaptor EPM mapi"]
        missing += [
            label
            for key, label in (("classifiers", "match dst port eq 135"), ("policies", "MS-EndPortMapper"))
            if not any(ENDPOINT.fullmatch(entry["classifier"]) for entry in data.get(key, ()))
        ]
        missing += [str(next(iter(cells.values()))) for cells, _, whole in blocks if _open(cells, whole)]
    else:
        keys = ("crypto_pki_global_settings", "crypto_ssl_services_host_service_peering")
        missing += [key.replace("_", " ") for key in keys if not data.get(key)]
    return tuple(dict.fromkeys(missing))
