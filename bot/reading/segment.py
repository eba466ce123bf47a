"""Find where the outputs of the command line begin in a cleaned paste, and have each read."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, replace
from types import ModuleType

from bot.findings import Finding
from bot.outputs import OUTPUTS
from bot.outputs.base import Anchor, Reading, finding
from bot.outputs.echo import OURS, Echo, echoes
from bot.reading.paste import View


@dataclass(frozen=True, slots=True)
class Mark:
    """A place where an output may begin: a typed command, or a pattern that proves an output."""

    start: int
    end: int
    echo: Echo | None = None
    modules: tuple[ModuleType, ...] = ()
    heads: frozenset[str] = frozenset()


@dataclass(slots=True)
class _Source:
    """One anchor with the modules that share it, and those whose outputs it begins."""

    anchor: Anchor
    modules: tuple[ModuleType, ...] = ()
    heads: frozenset[str] = frozenset()


def _sources() -> list[_Source]:
    sources: dict[str, _Source] = {}
    for module in OUTPUTS:
        for i, anchor in enumerate(module.ANCHORS):
            source = sources.setdefault(anchor.pattern.pattern, _Source(anchor))
            source.modules += (module,)
            begins = i == 0 and not getattr(module, "LOOKS_BACK", False)
            source.heads |= {module.COMMAND} if begins else set()
    return list(sources.values())


_SOURCES = _sources()
_WORDS = sorted({word for source in _SOURCES for word in source.anchor.words})
_BY_COMMAND = {module.COMMAND: module for module in OUTPUTS}


def _marks(text: str) -> list[Mark]:
    """Return the marks of ``text`` in order, those within a typed command left out."""
    typed = echoes(text)
    begins = [echo.start for echo in typed]
    marks = [Mark(echo.start, echo.end, echo=echo) for echo in typed]
    present = {word for word in _WORDS if word in text}
    for source in _SOURCES:
        for word in source.anchor.words:
            if word in present:
                for found in source.anchor.matches(text, word):
                    k = bisect_right(begins, found.start()) - 1
                    if k < 0 or found.start() >= typed[k].end:
                        marks.append(Mark(found.start(), found.end(), None, source.modules, source.heads))
    shown = {module for mark in marks for module in mark.modules}
    for source in _SOURCES:
        wordless = not source.anchor.words and not shown.intersection(source.modules)
        if wordless and (first := source.anchor.pattern.search(text)):
            marks.append(Mark(first.start(), first.end(), None, source.modules, source.heads))
    return sorted(marks, key=lambda mark: (mark.start, mark.echo is None))


_REACH = 4000
PATIENCE, PATIENT = 4, 40_000
"""How often a text may be read, and characters beside that, before outputs are read no farther than needed."""
NEAR, MARGIN = 2_000, 300
"""Characters behind a mark that are read then, and those at the end of them that an output must not reach."""
_Found = tuple[ModuleType, Reading]


def segments(view: View) -> tuple[list[_Found], list[Finding]]:
    """Read the outputs of the command line in ``view``, and tell of commands without a readable one."""
    reader = _Reader(view)
    for i in range(len(reader.marks)):
        reader.look(i)
    reader.leave()
    return reader.outputs, reader.unread


class _Reader:
    """Goes from mark to mark; knows how far the text is read and which command was typed last."""

    def __init__(self, view: View) -> None:
        self.view = view
        self.marks = _marks(view.text)
        self.outputs: list[_Found] = []
        self.unread: list[Finding] = []
        self._done = 0
        self._echo: Echo | None = None
        self._used = False
        self._refused: dict[str, int] = {}
        self._ends: dict[str, list[int]] = {}
        self._spent = 0

    def look(self, i: int) -> None:
        """Read the output that begins at mark ``i``, if one does."""
        mark = self.marks[i]
        if mark.start < self._done:
            return
        if mark.echo:
            self.leave()
            self._echo = mark.echo
            found = self._typed(i, mark.echo)
        else:
            found = self._proved(i, mark)
        if found:
            self.outputs.append(found)
            self._done = found[1].end
            self._used = True

    def leave(self) -> None:
        """Tell of the last typed command if nothing was read after it."""
        if self._echo and not self._used:
            self.unread += _unread(self.view, self._echo)
        self._used = False

    def _typed(self, i: int, echo: Echo) -> _Found | None:
        """Ask the announced module where no anchor follows: it may read what has no anchor."""
        module = _BY_COMMAND.get(echo.command or "")
        alone = i + 1 == len(self.marks) or self.marks[i + 1].echo is not None
        return self._read(module, i, echo, echo.end) if module and alone else None

    def _proved(self, i: int, mark: Mark) -> _Found | None:
        """Ask the modules that share the anchor, the announced one first."""
        echo = self._echo
        command = echo.command if echo else None
        for module in sorted(mark.modules, key=lambda module: command != module.COMMAND):
            if command not in (None, module.COMMAND) and getattr(module, "NEEDS_ECHO", False):
                continue
            if _of_another(command, module.COMMAND) and module.COMMAND not in mark.heads:
                continue
            near = echo if echo and echo.end >= self._done and mark.start - echo.end < _REACH else None
            lead = mark.start if module.COMMAND in mark.heads else max(self._done, mark.start - _REACH)
            found = self._read(module, i, near, max(lead, echo.end if echo else 0))
            if found:
                return found
        return None

    def _read(self, module: ModuleType, i: int, echo: Echo | None, start: int) -> _Found | None:
        if self.marks[i].start < self._refused.get(module.COMMAND, 0):
            return None
        limit = self._limit(module, i)
        typed = echo if echo and echo.command == module.COMMAND else None
        after = echo.end if echo and echo.command is None else start
        begin = typed.start if typed else after
        reading = self._within(module, begin, max(begin, self.marks[i].start) + NEAR, limit)
        if reading is None:
            self._refused[module.COMMAND] = limit
            return None
        first = min(typed.start, reading.start) if typed else self._begin(echo, reading.start)
        return module, replace(reading, start=first)

    def _within(self, module: ModuleType, begin: int, near: int, limit: int) -> Reading | None:
        """Have ``module`` read up to ``limit``; once much was read in vain, no farther than the output reaches.

        A text that repeats one line of an output begins a new one at each of them: read to the end every time, it would
        take time that grows with its square.
        """
        end = limit if self._spent < PATIENCE * len(self.view.text) + PATIENT else min(near, limit)
        while True:
            self._spent += end - begin
            reading: Reading | None = module.read(self.view, begin, end)
            if end == limit or reading is None or reading.end < end - MARGIN:
                return reading
            end = min(limit, end + end - begin)

    def _begin(self, echo: Echo | None, start: int) -> int:
        """Return where an output begins: at a command that is not known, if it comes right before."""
        unknown = echo is not None and echo.command is None and echo.end <= start
        if echo and unknown and not self.view.text[echo.end : start].strip():
            return echo.start
        return start

    def _limit(self, module: ModuleType, i: int) -> int:
        """Return where the output that mark ``i`` begins has to have ended."""
        if module.COMMAND not in self._ends:
            self._ends[module.COMMAND] = [k for k, mark in enumerate(self.marks) if _ends(module, mark)]
        ends = self._ends[module.COMMAND]
        k = bisect_right(ends, i)
        return self.marks[ends[k]].start if k < len(ends) else len(self.view.text)


def _ends(module: ModuleType, mark: Mark) -> bool:
    """Whether an output of ``module`` that began before ``mark`` has ended there."""
    if mark.echo:
        return not (getattr(module, "MERGES", False) and mark.echo.command == module.COMMAND)
    if module in mark.modules:
        return module.COMMAND in mark.heads and not getattr(module, "REPEATS", False)
    owns: frozenset[str] = getattr(module, "OWNS", frozenset())
    return not any(other.COMMAND in owns for other in mark.modules)


def _of_another(command: str | None, ours: str) -> bool:
    """Whether ``command`` asks of another accelerator what ``ours`` asks of MAPI or EPM."""
    return command not in (None, *OURS) and str(command).rpartition(" ")[0] == ours.rpartition(" ")[0]


# Other vendors' devices know these commands too: their output is no failed reading of ours.
_ANYWHERE = frozenset({"show version", "show clock", "show ntp status", "show license", "show running-config"})


def _unread(view: View, echo: Echo) -> list[Finding]:
    """Tell of a known command whose output could not be read; of others nothing is claimed."""
    module = _BY_COMMAND.get(echo.command or "")
    if module is None or not echo.at_prompt or module.COMMAND in _ANYWHERE:
        return []
    message = (
        f"{module.COMMAND} の出力を読み取れませんでした。もう一度実行し、出力の全体を貼り付けてください。",
        f"The output of {module.COMMAND} could not be read; run it again and paste all of it.",
    )
    trigger = (
        "コマンドのあとに、知っている形の出力がありません。",
        "No output of a known form follows the command.",
    )
    id = "unread-" + re.sub(r"[^a-z]+", "-", module.COMMAND)
    span = [(echo.start, echo.end)]
    return [finding(view, id, module.TOPIC, "not_recognised", message, trigger, span, module.COMMAND)]
