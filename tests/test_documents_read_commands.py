"""Commands in documents: which lines are ones, what they are called, and whether they stand in a quote."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.commands import grammar, is_known
from ingest.documents.recognise import Trust, command_stands, commands_of, effect_of, releases_of
from tests.test_documents_read import document


def found(line: str, trust: Trust = "prose") -> list[tuple[str, str, str]]:
    return [(command.text, command.mode, command.effect) for command in commands_of([line], trust)]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("WAE674# show license", ("show license", "exec", "read-only")),
        ("WAE674#sh stat accel mapi", ("sh stat accel mapi", "exec", "read-only")),
        ("WAE674> show license", ("show license", "exec", "read-only")),
        ("  1. wae# show version", ("show version", "exec", "read-only")),
        ("> WAE(config)# no wccp version 2", ("no wccp version 2", "config", "changes-state")),
        ("wae(config-ssl-peering)#no peer-cert-verify", ("no peer-cert-verify", "config-ssl-peering", "changes-state")),
        ("rtr1(config-if)# ip wccp 61 redirect in", ("ip wccp 61 redirect in", "config", "changes-state")),
        ("C:\\Users\\adm> gpupdate /force", ("gpupdate /force", "windows", "changes-state")),
        ("PS C:\\> nltest /dsgetdc:x", ("nltest /dsgetdc:x", "windows", "changes-state")),
        ("'''WAE# show clock'''", ("show clock", "exec", "read-only")),
        ("sh run | inc mapi", ("sh run | inc mapi", "exec", "read-only")),
        ("transaction-logs flow access-list 150", ("transaction-logs flow access-list 150", "config", "changes-state")),
        ("- debug accelerator mapi all", ("debug accelerator mapi all", "exec", "changes-state")),
        ("ntpdate <KDC ip>", ("ntpdate <KDC ip>", "exec", "changes-state")),
        ("WAE# show accelerator", ("show accelerator", "exec", "read-only")),
    ],
)
def test_lines_to_type(line: str, expected: tuple[str, str, str]) -> None:
    assert found(line) == [expected]
    assert command_stands(expected[0], line)


@pytest.mark.parametrize(
    "line",
    [
        "Show the license of the device first.",
        "The show license command lists the licenses.",
        "show licenses of all",
        "WAE# ",
        "WAE674# debug accelerator mapi ?",
        "WAE# 状態を確認します",
        "a > b",
        "C# is a language and the best one for this",
        "# show license of the day",
        "<p>reload</p>",
        "WAE# sh\u200bow license",
        "WAE# " + "x" * 161,
        "exit",
        "license",
    ],
)
def test_lines_that_are_no_commands(line: str) -> None:
    assert found(line) == []


@pytest.mark.parametrize(
    ("line", "trust", "expected"),
    [
        ("show alarms detail", "code", ("show alarms detail", "exec", "read-only")),
        ("show alarms detail", "prose", None),
        ("no wccp version 2", "code", ("no wccp version 2", "config", "changes-state")),
        ("license add Enterprise", "code", ("license add Enterprise", "exec", "changes-state")),
        ("cms enable", "short", ("cms enable", "config", "changes-state")),
        ("cms enable", "code", None),
        ("shutdown", "short", ("shutdown", "exec", "changes-state")),
        ("sudo systemctl restart ntpd", "short", None),
        ("show me the way that you take", "code", None),
    ],
)
def test_code_without_a_prompt(line: str, trust: Trust, expected: tuple[str, str, str] | None) -> None:
    assert found(line, trust) == ([expected] if expected else [])


def test_several_prompts_on_one_line() -> None:
    line = (
        "dc1(config)#crypto ssl services host-service peering "
        "dc1(config-ssl-peering)#no peer-cert-verify dc1# show clock"
    )
    assert [text for text, _, _ in found(line)] == [
        "crypto ssl services host-service peering",
        "no peer-cert-verify",
        "show clock",
    ]
    for text, _, _ in found(line):
        assert command_stands(text, line)
    assert not command_stands("peer-cert-verify", line) and not command_stands("crypto ssl services", line)


def test_a_squeezed_output_gives_the_command_in_front_of_it() -> None:
    line = (
        "WAE674# show stat conn opt mapi Current Active Optimized Flows: 2 Current Active Optimized TCP Plus Flows: 1"
    )
    assert found(line) == [("show stat conn opt mapi", "exec", "read-only")]
    assert command_stands("show stat conn opt mapi", line)
    assert not command_stands("show stat conn opt", line)
    assert found("WAE674# reload The system goes down and all of the connections are lost now") == []


@pytest.mark.parametrize(
    "text",
    [
        "show running-config | redirect tftp://10.0.0.1/x",
        "show clock ; reload",
        "show clock && reload",
        "show clock > disk",
        "show `reload`",
        "show $(reload)",
        "show clock | tee x",
        "shutdown",
        "sho",
        "s clock",
        "reload",
        "clear statistics all",
        "write erase",
        "do reload",
        "unknown thing",
    ],
)
def test_what_is_not_certain_to_read_changes_state(text: str) -> None:
    assert effect_of(text) == ("read-only" if text == "sho" else "changes-state")


@pytest.mark.parametrize(
    "text", ["show alarms", "sh ip wccp", "do show ip wccp | include 61", "ping <KDC ip>", "dir /local1"]
)
def test_what_is_certain_to_read(text: str) -> None:
    assert effect_of(text) == "read-only"


def test_the_grammars_own_effect_counts() -> None:
    for (mode, effect), patterns in grammar().items():
        assert patterns
        if effect == "read-only":
            assert found("WAE# accelerator mapi verify encryption-settings")[0][2] == "read-only"
            assert is_known("accelerator mapi verify encryption-settings", mode, effect) == (mode == "exec")


@pytest.mark.parametrize(
    ("command", "quote"),
    [
        ("show license", "Text\n  show license  \nmore"),
        ("show license", "Run `show license` now."),
        ("show license", "Run ``show license`` now."),
        ("show license", "| `show license` | lists |"),
        ("show license", "<td>show license</td>"),
        ("show license", "<p>Run <code>show license</code>, then wait.</p>"),
        ("show license", '<pre class="x">WAE# show license'),
        ("ntpdate <KDC ip>", "<li>ntpdate &lt;KDC ip&gt;</li>"),
        ("ntpdate <KDC ip>", "ntpdate <KDC ip>"),
        ("show license", "<b>show</b> license"),
    ],
)
def test_commands_that_stand(command: str, quote: str) -> None:
    assert command_stands(command, quote)


@pytest.mark.parametrize(
    ("command", "quote"),
    [
        ("show license", "Run show license now."),
        ("show license", "show licenses"),
        ("show license", "no show license"),
        ("show license", "show\nlicense"),
        ("show license", "show  license"),
        ("show license", "Show license"),
        ("show license", "`no show license`"),
        ("peer-cert-verify", "<td>no <b>peer-cert-verify</b></td>"),
        ("show license", "WAE# show license detail"),
        ("", ""),
        ("", "\n\n"),
    ],
)
def test_commands_that_do_not_stand(command: str, quote: str) -> None:
    assert not command_stands(command, quote)


@given(st.text(alphabet="ab#>(`'|<&; \n-1.", max_size=120))
def test_every_command_stands_in_its_own_line(text: str) -> None:
    for line in text.split("\n"):
        for trust in ("prose", "code", "short"):
            for command in commands_of([line], trust):
                assert command_stands(command.text, line) and command.text in line


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("WAAS 5.0.1以降、5.0.3ではデフォルト", ("5.0.1", "5.0.3")),
        ("Since release 5.0 it works; 4.1.5 does not.", ("5.0", "4.1.5")),
        ("バージョン4.1.5では", ("4.1.5",)),
        ("v5.1 and later", ("5.1",)),
        ("6.4 to 8.9 MB/s, (5939 4.0) ERRO, 5.5 %, 10.5.0.3, 4.1.3.9", ()),
    ],
)
def test_releases(text: str, expected: tuple[str, ...]) -> None:
    assert releases_of(text) == expected


def test_commands_of_a_document_stand_in_the_quotes_of_their_parts(tmp_path: Path) -> None:
    made = document(
        tmp_path,
        "a.md",
        "# WCCP\n\nUse `show ip wccp` first, not `reload`:\n\n"
        "```\nrtr1# show ip wccp 61 detail\nrtr1(config)# no ip wccp 61\n```\n\n"
        "```bash\nshow thing here\n```\n\n```config\nwccp version 2\n```\n\n"
        "| command | what |\n|---|---|\n| `show wccp gre` | counters |\n",
    )
    commands = {command.text: command for part in made.parts for command in part.commands}
    assert set(commands) == {
        "show ip wccp",
        "show ip wccp 61 detail",
        "no ip wccp 61",
        "wccp version 2",
        "show wccp gre",
    }
    assert commands["no ip wccp 61"].effect == "changes-state"
    for part in made.parts:
        assert all(command_stands(command.text, part.quote) for command in part.commands)


def test_a_cut_in_a_long_line_makes_no_command_of_a_commands_end(tmp_path: Path) -> None:
    line = " ".join(f"WAE674# no thing-{n} enable" for n in range(2000))
    made = document(tmp_path, "a.txt", "Intro text here.\n" + line + "\n")
    commands = {command.text for part in made.parts for command in part.commands}
    assert commands and commands <= {f"no thing-{n} enable" for n in range(2000)}
