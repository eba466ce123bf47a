"""The forms in which a secret is written: each rule keeps its first group and masks the rest of what it matches.

A rule is tried only on text that holds one of its group's signs, in lower case. Every repetition is bounded, so that
the time grows with the text and no faster.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

MASK = "********"

_S, _S0 = r"[ \t]{1,8}", r"[ \t]{0,8}"
_FRESH = (
    r"(?!(?:pass:)?\*{8}|\*{1,2}[ \t]|(?:(?:[0-9.]{1,15}|[:=]{1,2}|v?[123]c|version|traps?|informs?|auth|priv|noauth|"
    r"host|community|sha[0-9]{0,3}|aes|3?des|md5|key|ascii(?:-text)?)[ \t]{1,8}){1,4}(?:\*{8}|md5))"
)
"""Neither masked already nor the kind of what is."""
_QUOTED = (
    r"(?:\\\"[^\"\n]{1,400}\\\"|\"[^\"\n]{1,400}(?:\n[^\"\n]{1,100})?\"|'[^'\n]{1,400}'|‘[^’\n]{1,400}’|`[^`\n]{1,400}`|"
    r"「[^」\n]{1,400}(?:\n[^」\n]{1,100})?」|『[^』\n]{1,400}』|“[^”\n]{1,400}”)"
)
_BARE = (
    r"(?:[^\s\"'`,;<>\u3000-\u9fff]|[,;](?![\s\"']|[\w.-]{1,40}[=:]|[\u3000-\u9fff]|\Z)|"
    r"(?<=[A-Za-z0-9])['`](?=[A-Za-z0-9])){1,400}"
)
"""A value without quotes; a comma or an apostrophe may stand within it."""
_COUNT = (
    r"(?![0-9]{1,3}(?!\S)|[0-9]{1,4}[ \t]?(?:文字|桁|日|回|分|時|個|つ|件|年|月|種|世代|文)|(?:19|20)[0-9]{2}(?!\S)|"
    r"0x[0-9a-f]{1,4}(?![0-9a-z])|[0-9]{1,5}:[0-9]{1,5}(?!\S))"
)
"""Not a number of something, nor a year."""
_PROSE = (
    r"(?!(?:is|was|are|were|be|been|has|have|had|must|may|can|should|will|does|do|did|not|no|none|yes|true|false|null|ok|"
    r"and|or|of|for|in|on|at|to|by|from|with|the|a|an|if|that|which|when|what|who|how|why|via|per|as|it|length|type|"
    r"required|needed|expired|expires|incorrect|wrong|invalid|mismatch|missing|failed|failure|fails|error|accepted|"
    r"rejected|denied|changed|reset|set|unset|unknown|lost|forgotten|empty|optional|timeout|successfully|"
    r"authentication|encryption|recovery|policy|protected|based|check|field|prompt|days?|hours?|minutes?|times?|characters?|chars?|"
    r"letters?|digits?|attempts?|retries|address|local|remote|username|password|last[ \t]{1,8}login|string|name|"
    r"group|level|md5|key-string|text|hex|ascii|waes?|waas)"
    r"(?![\w$@!%&*-])|[\w.-]{1,63}(?:\([\w-]{1,40}\))?[#>](?:[ \t]{0,8}(?:show|exit|end|conf|enable|disable|no|copy|"
    r"config|configure|cms|debug|clear|ping|windows-domain|accelerator|term|terminal)(?!\w)|\s|$))"
)
"""Not a word of a sentence, nor a prompt with a command."""
_FREE = rf"{_FRESH}(?:{_QUOTED}|{_PROSE}{_BARE})"
"""A value whose place leaves no doubt."""
_GUARDED = rf"{_FRESH}(?:{_QUOTED}|{_COUNT}{_PROSE}(?=[^\s\"']{{0,100}}[0-9!@#$%^&*_+=]){_BARE})"
"""A value in running text: quoted, or with a digit or a sign, so that "password based" stays."""
_STRONG = r"(?!\*{8})(?=[^\s]{0,60}[A-Za-z])(?=[^\s]{0,60}[0-9])[^\s\"'`,;<>()/:.\\\u3000-\u9fff]{5,200}"
"""A value in prose with letters and digits, that is no path, address or host name."""
_KIND = rf"(?:(?:[0-9]|is|was|to|be|will|now|called|set|changed|still|string|encrypted|ascii|hex){_S}){{0,4}}"
_LATIN = (
    r"(?<![a-z0-9/])(?:pass(?:word|wd|[-_ ]?phrase|[-_ ]?code)|secret(?:[-_ ]access)?(?:[-_ ]key)?|"
    r"shared[-_ ]{1,4}secret|psk|token|community(?:[-_ ]{1,4}(?:string|name))?|snmp[-_ ]{1,4}string|"
    r"(?:pre-?shared|access|encryption|session|shared|account|api|private|auth|authentication)[-_ ]{0,4}key)"
)
_KANA = (
    r"(?:パスワード|パスフレーズ|パスコード|シークレット(?:キー)?|暗証(?:番号|コード)?|合言葉|"
    r"秘密の(?:言葉|答え)|トークン|(?:認証|確認)コード|コミュニティ(?:名|・?ストリング|文字列)?|"
    r"(?:共有|秘密|認証|暗号化?|API[ ]?|アクセス|接続)(?:キー|鍵)|"
    r"ﾊﾟｽ(?:ﾜｰﾄﾞ|ﾌﾚｰｽﾞ|ｺｰﾄﾞ)|ﾄｰｸﾝ|ｼｰｸﾚｯﾄ|ｺﾐｭﾆﾃｨ(?:名|文字列)?)"
)
_KEYWORD = rf"(?:{_LATIN}|{_KANA})"
_SHORT = r"(?:(?<![a-z0-9/])(?:pwd?|pass|psk|pin)|(?:bind|root|user|admin|unicode)_?pwd?)(?:コード|番号|ｺｰﾄﾞ)?"
_GLUED = r"(?:password|passwd|passphrase|secret|apikey|privatekey|accountkey|accesskey)"
"""Names that mean a secret also at the end of a longer name, such as userPassword."""
_NAMED = rf"(?:{_KEYWORD}|{_GLUED})"
_ENDS = r"(?:\\?[\"'])?[*_`]{0,2}"
_IS = (
    rf"(?:{_S}(?:is|was))?{_S0}(?:(?:::|:=|=>|[:=])(?!\*{{8}})[*_`]{{0,2}}|(?<![鍵ー])は){_S0}"
    r"(?:[>|][-+]?[\s>]{1,20})?"
)
_END = r"[ \t]{0,8}(?=\n|\Z)"
_LINE = r"[ \t]{0,8}(?:\n[> \t]{0,20}){1,3}"
_ALONE = rf"(?![0-9]{{1,3}}(?:\.[0-9]{{1,3}}){{3}}(?!\S)){_GUARDED}(?=[ \t]{{0,8}}(?:\n|\Z))"
"""A guarded value that is all of its line, and no address."""
_B64 = r"[A-Za-z0-9+/]"

_SIGNS = (
    *("passw", "passp", "passc", "pass-", "pass_", "pass ", "pass:", "pass=", 'pass"', "pass'", "pass\t", "pass*"),
    *(
        "pw",
        "secret",
        "psk",
        "token",
        "community",
        "keyは",
        "key は",
        "  key",
        "pin:",
        "pin=",
        "pin ",
        'pin"',
        "pin*",
        "pinは",
        "pinコ",
    ),
    *("pin番", "pinｺ", "passは", "pskは", "鍵", "キー", "認証コード", "確認コード", "暗証", "合言葉"),
    *("秘密の", "snmp", "パス", "ﾊﾟｽ", "トークン", "ﾄｰｸﾝ", "コミュニティ", "ｺﾐｭﾆﾃｨ", "シークレット", "ｼｰｸﾚｯﾄ"),
    *(f"{end}{between}key" for end in "dsnteih" for between in ("", " ", "-", "_")),
)
"""Signs of the named secrets; those of keys are the ends of the words that may stand before "key"."""
_CORE = (
    rf"(?i){_NAMED}|(?<![a-z])(?:pwd?|pass|psk|pin)(?![a-z])|(?:bind|root|user|admin|unicode)_?pwd?|パス|鍵|"
    rf"(?:radius|tacacs).{{0,12}}(?:key|キー)|key{_S0}は"
)
"""What a named secret is named by, itself."""
_REACH: dict[tuple[str, ...], tuple[int, int]] = {
    ("begin",): (140, 25_000), ("bearer",): (140, 25_000), ("password",): (1_300, 600), (_SIGNS[0],): (140, 700),
    ("eyj",): (140, 12_000), ("://",): (200, 5_000),
}  # fmt: skip
"""Characters before and after the first sign of a form that are looked at, where it is not 300 and 1,000."""
_GROUPS: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (("begin", "private-lines"), (
        r"(?i)()-{4,5} {0,8}BEGIN [A-Z0-9 ]{0,40}(?:KEY|CERTIFICATE|REQUEST|PARAMETERS|PKCS7|CMS|MESSAGE|BLOCK|CRL)"
        r" {0,8}-{4,5}(?:[^-]|-(?!-{3})){1,20000}(?:-{4,5} {0,8}END [A-Z0-9 ]{1,40}-{4,5})?",
        rf"(?i)(\bPrivate-Lines:{_S0}[0-9]{{1,3}}[\s>]{{1,8}})"
        rf"(?:{_B64}{{1,64}}={{0,2}}[\s>]{{1,4}}){{0,60}}{_B64}{{1,64}}={{0,2}}(?=\s)",
    )),
    (("xox", "xapp-", "gh", "glpat-", "sk-", "k_live_", "k_test_", "aiza", "ya29.", "npm_", "hf_", "pypi-"), (
        r"(?i)(?<![a-z0-9])(xox[a-z]-|xapp-|gh[a-z]_|github_pat_|glpat-|[sr]k_(?:live|test)_|AIza|ya29\.|npm_|hf_|pypi-)"
        r"[A-Za-z0-9._~+/-]{8,400}=*",
        r"(?i)(?<![a-z0-9])(sk-)[A-Za-z0-9_-]{16,400}",
    )),
    (("eyj", "akia", "asia", "hooks.slack"), (
        r"()(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{6,4000}\.[A-Za-z0-9_-]{6,4000}(?:\.[A-Za-z0-9_-]{0,2000})?",
        r"()(?<![A-Za-z0-9])A(?:KIA|SIA)[A-Z0-9]{12,20}(?![A-Za-z0-9])",
        r"(?i)(hooks\.slack[a-z.-]{0,20}/[a-z]{1,20}/)[A-Za-z0-9/_-]{8,200}",
    )),
    (("bearer", "authorization", "cookie"), (
        rf"(?i)(\bAuthorization[\"']?:{_S0}[\"']?[a-z]{{1,20}}{_S})[A-Za-z0-9._~+/-]{{8,4000}}=*",
        rf"(?i)(\bBearer{_S})(?=[^\s]{{0,60}}[0-9])[A-Za-z0-9._~+/-]{{8,4000}}=*",
        rf"(?i)(\b(?:set-)?cookie[\"']?:{_S0})[\w.-]{{1,80}}=[^\s;]{{0,4000}}"
        rf"(?:;{_S0}[\w.-]{{1,80}}=[^\s;]{{0,4000}}){{0,50}}",
    )),
    (("://", "=", "{s", "{md5", "{crypt", "$"), (
        r"(?i)([?&](?:(?:[a-z]{1,12}_)?token|api_?key|key|sig|signature|pass(?:word|wd)?|pwd?|(?:client_)?secret|auth|"
        r"session(?:_?id)?|sid|jwt)=)(?!\*{8})[^\s&#\"'<>]{3,4000}",
        r"(?i)(://[^\s:/@]{0,100}:)(?!\*{8}|[0-9]{1,5}\n)[^\s/]{1,200}(?:\n[^\s/@]{1,100})?(?=@)",
        rf"(\b[A-Z][A-Z0-9_]{{0,60}}_(?:PASS|AUTH|KEY|SECRET|TOKEN|PW|CREDENTIALS?){_S0}={_S0}){_FREE}",
        r"(?i)(\{(?:s?sha[0-9]{0,3}|s?md5|crypt)\})[A-Za-z0-9+/=$.]{8,400}",
        r"()\$(?:1|2[aby]|5|6|8|9|14|y|apr1)\$[A-Za-z0-9./$=]{8,200}",
        r"(?i)()\$argon2[a-z]{1,2}\$[A-Za-z0-9+/$=,.]{16,400}",
    )),
    (("snmp",), (
        rf"(?i)(\bsnmp-s(?:erver)?{_S}comm(?:unity)?{_S}){_FREE}",
        rf"(?i)(\bsnmp-s(?:erver)?{_S}host{_S}\S{{1,255}}{_S}(?:[0-9.]{{7,15}}{_S})?"
        rf"(?:(?:traps?|informs?|version|v?[123]c?|noauth|auth|priv|community){_S}){{0,4}}){_FREE}",
        *(rf"((?i:\bsnmp(?:walk|get|getnext|set|bulkwalk|bulkget|table|trap|inform|status|test|df))\b[^\n]{{0,200}}?"
          rf"{_S}-{letter}{_S0}){_FREE}" for letter in "cAX"),
    )),
    (("md5", "sha", "des ", "aes ", "des\t", "aes\t"), (
        rf"(?i)(\b(?:auth{_S}(?:md5|sha(?:-?[0-9]{{3}})?)|priv{_S}(?:3?des|aes(?:{_S}(?:128|192|256))?)|"
        rf"(?:authentication|message-digest)-key{_S}[0-9]{{1,10}}{_S}md5){_S}(?:[0-9]{_S})?){_FREE}",
        rf"(?i)(\b(?:md5|sha|des|aes){_S}(?:(?:128|192|256){_S})?){_GUARDED}",
    )),
    (("key ", "key\t", "key-string", "wpa-psk", "key:"), (
        rf"(?i)(\b(?:(?:tacacs|radius)(?:-server)?|ike|isakmp|ntp{_S}(?:server|peer)|server-private|"
        rf"authentication-server|pre-shared-key|(?:auth|acct)-port){_S}(?:[^\s]{{1,80}}{_S}){{0,7}}?key{_S}"
        rf"(?:[0-9]{_S})?){_FREE}",
        rf"(?i)(\bserver{_S}[0-9.]{{7,15}}{_S}(?:\S{{1,40}}{_S}){{0,4}}?key{_S}(?:[0-9]{_S})?){_FREE}",
        rf"(?i)(\bkey{_S0}:{_S0})(?:0x)?[0-9a-f]{{16,400}}(?![\w.:])",
        rf"(?i)(\bkey{_S}[05-9]{_S}){_GUARDED}",
        rf"(?i)(\b(?:pre-shared-key|key-string|authentication-key|wpa-psk|set-key){_S}"
        rf"(?:(?:local|remote|hex|ascii(?:-text)?|[0-9]){_S}){{0,2}}){_FREE}",
        rf"(?im)(^(?:>[ ])?[ \t]{{1,8}}key{_S}(?:[0-9]{_S})?)(?![0-9]{{1,10}}{_END}){_FREE}(?={_END})",
    )),
    (("standby", "vrrp", "glbp"), (
        rf"(?i)(\b(?:standby|vrrp|glbp){_S}(?:[0-9]{{1,4}}{_S})?authentication{_S}"
        rf"(?:(?:text|md5|key-string|[0-9]){_S}){{0,3}}){_FREE}",
    )),
    (("echo", "securestring", "net ", "net\t", "ftp>", "curl", "ldap", "sshpass", "psexec", "login"), (
        rf"(?i)(\becho{_S}){_FREE}(?=[ \t]{{0,8}}\|[ \t]{{0,8}}(?:kinit|sudo|su|sshpass|smbclient)\b)",
        rf"(?i)(\bConvertTo-SecureString{_S}(?:-String{_S})?)(?!-){_FREE}",
        rf"(?i)(\bnet{_S}use{_S}(?:[a-z*]:?{_S})?(?:\\\\|https?://)\S{{1,200}}{_S}/u(?:ser)?:\S{{1,100}}{_S})(?!/){_FREE}",
        rf"(?i)(\bnet{_S}use{_S}(?:[a-z*]:?{_S})?(?:\\\\|https?://)\S{{1,200}}{_S})(?!/){_GUARDED}",
        rf"(?i)(\bnet{_S}use{_S}(?:[a-z*]:?{_S})?(?:\\\\|https?://)\S{{1,200}}{_S})(?!/){_FREE}(?={_S}/u)",
        rf"(?i)(\bnet{_S}user{_S}\S{{1,64}}{_S})(?!/)(?:{_GUARDED}|{_FREE}(?={_S}/[ad]))",
        rf"(?i)(\bftp>{_S0}user{_S}\S{{1,80}}{_S}){_FREE}",
        rf"(?i)(\bcurl\b[^\n]{{0,200}}?{_S}(?:-u|--user|--proxy-user){_S}[^\s:]{{1,80}}:){_FREE}",
        rf"(?i)(\bldap[a-z]{{3,10}}\b[^\n]{{0,200}}?{_S}-w{_S}){_FREE}",
        rf"(?i)(\b(?:sshpass|psexec(?:64)?(?:\.exe)?|(?:docker|podman|helm|oc){_S}login)\b[^\n]{{0,120}}?{_S}-p{_S0}){_FREE}",
    )),
    (("-p", "/p", "/rp", "-storepass", "-keypass"), (
        rf"(?i)((?<![\w/])[-/]{{1,2}}(?:pwd|pass(?:word|wd|phrase)?[do]?|p[do]|rp|storepass|keypass|passin|passout)"
        rf"(?:[:=]|{_S})(?:pass:)?)(?![-/]){_FREE}",
    )),
    (("crypto",), (
        rf"(?i)(\bcrypto{_S}(?:pki|ca|key|import|export){_S}[^\n]{{0,120}}?{_S}"
        rf"(?:pass(?:word|-?phrase)|terminal(?:{_S}(?:3des|des|aes))?){_S}){_FREE}",
    )),
    (("cred", "login", "logon", "ログイン", "認証情報"), (
        rf"(?i)(\b(?:credentials?|log[io]n){_S}[a-z][\w.@\\-]{{0,80}}[:/])(?![0-9]{{1,5}}(?![\w])){_GUARDED}",
        rf"(?i)((?:\b(?:credentials?|creds|log[io]n)|ログイン(?:情報)?|認証情報){_S0}(?:[:=は]|is\b|are\b){_S0}"
        rf"[a-z][\w.@\\-]{{0,80}}{_S0}[:/]{_S0}){_STRONG}",
    )),
    (("password", "secret"), (
        rf"(?i)(\b(?:username{_S}(?!and|or\b)\S{{1,80}}{_S}(?:privilege{_S}[0-9]{{1,2}}{_S})?|"
        rf"enable{_S}(?:level{_S}[0-9]{{1,2}}{_S})?|neighbor{_S}\S{{1,80}}{_S}|ppp{_S}(?:chap|pap){_S}|"
        rf"ip{_S}(?:ftp|http{_S}client){_S}|(?:ip{_S})?wccp{_S}(?:\S{{1,80}}{_S}){{0,8}}?|windows-authentication{_S}|"
        rf"windows-domain{_S}(?:\S{{1,80}}{_S}){{0,14}}?|central-manager{_S}|(?:tacacs|radius){_S}|root-dn{_S}\S{{1,200}}{_S}|"
        rf"line{_S}(?:vty|con|console|aux){_S}(?:[0-9]{{1,3}}{_S}){{1,2}})(?:password|secret){_S}{_KIND}){_FREE}",
    )),
    (_SIGNS, (
        rf"(?i)((?:\b(?:id|user(?:[ -]?name)?)|ユーザー?(?:名|ID)?){_S0}/{_S0}(?:pwd?|pass(?:word|wd)?|パスワード|パス)"
        rf"{_S0}(?:[:=は]|is\b){_S0}[^\s/]{{1,64}}{_S0}/{_S0}){_FREE}",
        rf"(?i)({_KEYWORD}(?:\\?[\"']){_S}val(?:ue)?{_S0}={_S0}){_QUOTED}",
        rf"(?i)(>{_S0}{_KEYWORD}{_S0}</[a-z]{{1,20}}>\s{{0,8}}<[a-z]{{1,20}}>)(?!\*{{8}})[^<\n]{{1,400}}",
        rf"(?i)(<(?!/)[^<>\n]{{0,40}}{_KEYWORD}[^<>\n]{{0,40}}>)(?!\*{{8}})[^<\n]{{1,400}}",
        rf"(?i)((?:pass[-_ ]?phrase|パスフレーズ){_ENDS}{_IS}){_FRESH}{_PROSE}(?=\S)[^\n。;\"']{{1,80}}(?=\n|\Z)",
        rf"(?i)({_NAMED}{_ENDS}{_IS}(?:[0-9]{_S})?){_COUNT}{_FREE}",
        rf"(?i)({_SHORT}{_ENDS}{_IS})(?![0-9]{{1,3}}(?!\w)){_FREE}",
        rf"(?i)({_NAMED}{_S0}[:=は]{_S0})(?!\*{{8}}){_COUNT}[\u3041-\u9fff]{{1,12}}(?=[!-~]{{0,40}}[0-9])[!-~]{{4,80}}",
        rf"(?i)({_NAMED}{_S0}(?:→|->|=>|⇒){_S0}){_GUARDED}",
        rf"(?i)({_NAMED}(?:{_S}-{_S}|{_S0}\({_S0})){_STRONG}",
        rf"(?im)(^[> \t]{{0,20}}{_NAMED}{_LINE}){_ALONE}",
        rf"(?i)({_NAMED}(?:{_S}(?:for|of|with|on|again|\()[^:\n]{{0,80}})?:{_LINE}){_ALONE}",
        rf"(?i)({_NAMED}{_S}(?:for|of|with|on|\()[^:\n]{{0,80}}:{_S0}){_GUARDED}",
        rf"(?i)({_NAMED}{_S}(?:for|of|on|with){_S}(?:\S{{1,40}}{_S}){{1,5}}?(?:is|was){_S}){_GUARDED}",
        rf"(?i)((?<![a-z0-9/])pwd?{_S}(?:for|of|on){_S}(?:\S{{1,40}}{_S}){{1,5}}?(?:is|was){_S}){_STRONG}",
        rf"(?i)(\bpin{_S}(?:is|was){_S})[0-9]{{4,8}}(?![\w.])",
        rf"(?i)({_KANA}[ぁ-ん一-鿿]{{1,15}}(?:[:：]|です[。:]?{_LINE}){_S0}){_STRONG}",
        rf"(?i)((?<![a-z0-9/])(?:password|passwd|secret){_S}[04-9]{_S}){_FREE}",
        rf"(?im)(^(?:>[ ])?[ \t]{{1,8}}(?:password|secret){_S}(?:[0-9]{_S})?){_FREE}(?={_END})",
        rf"(?i)({_KEYWORD}{_S}{_KIND}){_GUARDED}",
        rf"(?i)({_KEYWORD}(?:[がをには]|{_S0}(?=[「『“])){_S0})(?!\S{{1,40}}{_S}の){_GUARDED}",
        rf"(?i)((?<![a-z0-9/])pwd?{_S}(?:(?:is|was){_S})?){_STRONG}",
        rf"(?i)((?:\bpass{_S}(?:is|was)|[,、/(]{_S0}pass){_S}){_STRONG}",
        rf"(?i)((?<![ァ-ヶー])パス(?:は|を|:|=){_S0}(?:(?=「[^」/\\:]{{1,60}}」)|(?!「))){_STRONG}",
        r"(?i)((?<![ァ-ヶー])パス(?:は|を|:|=)[ \t]{0,8})「[^」\n/\\:.]{2,60}」",
        rf"(?i)((?:(?<![一-鿿])鍵|(?:radius|tacacs)\+?(?:の|{_S0})(?:キー|key)|{_S0}の{_S0}key{_S0})(?:は|:|=){_S0}){_STRONG}(?={_S0}(?:です|だ|。|\n|\Z))",
    )),
    (("code", "otp"), (
        rf"(?i)(\b(?:(?:verification|one-time|security|confirmation|log[io]n|access){_S}(?:pass)?code|otp)"
        rf"{_S0}(?:is|was|:|=)?{_S0})[0-9]{{4,8}}(?![\w.])",
    )),
    ((), (
        r"()(?<![A-Za-z0-9+/=_-])(?:0x)?(?=[A-Fa-f]{0,64}[0-9])[0-9A-Fa-f]{32,4096}(?![A-Za-z0-9+/=_-])",
        r"()(?<![A-Za-z0-9+/=_.-])(?=[A-Za-z+/]{0,80}[0-9])(?=[0-9A-Z+/]{0,80}[a-z])(?=[0-9a-z+/]{0,80}[A-Z])"
        rf"{_B64}{{40,4096}}={{0,2}}(?![A-Za-z0-9+/=_-])",
    )),
    (("end ",), (rf"(?i)(\*{{8}}[\s>]{{1,8}})(?!\*{{8}}){_B64}{{1,76}}={{0,2}}(?=[\s>]{{1,8}}-{{4,5}} ?END )",)),
)  # fmt: skip


@dataclass(frozen=True)
class Form:
    """Rules, the signs of which one must stand near, and how far before and after it a match may reach.

    A form without a sign is looked for everywhere. ``named`` says that the core of a name must be found at a sign.
    Rules are compiled when first needed: all of them take 0.3 s, and most text needs two.
    """

    signs: tuple[str, ...]
    sources: tuple[str, ...]
    before: int
    after: int
    named: bool

    @cached_property
    def rules(self) -> tuple[re.Pattern[str], ...]:
        """The rules, in the order in which they are tried."""
        return tuple(re.compile(source) for source in self.sources)

    @cached_property
    def core(self) -> re.Pattern[str] | None:
        """What must be found at a sign, where that is asked."""
        return re.compile(_CORE) if self.named else None


def _form(signs: tuple[str, ...], sources: tuple[str, ...]) -> Form:
    before, after = _REACH.get(signs[:1], (300, 1_000))
    return Form(signs, sources, before, after, named=signs is _SIGNS)


FORMS = tuple(_form(signs, sources) for signs, sources in _GROUPS)
"""All forms, in the order in which they are tried."""
