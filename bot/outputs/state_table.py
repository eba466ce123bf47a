"""Tables that several outputs share: accelerator states, config items, policy engine items."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.outputs.base import Span, number, snake, words

_KNOWN = re.compile(
    r"(?i:aoim|cifs|dre|epm|generic|http|https|ica|lz|mapi|nfs|object-cache|smb|ssl|tfo|video|wan[ -]?secure"
    r"|encryption-service)"
)
NAMES = rf"{_KNOWN.pattern}|(?!Yes[ \n]|No[ \n])[A-Za-z][A-Za-z0-9-]{{1,20}}"
STATE_HEAD = (
    r"(?<![A-Za-z])Accelerator[ \n]?(?:Licensed[ \n]?|License[ \n]?)?Config[ \n]?State[ \n]?Operational[ \n]?State"
)
STATE_ANCHOR = r"(?<![A-Za-z0-9_.-])(?:epm|mapi)[ \n](?:Yes[ \n]|No[ \n])?(?:Enabled|Disabled)[ \n](?:Running|Shutdown)"
ITEM_HEAD = r"Accelerator[ \n]?Config[ \n]?Item[ \n]?Mode[ \n]?Value"
POLICY_HEAD = r"Policy[ \n]?Engine[ \n]?Config[ \n]?Item[ \n]?Value"
_ROW = (
    rf"(?<![A-Za-z0-9_.-])(?P<accelerator>{NAMES})[ \n](?:(?P<licensed>Yes|No|Licensed|Unlicensed)[ \n])?"
    r"(?P<config_state>Enabled|Disabled)[ \n](?P<operational_state>(?:Not[ \n])?[A-Z][A-Za-z-]{2,20})(?![A-Za-z-])"
)
STATE_ROW = re.compile(_ROW)
WHOLE = frozenset({"enabled", "disabled", "default", "configured", "none", "auto", "always"})
_DASHES = re.compile(r"[ \n=-]{0,400}")
_HEAD = re.compile(STATE_HEAD)
_POLICY_HEAD = re.compile(POLICY_HEAD)
_ITEM_HEAD = re.compile(ITEM_HEAD)
_VALUE = r"Not[ \n]Applicable|Not[ \n]Configured|[0-9.]{1,12}[ \n](?:seconds|minutes|percent)|(?!Not(?:[ \n]|\Z))[^ \n<]{1,200}"
_ITEM = re.compile(rf"(?P<item>[A-Za-z][A-Za-z0-9 \n/_-]{{1,50}}?)[ \n](?P<mode>User|Default)[ \n](?P<value>{_VALUE})")
_UNITS = ("seconds", "minutes")
_POLICY_ITEM = r"State|Default[ \n]?Action|Connection[ \n]?Limit|Effective[ \n]?Limit|Keepalive[ \n]?timeout"
_POLICY = re.compile(
    rf"(?<![A-Za-z])(?P<item>{_POLICY_ITEM})(?:[ \n]?:[ \n]?|[ \n])(?!{_POLICY_ITEM})"
    r"(?P<value>[0-9]{1,20}(?:\.[0-9]{1,3})?(?:[ \n](?:seconds|minutes))?(?![0-9A-Za-z.])"
    r"|Use[ \n]Policy|Not[ \n]Registered|(?!(?:Not|Use)(?:[ \n]|\Z))[A-Z][A-Za-z-]{2,24})"
)


_BEGUN = re.compile(rf"[ \n](?P<item>{_POLICY_ITEM})(?![A-Za-z])[^\n]{{0,40}}\Z")


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its cells by the columns' keys, and where it stands."""

    cells: dict[str, Any]
    start: int
    end: int

    @property
    def span(self) -> Span:
        """The row's offsets in the text it was read from."""
        return self.start, self.end


def state_rows(text: str, start: int, end: int) -> list[Row]:
    """Read the rows of accelerators and their states, none that the text's end cuts off.

    Where the text may begin within a name, the name is left empty.
    """
    rows = []
    for found in STATE_ROW.finditer(text, start, end):
        if found.end() < len(text) or found["operational_state"] in ("Running", "Shutdown"):
            cells = {key: words(cell) for key, cell in found.groupdict().items() if cell}
            if found.start() == 0 and not _KNOWN.fullmatch(found["accelerator"]):
                cells["accelerator"] = ""
            rows.append(Row(cells, found.start(), found.end()))
    return rows


def heads(text: str, start: int, end: int) -> tuple[re.Match[str] | None, ...]:
    """Return the headers of the state table, the config items and the policy items, where shown."""
    return tuple(pattern.search(text, start, end) for pattern in (_HEAD, _ITEM_HEAD, _POLICY_HEAD))


def item_rows(text: str, start: int, end: int) -> list[Row]:
    """Read ``item / Mode / Value`` rows that follow each other from ``start`` on."""
    rows: list[Row] = []
    at = _DASHES.match(text, start, end)
    place = at.end() if at else start
    while (found := _ITEM.match(text, place, end)) and (found.end() < len(text) or found["value"] in WHOLE):
        cells = {"accelerator_config_item": words(found["item"]), "mode": found["mode"], "value": words(found["value"])}
        rows.append(Row(cells, found.start(), found.end()))
        place = found.end()
        if place < end and text[place] in " \n":
            place += 1
    return rows


def policy_rows(text: str, start: int, end: int) -> list[Row]:
    """Read the rows of the policy engine's items from ``start`` on; a cell is named by its item."""
    rows: list[Row] = []
    seen: set[str] = set()
    for found in _POLICY.finditer(text, start, end):
        key = snake(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", words(found["item"])))
        rest = text[found.end() : found.end() + 12].strip()
        cut = len(text) - found.end() < 12 and not found["value"].endswith(_UNITS)
        cut = cut and any(unit.startswith(rest) for unit in _UNITS)
        if key in seen or cut:
            break
        seen.add(key)
        value = words(found["value"])
        rows.append(Row({key: number(value) if value[0].isdigit() and " " not in value else value}, *found.span()))
    return rows


def cut_items(text: str, rows: Sequence[Row]) -> tuple[str, ...]:
    """Return the item behind the last of ``rows`` whose value the text's end cuts."""
    item = _BEGUN.match(text, rows[-1].end) if rows else None
    return (words(item["item"]),) if item else ()


def config_key(row: Row) -> str:
    """Return the item's name in a form to compare: lower case, blanks and joins taken out."""
    return re.sub(r"[^a-z]", "", str(row.cells["accelerator_config_item"]).lower())
