"""The command line: what it prints, where, and its exit status."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot.config import ROOT


@pytest.fixture
def run(settings):
    def command(*arguments: str, stdin: bytes = b"", **environment: str) -> subprocess.CompletedProcess[bytes]:
        env = os.environ | {"KB_DATA_DIR": str(settings.data_dir)} | environment
        command = [sys.executable, "-m", *arguments]
        return subprocess.run(command, input=stdin, capture_output=True, cwd=ROOT, env=env, check=False)

    return command


def test_ask_json_is_one_object_of_the_contract(run) -> None:
    done = run("bot", "ask", "--json", "TGDL になる")
    body = json.loads(done.stdout)
    assert done.returncode == 0
    wanted = "id status language answer topics steps citations findings index_version model elapsed_ms"
    assert list(body) == wanted.split()
    assert done.stderr == b""


def test_ask_for_a_terminal_never_breaks_a_command(run) -> None:
    done = run("bot", "ask", "get-key の実行方法", COLUMNS="60")
    command = "windows-domain diagnostics encryption-service get-key <exchange server FQDN> <domain name>"
    assert any(line.strip() == command for line in done.stdout.decode().splitlines())


def test_batch_keeps_order_and_survives_bad_lines(run) -> None:
    lines = [
        b'{"id": 1, "question": "TGDL"}',
        b"not json",
        b'{"id": 2}',
        b'{"id": 3, "question": "\xff"}',
        b'{"id": 4, "question": 5}',
        '{"id": 5, "question": "時刻がずれている", "history": []}'.encode(),
    ]
    done = run("bot", "ask", "--batch", "-", stdin=b"\n".join(lines) + b"\n")
    bodies = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0
    assert [body["id"] for body in bodies] == [1, None, 2, None, 4, 5]
    assert ["error" in body for body in bodies] == [False, True, True, True, True, False]


def test_parse_reads_standard_input_and_files(run, tmp_path: Path) -> None:
    text = "MAPI:\nGlobal Statistics\nSecured Connections: 12\n"
    piped = json.loads(run("bot", "parse", "--json", stdin=text.encode()).stdout)
    file = tmp_path / "paste.txt"
    file.write_bytes(text.encode("utf-16"))
    read = json.loads(run("bot", "parse", "--json", str(file)).stdout)
    assert piped == read
    assert piped["outputs"][0]["data"]["secured_connections"] == 12


def test_a_large_file_of_outputs_is_read_whole(run, tmp_path: Path) -> None:
    block = "MAPI:\nGlobal Statistics\nTotal Handled Connections: 412\nSecured Connections: 12\n" + "-" * 2000 + "\n"
    file = tmp_path / "many.txt"
    file.write_text(block * 2500, encoding="utf-8")
    body = json.loads(run("bot", "parse", "--json", str(file)).stdout)
    assert len(body["outputs"]) == 2500


def test_an_empty_variable_is_no_setting(run) -> None:
    assert run("bot", "ask", "--json", "TGDL", KB_MODEL="").returncode == 0


def test_parse_batch(run) -> None:
    done = run("bot", "parse", "--batch", "-", stdin=b'{"id": "a", "text": ""}\n{"id": "b"}\n')
    empty, bad = (json.loads(line) for line in done.stdout.splitlines())
    assert empty == {"id": "a", "outputs": [], "findings": [], "unrecognised": []}
    assert "error" in bad


@pytest.mark.parametrize("arguments", [("bot",), ("bot", "fly"), ("bot", "ask"), ("bot", "ask", "--colour")])
def test_wrong_usage_is_2(run, arguments: tuple[str, ...]) -> None:
    assert run(*arguments).returncode == 2


def test_failures_are_1_with_one_line(run, tmp_path: Path) -> None:
    missing = run("bot", "ask", "x", KB_DATA_DIR=str(tmp_path))
    assert missing.returncode == 1
    assert b"python -m ingest" in missing.stderr
    assert missing.stderr.count(b"\n") == 1
    assert run("bot", "parse", "/no/such/file").returncode == 1
    unknown = run("bot", "ask", "x", KB_COLOUR="red")
    assert unknown.returncode == 1
    assert b"KB_COLOUR" in unknown.stderr


def test_doctor_is_content(run) -> None:
    done = run("bot", "doctor")
    assert done.returncode == 0, done.stdout.decode()
    assert b"FAIL" not in done.stdout


def test_chat_answers_follow_ups(run) -> None:
    said = "EPM AO は動いている？\nどのコマンド？\n"
    done = run("bot", "chat", stdin=said.encode())
    assert done.returncode == 0
    assert done.stdout.decode().count("show statistics accelerator epm") >= 2


def test_the_question_path_never_imports_heavy_packages(settings) -> None:
    code = (
        "import sys; from bot.__main__ import main; main(['ask', '--json', 'TGDL']); "
        "heavy = {'torch', 'sentence_transformers', 'gradio', 'langchain_core', 'markdown_it'} & set(sys.modules); "
        "sys.exit(str(heavy) if heavy else 0)"
    )
    env = os.environ | {"KB_DATA_DIR": str(settings.data_dir)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, cwd=ROOT, env=env, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
