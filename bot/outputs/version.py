"""show version: the release, on which encrypted MAPI depends."""

from __future__ import annotations

import re
from typing import Any

from bot.findings import Finding
from bot.outputs.base import Anchor, Reading, Span, finding
from bot.reading.paste import View

COMMAND = "show version"
TOPIC = "emapi-requirements"
_PRODUCT = re.compile(r"Cisco[ \n]Wide[ \n]Area[ \n]Application[ \n]Services(?:[ \n]Software)?")
_RELEASE = re.compile(
    r"(?:Software[ \n])?Release[ \n](?P<release>[0-9]{1,2}\.[0-9]{1,2}\.[0-9]{1,2}[a-z]?)(?![0-9A-Za-z])"
    r"(?:[ \n]\(build[ \n](?P<build>[A-Za-z0-9.]{1,20})(?P<built>[ \n][^()\n]{1,60})?\))?"
)
_IMAGE = re.compile(
    r"(?:(?i:version)[ \n]?:[ \n]?)?(?<![A-Za-z0-9])(?P<version>(?P<model>oe[0-9]{2,5}|[a-z]{2,8}[0-9]{3,5})-(?P<release>[0-9]{1,2}\.[0-9]{1,2}\.[0-9]{1,2})[a-z]?\.[0-9]{1,4})"
)
ANCHORS = (Anchor(_PRODUCT.pattern, ("Cisco",)),)
REPEATS = True


def read(view: View, start: int, end: int) -> Reading | None:
    """Read release, build and image; None where the product is named but no release."""
    text = view.text
    product = _PRODUCT.search(text, start, end)
    if product is None:
        return None
    stop = min(end, product.end() + 600)
    release = _RELEASE.search(text, product.end(), stop)
    image = _IMAGE.search(text, product.end(), stop)
    if (release is None or release.end() == len(text)) and image is None:
        return None
    data: dict[str, Any] = {}
    if release is not None:
        data |= {"software_release": release["release"]} | ({"build": release["build"]} if release["build"] else {})
    if image is not None:
        data |= {"version": image["version"]}
    shown = release or image
    assert shown is not None
    found = _judge(view, shown["release"], shown.span())
    last = max(match.end() for match in (release, image) if match)
    return Reading(COMMAND, product.start(), last, data, () if release else ("Software Release",), (found,))


def _judge(view: View, release: str, span: Span) -> Finding:
    numbers = tuple(int(part) for part in re.findall("[0-9]+", release))
    why = ("リリース番号を 5.0.1 と 5.0.3 に照らします。", "The release is compared with 5.0.1 and 5.0.3.")
    if numbers >= (5, 0, 3):
        message = (
            f"リリース {release} では、暗号化された MAPI の高速化が既定で有効です。",
            f"In release {release} the acceleration of encrypted MAPI is on by default.",
        )
    elif numbers >= (5, 0, 1):
        message = (
            f"リリース {release} は暗号化された MAPI を高速化できますが、既定で有効になるのは 5.0.3 からです。",
            f"Release {release} can accelerate encrypted MAPI; it is on by default only from 5.0.3.",
        )
    else:
        message = (
            f"リリース {release} は暗号化された MAPI を高速化しません。そうした接続は汎用 AO に渡されます。",
            f"Release {release} does not accelerate encrypted MAPI; such connections go to the generic AO.",
        )
    topic = TOPIC if numbers >= (5, 0, 1) else "unsupported-connections"
    return finding(view, "software-release", topic, "normal", message, why, [span])
