"""The table of settings and the settings themselves say the same."""

from __future__ import annotations

import re

from bot.config import ROOT, SLACK, Config

TABLE = re.compile(r"^\| ((?:[A-Z_]+(?:, )?)+) \|", re.MULTILINE)


def test_the_table_names_every_setting_and_no_other() -> None:
    table = (ROOT / "docs/configuration.md").read_text(encoding="utf-8")
    told = {name for row in TABLE.findall(table) for name in row.split(", ")} - {"KB_CONFIG"}
    keys = {key.upper() for key in Config.model_fields}
    assert told == {key if key in SLACK else f"KB_{key}" for key in keys}
