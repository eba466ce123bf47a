"""What there is to do for one thing that Slack sent."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["message", "edited", "deleted", "command", "shortcut", "mark", "ask", "share", "home", "unserved"]


@dataclass(frozen=True, slots=True)
class File:
    """A file of a message, as Slack describes it; ``url`` is its ``url_private``, ``size`` is in bytes."""

    id: str
    name: str
    size: int = 0
    url: str = ""
    mime: str = ""
    mode: str = "hosted"
    external: bool = False
    access: str = ""


@dataclass(frozen=True, slots=True)
class Job:
    """One thing to do. ``key`` names what was sent, however often and in whatever wrapping it arrives.

    ``thread`` is "channel:ts of the thread's first message"; ``ts`` orders the work of one thread. ``text`` is plain,
    its secrets masked. ``whole`` is False where Slack may have left the message's files out.
    """

    key: str
    kind: Kind
    thread: str
    ts: str
    user: str = ""
    event: str = ""
    channel: str = ""
    team: str = ""
    text: str = ""
    files: tuple[File, ...] = ()
    message: str = ""
    whole: bool = True
    direct: bool = False
    mentioned: bool = False
    others: bool = False
    response_url: str = ""
    private: bool = False
    case: str = ""
    turn: int = 0
    check: str = ""
    outcome: Literal["", "good", "bad", "skipped"] = ""

    @property
    def thread_ts(self) -> str:
        """The timestamp of the thread's first message."""
        return self.thread.rpartition(":")[2]


@dataclass(frozen=True, slots=True)
class Work:
    """A job with what has been done of it: its turn of the case, and the messages that answer it."""

    job: Job
    attempts: int = 0
    done: bool = False
    case_id: str = ""
    turn: int = 0
    replies: tuple[str, ...] = field(default=())
