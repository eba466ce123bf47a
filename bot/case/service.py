"""One conversation from the first symptom to the report: what was said, shown, found, ruled out and done.

Faces call :class:`CaseService` and draw what comes back. Everything said is kept with its secrets masked.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from threading import Lock
from typing import Literal
from weakref import WeakValueDictionary

from bot import logs
from bot.answer import Answer
from bot.case import replies
from bot.case.casefile import Ask, Case, CaseInfo, Check, CheckState, Evidence, NextCheck, Thumb, Turn
from bot.case.followon import composed, next_check, question_back
from bot.case.improve import Improver, asked, keep, latest
from bot.case.nextcheck import Guide, propose, ruled_out, settle
from bot.case.phrases import tell
from bot.case.report import Format, render
from bot.case.store import Conflict, Store
from bot.case.supersede import gather, holding, replace_older, told
from bot.config import MAX_QUESTION
from bot.engine import Bot, Question
from bot.errors import InputError
from bot.findings import ParseResult
from bot.phrases import Language, say
from bot.reading.parse import parse
from bot.redact import redact
from bot.text import language as written_in

HISTORY = 12
"""Earlier messages that the engine is given."""
FOCUS = 6
"""Topics of recent answers that checks are taken from."""
ATTEMPTS = 4
"""How often a turn is worked out anew because another process changed the case meanwhile."""
STATES = ("good", "bad", "skipped", "done")
WORDS_ONLY = 60
"""Characters up to which one line is never read as device output, as in the engine."""

__all__ = ["Ask", "Case", "CaseInfo", "CaseService", "Check", "Evidence", "NextCheck", "Thumb", "Turn"]


class CaseService:
    """The cases of one bot in one store; safe to use from many threads."""

    def __init__(
        self,
        bot: Bot,
        store: Store,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        improver: Improver | None = None,
    ) -> None:
        """Serve ``bot``'s answers as cases kept in ``store``; ``improver`` may reword them."""
        self._bot, self._store, self._now, self.improver = bot, store, now, improver
        self._locks: WeakValueDictionary[str, _Lock] = WeakValueDictionary()
        self._registry = Lock()
        self._held: tuple[object, Guide] | None = None

    def new(self, language: Language | None = None) -> Case:
        """Open a case under an id that cannot be guessed and return it."""
        moment = self._moment()
        case = Case(secrets.token_urlsafe(18), language or "en", moment, moment)
        self._store.insert(case)
        logs.info("case_opened")
        return case

    def get(self, case_id: str) -> Case | None:
        """Return a whole case with its turns and pastes, or None when there is none of that id."""
        return self._store.load_whole(case_id)

    def list(self) -> Sequence[CaseInfo]:
        """Return the cases, the one changed last first."""
        return self._store.infos()

    def delete(self, case_id: str) -> bool:
        """Remove a case with its turns, pastes and feedback for good; say whether it existed."""
        self._bot.forget()
        return self._store.delete(case_id)

    def say(self, case_id: str, text: str, paste: str = "") -> Turn:
        """Take what a person said and pasted, and return the turn with its answer.

        Raises InputError for an unknown case or when nothing was said.
        """
        if not (text.strip() or paste.strip()):
            raise InputError("nothing was asked: give a question, a paste, or both")
        masked = redact(paste)
        return self._take_turn(case_id, lambda case: self._heard(case, text, masked))

    def mark(self, case_id: str, check_id: str, state: Literal["good", "bad", "skipped", "done"]) -> Turn:
        """Note the outcome of a check and return the turn that goes on from it."""
        if state not in STATES or self._guide.step(check_id) is None:
            raise InputError(f"there is no check {check_id} with an outcome {state}")
        return self._take_turn(case_id, lambda case: (self._noted(case, "", check_id, state), []))

    def improve(self, case_id: str, number: int, cancel: object = None) -> Turn | None:
        """Have the case's latest turn reworded and return it, or None where it stays as it is.

        The turn stands without this; a face shows it first. It may take as long as the settings' model_timeout.
        """
        case = self._store.load_whole(case_id) if self.improver else None
        turn = latest(case, number)
        if not (case and turn and self.improver):
            return None
        answer = self.improver.improve(asked(case, turn), turn.answer, case.account, cancel)
        if answer is turn.answer:
            return None
        found = answer.status != turn.answer.status
        return keep(self._store, case, replace(turn, answer=answer), self._found if found else None)

    def _found(self, case: Case, turn: Turn) -> None:
        """Go on from an answer that was found only when the question was read again."""
        self._answered(case, turn, ())
        case.history = case.history[:-2]
        self._remember(case, turn)

    def feedback(self, case_id: str, turn: int, up: bool, reason: str = "") -> None:
        """Keep a thumb on a turn with the person's reason; a second thumb replaces the first."""
        self._store.add_feedback(Thumb(case_id, turn, self._moment(), up, redact(reason.strip())))

    def export(self, case_id: str, language: Language, format: Format = "markdown") -> str:
        """Return the report for a support case; raises InputError for an unknown case."""
        case = self.get(case_id)
        if case is None:
            raise InputError("this case does not exist or was deleted")
        return render(case, self._guide, language, format)

    @property
    def _guide(self) -> Guide:
        """The steps of the build that the bot answers from now."""
        catalogue = self._bot.retriever.catalogue
        if self._held is None or self._held[0] is not catalogue:
            self._held = (catalogue, Guide(catalogue))
        return self._held[1]

    def _moment(self) -> str:
        return self._now().isoformat(timespec="seconds")

    def _take_turn(self, case_id: str, work: Callable[[Case], tuple[Turn, Sequence[Evidence]]]) -> Turn:
        with self._registry:
            lock = self._locks.setdefault(case_id, _Lock())
        with lock.lock, logs.case(case_id), logs.watching("turn_failed"):
            for _ in range(ATTEMPTS):
                case = self._store.load(case_id)
                if case is None:
                    raise InputError("this case does not exist or was deleted; start a new one")
                case.count += 1
                case.updated = self._moment()
                turn, evidence = work(case)
                self._remember(case, turn)
                try:
                    self._store.save(case, turn, evidence)
                except Conflict:
                    continue
                return turn
        raise InputError("this case is being changed elsewhere at the same time; try again")

    def _heard(self, case: Case, text: str, paste: str) -> tuple[Turn, Sequence[Evidence]]:
        reply = None if paste.strip() else self._reply(case, text)
        if reply:
            return self._replied(case, redact(text), reply), []
        shown, result = _shown(text, paste)
        within = not paste.strip() and bool(result.outputs)
        self._learn(case, "" if within else text)
        answer = self._bot.ask(
            Question(shown if within else text, paste, tuple(case.history), parsed=result, language=case.language)
        )
        case.language = answer.language
        turn = Turn(case.count, case.updated, redact(text), paste, answer)
        evidence: Sequence[Evidence] = ()
        if within or paste.strip():
            new = gather(case.pastes + 1, case.count, case.updated, shown, result, answer.findings)
            turn.changes, evidence = self._brought(case, new)
        self._answered(case, turn, evidence)
        return turn, evidence

    def _answered(self, case: Case, turn: Turn, evidence: Sequence[Evidence]) -> None:
        """Take over what an answer is about, settle checks by new evidence, and go on."""
        if turn.answer.from_guide:
            main = [section.topic for section in turn.answer.guided if section.role != "related"]
            case.focus = tuple(dict.fromkeys([*main, *case.focus]))[:FOCUS]
            case.related = tuple(section.topic for section in turn.answer.guided if section.role == "related")
        settled = tuple((check.id, check.state) for check in settle(self._guide, case))
        turn.marked = settled if evidence else ()
        if turn.answer.from_guide:
            self._go_on(case, turn)

    def _reply(self, case: Case, text: str) -> replies.Reply | None:
        step = self._guide.step(case.current) if case.current else None
        case.current = step.id if step else None
        return replies.read(
            text, case.open_question, self._guide.passage(_language(text, case), step) if step else None
        )

    def _learn(self, case: Case, text: str) -> None:
        """Take symptom, release and role from what a person says."""
        if not case.focus and text.strip():
            case.symptom = redact(text).strip()[:1000]
        case.release = replies.release_of(text) or case.release
        case.role = replies.role_of(text) or case.role

    def _brought(self, case: Case, new: Evidence) -> tuple[tuple[str, ...], Sequence[Evidence]]:
        """Add ``new`` to the case; return what it changes in words, and the pastes to write."""
        older = self._store.evidence(case.id)
        open_before = {paste.number: sum(o.superseded_by is None for o in paste.outputs) for paste in older}
        replaced = replace_older(new, older)
        before, case.findings = case.findings, holding([*older, new])
        case.pastes = new.number
        for output in new.outputs:
            if output.command == "show version" and (shown := output.data.get("software_release")):
                case.release = replies.release_of(str(shown)) or case.release
        touched = [p for p in older if sum(o.superseded_by is None for o in p.outputs) != open_before[p.number]]
        return told(replaced, new, before, case.findings, case.language), [*touched, new]

    def _replied(self, case: Case, text: str, reply: replies.Reply) -> Turn:
        case.language = _language(text, case)
        if reply.kind == "mark" and case.current:
            return self._noted(case, text, case.current, reply.value)
        if reply.kind == "broken" and not case.proven and case.current:
            return self._noted(case, text, case.current, "done")
        notices: tuple[str, ...] = ()
        if reply.kind == "broken" and case.proven:
            notices = (tell("treated", case.language, title=self._guide.title(case.language, case.proven)),)
            case.treated = (*case.treated, case.proven)
        elif reply.kind == "fixed":
            case.resolved = True
            notices = (tell("resolved", case.language),)
        elif reply.kind in ("release", "role"):
            setattr(case, reply.kind, reply.value)
            notices = (tell("noted", case.language, what=text.strip()),)
            case.open_question = None
        return self._composed(case, text, notices)

    def _noted(self, case: Case, text: str, check_id: str, state: str) -> Turn:
        step = self._guide.step(check_id)
        assert step is not None
        outcome: CheckState = state  # type: ignore[assignment]
        kept = [check for check in case.checks if check.id != check_id]
        case.checks = [*kept, Check(check_id, step.topic, step.number, step.commands, outcome, case.count)]
        title = self._guide.title(case.language, step.topic)
        turn = self._composed(case, text, (tell(f"marked_{state}", case.language, title=title, step=step.number),))
        turn.marked = ((check_id, outcome),)
        return turn

    def _composed(self, case: Case, text: str, notices: tuple[str, ...]) -> Turn:
        """Return a turn whose answer is the next check itself."""
        turn = Turn(case.count, case.updated, text, "", Answer("answered", case.language))
        if not case.resolved:
            self._go_on(case, turn)
        turn.answer = composed(self._guide, turn, notices, self._bot.retriever.version)
        return turn

    def _go_on(self, case: Case, turn: Turn) -> None:
        """Fill in what follows: the next check, a proven cause, the end of the guide, a question back."""
        case.resolved = False
        proposal = propose(self._guide, case, case.release, case.role)
        case.ruled_out = ruled_out(self._guide, case)
        case.proven = turn.proven = proposal.proven
        turn.exhausted = proposal.exhausted
        case.current = proposal.step.id if proposal.step else None
        case.checks = [check for check in case.checks if check.state != "open"]
        if proposal.step:
            step = proposal.step
            case.checks.append(Check(step.id, step.topic, step.number, step.commands, turn=case.count))
            turn.next_check = next_check(self._guide, case, step)
        turn.question = question_back(self._guide, case, proposal)
        if turn.question:
            case.open_question, case.asked = turn.question, (*case.asked, turn.question.kind)

    def _remember(self, case: Case, turn: Turn) -> None:
        gist = " / ".join(section.title for section in turn.answer.guided if section.role != "related")
        if turn.answer.status == "abstained":
            gist = say("abstain", turn.answer.language)
        said = [{"role": "user", "content": turn.text[:MAX_QUESTION]}, {"role": "assistant", "content": gist}]
        case.history = [*case.history, *said][-HISTORY:]


class _Lock:
    """A lock that a weak dictionary can hold."""

    def __init__(self) -> None:
        self.lock = Lock()


def _shown(text: str, paste: str) -> tuple[str, ParseResult]:
    """Return the text that may hold device output, secrets masked, and what was read in it."""
    if paste.strip():
        return paste, parse(paste)
    masked = redact(text)
    return masked, parse(masked) if "\n" in text.strip() or len(text) > WORDS_ONLY else ParseResult()


def _language(text: str, case: Case) -> Language:
    return written_in(text, case.language)
