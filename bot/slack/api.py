"""The way to Slack's Web API: who the bot is, which failures pass by themselves, and what it calls."""

from __future__ import annotations

import re
from collections.abc import Sequence
from http.client import HTTPException
from typing import Any

import httpx
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.http_retry import RetryHandler
from slack_sdk.http_retry.builtin_handlers import RateLimitErrorRetryHandler

from bot.config import Config
from bot.errors import ConfigError, SlackError
from bot.slack.intake import Identity
from bot.slack.limits import RATE_WAITS, TIMEOUT

Blocks = Sequence[dict[str, Any]]
_PASSING = frozenset({"internal_error", "fatal_error", "service_unavailable", "request_timeout", "ratelimited"})
_HOST = re.compile(r"(?:[a-z0-9-]{1,63}\.){1,8}slack(?:-gov)?\.com")


class Passing(Exception):
    """Slack or the way to it failed in a manner that passes; what was asked may or may not have happened."""


def open_client(settings: Config, *, waits: int = RATE_WAITS) -> WebClient:
    """Return a client that waits out rate limits; raises ConfigError without a token."""
    if not settings.slack_bot_token:
        raise ConfigError("SLACK_BOT_TOKEN is not set; docs/slack.md says where to find it")
    handlers: list[RetryHandler] = [RateLimitErrorRetryHandler(max_retry_count=waits)] if waits else []
    base = settings.slack_api_url.rstrip("/") + "/" if settings.slack_api_url else WebClient.BASE_URL
    return WebClient(settings.slack_bot_token, base_url=base, timeout=TIMEOUT, retry_handlers=handlers)


def code_of(error: SlackApiError) -> str:
    """Return Slack's word for what it refused."""
    response: Any = error.response
    found = response.get("error") if hasattr(response, "get") else None
    return str(found or getattr(response, "status_code", "") or "unknown")


def identify(client: WebClient) -> Identity:
    """Ask Slack who the token belongs to; raises ConfigError where it belongs to nobody."""
    try:
        found = client.auth_test()
    except SlackApiError as error:
        raise ConfigError(f"Slack does not accept SLACK_BOT_TOKEN: {code_of(error)}; see docs/slack.md") from error
    except (SlackClientError, OSError, HTTPException) as error:
        raise ConfigError(f"Slack cannot be reached at {client.base_url}: {error}") from error
    keys = ("user_id", "bot_id", "team_id", "user", "team")
    return Identity(*(str(found.get(key) or "") for key in keys))


class Api:
    """Calls to Slack whose failures are of two kinds: :class:`SlackError` for good, :class:`Passing` for now."""

    def __init__(self, client: WebClient, me: Identity, settings: Config) -> None:
        """Call through ``client`` as ``me``."""
        self.client, self.me = client, me
        self._own = httpx.URL(settings.slack_api_url).netloc.decode()

    def is_slack(self, url: str) -> bool:
        """Say whether ``url`` is Slack's own, so that it may be given the token."""
        try:
            parts = httpx.URL(url)  # whoever asks reads it in the same way
        except (httpx.InvalidURL, ValueError):
            return False
        if self._own or parts.userinfo:
            return not parts.userinfo and parts.netloc.decode() == self._own
        return parts.scheme == "https" and parts.port is None and _HOST.fullmatch(parts.host) is not None

    def call(self, method: str, /, **arguments: Any) -> Any:  # noqa: ANN401 (Slack's own JSON)
        """Call a method of the client by its Python name; raises SlackError or Passing."""
        try:
            return getattr(self.client, method)(**arguments)
        except SlackApiError as error:
            raise failure(error) from error
        except (SlackClientError, OSError, HTTPException) as error:
            raise Passing(f"{method}: {type(error).__name__}") from error

    def answer_url(self, url: str, **body: Any) -> None:  # noqa: ANN401 (Slack's own JSON)
        """Answer by the address that came with a command or a button; raises SlackError or Passing."""
        if not self.is_slack(url):
            raise SlackError("no_response_url")
        try:
            found = httpx.post(url, json=body, timeout=TIMEOUT, follow_redirects=False)
        except httpx.HTTPError as error:
            raise Passing(f"response_url: {type(error).__name__}") from error
        if found.status_code in (429,) or found.status_code >= 500:
            raise Passing(f"response_url: {found.status_code}")
        if found.status_code != 200:
            raise SlackError(found.text[:80] or str(found.status_code))


def failure(error: SlackApiError) -> SlackError | Passing:
    """Return what a refusal means."""
    code = code_of(error)
    response: Any = error.response
    status = response.get("status") if isinstance(response, dict) else response.status_code
    if code in _PASSING or (isinstance(status, int) and status >= 500):
        return Passing(code)
    return SlackError(code)
