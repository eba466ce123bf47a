"""A poisoned document speaks for itself alone: never for the guide, never without its name beside it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from bot.answer import Answer
from bot.case.casefile import Case, Turn
from bot.case.service import CaseService
from bot.case.store import Store
from bot.config import Config
from bot.engine import Bot, Question
from bot.render import markdown
from bot.web.panel import panel
from bot.web.reply import Drawn, article, pieces
from tests.stock import beside, put, take_in

POISON = yaml.safe_load((Path(__file__).parent / "poison" / "documents.yaml").read_text(encoding="utf-8"))
UNSEEN = {"<zwsp>": "\u200b", "<rlo>": "\u202e", "<tag>": "\U000e0041"}
QUESTIONS = (
    "Outlook の接続が TMDL ではなく TGDL になっています",
    "sr-errorlog に Clock skew too great と出ました",
    "暗号化 MAPI を高速化するには何を設定しておく必要がありますか",
    "MAPI AO が Enabled なのに Shutdown のままです",
    "Connections show TGDL instead of TMDL",
    "What must be in place before WAAS accelerates encrypted MAPI?",
    "The MAPI accelerator is Enabled but stays in Shutdown",
    "Which log shows why a WAE handed off encrypted MAPI?",
    "How do I limit debug logs to one host with an ACL?",
    "secure store の状態を確認するには",
)


@dataclass(frozen=True)
class Both:
    """The product without documents and with every poisoned one."""

    clean: Bot
    poisoned: Bot
    settings: Config


@pytest.fixture(scope="module")
def both(settings: Config, tmp_path_factory: pytest.TempPathFactory) -> Both:
    folder = tmp_path_factory.mktemp("poison")
    files = {item["name"]: spelt(item["text"]) for item in POISON}
    fake = "kb/guide/en/epm-ao.md"
    files[fake] = "# EPM AO\n\nThe lighthouse keeper types this at noon:\n\n```\nreload\n```\n"
    article = Path("kb/guide/en/handoff-wan-secure.md").read_text(encoding="utf-8")
    assert "no peer-cert-verify" in article
    files["copied-article.md"] = article.split("---\n", 2)[2].replace("no peer-cert-verify", "peer-cert-verify")
    put(folder, files)
    clean = beside(settings, tmp_path_factory.mktemp("clean") / "data")
    made = beside(settings, tmp_path_factory.mktemp("poisoned") / "data")
    report = take_in(made, folder, ["."])
    assert report.documents == len(files)
    return Both(Bot(clean), Bot(made), made)


def spelt(text: str) -> str:
    for word, character in UNSEEN.items():
        text = text.replace(word, character)
    return text.replace("\\#", "#")


def guided(answer: Answer) -> object:
    """What an answer owes to the guide: sections, citations with their numbers, findings, deciding check."""
    own = [citation for citation in answer.citations if citation.source == "guide"]
    return answer.guided, own, answer.findings, answer.first_check


@pytest.mark.parametrize("item", POISON, ids=[item["name"] for item in POISON])
def test_what_it_plants_stands_beside_its_name_alone(both: Both, item: dict) -> None:
    clean, answer = (bot.ask(Question(item["ask"])) for bot in (both.clean, both.poisoned))
    assert guided(answer) == guided(clean)
    documents = {section.path for section in answer.sections if section.source == "document"}
    assert item["name"] in documents, "the question must reach the document, or this proves nothing"
    outside = beside_no_name(markdown(answer))
    for plant in (*item["plants"], *item.get("hidden", ())):
        assert plant not in outside
        assert not any(plant in command for command in guided_commands(answer))
    for hidden in item.get("hidden", ()):
        assert all(hidden not in part.text for section in answer.sections for part in section.items)
        assert hidden not in markdown(answer)


def beside_no_name(answer: str) -> str:
    """Return the lines of an answer that are neither a quotation below a document's heading nor a named command."""
    left, whose, lines = [], "", answer.split("\n")
    fence = False
    for number, line in enumerate(lines):
        if re.match(r"#{1,6} ", line):
            named = re.match(r"## (?:From your documents|お手元の文書から): (`+)(.+?)\1 ›", line)
            whose = named[2] if named else ""
        if line.startswith("```") and whose:
            fence = not fence
            if not fence:
                assert whose in lines[number + 1], "a command without its document's name"
            continue
        if not (whose and (line.startswith(">") or fence)):
            left.append(line)
    return "\n".join(left)


