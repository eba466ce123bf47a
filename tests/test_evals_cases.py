"""Case files: the schema, the twins, the halves."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.errors import ArticleError
from evals.cases import FOLDER, expand, load, parse_record, read_file

RECORD = {
    "id": "slow-mail", "kind": "symptom", "tags": ["short"], "ja": "遅い", "en": "slow", "topics": ["mapi-overview"],
    "commands": [], "facts": [{"any": ["TFO"], "vital": True}], "forbid": [], "status": "answered",
}  # fmt: skip


def test_the_committed_cases_are_sound_and_many() -> None:
    cases = load()
    assert len(cases) >= 300
    assert len({case.id for case in cases}) == len(cases)
    files = sorted(FOLDER.glob("*.yaml"))
    assert len({case.cluster for case in cases}) == sum(len(read_file(file)) for file in files)


def test_twins_share_a_cluster_and_a_half() -> None:
    for case in load(split="dev"):
        assert case.split == "dev"
    halves = {split: {case.cluster for case in load(split=split)} for split in ("dev", "held")}
    assert not halves["dev"] & halves["held"]
    assert abs(len(halves["dev"]) - len(halves["held"])) < 0.2 * len(halves["dev"] | halves["held"])


def test_a_paste_alone_is_one_case() -> None:
    record = parse_record(RECORD | {"ja": "", "en": "", "paste": "MAPI:\n Secured Connections: 3"}, "x")
    assert [(case.id, case.language) for case in expand(record)] == [("slow-mail/en", "en")]


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"topic": []}, "topic: Extra inputs"),
        ({"status": "answred"}, "status"),
        ({"topics": []}, "needs topics"),
        ({"status": "abstained"}, "an abstained case has no topics"),
        ({"en": ""}, "a question in both languages"),
        ({"facts": [{"any": []}]}, "facts.0.any"),
        ({"facts": [{"any": ["x"], "must": True}]}, "facts.0.must"),
    ],
)
def test_a_record_that_breaks_the_schema_is_named(change: dict, complaint: str) -> None:
    with pytest.raises(ArticleError, match=f"^file.yaml slow-mail: .*{complaint}"):
        parse_record(RECORD | change, "file.yaml")


def test_bad_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(ArticleError, match="no case files"):
        load(tmp_path)
    (tmp_path / "a.yaml").write_text("- id: [\n")
    with pytest.raises(ArticleError, match="a.yaml"):
        load(tmp_path)
    (tmp_path / "a.yaml").write_text("id: x\n")
    with pytest.raises(ArticleError, match="must hold a list"):
        load(tmp_path)
