"""Cleaning: the damage is undone, and every offset of the result leads back to the text as given."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.outputs.starts import STARTS
from bot.reading.paste import Paste, clean

PIECES = st.sampled_from(
    [
        "Total Handled Connections:",
        "8615",
        " ",
        "  ",
        "\n",
        "\r\n",
        "\r",
        "\t",
        "\u00a0",
        "\u3000",
        "１２：",
        "—",
        "'''",
        "\x1b[1m",
        "\x1b[K",
        "--More--",
        "\b\b\b  \b\b",
        "&lt;",
        "&amp;gt;",
        "\n> ",
        "\n>> x",
        "[12:00:01] ",
        "```",
        "<----- see",
        "\ufeff",
        "\x00",
        "\ud800",
        "\n2026-11-23 10:00:00 ",
        "MAPI",
        "日本語",
        "\U0001f600",
        "#",
        "\n" * 3,
    ]
)
TEXTS = st.lists(PIECES | st.text(max_size=5), max_size=60).map("".join)


def plain(text: str) -> str:
    """Return what is comparable of a text: NFKC, without blanks and dashes."""
    return re.sub(r"[\s\-\u2010-\u2015\u2500\u2212]", "", unicodedata.normalize("NFKC", text))


@given(TEXTS)
@settings(max_examples=300, deadline=None, derandomize=True)
def test_every_character_leads_back_to_its_own(raw: str) -> None:
    view = clean(raw)
    last = 0
    for place, character in enumerate(view.text):
        start, end = view.span(place, place + 1)
        assert last <= start < end <= len(raw)
        last = end
        if character.isalnum() and character.isascii():
            assert character in unicodedata.normalize("NFKC", raw[start:end]) or raw[start] == "&"


@given(TEXTS, st.integers(0, 400), st.integers(0, 400))
@settings(max_examples=300, deadline=None, derandomize=True)
def test_evidence_is_the_slice_it_names(raw: str, a: int, b: int) -> None:
    for view in (clean(raw), *(joined for joined, _ in Paste(raw).unwrapped(STARTS))):
        low, high = sorted((min(a, len(view.text)), min(b, len(view.text))))
        found = view.evidence(low, high)
        assert found.text == raw[found.start : found.end]


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("A:  1\r\nB:\t2\r\n", "A: 1\nB: 2\n"),
        ("a\rb\rc", "a\nb\nc"),
        ("Ａ：\u3000１２\u00a0%", "A: 12 %"),
        ("Email\u2014and\u2013Messaging", "Email-and-Messaging"),
        ("\ufeffx\u200by\x00z", "xyz"),
        ("\x1b[1;31mFAILED\x1b[0m\x1b[K", "FAILED"),
        ("a\n--More--\b\b\b\b\b\b\b\b        \b\b\b\b\b\b\b\bb", "a\nb"),
        ("a\n--More--\r        \rb\n", "a\nb\n"),
        ("> a\n> > b\n>\n> >>c", "a\nb\n>>c"),
        ("```text\na\n```\n", "\na\n"),
        ("&gt; a &lt;b&amp;c &amp;lt;", "a <b&c <"),
        ("'''a''' b''''''c", "a bc"),
        ("Flows: 12 <---------- Added later\nNext: 3", "Flows: 12\nNext: 3"),
        ("Flows: 12 <---- Added Next: 3", "Flows: 12 <---- Added Next: 3"),
        ("[10:00:01] a\n[2026-11-23 10:00:02.123] b", "a\nb"),
        ("2026-11-23 10:00:01 a\n2026-11-23 10:00:02 b\n2026-11-23 10:00:03 c", "a\nb\nc"),
        ("10:00:01 a\n10:00:02.5 b\n10:00:03 c\n", "a\nb\nc\n"),
    ],
)
def test_damage_is_undone(raw: str, text: str) -> None:
    assert clean(raw).text == text


@pytest.mark.parametrize(
    "raw",
    [
        "10/23/2012 18:41:21.918(Local)(3780 1.5) NTCE (918788) Key [a.cpp:1]\n" * 4,
        "Wed Jul 15 19:12:35 2009 :2289 :10.1.1.1 :3740 :OT :END\n" * 4,
        "2009 Jan 5 13:11:54 WAE512 mapi_ao: %WAAS-MAPIAO-3-132104: (929480) Encrypted\n" * 4,
        "Jan 5 13:11:54 WAE512 mapi_ao: %WAAS-MAPIAO-3-132104: (929480) Encrypted\n" * 4,
        "Time Accelerator was started: Thu Nov 5 19:45:19 2009\n" * 4,
    ],
)
def test_stamps_of_the_device_stay(raw: str) -> None:
    assert clean(raw).text == raw


def test_lines_broken_at_the_width_are_joined_and_others_stay() -> None:
    text = "Total Connections Handed-off with Compre\nssion Policies Unchanged: 0\nTotal Dropped Connections: 1\n"
    joined = [view.text for view, likely in Paste(text).unwrapped(STARTS) if likely]
    assert joined == [text.replace("Compre\nssion", "Compression")]
    assert not list(Paste(text.replace("\nssion", "ssion")).unwrapped(STARTS))


def test_what_is_left_out_leaves_no_trace_and_offsets_hold() -> None:
    view = clean("a  1\nnoise here\nb  2\n")
    body = view.without([(4, 14)])
    assert body.text == "a 1\nb 2\n"
    start = body.text.index("b 2")
    assert body.evidence(start, start + 3).text == "b  2"


def test_a_long_text_keeps_its_offsets_across_chunks() -> None:
    raw = "".join(f"  Label {n}:      {n}\r\n" for n in range(20000))
    view = clean(raw)
    for n in (0, 1, 5000, 12345, 19999):
        start = view.text.index(f"Label {n}:")
        assert view.evidence(start, start + len(f"Label {n}: {n}")).text == f"Label {n}:      {n}"
