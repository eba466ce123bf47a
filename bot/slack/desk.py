"""What is done for each kind of work, and what a person is told when it fails."""

from __future__ import annotations

import logging
from dataclasses import replace

from bot.errors import InputError, KbError, SlackError
from bot.phrases import Language
from bot.reading.parse import parse
from bot.redact import redact
from bot.slack import draw, markup
from bot.slack.answering import Answering, Said
from bot.slack.blocks import pages, rich, section, text
from bot.slack.intake import files_of
from bot.slack.job import Job, Work
from bot.slack.limits import PROMPTS, QUOTED
from bot.slack.reply import QUIET, Place, Reply, remove
from bot.slack.texts import PROMPTS as PROMPT_TEXTS
from bot.slack.texts import ui
from bot.slack.threads import Bound
from bot.web.desk import as_word
from kb.schema import LANGUAGES

LOG = logging.getLogger("bot.slack")
_OUTSIDE = frozenset({"not_in_channel", "channel_not_found", "is_archived", "restricted_action"})
"""Slack's words for a channel in which the bot may not post."""


class Desk:
    """Does the work that workers take from the ledger."""

    def __init__(self, answering: Answering) -> None:
        """Answer through ``answering``."""
        self._do = answering
        self._api, self._ledger, self._threads = answering.api, answering.ledger, answering.threads

    def work(self, work: Work) -> None:
        """Do one work; raises Passing where it may be tried again, KbError where it failed for good."""
        getattr(self, f"_{work.job.kind}")(work)

    def fail(self, work: Work, error: Exception) -> None:
        """Tell the person in one sentence that there is no answer, wherever that is still possible."""
        job, language = work.job, self._do.language(work.job)
        words = _sentence(error, language)
        held = self._ledger.find(job.key)
        posted = (held or work).replies
        try:
            if job.private or (isinstance(error, SlackError) and error.code in _OUTSIDE):
                self._do.whisper(job, markup.escaped(words))
            elif job.kind in ("message", "shortcut", "mark", "ask", "edited"):
                place = Place(job.channel, job.thread_ts, job.user, job.team)
                Reply(self._api, place, lambda ts: self._ledger.note(work, replies=list(ts)), posted).say(words)
        except Exception as again:
            LOG.warning("the person could not be told of a failure: %s", type(again).__name__)

    def _message(self, work: Work) -> None:
        job, bound = work.job, self._threads.get(work.job.thread)
        if not self._is_addressed(job, bound):
            if not markup.is_courtesy(job.text):
                self._threads.overheard(job.thread, job.user, job.ts)
            return
        words, paste = markup.split(job.text)
        if not job.whole or (bound is None and job.mentioned and job.message != job.thread):
            job, above = self._reread(job, with_root=bound is None)
            paste = "\n".join(filter(None, (paste, above)))
        self._do.in_thread(work, job, Said(words, paste))

    def _is_addressed(self, job: Job, bound: Bound | None) -> bool:
        """Say whether the bot is meant: not by thanks, nor where people talk to each other, unless one shows output."""
        if bound and not job.mentioned and not job.files and markup.is_courtesy(job.text):
            return False
        if job.direct or job.mentioned:
            return True
        if bound is None or job.others:
            return False
        if job.user in bound.askers and (job.files or bound.speaker in ("", job.user)):
            return True
        return "\n" in job.text and bool(parse(job.text).outputs)

    def _reread(self, job: Job, *, with_root: bool) -> tuple[Job, str]:
        """Return ``job`` with the files that Slack left out of the event, and the output that its thread began with."""
        try:
            found = self._api.call("conversations_replies", channel=job.channel, ts=job.thread_ts, oldest=job.ts,
                                   inclusive=True, limit=20)  # fmt: skip
        except SlackError as error:
            LOG.warning("a message cannot be read again: %s", error.code)
            return job, ""
        messages = {str(m.get("ts")): m for m in found.get("messages", ())}
        files = job.files or files_of(messages.get(job.ts) or {})
        root = messages.get(job.thread_ts) if with_root and job.ts != job.thread_ts else None
        above = redact(markup.plain(str((root or {}).get("text") or "")))
        if root and not root.get("bot_id"):
            files = (*files, *files_of(root))
        return replace(job, files=files), above if above and parse(above).outputs else ""

    def _edited(self, work: Work) -> None:
        """Answer an edited question anew, over the answer that it had."""
        job = work.job
        original = self._ledger.find(job.message)
        if original is None:
            self._ledger.claim(replace(job, key=job.message, kind="message", event="", ts=job.message.split(":")[1]))
            return
        if not original.turn and not (job.mentioned or job.direct):
            return
        words, paste = markup.split(job.text)
        turn = self._do.kept(original.case_id, original.turn) if original.turn else None
        if turn and not work.turn and turn.text == redact(words) and (not paste or paste.strip() in turn.paste):
            return
        note = ui("asked_again", self._do.language(job)) if turn else ""
        self._do.in_thread(work, job, Said(words, paste, note=note), over=original)

    def _deleted(self, work: Work) -> None:
        """Take back the answer to a question that was deleted, and its case where nobody else spoke in it."""
        job = work.job
        original = self._ledger.find(job.message)
        if original is None:
            return
        for ts in original.replies:
            remove(self._api, job.channel, ts)
        self._ledger.rewrite(job.message, replies=[], turn=0)
        others = [  # a person's clicks do not outlive the person's questions
            other for other in self._ledger.of_thread(job.thread)
            if other.turn and not other.job.key.startswith(job.message)
            and (other.job.key.count(":") == 1 or other.job.user != original.job.user)
        ]  # fmt: skip
        if original.case_id and not others:
            self._do.cases.delete(original.case_id)
            self._threads.unbind(job.thread)

    def _command(self, work: Work) -> None:
        self._do.alone(work, work.job, Said(*markup.split(work.job.text)))

    def _shortcut(self, work: Work) -> None:
        """Diagnose a message in its thread, or for the person alone where the bot is not in the channel."""
        job = work.job
        said = Said(*markup.split(job.text))
        try:
            self._do.in_thread(work, job, said)
        except SlackError as error:
            if error.code not in _OUTSIDE or not job.response_url:
                raise
            self._do.alone(work, job, said)

    def _mark(self, work: Work) -> None:
        job = work.job
        label = ui(f"mark_{job.outcome}", self._case_language(job))
        self._go_on(work, Said("", quote=label))

    def _ask(self, work: Work) -> None:
        self._go_on(work, Said(work.job.text, quote=work.job.text))

    def _go_on(self, work: Work, said: Said) -> None:
        if work.job.private:
            self._do.alone(work, work.job, said)
        else:
            self._do.in_thread(work, work.job, said)

    def _case_language(self, job: Job) -> Language:
        case = self._do.cases.get(job.case)
        return case.language if case else self._do.language(job)

    def _share(self, work: Work) -> None:
        """Show a private answer to the channel and let its case go on in the thread."""
        job = work.job
        turn = self._do.kept(job.case, job.turn)
        language = turn.answer.language if turn else self._do.language(job)
        if turn is None:
            raise InputError("the case was deleted")
        drawing = self._do.drawing(turn, job.case)
        lead = rich(section({"type": "user", "user_id": job.user}, text(ui("shared_by", language))),
                    {"type": "rich_text_quote", "elements": [text(as_word(turn.text, QUOTED) or "…")]})  # fmt: skip
        flat = [block for piece in draw.body(drawing) for block in piece]
        made, summary = pages([lead, *flat, *draw.foot(drawing)]), draw.summary(turn)
        try:
            posted = self._post(work, made[0], summary)
        except SlackError as error:
            if error.code not in _OUTSIDE:
                raise
            for page in made:
                self._api.answer_url(job.response_url, response_type="in_channel", replace_original=False,
                                     text=summary, blocks=page)  # fmt: skip
            self._do.whisper(job, ui("shared_only", language))
            return
        self._threads.bind(f"{job.channel}:{posted}", lambda: job.case)
        self._threads.asked(f"{job.channel}:{posted}", job.user, posted)
        for page in made[1:]:
            self._api.call(
                "chat_postMessage", channel=job.channel, thread_ts=posted, blocks=page, text=summary, **QUIET
            )
        self._do.whisper(job, ui("shared", language))

    def _post(self, work: Work, page: list[dict[str, object]], summary: str) -> str:
        """Post the shared answer, once."""
        if work.replies:
            return work.replies[0]
        made = self._api.call("chat_postMessage", channel=work.job.channel, blocks=page, text=summary, **QUIET)
        posted = str(made["ts"])
        self._ledger.note(work, replies=[posted])
        return posted

    def _home(self, work: Work) -> None:
        """Offer questions to begin with, in the language that the person last wrote, or in both."""
        job = work.job
        known = self._ledger.language_of(job.user)
        languages: tuple[Language, ...] = (known,) if known else LANGUAGES
        each = PROMPTS // len(languages)
        prompts = [{"title": t, "message": m} for code in languages for t, m in PROMPT_TEXTS[code][:each]]
        title = " / ".join(ui("prompts", code) for code in languages)
        self._api.call("assistant_threads_setSuggestedPrompts", channel_id=job.channel, prompts=prompts, title=title)

    def _unserved(self, work: Work) -> None:
        self._do.whisper(work.job, ui("unserved", self._do.language(work.job)))


def _sentence(error: Exception, language: Language) -> str:
    if isinstance(error, SlackError) and error.code in _OUTSIDE:
        return ui("posting", language, code=error.code)
    if isinstance(error, KbError):
        return ui("failed", language, reason=error)
    return ui("broken", language)