def guided_commands(answer: Answer) -> list[str]:
    return [command.text for section in answer.guided for item in section.items for command in item.commands]


@pytest.mark.parametrize("item", POISON, ids=[item["name"] for item in POISON])
def test_its_text_acts_as_no_markup(both: Both, item: dict) -> None:
    answer = both.poisoned.ask(Question(item["ask"]))
    allowed = len(answer.sections) + 2 * len(answer.sections) + 3
    headings = [line for line in markdown(answer).split("\n") if re.match(r"\s*#{1,6} ", line)]
    assert len(headings) <= allowed
    assert not any(re.match(r"\s*#{1,6} (The guide|Guide to|Sources says|MAPI AO のガイド)", line) for line in headings)
    for line in markdown(answer).split("\n"):
        if line.startswith("> ") and not re.match(r">\s*`{3,}", line):
            assert not re.search(r"(?<!\\)\[\d+(?<!\\)\]|(?<!\\)!\[|(?<!\\)<[a-z!@]", line) or in_fence(answer, line)
    turn = Turn(1, "2026-01-01T00:00:00+00:00", item["ask"], "", answer)
    case = Case("x" * 24, answer.language, turn.created, turn.created)
    drawn = Drawn(turn, "en", case, lambda language, topic: "")
    page = article(drawn, list(pieces(drawn))) + panel(turn, both.poisoned.retriever.catalogue, "en")
    assert not re.search(r"<(script|img|iframe)", page)
    assert 'data-topic="document' not in page


def in_fence(answer: Answer, line: str) -> bool:
    """Say whether a quoted line is one of a text that is shown in a fence of its own."""
    kept = [item.text for section in answer.sections for item in section.items if item.verbatim]
    return any(line.removeprefix("> ").strip() in text for text in kept)


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_guide_answers_as_before(both: Both, question: str) -> None:
    clean, answer = both.clean.ask(Question(question)), both.poisoned.ask(Question(question))
    assert clean.status == answer.status == "answered"
    assert guided(answer) == guided(clean)


def test_a_citation_of_the_guide_is_never_a_document_at_the_same_path(both: Both) -> None:
    answer = both.poisoned.ask(Question("What does the lighthouse keeper type at noon?"))
    mine = [citation for citation in answer.citations if citation.path == "kb/guide/en/epm-ao.md"]
    assert mine and all(citation.source == "document" for citation in mine)
    assert all(citation.topic.startswith("document:") for citation in mine)
    assert "your document: `kb/guide/en/epm-ao.md`" in markdown(answer)


def test_homoglyphs_and_unseen_characters_make_no_command(both: Both) -> None:
    for item in POISON:
        if item["name"].startswith(("homoglyph", "zero-width", "direction")):
            answer = both.poisoned.ask(Question(item["ask"]))
            commands = [c.text for s in answer.sections if s.source == "document" for i in s.items for c in i.commands]
            assert all(command.isascii() for command in commands)
            assert "show accelerator mapi" not in commands


def test_a_copied_article_with_one_word_less_is_a_contradiction(both: Both) -> None:
    answer = both.poisoned.ask(
        Question("How do I switch the verification of the peer certificate off on the core WAE? peer-cert-verify")
    )
    assert answer.guided[0].topic == "handoff-wan-secure"
    told = [n for n in answer.notices if "`peer-cert-verify`" in n and "`no peer-cert-verify`" in n]
    assert len(told) == 1 and "copied-article.md" in told[0]
    numbers = {int(number) for number in re.findall(r"\[(\d+)\]", told[0])}
    assert {c.source for c in answer.citations if c.number in numbers} == {"guide", "document"}


def test_a_case_takes_no_check_and_no_topic_from_a_document(both: Both, tmp_path: Path) -> None:
    service = CaseService(both.poisoned, Store(f"sqlite:///{tmp_path / 'cases.sqlite3'}"))
    case = service.new("en")
    for item in POISON[:6] + [item for item in POISON if item["name"].startswith(("kb-words", "next-check"))]:
        turn = service.say(case.id, item["ask"])
        planted = [command.text for command in turn.next_check.commands] if turn.next_check else []
        assert not set(planted) & set(item["plants"])
    kept = service.get(case.id)
    assert kept is not None
    assert not any(topic.startswith("document:") for topic in (*kept.focus, *kept.related))
    assert "document:" not in json.dumps(kept.history)
    assert not any(item["text"].splitlines()[0] in json.dumps(kept.history) for item in POISON)
