"""``python -m benchmarks.reliability.load [--users N...] [--seconds N] [--requests N]``: many people at once.

Starts ``app.py`` on this machine with a database of its own. People ask as fast as they are answered, over the API
and through the page: questions, pastes, files, searches. First one person alone, for the CPU time of one answer;
then each number of people for --seconds; then, with --requests, 32 people until that many answers, and the memory.
Needs an index (``python -m ingest``) and Linux. Ends with 1 where an answer was wrong, missing or somebody else's.
"""

from __future__ import annotations

from benchmarks.reliability import crowd  # isort: skip (it patches what all others import)

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from bot.config import ROOT
from tests.web_server import free_port

ALONE = 120
"""Answers from which the CPU time of one is taken."""
WARM = 60
"""Answers before anything is measured."""
LONG = 32
"""People of the long run."""
POINTS = 20
"""Rows of the table of memory."""


@dataclass(frozen=True)
class Server:
    """The product under load."""

    url: str
    pid: int

    @property
    def cpu(self) -> float:
        """Seconds of processor time that it has used."""
        return _cpu(self.pid)

    @property
    def memory(self) -> float:
        """Resident memory in MB."""
        lines = Path(f"/proc/{self.pid}/status").read_text(encoding="ascii").splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:")) / 1024


def _cpu(pid: int) -> float:
    parts = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(parts[11]) + int(parts[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def served() -> Iterator[Server]:
    """Run ``app.py`` for as long as the block runs."""
    with tempfile.TemporaryDirectory() as folder:
        port, said = free_port(), Path(folder, "said")
        own = os.environ | {
            "KB_PORT": str(port), "KB_HOST": "127.0.0.1", "GRADIO_TEMP_DIR": folder, "PYTHONUNBUFFERED": "1",
            "KB_DATABASE_URL": f"sqlite:///{folder}/cases.sqlite3",
        }  # fmt: skip
        with said.open("w") as out:
            process = subprocess.Popen([sys.executable, "app.py"], cwd=ROOT, env=own, stdout=out, stderr=out)
        try:
            while "open http" not in said.read_text(encoding="utf-8"):
                assert process.poll() is None, said.read_text(encoding="utf-8")
                crowd.gevent.sleep(0.05)
            yield Server(f"http://127.0.0.1:{port}", process.pid)
        finally:
            process.terminate()
            process.wait(60)


@dataclass(frozen=True)
class Run:
    """What one crowd got, and what it cost; CPU times and ``took`` in seconds."""

    count: int
    tally: crowd.Tally
    took: float
    server: float
    own: float

    @property
    def rate(self) -> float:
        """Answers a second."""
        return self.tally.total / self.took

    @property
    def all(self) -> list[float]:
        """Seconds of every answer, sorted."""
        return sorted(each for times in self.tally.seconds.values() for each in times)


def run(server: Server, count: int, tally: crowd.Tally, done: Callable[[], bool]) -> Run:
    """Let a crowd ask until ``done`` says so, or a fault of nearly every answer makes it pointless."""
    started, cpu, own = monotonic(), server.cpu, _cpu(os.getpid())
    crowd.gathered(server.url, count, tally, lambda: done() or len(tally.faults) > 100 + tally.total)
    return Run(count, tally, monotonic() - started, server.cpu - cpu, _cpu(os.getpid()) - own)


def quantile(times: Sequence[float], share: float) -> float:
    """Return the value below which ``share`` of the sorted ``times`` lie, in ms."""
    return times[min(len(times) - 1, int(share * len(times)))] * 1000 if times else 0.0


def row(run: Run, ceiling: float) -> str:
    """Return one row of the table of crowds."""
    people = sorted(run.tally.people.values())
    fair = f"{people[0] if len(people) == run.count else 0} / {people[-1] if people else 0}"
    p50, p95, p99 = (f"{quantile(run.all, share):,.0f}" for share in (0.5, 0.95, 0.99))
    part = f"{run.rate / ceiling:.0%}"
    refused = sum(run.tally.refused.values())
    return (
        f"| {run.count} | {run.tally.total:,} | {run.rate:.1f} | {part} | {run.server / run.tally.total * 1000:.0f} ms "
        f"| {p50} | {p95} | {p99} | {fair} | {refused:,} | {len(run.tally.faults)} |"
    )


def alone(server: Server, tally: crowd.Tally) -> float:
    """Warm the server up, then return the answers a second that its processors can give: one alone, by CPU time."""
    run(server, 1, tally, lambda: tally.total >= WARM)
    before, memory = tally.total, server.memory
    one = run(server, 1, tally, lambda: tally.total >= before + ALONE)
    each, own = one.server / (tally.total - before), one.own / (tally.total - before)
    cores = os.cpu_count() or 1
    print(
        f"{cores} cores, {memory:,.0f} MB after {before} answers. One answer alone: {each * 1000:.1f} ms of CPU in the"
        f" server (n={tally.total - before}), {own * 1000:.1f} ms in who asks; so the cores can give {cores / each:.1f}"
        f" answers/s without who asks, {cores / (each + own):.1f} with.\n",
        flush=True,
    )
    return cores / (each + own)


def crowds(server: Server, counts: Sequence[int], seconds: float, ceiling: float, first: dict[str, str]) -> list[Run]:
    """Let each number of people ask for ``seconds`` and print the table."""
    print(
        "| people | answers | a second | of the cores | CPU each | p50 ms | p95 ms | p99 ms | min / max each | refused | faults |"  # noqa: E501
    )
    print("|---|---|---|---|---|---|---|---|---|---|---|")
    found = []
    for count in counts:
        end = monotonic() + seconds
        found.append(run(server, count, crowd.Tally(first=first), lambda end=end: monotonic() > end))  # type: ignore[misc]
        print(row(found[-1], ceiling), flush=True)
    return found


def kinds(runs: Sequence[Run]) -> None:
    """Print the latencies by kind of each crowd."""
    print("\n| p50 / p99 ms | " + " | ".join(f"{run.count}" for run in runs) + " |")
    print("|---|" + "---|" * len(runs))
    for kind in crowd.MIX:
        times = [sorted(run.tally.seconds.get(kind, ())) for run in runs]
        cells = [f"{quantile(each, 0.5):,.0f} / {quantile(each, 0.99):,.0f}" for each in times]
        print(f"| {kind} | " + " | ".join(cells) + " |")


def long(server: Server, wanted: int, ceiling: float, first: dict[str, str]) -> Run:
    """Let LONG people ask until ``wanted`` answers and print the memory on the way."""
    tally, step = crowd.Tally(wanted, first=first), max(1, wanted // POINTS)
    points = [(0, server.memory)]

    def done() -> bool:
        if tally.total >= points[-1][0] + step:
            points.append((tally.total, server.memory))
        return tally.total >= wanted

    found = run(server, LONG, tally, done)
    print(f"\n{LONG} people, {tally.total:,} answers in {found.took:,.0f} s, {found.rate:.1f} a second")
    print("\n| answers | MB |\n|---|---|")
    print("\n".join(f"| {count:,} | {memory:,.0f} |" for count, memory in points))
    half = [memory for count, memory in points if count >= wanted / 2]
    print(f"\nsecond half: {min(half):,.0f} to {max(half):,.0f} MB; {row(found, ceiling)}")
    return found


def main() -> int:
    """Measure and print Markdown; 1 where something was wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--users", type=int, nargs="*", default=[1, 8, 32, 128])
    parser.add_argument("--seconds", type=float, default=60, help="for each number of people")
    parser.add_argument("--requests", type=int, default=0, help="answers of the long run; 0 leaves it out")
    asked = parser.parse_args()
    with served() as server:
        tally = crowd.Tally()
        ceiling = alone(server, tally)
        runs = crowds(server, asked.users, asked.seconds, ceiling, tally.first)
        kinds(runs)
        if asked.requests:
            runs.append(long(server, asked.requests, ceiling, tally.first))
    faults = [fault for tally in (tally, *(run.tally for run in runs)) for fault in tally.faults]
    for fault in faults[:20]:
        print(fault, file=sys.stderr)
    return int(bool(faults))


if __name__ == "__main__":
    sys.exit(main())
