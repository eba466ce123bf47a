"""``python -m benchmarks.parse_outputs``: reading large pasted outputs against TextFSM, by turns in one run.

TextFSM reads clean text by one template for each command, compiled before the clock starts. It is given the
outputs as the device prints them, and its values stay texts; ``bot.reading.parse`` also finds the outputs, undoes
damage, converts numbers and judges. Both have to yield the same values before anything is timed.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from functools import partial
from io import StringIO
from pathlib import Path
from statistics import median
from typing import Any

import textfsm  # type: ignore[import-untyped]

from benchmarks.common import by_turns, milliseconds, show
from bot.reading.parse import parse

ROWS, BLOCKS, ROUNDS = 5000, 200, 9
_SAMPLES = Path(__file__).resolve().parents[1] / "kb" / "samples"
_TABLE_SAMPLE = _SAMPLES / "show-statistics-connection-optimized-mapi" / "with-ratio.txt"
_COUNTER_SAMPLE = _SAMPLES / "show-statistics-accelerator-mapi" / "healthy.txt"
_LEGEND = ("D", "L", "T", "RR", "A", "C", "E", "G", "H", "M", "N", "S", "V")
_COLUMNS = ("conn_id", "source", "destination", "peer_id", "accel", "reduction_ratio")
# One record for the whole table: with a record for each row TextFSM would clear every counter each time.
TABLE_TEMPLATE = r"""Value current_active_optimized_flows (\d+)
Value current_active_optimized_tcp_plus_flows (\d+)
Value current_active_optimized_tcp_only_flows (\d+)
Value current_active_optimized_tcp_preposition_flows (\d+)
Value current_active_auto_discovery_flows (\d+)
Value current_reserved_flows (\d+)
Value current_active_pass_through_flows (\d+)
Value historical_flows (\d+)
Value D ([^,]+)
Value L ([^,]+)
Value T (.+?)
Value RR (.+)
Value A ([^,]+)
Value C ([^,]+)
Value E ([^,]+)
Value G ([^,]+)
Value H ([^,]+)
Value M ([^,]+)
Value N ([^,]+)
Value S ([^,]+)
Value V (.+)
Value List conn_id (\d+)
Value List source ([\d.]+:\d+)
Value List destination ([\d.]+:\d+)
Value List peer_id ([0-9a-f:]+)
Value List accel ([A-Z,]+)
Value List reduction_ratio ([\d.]+)

Start
  ^Current Active Optimized Flows:\s+${current_active_optimized_flows}
  ^\s+Current Active Optimized TCP Plus Flows:\s+${current_active_optimized_tcp_plus_flows}
  ^\s+Current Active Optimized TCP Only Flows:\s+${current_active_optimized_tcp_only_flows}
  ^\s+Current Active Optimized TCP Preposition Flows:\s+${current_active_optimized_tcp_preposition_flows}
  ^Current Active Auto-Discovery Flows:\s+${current_active_auto_discovery_flows}
  ^Current Reserved Flows:\s+${current_reserved_flows}
  ^Current Active Pass-Through Flows:\s+${current_active_pass_through_flows}
  ^Historical Flows:\s+${historical_flows}
  ^D:${D},L:${L},T:${T} RR:${RR}$$
  ^A:${A},C:${C},E:${E},G:${G},H:${H},M:${M},N:${N},S:${S},V:${V}$$
  ^ConnID -> Rows

Rows
  ^${conn_id}\s+${source}\s+${destination}\s+${peer_id}\s+${accel}\s+${reduction_ratio}%
