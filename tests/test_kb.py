"""The knowledge base is whole and exact, and its lint sees what is not."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from bot.config import ROOT
from bot.errors import ArticleError
from kb.coverage import coverage
from kb.lint import lint
from kb.reader import read_article, read_articles

TOPICS = [
    "mapi-overview",
    "unsupported-connections",
    "outlook-encryption",
    "association-groups",
    "overload-reserved-connections",
    "general-ao-state",
    "mapi-ao-state",
    "epm-ao",
    "traffic-policy",
    "dynamic-match-rules",
    "optimized-connections",
    "generic-ao-handoff",
    "encrypted-client-syslog",
    "connection-detail",
    "response-times",
    "emapi-requirements",
    "emapi-user-account",
    "emapi-machine-account",
    "emapi-get-key",
    "emapi-verify-settings",
    "emapi-clock-sync",
    "emapi-dns",
    "emapi-policy-map",
    "emapi-secure-store",
    "emapi-error-logs",
    "log-identity-ok",
    "log-key-retrieved",
    "log-edge-ok",
    "log-core-ok",
    "handoff-key-permission",
    "handoff-clock-skew",
    "handoff-domain-mismatch",
    "handoff-wan-secure",
    "handoff-ntlm",
    "debug-acl",
    "transaction-logs",
    "debug-logging",
]
GUIDE = Path(os.environ.get("KB_GUIDE", ROOT.parent / "shared/guide/mapi-ao.ja.txt"))


def test_the_knowledge_base_is_sound() -> None:
    assert lint(ROOT) == []


def test_every_topic_of_the_contract_exists_in_both_languages() -> None:
    found = {(article.language, article.front.id) for article in read_articles(ROOT)}
    assert found == {(language, topic) for language in ("ja", "en") for topic in TOPICS}


def test_a_passage_quotes_its_lines_byte_for_byte() -> None:
    for article in read_articles(ROOT):
        lines = (ROOT / article.path).read_text(encoding="utf-8").split("\n")
        for passage in article.passages:
            assert passage.quote == "\n".join(lines[passage.first - 1 : passage.last])
            assert all(command.text in passage.quote for command in passage.commands)


@pytest.mark.skipif(not GUIDE.is_file(), reason=f"the guide is not at {GUIDE}; set KB_GUIDE to its text file")
def test_nothing_of_the_guide_is_without_a_home() -> None:
    facts = coverage(GUIDE, ROOT)
    assert len(facts) > 150
    assert [f"{fact.kind} {fact.text}" for fact in facts if not fact.homes] == []


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "kb", tmp_path / "kb", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def spoil(root: Path, path: str, old: str, new: str) -> None:
    file = root / path
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.mark.parametrize(
    ("path", "old", "new", "complaint"),
    [
        ("kb/guide/en/epm-ao.md", "area:", "colour: red\narea:", "Extra inputs"),
        ("kb/guide/en/epm-ao.md", "show statistics accelerator epm\n", "show statistic accelerator epm\n", "grammar"),
        ("kb/guide/ja/epm-ao.md", "related: [", "related: [no-such-topic, ", "no-such-topic"),
        ("kb/guide/en/epm-ao.md", "## Steps", "## Recipe", "unknown heading"),
        ("kb/guide/en/epm-ao.md", "```exec read-only", "```exec harmless", "fence info"),
        ("kb/guide/en/epm-ao.md", "id: epm-ao", "id: epm", "differs from the file's name"),
    ],
)
def test_lint_names_the_fault(copy: Path, path: str, old: str, new: str, complaint: str) -> None:
    spoil(copy, path, old, new)
    assert any(complaint in fault for fault in lint(copy))


def test_lint_sees_a_missing_language_and_differing_commands(copy: Path) -> None:
    (copy / "kb/guide/en/epm-ao.md").unlink()
    second = "   ip access-list extended 150 permit tcp any host 10.10.10.10\n"
    spoil(copy, "kb/guide/ja/debug-acl.md", second, "")
    faults = lint(copy)
    assert any("epm-ao: no article in en" in fault for fault in faults)
    assert any(fault.startswith("debug-acl: commands differ") for fault in faults)


def test_a_file_that_is_not_utf8_is_named(copy: Path) -> None:
    file = copy / "kb/guide/ja/epm-ao.md"
    file.write_bytes(file.read_text(encoding="utf-8").encode("cp932", errors="replace"))
    with pytest.raises(ArticleError, match="epm-ao.md: not UTF-8"):
        read_article(file, copy)


@pytest.mark.parametrize(
    ("broken", "complaint"),
    [
        ("names: {ja: [切], en: [off]}", "names.en.0: Input should be a valid string"),
        ("names: {ja: [x], en: [x]}\n    aliases: []", "aliases: Extra inputs are not permitted"),
        ("names: {ja: [x], en: [x]}\n    asks: {en: [a, b]}", "asks.en.0: Input should be a valid list"),
        ("names: {ja: [x], en: [x]}\n    nearest: mapi-nowhere", "nearest names an unknown topic"),
    ],
)
def test_lint_sees_what_is_wrong_outside(copy: Path, broken: str, complaint: str) -> None:
    entry = f"subjects:\n  - id: one\n    {broken}\n    examples: {{ja: [x], en: [x]}}\n"
    entry += "" if "nearest" in broken else "    nearest: null\n"
    (copy / "kb" / "out_of_scope.yaml").write_text(entry, encoding="utf-8")
    (fault,) = lint(copy)
    assert fault.startswith("kb/out_of_scope.yaml: one: ") and complaint in fault
