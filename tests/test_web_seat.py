"""An open page whose place the server lost, by a restart or among too many pages, goes on with the case of its link."""

from __future__ import annotations

from concurrent.futures import Future
from pathlib import Path
from types import SimpleNamespace

import pytest

from bot.case.service import CaseService
from bot.case.store import Store
from bot.engine import Bot
from bot.web.desk import Desk, Loaded, Seat
from bot.web.page import _Acts
from bot.web.texts import TEXTS

FIRST = "Outlook の接続が TMDL ではなく TGDL になっています"


@pytest.fixture
def cases(bot: Bot, tmp_path: Path) -> CaseService:
    return CaseService(bot, Store(f"sqlite:///{tmp_path / 'cases.sqlite3'}"))


@pytest.fixture
def acts(bot: Bot, cases: CaseService) -> _Acts:
    loaded: Future[Loaded] = Future()
    loaded.set_result(Loaded(bot, cases))
    return _Acts(Desk(loaded))


def sent(case: str) -> SimpleNamespace:
    """Return what a page of the case ``case`` sends along with each event."""
    return SimpleNamespace(query_params={"case": case, "lang": "ja"}, headers={"accept-language": "en"})


def clicked(**data: object) -> SimpleNamespace:
    return SimpleNamespace(_data=data)


def test_what_is_typed_goes_into_the_case_of_the_link(acts: _Acts, cases: CaseService) -> None:
    case = cases.new().id
    cases.say(case, FIRST)
    seat, _, shown = acts.take(sent(case), {"text": "コア側では？", "files": []}, Seat())
    assert (seat.case, seat.ui) == (case, "ja")
    assert FIRST in shown and "コア側では？" in shown
    list(acts.light(seat))
    kept = cases.get(case)
    assert kept is not None and [turn.text for turn in kept.turns] == [FIRST, "コア側では？"]


def test_buttons_find_their_turn(acts: _Acts, cases: CaseService) -> None:
    case = cases.new().id
    cases.say(case, FIRST)
    seat, _, shown = acts.ask(sent(case), clicked(act="retry", turn="1"), Seat())
    assert seat.case == case and shown.count(FIRST) >= 2
    *_, typed = acts.tell(sent(case), clicked(act="edit", turn="1"), Seat())
    assert typed["text"] == FIRST


def test_a_page_that_has_its_place_keeps_its_case(acts: _Acts, cases: CaseService) -> None:
    other = cases.new().id
    cases.say(other, FIRST)
    seat = acts.arrive(SimpleNamespace(query_params={}, headers={}), Seat())[0]
    acts.take(sent(other), {"text": "How do I check the EPM AO?", "files": []}, seat)
    assert seat.case is None, "a link that somebody pasted into an open page's requests changes nothing"


def test_a_link_to_no_case_opens_a_new_one_and_says_so(acts: _Acts, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    monkeypatch.setattr("gradio.Info", told.append)
    seat, _, shown = acts.take(sent("gone"), {"text": "How do I check the EPM AO?", "files": []}, Seat())
    assert seat.case is None and "EPM" in shown
    list(acts.light(seat))
    assert seat.case and told == [TEXTS["no_case"]["ja"]]
