"""show clock: the time of the WAE, which has to agree with the KDC's."""

from __future__ import annotations

import re

from bot.outputs.base import DATE, KEY_TEST, Anchor, Reading, finding, words
from bot.reading.paste import View

COMMAND = "show clock"
TOPIC = "emapi-clock-sync"
_TIME = re.compile(rf"(?<![A-Za-z])(?P<label>(?:Local|UTC)[ \n]time)[ \n]?:[ \n]?(?P<time>{DATE})")
ANCHORS = (Anchor(_TIME.pattern, ("Local", "UTC")),)
REPEATS = True


def read(view: View, start: int, end: int) -> Reading | None:
    """Read the local time and the universal time, where they are labelled."""
    shown = list(_TIME.finditer(view.text, start, end))
    if not shown:
        return None
    data = {words(found["label"]).lower().replace(" ", "_"): words(found["time"]) for found in shown}
    message = (
        "WAE の時刻が示されています。KDC の時刻と合っているかは、この出力だけでは分かりません。",
        "The WAE's time is shown; whether it agrees with the KDC's cannot be seen from this output alone.",
    )
    why = ("WAE と KDC の時刻を比べます。", "The times of the WAE and the KDC have to be compared.")
    spans = [found.span() for found in shown]
    check = finding(view, TOPIC, TOPIC, "not_shown", message, why, spans, KEY_TEST)
    return Reading(COMMAND, spans[0][0], spans[-1][1], data, (), (check,))
