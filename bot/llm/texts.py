"""What people are told of a rewording, in both languages."""

from __future__ import annotations

from bot.answer import Rewording
from bot.phrases import Language

_TEXTS: dict[str, dict[Language, str]] = {
    "accepted": {
        "ja": "{model} による言い換えです。コマンド、手順、出典はガイドのままで、内容は照合済みです（{facts}）。",
        "en": "In the words of {model}; steps, commands and sources are the guide's own, and the text was checked "
        "against them ({facts}).",
    },
    "fallback": {
        "ja": "ガイドの文のままです。{model} の言い換えは使っていません: {reason}（{facts}）。",
        "en": "In the guide's own words. The wording of {model} is not used: {reason} ({facts}).",
    },
    "understood": {
        "ja": "{model} はご質問を「{question}」と読み取りました。",
        "en": "{model} read your question as \u201c{question}\u201d.",
    },
    "picked": {
        "ja": "{model} が候補の中から「{title}」を選びました。",
        "en": "{model} chose \u201c{title}\u201d among the sections found.",
    },
    "asked_back": {
        "ja": "どれについてのご質問でしょうか。近い項目を挙げます。",
        "en": "Which of these do you mean? These topics come nearest.",
    },
    "refused": {"ja": "ガイドの内容と一致しませんでした", "en": "it did not say the same as the guide"},
    "malformed": {"ja": "返答を読み取れませんでした", "en": "its reply could not be read"},
    "unchanged": {"ja": "変更がありませんでした", "en": "it changed nothing"},
    "timeout": {"ja": "時間内に返答がありませんでした", "en": "it did not answer in time"},
    "server": {"ja": "モデルのサーバーがエラーを返しました", "en": "the model's server failed"},
    "budget": {"ja": "このケースで使えるトークンを使い切りました", "en": "the tokens of this case are used up"},
    "cancelled": {"ja": "中止されました", "en": "it was stopped"},
    "tokens": {"ja": "{count} トークン", "en": "{count} tokens"},
    "about": {"ja": "約 {count} トークン", "en": "about {count} tokens"},
    "seconds": {"ja": "{count:.1f} 秒", "en": "{count:.1f} s"},
}


def tell(key: str, language: Language, **values: object) -> str:
    """Return the sentence ``key`` in ``language`` with ``values`` filled in."""
    return _TEXTS[key][language].format(**values)


def facts(done: Rewording, language: Language) -> str:
    """Return tokens and time."""
    tokens = tell("about" if done.estimated else "tokens", language, count=done.tokens)
    return ("、" if language == "ja" else ", ").join((tokens, tell("seconds", language, count=done.seconds)))


def verdict(done: Rewording, language: Language) -> str:
    """Return which of the two the person sees, and why; empty where there was nothing to reword."""
    if done.accepted:
        return tell("accepted", language, model=done.model, facts=facts(done, language))
    if not done.reason:
        return ""
    reason = tell(done.reason, language)
    return tell("fallback", language, model=done.model, reason=reason, facts=facts(done, language))
