"""What the page itself says, in both languages; answers speak through bot/phrases.py."""

from __future__ import annotations

from html import escape

from bot.case.texts import SHARED
from kb.schema import LANGUAGES, Language

MAX_MEGABYTES = 5
"""Largest text file that may be dropped on the page."""

TEXTS: dict[str, dict[Language, str]] = SHARED | {
    "title": {"ja": "WAAS MAPI AO ナレッジベース", "en": "WAAS MAPI AO knowledge base"},
    "placeholder": {
        "ja": f"症状を書くか、装置の出力を貼り付けてください（.txt / .log は {MAX_MEGABYTES} MB まで）",
        "en": f"Describe the symptom or paste device output (.txt / .log up to {MAX_MEGABYTES} MB)",
    },
    "input": {"ja": "質問または装置の出力", "en": "Question or device output"},
    "conversation": {"ja": "会話", "en": "Conversation"},
    "keys": {
        "ja": "Enter 送信 · Shift+Enter 改行 · Esc 停止 · Alt+C 最後のコマンドをコピー · Alt+N 新しいケース",
        "en": "Enter sends · Shift+Enter new line · Esc stops · Alt+C copies the last command · Alt+N new case",
    },
    "welcome": {"ja": "何が起きていますか", "en": "What is happening?"},
    "welcome_lead": {
        "ja": "Outlook と Exchange の間の MAPI アクセラレーションの切り分けを、"
        "症状から報告書まで一つのケースで進めます。"
        "手順、コマンド、所見にはすべて根拠の行が付きます。ガイドにないことは、ないと答えます。",
        "en": "Work through MAPI acceleration between Outlook and Exchange as one case, from the first symptom to the "
        "report. Every step, command and finding carries the lines it rests on. What the guide does not hold, "
        "it says so.",
    },
    "privacy": {
        "ja": "入力はこのサーバーの外に出ません。言語モデルは使いません。",
        "en": "Nothing you type leaves this server. No language model is used.",
    },
    "privacy_model": {
        "ja": "質問は、パスワード、アドレス、ホスト名などを伏せたうえで、言語モデル {name} に送られます。"
        "貼り付けた出力は送られません。",
        "en": "Your question goes to the language model {name}, "
        "with passwords, addresses and host names masked. What you paste does not.",
    },
    "examples": {"ja": "例", "en": "Try one"},
    "example_paste": {"ja": "出力を貼り付ける: {name}", "en": "Paste an output: {name}"},
    "example_asks": {"ja": "この出力から何がわかりますか", "en": "What does this output show?"},
    "you": {"ja": "あなた", "en": "You"},
    "answer_n": {"ja": "回答 {n}", "en": "Answer {n}"},
    "pasted": {"ja": "貼り付け {lines:,} 行（{size}）", "en": "{lines:,} lines pasted ({size})"},
    "cut_here": {"ja": "… 残り {count:,} 行", "en": "… {count:,} more lines"},
    "gap": {"ja": "… {count:,} 行を省略 …", "en": "… {count:,} lines not shown …"},
    "working": {"ja": "ガイドを調べています", "en": "Searching the guide"},
    "reading": {"ja": "貼り付けられた {size} を読んでいます", "en": "Reading {size} of output"},
    "loading": {"ja": "索引を読み込んでいます", "en": "Loading the index"},
    "stop": {"ja": "停止", "en": "Stop"},
    "stopped": {"ja": "停止しました。", "en": "Stopped."},
    "inside": {
        "ja": "内部で問題が起きました。もう一度お試しください",
        "en": "something inside went wrong; try again",
    },
    "busy": {"ja": "回答中です。先に停止してください。", "en": "An answer is under way: stop it first."},
    "copy": {"ja": "コピー", "en": "Copy"},
    "copied": {"ja": "コピーしました", "en": "Copied"},
    "copy_command": {"ja": "コマンドをコピー: {command}", "en": "Copy the command {command}"},
    "retry": {"ja": "やり直す", "en": "Retry"},
    "edit": {"ja": "編集", "en": "Edit"},
    "edit_label": {"ja": "この質問を編集して送り直す", "en": "Edit this message and send it again"},
    "retry_label": {"ja": "この質問をもう一度送る", "en": "Send this message again"},
    "basis": {"ja": "根拠", "en": "What it rests on"},
    "basis_label": {"ja": "根拠を見る", "en": "Show what it rests on"},
    "source_n": {"ja": "出典 {n}", "en": "Source {n}"},
    "abstained": {"ja": "ガイドに記載なし", "en": "Not in the guide"},
    "more_findings": {"ja": "ほか {count} 件は所見の表にあります", "en": "{count} more in the table of findings"},
    "seen_in": {
        "ja": "この出力は {n} 番目の発言ですでに示されています。",
        "en": "Message {n} already shows this output.",
    },
    "proven": {"ja": "原因が確認できました", "en": "Cause proven"},
    "exhausted": {
        "ja": "このガイドで確認できることは、これですべてです。",
        "en": "That was the last check the guide has for this.",
    },
    "mark_done": {"ja": "実施済み", "en": "Done"},
    "state_good": {"ja": "正常", "en": "good"},
    "state_bad": {"ja": "異常", "en": "bad"},
    "state_skipped": {"ja": "スキップ", "en": "skipped"},
    "state_done": {"ja": "実施済み", "en": "done"},
    "rewording": {"ja": "言語モデルが言い換えています", "en": "A language model is rewording this"},
    "sent": {"ja": "モデルへ送った内容（{count} 件）", "en": "What was sent to the model ({count})"},
    "panel": {"ja": "現在の回答の根拠", "en": "What the current answer rests on"},
    "panel_empty": {
        "ja": "回答すると、引用した行、読み取った所見、貼り付けの該当箇所がここに並びます。",
        "en": "Once there is an answer, its cited lines, findings and the marked paste appear here.",
    },
    "panel_nothing": {"ja": "この回答は出典に基づいていません。", "en": "This answer rests on no source."},
    "findings": {"ja": "所見", "en": "Findings"},
    "state": {"ja": "状態", "en": "State"},
    "finding": {"ja": "所見", "en": "Finding"},
    "evidence": {"ja": "根拠の行", "en": "Evidence"},
    "line_n": {"ja": "{n} 行目", "en": "line {n}"},
    "trigger": {"ja": "判定条件", "en": "Rule"},
    "run": {"ja": "次に実行", "en": "Run"},
    "paste": {"ja": "貼り付け", "en": "Paste"},
    "sources": {"ja": "引用", "en": "Cited"},
    "lines": {"ja": "{first}–{last} 行", "en": "lines {first}–{last}"},
    "twin": {"ja": "English", "en": "日本語"},
    "twin_label": {"ja": "同じ項目を英語で表示", "en": "Show the same article in Japanese"},
    "old_index": {
        "ja": "この引用は以前の索引 {version} のものです。",
        "en": "Quoted from an earlier index, {version}.",
    },
    "case": {"ja": "ケース", "en": "Case"},
    "new_case": {"ja": "新しいケース", "en": "New case"},
    "link": {"ja": "リンクをコピー", "en": "Copy link"},
    "report": {"ja": "報告書", "en": "Report"},
    "delete": {"ja": "削除", "en": "Delete"},
    "delete_sure": {"ja": "本当に削除する", "en": "Really delete"},
    "delete_label": {"ja": "このケースと貼り付けをすべて削除", "en": "Delete this case and all its pastes"},
    "deleted": {"ja": "ケースを削除しました。", "en": "The case has been deleted."},
    "no_case": {
        "ja": "そのケースはありません。削除されたか、リンクが違います。",
        "en": "There is no such case: it was deleted, or the link is wrong.",
    },
    "theme": {"ja": "明暗を切り替える", "en": "Switch between light and dark"},
    "language": {"ja": "表示言語", "en": "Language of the page"},
    "skip": {"ja": "入力欄へ移動", "en": "Skip to the input"},
}
EXAMPLES: dict[Language, tuple[str, ...]] = {
    "ja": (
        "Outlook の接続が TMDL ではなく TGDL になっています",
        "sr-errorlog に Clock skew too great と出ました",
        "暗号化 MAPI を高速化するには何を設定しておく必要がありますか",
        "MAPI AO が Enabled なのに Shutdown のままです",
    ),
    "en": (
        "Connections show TGDL instead of TMDL",
        "What must be in place before WAAS accelerates encrypted MAPI?",
        "sr-errorlog says Clock skew too great",
        "The MAPI accelerator is Enabled but stays in Shutdown",
    ),
}
SAMPLES = ("show-statistics-accelerator-mapi/secured", "mapiao-errorlog/wan-secure")
"""Outputs of kb/samples that the first screen offers to paste."""


def ui(key: str, language: Language, **values: object) -> str:
    """Return the page's sentence ``key`` in ``language`` with ``values`` filled in."""
    return TEXTS[key][language].format(**values)


def both(key: str, **values: object) -> str:
    """Return HTML that holds ``key`` in both languages; the style sheet shows the page's own."""
    said = {code: escape(ui(key, code, **values)) for code in LANGUAGES}
    return "".join(f'<span class="l-{code}" lang="{code}">{said[code]}</span>' for code in LANGUAGES)


def size(characters: int) -> str:
    """Return a size for a person, in KB below a megabyte."""
    return f"{characters / 1e6:.1f} MB" if characters >= 1_000_000 else f"{max(1, round(characters / 1000))} KB"
