"""The fixed texts that a stream of log bytes is searched for, made from the logs' signatures."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from bot.outputs import mapiao_errorlog, sr_errorlog, syslog, tfo_log, wsao_errorlog
from bot.outputs.signatures import FIELD, FIELDS, Signature
from bot.outputs.squeeze import squeeze_literal

ERRORLOGS = (mapiao_errorlog, sr_errorlog, wsao_errorlog)
_MAPIAO = (b"[Edge", b"[Core", b"[Flow", b"[Gss", b"[Srlib")
OWNERS = {
    **{signature.id: module.COMMAND for module in ERRORLOGS for signature in module.SIGNATURES},
    syslog.ENCRYPTED.id: syslog.COMMAND,
    syslog.OVERLOAD.id: syslog.COMMAND,
    tfo_log.MAPI_END.id: tfo_log.COMMAND,
}


@dataclass(frozen=True, slots=True)
class Needle:
    """A fixed text to look for; ``pattern`` proves it and reads a value, None where the text will do."""

    signature: Signature
    text: bytes
    pattern: re.Pattern[bytes] | None


@dataclass(frozen=True, slots=True)
class Group:
    """The needles of one log; a block that holds none of ``signs`` holds no record of it."""

    signs: tuple[bytes, ...]
    needles: list[Needle]


@cache
def groups() -> tuple[Group, ...]:
    """Return the needles of every log, those with a common beginning apart, so that one look skips them."""
    client = rb"132104: ?(?:\(\d{1,6}\))? ?Encrypted connection\.? ?Client ip: ?" + FIELDS["ip"].encode()
    overload = rb"445015:[^\n]{0,80}TFO accelerator is overloaded"
    flow = rb":(\d[\d.]{6,14} :\d+) :\d[\d.]{6,14} :\d+ :OT :END :[A-Z ]{4,30} :\(MAPI\)"
    mapiao, sr, wsao = ([needle for s in module.SIGNATURES for needle in _of(s)] for module in ERRORLOGS)
    auth = [needle for needle in mapiao if needle.text.startswith(b"Auth")]
    done = [needle for needle in mapiao if needle.text.startswith(b"Successfully ")]
    skew = [needle for needle in sr if needle.text.startswith(b"Clock")]
    return (
        Group(_MAPIAO, [needle for needle in mapiao if needle not in auth + done]),
        Group((b"Bind Request from client", b"Unsupported Auth"), auth),
        Group((b"Successfully ",), done),
        Group((b"Clock skew too great",), skew),
        Group((b" [SR", b"\n[SR"), [needle for needle in sr if needle not in skew]),
        Group((b"certificate verif",), wsao),
        Group((b"%WAAS-MAPIAO",), [Needle(syslog.ENCRYPTED, b"132104", re.compile(client))]),
        Group((b"%WAAS-SYSMON",), [Needle(syslog.OVERLOAD, b"445015", re.compile(overload))]),
        Group((b" :EXTERNAL ",), [Needle(tfo_log.MAPI_END, b":(MAPI)", re.compile(flow))]),
    )


@cache
def _bare_needles() -> tuple[bytes, ...]:
    texts = {needle.text.decode() for group in groups() for needle in group.needles}
    return tuple(squeeze_literal(text).encode() for text in sorted(texts))


def holds_needle(bare: bytes) -> bool:
    """Tell whether bytes without blanks and apostrophes hold any needle."""
    return any(text in bare for text in _bare_needles())


def _of(signature: Signature) -> Iterator[Needle]:
    for pattern, text in zip(signature.patterns, signature.needles or signature.literals, strict=True):
        exact = pattern == text and signature.names is None
        yield Needle(signature, text.encode(), None if exact else loose(pattern))


def loose(pattern: str) -> re.Pattern[bytes]:
    """Return a pattern for text as printed, blanks allowed around punctuation."""
    parts = FIELD.split(pattern)
    plain = [re.sub(r"(?:\\? )*([:\"])(?:\\? )*", r" ?\1 ?", re.escape(text)) for text in parts[::2]]
    fields = [*(FIELDS[name] for name in parts[1::2]), ""]
    text = "".join(a + b for a, b in zip(plain, fields, strict=True))
    return re.compile(text.replace(r"\ ", " ?").encode())
