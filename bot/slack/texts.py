"""What the bot itself says in Slack, in both languages; answers speak through bot/phrases.py."""

from __future__ import annotations

from bot.case.texts import SHARED
from bot.phrases import Language

TEXTS: dict[str, dict[Language, str]] = SHARED | {
    "status": {"ja": "ガイドを調べています…", "en": "is searching the guide…"},
    "status_files": {"ja": "ファイルを読んでいます…", "en": "is reading the file…"},
    "task_read": {"ja": "貼り付けられた出力を読む", "en": "Read the pasted output"},
    "task_search": {"ja": "ガイドを調べる", "en": "Search the guide"},
    "task_check": {"ja": "手順を引用元と照合する", "en": "Check the steps against the cited lines"},
    "read_none": {"ja": "知っている出力はありません", "en": "no output that is known"},
    "found_none": {"ja": "ガイドに記載がありません", "en": "not in the guide"},
    "checked": {"ja": "引用 {count} 件", "en": "{count} citation(s)"},
    "file_line": {"ja": "{name}（{size}）", "en": "{name} ({size})"},
    "more_evidence": {"ja": "ほか {count} か所", "en": "{count} more place(s)"},
    "cut": {"ja": "…（この行は長いため途中まで）", "en": "… (this line is long; its beginning is shown)"},
    "more": {"ja": "（続き {page}/{pages}）", "en": "(continued {page}/{pages})"},
    "seen_in": {
        "ja": "この出力は {n} 番目の発言ですでに示されています。",
        "en": "Message {n} of the case already shows this output.",
    },
    "proven": {"ja": "原因が確認できました: {title}", "en": "Cause proven: {title}"},
    "open_case": {"ja": "ケースを開く（根拠・報告書）", "en": "Open the case (evidence, report)"},
    "share": {"ja": "このチャンネルに共有", "en": "Share in this channel"},
    "shared": {"ja": "共有しました。スレッドで続けられます。", "en": "Shared. The case goes on in its thread."},
    "shared_only": {
        "ja": "共有しました。このチャンネルではスレッドを続けられません（アプリを招待してください）。",
        "en": "Shared. The bot is not in this channel, so it cannot follow the thread: invite it.",
    },
    "shared_by": {"ja": " が共有しました。質問:", "en": " shared this. The question:"},
    "private": {"ja": "この回答はあなただけに表示されています。", "en": "Only you can see this answer."},
    "asked_again": {"ja": "編集された質問に答え直しました。", "en": "Answered again, as the question was edited."},
    "why_title": {"ja": "回答について", "en": "About the answer"},
    "why_kind": {"ja": "何が足りませんでしたか", "en": "What was wrong?"},
    "close": {"ja": "閉じる", "en": "Close"},
    "usage": {
        "ja": "症状を書いてください。例: `/mapi Outlook の接続が TGDL になっています`",
        "en": "Describe the symptom, for example: `/mapi Connections show TGDL instead of TMDL`",
    },
    "hello": {
        "ja": "症状を書くか、装置の出力を貼り付けてください。ファイルも読みます。",
        "en": "Describe the symptom or paste device output; a text file will do as well.",
    },
    "prompts": {"ja": "何が起きていますか", "en": "What is happening?"},
    "unserved": {
        "ja": "このボットは、このチャンネルまたはあなたの利用者設定では使えません。管理者に確認してください。",
        "en": "This bot does not serve this channel or your user here; ask its administrator.",
    },
    "broken": {
        "ja": "内部の問題のため回答できませんでした。もう一度お試しください。続く場合は管理者に知らせてください。",
        "en": "Something inside the bot failed, so there is no answer. Try again; if it stays, tell its administrator.",
    },
    "posting": {
        "ja": "Slack がここへの投稿を断りました（{code}）。アプリをチャンネルに招待してください。",
        "en": "Slack refused to post here ({code}): invite the app to this channel.",
    },
    "file_large": {
        "ja": "{name} は {limit} を超えるため読んでいません。必要な部分だけを送ってください。",
        "en": "{name} was not read: the files are larger than {limit}. Send the part that matters.",
    },
    "file_many": {
        "ja": "ファイルが {limit} 件を超えています。{name} は読んでいません。",
        "en": "{name} was not read: only {limit} files of a message are.",
    },
    "file_no_text": {
        "ja": "{name} はテキスト（UTF-8、UTF-16、Shift_JIS、EUC-JP）ではないため読んでいません。",
        "en": "{name} was not read: it is no text in UTF-8, UTF-16, Shift_JIS or EUC-JP.",
    },
    "file_empty": {"ja": "{name} は空です。", "en": "{name} is empty."},
    "file_elsewhere": {
        "ja": "{name} は Slack の外に保存されているため読んでいません。テキストとして貼り付けてください。",
        "en": "{name} was not read: it is kept outside Slack. Paste its text.",
    },
    "file_gone": {
        "ja": "{name} は削除されたか、ワークスペースの上限で隠されています。",
        "en": "{name} was not read: it was deleted, or hidden by the workspace's limit.",
    },
    "file_refused": {
        "ja": "{name} を Slack から受け取れませんでした。アプリに files:read が必要です。",
        "en": "{name} was not read: Slack refused it. The app needs the scope files:read.",
    },
    "file_failed": {
        "ja": "{name} を Slack から受け取れませんでした（{code}）。もう一度送ってください。",
        "en": "{name} could not be fetched from Slack ({code}). Send it again.",
    },
}
PROMPTS: dict[Language, tuple[tuple[str, str], ...]] = {
    "ja": (
        ("TMDL ではなく TGDL になる", "Outlook の接続が TMDL ではなく TGDL になっています"),
        ("Clock skew too great", "sr-errorlog に Clock skew too great と出ました"),
        ("暗号化 MAPI の条件", "暗号化 MAPI を高速化するには何を設定しておく必要がありますか"),
        ("Enabled なのに Shutdown", "MAPI AO が Enabled なのに Shutdown のままです"),
    ),
    "en": (
        ("TGDL instead of TMDL", "Connections show TGDL instead of TMDL"),
        ("Clock skew too great", "sr-errorlog says Clock skew too great"),
        ("Encrypted MAPI", "What must be in place before WAAS accelerates encrypted MAPI?"),
        ("Enabled but Shutdown", "The MAPI accelerator is Enabled but stays in Shutdown"),
    ),
}
"""Suggested prompts: (label, question)."""


def ui(key: str, language: Language, **values: object) -> str:
    """Return the bot's sentence ``key`` in ``language`` with ``values`` filled in."""
    return TEXTS[key][language].format(**values)


def size(count: int) -> str:
    """Return a number of bytes for a person."""
    return f"{count / 1e6:.1f} MB" if count >= 1_000_000 else f"{max(1, round(count / 1000))} KB"
