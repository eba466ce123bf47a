"""Text from outside acts on no terminal and in no log: escapes, clipboard writes, hidden and turned-round text."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot import logs
from bot.__main__ import main
from bot.config import ROOT, Config
from bot.letters import undisguised
from bot.signs import inert, inert_json
from bot.slack import blocks
from bot.slack.api import Api
from ingest.documents import told
from ingest.documents.index import Report

CLIPBOARD, CLEAR, TURN = "\x1b]52;c;cm0gLXJmIC8=\x07", "\x1b[2J\x9b31m", "\u202e"
SAMPLE = ROOT / "kb" / "samples" / "show-accelerator-mapi" / "shutdown.txt"
STAGED = SAMPLE.read_text(encoding="utf-8").replace("Shutdown", f"{CLIPBOARD}Shutdown{TURN}", 1) + f"{CLEAR}\u200b"
ALLOWED = {"\n", "\t"}


def acting(text: str) -> set[str]:
    """Return the characters of ``text`` that a terminal obeys, or that turn or hide other text."""
    found = {c for c in text if unicodedata.category(c) == "Cc" or c in "\u061c\u200b\u200e\u200f\ufeff"}
    return {c for c in found | {c for c in text if "\u202a" <= c <= "\u202e" or "\u2060" <= c <= "\u2069"}} - ALLOWED


@given(st.text())
@example(f"{CLIPBOARD}{CLEAR}{TURN}\x00\r\n\x7f\U000e0041")
def test_no_character_acts_and_json_says_the_same(text: str) -> None:
    assert not acting(inert(text)) and inert(inert(text)) == inert(text)
    line = json.dumps({"text": text}, ensure_ascii=False)
    assert not acting(inert_json(line)) and json.loads(inert_json(line)) == {"text": text}


def test_what_can_be_seen_stays() -> None:
    assert inert("行1\r\n\tTab 👩‍🔧 é が ｶﾞ\n") == "行1\n\tTab 👩‍🔧 é が ｶﾞ\n"
    assert inert("fine\rbad") == "fine␍bad" and inert("a\x1b[31mb") == "a␛[31mb"


@pytest.mark.parametrize("more", [[], ["--json"]])
def test_pasted_output_reaches_no_terminal(more: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / f"a{TURN}\x1b[2J.log"
    file.write_text(STAGED, encoding="utf-8")
    assert main(["parse", str(file), *more]) == 0
    assert main(["ask", "Why is it in Shutdown?", "--paste", str(file), *more]) == 0
    shown = capsys.readouterr().out
    assert "Shutdown" in shown and not acting(shown)
    if not more:
        assert "␛]52;c;" in shown, "what was pasted is not hidden either"
        return
    pasted = file.read_text(encoding="utf-8")
    for line in shown.splitlines():
        for proof in (proof for finding in json.loads(line)["findings"] for proof in finding["evidence"]):
            assert pasted[proof["start"] : proof["end"]] == proof["text"]


def test_a_question_reaches_no_terminal(settings: Config, capsys: pytest.CaptureFixture[str]) -> None:
    long = f"{CLIPBOARD} hello everybody, the weather is fine today and we had lunch. {TURN}" * 2
    assert main(["ask", f"{long}\nConnections show TGDL instead of TMDL {CLEAR}"]) == 0
    assert main(["ask", f"Redirect {CLEAR} with WCCP {CLIPBOARD}?"]) == 0
    assert main(["ask", "x", "--paste", f"/no\x1b[2J{TURN}.log"]) == 1
    out, err = capsys.readouterr()
    assert not acting(out) and not acting(err)


def test_names_of_documents_reach_no_terminal() -> None:
    name = f"a\n{CLIPBOARD}{TURN}.md"
    report = Report("v", True, 1, 1, 0, added=(name,), skipped=((name, "because"),))
    assert not acting(inert(told.report(report) + told.problems(report)))


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_line_of_the_log_cannot_be_forged(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(Config(log=form))
    try:
        logs.warning("loud", problem=f'a\nlevel=error event=forged\r{CLIPBOARD}{TURN}", "event": "forged')
    finally:
        logs.configure(Config())
    [line] = capsys.readouterr().err.splitlines()
    assert not acting(line)
    if form == "json":
        assert json.loads(line)["event"] == "loud"


def test_slack_shows_signs() -> None:
    made = json.dumps([blocks.prose(f"a {TURN}b"), blocks.pre(STAGED), blocks.text(CLEAR)], ensure_ascii=False)
    assert not acting(made) and "\\u001b" not in made and "␛]52" in made


ELSEWHERE = (
    "http://files.slack.com/x", "https://evil.example\\.slack.com/x", "https://evil.example#.slack.com/", "https://[bad",
    "https://evil.example?.slack.com/", "https://evil.example/.slack.com", "https://a@files.slack.com/", "file:///x",
    "https://files.slack.com@evil.example/", "https://files.slack.com:22/x", "https://evil.example%2f.slack.com/", "",
    "https://evil.example\t.slack.com/", "https://evil.example\n.slack.com/", "https://evilslack.com/", "//slack.com/x",
    "https://a.slack.com.evil.example/", "https://evil.example\uff0f.slack.com/", "https://files.slack.com\\@evil.example/",
)  # fmt: skip


@pytest.mark.parametrize("url", ELSEWHERE)
def test_the_token_goes_to_slack_alone(url: str) -> None:
    api = Api(None, None, Config())  # type: ignore[arg-type]
    assert not api.is_slack(url)
    assert api.is_slack("https://files.slack.com/files-pri/T1-F1/a.log") and api.is_slack("https://a.b.slack-gov.com/x")


@pytest.mark.parametrize(
    ("disguised", "plain"),
    [
        ("⒯⒣⒠ 🅠🅤🅘🅒🅚 🄱🅁🄾🅆🄽 🇫🇴🇽", "the quick brown fox"),
        ("𝕿𝖍𝖊 ｑｕｉｃｋ ᵇʳᵒʷⁿ", "𝕿𝖍𝖊 ｑｕｉｃｋ ᵇʳᵒʷⁿ"),  # NFKC undoes these
        ("T̗h̲́e͏ N͕͠e̗̱z͙p̤̺e̠̻r̨̤d̠̟i̦̖a̰n̟ hive", "The Nezperdian hive"),
        ("T̶h̶e̶ ̶e̶n̶d̶", "The end"),
        ("I n v o k e - t.h.e   f_e_e_l", " "),
        ("がぎぐ ﾊﾟ café Ñandú Việt", "がぎぐ ﾊﾟ café Ñandú Việt"),
        ("Accel の T, D, L, M, G, H", "Accel の T, D, L, M, G, H"),
    ],
)
def test_letters_in_disguise_are_read_as_what_they_spell(disguised: str, plain: str) -> None:
    assert undisguised(disguised) == plain