"""
# The labels of the counters in the order in which they are printed; the template has a rule for each.
_COUNTERS = (
    "Total Handled Connections",
    "Total Optimized Connections",
    "Total Connections Handed-off with Compression Policies Unchanged",
    "Total Dropped Connections",
    "Current Active Connections",
    "Current Pending Connections",
    "Maximum Active Connections",
    "Number of Synch Get Buffer Requests",
    "Minimum Synch Get Buffer Size (bytes)",
    "Maximum Synch Get Buffer Size (bytes)",
    "Average Synch Get Buffer Size (bytes)",
    "Number of Read Stream Requests",
    "Minimum Read Stream Buffer Size (bytes)",
    "Maximum Read Stream Buffer Size (bytes)",
    "Average Read Stream Buffer Size (bytes)",
    "Minimum Accumulated Read Ahead Data Size (bytes)",
    "Maximum Accumulated Read Ahead Data Size (bytes)",
    "Average Accumulated Read Ahead Data Size (bytes)",
    "Local Response Count",
    "Average Local Response Time (usec)",
    "Remote Response Count",
    "Average Remote Response Time (usec)",
    "Current 2000 Accelerated Sessions",
    "Current 2003 Accelerated Sessions",
    "Current 2007 Accelerated Sessions",
    "Secured Connections",
    "Lower than 2000 Sessions",
    "Higher than 2007 Sessions",
)
_DATES = ("Time Accelerator was started", "Time Statistics were Last Reset/Cleared")


_NAME = 48  # TextFSM takes no longer name of a value


def _key(label: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", label.lower()).strip("_")


def _template() -> str:
    kinds = [(label, "(.+)") for label in _DATES] + [(label, r"(\d+)") for label in _COUNTERS]
    names = [(_key(label)[:_NAME], label.replace("(", r"\(").replace(")", r"\)")) for label, _ in kinds]
    heads = [f"Value {name} {kind}" for (name, _), (_, kind) in zip(names, kinds, strict=True)]
    rules = [rf"  ^\s+{label}:\s+${{{name}}}" for name, label in names]
    return "\n".join([*heads, "", "Start", *rules]) + " -> Record\n"


_KEYS = {_key(label)[:_NAME]: _key(label) for label in _COUNTERS}
COUNTER_TEMPLATE = _template()


def table(rows: int, seed: int) -> str:
    """Return a connection table of ``rows`` rows in the sample's layout, its head taken from the sample."""
    chance = random.Random(seed)
    sample = _TABLE_SAMPLE.read_text()
    lines = [sample[: sample.index("\n", sample.index("ConnID")) + 1]]
    for number in range(8812, 8812 + rows):
        source = f"172.19.{chance.randrange(256)}.{chance.randrange(1, 255)}:{chance.randrange(1025, 65536)}"
        target = f"172.16.2.{chance.randrange(1, 255)}:{chance.randrange(1025, 65536)}"
        kind, ratio = chance.choice(("TMDL", "TMDL", "TGDL")), chance.randrange(10_000) / 100
        pair = f"{source:>{29 - len(str(number))}}      {target:<17}"
        lines.append(f"{number}{pair} 0:21:5a:7:c:1f {kind}  {ratio}%\n")
    return "".join(lines)


def blocks(count: int, seed: int) -> str:
    """Return ``count`` outputs of the accelerator's counters, each the sample with other numbers."""
    chance = random.Random(seed)
    sample = _COUNTER_SAMPLE.read_text().rstrip("\n") + "\n"
    counter = re.compile(r"(?m)(?<= )[0-9]+$(?<!2010)")
    return "".join(counter.sub(lambda _: str(chance.randrange(10**6)), sample) for _ in range(count))


def ours(text: str) -> list[dict[str, Any]]:
    """Return the data of every output that ``bot.reading.parse`` read."""
    return [output.data for output in parse(text).outputs]


def theirs(machine: textfsm.TextFSM, text: str) -> list[dict[str, Any]]:
    """Return TextFSM's records in the form and with the types that ``bot.reading.parse`` yields."""
    return [_typed(dict(zip(machine.header, row, strict=True))) for row in _read(machine, text)]


def _read(machine: textfsm.TextFSM, text: str) -> list[list[Any]]:
    machine.Reset()
    records: list[list[Any]] = machine.ParseText(text)
    return records


def _typed(record: dict[str, Any]) -> dict[str, Any]:
    """Turn digits into numbers and put the legend and the columns of a table where they belong."""
    flat = {_KEYS.get(key, key): value for key, value in record.items() if key not in (*_LEGEND, *_COLUMNS)}
    data: dict[str, Any] = {key: int(value) if value.isdigit() else value for key, value in flat.items()}
    if "conn_id" in record:
        data["legend"] = [{"letter": key, "meaning": record[key]} for key in _LEGEND]
        rows = zip(*(record[key] for key in _COLUMNS), strict=True)
        data["connections"] = [_row(dict(zip(_COLUMNS, row, strict=True))) for row in rows]
    return data


def _row(cells: dict[str, str]) -> dict[str, Any]:
    return cells | {"conn_id": int(cells["conn_id"]), "reduction_ratio": float(cells["reduction_ratio"])}


def compare(name: str, template: str, make: Callable[[int], str], outputs: int) -> None:
    """Check that both read the same ``outputs`` from a text of ``make``, then time both on other texts."""
    machine = textfsm.TextFSM(StringIO(template))
    read = ours(make(0))
    if len(read) != outputs or read != theirs(machine, make(0)):
        raise SystemExit(f"{name}: the two readers differ")
    texts = [make(seed) for seed in range(1, ROUNDS + 1)]
    one, two = by_turns([(partial(parse, text), partial(_read, machine, text)) for text in texts])
    show(name, one, two)
    size, mine, other = len(texts[0]) / 1000, median(one), median(two)
    print(f"  {size:.0f} KB: {size / mine:.2f} MB/s against {size / other:.2f} MB/s, {other / mine:.2f} times TextFSM")


def main() -> None:
    """Print the throughput of both readers and the time of a single paste."""
    compare(f"table of {ROWS} connections", TABLE_TEMPLATE, partial(table, ROWS), 1)
    compare(f"{BLOCKS} blocks of counters", COUNTER_TEMPLATE, partial(blocks, BLOCKS), BLOCKS)
    for name, make in (("connection table", partial(table, 16)), ("counters", partial(blocks, 1))):
        texts = [make(seed) for seed in range(100)]
        times = [milliseconds(partial(parse, text)) for text in texts]
        print(f"single paste, {name}, {len(texts[0])} characters: {median(times):.2f} ms (median of n={len(times)})")


if __name__ == "__main__":
    main()
