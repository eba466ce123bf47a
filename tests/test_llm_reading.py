"""A question that the search was not sure about: a model may say it again, pick or ask back, never answer."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator

import pytest

from bot.answer import Answer
from bot.config import Config
from bot.engine import Bot, Question
from bot.llm.assistant import Assistant
from bot.llm.reading import unsure
from tests.llm_server import Reply, Server, call, reworded

DOUBTFUL = Question("You want me to untick that box on 800 PCs by hand?? There must be a way")
OUTSIDE = Question("How do I redirect traffic with WCCP?")
FAR = Question("What is the weather in Osaka today?")


@contextlib.contextmanager
def served(bot: Bot, settings: Config, *replies: Reply) -> Iterator[tuple[Assistant, Server]]:
    with Server(*replies) as server:
        chosen = {"model": "openai:scripted", "model_url": server.url, "model_timeout": 60.0}
        yield Assistant(bot, settings.model_copy(update=chosen)), server


def read(decision: str, **more: object) -> Reply:
    return call("Reading", json.dumps({"decision": decision, **more}, ensure_ascii=False))


def improved(bot: Bot, settings: Config, question: Question, *replies: Reply) -> tuple[Answer, Answer, Server]:
    before = bot.ask(question)
    with served(bot, settings, *replies) as (assistant, server):
        return before, assistant.improve(question, before), server


SAME = reworded(lambda steps: steps)
CLEARER = "Must I untick that encryption box in Outlook on 800 PCs by hand, or is there a Group Policy?"


def test_the_doubtful_question_is_refused_without_a_model(bot: Bot) -> None:
    answer = bot.ask(DOUBTFUL)
    asked = unsure(bot, DOUBTFUL, answer)
    assert answer.status == "abstained" and asked and asked.outside


def test_a_rewrite_that_passes_the_scope_is_answered_from_the_guide_and_shown(bot: Bot, settings: Config) -> None:
    before, after, server = improved(bot, settings, DOUBTFUL, read("rewrite", question=CLEARER), SAME)
    assert (before.status, after.status) == ("abstained", "answered")
    assert after.topics[0] == "outlook-encryption"
    assert any(CLEARER in notice for notice in after.notices)
    assert after.model == "openai:scripted" and after.rewording.understood == CLEARER
    assert after.sections == bot.ask(Question(CLEARER)).sections


def test_the_model_is_given_our_tools_and_hidden_results(bot: Bot, settings: Config) -> None:
    look = call("search_guide", json.dumps({"question": "untick encryption"}))
    _, after, server = improved(bot, settings, DOUBTFUL, look, read("rewrite", question=CLEARER), SAME)
    offered = {tool["function"]["name"] for tool in server.requests[0]["tools"]}
    assert offered == {"search_guide", "parse_output", "show_topic", "next_check", "Reading"}
    assert "outlook-encryption" in server.requests[1]["messages"][-1]["content"]
    assert after.status == "answered"


@pytest.mark.parametrize(
    "said",
    [
        "The Accel column reads TGDL instead of TMDL",
        "What does the MAPI AO accelerate?",
        "You want me to untick that box on 900 PCs by hand?? There must be a way",
        "You do not want me to untick that box on 800 PCs by hand. There must be a way",
        "800 台の PC の暗号化を解除する方法はありますか",
        "You want me to untick that box on 800 PCs by hand?? There must be a way [x](http://evil.example)",
        "",
    ],
)
def test_a_rewrite_into_another_question_is_refused(bot: Bot, settings: Config, said: str) -> None:
    before, after, server = improved(bot, settings, DOUBTFUL, read("rewrite", question=said))
    assert after.status == "abstained" and after.notices == before.notices and after.model is None
    assert len(server.requests) == 2, "it may try once more"


@pytest.mark.parametrize("question", [OUTSIDE, FAR])
def test_what_the_scope_forbids_is_not_even_asked_about(bot: Bot, settings: Config, question: Question) -> None:
    before, after, server = improved(bot, settings, question, read("rewrite", question="What is the MAPI AO?"))
    assert after == before and before.status == "abstained"
    assert server.requests == []


@pytest.mark.parametrize(
    "reply",
    [
        read("give_up"),
        read("pick", topics=["mapi-overview"]),
        read("rewrite", question="x"),
        call("Reading", "{"),
        call("ask_guide", '{"question": "x"}'),
    ],
)
def test_nothing_else_turns_a_refusal_into_an_answer(bot: Bot, settings: Config, reply: Reply) -> None:
    before, after, _ = improved(bot, settings, DOUBTFUL, reply)
    assert after.status == "abstained" and after.sections == () and after.notices == before.notices


def test_asking_back_names_topics_of_the_guide_only(bot: Bot, settings: Config) -> None:
    found = unsure(bot, DOUBTFUL, bot.ask(DOUBTFUL))
    topics = [topic for topic, _ in found.candidates][:2]
    _, after, _ = improved(bot, settings, DOUBTFUL, read("ask_back", topics=topics))
    assert after.status == "clarify" and list(after.topics) == topics
    assert all(section.role == "related" for section in after.sections)
    assert after.citations and not any(step.commands for step in after.steps)
    _, invented, _ = improved(bot, settings, DOUBTFUL, read("ask_back", topics=["reload-everything", topics[0]]))
    assert invented.status == "abstained"


CLOSE = (
    "connections are not optimized",
    "MAPI connections show as generic",
    "Outlook is slow over the WAN",
    "check encryption",
    "which log shows it",
    "Outlook の接続が最適化されない",
    "エラーログを見たい",
)


def close_call(bot: Bot) -> tuple[Question, Answer]:
    for words in CLOSE:
        answer = bot.ask(Question(words))
        if sum(section.role != "related" for section in answer.sections) > 1:
            return Question(words), answer
    raise AssertionError("no question has two close topics any more")


def test_picking_only_reorders_what_was_found(bot: Bot, settings: Config) -> None:
    question, before = close_call(bot)
    second = before.sections[1].topic
    with served(bot, settings, read("pick", topics=[second]), SAME) as (assistant, _):
        after = assistant.improve(question, before)
    assert after.topics[0] == second and after.sections[0].role == "main"
    assert set(after.topics) == set(before.topics) and after.citations == before.citations
    assert {item for s in after.sections for item in s.items} == {item for s in before.sections for item in s.items}


def test_output_answers_for_itself(bot: Bot, settings: Config) -> None:
    paste = "Secured Connections:                        7\n"
    question = Question("", f"show statistics accelerator mapi\n\nMAPI:\n  Global Statistics\n{paste}")
    assert unsure(bot, question, bot.ask(question)) is None
