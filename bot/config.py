"""Every setting, in one typed object that refuses unknown keys.

Settings come from KB_* environment variables (Slack's own four from SLACK_*), then from ``kb.toml`` in the
working folder (or the file that KB_CONFIG names), then from the defaults below. docs/configuration.md holds the table.
"""

from __future__ import annotations

import os
import tomllib
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.errors import ConfigError

ROOT = Path(__file__).resolve().parent.parent
MAX_QUESTION = 2_000
"""Characters of a question that are searched; the rest is said to be left out."""

MAX_FILE = 65_536
"""Bytes of a settings file; the time that a key of many parts takes grows with the square of its length."""

SLACK = ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET", "SLACK_API_URL")
"""Variables that keep the names Slack gave them; in the file they are keys in lower case."""


def _split(value: object) -> object:
    return tuple(filter(None, (part.strip() for part in value.split(",")))) if isinstance(value, str) else value


Names = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)]
"""Several values: separated by commas in a variable, a list in the file."""


class Config(BaseSettings):
    """The product's settings; build it with :func:`load`."""

    model_config = SettingsConfigDict(env_prefix="KB_", extra="forbid", frozen=True)

    data_dir: Path = Field(default=ROOT / "data", description="index, embedding cache, database")
    host: str = Field(default="127.0.0.1", description="where the page listens")
    port: int = Field(default=7860, ge=0, le=65535, description="where the page listens")
    embedding: str = Field(default="bundled", description="`bundled`, or a sentence-transformers name or folder")
    password: str = Field(default="", repr=False, description="required when the page listens beyond this machine")
    public_url: str = Field(default="", description="address under which people reach the page, for links to cases")
    chroma_url: str = Field(default="", description="a Chroma server that holds the index instead of data_dir")
    chroma_token: str = Field(default="", repr=False, description="token that the Chroma server asks for")
    database_url: str = Field(
        default="", repr=False, description="an SQLAlchemy address for cases; SQLite in data_dir without"
    )
    api_keys: Names = Field(default=(), repr=False, description="keys of the HTTP API and of MCP over HTTP")
    model: str = Field(default="", description="`provider:name` of a language model that may reword; none without")
    model_url: str = Field(default="", description="address of an OpenAI-compatible server, with provider openai")
    model_key: str = Field(default="", repr=False, description="key of the model; the provider's own variable without")
    model_timeout: float = Field(default=20.0, gt=0, le=600, description="seconds that a rewording may take in all")
    model_budget: int = Field(default=50_000, ge=0, description="tokens that the model may use in one case")
    log: Literal["text", "json"] = Field(default="text", description="form of the log on standard error")
    log_level: Literal["debug", "info", "warning", "error"] = Field(default="warning", description="what is logged")
    metrics: bool = Field(default=False, description="whether the page serves /metrics without the password")
    health_port: int = Field(
        default=0, ge=0, le=65535, description="port of /healthz, /readyz and /metrics beside a face without a page"
    )
    slack_bot_token: str = Field(default="", repr=False, description="xoxb- token of the Slack app")
    slack_app_token: str = Field(default="", repr=False, description="xapp- token, for Socket Mode")
    slack_signing_secret: str = Field(default="", repr=False, description="secret of Slack's requests, for HTTP mode")
    slack_api_url: str = Field(default="", description="another address of Slack's Web API, for a test server")
    slack_mode: Literal["socket", "http"] = Field(default="socket", description="how Slack's events arrive")
    slack_channels: Names = Field(default=(), description="ids of channels that are served; all without")
    slack_users: Names = Field(default=(), description="ids of users who are served; all without")

    @property
    def index_dir(self) -> Path:
        """The folder that holds the builds of the index and the pointer to the current one."""
        return self.data_dir / "index"


def load() -> Config:
    """Read the settings; raises ConfigError naming the key that is unknown or malformed."""
    values = _from_file() | _from_environment()
    try:
        settings = Config(**values)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(map(str, first["loc"]))
        raise ConfigError(f"setting {key}: {first['msg']}; see docs/configuration.md") from error
    if os.path.exists(settings.data_dir) and not os.path.isdir(settings.data_dir):
        raise ConfigError(f"setting data_dir: {str(settings.data_dir)!r} is no folder; name one in KB_DATA_DIR")
    return settings


@cache
def current() -> Config:
    """Return the settings of this process, read once."""
    return load()


def _from_environment() -> dict[str, Any]:
    """Return the settings of the environment; an empty variable counts as not set."""
    set_here = [name for name, value in os.environ.items() if name.startswith("KB_") and value]
    names = {name[3:].lower(): name for name in set_here if name != "KB_CONFIG"}
    own = [key for key in Config.model_fields if key.upper() not in SLACK]
    unknown = sorted(names[key] for key in names.keys() - set(own))
    if unknown:
        known = ", ".join("KB_" + key.upper() for key in own)
        raise ConfigError(f"unknown setting {unknown[0]}; known are {known}")
    names |= {name.lower(): name for name in SLACK if os.environ.get(name)}
    return {key: os.environ[name] for key, name in names.items()}


def _from_file() -> dict[str, Any]:
    file = Path(os.environ.get("KB_CONFIG", "kb.toml"))
    if not file.is_file():
        if "KB_CONFIG" in os.environ:
            raise ConfigError(f"KB_CONFIG names {file}, which is not a file")
        return {}
    try:
        with file.open("rb") as stream:
            data = stream.read(MAX_FILE + 1)
    except OSError as error:
        raise ConfigError(f"{file} cannot be read ({error.strerror}); mend its rights") from error
    if len(data) > MAX_FILE:
        raise ConfigError(f"{file} is larger than {MAX_FILE:,} bytes; settings need a few lines")
    try:
        return tomllib.loads(data.decode("utf-8"))
    except (ValueError, RecursionError) as error:  # no TOML, no UTF-8, or a number or nesting beyond all bounds
        raise ConfigError(f"{file}: {error}") from error
