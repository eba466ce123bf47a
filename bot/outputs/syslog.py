"""syslog of a WAE: ``%WAAS-FACILITY-SEVERITY-NUMBER`` messages, encrypted clients counted by address."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import Any

from bot.findings import Finding
from bot.outputs.base import Reading
from bot.outputs.errorlog import HEADER
from bot.outputs.logreading import join_spans
from bot.outputs.signatures import MAX_EVIDENCE, Prove, Signature, build_finding
from bot.outputs.squeeze import Squeezed, squeezed
from bot.reading.paste import View

COMMAND = "syslog"
_CODE = re.compile(r"%WAAS-([A-Z0-9_]{2,20})-(\d)-(\d{5,7}):(?:\((\d{1,6})\))?")
_MONTH = "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
STAMP = re.compile(rf"(?:\d{{4}})?{_MONTH}(?:\d{{1,2}}(?:\d{{4}})?)\d\d:\d\d:\d\d(?:\.\d{{1,6}})?")
_PARTS = re.compile(rf"(\d{{4}})?({_MONTH})(\d{{1,2}}?)(\d{{4}})?(\d\d:\d\d:\d\d)")
_CUT_STAMP = re.compile(r"\d{1,4}|(?:\d{4})?[A-Z](?:[a-z]{0,2}|[a-z]{2}\d[\w:.%-]{0,80})")
_CUT_LEAD = re.compile(r"[\w.:()%-]{0,60}ip:\d{1,3}(?:\.\d{1,3}){3}|[p:\d.]{0,16}\.\d{1,3}")
_LEAD = 140
_CLIENT = re.compile(r"Encryptedconnection\.?Clientip:(\d{1,3}(?:\.\d{1,3}){3})")
_OVERLOAD = re.compile(r"TheTFOacceleratorisoverloaded(?:\([A-Za-z]{1,40}\))?")

ENCRYPTED = Signature(
    "syslog-encrypted-clients",
    "encrypted-client-syslog",
    "problem",
    ("%WAAS-MAPIAO-3-132104",),
    "暗号化された MAPI 接続を要求したクライアントがあります: {values}。",
    "These clients asked for encrypted MAPI connections: {values}.",
)
OVERLOAD = Signature(
    "syslog-tfo-overload",
    "overload-reserved-connections",
    "problem",
    ("%WAAS-SYSMON-3-445015",),
    "TFO アクセラレータが過負荷になった記録があります。",
    "The log shows that the TFO accelerator was overloaded.",
)
SILENT = Signature(
    "syslog-no-known-message",
    "encrypted-client-syslog",
    "not_shown",
    (),
    "この syslog には、暗号化接続を要求したクライアントを示すメッセージがありません。",
    "This syslog holds no message that names a client with encrypted connections.",
    next_command="show statistics accelerator mapi",
)
SIGNATURES = (ENCRYPTED, OVERLOAD)


@dataclass(frozen=True, slots=True)
class Message:
    """One syslog message; ``start``/``end`` and ``body`` are offsets into the text that was read.

    ``body`` runs from the percent sign to the end of the text. ``whole`` is False where it is cut off; a
    message whose beginning is cut off has neither facility nor number.
    """

    time: str | None
    host: str | None
    process: str | None
    facility: str | None
    severity: int | None
    number: int | None
    usec: int | None
    text: str
    client_ip: str | None
    start: int
    end: int
    body: tuple[int, int]
    whole: bool = True

    def as_data(self) -> dict[str, Any]:
        """Return the fields that go into ``data["messages"]``."""
        names = ("time", "host", "process", "facility", "severity", "number", "usec", "text")
        return {name: getattr(self, name) for name in names}


def messages(squeezed: Squeezed) -> list[Message]:
    """Return the messages in the order of the text."""
    codes = list(_CODE.finditer(squeezed.text))
    floors = [0, *(code.end() for code in codes)]
    leads = [_lead(squeezed, code, floor) for code, floor in zip(codes, floors[:-1], strict=True)]
    limits = [*leads, len(squeezed.text)]
    first = _headless(squeezed, limits[0])
    found = [first] if first else []
    for code, lead, limit in zip(codes, leads, limits[1:], strict=True):
        header = HEADER.search(squeezed.text, code.end(), limit)
        found.append(_message(squeezed, code, lead, header.start() if header else limit))
    return found


def _headless(squeezed: Squeezed, limit: int) -> Message | None:
    """Return the end of a message on an encrypted client whose code the paste has lost."""
    match = _CLIENT.search(squeezed.text, 0, limit)
    if not match:
        return None
    end = _address_end(squeezed, *match.span(1))
    low, high = squeezed.span(match.start(), end)
    nothing = (None,) * 7
    text, client = squeezed.plain(match.start(), end), squeezed.text[match.start(1) : end]
    return Message(*nothing, text, client, low, high, (low, high), whole=False)


def _lead(squeezed: Squeezed, code: re.Match[str], floor: int) -> int:
    """Return where the stamp before a code begins, the code's own start where there is none."""
    stamps = list(STAMP.finditer(squeezed.text, max(floor, code.start() - _LEAD), code.start()))
    return stamps[-1].start() if stamps else code.start()


