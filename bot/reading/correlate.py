"""What several outputs of one paste say together: one connection, one cause, seen from two sides.

Nothing here reads device text anew: it compares the data of outputs and the findings that they gave,
and proves what it says with their characters.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from bot.findings import Evidence, Finding, ParsedOutput, State
from bot.reading.paste import clean

_TABLE = "show statistics connection optimized mapi"
_DETAIL = "show statistics connection optimized mapi detail"
_VERIFY = "accelerator mapi verify encryption-settings"
_LOG_TAIL = "type-tail errorlog/mapiao-errorlog.current follow"


def correlate(text: str, outputs: Sequence[ParsedOutput], findings: Sequence[Finding]) -> list[Finding]:
    """Return what ``outputs`` and their ``findings`` show together; ``text`` is the paste as given."""
    return [
        *_edge_and_core(text, outputs),
        *_row_and_detail(text, outputs),
        *_verify_and_log(outputs, findings),
        *_disconnects_and_certificate(findings),
    ]


def _finding(
    id: str,
    topic: str,
    state: State,
    message: tuple[str, str],
    trigger: tuple[str, str],
    evidence: Iterable[Evidence],
    next_command: str | None = None,
) -> Finding:
    says = {"ja": message[0], "en": message[1]}
    return Finding(id, topic, state, says, {"ja": trigger[0], "en": trigger[1]}, tuple(evidence), next_command)


def _named(outputs: Sequence[ParsedOutput], command: str) -> Iterator[ParsedOutput]:
    return (output for output in outputs if output.command == command)


def _places(text: str, words: Sequence[str], within: Sequence[ParsedOutput]) -> list[Evidence]:
    """Return, for each output, the first place that shows ``words`` in order with little between them."""
    view = clean(text)
    loose = (r"\s?".join(map(re.escape, word)) for word in words)
    pattern = re.compile(r"(?<![\d.])" + r"[^\d]{1,12}".join(loose) + r"(?!\d)")
    found = [view.evidence(*match.span()) for match in pattern.finditer(view.text)]
    first = (next((e for e in found if o.start <= e.start and e.end <= o.end), None) for o in within)
    return [proof for proof in first if proof]


def _edge_and_core(text: str, outputs: Sequence[ParsedOutput]) -> Iterator[Finding]:
    """Join the edge log and the core log of one connection by its addresses and ports."""
    sides: dict[str, dict[tuple[str, str], ParsedOutput]] = {"edge": {}, "core": {}}
    for output in _named(outputs, "mapiao-errorlog"):
        for row in output.data.get("connections", []):
            sides[row["role"]].setdefault((row["source"], row["destination"]), output)
    both = [pair for pair in sides["edge"] if pair in sides["core"]]
    for source, destination in both[:20]:
        logs = [sides[side][source, destination] for side in ("edge", "core")]
        proof = _places(text, (source, destination), logs if logs[0] is not logs[1] else logs[:1])
        yield _finding(
            "connection-on-edge-and-core",
            "log-core-ok",
            "normal",
            (
                f"接続 {source} → {destination} は、エッジとコアの両方の MAPI AO が受け持っています。",
                f"The MAPI AOs of edge and core both took up the connection {source} to {destination}.",
            ),
            (
                "両方のログで送信元と宛先のアドレスとポートが一致します。",
                "Source and destination address and port are the same in both logs.",
            ),
            proof,
        )
    if sides["edge"] and sides["core"] and not both:
        yield _finding(
            "connection-on-edge-and-core",
            "log-core-ok",
            "not_shown",
            (
                "エッジとコアのログに共通の接続がなく、同じ接続を突き合わせられません。",
                "The edge log and the core log share no connection, so the two sides cannot be compared.",
            ),
            ("アドレスとポートの組を比べました。", "The pairs of addresses and ports were compared."),
            (),
            _LOG_TAIL,
        )


def _row_and_detail(text: str, outputs: Sequence[ParsedOutput]) -> Iterator[Finding]:
    """Join a row of the connection table and the detail of the same connection by its id."""
    rows = {row["conn_id"]: (row, table) for table in _named(outputs, _TABLE) for row in _rows(table)}
    for detail in _named(outputs, _DETAIL):
        for connection in detail.data.get("connections", [detail.data]):
            number = connection.get("connection_id")
            if number not in rows:
                continue
            row, table = rows[number]
            proof = [*_places(text, (str(number),), [table]), *_places(text, (str(number),), [detail])]
            yield from _same(row, connection, proof)


def _rows(table: ParsedOutput) -> list[dict[str, Any]]:
    return [row for row in table.data.get("connections", []) if "conn_id" in row]


def _same(row: dict[str, Any], connection: dict[str, Any], proof: list[Evidence]) -> Iterator[Finding]:
    """Yield what a row and a detail agree or disagree on; a value that is not shown says nothing."""
    applied = connection.get("accelerator_details", {}).get("applied")
    accel = row.get("accel")
    if not applied or not accel or len(proof) < 2:
        return
    number = row["conn_id"]
    in_table, in_detail = "M" in accel, "MAPI" in str(applied)
    trigger = (
        f"表の Accel は {accel}、詳細の Applied は {applied} です。",
        f"Accel is {accel} in the table, and Applied is {applied} in the detail.",
    )
    if in_table and in_detail:
        message = (
            f"接続 {number} は、表でも詳細でも MAPI AO で最適化されています。",
            f"Connection {number} is optimized by the MAPI AO in the table and in the detail alike.",
        )
        yield _finding("connection-row-and-detail", "connection-detail", "normal", message, trigger, proof)
    elif in_table != in_detail:
        message = (
            f"接続 {number} の表示が表と詳細で食い違っています。同じ時点の出力を取り直してください。",
            f"Table and detail disagree on connection {number}; take both again at the same time.",
        )
        state: State = "not_recognised"
        yield _finding("connection-row-and-detail", "connection-detail", state, message, trigger, proof, _DETAIL)


def _verify_and_log(outputs: Sequence[ParsedOutput], findings: Sequence[Finding]) -> Iterator[Finding]:
    """Hold the checks of the verify command against what the core WAE's log says."""
    if not any(_named(outputs, _VERIFY)):
        return
    by_id = {found.id: found for found in findings if found.evidence}
    clock, skew = by_id.get("verify-ntp-state"), by_id.get("sr-clock-skew")
    if clock and skew and clock.state == "normal":
        yield _finding(
            "emapi-clock-sync",
            "emapi-clock-sync",
            "problem",
            (
                "NTP の確認は OK でも KDC との時刻はずれています。確認コマンドは同期を調べません。",
                "The NTP check passes, yet the clocks differ: the command does not test synchronization.",
            ),
            (
                "NTP State の Status: OK と、sr-errorlog の Clock skew too great が両方あります。",
                "NTP State shows Status: OK while the sr-errorlog holds Clock skew too great.",
            ),
            (*clock.evidence, *skew.evidence[:1]),
        )
    identity, domain = (
        by_id.get("verify-encryption-service-identity-settings"),
        by_id.get("sr-domain-without-identity"),
    )
    if identity and domain and identity.state in ("problem", "normal"):
        good = identity.state == "normal"
        yield _finding(
            "identity-and-domain",
            "handoff-domain-mismatch",
            "problem",
            (
                "有効な ID はありますが、ログのドメインには一致しません。"
                if good
                else "有効な ID がなく、ログでもドメインに一致する ID が見つかっていません。",
                "An identity is active, but none matches the domain in the log."
                if good
                else "No identity is active, and the log finds none for the domain either.",
            ),
            (
                "ID の確認結果と sr-errorlog のドメイン不一致を突き合わせました。",
                "The identity check and the log's domain mismatch stand together.",
            ),
            (*identity.evidence, *domain.evidence[:1]),
        )


