"""What stands in blocks: device outputs that run over several of them, and the commands to type."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Literal

from ingest.documents.draft import Block, Mark
from ingest.documents.outputs import find_outputs
from ingest.documents.recognise import Trust, commands_of, standing
from kb.schema import Command

_TYPED = frozenset({"", "text", "txt", "plain", "console", "cli", "cisco", "ios", "waas", "exec", "config"})
"""Info strings of fences in which lines without a prompt may be commands of a device."""
_SHORT = 3
"""Lines of a code block up to which each line that looks like a command counts as one."""


def kind_of_code(block: Block) -> tuple[Literal["commands", "output"], tuple[str, ...]]:
    """Say whether a code block is for typing or for reading, and which outputs it holds."""
    lines = block.text.split("\n")
    names = tuple(dict.fromkeys(name for run in find_outputs(lines) for name in run.names))
    if names:
        return "output", names
    said = [line for line in lines if line.strip() and line.strip() != "!"]
    trust = _trust(block)
    typed = sum(1 for line in said if any(True for _ in commands_of([line], trust)))
    return ("commands" if 2 * typed >= len(said) else "output"), ()


def _trust(block: Block) -> Trust:
    """Say how far lines of a block are taken for commands that have no prompt and that the grammar does not know."""
    if block.kind != "code" or block.outputs or block.info.split(" ")[0].lower() not in _TYPED:
        return "prose"
    return "short" if sum(1 for line in block.text.split("\n") if line.strip()) <= _SHORT else "code"


def commands_in(blocks: Sequence[Block], quote: str) -> tuple[Command, ...]:
    """Return the commands of ``blocks`` that stand in a part's ``quote``, each once."""
    known = {text: command for block in reversed(blocks) for text, command in _commands(block).items()}
    return tuple(known[text] for text in dict.fromkeys(standing(quote)) if text in known) if known else ()


def _commands(block: Block) -> dict[str, Command]:
    """Return the commands of a whole block: one that was cut must not make commands of its pieces' ends."""
    if block.typed is None:
        found = chain(commands_of(block.text.split("\n"), _trust(block)), commands_of(block.code, "code"))
        block.typed = {}
        for command in found:
            block.typed.setdefault(command.text, command)
    return block.typed


def merged_outputs(blocks: Sequence[Block]) -> list[Block]:
    """Return ``blocks`` with each output that was written as paragraphs made one block of its own."""
    done: list[Block] = []
    at = 0
    while at < len(blocks):
        end = at
        while end < len(blocks) and blocks[end].kind == "text":
            end += 1
        if end == at:
            done.append(blocks[at])
            at += 1
        else:
            done += _merged(blocks[at:end])
            at = end
    return done


def _merged(blocks: Sequence[Block]) -> Iterator[Block]:
    """Yield paragraphs in order, those that one output covers as one block."""
    lines: list[str] = []
    owners: list[int] = []
    for number, block in enumerate(blocks):
        own = block.text.split("\n")
        lines += own
        owners += [number] * len(own)
    spans: list[tuple[int, int, tuple[str, ...]]] = []
    for run in find_outputs(lines):
        first, last = owners[run.first], owners[run.last]
        if spans and first <= spans[-1][1]:
            before = spans.pop()
            spans.append((before[0], last, tuple(dict.fromkeys(before[2] + run.names))))
        else:
            spans.append((first, last, run.names))
    at = 0
    for first, last, names in spans:
        yield from blocks[at:first]
        yield _joined(blocks[first : last + 1], names)
        at = last + 1
    yield from blocks[at:]


def _joined(blocks: Sequence[Block], names: tuple[str, ...]) -> Block:
    marks: list[Mark] = []
    offset = 0
    for block in blocks:
        marks += [(offset + at, line, column) for at, line, column in block.marks or [(0, block.first, 0)]]
        offset += len(block.text) + 1
    one, other = blocks[0], blocks[-1]
    text = "\n".join(block.text for block in blocks)
    code = tuple(chain.from_iterable(block.code for block in blocks))
    joined = Block("output", text, one.first, other.last, marks, other.end, steps=one.steps, page=one.page)
    joined.code, joined.outputs, joined.step = code, names, one.step
    return joined
