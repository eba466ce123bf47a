"""A marked secret given to other agents' tools, or typed into the terminal's conversation: in no file and no log."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.config import ROOT, Config
from tests.test_mcp import environment
from tests.test_privacy import MARK, files_with
from tests.test_privacy_doors import ASKED, PASTE, SECRET

HELLO = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": MARK, "version": "1"}}


@contextmanager
def untouched(settings: Config) -> Iterator[None]:
    """Nothing marked is written into the data while this is open."""
    before = {file: file.stat().st_mtime_ns for file in settings.data_dir.rglob("*")}
    yield
    changed = [file for file in settings.data_dir.rglob("*") if before.get(file) != file.stat().st_mtime_ns]
    assert [file for file in changed if file.is_file() and MARK.encode() in file.read_bytes()] == []


@contextmanager
def started(settings: Config, folder: Path, command: str) -> Iterator[subprocess.Popen[str]]:
    """Run ``python -m bot COMMAND`` at its most talkative, its home and temporary folder in ``folder``."""
    more = {"KB_LOG": "json", "KB_LOG_LEVEL": "debug", "TMPDIR": str(folder), "HOME": str(folder)}
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", command], cwd=ROOT, env=environment(settings, **more), text=True,
        encoding="utf-8", stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def test_the_tools_of_other_agents_keep_nothing(settings: Config, tmp_path: Path) -> None:
    calls = [
        ("ask_guide", {"question": f"{ASKED} {SECRET}", "paste": PASTE}),
        ("parse_output", {"text": PASTE}),
        ("next_check", {"question": f"slow {SECRET}", "paste": PASTE}),
        ("ask_guide", {"question": {"password": MARK}}),
        (f"no_such_{MARK}", {}),
    ]
    lines = [{"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": HELLO}]
    lines += [{"jsonrpc": "2.0", "method": "notifications/initialized"}]
    lines += [
        {"jsonrpc": "2.0", "id": n, "method": "tools/call", "params": {"name": name, "arguments": given}}
        for n, (name, given) in enumerate(calls, 1)
    ]
    with untouched(settings), started(settings, tmp_path, "mcp") as process:
        assert process.stdin and process.stdout
        process.stdin.write("".join(f"{json.dumps(line)}\n" for line in lines) + f"no message {MARK}\n")
        process.stdin.flush()
        replies = {
            reply["id"]: reply for reply in (json.loads(process.stdout.readline()) for _ in range(len(calls) + 1))
        }
        _, log = process.communicate(timeout=120)
    answer = replies[1]["result"]["structuredContent"]
    assert answer["status"] == "answered" and MARK not in json.dumps(answer)
    assert replies[2]["result"]["structuredContent"]["outputs"]
    assert '"event": "answered"' in log and MARK not in log
    assert files_with(tmp_path, MARK) == []


def test_a_conversation_in_the_terminal_keeps_nothing(settings: Config, tmp_path: Path) -> None:
    with untouched(settings), started(settings, tmp_path, "chat") as process:
        shown, log = process.communicate(f"{ASKED} {SECRET}\n\n{PASTE}\n\nwhat next?\n\n", timeout=120)
    assert process.returncode == 0 and "TGDL" in shown
    assert MARK not in log and files_with(tmp_path, MARK) == []
