"""A language model in Slack: the guide's words stand first, a sound rewording comes over them, the foot says which."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.config import Config
from tests.llm_server import Reply, Server, reworded, status
from tests.slack_rules import ME, check_blocks, code, wait_for
from tests.slack_world import Instance, World, playing, running, text_of
from tests.test_llm_faces import LIE
from tests.test_llm_lies import honest

QUESTION = f"<@{ME}> Outlook on TOKYO-EX01 shows TGDL instead of TMDL"


@pytest.mark.parametrize(
    ("reply", "accepted"), [(reworded(honest), True), (LIE, False), (status(500), False)], ids=["sound", "lie", "down"]
)
def test_the_foot_says_which_of_the_two(settings: Config, tmp_path: Path, reply: Reply, accepted: bool) -> None:
    database = f"sqlite:///{tmp_path / 'cases.sqlite3'}"
    with Server(reply) as server, playing() as slack:
        model = {"KB_MODEL": "openai:scripted", "KB_MODEL_URL": server.url, "KB_MODEL_KEY": "none"}
        with running(Instance(settings, database, slack, **model)):
            [answer] = World(slack).ask("Cmodel", "U1", QUESTION)
            wait_for(lambda: answer.edits == 1, "not written anew")
            said = text_of(answer)
        assert "TOKYO-EX01" not in str(server.requests)
    assert ("In the words of openai:scripted" in said) is accepted
    assert ("model openai:scripted" in said) is accepted and ("· guide's own words" in said) is not accepted
    assert code(answer.blocks).count("show statistics connection optimized mapi") == 1
    assert check_blocks(answer.blocks) == "" and slack.broken == []
