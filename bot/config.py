"""Every setting, in one typed object that refuses unknown keys.

Settings come from KB_* environment variables, then from ``kb.toml`` in the working folder (or the file
that KB_CONFIG names), then from the defaults below. docs/configuration.md holds the table.
"""

from __future__ import annotations

import os
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.errors import ConfigError

ROOT = Path(__file__).resolve().parent.parent
MAX_QUESTION = 2_000
"""Characters of a question that are searched; the rest is said to be left out."""


class Config(BaseSettings):
    """The product's settings; build it with :func:`load`."""

    model_config = SettingsConfigDict(env_prefix="KB_", extra="forbid", frozen=True)

    data_dir: Path = Field(default=ROOT / "data", description="index, embedding cache, database")
    host: str = Field(default="127.0.0.1", description="where the page listens")
    port: int = Field(default=7860, ge=0, le=65535, description="where the page listens")
    embedding: str = Field(default="bundled", description="`bundled`, or a sentence-transformers name or folder")
    password: str = Field(default="", description="required when the page listens beyond this machine")
    database_url: str = Field(default="", description="an SQLAlchemy address for cases; SQLite in data_dir without")

    @property
    def index_dir(self) -> Path:
        """The folder that holds the builds of the index and the pointer to the current one."""
        return self.data_dir / "index"


def load() -> Config:
    """Read the settings; raises ConfigError naming the key that is unknown or malformed."""
    values = _from_file() | _from_environment()
    try:
        return Config(**values)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(map(str, first["loc"]))
        raise ConfigError(f"setting {key}: {first['msg']}; see docs/configuration.md") from error


@cache
def current() -> Config:
    """Return the settings of this process, read once."""
    return load()


def _from_environment() -> dict[str, Any]:
    """Return the settings of the environment; an empty variable counts as not set."""
    set_here = [name for name, value in os.environ.items() if name.startswith("KB_") and value]
    names = {name[3:].lower(): name for name in set_here if name != "KB_CONFIG"}
    unknown = sorted(names[key] for key in names.keys() - Config.model_fields.keys())
    if unknown:
        known = ", ".join("KB_" + key.upper() for key in Config.model_fields)
        raise ConfigError(f"unknown setting {unknown[0]}; known are {known}")
    return {key: os.environ[name] for key, name in names.items()}


def _from_file() -> dict[str, Any]:
    file = Path(os.environ.get("KB_CONFIG", "kb.toml"))
    if not file.is_file():
        if "KB_CONFIG" in os.environ:
            raise ConfigError(f"KB_CONFIG names {file}, which is not a file")
        return {}
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file}: {error}") from error