def _disconnects_and_certificate(findings: Sequence[Finding]) -> Iterator[Finding]:
    """Join repeated disconnects with a failed certificate, or say that the paste does not show one."""
    by_id = {found.id: found for found in findings}
    cut = by_id.get("mapiao-four-disconnects") or by_id.get("mapiao-secured-state-missing")
    proof = by_id.get("wsao-certificate-rejected") or by_id.get("wsao-openssl-verify-failed")
    if cut is None:
        return
    if proof:
        yield _finding(
            "disconnects-and-certificate",
            "handoff-wan-secure",
            "problem",
            (
                "汎用 AO への引き渡しとピア証明書の検証失敗が揃い、WAN Secure の問題を示しています。",
                "Handovers and a rejected peer certificate stand together, which points to WAN Secure.",
            ),
            (
                "mapiao-errorlog と wsao-errorlog を突き合わせました。",
                "mapiao-errorlog and wsao-errorlog were compared.",
            ),
            (*cut.evidence[:1], *proof.evidence[:1]),
        )
        return
    yield _finding(
        "disconnects-and-certificate",
        "handoff-wan-secure",
        "not_shown",
        (
            "証明書の検証結果は wsao-errorlog に出ますが、貼り付けにありません。",
            "Whether a certificate failed stands in the wsao-errorlog, which the paste does not show.",
        ),
        (
            "wsao-errorlog のレコードがありません。",
            "The paste holds no certificate failure of a wsao-errorlog.",
        ),
        (),
        _VERIFY,
    )
