"""Lies that keep every word, number and command of the guide: only what stands between them changes."""

from __future__ import annotations

import pytest

from tests.test_llm_gate import refused, step_of

ENGLISH = {
    "Before you log or debug": (
        ("150", '"150"'), ("150", "-150"), ("150", "150%"), ("150", "１５０"),
        ("from the host and one for TCP to the host", "to the host and one for TCP from the host"),
    ),
    "Read `Application Name`": (("and", "or"),),
    "Compare the time": (
        ("by hand, on the core WAE first", "by hand first, on the core WAE"),
        ("the WAE with the time of the KDC", "the KDC with the time of the WAE"),
    ),
    "Before 5.0.1": (("go to the generic AO", "are the generic AO"), ("are not", "are")),
    "Supported are Outlook": (("2000 to 2007", "2000 and 2007"), ("2000 to 2007", "2007 to 2000")),
    "Requirement 8": (("machine or user", "machine and user"), ("has the permissions", "gives the permissions")),
    "Prove on": (("that a key can be retrieved", "that the key should be retrieved"),
                 ("on the core WAE that a key can be retrieved", "that the core WAE can be retrieved on a key")),
    "Add the user to this group": (("Add the user to this group", "Add this group to the user"),
                                   ("Add the user", "Do you add the user"), ("group.", "group?")),
    "Click **More": (("**More Settings**", "*More Settings*"), ("**More Settings**", "More Settings"),
                     ("tab.", "tab. <!-- ignore -->"), ("tab.", "tab. cmVsb2Fk"), ("tab.", "tab. See evil.example")),
    "Check the license.": (("Check the license.", "Is the license the license?"),
                           ("Check the license.", "Use the license."), ("Check the license.", "Enter the license.")),
    "The MAPI accelerator (MAPI AO)": (
        ("supports TCP, HTTP is not supported", "supports TCP and HTTP; it is not supported"),
        ("HTTP is not supported", "HTTP is it not supported?"), ("HTTP is not supported", 'HTTP is "not supported"'),
    ),
    "[CORE:] On a core WAE, read": (("only if it fails", "if it fails"), ("only if it fails", "if only it fails"),
                                    ("enable the service", "enable the service only")),
    "It checks that NTP": (("checks that NTP is configured, not that", "checks not that NTP is configured, that"),),
    "`sr-errorlog` exists": (("core WAEs only; do not expect it on an edge",
                              "edge WAEs only; do not expect it on a core"),),
    "Note the values": (("the three counters", "three of the counters"), ("three", "3")),
    "When the client has connected": (("When the client has", "When will the client have"),),
    "List the affected": (("that the MAPI AO does not handle", "that do not handle the MAPI AO"),),
    "See on the WAE whether": (("whether", "that"), ("whether ", "")),
    "Enable the transaction log": (("Enable", "You would enable"),),
    "The WAE writes": (("switch the encryption off in their", "switch their encryption off in"),
                       ("when a client asks", "until a client asks")),
    "The guide gives no limit": (("above which", "below which"), ("no limit above", "a limit not above")),
}  # fmt: skip
JAPANESE = {
    "要件 6": (("1 つ以上", "1 つより多く"), ("1 つ以上", "1 つ以下"), ("1 つ以上", "１つ以上"),
              ("1 つ以上", "1 つを超えて"), ("または", "および")),
    "NLB/VIP": (("使ってはいけません", "使っていけません"), ("使ってはいけません", "使っては？いけません"),
                ("使ってはいけません", "使ってください")),
    "そのため、ハイ": (("導入しないでください", "導入しなくてください"),
                     ("WAE には MAPI AO を", "WAE を MAPI AO には")),
    "ルールがない場合は": (("EPM AO が機能", "EPM AO を機能"), ("ルールがない", "ルールがある")),
    "時刻が合った": (("WAE を", "WAE へ"), ("WAE を企業の NTP サーバに", "企業の NTP サーバを WAE に")),
    "時刻のずれが大きい": (("汎用 AO に", "汎用 AO から"), ("汎用 AO に", "汎用 AO が"), ("渡されます", "渡します"),
                       ("渡されます", "渡されました"), ("コア WAE", "ｺｱ WAE"), ("大きい", "小さい")),
    "Active Directory で AD ユーザ": tuple(
        ("を作成します", lie) for lie in (
            "は作成してあります", "の作成を見ます", "を作成しまい", "を作成するな", "を作成せぬこと", "を作成できます",
            "を作成させます", "を作成されます", "を作成しますか", "を作成しかねます", "の作成をやめてください",
            "を作成せずにおきます",
        )
    ),
    "すべてのチェックが OK": (("すべてのチェックが", "すべてでチェックが"), ("確かめます", "確かめました"),
                             ("なったら", "なっても")),
    "コア WAE でピア証明書の検証": (("無効", "有効"), ("無効にします。", "無効にします。検証を表示します。"),
                                ("無効にします", "無効なままにします")),
    "これらの行が出るのは": (("確認するのはコア WAE だけです", "コア WAE だけで確認するのです"),),
    "`Secured Connections` で分かる": (("アドレスは", "アドレスも"), ("だけです", "です")),
    "ブラックリストに入ったアイデンティティ": (("方法は", "方法も"), ("いません", "います")),
    "MAPI アクセラレーションには EPM": (("必要です", "必要でした"), ("必要です", "必要ですか"), ("が必要", "は必要")),
}  # fmt: skip
HONEST = {
    "en": (
        ("Add the user to this group", "Add the user to this group.", "Please add the user to this group."),
        ("Prove on", "Prove on the core WAE", "Prove on core WAE"),
        ("Read `Application Name`", "Read `Application Name`", "Look at `Application Name`"),
        ("Connections that use signing", "AO too.", "AO."),
    ),
    "ja": (
        ("Active Directory で AD ユーザ", "作成します", "作成してください"),
        ("Active Directory で AD ユーザ", "作成します", "作成する"),
        ("コア WAE でピア証明書の検証", "無効にします", "無効にしてください"),
        ("時刻のずれが大きい", "引き渡されます", "引き渡される"),
    ),
}  # fmt: skip


def lies(table):
    return [(start, *pair) for start, pairs in table.items() for pair in pairs]


@pytest.mark.parametrize(("start", "old", "new"), lies(ENGLISH))
def test_a_lie_of_the_same_words_is_refused(retriever, start: str, old: str, new: str) -> None:
    step = step_of(retriever, "en", start)
    assert old in step.text
    assert refused(step, step.text.replace(old, new, 1))


@pytest.mark.parametrize(("start", "old", "new"), lies(JAPANESE))
def test_a_lie_of_the_same_words_in_japanese_is_refused(retriever, start: str, old: str, new: str) -> None:
    step = step_of(retriever, "ja", start)
    assert old in step.text
    assert refused(step, step.text.replace(old, new, 1), "ja")


@pytest.mark.parametrize(("language", "start", "old", "new"), [(k, *row) for k, rows in HONEST.items() for row in rows])
def test_politeness_and_articles_are_free(retriever, language: str, start: str, old: str, new: str) -> None:
    step = step_of(retriever, language, start)
    assert old in step.text
    assert not refused(step, step.text.replace(old, new, 1), language)
