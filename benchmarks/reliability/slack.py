"""``python -m benchmarks.reliability.slack [--events N]``: events in no order, some twice, a kill -9 between.

A server plays Slack (``tests/slack_server.py``). Of N events 30 % are delivered again, all shuffled; in the middle
the bot is killed and started anew, and what it had not acknowledged comes again, as Slack does. Each message must be
answered once. Needs an index. Ends with 1 where one was not answered, or twice, or acknowledged too late.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections import Counter
from random import Random
from typing import Any

from benchmarks.common import questions
from bot import config
from bot.slack.texts import TEXTS
from tests.slack_rules import ME, wait_for
from tests.slack_server import Slack
from tests.slack_world import Instance, World, playing, running, text_of

AGAIN = 0.3
"""Share of the events that are delivered a second time."""
IN_TIME = 3.0
"""Seconds within which Slack wants an event acknowledged."""
FURTHER = tuple(words.partition("{")[0] for words in TEXTS["more"].values())
"""How the second and later messages of a long answer begin."""
Payload = dict[str, Any]


class Post:
    """Delivers events and keeps when each was sent."""

    def __init__(self, slack: Slack) -> None:
        """Deliver to who listens at ``slack``."""
        self._slack, self._sent, self._of = slack, dict[str, float](), dict[str, Payload]()

    def deliver(self, payload: Payload) -> None:
        """Send one event; nobody waits for its acknowledgement."""
        now = time.monotonic()
        envelope = self._slack.push(payload)
        self._sent[envelope], self._of[envelope] = now, payload

    def waits(self) -> list[Payload]:
        """Return the events that were sent and never acknowledged, by this envelope or another."""
        known = {self._of[name]["event_id"] for name in self._sent if name in self._slack.acked}
        return [
            body for name, body in self._of.items() if name not in self._slack.acked and body["event_id"] not in known
        ]

    def seconds(self) -> list[float]:
        """Return how long each acknowledgement took, sorted."""
        return sorted(self._slack.acked[name] - sent for name, sent in self._sent.items() if name in self._slack.acked)


def messages(world: World, events: int) -> tuple[list[Payload], list[Payload]]:
    """Write messages until they make ``events`` events, every fifth a direct one; return both."""
    asked, written, made = questions(200), list[Payload](), list[Payload]()
    while len(made) < events:
        number = len(written)
        channel, at = (f"D{number}", "") if number % 5 == 0 else (f"C{number % 40}", f"<@{ME}> ")
        written.append(world.message(channel, f"U{number % 90}", at + asked[number % len(asked)]))
        made += world.payloads(written[-1])
    return written, made


def main() -> int:
    """Deliver, kill, deliver the rest, and count."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    chance = Random(asked.seed)
    with tempfile.TemporaryDirectory() as folder, playing() as slack:
        post = Post(slack)
        written, events = messages(World(slack), asked.events)
        again = chance.sample(events, round(len(events) * AGAIN))
        queue = chance.sample([*events, *again], len(events) + len(again))
        started = time.monotonic()
        with running(instance := Instance(config.load(), f"sqlite:///{folder}/cases.sqlite3", slack)):
            for payload in queue[: len(queue) // 2]:
                post.deliver(payload)
            wait_for(lambda: _finished(slack, written) > len(written) // 20, "nothing is answered")
            instance.kill()
            wait_for(lambda: not slack.connections, "the dead one still listens")
            unfinished = len(written) - _finished(slack, written)
            instance.start()
            came_again = post.waits()
            for payload in [*came_again, *queue[len(queue) // 2 :]]:
                post.deliver(payload)
            wait_for(lambda: _finished(slack, written) == len(written), "not all are answered", 1_800)
            wait_for(lambda: not post.waits(), "not all are acknowledged")
        took = time.monotonic() - started
    what = f"{len(events):,} events, {len(again)} delivered again and {len(came_again)} more after the kill"
    return told(slack, post, written, took, f"{what}, which left {unfinished} of {len(written)} messages to answer")


def _finished(slack: Slack, written: list[Payload]) -> int:
    threads = {(message["channel"], message["ts"]) for message in written}
    return len({(m.channel, m.thread_ts) for m in slack.mine() if not m.streaming} & threads)


def told(slack: Slack, post: Post, written: list[Payload], took: float, what: str) -> int:
    """Print what came of it; 1 where something did not hold."""
    answers = Counter((m.channel, m.thread_ts) for m in slack.mine() if not text_of(m).startswith(FURTHER))
    counts = Counter(answers[message["channel"], message["ts"]] for message in written)
    elsewhere = answers.keys() - {(message["channel"], message["ts"]) for message in written}
    times = post.seconds()
    late = sum(each > IN_TIME for each in times)
    print(what)
    often = sum(counts.values()) - counts[0] - counts[1]
    print(f"answered once: {counts[1]} of {len(written)}; not at all: {counts[0]}; more often: {often}")
    print(f"acknowledged: n={len(times):,}, median {statistics.median(times) * 1000:.0f} ms, 99 % within"
          f" {times[int(len(times) * 0.99)] * 1000:.0f} ms, slowest {times[-1] * 1000:.0f} ms")  # fmt: skip
    print(
        f"{took:.0f} s in all, {len(slack.broken)} messages that Slack would refuse, {late} later than {IN_TIME:.0f} s"
    )
    return int(counts[1] != len(written) or bool(elsewhere) or bool(slack.broken) or bool(late))


if __name__ == "__main__":
    sys.exit(main())
