"""Answers that rest on a user's own documents: apart from the guide's, cited to the line, compared with it."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from bot.answer import Answer, Citation
from bot.batch import answer_json
from bot.config import Config
from bot.documents.commandclash import command_clash
from bot.documents.decide import THRESHOLD
from bot.documents.differ import _article_clashes
from bot.documents.join import _rarity
from bot.engine import Bot, Question
from bot.gate import check
from bot.render import markdown
from evals.documents.measure import FILES, as_shipped, ask_all, crossed, shares
from ingest.documents import index
from ingest.documents.model import Part
from ingest.documents.read import read_document
from kb.schema import Command
from tests.stock import beside, maker, put, take_in

NOTES = """# Site notes

## eMAPI by default

eMAPI is enabled by default from 5.0.1, but it works only when the conditions are met.

## Overload

On our WAE the overload begins at 80 connections.
"""


@pytest.fixture(scope="module")
def home(settings: Config, tmp_path_factory: pytest.TempPathFactory) -> Config:
    made = beside(settings, tmp_path_factory.mktemp("documented") / "data")
    assert take_in(made, FILES, ["chapters", "runbooks"]).documents == 12
    return made


@pytest.fixture(scope="module")
def clean(settings: Config, tmp_path_factory: pytest.TempPathFactory) -> Bot:
    """The product without documents, whatever the session's data folder holds."""
    return Bot(beside(settings, tmp_path_factory.mktemp("clean") / "data"))


@pytest.fixture(scope="module")
def documented(home: Config) -> Bot:
    return Bot(home)


def of_documents(answer: Answer) -> list[Citation]:
    return [citation for citation in answer.citations if citation.source == "document"]


def test_a_document_answers_what_the_guide_does_not(documented: Bot, clean: Bot) -> None:
    question = Question("How do I check on the router that packets are redirected to the WAE?")
    assert clean.ask(question).status == "abstained"
    answer = documented.ask(question)
    assert answer.status == "answered"
    assert "not in the guide" in answer.notices[0] and "`chapters/wccp.md`" in answer.notices[0]
    body = answer_json(answer)
    assert any("show ip wccp 61 detail" in step["commands"] for step in body["steps"])
    assert body["topics"][0].startswith("document:")
    for citation in body["citations"]:
        lines = (FILES / citation["path"]).read_text(encoding="utf-8").split("\n")
        first, last = citation["lines"]
        assert citation["quote"] == "\n".join(lines[first - 1 : last])
        assert (citation["source"], citation["page"]) == ("document", None)
    assert body["index_version"] == f"{documented.retriever.version}+{documented.documents.value.version}"


def test_a_japanese_question_finds_english_text_and_the_other_way_round(documented: Bot) -> None:
    english = documented.ask(Question("WAE に SSH するための踏み台サーバはどれですか"))
    assert english.language == "ja"
    assert any("jump01.example.net" in citation.quote for citation in of_documents(english))
    assert "ガイドに記載がありません" in english.notices[0]
    japanese = documented.ask(Question("Which device group does the new branch WAE go into?"))
    assert any("branch-jp" in citation.quote for citation in of_documents(japanese))


def test_what_neither_has_is_refused_as_before(documented: Bot, clean: Bot) -> None:
    for question in (
        "What is the weather in Tokyo tomorrow?",
        "カレーの作り方を教えて",
        "BGP neighbor stays in Active",
    ):
        with_documents, without = documented.ask(Question(question)), clean.ask(Question(question))
        assert with_documents.status == without.status == "abstained"
        assert markdown(with_documents) == markdown(without)


def test_the_article_comes_first_and_the_document_under_its_own_name(documented: Bot, clean: Bot) -> None:
    question = Question("名古屋で TGDL になっています。GPO-OUTLOOK-NOENC とは")
    alone, answer = clean.ask(question), documented.ask(question)
    assert answer.guided == alone.guided
    sources = [section.source for section in answer.sections if section.role != "related"]
    assert sources == sorted(sources, reverse=True) and {"guide", "document"} == set(sources)
    assert [section.role for section in answer.sections][-1] == "related"
    drawn = markdown(answer)
    assert "## お手元の文書から: `runbooks/mapi-site-notes.md` › " in drawn
    assert drawn.index(f"## {alone.sections[0].title}") < drawn.index("お手元の文書から")
    assert [c for c in answer.citations if c.source == "guide"] == list(alone.citations)


