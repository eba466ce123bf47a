"""Opens the model that the settings name, with bounds that no server can talk its way out of."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

from bot.config import Config
from bot.errors import ConfigError

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

LARGEST = 2_000_000
"""Bytes of one reply of an OpenAI-compatible server; more is cut off as an error."""
_EXTRAS = {"openai": "openai", "anthropic": "anthropic", "ollama": "ollama"}
_PACKAGES = {"openai": "langchain_openai", "anthropic": "langchain_anthropic", "ollama": "langchain_ollama"}
_RETRIED = frozenset((408, 409, 425, 429, 500, 502, 503, 504, 529))


class TooLong(Exception):
    """A reply has more bytes than any answer needs."""


def open_model(settings: Config) -> BaseChatModel:
    """Return the chat model; raises ConfigError that says what to install or to correct."""
    provider, _, name = settings.model.partition(":")
    if not (provider and name):
        raise ConfigError(f"KB_MODEL={settings.model} must be provider:name, such as openai:NAME or ollama:NAME")
    _check_address(settings, provider)
    from langchain.chat_models import init_chat_model

    try:
        return init_chat_model(name, model_provider=provider, **_arguments(settings, provider))  # type: ignore[no-any-return]
    except ImportError as error:
        extra = _EXTRAS.get(provider)
        how = f"pip install -e '.[{extra}]'" if extra else f"pip install {error.name or 'the package of ' + provider}"
        raise ConfigError(f"KB_MODEL={settings.model} needs a package: {how}") from error
    except Exception as error:  # noqa: BLE001 (each provider has errors of its own)
        said = " ".join(str(error).split())[:200]
        raise ConfigError(f"KB_MODEL={settings.model} cannot be opened: {said}") from error


def _check_address(settings: Config, provider: str) -> None:
    url = settings.model_url
    if url and not url.startswith(("http://", "https://")):
        raise ConfigError(f"KB_MODEL_URL={url} must start with http:// or https://")
    if provider == "openai" and not (url or settings.model_key or os.environ.get("OPENAI_API_KEY")):
        raise ConfigError("KB_MODEL=openai:... needs KB_MODEL_KEY, or KB_MODEL_URL for a server of your own")


def _arguments(settings: Config, provider: str) -> dict[str, Any]:
    """Return what the provider's client is opened with: no retries of its own, and never a key for a stranger."""
    found: dict[str, Any] = {"max_retries": 0, "timeout": settings.model_timeout}
    if settings.model_key:
        found["api_key"] = settings.model_key
    if settings.model_url:
        found["base_url"] = settings.model_url
    if provider == "openai":
        found["http_async_client"] = bounded_client(settings.model_timeout)
        if settings.model_url:
            found |= {"api_key": settings.model_key or "none", "use_responses_api": False}
    return {"base_url": settings.model_url} if provider == "ollama" and settings.model_url else found


def bounded_client(seconds: float) -> Any:  # noqa: ANN401 (the SDK decides which httpx)
    """Return an HTTP client that follows no redirect and reads no more than LARGEST bytes a reply."""
    from openai import DefaultAsyncHttpxClient

    class Bounded(DefaultAsyncHttpxClient):
        """Counts what a reply brings; packed replies are not unpacked, for a small one may hold gigabytes."""

        async def send(self, request: Any, *, stream: bool = False, **options: Any) -> Any:  # noqa: ANN401
            response = await super().send(request, stream=True, **options)
            response.headers.pop("content-encoding", None)
            response.stream = _counted(response.stream)
            if not stream:
                try:
                    await response.aread()
                except BaseException:
                    await response.aclose()
                    raise
            return response

    headers = {"accept-encoding": "identity", "connection": "close"}
    return Bounded(follow_redirects=False, timeout=seconds, headers=headers)


def _counted(inner: Any) -> Any:  # noqa: ANN401
    base = next(kind for kind in type(inner).__mro__ if kind.__name__ == "AsyncByteStream")

    class Counted(base):  # type: ignore[misc, valid-type]
        async def __aiter__(self) -> AsyncIterator[bytes]:
            read = 0
            async for chunk in inner:
                read += len(chunk)
                if read > LARGEST:
                    raise TooLong(f"more than {LARGEST} bytes")
                yield chunk

        async def aclose(self) -> None:
            await inner.aclose()

    return Counted()


def limit_name(settings: Config) -> str:
    """Return what the provider calls the largest number of tokens of a reply."""
    return "num_predict" if settings.model.startswith("ollama:") else "max_tokens"


def takes_schema(settings: Config) -> bool:
    """Say whether the server is one of one's own, which constrains replies to a JSON schema (llama.cpp, vLLM, ...)."""
    return bool(settings.model_url) and settings.model.startswith("openai:")


def is_installed(model: str) -> bool:
    """Say whether the package of the provider that ``model`` names is installed; unknown providers count as so."""
    from importlib.util import find_spec

    package = _PACKAGES.get(model.partition(":")[0])
    return package is None or find_spec(package) is not None


def failed_on_the_way(error: BaseException) -> bool:
    """Say whether the server refused the request or the line broke: there is no reply that could be wrong."""
    names = {kind.__name__ for kind in type(error).__mro__}
    lost = any(part in name for name in names for part in ("Connect", "Protocol", "Transport"))
    return getattr(error, "status_code", None) is not None or lost


def wait_before_retry(error: BaseException, attempt: int) -> float | None:
    """Return the seconds to wait before asking again after ``error``, or None where that is no use."""
    status = getattr(error, "status_code", None)
    if status not in _RETRIED and not (status is None and failed_on_the_way(error)):
        return None
    return float(max(0.25 * 2**attempt, _retry_after(error)))


def _retry_after(error: BaseException) -> float:
    headers = getattr(getattr(error, "response", None), "headers", None) or {}
    try:
        return max(0.0, float(headers.get("retry-after", 0)))
    except ValueError:
        return 0.0
