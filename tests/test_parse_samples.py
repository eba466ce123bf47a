"""Every output has samples, and every sample gives what its .yml says."""

from __future__ import annotations

import json
import re

import pytest

from bot.outputs import LOGS, OUTPUTS
from bot.reading.parse import parse
from tests.samples import FOLDERS, ROOT, SAMPLES, exact, expected, folder


def test_every_output_has_a_sample_and_every_folder_an_output() -> None:
    logs = {module.COMMAND for module in LOGS}
    assert {path.name for path in ROOT.iterdir() if path.is_dir()} == set(FOLDERS) | logs
    assert {name.partition("/")[0] for name in SAMPLES} == set(FOLDERS)


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_gives_what_its_yml_says(name: str) -> None:
    text, wanted = SAMPLES[name], expected(name)
    result = parse(text)
    exact(text, result)
    more = wanted.get("more", [])
    assert [output.command for output in result.outputs] == [one["command"] for one in (wanted, *more)]
    for output, one in zip(result.outputs, (wanted, *more), strict=True):
        assert output.data == one["data"]
        assert output.complete == one["complete"]
        assert output.complete == (not output.missing)
    found = [
        {"id": f.id, "state": f.state, "evidence": [" ".join(e.text.split()) for e in f.evidence]}
        for f in result.findings
    ]
    assert found == wanted["findings"]
    assert not result.unrecognised


@pytest.mark.parametrize("name", SAMPLES)
def test_the_result_is_plain_json_and_the_same_again(name: str) -> None:
    body = parse(SAMPLES[name]).as_json()
    assert json.loads(json.dumps(body)) == body
    assert parse(SAMPLES[name]).as_json() == body


@pytest.mark.parametrize("name", SAMPLES)
def test_messages_are_one_sentence_or_two_in_both_languages(name: str) -> None:
    for found in parse(SAMPLES[name]).findings:
        for says in (found.message, found.trigger):
            assert set(says) == {"ja", "en"}
            assert re.search(r"[\u3040-\u9fff]", says["ja"]) and not re.search(r"[\u3040-\u9fff]", says["en"])


def test_folders_are_named_after_commands() -> None:
    assert folder("show class-map type waas") == "show-class-map-type-waas"
    assert len(FOLDERS) == len(OUTPUTS)


def test_nothing_gives_nothing() -> None:
    for text in ("", " ", "\n\n", "\ufeff"):
        result = parse(text)
        assert not result.outputs and not result.findings and not result.unrecognised
