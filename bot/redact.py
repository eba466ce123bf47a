"""Secrets that device output carries are masked before anything is kept; addresses stay, they are evidence."""

from __future__ import annotations

import re

MASK = "********"

_VALUE = r"(?:\"[^\"\n]{1,400}\"|'[^'\n]{1,400}'|[^\s\"',;<>\u3000-\u9fff]{1,400})"
_GUARDED = r"(?=[^\s\"']{0,100}[0-9!@#$%^&*_+=])" + _VALUE
"""A value in running text: with a digit or a sign, so that "password based" stays."""
_KIND = r"(?:(?:[0-9]|is|encrypted|ascii|hex)[ \t]{1,4}){0,2}"
_KEYWORD = (
    r"(?:pass(?:word|wd|phrase|code)|secret|shared[-_ ]secret|community(?:[-_ ]string)?|pre-?shared[-_ ]key|psk|"
    r"(?:api|secret|private|auth|authentication)[-_ ]?key|token|パスワード|パスフレーズ|シークレット)"
)
_RULES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), mask)
    for pattern, mask in (
        (r"-----BEGIN [A-Z0-9 ]{1,40}-----[^-]{1,20000}(?:-----END [A-Z0-9 ]{1,40}-----)?", MASK),
        (r"(?i)(?<![a-z0-9])(xox[a-z]-|gh[a-z]_|sk-|Bearer )[A-Za-z0-9._~+/-]{8,400}=*", rf"\1{MASK}"),
        (rf"(?i)(\bsnmp-server[ \t]community[ \t]{{1,4}}){_VALUE}", rf"\1{MASK}"),
        (rf"(?i)(\bsnmp-server[ \t]host[ \t]{{1,4}}\S{{1,255}}[ \t]{{1,4}}"
         rf"(?:(?:traps?|informs?|version|v?[123]c?|noauth|auth|priv)[ \t]{{1,4}}){{0,4}}){_VALUE}", rf"\1{MASK}"),
        (rf"(?i)(\b(?:md5|sha|des|aes)[ \t]{{1,4}}(?:(?:128|192|256)[ \t]{{1,4}})?){_GUARDED}", rf"\1{MASK}"),
        (rf"(?i)(\b(?:tacacs|radius(?:-server)?|ntp[ \t](?:server|peer))[ \t](?:[^\s]{{1,80}}[ \t]{{1,4}}){{0,5}}key"
         rf"[ \t]{{1,4}}(?:[0-9][ \t]{{1,4}})?){_VALUE}", rf"\1{MASK}"),
        (rf"(?i)((?<![a-z0-9/]){_KEYWORD}[ \t]{{0,4}}[:=：＝は][ \t]{{0,4}}(?:[0-9][ \t]{{1,4}})?){_VALUE}",
         rf"\1{MASK}"),
        (rf"(?i)(\b(?:username[ \t]{{1,4}}\S{{1,80}}|enable)[ \t]{{1,4}}(?:password|secret)[ \t]{{1,4}}"
         rf"{_KIND}){_VALUE}", rf"\1{MASK}"),
        (rf"(?i)((?<![a-z0-9/]){_KEYWORD}[ \t]{{1,4}}{_KIND}){_GUARDED}", rf"\1{MASK}"),
        (r"\$(?:1|2[aby]|5|6|8|9|14|y|apr1)\$[A-Za-z0-9./$=]{8,200}", MASK),
        (r"(?i)(://[^\s:/@]{1,100}:)[^\s@/]{1,200}(?=@)", rf"\1{MASK}"),
        (r"(?<![A-Za-z0-9+/=_-])(?:0x)?(?=[A-Fa-f]{0,64}[0-9])[0-9A-Fa-f]{32,4096}(?![A-Za-z0-9+/=_-])", MASK),
        (r"(?<![A-Za-z0-9+/=_.-])(?=[A-Za-z+/]{0,80}[0-9])(?=[0-9A-Z+/]{0,80}[a-z])(?=[0-9a-z+/]{0,80}[A-Z])"
         r"[A-Za-z0-9+/]{40,4096}={0,2}(?![A-Za-z0-9+/=_-])", MASK),
    )
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
