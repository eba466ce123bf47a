"""What the process counts for Prometheus: nothing that a person wrote is in a name or a label."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    generate_latest,
)

from bot import logs

if TYPE_CHECKING:
    from bot.engine import Bot

SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
PARTS = ("index", "vectors", "documents", "cases")
"""What may be degraded while questions are answered all the same."""


class Metrics:
    """Counts the events of this process from the moment it is made until :meth:`close`."""

    def __init__(self) -> None:
        """Listen to the events of bot/logs.py."""
        self.registry = CollectorRegistry()
        made: dict[str, Any] = {"registry": self.registry}
        said = ["status", "language"]
        self._questions = Counter("kb_questions", "Questions that were answered or not in the guide", said, **made)
        self._seconds = Histogram("kb_answer_seconds", "From question to answer", buckets=SECONDS, **made)
        self._parsed = Counter("kb_parsed", "Texts looked at for device output", ["recognised"], **made)
        self._cases = Counter("kb_cases_opened", "Cases opened", **made)
        self._errors = Counter("kb_errors", "Failures, by class of the error", ["kind"], **made)
        self._switches = Counter("kb_switches", "Changes to a newer build", ["what"], **made)
        self._index = Gauge("kb_index_info", "1 for the version that answers", ["version"], **made)
        self._library = Gauge("kb_documents_info", "1 for the build of documents that answers", ["version"], **made)
        self._documents = Gauge("kb_documents", "Documents that answer", **made)
        self._age = Gauge("kb_index_age_seconds", "Since the build that answers was finished", **made)
        self._degraded = Gauge("kb_degraded", "1 where a part does not work as it should", ["what"], **made)
        ProcessCollector(registry=self.registry)
        self._count: dict[str, Callable[[dict[str, Any]], None]] = {
            "answered": self._answered,
            "parsed": lambda fields: self._parsed.labels("yes" if fields["outputs"] else "no").inc(),
            "case_opened": lambda _: self._cases.inc(),
            "switched": lambda fields: self._switches.labels(fields["what"]).inc(),
        }
        for part in PARTS:
            self._degraded.labels(part).set(0)
        logs.listen(self._heard)

    def close(self) -> None:
        """Stop counting."""
        logs.unlisten(self._heard)

    def _heard(self, event: str, fields: dict[str, Any]) -> None:
        if event in self._count:
            self._count[event](fields)
        elif "kind" in fields:
            self._errors.labels(fields["kind"]).inc()

    def _answered(self, fields: dict[str, Any]) -> None:
        self._questions.labels(fields["status"], fields["language"]).inc()
        self._seconds.observe(fields["elapsed_ms"] / 1000)

    def text(self, bot: Bot | None, problems: Mapping[str, str]) -> tuple[bytes, str]:
        """Return what Prometheus reads, and its content type; ``bot`` is None while the index is loading.

        ``problems`` names what does not work as it should.
        """
        if bot is not None:
            retriever, library = bot.retriever, bot.documents.value
            self._index.clear()
            self._index.labels(retriever.version).set(1)
            self._age.set(time.time() - retriever.built)
            self._library.clear()
            if library:
                self._library.labels(library.version).set(1)
            self._documents.set(len(library.entries) if library else 0)
            for part in {*PARTS, *problems}:
                self._degraded.labels(part).set(part in problems)
        return generate_latest(self.registry), CONTENT_TYPE_LATEST
