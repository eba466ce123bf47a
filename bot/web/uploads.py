"""Files between their upload and their reading: each in a folder of its own, gone once it was read."""

from __future__ import annotations

import uuid
from contextlib import suppress
from pathlib import Path
from typing import Any

from gradio import route_utils
from gradio.utils import get_upload_folder

from bot.batch import decode
from bot.errors import InputError
from bot.web.texts import MAX_MEGABYTES


class _Own(route_utils.GradioUploadFile):  # type: ignore[misc]
    """An upload that shares its place with none that holds the same bytes."""

    def __init__(self, *given: Any, **named: Any) -> None:  # noqa: ANN401 (what Gradio gives)
        super().__init__(*given, **named)
        self.sha.update(uuid.uuid4().bytes)


def keep_apart() -> None:
    """Let equal files lie apart: Gradio names a folder by the hash of what is in it, and who reads first removes it."""
    route_utils.GradioUploadFile = _Own


def folder() -> Path:
    """Return the folder in which files lie between their upload and their reading."""
    return Path(get_upload_folder())


def read(file: str) -> str:
    """Return an uploaded text and remove the file; raises InputError for what is no text or too large."""
    path = Path(file)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"cannot read the file: {error.strerror}; attach it again") from error
    finally:
        _remove(path)
    if len(data) > MAX_MEGABYTES * 1_000_000:
        raise InputError(f"the file is larger than {MAX_MEGABYTES} MB; give the part that matters")
    return decode(data)


def _remove(path: Path) -> None:
    with suppress(OSError):
        path.unlink()
        path.parent.rmdir()
