"""What every face that holds cases says, in both languages: marks, thumbs, what answered."""

from __future__ import annotations

from kb.schema import Language

SHARED: dict[str, dict[Language, str]] = {
    "next_check": {"ja": "次の確認", "en": "Next check"},
    "mark_good": {"ja": "正常だった", "en": "It was good"},
    "mark_bad": {"ja": "異常だった", "en": "It was bad"},
    "mark_skipped": {"ja": "スキップ", "en": "Skip"},
    "changes": {"ja": "変わったこと", "en": "What changed"},
    "up": {"ja": "役に立った", "en": "Helpful"},
    "down": {"ja": "役に立たなかった", "en": "Not helpful"},
    "why": {"ja": "理由（任意）", "en": "Reason (optional)"},
    "reasons": {
        "ja": "違う項目だった|手順が足りない|出力の読み方が違う|わかりにくい",
        "en": "Wrong topic|Steps are missing|Output misread|Hard to follow",
    },
    "send": {"ja": "送る", "en": "Send"},
    "thanks": {"ja": "ありがとうございます。記録しました。", "en": "Thank you. It is recorded."},
    "index": {"ja": "索引 {version}", "en": "index {version}"},
    "no_model": {"ja": "言語モデル不使用", "en": "no language model"},
    "model": {"ja": "モデル {name}", "en": "model {name}"},
    "own_words": {"ja": "ガイドの文のまま", "en": "guide's own words"},
    "failed": {"ja": "回答できませんでした: {reason}", "en": "No answer: {reason}"},
}
