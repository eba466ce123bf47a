"""Which check comes next: the cheapest open one that the guide's good and bad outcomes lead to.

A topic's steps are done in their order; "go on with step N" under a bad outcome makes N the next one and,
under a good one, everything behind it needless. What a bad outcome links to comes first, then the topics of
the latest answer, then what these are related to. Steps that change the device wait until something points at
their topic. Decided on the English articles, which have the same steps as the Japanese ones.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from bot.case.casefile import Case, Check, CheckState, Known
from bot.outputs import LOGS
from bot.outputs.echo import command_at
from bot.releases import applies, named
from ingest.catalogue import Catalogue
from kb.schema import Article, Language, Passage

POINTERS = frozenset({
    "accelerator-mapi-state", "connection-accelerator-applied", "connection-accelerator-configured",
    "connection-application", "connection-local-responses", "connection-map-uuid", "epm-counters-rise",
    "mapi-generic-handoff", "mapi-local-responses", "mapi-registered", "mapiao-four-disconnects",
    "verify-summary-core", "verify-summary-edge",
})  # fmt: skip
"""Findings whose problem says where to look next; every other problem proves its topic as the cause."""
_CORE_ONLY = "applies to a core WAE only"
_MODES = {"exec": 0, "": 1, "windows": 2, "config": 3, "config-ssl-peering": 3}
_ONWARD = re.compile(r"(?:go on|continue) with step (\d{1,2})")
_TERM = re.compile(r"`([^`\n]{1,200})`")
_LINK = re.compile(r"\]\(([a-z0-9-]{1,80})\.md\)")
_FROM = re.compile(r"\((\d\.\d\.\d) and later\)")
Side = Literal["edge", "core"]


@dataclass(frozen=True, slots=True)
class Step:
    """One step of an article: what it shows, where its outcomes lead, what it costs."""

    topic: str
    number: int
    passage: Passage
    outputs: frozenset[str]
    terms: frozenset[str]
    onward: int | None
    good_topics: tuple[str, ...]

    @property
    def id(self) -> str:
        """The check's id, "topic:step"."""
        return f"{self.topic}:{self.number}"

    @property
    def commands(self) -> tuple[str, ...]:
        """The commands to type."""
        return tuple(command.text for command in self.passage.commands)

    @property
    def changes(self) -> bool:
        """Whether it changes something: a command does, or it is an action with nothing to look at."""
        if self.passage.commands:
            return any(command.effect == "changes-state" for command in self.passage.commands)
        return not (self.passage.good or self.passage.bad)

    @property
    def cost(self) -> tuple[int, int]:
        """How dear it is: the mode it is typed in, then the number of commands."""
        modes = [_MODES[command.mode] for command in self.passage.commands] or [_MODES[""]]
        return max(modes), len(modes)


@dataclass(frozen=True, slots=True)
class Proposal:
    """What follows: a step, or a proven cause, or neither because the guide has no further check."""

    step: Step | None = None
    proven: str | None = None

    @property
    def exhausted(self) -> bool:
        """Whether no check is left and no cause is proven."""
        return self.step is None and self.proven is None


class Guide:
    """The steps of every article, read once for a build of the index."""

    def __init__(self, catalogue: Catalogue) -> None:
        """Read the steps of ``catalogue``."""
        self._catalogue = catalogue
        self.steps = {topic: tuple(_steps(catalogue.article("en", topic))) for topic in catalogue.topics()}

    def article(self, language: Language, topic: str) -> Article:
        """Return an article in ``language``."""
        return self._catalogue.article(language, topic)

    def title(self, language: Language, topic: str) -> str:
        """Return an article's title, or the topic's id where this build has no such article."""
        return self.article(language, topic).front.title if topic in self.steps else topic

    def quote(self, path: str, first: int, last: int) -> str | None:
        """Return the passage at those lines of ``path``, or None."""
        return self._catalogue.quote(path, first, last)

    def step(self, check_id: str) -> Step | None:
        """Return the step behind a check's id, or None."""
        return next((step for step in self.steps.get(check_id.partition(":")[0], ()) if step.id == check_id), None)

    def passage(self, language: Language, step: Step) -> Passage:
        """Return the passage of ``step`` in ``language``."""
        passages = [p for p in self.article(language, step.topic).passages if p.kind == "step"]
        return passages[step.number - 1]

    def applies(self, step: Step, release: str | None) -> bool:
        """Say whether a step is for ``release``; every step is where the release is not known."""
        if release is None:
            return True
        runs = (4, 99, 0) if release.startswith("<") else named(release)[0]
        since = _FROM.search(step.passage.text)
        if since and runs < named(since[1])[0]:
            return False
        return applies(runs, self.article("en", step.topic).front.releases)


