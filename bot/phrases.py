"""The product's own sentences, in both languages; everything else it says comes from kb/ or the paste."""

from __future__ import annotations

from typing import Literal

Language = Literal["ja", "en"]

PHRASES: dict[str, dict[Language, str]] = {
    "abstain": {
        "ja": "その内容は MAPI AO のガイドに記載がありません。",
        "en": "That is not in the guide to the MAPI AO.",
    },
    "abstain_subject": {
        "ja": "「{subject}」については、MAPI AO のガイドに記載がありません。",
        "en": "\u201c{subject}\u201d is not in the guide to the MAPI AO.",
    },
    "nearest": {
        "ja": "ガイドの中で最も近い項目は「{title}」です。",
        "en": "The nearest topic it has is \u201c{title}\u201d.",
    },
    "clarify": {
        "ja": "何が起きているか、または確認したい出力を一つ教えてください。たとえば:",
        "en": "Tell me what happens, or paste one output to check. For example:",
    },
    "steps": {"ja": "手順", "en": "Steps"},
    "notes": {"ja": "補足", "en": "Notes"},
    "sources": {"ja": "出典", "en": "Sources"},
    "related": {"ja": "関連する項目", "en": "Related"},
    "also": {"ja": "こちらの可能性もあります", "en": "It may also be this"},
    "from_document": {"ja": "お手元の文書から", "en": "From your documents"},
    "your_document": {"ja": "お手元の文書", "en": "your document"},
    "guide": {"ja": "ガイド", "en": "the guide"},
    "page": {"ja": "{page} ページ", "en": "page {page}"},
    "in_document": {
        "ja": "この内容は MAPI AO のガイドに記載がありません。お手元の文書 {paths} にある記載を示します。",
        "en": "This is not in the guide to the MAPI AO. It stands in your document {paths}.",
    },
    "differ_release": {
        "ja": "お手元の文書とガイドでリリースが異なります: 文書 {path} は {said} [{document}]、"
        "ガイドは {guide} [{number}]。",
        "en": "Your document and the guide name different releases: {path} says {said} [{document}], the guide "
        "says {guide} [{number}].",
    },
    "differ_command": {
        "ja": "お手元の文書とガイドでコマンドが異なります: 文書 {path} は {said} [{document}]、"
        "ガイドは {guide} [{number}]。",
        "en": "Your document and the guide give different commands: {path} says {said} [{document}], the guide "
        "says {guide} [{number}].",
    },
    "differ_value": {
        "ja": "お手元の文書とガイドで値が異なります: 文書 {path} は {said} [{document}]、ガイドは {guide} [{number}]。",
        "en": "Your document and the guide give different values: {path} says {said} [{document}], the guide says "
        "{guide} [{number}].",
    },
    "first_check": {"ja": "まず切り分ける確認", "en": "First, the check that tells them apart"},
    "findings": {"ja": "貼り付けられた出力からわかること", "en": "What the pasted output shows"},
    "output": {"ja": "出力例", "en": "Example output"},
    "good": {"ja": "正常", "en": "Good"},
    "bad": {"ja": "異常", "en": "Bad"},
    "next_command": {"ja": "次に実行するコマンド", "en": "Run next"},
    "withheld": {
        "ja": "引用元で確認できない {count} 件を表示していません。",
        "en": "{count} item(s) withheld: they do not stand in the cited section.",
    },
    "release": {
        "ja": "ご質問のリリース {asked} に対し、この項目は {applies} が対象です。",
        "en": "You named release {asked}; this topic applies to {applies}.",
    },
    "part": {
        "ja": "メッセージのうち、ガイドが答える部分「{part}」に回答します。残りはガイドに記載がありません。",
        "en": "This answers the part of the message that the guide covers: \u201c{part}\u201d. "
        "The rest is not in the guide.",
    },
    "cut": {
        "ja": "質問が長いため、先頭 {limit} 文字で検索しました。",
        "en": "The question is long: its first {limit} characters were searched.",
    },
    "unrecognised": {
        "ja": "貼り付けのうち {count} か所（{characters} 文字）は、知っている出力ではないため読んでいません。",
        "en": "{count} part(s) of the paste ({characters} characters) are no output I know and were not read.",
    },
    "nothing_recognised": {
        "ja": "貼り付けられた内容に、知っている出力はありませんでした。",
        "en": "Nothing in the paste is an output I know.",
    },
    "read-only": {"ja": "読み取りのみ", "en": "read-only"},
    "changes-state": {"ja": "状態を変更します", "en": "changes state"},
    "exec": {"ja": "EXEC モード", "en": "EXEC mode"},
    "config": {"ja": "グローバル設定モード (config)", "en": "global configuration mode (config)"},
    "config-ssl-peering": {
        "ja": "設定モード (config-ssl-peering)",
        "en": "configuration mode (config-ssl-peering)",
    },
    "windows": {"ja": "Windows のコマンドプロンプト", "en": "Windows command prompt"},
    "rewording": {
        "ja": "言語モデルが言い換えています（Ctrl-C でガイドの文のまま）",
        "en": "A language model rewords this (Ctrl-C keeps the guide's own words)",
    },
    "sent": {
        "ja": "言語モデルへ送った内容（{count} 件）:",
        "en": "What was sent to the language model, {count} request(s):",
    },
    "nothing_sent": {"ja": "言語モデルへは何も送っていません。", "en": "Nothing was sent to a language model."},
    "problem": {"ja": "問題", "en": "Problem"},
    "normal": {"ja": "正常", "en": "Normal"},
    "not_shown": {"ja": "この貼り付けには出ていません", "en": "Not shown in this paste"},
    "not_recognised": {"ja": "読み取れません", "en": "Not recognised"},
}


def say(key: str, language: Language, **values: object) -> str:
    """Return the sentence ``key`` in ``language`` with ``values`` filled in."""
    return PHRASES[key][language].format(**values)