def test_questions_of_the_guide_stay_the_guides(documented: Bot, clean: Bot) -> None:
    for question in ("sr-errorlog says Clock skew too great", "MAPI AO の状態を確認するには", "TGDL instead of TMDL"):
        alone, answer = clean.ask(Question(question)), documented.ask(Question(question))
        assert (answer.guided, answer.findings, answer.status) == (alone.guided, alone.findings, alone.status)


def test_a_question_that_leans_on_the_one_before_finds_its_document(documented: Bot) -> None:
    history = [{"role": "user", "content": "When does the evaluation licence end?"}]
    alone = documented.ask(Question("And the alarm?"))
    answer = documented.ask(Question("And the alarm?", history=history))
    assert not of_documents(alone)
    assert {citation.path for citation in of_documents(answer)} == {"chapters/licensing.md"}


def test_the_decision_keeps_its_measured_rates(documented: Bot) -> None:
    asked = ask_all(documented.documents.value, documented.retriever)
    assert len(asked) >= 250
    for sure in (as_shipped(asked), crossed(asked)):
        found = shares(asked, sure, THRESHOLD)
        assert found["answered"] >= 0.78
        assert found["near"] <= 0.22
        assert found["far"] == 0.0
        assert found["guide"] <= 0.02
        assert found["outside"] <= 0.05


def test_what_is_removed_stops_answering_without_a_restart(settings: Config, tmp_path: Path) -> None:
    put(tmp_path / "given", {"a.md": "# Lantern\n\nThe lantern of pier seven is lit by Takahashi at dusk.\n"})
    made = beside(settings, tmp_path / "data")
    running = Bot(made)
    question = Question("Who lights the lantern of pier seven?")
    before = running.ask(question)
    assert before.status == "abstained" and before.index_version == running.retriever.version
    take_in(made, tmp_path / "given", ["a.md"])
    running.documents.refresh()
    assert [citation.path for citation in running.ask(question).citations] == ["a.md"]
    index.remove(maker(made), ["a.md"])
    running.documents.refresh()
    after = running.ask(question)
    assert (after.status, markdown(after)) == ("abstained", markdown(before))


@pytest.fixture(scope="module")
def noted(settings: Config, tmp_path_factory: pytest.TempPathFactory) -> Bot:
    folder = tmp_path_factory.mktemp("noted")
    put(folder / "given", {"notes.md": NOTES})
    made = beside(settings, folder / "data")
    take_in(made, folder / "given", ["notes.md"])
    return Bot(made)


@pytest.mark.parametrize("question", ["From which release is eMAPI enabled by default?", "eMAPI が既定で有効なのは"])
def test_a_contradiction_names_both_with_their_citations(noted: Bot, question: str) -> None:
    answer = noted.ask(Question(question))
    told = [notice for notice in answer.notices if "`5.0.1`" in notice and "`5.0.3`" in notice]
    assert len(told) == 1
    document, guide = (int(number) for number in re.findall(r"\[(\d+)\]", told[0]))
    cited = {citation.number: citation for citation in answer.citations}
    assert (cited[document].source, cited[guide].source) == ("document", "guide")
    assert "5.0.1" in cited[document].quote and "5.0.3" in cited[guide].quote


def part(text: str, language: str, commands: tuple[Command, ...] = ()) -> Part:
    return Part("d/0", "d", language, "prose", (), text, text, 1, 1, None, commands)


CLASHES = [
    ("emapi-requirements", "en", "eMAPI is enabled by default in 5.1.1 once the eight conditions are met.", "release"),
    ("emapi-requirements", "ja", "eMAPI は 5.0.1 から既定で有効です。", "release"),
    ("emapi-requirements", "en", "eMAPI is on by default since 5.0.1.", "release"),
    ("emapi-requirements", "en", "Since release 5.0.1 encrypted MAPI acceleration is enabled by default.", "release"),
    ("emapi-requirements", "en", "In 5.0.3 eMAPI is enabled by default, but works only when six conditions in WAAS and "
     "in Microsoft Active Directory are met.", "value"),
    ("emapi-error-logs", "en", "The mapiao-errorlog says disconnected more than 9 consecutive times - push down to "
     "generic ao.", "value"),
]  # fmt: skip


