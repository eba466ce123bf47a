"""What happens between a click and the page: cases are opened, asked, marked, reported and deleted here."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from bot import logs
from bot.errors import InputError, KbError
from bot.llm.runner import Cancel
from bot.web import bar, chat, panel, reply
from bot.web.texts import size, ui
from kb.schema import Language

if TYPE_CHECKING:
    from bot.case.casefile import Case, Turn
    from bot.case.service import CaseService
    from bot.engine import Bot
    from ingest.catalogue import Catalogue

HEAVY = 200_000
"""Characters from which a paste is read in the queue for heavy work, two at a time."""
KEPT = 30
"""Exchanges of one case that the page draws; the report has them all."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What answers: the bot over its index, and the cases."""

    bot: Bot
    cases: CaseService


@dataclass(slots=True)
class Request:
    """One thing to do for a person: a message, or the outcome of a check."""

    text: str = ""
    paste: str = ""
    check: str = ""
    outcome: Literal["", "good", "bad", "skipped"] = ""

    @property
    def heavy(self) -> bool:
        """Whether reading it takes long enough to wait its turn."""
        return len(self.paste) + len(self.text) >= HEAVY


@dataclass(slots=True)
class Seat:
    """One open page: its language, its case, what is drawn of it, and what is under way; ``placed`` once it arrived."""

    ui: Language = "en"
    placed: bool = False
    case: str | None = None
    drawn: list[str] = field(default_factory=list)
    request: Request | None = None
    answered: bool = False


@dataclass(frozen=True, slots=True)
class View:
    """What the page shows now; a part that is None stays as it is."""

    chat: str | None = None
    panel: str | None = None
    bar: str | None = None


