"""Secrets that device output and questions carry are masked before anything is kept; addresses stay, they are evidence.

Rules look at a copy in which full-width signs are plain ones, character for character, so that offsets agree.
"""

from __future__ import annotations

import re

MASK = "********"

_QUOTED = r"\"[^\"\n]{1,400}\"|'[^'\n]{1,400}'|「[^」\n]{1,400}」|『[^』\n]{1,400}』|“[^”\n]{1,400}”"
_VALUE = rf"(?:{_QUOTED}|[^\s\"',;<>\u3000-\u9fff]{{1,400}})"
_GUARDED = rf"(?:{_QUOTED}|(?=[^\s\"']{{0,100}}[0-9!@#$%^&*_+=])[^\s\"',;<>\u3000-\u9fff]{{1,400}})"
"""A value in running text: quoted, or with a digit or a sign, so that "password based" stays."""
_KIND = r"(?:(?:[0-9]|is|was|to|encrypted|ascii|hex)[ \t]{1,4}){0,2}"
_KEYWORD = (
    r"(?:pass(?:word|wd|-?phrase|code)|secret(?:[-_ ]access)?(?:[-_ ]key)?|shared[-_ ]secret|psk|token|"
    r"community(?:[-_ ](?:string|name))?|(?:pre-?shared|access|encryption|session|shared)[-_ ]key|"
    r"(?:api|private|auth|authentication)[-_ ]?key|パスワード|パスフレーズ|シークレット(?:キー)?|暗証番号|トークン|"
    r"コミュニティ(?:名|・?ストリング|文字列)?|(?:共有|秘密|認証|暗号化?|API[ ]?|アクセス)(?:キー|鍵))"
)
_NAMED = rf"(?<![a-z0-9/])(?:{_KEYWORD}|(?:pwd?|pass)(?=[\"']?[ \t]{{0,4}}[:=]))[\"']?"
"""A secret's name, in quotes or not; the short names only before a colon or an equals sign."""
_RULES = tuple(
    re.compile(pattern)
    for pattern in (
        r"()-----BEGIN [A-Z0-9 ]{1,40}-----[^-]{1,20000}(?:-----END [A-Z0-9 ]{1,40}-----)?",
        r"(?i)(?<![a-z0-9])(xox[a-z]-|gh[a-z]_|sk-|(?:Bearer|Authorization:[ \t]{0,4}[a-z]{1,20}) )"
        r"[A-Za-z0-9._~+/-]{8,400}=*",
        rf"(?i)(\bsnmp-server[ \t]community[ \t]{{1,4}}){_VALUE}",
        rf"(?i)(\bsnmp-server[ \t]host[ \t]{{1,4}}\S{{1,255}}[ \t]{{1,4}}"
        rf"(?:(?:traps?|informs?|version|v?[123]c?|noauth|auth|priv)[ \t]{{1,4}}){{0,4}}){_VALUE}",
        rf"(?i)(\b(?:md5|sha|des|aes)[ \t]{{1,4}}(?:(?:128|192|256)[ \t]{{1,4}})?){_GUARDED}",
        rf"(?i)(\b(?:(?:tacacs|radius)(?:-server)?|ike|isakmp|ntp[ \t](?:server|peer))[ \t]"
        rf"(?:[^\s]{{1,80}}[ \t]{{1,4}}){{0,5}}key[ \t]{{1,4}}(?:[0-9][ \t]{{1,4}})?){_VALUE}",
        rf"(?i)(\bkey[ \t]{{1,4}}[05-9][ \t]{{1,4}}){_GUARDED}",
        rf"(?i)({_NAMED}(?:[ \t]{{1,4}}(?:is|was))?[ \t]{{0,4}}(?:[:=]|(?<![鍵ー])は)[ \t]{{0,4}}"
        rf"(?:[0-9][ \t]{{1,4}})?){_VALUE}",
        rf"(?i)(\b(?:username[ \t]{{1,4}}\S{{1,80}}|enable)[ \t]{{1,4}}(?:password|secret)[ \t]{{1,4}}{_KIND}){_VALUE}",
        rf"(?i)((?<![a-z0-9/]){_KEYWORD}[ \t]{{1,4}}{_KIND}){_GUARDED}",
        rf"(?i)((?<![a-z0-9/]){_KEYWORD}(?:[がをには]|[ \t]{{0,4}}(?=[「『“]))[ \t]{{0,4}}){_GUARDED}",
        rf"(?i)(<[^<>\n]{{0,40}}{_KEYWORD}[^<>\n]{{0,40}}>)[^<\n]{{1,400}}",
        rf"(?i)(\b(?:credentials?|log[io]n)[ \t]{{1,4}}[a-z][\w.@\\-]{{0,80}}[:/]){_GUARDED}",
        r"(?i)(\{(?:s?sha[0-9]{0,3}|s?md5|crypt)\})[A-Za-z0-9+/=$.]{8,400}",
        r"()\$(?:1|2[aby]|5|6|8|9|14|y|apr1)\$[A-Za-z0-9./$=]{8,200}",
        r"(?i)(://[^\s:/@]{1,100}:)[^\s@/]{1,200}(?=@)",
        r"()(?<![A-Za-z0-9+/=_-])(?:0x)?(?=[A-Fa-f]{0,64}[0-9])[0-9A-Fa-f]{32,4096}(?![A-Za-z0-9+/=_-])",
        r"()(?<![A-Za-z0-9+/=_.-])(?=[A-Za-z+/]{0,80}[0-9])(?=[0-9A-Z+/]{0,80}[a-z])(?=[0-9a-z+/]{0,80}[A-Z])"
        r"[A-Za-z0-9+/]{40,4096}={0,2}(?![A-Za-z0-9+/=_-])",
    )
)
_PLAIN = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)} | {0x3000: " "}
_UNSTORABLE = re.compile(r"[\x00\ud800-\udfff]")


def redact(text: str) -> str:
    """Return ``text`` with passwords, communities, keys and hashes masked, fit to be stored and parsed.

    What cannot be stored (NUL, lone surrogates) becomes U+FFFD. Nothing else changes.
    """
    text = _UNSTORABLE.sub("\ufffd", text)
    plain = text if text.isascii() else text.translate(_PLAIN)
    for rule in _RULES:
        spans = [(match.end(1), match.end()) for match in rule.finditer(plain)]
        if spans:
            text, plain = _masked(text, spans), _masked(plain, spans)
    return text


def _masked(text: str, spans: list[tuple[int, int]]) -> str:
    pieces, done = [], 0
    for start, end in spans:
        pieces += [text[done:start], MASK]
        done = end
    return "".join([*pieces, text[done:]])
