"""One answer in a thread: streamed with task cards, finished by an update where the stream is gone, never doubled."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any

from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.models.messages.chunk import BlocksChunk, Chunk, TaskUpdateChunk
from slack_sdk.web.chat_stream import ChatStream

from bot.errors import SlackError
from bot.phrases import Language
from bot.slack.api import Api, Passing, code_of, failure
from bot.slack.blocks import Block, context, pages
from bot.slack.limits import ELEMENT
from bot.slack.markup import escaped
from bot.slack.texts import ui

QUIET = {"unfurl_links": False, "unfurl_media": False}
_GONE = frozenset({"message_not_found", "cant_update_message", "cant_delete_message"})


@dataclass(frozen=True, slots=True)
class Place:
    """Where an answer goes: a channel, the thread in it, and whom it answers."""

    channel: str
    thread_ts: str
    user: str
    team: str


class Reply:
    """An answer on its way. ``posted`` are the messages that hold it so far, first page first."""

    def __init__(
        self, api: Api, place: Place, noted: Callable[[Sequence[str]], None], posted: Sequence[str] = ()
    ) -> None:
        """Answer at ``place``; ``noted`` hears of every message; ``posted`` are those of an earlier attempt."""
        self._api, self._place, self._noted = api, place, noted
        self.posted = list(posted)
        self._again = bool(posted)
        self._stream: ChatStream | None = None

    def begin(self, cards: Sequence[Chunk]) -> None:
        """Start the stream; what was posted before stays as it is until the end rewrites it."""
        if self._again:
            return
        place = self._place
        stream = self._api.client.chat_stream(
            channel=place.channel, thread_ts=place.thread_ts, recipient_team_id=place.team or None,
            recipient_user_id=place.user or None,
        )  # fmt: skip
        try:
            stream.append(chunks=cards)
        except SlackApiError as error:
            refused = failure(error)
            if isinstance(refused, Passing) or refused.code in ("not_in_channel", "channel_not_found", "is_archived"):
                raise refused from error
            return
        except (SlackClientError, OSError, HTTPException) as error:
            raise Passing(f"chat.startStream: {type(error).__name__}") from error
        self._stream = stream
        self._note(str(stream.ts))

    def _show(self, chunks: Sequence[Chunk]) -> None:
        """Add to the stream; where it has died, the end says all."""
        if self._stream is None:
            return
        try:
            self._stream.append(chunks=chunks)
        except (SlackApiError, SlackClientError, OSError, HTTPException) as error:
            self._lose(error)

    def end(
        self,
        pieces: Sequence[Sequence[Block]],
        foot: Sequence[Block],
        summary: str,
        language: Language,
        cards: Sequence[Chunk] = (),
    ) -> None:
        """Say all: the first page through the stream or over what stands there, the rest below it.

        ``cards`` end the task cards. The last piece of a page goes with the call that stops the stream.
        """
        whole = pages([*(block for piece in pieces for block in piece), *foot])
        first, rest = whole[0], whole[1:]
        *parts, _ = _within([*pieces, foot], first)
        streamed = 0
        for part in parts or ([[]] if cards else []):
            self._show([*cards, *([BlocksChunk(blocks=part)] if part else [])])
            cards, streamed = (), streamed + len(part)
        if not self._stop(first[streamed:]):
            self._write(0, first, summary)
        for number, page in enumerate(rest, 1):
            mark = context(escaped(ui("more", language, page=number + 1, pages=len(whole))))
            self._write(number, [mark, *page], summary)
        self._drop(len(whole))

    def say(self, words: str, cards: Sequence[Chunk] = ()) -> None:
        """Say one sentence instead of an answer."""
        block = {"type": "section", "text": {"type": "plain_text", "text": words[:ELEMENT], "emoji": False}}
        self.end([[block]], [], escaped(words[:ELEMENT]), "en", cards)

    def _stop(self, blocks: Sequence[Block]) -> bool:
        """End the stream with ``blocks`` under it; False where the message must be written anew."""
        if self._stream is None:
            return False
        stream, self._stream = self._stream, None
        try:
            stream.stop(blocks=blocks)
        except (SlackApiError, SlackClientError, OSError, HTTPException):
            self._again = True
            return False
        return True

    def _lose(self, error: Exception) -> None:
        """Give the stream up; one that Slack has not ended itself is ended, for only then can it be rewritten."""
        stream, self._stream, self._again = self._stream, None, True
        if stream and not (isinstance(error, SlackApiError) and code_of(error) == "message_not_in_streaming_state"):
            self._close(str(stream.ts))

    def _close(self, ts: str) -> None:
        with suppress(SlackError):
            self._api.call("chat_stopStream", channel=self._place.channel, ts=ts)

    def _write(self, number: int, blocks: Sequence[Block], summary: str) -> None:
        """Put ``blocks`` into page ``number``, over what stands there."""
        channel, said = self._place.channel, {"blocks": list(blocks), "text": summary}
        if number < len(self.posted):
            ts = self.posted[number]
            if number == 0 and self._again:
                self._close(ts)
            try:
                self._api.call("chat_update", channel=channel, ts=ts, **said)
                return
            except SlackError as error:
                if error.code not in _GONE:
                    raise
                del self.posted[number]
        made = self._api.call("chat_postMessage", channel=channel, thread_ts=self._place.thread_ts, **said, **QUIET)
        self._note(str(made["ts"]), number)

    def _drop(self, kept: int) -> None:
        """Remove pages that an earlier, longer answer left."""
        for ts in self.posted[kept:]:
            remove(self._api, self._place.channel, ts)
        if len(self.posted) > kept:
            self.posted = self.posted[:kept]
            self._noted(self.posted)

    def _note(self, ts: str, number: int | None = None) -> None:
        self.posted.insert(len(self.posted) if number is None else number, ts)
        self._noted(self.posted)


def _within(pieces: Sequence[Sequence[Block]], first: Sequence[Block]) -> list[list[Block]]:
    """Return the pieces, or their beginnings, that the first page holds."""
    found: list[list[Block]] = []
    left = len(first)
    for piece in pieces:
        if left <= 0:
            break
        found.append(list(piece[:left]))
        left -= len(piece)
    return found


def remove(api: Api, channel: str, ts: str) -> None:
    """Delete a message of the bot's own; one that is gone already is fine."""
    try:
        api.call("chat_delete", channel=channel, ts=ts)
    except SlackError as error:
        if error.code not in _GONE:
            raise


def card(id: str, language: Language, status: str, output: str = "") -> TaskUpdateChunk:
    """Return the task card "read", "search" or "check"; ``status`` is in_progress, complete or error."""
    more: dict[str, Any] = {"output": escaped(output)} if output else {}
    return TaskUpdateChunk(id=id, title=ui(f"task_{id}", language), status=status, **more)
