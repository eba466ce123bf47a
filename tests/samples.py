"""The samples of outputs, and what two readings of one output have to agree on."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from bot.findings import Finding, ParseResult
from bot.outputs import OUTPUTS

ROOT = Path(__file__).parent.parent / "kb" / "samples"


def folder(command: str) -> str:
    """Return the folder of a command's samples."""
    return re.sub(r"[^a-z0-9]+", "-", command)


FOLDERS = {folder(module.COMMAND): module.COMMAND for module in OUTPUTS}
SAMPLES = {
    f"{name}/{path.stem}": path.read_text(encoding="utf-8")
    for name in sorted(FOLDERS)
    for path in sorted((ROOT / name).glob("*.txt"))
}


def expected(name: str) -> dict[str, Any]:
    """Return what the sample's .yml says."""
    return yaml.safe_load((ROOT / f"{name}.yml").read_text(encoding="utf-8"))


def ours(result: ParseResult) -> list[Finding]:
    """Return the findings about outputs, those of log lines left aside."""
    return [found for found in result.findings if not found.id.startswith("syslog")]


def outputs(result: ParseResult) -> list[tuple[str, dict[str, Any], bool]]:
    """Return command, data and completeness of every output of the command line."""
    return [(o.command, o.data, o.complete) for o in result.outputs if o.command != "syslog"]


def states(result: ParseResult) -> list[tuple[str, str]]:
    """Return the ids and states of the findings, in order of the ids."""
    return sorted((found.id, found.state) for found in ours(result))


def exact(text: str, result: ParseResult) -> None:
    """Every offset lies in the text, every evidence is its slice, every open finding says what to run."""
    for output in result.outputs:
        assert 0 <= output.start < output.end <= len(text)
    for start, end in result.unrecognised:
        assert 0 <= start < end <= len(text)
    for found in result.findings:
        assert all(text[e.start : e.end] == e.text for e in found.evidence)
        if found.state in ("problem", "normal"):
            assert found.evidence and found.evidence[0].text, found.id
        else:
            assert found.next_command, found.id
