"""Secrets that device output carries are masked before anything is kept; addresses stay, they are evidence."""

from __future__ import annotations

import re

MASK = "********"

_VALUE = r"(?:\"[^\"\n]{1,400}\"|'[^'\n]{1,400}'|[^\s\"',;<>]{1,400})"
_KEYWORD = (
    r"(?:pass(?:word|wd|phrase|code)?|secret|shared[-_ ]?secret|community(?:[-_ ]?string)?|pre-?shared[-_ ]?key|psk|"
    r"api[-_ ]?key|secret[-_ ]?key|private[-_ ]?key|auth(?:entication)?[-_ ]?key|access[-_ ]?token|token|"
    r"パスワード|パスフレーズ|シークレット|暗証番号)"
)
_NOT_VALUE = r"(?!(?:is|are|was|for|of|and|or|not|has|must|expired|aging|min-length|required|mismatch|failed|the|to)\b)"
_RULES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"-----BEGIN [A-Z0-9 ]{1,40}-----[^-]{1,20000}(?:-----END [A-Z0-9 ]{1,40}-----)?"), MASK),
    (re.compile(r"(?i)(?<![a-z0-9])(xox[a-z]-|gh[a-z]_|sk-|Bearer )[A-Za-z0-9._~+/-]{8,400}=*"), rf"\1{MASK}"),
    (re.compile(rf"(?i)(\bcommunity[ \t]{{1,4}}(?:string[ \t]{{1,4}})?){_VALUE}"), rf"\1{MASK}"),
    (re.compile(rf"(?i)(\bsnmp-server[ \t]{{1,4}}host[ \t]{{1,4}}\S{{1,255}}[ \t]{{1,4}}"
                rf"(?:(?:traps?|informs?|version|v?[123]c?|noauth|auth|priv)[ \t]{{1,4}}){{0,4}}){_VALUE}"), rf"\1{MASK}"),
    (re.compile(rf"(?i)(\b(?:md5|sha|sha-?(?:256|512)|des|aes)[ \t]{{1,4}}(?:(?:128|192|256)[ \t]{{1,4}})?"
                rf"(?=(?:\S{{0,64}}[0-9])))(?!(?:des|aes|sha|priv)\b){_VALUE}"), rf"\1{MASK}"),
    (re.compile(rf"(?i)(\b(?:tacacs|radius(?:-server)?|ntp|key-string)[ \t](?:[^\s]{{1,80}}[ \t]{{1,4}}){{0,5}}key"
                rf"[ \t]{{1,4}}(?:[0-9][ \t]{{1,4}})?){_VALUE}"), rf"\1{MASK}"),
    (re.compile(rf"(?i)((?<![a-z0-9]){_KEYWORD}[ \t]{{0,4}}(?:[:=：＝]|は|が)[ \t]{{0,4}}(?:[0-9][ \t]{{1,4}})?){_VALUE}"),
     rf"\1{MASK}"),
    (re.compile(rf"(?i)((?<![a-z0-9])(?:password|passwd|secret|passphrase)[ \t]{{1,4}}(?:(?:[0-9]|is|encrypted|ascii|hex)"
                rf"[ \t]{{1,4}}){{0,2}}){_NOT_VALUE}{_VALUE}"), rf"\1{MASK}"),
    (re.compile(r"\$(?:1|2[aby]|5|6|8|9|14|y|apr1)\$[A-Za-z0-9./$=]{8,200}"), MASK),
    (re.compile(r"(?i)(://[^\s:/@]{1,100}:)[^\s@/]{1,200}(?=@)"), rf"\1{MASK}"),
    (re.compile(r"(?<![A-Za-z0-9+/=_-])(?:0x)?[0-9A-Fa-f]{32,4096}(?![A-Za-z0-9+/=_-])"), MASK),
    (re.compile(r"(?<![A-Za-z0-9+/=_.-])(?=[A-Za-z+/]{0,80}[0-9])(?=[0-9A-Z+/]{0,80}[a-z])(?=[0-9a-z+/]{0,80}[A-Z])"
                r"[A-Za-z0-9+/]{40,4096}={0,2}(?![A-Za-z0-9+/=_-])"), MASK),
)  # fmt: skip
_UNSTORABLE = re.compile(r"[\x00\ud800-\udfff]")


def redact(text: str) -> str:
    """Return ``text`` with passwords, communities, keys and hashes masked, fit to be stored and parsed.

    What cannot be stored (NUL, lone surrogates) becomes U+FFFD. Nothing else changes.
    """
    text = _UNSTORABLE.sub("\ufffd", text)
    for pattern, mask in _RULES:
        text = pattern.sub(mask, text)
    return text