def _steps(article: Article) -> Iterator[Step]:
    passages = [passage for passage in article.passages if passage.kind == "step"]
    for number, passage in enumerate(passages, 1):
        outcomes = " ".join((*passage.good, *passage.bad))
        ahead = [int(n) for line in passage.bad for n in _ONWARD.findall(line) if int(n) > number]
        good = [line for line in passage.quote.splitlines() if line.strip().startswith("- Good:")]
        links = [topic for line in good for topic in _LINK.findall(line) if topic != article.front.id]
        terms = frozenset(_TERM.findall(outcomes))
        yield Step(article.front.id, number, passage, _shows(passage), terms, min(ahead, default=None), tuple(links))


def _shows(passage: Passage) -> frozenset[str]:
    """Return the outputs that a step shows, by the names that the parser gives them."""
    found = {command_at(command.text, 0)[0] for command in passage.commands}
    text = " ".join((passage.text, *(command.text for command in passage.commands)))
    found |= {module.COMMAND for module in LOGS if module.COMMAND in text}
    return frozenset(name for name in found if name)


def settle(guide: Guide, case: Case) -> list[Check]:
    """Bring ``case.checks`` in line with its findings and return those that changed; the latest word counts."""
    checks = {check.id: check for check in case.checks if check.source == "user"}
    before = {check.id: check.state for check in case.checks}
    topics = {known.finding.topic for known in case.findings} | set(case.focus)
    for step in (step for topic in sorted(topics) for step in guide.steps.get(topic, ())):
        found = verdict(step, case.findings)
        if found and (step.id not in checks or found[1] > checks[step.id].turn):
            state, turn = found
            checks[step.id] = Check(step.id, step.topic, step.number, step.commands, state, turn, "evidence")
    case.checks = sorted(checks.values(), key=lambda check: check.turn)
    return [check for check in case.checks if check.state != before.get(check.id, "open")]


def verdict(step: Step, findings: list[Known]) -> tuple[CheckState, int] | None:
    """Return what the findings say of a step, and since which turn; None where they say nothing."""
    relevant = [known for known in findings if _concerns(known, step)]
    for state, word in (("problem", "bad"), ("normal", "good")):
        turns = [known.turn for known in relevant if known.finding.state == state]
        if turns:
            return word, max(turns)  # type: ignore[return-value]
    return None


def _concerns(known: Known, step: Step) -> bool:
    own = known.finding.topic == step.topic
    if not own and known.finding.topic not in step.passage.leads_to:
        return False
    if known.command in step.outputs:
        return own or known.finding.state == "problem"
    proof = " ".join(evidence.text for evidence in known.finding.evidence)
    return own and not step.outputs and any(len(term) > 2 and term in proof for term in step.terms)


def propose(guide: Guide, case: Case, release: str | None, role: Side | None) -> Proposal:
    """Return what follows in ``case``, were ``release`` and ``role`` as given."""
    proven = cause(case, role)
    if proven:
        return Proposal(proven=proven)
    ranked: list[tuple[tuple[int, ...], Step]] = []
    for order, (stage, topic) in enumerate(_frontier(guide, case)):
        step, urgent = _open_step(guide, case, topic, stage, release)
        if step:
            seen = seen_in(step, case) is not None
            ranked.append(((not urgent, step.changes, stage, not seen, *step.cost, order), step))
    return Proposal(min(ranked, key=lambda pair: pair[0])[1]) if ranked else Proposal()


