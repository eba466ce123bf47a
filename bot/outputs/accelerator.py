"""show accelerator: which accelerators are enabled and running."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.findings import Finding
from bot.outputs.base import Anchor, Reading, finding, words
from bot.outputs.echo import command_at
from bot.outputs.state_table import STATE_ANCHOR, STATE_HEAD, Row, heads, state_rows
from bot.reading.paste import View

COMMAND = "show accelerator"
TOPIC = "general-ao-state"
ANCHORS = (Anchor(STATE_HEAD, ("Accelerator",)), Anchor(STATE_ANCHOR, ("epm", "mapi")))
NEEDS_ECHO = True


def read(view: View, start: int, end: int) -> Reading | None:
    """Read a table of several accelerators; None for the table of a single one."""
    text = view.text
    head, items, policy = heads(text, start, end)
    rows = state_rows(text, start, items.start() if items else end)
    asked = announced(text, start, end) == COMMAND
    if not rows or items or policy or (len(rows) == 1 and not asked) or verifies(text, start, head, rows):
        return None
    first = min(head.start() if head else end, rows[0].start)
    missing: tuple[str, ...] = () if head else ("Accelerator", "Config State", "Operational State")
    names = {str(row.cells["accelerator"]).lower(): row for row in rows}
    missing += tuple(name for name in ("epm", "mapi") if name not in names)
    checks = (state_finding(view, name, names.get(name), COMMAND) for name in ("mapi", "epm"))
    data = {"accelerators": [row.cells for row in rows]}
    return Reading(COMMAND, first, rows[-1].end, data, missing, tuple(checks))


_FAILED = re.compile(r"Status[ \n]?:[ \n]?FAILED[ \n]?>{0,2}[ \n]?\Z")
_ADVICE = re.compile(r"[ \n]?>>")


def verifies(text: str, start: int, head: re.Match[str] | None, rows: Sequence[Row]) -> bool:
    """Whether the table is one that a failed check of the encryption settings brings with it."""
    begin = head.start() if head else rows[0].start if rows else start
    failed = _FAILED.search(text, max(0, begin - 20), begin)
    return failed is not None or any(_ADVICE.match(text, row.end) for row in rows)


def announced(text: str, start: int, end: int) -> str | None:
    """Return the command typed at the prompt that ``start`` stands on, None without a prompt."""
    prompt = re.compile(r"(?:[A-Za-z][A-Za-z0-9_.-]{0,62}(?:\([^()\n]{0,40}\))?[ ]?[#>])?").match(text, start, end)
    return command_at(text, prompt.end() if prompt else start)[0]


_TOPICS = {"mapi": "mapi-ao-state", "epm": "epm-ao"}
_WHY = (
    "Config State が Enabled、Operational State が Running であることを確かめます。",
    "Config State has to be Enabled and Operational State has to be Running.",
)


def state_finding(view: View, name: str, row: Row | None, command: str) -> Finding:
    """Judge one accelerator's row; ``command`` is the one that shows it."""
    id, topic = f"accelerator-{name}-state", _TOPICS.get(name, "general-ao-state")
    label = name.upper()
    if row is None:
        message = (
            f"{label} アクセラレータの行が貼り付けにありません。",
            f"The {label} accelerator's row is not in the paste.",
        )
        return finding(view, id, topic, "not_shown", message, _WHY, (), command)
    states = row.cells["config_state"], words(row.cells["operational_state"])
    if states == ("Enabled", "Running"):
        message = (
            f"{label} アクセラレータは有効で、動作しています。",
            f"The {label} accelerator is enabled and running.",
        )
        return finding(view, id, topic, "normal", message, _WHY, [row.span])
    if states == ("Enabled", "Shutdown"):
        message = (
            f"{label} アクセラレータは有効なのに Shutdown です。ライセンスの問題を示しています。",
            f"The {label} accelerator is enabled but in Shutdown, which points to the licence.",
        )
        return finding(view, id, topic, "problem", message, _WHY, [row.span])
    if states[0] == "Disabled":
        message = (f"{label} アクセラレータが無効になっています。", f"The {label} accelerator is disabled.")
        return finding(view, id, topic, "problem", message, _WHY, [row.span])
    message = (
        f"{label} アクセラレータの状態「{states[1]}」はガイドに説明がありません。",
        f"The guide does not explain the {label} accelerator's state {states[1]}.",
    )
    return finding(view, id, topic, "not_recognised", message, _WHY, [row.span], command)
