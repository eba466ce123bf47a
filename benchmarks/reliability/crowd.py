"""People who ask over the API and through the page, one thing after the other; and what came of it.

Importing this patches the standard library for gevent, as Locust wants it: only in a process of its own.
"""

from __future__ import annotations

import itertools
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from random import Random
from time import monotonic
from uuid import UUID

import gevent
from locust import FastHttpUser, constant, task
from locust.env import Environment

from benchmarks.reliability.mutate import samples
from evals.cases import load

MIX = {"question": 10, "paste": 3, "file": 3, "search": 1, "page question": 3, "page paste": 1, "page file": 1}
"""How often each thing is done; everybody does the same, in an order of their own."""
PATIENCE = 2.0
"""Seconds after which somebody who was refused without a time asks again."""
VISIT = 4
"""Questions asked in one case of the page, before it is opened anew."""
PAGE = "/gradio_api/"
ANYWHERE = {"elapsed_ms": 0, "id": ""}
"""Fields of an answer that may differ from one time to the next."""


@dataclass
class Tally:
    """What came of a crowd: seconds of each answer by kind, answers by person, and everything that went otherwise."""

    wanted: float = float("inf")
    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    people: Counter[int] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    first: dict[str, str] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """Answers in all."""
        return sum(self.people.values())

    def same(self, asked: str, answer: str) -> None:
        """Hold an answer against the first one to the same."""
        digest = sha256(answer.encode()).hexdigest()
        if self.first.setdefault(asked, digest) != digest:
            self.faults.append(f"answered otherwise than before: {asked[:80]}")


class Refusal(Exception):
    """A polite no; ``wait`` is how many seconds it asks for."""

    def __init__(self, wait: float) -> None:
        super().__init__(wait)
        self.wait = wait


@dataclass(frozen=True)
class Things:
    """What can be asked, sent and attached."""

    questions: tuple[str, ...]
    pastes: tuple[str, ...]


def things() -> Things:
    """Return the single questions of the eval cases, Japanese and English by turns, and the sample outputs."""
    asked = [case.question for case in load() if case.question.strip() and not case.record.paste and not case.history]
    return Things(tuple(asked), tuple(samples()))


def gathered(url: str, count: int, tally: Tally, done: Callable[[], bool]) -> None:
    """Let ``count`` people ask at ``url`` until ``done`` says so; what is under way then is answered still."""
    numbers, kept = itertools.count(1), things()

    class Person(FastHttpUser):
        """One person; asks anew as soon as the answer is there."""

        host, wait_time = url, constant(0)
        network_timeout = connection_timeout = 300.0

        def on_start(self) -> None:
            """Take a number, and with it an order of doing things."""
            self.number = next(numbers)
            self.acts = Acts(self, self.number, kept, tally)

        @task
        def act(self) -> None:
            """Do the next thing."""
            self.acts.next()

    environment = Environment(user_classes=[Person], stop_timeout=300)
    environment.events.user_error.add_listener(lambda exception, **_: tally.faults.append(repr(exception)[:300]))
    runner = environment.create_local_runner()
    runner.start(count, spawn_rate=count)
    while not done():
        gevent.sleep(0.05)
    runner.quit()


