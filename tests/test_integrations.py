"""Every example of docs/integrations.md runs as it stands, but for the port."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys

import pytest

from bot.config import ROOT
from tests.web_server import serving

TEXT = (ROOT / "docs" / "integrations.md").read_text(encoding="utf-8")
PYTHON = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
CURL = re.findall(r"^curl (?:.*\\\n)*.*$", TEXT, re.MULTILINE)


@pytest.fixture(scope="module")
def address(settings, tmp_path_factory):
    with serving(settings, tmp_path_factory.mktemp("served")) as server:
        yield server.url.rstrip("/")


def run(command: list[str], settings, address: str) -> str:
    own = {name: value for name, value in os.environ.items() if not name.startswith("KB_")}
    own |= {"KB_DATA_DIR": str(settings.data_dir), "PYTHONIOENCODING": "utf-8"}
    command = [part.replace("http://127.0.0.1:7860", address) for part in command]
    done = subprocess.run(command, cwd=ROOT, env=own, capture_output=True, text=True, encoding="utf-8", timeout=300)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("number", range(len(PYTHON)))
def test_the_python_examples_run(settings, address, number) -> None:
    assert run([sys.executable, "-c", PYTHON[number]], settings, address).strip()


@pytest.mark.skipif(not shutil.which("curl"), reason="curl is not on this machine")
@pytest.mark.parametrize("number", range(len(CURL)))
def test_the_curl_examples_run(settings, address, number) -> None:
    said = json.loads(run(["sh", "-c", CURL[number].replace("curl ", "curl -sS --fail ")], settings, address))
    assert "error" not in said


def test_the_configurations_are_json() -> None:
    blocks = re.findall(r"```json\n(.*?)```", TEXT, re.DOTALL)
    assert len(blocks) == 2 and all(json.loads(block)["mcpServers"] for block in blocks)
