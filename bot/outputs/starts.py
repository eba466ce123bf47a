"""How a line of device output begins: a line that a terminal broke never goes on like this."""

from __future__ import annotations

import re

from bot.outputs import connection_detail, connection_table, dynamic_match, statistics_epm, statistics_mapi
from bot.outputs.base import Labels

_SHOWN = 14
_LABELS: tuple[Labels, ...] = (
    statistics_mapi.LABELS,
    statistics_epm.LABELS,
    connection_table.LABELS,
    connection_detail.LABELS,
    connection_detail.POLICY,
    connection_detail.ACCELERATOR,
    connection_detail.COUNTERS,
    dynamic_match.POOL,
    dynamic_match.RULE,
)
_OTHERS = (
    r"\[(?:EDGE|CORE)", "Verifying ", r"Summary \[", "Status: ", ">>", "Accelerator ", "Service ", "Policy Engine ",
    "Policy Details", "MAPI ?:", "EPM ?:", "Global Stat", "WAN Secure", "Device has", "ConnID", "Source ?IP", r"[A-Z]:[A-Z]",
    "RR:", "Original ", "Bytes ", "Number: ", "License ", "Transport ", "Enterprise ", "SPN ", "SSL AO", "Secure store",
    "Peer (?:SSL|cip|cert)", "exit", "name [A-Z]", "map adap", "map basic", "classifier [A-Z]", "match (?:dst|src|tcp)",
    "crypto (?:pki|ssl)", "ocsp ", "revocation", "peer-cert", "no peer", "!", "Class[ -]", "Policy-map", "Match ",
    "optimize ", r"(?:cms )?[Ss]ecure-store", "policy-engine ", "ntp ", "server list", "remote ", "State ", "Default Ac", "Connection L", "Effective L",
    "Keepalive ", "Local time", "UTC time", "Copyright", "Version", "Cisco ", "[=-]{3}", r"[0-9]{1,10} +[0-9.]{7,15}:",
    r"(?:epm|mapi|cifs|http|nfs|ssl|video|wan-?secure|ica|smb)(?:[ \t]|$)", r"[A-Za-z][\w.-]{0,62}(?:\([\w-]{1,40}\))?#",
    r"\. \. \.", "Key ", "クラス", "キーの", "(?:tcp|udp)宛先", r"[A-Za-z0-9.-]{1,90} ?のキー",
    r"[A-Za-z0-9_-]{2,60} ?\((?:合計|[0-9]+ total)", r"[A-Z][A-Za-z0-9 /_-]{2,60} (?:User|Default) +[A-Za-z0-9]",
    r"[A-Za-z][A-Za-z0-9-]{1,20} +(?:Yes +|No +)?(?:Enabled|Disabled) ",
)  # fmt: skip
_ANY = (
    r"[A-Z][A-Za-z0-9][A-Za-z0-9 ()/-]{1,69}: ",
    r"[0-9]{2}/[0-9]{2}/[0-9]{4} [0-9]{2}:",
    r"[0-9]{4} [A-Z][a-z]{2} {1,2}[0-9]{1,2} [0-9]{2}:",
    r"[A-Z][a-z]{2} [A-Z][a-z]{2} {1,2}[0-9]{1,2} [0-9:]{8} [0-9]{4} :",
)


def _begin(label: str) -> str:
    return r"[ ]?".join(re.escape(word) for word in label[:_SHOWN].split())


_PRINTED = [*(_begin(label) for table in _LABELS for label in table.labels), *_OTHERS]
COMMAND_LINE = re.compile(rf"\n(?:{'|'.join(_PRINTED)})")
STARTS = re.compile(rf" {{0,80}}'{{0,6}} {{0,80}}(?:{'|'.join([*_PRINTED, *_ANY])})")
