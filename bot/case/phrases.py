"""The sentences of a case and of its report, in both languages."""

from __future__ import annotations

from bot.phrases import Language

PHRASES: dict[str, dict[Language, str]] = {
    "replaces": {
        "ja": "この {command}{device} は {time} に貼り付けられたものに代わります: {changes}",
        "en": "This {command}{device} replaces the one of {time}: {changes}",
    },
    "of_device": {"ja": "（{device}）", "en": " of {device}"},
    "no_value_changed": {"ja": "値に変化はありません", "en": "no value changed"},
    "more_values": {"ja": "ほか {count} 件の値", "en": "{count} more value(s)"},
    "rows": {"ja": "{label} {before} 行 -> {after} 行", "en": "{label} {before} row(s) -> {after} row(s)"},
    "gone": {"ja": "問題としては出なくなりました: {message}", "en": "No longer shown as a problem: {message}"},
    "appeared": {"ja": "新しく問題として出ました: {message}", "en": "Newly shown as a problem: {message}"},
    "marked_good": {
        "ja": "「{title}」手順 {step} を正常と記録しました。",
        "en": "Noted as good: step {step} of \u201c{title}\u201d.",
    },
    "marked_bad": {
        "ja": "「{title}」手順 {step} を異常と記録しました。",
        "en": "Noted as bad: step {step} of \u201c{title}\u201d.",
    },
    "marked_skipped": {
        "ja": "「{title}」手順 {step} を飛ばしました。",
        "en": "Skipped: step {step} of \u201c{title}\u201d.",
    },
    "marked_done": {
        "ja": "「{title}」手順 {step} を、実施したが改善しなかったものとして記録しました。",
        "en": "Noted as done without effect: step {step} of \u201c{title}\u201d.",
    },
    "treated": {
        "ja": "「{title}」の対処では改善しなかったものとして、ほかの原因を調べます。",
        "en": "The remedy for \u201c{title}\u201d did not help; looking for another cause.",
    },
    "noted": {"ja": "記録しました: {what}", "en": "Noted: {what}"},
    "resolved": {"ja": "解決したものとして記録しました。", "en": "Noted as resolved."},
    "next": {"ja": "次の確認です。", "en": "The next check follows."},
    "exhausted": {
        "ja": "これより先の確認はガイドに記載がありません。ここまでの結果はレポートとして書き出せます。",
        "en": "A further check is not in the guide. What was found so far can be exported as a report.",
    },
    "proven": {
        "ja": "貼り付けられた出力が示す原因は「{title}」です。",
        "en": "The pasted output shows the cause: \u201c{title}\u201d.",
    },
    "ask_release": {
        "ja": "WAE のソフトウェアリリースはどちらですか。次の確認が変わります。",
        "en": "Which release does the WAE run? The next check depends on it.",
    },
    "ask_role": {
        "ja": "この WAE はエッジ（拠点側）ですか、コア（データセンター側）ですか。次の確認が変わります。",
        "en": "Is this WAE the edge (branch) or the core (data center)? The next check depends on it.",
    },
    "release_before": {"ja": "5.0.1 より前", "en": "Before 5.0.1"},
    "release_from": {"ja": "5.0.1 以降", "en": "5.0.1 or later"},
    "role_edge": {"ja": "エッジ", "en": "Edge"},
    "role_core": {"ja": "コア", "en": "Core"},
    "report": {"ja": "MAPI AO サポートケースのレポート", "en": "MAPI AO support case report"},
    "case": {"ja": "ケース", "en": "Case"},
    "opened": {"ja": "開始", "en": "Opened"},
    "changed": {"ja": "最終更新", "en": "Last change"},
    "release": {"ja": "リリース", "en": "Release"},
    "role": {"ja": "WAE の役割", "en": "Role of the WAE"},
    "index": {"ja": "ナレッジベースの版", "en": "Knowledge base build"},
    "model": {"ja": "言語モデル", "en": "Language model"},
    "no_model": {"ja": "使用していません", "en": "none was used"},
    "unknown": {"ja": "不明", "en": "not known"},
    "symptom": {"ja": "症状", "en": "Symptom"},
    "timeline": {"ja": "経過", "en": "Timeline"},
    "evidence": {"ja": "証拠", "en": "Evidence"},
    "findings": {"ja": "判定", "en": "Findings"},
    "commands": {"ja": "実施した確認とコマンド", "en": "Checks and commands"},
    "excluded": {"ja": "除外した原因", "en": "Ruled out"},
    "conclusion": {"ja": "結論", "en": "Conclusion"},
    "citations": {"ja": "出典", "en": "Citations"},
    "nothing": {"ja": "なし", "en": "none"},
    "said": {"ja": "利用者", "en": "User"},
    "answered_with": {"ja": "回答", "en": "Answer"},
    "abstained": {"ja": "ガイドに記載がありません", "en": "not in the guide"},
    "pasted": {"ja": "貼り付け {number}", "en": "Paste {number}"},
    "pasted_outputs": {"ja": "貼り付け {number}: {outputs}", "en": "Paste {number}: {outputs}"},
    "unknown_output": {"ja": "知っている出力なし", "en": "no output that is known"},
    "superseded": {"ja": "貼り付け {number} に置き換え済み", "en": "superseded by paste {number}"},
    "lines": {"ja": "行 {first}-{last}", "en": "lines {first}-{last}"},
    "incomplete": {"ja": "不足: {labels}", "en": "missing: {labels}"},
    "step": {"ja": "手順 {step}", "en": "step {step}"},
    "state_open": {"ja": "未実施", "en": "open"},
    "state_good": {"ja": "正常", "en": "good"},
    "state_bad": {"ja": "異常", "en": "bad"},
    "state_skipped": {"ja": "省略", "en": "skipped"},
    "state_done": {"ja": "実施、改善なし", "en": "done, no effect"},
    "by_user": {"ja": "利用者の報告", "en": "as told by the user"},
    "by_evidence": {"ja": "貼り付けより", "en": "from the paste"},
    "concluded_cause": {
        "ja": "貼り付けられた出力が「{title}」を原因として示しています。",
        "en": "The pasted output proves the cause \u201c{title}\u201d.",
    },
    "concluded_resolved": {"ja": "利用者が解決を報告しました。", "en": "The user reported it resolved."},
    "concluded_treated": {
        "ja": "「{title}」の対処では改善しませんでした。",
        "en": "The remedy for \u201c{title}\u201d did not help.",
    },
    "concluded_exhausted": {
        "ja": "ガイドにある確認を終えましたが、原因は示されていません。",
        "en": "The checks of the guide are done; no cause is proven.",
    },
    "concluded_open": {"ja": "原因はまだ示されていません。", "en": "No cause is proven yet."},
    "concluded_bad": {
        "ja": "異常と報告された確認: {checks}",
        "en": "Checks reported as bad: {checks}",
    },
}


def tell(key: str, language: Language, **values: object) -> str:
    """Return the sentence ``key`` in ``language`` with ``values`` filled in."""
    return PHRASES[key][language].format(**values)
