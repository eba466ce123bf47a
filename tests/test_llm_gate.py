"""The gate refuses whatever is not the very same said in other words, and accepts honest rewordings."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.llm.gate import Given, Said, judge
from bot.llm.support import sentences, supported
from evals import support as evals_support

ACCEPTED = {
    "en": [
        ("List the optimized MAPI connections and read", "Display the list of optimized MAPI connections and look at "
         "the Accel column."),
        ("List the optimized MAPI connections and read", "Run `show statistics connection optimized mapi` to list the "
         "optimized MAPI connections, then check the Accel column."),
        ("See how many encrypted MAPI", "Check how many encrypted MAPI connections have been requested."),
        ("See how many encrypted MAPI", "Use `show statistics accelerator mapi` to see how many encrypted MAPI "
         "connections were requested."),
        ("With eMAPI (5.0.1 and later), check", "With eMAPI (5.0.1 and later), verify its settings first, then look at "
         "the error logs."),
        ("Connections that use signing", "Connections that use signing (message authentication), and connections of "
         "clients older than Outlook 2000, are also handed off to the generic AO."),
    ],
    "ja": [
        ("要求された暗号化 MAPI 接続の数", "次に、要求された暗号化 MAPI 接続の数を見ます。"),
        ("eMAPI（5.0.1 以降）を使っている場合は、その設定を", "eMAPI（5.0.1 以降）を使用している場合は、その設定を"
         "確認してからエラーログを見てください。"),
        ("署名（メッセージ認証）を使う接続と", "署名（メッセージ認証）を使用する接続と、Outlook 2000 より古い"
         "クライアントの接続も、汎用 AO に引き渡されます。"),
    ],
}  # fmt: skip


def of(passage) -> Given:
    return Given(passage.text, tuple(c.text for c in passage.commands), (1,), (passage.quote,))


def step_of(retriever, language: str, start: str) -> Given:
    articles = [article for (code, _), article in retriever.catalogue.articles.items() if code == language]
    return next(of(p) for article in articles for p in article.passages if p.text.startswith(start))


def said(step: Given, text: str) -> list[Said]:
    return [Said(1, text, step.commands, step.citations)]


def refused(step: Given, text: str, language: str = "en") -> bool:
    return bool(judge([step], said(step, text), language))


def test_the_guides_own_words_pass_everywhere(retriever) -> None:
    for (language, topic), article in retriever.catalogue.articles.items():
        steps = [of(passage) for passage in article.passages]
        same = [Said(n, step.text, step.commands, step.citations) for n, step in enumerate(steps, 1)]
        assert judge(steps, same, language) == [], topic


@pytest.mark.parametrize(("language", "start", "text"), [(k, *pair) for k, pairs in ACCEPTED.items() for pair in pairs])
def test_honest_rewordings_pass(retriever, language: str, start: str, text: str) -> None:
    step = step_of(retriever, language, start)
    assert judge([step], said(step, text), language) == []


TGDL = "A connection whose Accel column reads `TGDL`"
LOGS = "With eMAPI (5.0.1 and later), check"
LIST = "List the optimized MAPI connections and read"


@pytest.mark.parametrize(
    ("start", "old", "new"),
    [
        (LOGS, "5.0.1", "5.0.2"),
        (LOGS, "5.0.1", "５.0.1"),
        (LOGS, "later", "earlier"),
        (LOGS, "check its settings", "check its settings, restart the WAE"),
        (LOGS, "check its settings", "do not check its settings"),
        (LOGS, "error logs.", "error logs. Call Cisco TAC."),
        (LOGS, "error logs.", "error logs. Then look at the list."),
        (LOGS, "its settings and then the error logs", "the error logs and then its settings"),
        (LOGS, "error logs", "[error logs](https://evil.example)"),
        (LOGS, "error logs", "<b>error logs</b>"),
        (LOGS, "error logs", "*error logs*"),
        (LOGS, "error logs", "<!channel> error logs"),
        (LOGS, "error logs", "error\u200b logs"),
        (LOGS, "error logs", "error lоgs"),
        (LOGS, "error logs", "error logs\n\nand"),
        (LOGS, "With eMAPI", "With `eMAPI`"),
        (LOGS, "eMAPI", "EMAPI"),
        (LOGS, "With eMAPI (5.0.1 and later), check its settings and then the error logs.", "エラーログを確認します。"),
        (LOGS, "check its settings and then", "check"),
        (TGDL, "`TGDL`", "`TMDL`"),
        (TGDL, "`TGDL`", "TGDL"),
        (TGDL, "`TGDL`", "`TGD`L"),
        (TGDL, "`show statistics accelerator mapi`", "`show statistics accelerator map`"),
        (TGDL, "`show statistics accelerator mapi`", "`show statistics accelerator\u00a0mapi`"),
        (TGDL, "`show statistics accelerator mapi`", "`show statistics accelerator ｍapi`"),
        (TGDL, "`show statistics accelerator mapi`", "show statistics accelerator mapi"),
        (TGDL, "`show statistics accelerator mapi`", "`show statistics accelerator epm`"),
        (TGDL, "only", ""),
        (TGDL, "If you expected", "You expected"),
        (TGDL, "generic AO", "MAPI AO"),
        (TGDL, "the client asked for", "the client did not ask for"),
        (TGDL, "the client", "the server"),
        (TGDL, "`Secured Connections`", "`Total Connections`"),
        (TGDL, " If you expected the MAPI AO to take it, the reason is that the client asked for an encrypted MAPI "
         "connection.", ""),
        (LIST, "List the optimized", "List the optimised and every other"),
        (LIST, "Accel column.", "Accel column with `clear statistics`."),
        (LIST, "Accel column.", "Accel column with clear statistics all."),
        (LIST, "Accel column.", "Accel column; see KBHOST9."),
        (LIST, "read the Accel column", "read the Accel column on 10.1.2.3"),
        (LIST, "read the Accel column", "do nothing with the Accel column"),
    ],
)  # fmt: skip
def test_lies_are_refused(retriever, start: str, old: str, new: str) -> None:
    step = step_of(retriever, "en", start)
    assert old in step.text
    assert refused(step, step.text.replace(old, new, 1))


@pytest.mark.parametrize(
    ("start", "old", "new"),
    [
        ("eMAPI（5.0.1 以降）を使っている", "以降", "以前"),
        ("eMAPI（5.0.1 以降）を使っている", "使っている", "使っていない"),
        ("eMAPI（5.0.1 以降）を使っている", "場合は", "ため"),
        ("eMAPI（5.0.1 以降）を使っている", "エラーログ", "トランザクションログ"),
        ("eMAPI（5.0.1 以降）を使っている", "エラーログ", "エラー口グ"),
        ("eMAPI（5.0.1 以降）を使っている", "5.0.1", "５.０.１"),
        ("eMAPI（5.0.1 以降）を使っている", "調べます。", "調べます。WAE を再起動します。"),
        ("Accel 列が `TGDL`", "しか受けていません", "を受けています"),
        ("Accel 列が `TGDL`", "`TGDL`", "`TMDL`"),
        ("Accel 列が `TGDL`", "クライアントが", "サーバが"),
        ("署名（メッセージ認証）", "より古い", "より新しい"),
        ("署名（メッセージ認証）", "引き渡されます", "引き渡されません"),
        ("署名（メッセージ認証）", "Outlook 2000", "Outlook 2007"),
        ("要求された暗号化 MAPI 接続の数", "確認します。", "Check the connections."),
    ],
)
def test_lies_in_japanese_are_refused(retriever, start: str, old: str, new: str) -> None:
    step = step_of(retriever, "ja", start)
    assert old in step.text
    assert refused(step, step.text.replace(old, new, 1), "ja")


def steps(retriever, topic: str = "generic-ao-handoff") -> list[Given]:
    passages = retriever.catalogue.article("en", topic).passages
    return [replace(of(passage), citations=(n,)) for n, passage in enumerate(passages, 1)]


def same(asked: list[Given]) -> list[Said]:
    return [Said(n, step.text, step.commands, step.citations) for n, step in enumerate(asked, 1)]


SHAPES: dict[str, Callable[[list[Said]], list[Said]]] = {
    "omitted": lambda lines: lines[:-1],
    "omitted and renumbered": lambda lines: [replace(line, step=n) for n, line in enumerate(lines[1:], 1)],
    "reordered": lambda lines: [*lines[:1], lines[2], lines[1], *lines[3:]],
    "reordered and renumbered": lambda lines: [
        replace(line, step=n) for n, line in enumerate([*lines[:1], lines[2], lines[1], *lines[3:]], 1)
    ],
    "merged": lambda lines: [
        *lines[:1],
        replace(lines[1], text=f"{lines[1].text} {lines[2].text}", commands=lines[1].commands + lines[2].commands),
        *lines[3:],
    ],
    "added": lambda lines: [*lines, replace(lines[-1], step=len(lines) + 1)],
    "repeated": lambda lines: [*lines[:2], *lines[1:]],
    "citation swapped": lambda lines: [
        replace(lines[0], citations=lines[1].citations),
        replace(lines[1], citations=lines[0].citations),
        *lines[2:],
    ],
    "citation dropped": lambda lines: [replace(lines[0], citations=()), *lines[1:]],
    "command dropped": lambda lines: [lines[0], replace(lines[1], commands=()), *lines[2:]],
    "command changed": lambda lines: [lines[0], replace(lines[1], commands=("reload",)), *lines[2:]],
    "command padded": lambda lines: [lines[0], replace(lines[1], commands=(lines[1].commands[0] + " ",)), *lines[2:]],
    "empty": lambda lines: [],
    "empty text": lambda lines: [replace(lines[0], text=""), *lines[1:]],
    "huge text": lambda lines: [replace(lines[0], text=lines[0].text * 50), *lines[1:]],
    "texts swapped": lambda lines: [
        lines[0], replace(lines[1], text=lines[2].text), replace(lines[2], text=lines[1].text), *lines[3:]
    ],
}  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES)
def test_another_shape_is_refused(retriever, shape: str) -> None:
    asked = steps(retriever)
    assert judge(asked, same(asked), "en") == []
    assert judge(asked, SHAPES[shape](same(asked)), "en")


TOKEN = re.compile(r"\d+|`[^`]+`|(?<![A-Za-z])(?:no|not|only|all|before|after|without|must|if)(?![A-Za-z])")
SWAPS = {"no": "", "not": "", "only": "", "all": "some", "before": "after", "after": "before", "without": "with"}


@st.composite
def mutations(draw: st.DrawFn, texts: list[str]) -> tuple[int, str]:
    """Draw a text and change one digit, one character of code, or one turning word of it."""
    at = draw(st.integers(0, len(texts) - 1))
    tokens = list(TOKEN.finditer(texts[at]))
    token = tokens[draw(st.integers(0, len(tokens) - 1))]
    old = token[0]
    if old.isdigit():
        place = draw(st.integers(0, len(old) - 1))
        digit = draw(st.sampled_from([d for d in "0123456789" if d != old[place]]))
        new = old[:place] + digit + old[place + 1 :]
    elif old.startswith("`"):
        place = draw(st.integers(1, len(old) - 2))
        new = draw(
            st.sampled_from([old[:place] + old[place + 1 :], old[:place] + "x" + old[place:], "", old.strip("`")])
        )
        new = "" if new == "``" else new
    else:
        new = SWAPS.get(old, "")
    return at, texts[at][: token.start()] + new + texts[at][token.end() :]


@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_mutation_of_a_sound_text_is_refused(retriever, language: str) -> None:
    found = [of(p) for (code, _), a in retriever.catalogue.articles.items() if code == language for p in a.passages]
    found = [step for step in found if TOKEN.search(step.text)]

    @settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(mutations([step.text for step in found]))
    def check(mutated: tuple[int, str]) -> None:
        at, text = mutated
        assert text == found[at].text or refused(found[at], text, language), text

    check()


@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_word_from_elsewhere_in_the_guide_is_refused(retriever, language: str) -> None:
    passages = [p for (code, _), a in retriever.catalogue.articles.items() if code == language for p in a.passages]
    found = [of(p) for p in passages]

    @settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(st.integers(0, len(found) - 1), st.integers(0, len(found) - 1))
    def check(at: int, other: int) -> None:
        added = sentences(found[other].text)[-1]
        if added not in found[at].text and len(set(added)) > 8:
            assert refused(found[at], f"{found[at].text} {added}", language), added

    check()


def test_support_is_that_of_the_evals(retriever) -> None:
    passages = [p for article in retriever.catalogue.articles.values() for p in article.passages]
    for one, other in zip(passages, [*passages[7:], *passages[:7]], strict=True):
        for text, quote in ((one.text, one.quote), (one.text, other.quote), (one.text + " 9.9.9 no", one.quote)):
            commands = [command.text for command in one.commands]
            assert supported(text, commands, [quote]) == evals_support.supported(text, commands, [quote])