class Acts:
    """What one person does, and how the replies are read."""

    def __init__(self, person: FastHttpUser, number: int, kept: Things, tally: Tally) -> None:
        """Act for ``person`` and note in ``tally`` what comes of it."""
        self._client, self._number, self._things, self._tally = person.client, number, kept, tally
        self._random = Random(number)
        self._deck = self._dealt()
        self._visits = 0
        self._session, self._functions = "", dict[str, int]()

    def _dealt(self) -> Iterator[str]:
        kinds = [kind for kind, times in MIX.items() for _ in range(times)]
        while True:
            yield from self._random.sample(kinds, len(kinds))

    def next(self) -> None:
        """Do one thing, again after each refusal until it is answered."""
        kind = next(self._deck)
        act = partial_act(self, kind)
        while True:
            started = monotonic()
            try:
                act()
            except Refusal as no:
                self._tally.refused[kind] += 1
                gevent.sleep(no.wait)
                if self._tally.total >= self._tally.wanted:
                    return
                continue
            except Exception as error:  # noqa: BLE001 (whatever it is, it is no answer)
                self._tally.faults.append(f"{kind}: {error!r}"[:300])
                gevent.sleep(PATIENCE)
                return
            self._tally.seconds[kind].append(monotonic() - started)
            self._tally.people[self._number] += 1
            return

    def _asked(self) -> str:
        return self._random.choice(self._things.questions)

    def _pasted(self) -> str:
        return self._random.choice(self._things.pastes)

    def question(self, text: str, paste: str = "") -> None:
        """Ask over the API."""
        body = {"question": text, "id": f"u{self._number}"} | ({"paste": paste} if paste else {})
        reply = self._sent("POST", "/api/ask", json.dumps(body), "application/json")
        assert reply["id"] == f"u{self._number}", f"the answer is for {reply['id']}"
        self._tally.same(f"ask {text} {paste}", json.dumps(reply | ANYWHERE))

    def file(self, text: str) -> None:
        """Send a file to be read."""
        reply = self._sent("POST", "/api/parse", text, "text/plain; charset=utf-8")
        self._tally.same(f"file {text}", json.dumps(reply))

    def search(self, text: str) -> None:
        """Search the topics."""
        from urllib.parse import quote

        reply = self._sent("GET", f"/api/search?q={quote(text)}", "", "application/json")
        self._tally.same(f"search {text}", json.dumps(reply))

    def _sent(self, method: str, path: str, body: str, kind: str) -> dict[str, object]:
        """Send a request to the API; raises Refusal for a polite 503."""
        reply = self._client.request(method, path, data=body.encode() or None, headers={"Content-Type": kind})
        if reply.status_code == 503:
            no = reply.json()
            assert no["error"] and no["mend"], "a refusal that says nothing"
            raise Refusal(float(reply.headers["retry-after"]))
        assert reply.status_code == 200, f"status {reply.status_code} {reply.error or ''}"
        found = reply.json()
        assert isinstance(found, dict)
        return found

    def page(self, text: str, paste: str = "") -> None:
        """Ask on the page as a browser does; ``paste`` is attached as a file."""
        mark = f"(u{self._number})"
        if not self._session or self._visits % VISIT == 0:
            self._open()
        files = [self._uploaded(paste)] if paste else []
        self._visits += 1
        self._event("take", [{"text": f"{text} {mark}", "files": files}, None])
        told = self._event("light", [None])
        others = {f"(u{n})" for n in self._tally.people if n != self._number}
        assert mark in told, "the page does not show what was asked"
        assert not any(other in told for other in others), "the page shows what somebody else asked"
        assert "data-turn" in told, "the page does not show an answer"
        self._event("heavy", [None])

    def _open(self) -> None:
        """Open the page anew: a session of its own, and no case."""
        if not self._functions:
            config = self._client.get("/config")
            assert config.status_code == 200, f"status {config.status_code}"
            for call in config.json()["dependencies"]:
                self._functions.setdefault(call["api_name"], call["id"])
        self._session = UUID(int=self._random.getrandbits(128)).hex

    def _uploaded(self, text: str) -> dict[str, object]:
        """Upload a text as the page's input does."""
        edge = "----load"
        head = f'--{edge}\r\nContent-Disposition: form-data; name="files"; filename="a.log"\r\n'
        body = f"{head}Content-Type: text/plain\r\n\r\n{text}\r\n--{edge}--\r\n".encode()
        kind = {"Content-Type": f"multipart/form-data; boundary={edge}"}
        reply = self._client.post(f"{PAGE}upload", data=body, headers=kind)
        assert reply.status_code == 200, f"upload: status {reply.status_code}"
        return {"path": reply.json()[0], "orig_name": "a.log", "meta": {"_type": "gradio.FileData"}}

    def _event(self, name: str, data: list[object]) -> str:
        """Run one of the page's functions and return the stream of what it gave; raises Refusal for a full queue."""
        sent = {"data": data, "fn_index": self._functions[name], "event_data": None, "session_hash": self._session}
        reply = self._client.post(
            f"{PAGE}queue/join", data=json.dumps(sent), headers={"Content-Type": "application/json"}
        )
        if reply.status_code == 503:
            assert "full" in reply.text, reply.text
            raise Refusal(PATIENCE)
        assert reply.status_code == 200, f"{name}: status {reply.status_code}"
        stream = self._client.get(f"{PAGE}queue/data?session_hash={self._session}")
        assert stream.status_code == 200, f"{name}: status {stream.status_code}"
        told = stream.text or ""
        assert '"process_completed"' in told and '"success":true' in told, f"{name}: {told[-200:]}"
        return told


def partial_act(acts: Acts, kind: str) -> Callable[[], None]:
    """Return the thing of one kind that ``acts`` does next, with what it asks or sends."""
    text, paste = acts._asked(), acts._pasted()
    return {
        "question": lambda: acts.question(text),
        "paste": lambda: acts.question(text, paste),
        "file": lambda: acts.file(paste),
        "search": lambda: acts.search(text[:300]),
        "page question": lambda: acts.page(text),
        "page paste": lambda: acts.page(f"{text}\n\n{paste}"),
        "page file": lambda: acts.page(text, paste),
    }[kind]
