"""A rewording in a case, in the terminal and on the page: the answer stands first, the face says which of the two."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
from concurrent.futures import Future

import pytest

from bot.case.service import CaseService
from bot.case.store import Store
from bot.config import ROOT, Config
from bot.engine import Bot, Question
from bot.errors import ConfigError
from bot.llm import open_assistant
from bot.llm.model import open_model
from bot.llm.runner import Cancel
from bot.web.desk import Desk, Loaded, Request, Seat
from tests.llm_server import Reply, Server, reworded
from tests.test_llm_lies import honest

ASKED = "Outlook on TOKYO-EX01 shows TGDL instead of TMDL"
SAID = "to list the optimized MAPI connections and see the Accel column."
LIE = reworded(lambda steps: steps[:-1])


@contextlib.contextmanager
def cases(bot: Bot, settings: Config, tmp_path, *replies: Reply, **more):
    with Server(*replies) as server:
        chosen = {"model": "openai:scripted", "model_url": server.url, "model_timeout": 60.0, **more}
        settings = settings.model_copy(update=chosen)
        store = Store(f"sqlite:///{tmp_path / 'cases.sqlite3'}")
        yield CaseService(bot, store, improver=open_assistant(bot, settings)), server
        store.close()


def test_a_turn_stands_first_and_is_reworded_after(bot: Bot, settings: Config, tmp_path) -> None:
    with cases(bot, settings, tmp_path, reworded(honest)) as (service, server):
        case = service.new("en")
        turn = service.say(case.id, ASKED)
        assert server.requests == [] and turn.answer.rewording is None
        better = service.improve(case.id, turn.number)
        kept = service.get(case.id)
    assert better and better.answer.rewording.accepted
    assert kept.turns[-1].answer == better.answer and len(kept.turns) == 1
    assert kept.account.tokens == 150 and kept.account.names == {"KBHOST1": "TOKYO-EX01"}
    assert kept.turns[-1].next_check == turn.next_check


def test_a_refused_rewording_is_kept_as_such(bot: Bot, settings: Config, tmp_path) -> None:
    with cases(bot, settings, tmp_path, LIE) as (service, _):
        case = service.new("en")
        turn = service.say(case.id, ASKED)
        better = service.improve(case.id, turn.number)
        assert better.answer.sections == turn.answer.sections and not better.answer.rewording.accepted
        assert "guide's own words" in service.get(case.id).turns[-1].answer.notices[-1]


def test_the_budget_lasts_for_the_case(bot: Bot, settings: Config, tmp_path) -> None:
    with cases(bot, settings, tmp_path, reworded(honest), model_budget=1_000) as (service, server):
        case = service.new("en")
        reasons = []
        for words in (ASKED, "and TGDL again, not TMDL?"):
            turn = service.say(case.id, words)
            better = service.improve(case.id, turn.number)
            reasons.append(better.answer.rewording.reason)
            service._store.save(_spent(service, case.id, 990))
    assert reasons == ["", "budget"] and len(server.requests) == 1


def _spent(service: CaseService, case_id: str, tokens: int):
    case = service._store.load(case_id)
    case.account.tokens = tokens
    return case


def test_an_answer_that_comes_after_the_next_question_is_dropped_but_paid(bot: Bot, settings: Config, tmp_path) -> None:
    with cases(bot, settings, tmp_path, reworded(honest)) as (service, server):
        case = service.new("en")
        turn = service.say(case.id, ASKED)
        improve = service.improver.improve

        def late(*given, **more):
            answer = improve(*given, **more)
            service.say(case.id, "What is a clock skew?")
            return answer

        service.improver.improve = late
        assert service.improve(case.id, turn.number) is None
        kept = service.get(case.id)
    assert kept.turns[0].answer == turn.answer and kept.account.tokens == 150 and len(kept.turns) == 2


def test_no_model_no_rewording(bot: Bot, tmp_path) -> None:
    service = CaseService(bot, Store(f"sqlite:///{tmp_path / 'c.sqlite3'}"))
    case = service.new("en")
    assert service.improve(case.id, service.say(case.id, ASKED).number) is None


def desk(bot: Bot, service: CaseService) -> Desk:
    loaded: Future[Loaded] = Future()
    loaded.set_result(Loaded(bot, service))
    return Desk(loaded)


def test_the_page_shows_the_guides_words_and_then_the_models(bot: Bot, settings: Config, tmp_path) -> None:
    with cases(bot, settings, tmp_path, reworded(honest)) as (service, _):
        page, seat = desk(bot, service), Seat("en")
        page.begin(seat, Request(ASKED))
        views = [view.chat for view in page.answer(seat)]
    assert SAID not in views[-3] and "List the optimized MAPI connections" in views[-3]
    assert "is rewording this" in views[-2] and "List the optimized" in views[-2]
    assert SAID in views[-1] and "model openai:scripted" in views[-1] and "150 tokens" in views[-1]
    assert "What was sent to the model (1)" in views[-1] and "KBHOST1" in views[-1]
    assert seat.request is None


def test_the_first_screen_says_where_a_question_goes(bot: Bot, tmp_path) -> None:
    loaded: Future[Loaded] = Future()
    loaded.set_result(Loaded(bot, CaseService(bot, Store(f"sqlite:///{tmp_path / 'c.sqlite3'}"))))
    alone, asked = Desk(loaded).page(Seat("en")), Desk(loaded, "openai:<b>").page(Seat("en"))
    assert "No language model is used" in alone and "言語モデルは使いません" in alone
    assert "No language model" not in asked and "goes to the language model openai:&lt;b&gt;" in asked
    assert "言語モデル openai:&lt;b&gt; に送られます" in asked and "言語モデルは使いません" not in asked


def test_the_page_says_that_it_fell_back(bot: Bot, settings: Config, tmp_path) -> None:
    with cases(bot, settings, tmp_path, LIE) as (service, _):
        page, seat = desk(bot, service), Seat("ja")
        page.begin(seat, Request("Accel 列が TGDL になっています"))
        last = [view.chat for view in page.answer(seat)][-1]
    assert "ガイドの文のままです" in last and "モデルへ送った内容（2 件）" in last
    assert "モデル openai:scripted</" not in last


def test_stop_keeps_the_answer_and_ends_the_call(bot: Bot, settings: Config, tmp_path) -> None:
    with cases(bot, settings, tmp_path, lambda request: server.drip(b" ")(request)) as (service, server):
        page, seat = desk(bot, service), Seat("en")
        page.begin(seat, Request(ASKED))

        def stop() -> None:
            server.came.wait(60)
            page.stop(seat)

        threading.Thread(target=stop, daemon=True).start()
        views = [view.chat for view in page.answer(seat)]
        assert server.left.wait(60)
    assert "List the optimized MAPI connections" in page.page(seat) and "Stopped" not in page.page(seat)
    assert seat.request is None and "is rewording this" in views[-1]


def command(settings: Config, url: str, *given: str) -> subprocess.CompletedProcess[str]:
    model = {"KB_MODEL": "openai:scripted", "KB_MODEL_URL": url, "KB_MODEL_TIMEOUT": "120"} if url else {}
    env = {**os.environ, "KB_DATA_DIR": str(settings.data_dir), **model}
    run = [sys.executable, "-m", "bot", *given]
    return subprocess.run(run, cwd=ROOT, env=env, capture_output=True, text=True, encoding="utf-8", check=False)


def test_the_command_line_says_which_of_the_two(settings: Config) -> None:
    with Server(reworded(honest)) as server:
        done = command(settings, server.url, "ask", ASKED, "--json", "--show-sent")
    body = json.loads(done.stdout)
    assert done.returncode == 0 and body["model"] == "openai:scripted"
    assert any(SAID in step["text"] for step in body["steps"])
    assert "1 request" in done.stderr and "KBHOST1" in done.stderr and "TOKYO" not in done.stderr
    with Server(LIE) as server:
        told = command(settings, server.url, "ask", ASKED).stdout
    assert "In the guide's own words" in told and SAID not in told


def test_nothing_of_langchain_is_loaded_without_a_model(settings: Config) -> None:
    code = (
        "import sys\nfrom bot.__main__ import main\nmain(['ask', 'TGDL', '--json'])\n"
        "kept = ('langchain', 'langgraph', 'langchain_core', 'openai')\n"
        "print([name for name in sys.modules if name.split('.')[0] in kept])"
    )
    env = {**os.environ, "KB_DATA_DIR": str(settings.data_dir)}
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=env, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize(
    ("chosen", "says"),
    [
        ({"model": "gpt"}, "provider:name"),
        ({"model": "openai:"}, "provider:name"),
        ({"model": "openai:x"}, "KB_MODEL_KEY"),
        ({"model": "openai:x", "model_url": "127.0.0.1:1"}, "http://"),
        ({"model": "nobody:x"}, "cannot be opened"),
    ],
)
def test_a_model_that_cannot_be_opened_is_said_in_one_line(settings: Config, monkeypatch, chosen, says: str) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(ConfigError, match=says) as found:
        open_model(settings.model_copy(update=chosen))
    assert "\n" not in str(found.value)


def test_a_missing_package_is_named(settings: Config, monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "langchain_anthropic", None)
    with pytest.raises(ConfigError, match=r"pip install -e '\.\[anthropic\]'"):
        open_model(settings.model_copy(update={"model": "anthropic:x", "model_key": "k"}))


def test_cancel_before_and_after_is_harmless(bot: Bot) -> None:
    cancel = Cancel()
    cancel.set()
    cancel.set()
    assert cancel.is_set and bot.ask(Question("TGDL")).status == "answered"
