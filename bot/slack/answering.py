"""Answering one thing that was said, in its thread or to one person alone; picked up again where it was left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from slack_sdk.models.messages.chunk import Chunk, TaskUpdateChunk

from bot.case.casefile import Turn
from bot.errors import InputError, SlackError
from bot.phrases import Language
from bot.redact import redact
from bot.slack import draw, files, markup
from bot.slack.api import Api, Passing
from bot.slack.blocks import Block, pages, rich, section, text
from bot.slack.job import Job, Work
from bot.slack.ledger import Ledger
from bot.slack.reply import Place, Reply, card
from bot.slack.texts import ui
from bot.slack.threads import Threads
from bot.text import language as written_in
from bot.web.desk import Loaded

PRIVATE_PAGES = 4
"""Messages by a response_url; Slack takes five."""


@dataclass(frozen=True, slots=True)
class Said:
    """What there is to answer: words and paste, sentences about files left out, and what to show before it."""

    words: str
    paste: str = ""
    refused: tuple[str, ...] = ()
    quote: str = ""
    note: str = ""


class Answering:
    """Answers by the case service and tells Slack."""

    def __init__(self, api: Api, loaded: Loaded, ledger: Ledger, threads: Threads, public_url: str) -> None:
        """Answer from ``loaded``; links lead to ``public_url`` where there is one."""
        self.api, self.cases, self._loaded = api, loaded.cases, loaded
        self.ledger, self.threads, self._public_url = ledger, threads, public_url

    def title(self, language: Language, topic: str) -> str:
        """Return a topic's title, empty for a topic that the index lacks."""
        found = self._loaded.bot.retriever.catalogue.articles.get((language, topic))
        return found.front.title if found else ""

    def language(self, job: Job) -> Language:
        """Return the language of what was said, else the one in which the person last wrote."""
        return written_in(markup.split(job.text)[0], self.ledger.language_of(job.user) or "en")

    def in_thread(self, work: Work, job: Job, said: Said, over: Work | None = None) -> None:
        """Answer in the thread; ``over`` is the work whose messages are rewritten with this answer."""
        language = self.language(job)
        posted = over.replies if over else work.replies or self._left_behind(work)
        place = Place(job.channel, job.thread_ts, job.user, job.team)
        reply = Reply(self.api, place, lambda ts: self._posted(work, over, ts), posted)
        if not (said.words or said.paste or job.files or job.kind == "mark"):
            reply.say(ui("hello", language))
            return
        self._status(place, "status_files" if job.files else "status", language)
        reads = bool(job.files or said.paste or "\n" in said.words)
        reply.begin([card("read" if reads else "search", language, "in_progress")])
        said = self._with_files(job, said, language)
        if not (said.words or said.paste or job.kind == "mark"):
            reply.say(" ".join(said.refused), [card("read", language, "error")])
            return
        case_id, turn = self._turn(work, job, said, language)
        if over:
            self.ledger.rewrite(over.job.key, case_id=case_id, turn=turn.number)
        cards = _cards(turn, self._outputs(case_id, turn) if reads else None)
        self._end(reply, said, case_id, turn, cards)
        better = self.cases.improve(case_id, turn.number) if turn.answer.rewording is None else None
        if better:
            self._end(reply, said, case_id, better)

    def _end(self, reply: Reply, said: Said, case_id: str, turn: Turn, cards: Sequence[Chunk] = ()) -> None:
        """Say all of a turn, over what the reply said before."""
        drawing = self.drawing(turn, case_id)
        pieces = [*_lead(said), *draw.body(drawing)]
        reply.end(pieces, draw.foot(drawing), draw.summary(turn), turn.answer.language, cards)

    def _posted(self, work: Work, over: Work | None, ts: Sequence[str]) -> None:
        """Keep the messages that answer: with the work itself, or with the one whose answer is rewritten."""
        if over:
            self.ledger.rewrite(over.job.key, replies=list(ts))
        else:
            self.ledger.note(work, replies=list(ts))

    def alone(self, work: Work, job: Job, said: Said) -> None:
        """Answer to the person alone, by the address that came with the command or the button."""
        if work.replies:
            return
        language = self.language(job)
        said = self._with_files(job, said, language)
        if not (said.words or said.paste or job.kind == "mark"):
            self.whisper(job, " ".join(said.refused) or ui("usage", language))
            return
        case_id, turn = self._turn(work, job, said, language)
        drawing = self.drawing(turn, case_id)
        flat = [block for piece in (*_lead(said), *draw.body(drawing)) for block in piece]
        for page in pages([*flat, *draw.foot(drawing, private=True)])[:PRIVATE_PAGES]:
            self._send(job, draw.summary(turn), page)
        self.ledger.note(work, replies=["private"])

    def whisper(self, job: Job, words: str) -> None:
        """Tell the person alone one sentence; ``words`` may hold Slack's own markup."""
        if job.response_url:
            self._send(job, words, ())
        else:
            more = {} if job.message == job.thread else {"thread_ts": job.thread_ts}
            self.api.call("chat_postEphemeral", channel=job.channel, user=job.user, text=words, **more)

    def _send(self, job: Job, summary: str, blocks: Sequence[Block]) -> None:
        body = {"blocks": list(blocks)} if blocks else {}
        self.api.answer_url(
            job.response_url, response_type="ephemeral", replace_original=False, text=summary, **body
        )  # fmt: skip

    def _with_files(self, job: Job, said: Said, language: Language) -> Said:
        if not job.files:
            return said
        read = files.read(self.api, job.files, language)
        paste = "\n".join(filter(None, (said.paste, *read.texts)))
        return Said(said.words, paste, (*said.refused, *read.refused), said.quote, said.note)

    def _status(self, place: Place, key: str, language: Language) -> None:
        """Show what the bot is doing; where Slack has no place for it, there is none."""
        status = ui(key, language)
        try:
            self.api.call("assistant_threads_setStatus", channel_id=place.channel, thread_ts=place.thread_ts,
                          status=status)  # fmt: skip
        except (SlackError, Passing):
            return

    def _left_behind(self, work: Work) -> tuple[str, ...]:
        """Return the message that an attempt which broke off may have posted without noting it."""
        job = work.job
        if work.attempts < 2:
            return ()
        known = {ts for other in self.ledger.of_thread(job.thread) for ts in other.replies}
        found = self.api.call("conversations_replies", channel=job.channel, ts=job.thread_ts, oldest=job.ts, limit=200)
        mine = [m["ts"] for m in found.get("messages", ()) if m.get("user") == self.api.me.user and m["ts"] > job.ts]
        return tuple(ts for ts in mine if ts not in known)[:1]

    def _turn(self, work: Work, job: Job, said: Said, language: Language) -> tuple[str, Turn]:
        """Return the case and its turn that answers: the one an earlier attempt made, or a new one."""
        if work.turn and (kept := self.kept(work.case_id, work.turn)):
            return work.case_id, kept
        case_id = job.case or self.threads.bind(job.thread, lambda: self.cases.new(language).id)
        turn = self._unnoted(work, case_id, job, said) if work.attempts > 1 else None
        turn = turn or self._taken(case_id, job, said)
        if turn is None:
            self.threads.unbind(job.thread)
            case_id = self.threads.bind(job.thread, lambda: self.cases.new(language).id)
            turn = self.cases.say(case_id, said.words, said.paste)
        self.threads.asked(job.thread, job.user, job.ts)
        spoken = turn.answer.language if said.words else ""
        self.ledger.note(work, case_id=case_id, turn=turn.number, language=spoken)
        return case_id, turn

    def _taken(self, case_id: str, job: Job, said: Said) -> Turn | None:
        """Take the turn; None where the case of a thread was deleted, so that a new one begins."""
        try:
            if job.kind == "mark" and job.outcome:
                return self.cases.mark(case_id, job.check, job.outcome)
            return self.cases.say(case_id, said.words, said.paste)
        except InputError:
            if job.case or self.cases.get(case_id):
                raise
            return None

    def _unnoted(self, work: Work, case_id: str, job: Job, said: Said) -> Turn | None:
        """Return the turn that an attempt which broke off took without noting it."""
        case = self.cases.get(case_id)
        last = case.turns[-1] if case and case.turns else None
        if last is None or any(other.turn == last.number for other in self.ledger.of_thread(job.thread)):
            return None
        same = (job.check, job.outcome) in last.marked if job.kind == "mark" else last.text == redact(said.words)
        return last if same else None

    def _outputs(self, case_id: str, turn: Turn) -> str:
        """Return the names of the outputs that a turn brought."""
        case = self.cases.get(case_id)
        brought = [paste for paste in (case.evidence if case else ()) if paste.turn == turn.number]
        return ", ".join(dict.fromkeys(output.command for paste in brought for output in paste.outputs))[:250]

    def kept(self, case_id: str, number: int) -> Turn | None:
        """Return one turn of a case with its paste, or None."""
        case = self.cases.get(case_id)
        return next((turn for turn in case.turns if turn.number == number), None) if case else None

    def drawing(self, turn: Turn, case_id: str) -> draw.Drawing:
        """Return what a turn is drawn from."""
        return draw.Drawing(turn, case_id, self.title, self._public_url)


def _lead(said: Said) -> list[list[Block]]:
    """Return what stands before an answer: what was chosen, that it is answered anew, files that were not read."""
    quote = {"type": "rich_text_quote", "elements": [text(said.quote)]}
    blocks = [rich(quote)] if said.quote else []
    blocks += [rich(section(text(words, italic=True))) for words in filter(None, (said.note, *said.refused))]
    return [blocks] if blocks else []


def _cards(turn: Turn, outputs: str | None) -> list[TaskUpdateChunk]:
    """Return the cards of what was looked at; ``outputs`` names what was read, None where nothing was to be read."""
    answer, language = turn.answer, turn.answer.language
    cards = []
    if outputs is not None:
        cards.append(card("read", language, "complete", outputs or ui("read_none", language)))
    main = [one.title for one in answer.sections if one.role != "related"]
    none = ui("found_none", language) if answer.status == "abstained" else ""
    cards.append(card("search", language, "complete", " / ".join(main) or none))
    if answer.citations:
        cards.append(card("check", language, "complete", ui("checked", language, count=len(answer.citations))))
    return cards
