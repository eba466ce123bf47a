"""Files that come with a message: fetched from Slack alone, within limits, or a sentence that says why not."""

from __future__ import annotations

from dataclasses import dataclass, field

import httpx

from bot.batch import decode
from bot.errors import InputError, SlackError
from bot.phrases import Language
from bot.slack.api import Api
from bot.slack.intake import file_of
from bot.slack.job import File
from bot.slack.limits import FILE_BYTES, FILES, TIMEOUT
from bot.slack.texts import size, ui

_MEDIA = ("image/", "video/", "audio/")


@dataclass(slots=True)
class Read:
    """What the files of a message hold; ``refused`` are sentences about those that were not read."""

    texts: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


class _Refused(Exception):
    """A file is not read; the arguments are a text's key and its values."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key)
        self.key, self.values = key, values


def read(api: Api, files: tuple[File, ...], language: Language) -> Read:
    """Return the texts of ``files``, and why the others have none."""
    found, left = Read(), FILE_BYTES
    for number, file in enumerate(files):
        try:
            if number >= FILES:
                raise _Refused("file_many", limit=FILES)
            file = _known(api, file)
            data = _fetch(api, file, left)
            found.texts.append(_text(data))
        except _Refused as refused:
            values = {"name": file.name, "limit": size(FILE_BYTES), **refused.values}
            found.refused.append(ui(refused.key, language, **values))
        else:
            left -= len(data)
            found.names.append(ui("file_line", language, name=file.name, size=size(len(data))))
    return found


def _known(api: Api, file: File) -> File:
    """Return ``file`` with all that decides whether it is read."""
    if file.access == "check_file_info":
        try:
            file = file_of(api.call("files_info", file=file.id)["file"])
        except SlackError as error:
            raise _Refused("file_gone" if "not_found" in error.code else "file_refused") from error
    if file.mode in ("tombstone", "hidden_by_limit") or file.access == "file_not_found":
        raise _Refused("file_gone")
    if file.external or file.mode in ("external", "space", "canvas", "list", "docs") or not api.is_slack(file.url):
        raise _Refused("file_elsewhere")
    if file.mime.startswith(_MEDIA):
        raise _Refused("file_no_text")
    return file


def _fetch(api: Api, file: File, left: int) -> bytes:
    """Return the bytes of ``file``; redirects are not followed, for they would carry the token along."""
    if file.size > left:
        raise _Refused("file_large")
    headers = {"authorization": f"Bearer {api.client.token}"}
    data = bytearray()
    try:
        with httpx.stream("GET", file.url, headers=headers, timeout=TIMEOUT, follow_redirects=False) as response:
            _check(response, file)
            for chunk in response.iter_bytes():
                data += chunk
                if len(data) > left:
                    raise _Refused("file_large")
    except httpx.HTTPError as error:
        raise _Refused("file_failed", code=type(error).__name__) from error
    return bytes(data)


def _check(response: httpx.Response, file: File) -> None:
    """Refuse what is not the file: without the scope Slack sends its login page, or leads to it."""
    is_page = response.headers.get("content-type", "").startswith("text/html") and "html" not in file.mime
    if response.is_redirect or response.status_code in (401, 403) or (response.status_code == 200 and is_page):
        raise _Refused("file_refused")
    if response.status_code in (404, 410):
        raise _Refused("file_gone")
    if response.status_code != 200:
        raise _Refused("file_failed", code=response.status_code)


def _text(data: bytes) -> str:
    try:
        text = decode(data)
    except InputError as error:
        raise _Refused("file_no_text") from error
    if not text.strip():
        raise _Refused("file_empty")
    return text.removeprefix("\ufeff")
