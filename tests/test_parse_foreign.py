"""What is no output of ours stays unrecognised: other accelerators, other vendors, prose, noise."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.reading.parse import parse
from tests.damage import mailed, one_line
from tests.samples import SAMPLES, exact

DETAIL = SAMPLES["show-statistics-connection-optimized-mapi-detail/two-connections"]
TABLE = SAMPLES["show-statistics-connection-optimized-mapi/with-ratio"]
COUNTERS = SAMPLES["show-statistics-accelerator-epm/one-sample"]
FOREIGN = {
    "another accelerator's counters": COUNTERS.replace("EPM:", "CIFS:")
    .replace(" epm", " cifs")
    .replace("Successfully Parsed", "Read"),
    "another accelerator's connections": TABLE.replace("optimized mapi", "optimized http").replace("TMDL", "THDL"),
    "its connections without the command": "\n".join(TABLE.replace("TMDL", "TCDL").split("\n")[1:]),
    "another accelerator's detail": DETAIL.replace("mapi", "http")
    .replace("MAPI", "HTTP")
    .replace("Email-and-Messaging", "Web"),
    "another accelerator's state": """WAE# show accelerator http
Accelerator     Licensed        Config State    Operational State
-----------     --------        ------------    -----------------
http            Yes             Enabled         Running

HTTP:
    Policy Engine Config Item                      Value
    -------------------------                      -----
    State                                          Registered
    Connection Limit                               12000
""",
    "a router": """Router#show interfaces
GigabitEthernet0/0 is up, line protocol is up
  Internet address is 10.1.1.1/24
     12345 packets input, 1234567 bytes, 0 no buffer
Router#show version
Cisco IOS Software, C2900 Software (C2900-UNIVERSALK9-M), Version 15.1(4)M4, RELEASE SOFTWARE (fc1)
Router#show ntp status
Clock is synchronized, stratum 3, reference is 10.1.1.1
Router#show clock
*12:34:56.789 UTC Mon Mar 1 2010
Router#show license
Index 1 Feature: ipbasek9
        License State: Active, In Use
Router#show policy-map
  Policy Map WAN
    Class VOICE
      priority 500
Router#show class-map
 Class Map match-any class-default (id 0)
   Match any
""",
    "json": '{"secured_connections": 5, "connections": [{"source": "10.1.1.1:2", "accel": "TMDL"}]}',
    "peers of a host": """     remote           refid      st t when poll reach   delay   offset  jitter
==============================================================================
*10.20.0.5       192.5.41.40      2 u   33   64  377    0.441   -0.127   0.030
""",
    "prose": """Hi,
we ran show statistics accelerator mapi, and Secured Connections were above zero. The secure store is open.
Is the MAPI AO Enabled? Running? Please also run
windows-domain diagnostics encryption-service get-key <exchange server FQDN> <domain>
and show accelerator mapi. Connection Limit 500 is what we expect.
""",
}


@pytest.mark.parametrize("name", FOREIGN)
@pytest.mark.parametrize("way", ["as it is", "one line"])
def test_it_is_not_read_as_something_it_is_not(name: str, way: str) -> None:
    text = FOREIGN[name] if way == "as it is" else one_line(FOREIGN[name], Random(0))
    result = parse(text)
    assert not result.outputs and not result.findings
    covered = "".join(text[start:end] for start, end in result.unrecognised)
    assert "".join(covered.split()) == "".join(text.split())


def test_ours_is_still_read_next_to_it() -> None:
    for name, foreign in FOREIGN.items():
        text = foreign + "\n" + SAMPLES["show-statistics-accelerator-mapi/secured"]
        result = parse(text)
        exact(text, result)
        assert [output.command for output in result.outputs] == ["show statistics accelerator mapi"], name
        assert result.unrecognised and result.unrecognised[0][0] <= 5


def test_a_greeting_is_unrecognised_and_nothing_else() -> None:
    text = mailed(SAMPLES["show-license/active"], Random(1))
    said = [text[start:end] for start, end in parse(text).unrecognised]
    assert len(said) == 2 and "Outlook" in said[0]


def test_a_known_command_whose_output_is_not_known_is_said() -> None:
    result = parse("WAE# show cms secure-store\nsomething never seen\n")
    assert [(f.state, f.next_command) for f in result.findings] == [("not_recognised", "show cms secure-store")]
    assert not result.outputs and result.unrecognised


@pytest.mark.parametrize(
    "command", ["提示アクセラレータ epm", "show accélérator epm", "SH STAT ACCEL EPM", "do sh stat acc epm"]
)
def test_the_command_may_be_translated_shortened_or_shouted(command: str) -> None:
    text = SAMPLES["show-statistics-accelerator-epm/one-sample"].split("\n", 1)[1]
    result = parse(f"wae(config)#{command}\n{text}")
    assert [output.command for output in result.outputs] == ["show statistics accelerator epm"]
    assert result.outputs[0].start == 0


@given(st.text(max_size=400) | st.binary(max_size=400).map(lambda b: b.decode("latin-1")))
@settings(max_examples=200, deadline=None, derandomize=True)
def test_no_text_fails(text: str) -> None:
    exact(text, parse(text))


WORDS = sorted({word for text in SAMPLES.values() for word in text.split()})


@given(
    st.lists(
        st.sampled_from([*WORDS, "\n", "\r", "\t", "\x00", "\ud800", "--More--", "\b\b", "<----", ">", "#"]),
        max_size=120,
    )
)
@settings(max_examples=200, deadline=None, derandomize=True)
def test_no_jumble_of_our_own_words_fails(words: list[str]) -> None:
    exact(" ".join(words), parse(" ".join(words)))


@pytest.mark.parametrize(
    "piece",
    [
        "a",
        " ",
        "\n",
        "-",
        "> ",
        "1 ",
        "<-",
        "&amp;",
        "\x1b[",
        "\x00",
        "[",
        "'",
        "Total ",
        "Verifying ",
        "Connection Id: 5 ",
        "map adaptor EPM mapi ",
        "SPN a, Domain Name: b ",
        "10.1.1.1:1 ",
        "Class MAPI (1 flow-matches) ",
        "MAPI: Global Statistics ",
        "--More--",
        "\ud800",
    ],
)
def test_a_long_monotonous_text_is_read_in_reasonable_work(piece: str) -> None:
    text = piece * (60_000 // len(piece))
    exact(text, parse(text))
