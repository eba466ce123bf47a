"""The Bolt app: each request of Slack goes into the ledger and is acknowledged; the work is done elsewhere."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from slack_bolt import Ack, App, BoltResponse

from bot.config import Config
from bot.errors import KbError
from bot.phrases import Language
from bot.redact import storable
from bot.slack import modal
from bot.slack.answering import Answering
from bot.slack.api import Api, Passing, open_client
from bot.slack.intake import Intake
from bot.slack.job import Job
from bot.slack.ledger import Ledger
from bot.slack.outage import Outage
from bot.slack.pool import Pool, named
from bot.slack.texts import ui

LOG = logging.getLogger("bot.slack")
QUICK = 4
"""Threads for what must follow a click at once, such as opening a form."""


class Reception:
    """Takes what Slack sends."""

    def __init__(self, api: Api, intake: Intake, ledger: Ledger, pool: Pool, answering: Answering) -> None:
        """Give what ``intake`` understands to ``pool`` by way of ``ledger``."""
        self._api, self._intake, self._ledger, self._pool = api, intake, ledger, pool
        self._answering = answering
        self._quick = ThreadPoolExecutor(QUICK, thread_name_prefix="slack-quick")

    def take(self, read: Callable[[dict[str, Any]], Job | None], body: dict[str, Any]) -> None:
        """Enter a payload; one that is known already changes nothing."""
        job = read(storable(body))
        if job and self._ledger.claim(job):
            self._pool.wake()

    def thumb(self, body: dict[str, Any]) -> None:
        """Keep a thumb; after one down a form asks for the reason, as long as the click is fresh."""
        way, _, mark = str(body["actions"][0].get("value") or "").partition("|")
        case_id, number = modal.parse(mark)
        self._answering.cases.feedback(case_id, number, way == "up")
        self._quick.submit(self._after_thumb, body, way, mark)

    def _after_thumb(self, body: dict[str, Any], way: str, mark: str) -> None:
        case_id, number = modal.parse(mark)
        language = self._language(case_id, number)
        try:
            if way == "down":
                self._api.call("views_open", trigger_id=body["trigger_id"], view=modal.view(mark, body, language))
            else:
                self._thank(modal.place(body), str(body["user"]["id"]), language)
        except (KbError, Passing) as error:
            LOG.warning("feedback is kept, but could not be followed up: %s", error)

    def reason(self, body: dict[str, Any]) -> None:
        """Keep the reason for a thumb down."""
        mark, place = modal.meta(body)
        case_id, number = modal.parse(mark)
        language = self._language(case_id, number)
        self._answering.cases.feedback(case_id, number, False, modal.reason(body))
        self._quick.submit(self._after_reason, place, str(body["user"]["id"]), language)

    def _after_reason(self, place: dict[str, str], user: str, language: Language) -> None:
        try:
            self._thank(place, user, language)
        except (KbError, Passing) as error:
            LOG.warning("a reason is kept, but its sender was not told: %s", error)

    def _thank(self, place: dict[str, str], user: str, language: Language) -> None:
        if place.get("url"):
            self._api.answer_url(place["url"], response_type="ephemeral", replace_original=False,
                                 text=ui("thanks", language))  # fmt: skip
        else:
            where = {key: place[key] for key in ("channel", "thread_ts") if place.get(key)}
            self._api.call("chat_postEphemeral", user=user, text=ui("thanks", language), **where)

    def _language(self, case_id: str, number: int) -> Language:
        turn = self._answering.kept(case_id, number)
        return turn.answer.language if turn else "en"

    def close(self) -> None:
        """Let what follows clicks end."""
        self._quick.shutdown(wait=True)


def build(settings: Config, reception: Reception, intake: Intake, outage: Outage) -> App:
    """Return the Bolt app: it acknowledges only what the ledger holds, so that Slack sends the rest again."""
    logger = logging.getLogger("bot.slack.bolt")
    logger.setLevel(logging.ERROR)  # it warns of SLACK_BOT_TOKEN beside a client, and of each event nobody asked for
    app = App(
        logger=logger,
        client=open_client(settings),
        signing_secret=settings.slack_signing_secret or "socket mode has none",
        request_verification_enabled=settings.slack_mode == "http",
        process_before_response=True,
        ignoring_self_events_enabled=False,
    )

    @app.error
    def failed(error: Exception) -> BoltResponse:
        if isinstance(error, KbError):
            outage.failed("write", error)
        else:
            LOG.error("a request of Slack failed: %s", named(error))
        return BoltResponse(status=503)

    @app.event(re.compile(".*"))
    def event(body: dict[str, Any]) -> None:
        reception.take(intake.event, body)

    @app.command(re.compile(".*"))
    def command(ack: Ack, body: dict[str, Any]) -> None:
        reception.take(intake.command, body)
        ack()

    @app.shortcut("diagnose")
    def shortcut(ack: Ack, body: dict[str, Any]) -> None:
        reception.take(intake.shortcut, body)
        ack()

    @app.action("feedback")
    def feedback(ack: Ack, body: dict[str, Any]) -> None:
        reception.thumb(body)
        ack()

    @app.action(re.compile(".*"))
    def action(ack: Ack, body: dict[str, Any]) -> None:
        reception.take(intake.action, body)
        ack()

    @app.view(modal.CALLBACK)
    def reason(ack: Ack, body: dict[str, Any]) -> None:
        reception.reason(body)
        ack()

    return app