@pytest.mark.parametrize(("topic", "language", "text", "kind"), CLASHES)
def test_statements_that_contradict(clean: Bot, topic: str, language: str, text: str, kind: str) -> None:
    retriever = clean.retriever
    article = retriever.catalogue.article(language, topic)
    found = list(_article_clashes(part(text, language), article, retriever.catalogue, rarity(retriever)))
    assert kind in [clash[0] for clash in found]


def rarity(retriever):
    return lambda token: _rarity(retriever, token, 0, 0)


def test_the_guide_itself_and_other_chapters_contradict_nothing(clean: Bot, tmp_path: Path) -> None:
    compared, retriever = 0, clean.retriever
    weigh = rarity(retriever)
    for (language, topic), article in retriever.catalogue.articles.items():
        copy = tmp_path / "copy.md"
        copy.write_text(Path(article.path).read_text(encoding="utf-8").split("---\n", 2)[2], encoding="utf-8")
        parts = read_document("copy.md", copy).parts
        for near in (topic, *article.front.related):
            for own in (one for one in parts if one.kind != "output"):
                other = retriever.catalogue.article(language, near)
                assert list(_article_clashes(own, other, retriever.catalogue, weigh)) == []
                compared += 1
    for file in sorted(FILES.rglob("*.*")):
        for own in read_document(file.name, file).parts:
            for (language, _), article in retriever.catalogue.articles.items():
                if language == own.language:
                    assert list(_article_clashes(own, article, retriever.catalogue, weigh)) == []
                    compared += 1
    assert compared > 2_500


GUIDE = frozenset({"no peer-cert-verify", "logging disk priority detail", "show statistics accelerator epm"})


@pytest.mark.parametrize(
    ("said", "guide", "clash"),
    [
        ("peer-cert-verify", "no peer-cert-verify", True),
        ("logging disk priority debug", "logging disk priority detail", True),
        ("show statistics acelerator epm", "show statistics accelerator epm", True),
        ("show statistics accelerator smb", "show statistics accelerator epm", False),
        ("no peer-cert-verify", "no peer-cert-verify", False),
        ("reload", "no peer-cert-verify", False),
    ],
)
def test_commands_that_contradict(said: str, guide: str, clash: bool) -> None:
    assert command_clash(said, guide, frozenset({said}), GUIDE) is clash


def test_both_forms_in_one_part_are_no_contradiction() -> None:
    both = frozenset({"peer-cert-verify", "no peer-cert-verify"})
    assert not command_clash("peer-cert-verify", "no peer-cert-verify", both, GUIDE)


def test_the_gate_withholds_what_a_document_does_not_say(documented: Bot) -> None:
    answer = documented.ask(Question("How do I check on the router that packets are redirected to the WAE?"))
    at = documented.documents.value.shelf.at
    quote = documented.retriever.catalogue.quote
    assert check(answer, quote, "", at).withheld == ()
    section = next(section for section in answer.sections if section.source == "document")
    item = next(item for item in section.items if item.commands)
    command = item.commands[0]
    for forged in (
        replace(item, commands=(Command("show ip wccp 62 detail", command.mode, command.effect),)),
        replace(item, commands=(replace(command, effect="changes-state"),)),
        replace(item, text=item.text + "\nreload"),
        replace(item, good=("it works",)),
        replace(item, wording="other words"),
    ):
        spoilt = replace(answer, sections=(replace(section, items=(forged,)),))
        verdict = check(spoilt, quote, "", at)
        assert verdict.withheld
        assert not any(forged == kept for one in verdict.answer.sections for kept in one.items)
    stolen = replace(answer, sections=(replace(section, source="guide"),))
    assert check(stolen, quote, "", at).answer.sections == ()
    assert check(answer, quote).answer.status == "abstained"


def test_citations_of_old_cases_are_read() -> None:
    old = {"number": 1, "topic": "epm-ao", "title": "t", "path": "p", "first": 1, "last": 2, "quote": "q"}
    kept = TypeAdapter(Citation).validate_json(json.dumps(old))
    assert (kept.source, kept.page) == ("guide", None)
