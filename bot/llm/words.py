"""The words that turn the meaning of a sentence, and those that may be added because they carry none.

What stands under ``TURNS`` must come in a rewording as often and in the same order as in the guide's sentence.
"""

from __future__ import annotations

import re
from functools import cache

from bot import text
from kb.schema import Language

_EN = (
    ("no", r"no|not|never|none|nothing|neither|nor|cannot|without|unable|hardly|[a-z]+n['\u2019]t"),
    ("only", r"only|just|merely|alone|solely|exclusively"),
    ("all", r"all|every|each|always|entire|whole"),
    ("any", r"any|either|anything"),
    ("both", r"both"),
    ("some", r"some|several|few|many|much|most|mostly|sometimes|often|usually|rarely|once"),
    ("if", r"if|when|whenever|as long as|in case"),
    ("unless", r"unless|except|otherwise|apart from"),
    ("before", r"before|until|till|prior"),
    ("after", r"after|afterwards|since"),
    ("more", r"more|above|over|greater|higher|larger|exceeds?|newer|later"),
    ("less", r"less|fewer|below|under|lower|smaller|older|earlier"),
    ("must", r"must|needs?|needed|requires?|required|ha(?:s|ve) to"),
    ("may", r"may|might|possibly|perhaps|probably|likely"),
    ("instead", r"instead|rather"),
    ("by", r"by|from"),
    ("on", r"(?:switch|switched|switching|turn|turned|turning)(?: [a-z]+){0,3} on"),
    ("off", r"off"),
    ("up", r"up|upper|increases?|rises?|rose|grows?|add|adds|added"),
    ("down", r"down|decreases?|falls?|drops?|removes?|removed"),
    ("yes", r"enable[ds]?|enabling|permit(?:s|ted)?|allow(?:s|ed)?|succeed(?:s|ed)?|success(?:ful(?:ly)?)?"),
    ("nay", r"disable[ds]?|disabling|deny|denies|denied|refuse[ds]?|fail(?:s|ed|ure|ures|ing)?"),
    ("start", r"start(?:s|ed|ing)?|open(?:s|ed|ing)?|restart(?:s|ed|ing)?"),
    ("stop", r"stop(?:s|ped|ping)?|clos(?:e|es|ed|ing)|shut"),
    ("edge", r"edge|branch"),
    ("core", r"core|data ?cent(?:er|re)"),
    ("client", r"clients?"),
    ("server", r"servers?"),
    ("local", r"local|near"),
    ("remote", r"remote|far"),
    ("source", r"sources?|senders?|sends?|sent|requests?|requested|asks?|asked"),
    ("target", r"destinations?|receivers?|receives?|received|respon(?:ses?|ds?|ded)|answer(?:s|ed)?"),
    ("number", r"zero|two|three|four|five|six|seven|eight|nine|ten|hundred|thousand|half|twice|double|dozen|"
               r"second|third|last"),
)  # fmt: skip
_JA = (
    ("must", r"なければなり(?:ません)?|なければならない|なくてはなら(?:ない|ず)?|必要|必ず|べき|要求され"),
    ("may", r"かもしれ(?:ない|ません)|可能性|ことがあ|場合があ|おそらく|たぶん"),
    ("no", r"ではなく|でなく|なく|なけれ|なかっ|ない|ません|なし|無し|無い|ず(?=に|、|。|$)|不要|不可|以外"),
    ("only", r"だけ|のみ|しか(?!し)|ばかり"),
    ("all", r"すべて|全て|全部|いずれも|どれも|常に|各|毎|ごと"),
    ("any", r"いずれか|どれか|または|もしくは|あるいは"),
    ("both", r"両方|両側|双方|および|かつ"),
    ("some", r"いくつか|一部|多く|ほとんど|時々|よく(?=あ|使)|通常|普通"),
    ("if", r"場合|とき|際|なら|たら|れば|限り"),
    ("before", r"以前|前に|まで|先に"),
    ("after", r"以降|後に|後、|その後|てから|でから"),
    ("more", r"以上|超|上回|より大き|より多|より新し|増"),
    ("less", r"以下|未満|下回|より小さ|より少な|より古|減"),
    ("instead", r"代わり|かわり"),
    ("yes", r"有効|許可|成功|オン(?![ァ-ヶー])|追加|登録"),
    ("nay", r"無効|拒否|失敗|オフ(?![ァ-ヶー])|削除|解除"),
    ("start", r"開始|起動|再起動|開(?=[いくけき])"),
    ("stop", r"停止|終了|中止|閉じ"),
    ("edge", r"エッジ|拠点"),
    ("core", r"コア|データセンタ"),
    ("client", r"クライアント"),
    ("server", r"サーバ"),
    ("local", r"ローカル"),
    ("remote", r"リモート"),
    ("source", r"送信|要求(?!され)|送"),
    ("target", r"宛先|受信|応答|受け"),
    ("number", r"[二三四五六七八九十百千万]+(?=つ|回|台|個|件|種|秒|分|時|日|本|行|番|者)|半分|最後"),
)
_ACTORS = frozenset(("edge", "core", "client", "server", "local", "remote"))
_PARTICLE = re.compile(r"[一-鿿ァ-ヶー]{0,6}(?:(が|は|も)|(を)|(に|へ)|(から)|(で)|(の))")


def _pattern(table: tuple[tuple[str, str], ...], frame: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?P<{name}>{frame.format(words)})" for name, words in table), re.IGNORECASE)


_TURNS = {"en": _pattern(_EN, r"(?<![A-Za-z-])(?:{})(?![A-Za-z-])"), "ja": _pattern(_JA, "(?:{})")}
_ALSO_IN_JA = _pattern((("no", "no|not|never|without"),), r"(?<![A-Za-z-])(?:{})(?![A-Za-z-])")


def turns(part: str, language: Language) -> list[tuple[int, str]]:
    """Return (place, name) of every word in ``part`` that turns its meaning; Japanese actors with their particle."""
    found = []
    for match in _TURNS[language].finditer(part):
        name = match.lastgroup or ""
        if language == "ja" and name in _ACTORS:
            particle = _PARTICLE.match(part, match.end())
            name += f"/{particle.lastindex}" if particle else ""
        found.append((match.start(), name))
    if language == "ja":
        found += [(match.start(), "no") for match in _ALSO_IN_JA.finditer(part)]
    return found


_PLAIN = (
    "first look see check verify confirm make sure run type enter use using read view show shows shown display "
    "displays displayed list lists find note notice next "
    "now then also here there following which that this these those it they and you your it's that's "
    "command output result step case thing way is are be does do did has have had will would should can could please "
    "so but however identify determine examine inspect know appear appears",
    "確認 見る 調べる 実行 実施 表示 使う 使用 用いる 出力 コマンド 結果 次に まず 続いて 続けて 手順 見つける "
    "分かる 示す 読む 読み取る 知る 意味 行う 行なう チェック 利用 それ これ この その ここ そこ どれ ため こと もの "
    "よう また さらに なお ご覧 下さい ください する なる ある いる できる という つまり 一覧 取得 把握 特定 見て みて "
    "入力 打つ お使い 使い おる おり られる いう",
)


@cache
def plain_tokens() -> frozenset[str]:
    """Return the tokens that a rewording may add: they say how to look, never what is there."""
    return frozenset(token for line in _PLAIN for word in line.split() for token in text.tokens(word))


@cache
def plain_words() -> re.Pattern[str]:
    """Return what matches the Japanese words that may be added, as they are written."""
    return re.compile("|".join(sorted(map(re.escape, _PLAIN[1].split()), key=len, reverse=True)))