class Desk:
    """Serves every open page from one case service, which may still be loading."""

    def __init__(self, loaded: Future[Loaded], model: str = "") -> None:
        """Take what is being loaded, and the model's name; whoever asks before it is there waits for it."""
        self._loaded = loaded
        self.model = model
        self._rewording: dict[str, Cancel] = {}

    @property
    def ready(self) -> bool:
        """Whether the index has been loaded."""
        return self._loaded.done()

    @property
    def cases(self) -> CaseService:
        """The case service, once it is there; raises what its loading raised."""
        return self._loaded.result().cases

    def title(self, language: Language, topic: str) -> str:
        """Return a topic's title, empty for a topic that the index lacks."""
        found = self._catalogue.articles.get((language, topic))
        return found.front.title if found else ""

    @property
    def _catalogue(self) -> Catalogue:
        return self._loaded.result().bot.retriever.catalogue

    def open(self, seat: Seat, case_id: str | None) -> View:
        """Show the case that the page's link names, or the first screen."""
        if seat.case or not case_id:
            return View(bar=bar.line(seat.case, seat.ui))
        try:
            case = self.cases.get(case_id)
        except KbError:
            case = None
        if case is None:
            return View(chat=self.page(seat, chat.note(ui("no_case", seat.ui))), bar=bar.line(None, seat.ui))
        seat.case, seat.drawn = case.id, [self._exchange(turn, case, seat) for turn in case.turns]
        last = case.turns[-1] if case.turns else None
        shown = self._panel(last, seat) if last else None
        return View(self.page(seat), shown, bar.line(case.id, seat.ui))

    def _exchange(self, turn: Turn, case: Case, seat: Seat) -> str:
        drawn = reply.Drawn(turn, seat.ui, case, self.title)
        return chat.said_in(turn, seat.ui) + reply.article(drawn, list(reply.pieces(drawn)))

    def _panel(self, turn: Turn, seat: Seat) -> str:
        return panel.panel(turn, self._catalogue, seat.ui)

    def page(self, seat: Seat, *more: str) -> str:
        """Return the conversation with ``more`` under it."""
        return "".join([*seat.drawn[-KEPT:], *more]) or chat.welcome(self.model)

    def begin(self, seat: Seat, request: Request) -> View:
        """Take a request: what was said shows at once."""
        seat.request = request
        return View(self.page(seat, self._said(seat), chat.waiting(self._waiting(seat), seat.ui)))

    def _said(self, seat: Seat) -> str:
        request = seat.request or Request()
        if request.check:
            return chat.said(ui(f"mark_{request.outcome}", seat.ui), "", seat.ui)
        return chat.said(request.text, request.paste, seat.ui)

    def _waiting(self, seat: Seat) -> str:
        if not self.ready:
            return ui("loading", seat.ui)
        paste = seat.request.paste if seat.request else ""
        return ui("reading", seat.ui, size=size(len(paste))) if paste else ui("working", seat.ui)

    def answer(self, seat: Seat) -> Iterator[View]:
        """Do what was taken: the first section shows as soon as it is known, then the rest and the panel."""
        said = self._said(seat)
        try:
            turn, case = self._turn(seat)
        except Exception as error:  # what is no KbError may quote a person, and the page's library prints it
            logs.failed("page_failed", error)
            reason = error if isinstance(error, KbError) else ui("inside", seat.ui)
            seat.request = None
            seat.drawn.append(said + chat.note(ui("failed", seat.ui, reason=reason)))
            yield View(self.page(seat), bar=bar.line(seat.case, seat.ui))
            return
        said = chat.said_in(turn, seat.ui)
        drawn, parts = reply.Drawn(turn, seat.ui, case, self.title), []
        for piece in reply.pieces(drawn):
            parts.append(piece)
            yield View(self.page(seat, said, reply.article(drawn, parts, done=False)))
        seat.drawn.append(said + reply.article(drawn, parts))
        if self.cases.improver is None:
            seat.request = None
        yield View(self.page(seat), self._panel(turn, seat), bar.line(seat.case, seat.ui))
        if self.cases.improver:
            yield from self._reworded(seat, case, turn)

    def _reworded(self, seat: Seat, case: Case, turn: Turn) -> Iterator[View]:
        """Show that a language model is at work under the finished answer, then its words where they passed."""
        cancel = self._rewording[case.id] = Cancel()
        seat.answered = True
        try:
            yield View(self.page(seat, chat.waiting(ui("rewording", seat.ui), seat.ui)))
            better = self.cases.improve(case.id, turn.number, cancel)
        except KbError:
            better = None
        finally:
            self._rewording.pop(case.id, None)
            if not cancel.is_set:
                seat.request, seat.answered = None, False
        if cancel.is_set or seat.case != case.id:
            return
        if better:
            seat.drawn[-1] = self._exchange(better, self.cases.get(case.id) or case, seat)
        yield View(self.page(seat), self._panel(better or turn, seat), bar.line(seat.case, seat.ui))

    def _turn(self, seat: Seat) -> tuple[Turn, Case]:
        request = seat.request or Request()
        if seat.case is None:
            seat.case = self.cases.new(seat.ui).id
        if request.check and request.outcome:
            turn = self.cases.mark(seat.case, request.check, request.outcome)
        else:
            turn = self.cases.say(seat.case, request.text, request.paste)
        case = self.cases.get(seat.case)
        if case is None:
            raise InputError("this case was deleted meanwhile")
        return turn, case

    def stop(self, seat: Seat) -> View:
        """Give up what is under way; what was said stays to be sent again."""
        if seat.request is None:
            return View()
        if seat.answered and seat.case:
            if cancel := self._rewording.get(seat.case):
                cancel.set()
        else:
            seat.drawn.append(self._said(seat) + chat.note(ui("stopped", seat.ui)))
        seat.request, seat.answered = None, False
        return View(self.page(seat))

    def turn(self, seat: Seat, number: int) -> Turn | None:
        """Return one exchange of the page's case."""
        if seat.case is None:
            return None
        case = self.cases.get(seat.case)
        return next((turn for turn in case.turns if turn.number == number), None) if case else None

    def basis(self, seat: Seat, number: int) -> View:
        """Show what an earlier answer rests on."""
        turn = self.turn(seat, number)
        return View(panel=self._panel(turn, seat)) if turn else View()

    def thumb(self, seat: Seat, number: int, up: bool, reason: str) -> None:
        """Keep a thumb, with the person's reason where there is one."""
        if seat.case:
            self.cases.feedback(seat.case, number, up, reason)

    def topic(self, seat: Seat, topic: str) -> str:
        """Return the question that stands for a topic: its title, in the language of the case."""
        case = self.cases.get(seat.case) if seat.case else None
        return self.title(case.language if case else seat.ui, topic)

    def close(self, seat: Seat, *, delete: bool) -> View:
        """Leave the case, or delete it with all its pastes, and show the first screen."""
        if cancel := self._rewording.get(seat.case or ""):
            cancel.set()
        if delete and seat.case:
            self.cases.delete(seat.case)
        seat.case, seat.drawn, seat.request, seat.answered = None, [], None, False
        note = chat.note(ui("deleted", seat.ui)) if delete else ""
        return View(note + chat.welcome(self.model), panel.empty(), bar.line(None, seat.ui))


def as_int(value: object) -> int:
    """Return a number that a browser sent, or 0."""
    return int(value) if isinstance(value, int | str) and str(value).isdecimal() and len(str(value)) < 9 else 0


def as_word(value: object, limit: int = 2_000) -> str:
    """Return a text that a browser sent, cut at ``limit`` characters; anything else is empty."""
    return value[:limit] if isinstance(value, str) else ""