def _message(squeezed: Squeezed, code: re.Match[str], lead: int, limit: int) -> Message:
    time, host, process = _origin(squeezed, lead, code.start())
    end, client, whole = _end(squeezed, code, limit)
    body = squeezed.span(code.start(), end)
    return Message(
        time=time,
        host=host,
        process=process,
        facility=code[1],
        severity=int(code[2]),
        number=int(code[3]),
        usec=int(code[4]) if code[4] else None,
        text=squeezed.plain(code.end(), end),
        client_ip=client,
        start=squeezed.at(lead),
        end=body[1],
        body=body,
        whole=whole,
    )


def _origin(squeezed: Squeezed, lead: int, code: int) -> tuple[str | None, str | None, str | None]:
    """Return time, host and process of the text between a stamp and its code."""
    stamp = STAMP.match(squeezed.text, lead, code)
    parts = _PARTS.match(squeezed.text, lead, code)
    if not stamp or not parts:
        return None, None, None
    year = parts[1] or parts[4]
    time = " ".join(piece for piece in (year, parts[2], parts[3], parts[5]) if piece)
    words = squeezed.plain(stamp.end(), code).rstrip(": ").split()
    host = words[0] if len(words) > 1 else None
    return time, host, words[-1] if words else None


def _end(squeezed: Squeezed, code: re.Match[str], limit: int) -> tuple[int, str | None, bool]:
    """Return where a message ends, the client that it names, and whether it is all there."""
    client = _CLIENT.match(squeezed.text, code.end(), limit)
    if client:
        end = _address_end(squeezed, *client.span(1))
        return end, squeezed.text[client.start(1) : end], True
    overload = _OVERLOAD.search(squeezed.text, code.end(), min(limit, code.end() + 120))
    if overload:
        return overload.end(), None, not squeezed.text.startswith("(", overload.end())
    end = squeezed.line_end(code.end(), limit)
    return end, None, int(code[3]) not in (132104, 445015) or end < len(squeezed.text)


def _address_end(squeezed: Squeezed, start: int, end: int) -> int:
    """Return where an address ends: its last number is below 256 and goes over a gap only at a wrap."""
    last = squeezed.text.rfind(".", start, end) + 1
    end = squeezed.number_end(last, end)
    while int(squeezed.text[last:end]) > 255:
        end -= 1
    return end


def describe(found: list[Message]) -> dict[str, Any]:
    """Return the data of a syslog: the messages, and the encrypted clients with their counts."""
    clients = Counter(message.client_ip for message in found if message.number == 132104 and message.client_ip)
    return {
        "messages": [message.as_data() for message in found],
        "message_count": len(found),
        "encrypted_clients": [{"client_ip": ip, "count": count} for ip, count in clients.most_common()],
    }


def meaning(message: Message) -> Signature | None:
    """Return what a message means, None where the guide does not say."""
    if message.number == 132104 or message.client_ip:
        return ENCRYPTED
    overloaded = message.number == 445015 and "overloaded" in message.text.replace(" ", "")
    return OVERLOAD if overloaded else None


def findings(found: list[Message], prove: Prove) -> list[Finding]:
    """Return the findings of the messages, each client of an encrypted connection counted."""
    results = []
    for signature in SIGNATURES:
        group = [message for message in found if meaning(message) is signature]
        if group:
            results.append(_finding(signature, group, prove))
    return results


def _finding(signature: Signature, group: list[Message], prove: Prove) -> Finding:
    clients = Counter(message.client_ip for message in group if message.client_ip)
    times = [message.time for message in group if message.time]
    return build_finding(
        signature,
        [f"{ip} ({count})" for ip, count in clients.most_common()],
        len(group),
        (times[0], times[-1]) if times else None,
        tuple(prove(*message.body) for message in group[:MAX_EVIDENCE]),
    )


def _missing(squeezed: Squeezed, found: list[Message]) -> tuple[str, ...]:
    """Return which ends of the log are cut off."""
    missing = []
    before = squeezed.text[: squeezed.index(found[0].start)]
    if found[0].time is None or _CUT_LEAD.fullmatch(before):
        missing.append("start of the first message")
    after = squeezed.text[squeezed.index(found[-1].end) :]
    if any(m.number and not m.whole for m in found) or _CUT_STAMP.fullmatch(after):
        missing.append("end of the last message")
    return tuple(missing)


def read_all(view: View) -> list[Reading]:
    """Return the syslog messages of the view as one reading, wherever they stand."""
    if "%" not in view.text and "ip" not in view.text:
        return []
    bare = squeezed(view.text)
    found = messages(bare)
    if not found:
        return []
    spans = tuple(join_spans(view.text, [(message.start, message.end) for message in found]))
    shown = findings(found, view.evidence)
    if not shown and 10 * sum(end - start for start, end in spans) > 9 * len(view.text.strip()):
        shown = [build_finding(SILENT, [], 0, None, ())]
    return [
        Reading(
            COMMAND,
            found[0].start,
            found[-1].end,
            describe(found),
            _missing(bare, found),
            tuple(shown),
            spans,
        )
    ]
