"""What names a person or a machine is hidden before anything leaves, the same throughout a case, and comes back."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.llm.assistant import guide_texts
from bot.llm.veil import UnknownPlaceholder, Veil, guide_terms


@pytest.fixture(scope="module")
def is_public(retriever):
    return guide_terms(guide_texts(retriever.catalogue))


@pytest.mark.parametrize(
    "private",
    [
        "10.20.30.40", "192.168.1.5", "2001:db8::8a2e:370:7334", "fe80::1", "::1",
        "00:1a:2b:3c:4d:5e", "001a.2b3c.4d5e",
        "tanaka.taro@example.co.jp", "CORP\\tanaka", "TOKYO-EX01", "exch01.corp.example.com", "wae-core-7", "mbx02",
        "WAE_TOKYO_3", "dc1.local", "\\\\fileserver", "exch01@CORP.LOCAL",
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    "frame", ["{}", "Outlook on {} is slow.", "{}へ TGDL になります", "（{}）", "client ip: {}, see"]
)
def test_names_and_addresses_are_hidden(is_public, private: str, frame: str) -> None:
    veil = Veil({}, is_public)
    text = frame.format(private)
    hidden = veil.hide(text)
    for part in private.replace("@", " ").replace("/", " ").split():
        assert part not in hidden
    assert veil.show(hidden) == text


@pytest.mark.parametrize(
    ("text", "private"),
    [
        ("user jsmith cannot log in", "jsmith"),
        ("hostname maildrop", "maildrop"),
        ("server: phoenix is slow", "phoenix"),
        ("phoenix# show clock\nthen phoenix again", "phoenix"),
        ("田中さんの Outlook が遅い", "田中"),
        ("Mr. Tanaka says it is slow", "Tanaka"),
        ("ユーザー名 jsmith で", "jsmith"),
    ],
)
def test_names_are_known_by_what_stands_beside_them(is_public, text: str, private: str) -> None:
    veil = Veil({}, is_public)
    assert private not in veil.hide(text)
    assert veil.show(veil.hide(text)) == text


@pytest.mark.parametrize("secret", ["password: hunter2!", "snmp-server community s3cret RO", "Bearer abcdef1234567890"])
def test_secrets_are_gone_for_good(is_public, secret: str) -> None:
    veil = Veil({}, is_public)
    hidden = veil.hide(secret)
    assert "********" in hidden
    assert not any(part in hidden for part in ("hunter2", "s3cret", "abcdef1234567890"))


@pytest.mark.parametrize(
    "public",
    [
        "show statistics connection optimized mapi detail", "%WAAS-MAPIAO-3-132104", "release 5.0.3", "4.1.5",
        "5.0.3.1", "at 10:20:30", "EMSMDB over MS-RPC", "self-signed certificate", "peer-cert-verify",
        "Outlook 2007", "TGDL",
        "read-only access", "仕様とお客様", "Secured Connections: 29",
    ],
)  # fmt: skip
def test_terms_of_the_guide_stay(is_public, public: str) -> None:
    assert Veil({}, is_public).hide(public) == public


def test_a_name_keeps_its_placeholder_throughout_a_case(is_public) -> None:
    names: dict[str, str] = {}
    first = Veil(names, is_public).hide("TOKYO-EX01 and OSAKA-EX02")
    later = Veil(names, is_public)
    assert later.hide("OSAKA-EX02, TOKYO-EX01, PHOENIX") == "KBHOST2, KBHOST1, PHOENIX"
    assert first == "KBHOST1 and KBHOST2"
    assert later.hide("server: phoenix, then PHOENIX") == "server: KBHOST3, then KBHOST4"
    assert later.show("KBHOST3 KBHOST4") == "phoenix PHOENIX"


@pytest.mark.parametrize("reply", ["see KBHOST9", "see KBHOST 1", "see kbhost1x", "KB-ADDRESS-1", "KBUSER"])
def test_a_placeholder_that_was_never_given_is_refused(is_public, reply: str) -> None:
    veil = Veil({}, is_public)
    veil.hide("TOKYO-EX01")
    with pytest.raises(UnknownPlaceholder):
        veil.show(reply)


def test_hiding_twice_is_hiding_once_and_always_comes_back(is_public) -> None:
    pieces = [
        "10.1.2.3",
        "TOKYO-EX01",
        "a@b.example",
        "CORP\\x",
        "が",
        " ",
        "(",
        ")",
        "KB",
        "show",
        "1.2.3",
        ":",
        "fe80::1",
        "#",
    ]

    @settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(st.lists(st.sampled_from(pieces), max_size=12))
    def check(parts: list[str]) -> None:
        text = "".join(parts)
        veil = Veil({}, is_public)
        hidden = veil.hide(text)
        assert veil.hide(hidden) == hidden
        assert veil.show(hidden) == text

    check()
