"""A text that repeats a line of an output begins an output at each: reading takes time in proportion all the same."""

from __future__ import annotations

import pytest

from bot.reading.parse import parse
from bot.reading.paste import Paste
from bot.reading.segment import NEAR, PATIENCE, PATIENT, _Reader
from tests.samples import ROOT, exact

COLUMNS = "ConnID Source IP:Port Dest IP:Port PeerID Accel RR\n"
LINES = [
    COLUMNS,
    "Dynamic Match Type/Count Information:\n",
    "crypto pki global-settings\n",
    "   Accelerator Details:\n               Configured:   MAPI\n",
    "   Current Active Optimized TCP Preposition Flows:   0\n",
    "Key for mail01.hq.example.net resides in memory key cache\n",
    "crypto ssl services host-service peering\n no peer-cert-verify\n",
]
SECURED = (ROOT / "show-statistics-accelerator-mapi" / "secured.txt").read_text(encoding="utf-8")
TABLE = (ROOT / "show-statistics-connection-optimized-mapi" / "generic.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("line", LINES)
def test_what_is_read_grows_with_the_text(line: str) -> None:
    text = line * (60_000 // len(line))
    reader = _Reader(Paste(text).view)
    for i in range(len(reader.marks)):
        reader.look(i)
    in_full = PATIENCE * len(text) + PATIENT + len(text)
    assert len(reader.marks) > 300
    assert reader._spent <= in_full + len(reader.marks) * 4 * NEAR < len(text) ** 2 / 10


@pytest.mark.parametrize("line", LINES)
def test_an_output_among_them_is_read_whole(line: str) -> None:
    noise = line * (60_000 // len(line))
    for output in (SECURED, TABLE):
        text = f"{noise}\nWAE#{output.partition('#')[2]}" if "#" in output.partition("\n")[0] else f"{noise}\n{output}"
        alone, result = parse(output), parse(text)
        exact(text, result)
        told = {(found.id, found.state) for found in result.findings}
        assert {(found.id, found.state) for found in alone.findings if found.state == "problem"} <= told


def test_a_long_table_behind_them_keeps_every_connection() -> None:
    head = TABLE[: TABLE.index("ConnID")]
    row = "{} 192.0.2.10:4506 198.51.100.7:1456 0:1a:64:d3:2f:b8 TMDL 61.0%\n"
    table = head + COLUMNS + "".join(row.format(n) for n in range(1, 601))
    result = parse(COLUMNS * 1_200 + table)
    connections = max((output.data.get("connections", []) for output in result.outputs), key=len)
    assert [one["conn_id"] for one in connections] == list(range(1, 601))