def cause(case: Case, role: Side | None) -> str | None:
    """Return the topic that a problem among the findings proves, the most specific of the latest turn."""
    proving = [
        known
        for known in case.findings
        if known.finding.state == "problem"
        and known.finding.id not in POINTERS
        and known.finding.topic not in case.treated
        and (role == "core" or _CORE_ONLY not in known.finding.message["en"])
    ]
    proving.sort(key=lambda known: (not known.finding.topic.startswith("handoff"), -known.turn))
    return proving[0].finding.topic if proving else None


def seen_in(step: Step, case: Case) -> int | None:
    """Return the latest turn whose paste showed the output of ``step``, or None."""
    turns = [known.turn for known in case.findings if known.command in step.outputs]
    return max(turns, default=None)


def ruled_out(guide: Guide, case: Case) -> tuple[str, ...]:
    """Return the topics that good outcomes exclude: a deciding step is good, or all steps to look at are."""
    found = []
    problems = {known.finding.topic for known in case.findings if known.finding.state == "problem"}
    for topic in dict.fromkeys(check.topic for check in case.checks if check.topic in guide.steps):
        states = {step.number: _state(guide, case, step) for step in guide.steps[topic]}
        looks = [step for step in guide.steps[topic] if step.passage.good and not step.changes]
        decided = any(step.onward and states[step.number] == "good" for step in looks)
        whole = bool(looks) and all(states[step.number] == "good" for step in looks)
        if topic not in problems and (decided or whole) and "bad" not in states.values():
            found.append(topic)
    return tuple(found)


def _frontier(guide: Guide, case: Case) -> list[tuple[int, str]]:
    """Return (stage, topic): 0 what bad outcomes lead to, 1 what was asked about, 2 what is related."""
    bad = sorted((c for c in case.checks if c.state == "bad"), key=lambda check: -check.turn)
    led = [known.finding.topic for known in case.findings if known.finding.state == "problem"]
    for check in bad:
        step = guide.step(check.id)
        if step:
            led += [check.topic] if step.onward else []
            led += step.passage.leads_to
    asked = list(case.focus)
    for check in case.checks:
        step = guide.step(check.id)
        asked += step.good_topics if step and check.state == "good" else ()
    related = list(case.related)
    for topic in (*led, *asked):
        related += guide.article("en", topic).front.related if topic in guide.steps else ()
    stages: dict[str, int] = {}
    for stage, topics in enumerate((led, asked, related)):
        for topic in topics:
            if topic in guide.steps and topic not in case.treated:
                stages.setdefault(topic, stage)
    return [(stage, topic) for topic, stage in stages.items()]


def _open_step(guide: Guide, case: Case, topic: str, stage: int, release: str | None) -> tuple[Step | None, bool]:
    """Return the topic's next open step, and whether the bad outcome before it goes on with just that one."""
    due = 0
    for step in guide.steps[topic]:
        if step.number < due or not guide.applies(step, release):
            continue
        state = _state(guide, case, step)
        if state == "open":
            if step.changes and stage > 0 and step.number != due:
                continue
            return step, step.number == due and stage == 0
        if state == "good" and step.onward:
            return None, False
        due = step.onward if state == "bad" and step.onward else due
    return None, False


def _state(guide: Guide, case: Case, step: Step) -> CheckState:
    """Return a step's state; a step that looks for the same in the same output as a settled one shares its state."""
    own = case.check(step.id)
    if own and own.state != "open":
        return own.state
    for check in reversed(case.checks):
        if check.state == "open" or not check.commands or check.commands != step.commands:
            continue
        other = guide.step(check.id)
        shared, either = (len(step.terms & other.terms), len(step.terms | other.terms)) if other else (0, 1)
        told = check.state in ("good", "bad")
        if 2 * shared >= either or (shared and not told):
            return check.state
    return "open"
