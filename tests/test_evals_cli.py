"""The commands: run, compare, retrieval, accept; drafts, the report, the guard against sockets."""

from __future__ import annotations

import socket
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from bot.errors import ArticleError, InputError
from evals import __main__ as command
from evals import drafts, gate, report, tables
from evals.cases import load, read_file
from evals.drafts import Feedback
from evals.offline import is_local, offline
from evals.run import Result, ask_all, read_result

FEEDBACK = Feedback(
    "Outlook of taro@corp.example.com at 10.1.2.3 is slow, password: hunter2", "wae.tokyo.corp.local up", "wrong topic",
    "an answer", ("mapi-overview",), "v1",
)  # fmt: skip


@pytest.fixture(scope="module")
def result(bot) -> Result:
    cases = load()
    few = [case for case in cases if case.record.kind in ("out_of_scope", "concept")][:6]
    return ask_all(bot, few, "all")


def test_a_result_is_read_as_it_was_saved(result: Result, tmp_path: Path) -> None:
    result.save(tmp_path / "a" / "run.json")
    assert read_result(tmp_path / "a" / "run.json") == result


@pytest.mark.parametrize("content", [None, "{", "[]", '{"outcomes": [{}]}'])
def test_a_bad_result_is_one_clear_line(tmp_path: Path, content: str | None) -> None:
    file = tmp_path / "run.json"
    if content is not None:
        file.write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match="run.json"):
        read_result(file)


def test_compare_shows_what_changed(result: Result, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, status in (("a", 1.0), ("b", 0.0)):
        outcomes = tuple(replace(o, measures=o.measures | {"status": status}) for o in result.outcomes)
        replace(result, outcomes=outcomes).save(tmp_path / f"{name}.json")
    assert command.main(["compare", str(tmp_path / "a.json"), str(tmp_path / "b.json")]) == 0
    row = next(line for line in capsys.readouterr().out.splitlines() if line.startswith("| status"))
    assert "-100.0 (-100.0 to -100.0) | 0 | 6" in row
    assert command.main(["compare", str(tmp_path / "a.json"), str(tmp_path / "none.json")]) == 1
    assert "evals: cannot read" in capsys.readouterr().err


def test_the_report_is_whole_and_escapes_what_was_asked(result: Result, tmp_path: Path) -> None:
    odd = replace(
        result.outcomes[0], id="odd/en", question="a|b <script>alert(1)</script>", measures={"truthful": -1.0}
    )
    bad = replace(result, outcomes=(*result.outcomes, odd))
    report.write(
        bad, tmp_path, {o.id: o.measures for o in result.outcomes}, ["x is low"], "| damage |\n| --- |\n| one |"
    )
    page = (tmp_path / "index.html").read_text(encoding="utf-8")
    for part in ("Scorecard", "By language", "By kind", "By topic", "Confusion", "Risk", "Failures", "red: 1 reason"):
        assert part in page
    assert page.count("data:image/png;base64,") == 3
    assert "<script>" not in page
    assert "a|b &lt;script&gt;" in page
    assert "odd/en" in (tmp_path / "summary.md").read_text(encoding="utf-8")


def test_cells_cannot_break_out() -> None:
    assert tables.cell("a|b\n`c`") == "a\\|b \\`c\\`"


def test_a_thumbs_down_becomes_a_case(tmp_path: Path) -> None:
    file = drafts.write_draft(FEEDBACK, tmp_path)
    text = file.read_text(encoding="utf-8")
    for secret in ("taro", "10.1.2.3", "hunter2", "tokyo"):
        assert secret not in text
    assert "an answer" in text
    target = tmp_path / "cases.yaml"
    with pytest.raises(ArticleError, match="needs topics"):
        drafts.accept(file.stem, tmp_path, target)
    body = yaml.safe_load(text)
    body["case"]["topics"] = ["mapi-overview"]
    file.write_text(yaml.safe_dump(body, allow_unicode=True), encoding="utf-8")
    assert drafts.accept(file.stem, tmp_path, target) == file.stem
    assert [record.id for record in read_file(target)] == [file.stem]
    assert not file.exists()


def test_an_unknown_draft_is_one_clear_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["accept", "fb-none"]) == 1
    assert "evals: there is no draft fb-none" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [
        ["retrieval"],
        ["retrieval", "--corpus", "a"],
        ["retrieval", "--bench", "x", "--corpus", "a", "--queries", "b", "--qrels", "c"],
        ["run", "--update-baseline", "--split", "dev"],
    ],
)
def test_wrong_usage_is_status_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(arguments) == 2
    assert capsys.readouterr().err.startswith("evals: ")


def test_unknown_arguments_are_status_2() -> None:
    with pytest.raises(SystemExit) as stopped:
        command.main(["runn"])
    assert stopped.value.code == 2


def test_run_writes_what_it_was_asked_for(
    settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    few = load()[:2]
    monkeypatch.setattr("evals.cases.load", lambda split: few)
    monkeypatch.setattr("bot.config.current", lambda: settings)
    monkeypatch.setattr("evals.damage.damage_table", lambda: "")
    monkeypatch.setattr(gate, "BASELINE", tmp_path / "baseline.json")
    wanted = ["--json", str(tmp_path / "run.json"), "--report", str(tmp_path / "report"), "--update-baseline"]
    assert command.main(["run", *wanted]) == 0
    assert (tmp_path / "report" / "index.html").is_file()
    assert len(read_result(tmp_path / "run.json").outcomes) == 2
    assert "gate: open" in capsys.readouterr().out


def test_nothing_leaves_this_machine() -> None:
    with offline() as tried:
        with pytest.raises(PermissionError), socket.socket() as connection:
            connection.connect(("192.0.2.1", 80))
        with pytest.raises(PermissionError):
            socket.getaddrinfo("example.com", 443)
        with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()):
            pass
    assert tried == ["socket.connect 192.0.2.1", "socket.getaddrinfo example.com"]
    assert socket.getaddrinfo("127.0.0.1", 80)


def test_what_counts_as_this_machine() -> None:
    for host in ("127.0.0.1", "::1", "localhost", "/run/socket", None, "0.0.0.0"):
        assert is_local(host)
    for host in ("10.0.0.1", "example.com", "2001:db8::1", "localhost.evil.com"):
        assert not is_local(host)


def test_calibrate_prints_the_weights(
    settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    cases = [case for case in load() if case.record.kind in ("concept", "out_of_scope")]
    monkeypatch.setattr("evals.cases.load", lambda: cases)
    monkeypatch.setattr("bot.config.current", lambda: settings)
    assert command.main(["calibrate"]) == 0
    assert "WEIGHTS = Signs(" in capsys.readouterr().out
