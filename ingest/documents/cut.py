"""From blocks to parts: what belongs together stays together, and each part knows its exact place."""

from __future__ import annotations

from collections.abc import Sequence

from bot.text import language
from ingest.documents.draft import LABEL, Block, Draft
from ingest.documents.gather import commands_in, kind_of_code, merged_outputs
from ingest.documents.hidden import visible
from ingest.documents.model import Part, PartKind
from ingest.documents.pieces import Piece, line_pieces, row_pieces, sentence_pieces
from ingest.documents.recognise import releases_of
from ingest.windows import BUDGET, cost

_PROCEDURE = 1.4 * BUDGET
"""Estimated tokens up to which a procedure stays in one part; a longer one is cut between its steps."""
_LEAD = 0.4 * BUDGET
"""Estimated tokens of a paragraph that goes with the output or procedure that it announces."""
_INSIDE = 1_500
"""Characters of an output that a procedure shows as well."""


def cut(draft: Draft, document: str) -> tuple[Part, ...]:
    """Return the parts of a document, in order; ``document`` is its id."""
    cutter = _Cutter(draft, document)
    blocks = draft.blocks if draft.format in ("text", "pdf") else merged_outputs(draft.blocks)
    at = 0
    while at < len(blocks):
        at = cutter.take(blocks, at)
    cutter.close(0)
    return tuple(cutter.parts)


class _Cutter:
    def __init__(self, draft: Draft, document: str) -> None:
        self.draft = draft
        self.document = document
        self.parts: list[Part] = []
        self.trail: list[Block] = []
        self.bare: Block | None = None
        self.group: list[Block] = []
        self.size = 0.0

    def take(self, blocks: Sequence[Block], at: int) -> int:
        """Take the block ``at``, and what belongs to it; return the one after."""
        if self.trail and self.trail[-1].level == LABEL and self.bare is None:
            self._flush()
            self.trail.pop()
        return self._take(blocks, at)

    def _take(self, blocks: Sequence[Block], at: int) -> int:
        block = blocks[at]
        if block.kind == "heading":
            self._heading(block)
        elif block.steps:
            end = next((k for k in range(at, len(blocks)) if blocks[k].steps != block.steps), len(blocks))
            self._procedure(blocks[at:end])
            return end
        elif block.kind == "break":
            self._flush()
        elif block.kind == "output":
            self._output(block)
        elif block.kind == "code":
            self._code(block)
        elif block.kind == "table":
            self._table(block)
        else:
            self._prose(block)
        return at + 1

    def close(self, level: int) -> None:
        """End the section: a heading of ``level`` follows, or the document ends."""
        self._flush()
        if self.bare and self.bare.level >= level:
            bare, self.bare = self.bare, None
            self.trail.pop()
            self._emit("prose", [bare])

    def _heading(self, block: Block) -> None:
        self.close(block.level)
        while self.trail and self.trail[-1].level >= block.level:
            self.trail.pop()
        self.trail.append(block)
        self.bare = block

    def _prose(self, block: Block) -> None:
        size = cost(block.text)
        if self.size + size > BUDGET:
            self._flush()
        if size > BUDGET:
            self._emit_pieces("prose", block, sentence_pieces(block))
            return
        self.group.append(block)
        self.size += size

    def _code(self, block: Block) -> None:
        kind, block.outputs = kind_of_code(block)
        if kind != "commands":
            self._output(block)
            return
        if cost(block.text) > 2 * BUDGET:
            self._flush()
            self._emit_pieces("commands", block, row_pieces(block, headed=False))
            return
        if self.size + cost(block.text) > BUDGET:
            lead = self._lead()
            self._flush()
            self.group, self.size = lead, sum(cost(item.text) for item in lead)
        self.group.append(block)
        self.size += cost(block.text)

    def _output(self, block: Block) -> None:
        lead = self._lead()
        self._flush()
        pieces = line_pieces(block, self.draft.notes)
        if len(pieces) == 1:
            self._emit("output", [*lead, block])
            return
        self._emit("prose", lead)
        self._emit_pieces("output", block, pieces)

    def _table(self, block: Block) -> None:
        lead = self._lead()
        self._flush()
        if cost(block.text) <= BUDGET:
            self._emit("table", [*lead, block])
            return
        self._emit("prose", lead)
        self._emit_pieces("table", block, row_pieces(block))

    def _procedure(self, blocks: Sequence[Block]) -> None:
        lead = self._lead()
        self._flush()
        self.group, self.size = lead, sum(cost(block.text) for block in lead)
        for step in _steps(blocks):
            size = sum(cost(block.text) for block in step)
            if self.group and self.size + size > _PROCEDURE:
                self._flush("procedure")
            self._step(step, size)
        self._flush("procedure")

    def _step(self, step: Sequence[Block], size: float) -> None:
        """Add a step; outputs in it become parts as well, and large ones part it."""
        for block in step:
            kind = block.kind
            if kind == "code":
                kind, block.outputs = kind_of_code(block)  # type: ignore[assignment]
            if kind == "output" and len(block.text) <= _INSIDE:
                self._emit("output", [block])
            elif kind == "output" or (kind == "table" and size > _PROCEDURE):
                self._flush("procedure")
                self._table(block) if kind == "table" else self._output(block)
                continue
            if cost(block.text) > _PROCEDURE:
                self._flush("procedure")
                self._emit_pieces("procedure", block, sentence_pieces(block))
                continue
            self.group.append(block)
            self.size += cost(block.text)

    def _lead(self) -> list[Block]:
        """Take from the group the short paragraph that announces what follows."""
        if not self.group or self.group[-1].kind != "text" or cost(self.group[-1].text) > _LEAD:
            return []
        lead = self.group.pop()
        self.size -= cost(lead.text)
        return [lead]

    def _flush(self, kind: PartKind = "prose") -> None:
        group, self.group, self.size = self.group, [], 0.0
        code = any(block.kind == "code" for block in group)
        self._emit("commands" if kind == "prose" and code else kind, group)

    def _emit(self, kind: PartKind, blocks: Sequence[Block]) -> None:
        if not blocks:
            return
        first, start = blocks[0].place(0)
        last, end = blocks[-1].last, blocks[-1].end
        text = "\n".join(block.text for block in blocks)
        self._add(kind, blocks, Piece(text, first, start, last, end))

    def _emit_pieces(self, kind: PartKind, block: Block, pieces: Sequence[Piece]) -> None:
        for piece in pieces:
            self._add(kind, [block], piece)

    def _add(self, kind: PartKind, blocks: Sequence[Block], piece: Piece) -> None:
        text = visible(piece.text).strip("\n")
        if not text.strip():
            return
        self.bare = None
        quote = piece.quote(self.draft.lines)
        names = dict.fromkeys(name for block in blocks for name in block.outputs)
        self.parts.append(
            Part(
                id=f"{self.document}/{len(self.parts) + 1}",
                document=self.document,
                language=language(text),
                kind=kind,
                trail=tuple(visible(block.text).strip() for block in self.trail),
                text=text,
                quote=quote,
                first=piece.first,
                last=piece.last,
                page=blocks[0].page,
                commands=commands_in(blocks, quote),
                outputs=tuple(names),
                releases=releases_of(text),
            )
        )


def _steps(blocks: Sequence[Block]) -> list[list[Block]]:
    """Return the blocks of a procedure by step."""
    steps: list[list[Block]] = []
    for block in blocks:
        if block.step or not steps:
            steps.append([])
        steps[-1].append(block)
    return steps
