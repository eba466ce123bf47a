"""Throughput and memory of the streaming log reader against ``grep -cF`` with the same texts, in one run.

``python -m benchmarks.parse_logs [MEGABYTES]`` writes logs to a temporary folder, reads each with both tools
in turn, and prints the best of three with the ratio.
"""

from __future__ import annotations

import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from bot.reading.needles import groups
from bot.reading.stream import stream

_USUAL = (
    "(fl={fl}) Connection multiplexing enabled by server on the connection. [EdgeTcpConnectionDceRpcLayer.cpp:499]",
    "(fl={fl}) Header signing enabled by server on the connection. [EdgeTcpConnectionDceRpcLayer.cpp:510]",
    "(fl={fl}) OnNewConnection - Client IP 10.31.7.{n} (0xa1f072d), Serv IP 10.80.2.20 (0xa500214), "
    "nDstPort=31012, nAssociationGroup=0x2b90,conn_fd=32, bWasConnectionFromReservedPool=0, "
    "bIsNewMapiSession=1 [ConnectionReservationManager.cpp:255]",
    "(fl={fl}) ContextHandle.IsNull() [EdgeTcpConnectionEmsMdbLayer.cpp:1612]",
)
_TELLING = (
    "(fl={fl}) Client 10.31.7.{n} disconnected more than four consecutive times - push down to generic ao. "
    "[EdgeTcpConnectionDceRpcLayer.cpp:1443]",
    "(fl={fl}) Security Layer moved to ESTB state [FlowSecurityLayer.cpp:311]",
)


def records(share: float, size: int) -> Iterator[str]:
    """Yield records of together ``size`` characters; ``share`` of them hold a known text."""
    chance = random.Random(7)
    written = 0
    while written < size:
        usec = chance.randrange(1_000_000)
        form = chance.choice(_TELLING if chance.random() < share else _USUAL)
        text = form.format(fl=chance.randrange(90_000), n=chance.randrange(1, 255))
        stamp = f"02/14/2013 {written // 9_000_000 % 24:02}:{usec % 60:02}:00.{usec // 1000:03}"
        record = f"{stamp}(Local)(7215 0.1) NTCE ({usec}) {text}\n"
        written += len(record)
        yield record


def best(work: Callable[[], object]) -> float:
    """Return the shortest of three runs in seconds."""
    times = []
    for _ in range(3):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def main(megabytes: int) -> None:
    """Measure logs with few and with many known texts."""
    texts = sorted({needle.text.decode() for group in groups() for needle in group.needles})
    out = sys.stdout.write
    out("| records with a known text | stream | grep -cF | ratio | memory |\n|---|---|---|---|---|\n")
    with tempfile.TemporaryDirectory() as folder:
        patterns = Path(folder, "texts")
        patterns.write_text("\n".join(texts) + "\n")
        for share in (0.0, 0.005, 0.1):
            log = Path(folder, "log")
            with log.open("w") as file:
                file.writelines(records(share, megabytes * 1_000_000))
            ours = best(lambda path=log: stream(path))  # type: ignore[misc]
            grep = ["grep", "-cF", "-f", str(patterns), str(log)]
            theirs = best(lambda command=grep: subprocess.run(command, capture_output=True, check=False))  # type: ignore[misc]
            memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            rates = f"{megabytes / ours:.0f} MB/s | {megabytes / theirs:.0f} MB/s"
            out(f"| {share:.1%} | {rates} | {ours / theirs:.1f} | {memory:.0f} MB |\n")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
