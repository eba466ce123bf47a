"""Japanese typed in Latin letters: "epm no kakunin houhou wo oshiete" is Japanese, and is searched as kana."""

from __future__ import annotations

import re
from collections.abc import Container

_WORD = re.compile(r"(?<![A-Za-z0-9_.:/-])[A-Za-z']{1,40}(?![A-Za-z0-9_.:/-])")
_WRITTEN = dict(
    pair.split(":")
    for pair in (
        "kakunin:確認 hitsuyou:必要 hitsuyo:必要 jouken:条件 houhou:方法 tejun:手順 settei:設定 genin:原因 imi:意味 "
        "joutai:状態 setsuzoku:接続 angouka:暗号化 mukou:無効 yuukou:有効 shippai:失敗 seikou:成功 taisho:対処 tokei:時計 "
        "jikoku:時刻 kengen:権限 kagi:鍵 shoumeisho:証明書 tsuushin:通信 kousokuka:高速化 saitekika:最適化 mikata:見方 "
        "yarikata:やり方 shutoku:取得 osoi:遅い hayai:速い shiritai:知りたい oshiete:教えて kyoten:拠点 yoyaku:予約 "
        "taiou:対応 shirabetai:調べたい zureteru:ずれている zureteiru:ずれている"
    ).split()
)
_TELLING = _WRITTEN.keys() | set(
    "desu desuka masu masuka masen masenka shitai shite shimasu suru sareru sarete sarenai shinai shitara kudasai "
    "dekiru dekinai dekimasu dekimasuka dekimasen doko naze doushite nani nandesuka donna dore dono itsu hayaku "
    "naranai narimasen narimasuka tsukau tsukaeru ugokanai ugoiteru ugoiteruka ugoiteiru wakaranai mitai deru deta "
    "demasu denai fuete fueru fuenai toki baai wo".split()
)
_PARTICLES = frozenset("ga ni wa ha ka no de to mo na kara made ya he nde node".split())
_KANA = dict(
    pair.split(":")
    for pair in (
        "a:あ i:い u:う e:え o:お ka:か ki:き ku:く ke:け ko:こ sa:さ shi:し si:し su:す se:せ so:そ ta:た chi:ち ti:ち tsu:つ "
        "tu:つ te:て to:と na:な ni:に nu:ぬ ne:ね no:の ha:は hi:ひ fu:ふ hu:ふ he:へ ho:ほ ma:ま mi:み mu:む me:め mo:も ya:や "
        "yu:ゆ yo:よ ra:ら ri:り ru:る re:れ ro:ろ wa:わ wo:を ga:が gi:ぎ gu:ぐ ge:げ go:ご za:ざ ji:じ zi:じ zu:ず ze:ぜ zo:ぞ "
        "da:だ de:で do:ど ba:ば bi:び bu:ぶ be:べ bo:ぼ pa:ぱ pi:ぴ pu:ぷ pe:ぺ po:ぽ n:ん n':ん kya:きゃ kyu:きゅ kyo:きょ "
        "sha:しゃ shu:しゅ sho:しょ sya:しゃ syu:しゅ syo:しょ cha:ちゃ chu:ちゅ cho:ちょ tya:ちゃ tyu:ちゅ tyo:ちょ nya:にゃ "
        "nyu:にゅ nyo:にょ hya:ひゃ hyu:ひゅ hyo:ひょ mya:みゃ myu:みゅ myo:みょ rya:りゃ ryu:りゅ ryo:りょ gya:ぎゃ gyu:ぎゅ "
        "gyo:ぎょ ja:じゃ ju:じゅ jo:じょ zya:じゃ zyu:じゅ zyo:じょ bya:びゃ byu:びゅ byo:びょ pya:ぴゃ pyu:ぴゅ pyo:ぴょ"
    ).split()
)
_SYLLABLE = re.compile("|".join(sorted(_KANA, key=len, reverse=True)))
_SPELT = re.compile(rf"(?:([kstpcgdbz])(?=\1)|(?:{_SYLLABLE.pattern}))+")
_DOUBLED = re.compile(r"([kstpcgdbz])(?=\1)")


def is_romaji(text: str) -> bool:
    """Say whether ``text`` is Japanese in Latin letters: a word that only Japanese has, and another or a particle."""
    found = [word.lower() for word in _WORD.findall(text)]
    telling = sum(word in _TELLING for word in found)
    return telling > 1 or (telling == 1 and any(word in _PARTICLES for word in found))


def kana(text: str, known: Container[str]) -> str:
    """Return ``text`` with its Japanese words as they are written; words of ``known`` and the shortest stay."""
    return _WORD.sub(lambda match: _spelt(match.group(), known), text)


def _spelt(word: str, known: Container[str]) -> str:
    lowered = word.lower()
    native = lowered in _TELLING or lowered in _PARTICLES
    if not native and (len(word) < 4 or lowered in known) or not _SPELT.fullmatch(lowered):
        return word
    spelt = _SYLLABLE.sub(lambda match: _KANA[match.group()], _DOUBLED.sub("っ", lowered))
    return _WRITTEN.get(lowered, "は" if lowered == "wa" else spelt)
