"""The terminal face: an answer drawn with rich, a conversation, and the reading of a file."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markdown import Markdown
from rich.markup import escape
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn
from rich.table import Table
from rich.text import Text

from bot.batch import STREAMED, read_file, read_text
from bot.errors import KbError
from bot.findings import ParseResult
from bot.phrases import say
from bot.reading.parse import parse
from bot.render import markdown
from bot.signs import inert

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.answer import Answer
    from bot.case.casefile import Account
    from bot.engine import Bot, Question

    Improve = Callable[..., Answer]

_FENCE = re.compile(r"((?:^|(?<=\n))[ ]*`{3,}text\n(?:.*\n)*?[ ]*`{3,}(?=\n|$))")
_COLOURS = {"problem": "red", "normal": "green", "not_shown": "yellow", "not_recognised": "yellow"}


def show(answer: Answer, console: Console | None = None) -> None:
    """Draw one answer."""
    console = console or Console()
    for part in _FENCE.split(inert(markdown(answer))):
        if _FENCE.fullmatch(part):
            _show_fence(part, console)
        else:
            console.print(Markdown(part))
    used = answer.model or ("guide's own words" if answer.rewording else "no model")
    console.print(f"[dim]index {answer.index_version} · {used} · {answer.elapsed_ms:.0f} ms[/dim]")


def improved(question: Question, answer: Answer, improve: Improve | None, account: Account | None = None) -> Answer:
    """Return ``answer`` as a language model rewords it, where one is set; Ctrl-C keeps the guide's own words."""
    if improve is None:
        return answer
    with Console(stderr=True).status(say("rewording", answer.language)):
        return improve(question, answer, account)


def show_sent(answer: Answer) -> None:
    """Print what left for the language model, request by request, on standard error."""
    console = Console(stderr=True, highlight=False, markup=False)
    sent = answer.rewording.sent if answer.rewording else ()
    console.print(say("sent" if sent else "nothing_sent", answer.language, count=len(sent)))
    for text in sent:
        console.rule()
        console.print(inert(text), soft_wrap=True)


def _show_fence(fence: str, console: Console) -> None:
    """Draw a command or an output unwrapped, so that it can be copied as it is."""
    first, *lines, _ = fence.split("\n")
    margin = len(first) - len(first.lstrip())
    for line in lines:
        console.print(Text("    " + line[margin:], style="bold cyan"), soft_wrap=True, highlight=False)


def show_parse(result: ParseResult) -> None:
    """Draw what a paste shows: outputs, findings with their evidence, and what was not read."""
    console = Console()
    for output in result.outputs:
        state = "complete" if output.complete else "cut off; missing " + ", ".join(output.missing)
        console.print(
            f"[bold]{escape(inert(output.command))}[/bold] {output.start}-{output.end} {escape(inert(state))}"
        )
    table = Table("state", "finding", "evidence", show_lines=True)
    for finding in result.findings:
        proof = "\n".join(item.text for item in finding.evidence[:3]) or (finding.next_command or "")
        message = escape(inert(f"{finding.message['en']}\n{finding.message['ja']}"))
        table.add_row(f"[{_COLOURS[finding.state]}]{finding.state}[/]", message, escape(inert(proof)))
    if result.findings:
        console.print(table)
    for start, end in result.unrecognised:
        console.print(f"[dim]not read: characters {start}-{end}[/dim]")


def parse_file(file: str) -> ParseResult:
    """Read and parse one file (``-`` for standard input); a large log is streamed with a progress bar."""
    path = Path(file)
    if file == "-" or not path.is_file() or path.stat().st_size <= STREAMED:
        return parse(read_text(file))
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with Progress(*columns, TimeRemainingColumn(), console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(escape(inert(path.name)), total=path.stat().st_size)
        return read_file(path, lambda done, total: bar.update(task, completed=done, total=total))


def chat(bot: Bot, improve: Improve | None = None, *, with_sent: bool = False) -> int:
    """Hold a conversation until end of input; a paste ends with an empty line."""
    from bot.case.casefile import Account
    from bot.engine import Question

    account = Account()

    console = Console()
    console.print("[dim]Ask in Japanese or English, or paste output and end with an empty line. Ctrl-D ends.[/dim]")
    history: list[dict[str, str]] = []
    while (said := _read(console)) is not None:
        if not said.strip():
            continue
        try:
            question = Question(said, history=tuple(history))
            answer = improved(question, bot.ask(question), improve, account)
        except KbError as error:
            console.print(f"[red]{escape(inert(str(error)))}[/red]")
            continue
        show(answer, console)
        if with_sent:
            show_sent(answer)
        history += [{"role": "user", "content": said}, {"role": "assistant", "content": _gist(answer)}]
    return 0


def _read(console: Console) -> str | None:
    """Return one question (a line) or one paste (lines up to an empty one); None at end of input."""
    lines: list[str] = []
    try:
        lines.append(console.input("[bold cyan]> [/bold cyan]"))
        while lines[-1] and _more_waits():
            lines.append(input())
    except EOFError:
        return "\n".join(lines) if lines else None
    return "\n".join(lines)


def _more_waits() -> bool:
    """Say whether more of a paste is already waiting behind the line just read."""
    if not sys.stdin.isatty():
        return False
    import select

    return bool(select.select([sys.stdin], [], [], 0.05)[0])


def _gist(answer: Answer) -> str:
    """Return what of an answer later questions lean on: its titles."""
    titles = " / ".join(section.title for section in answer.guided)
    return titles or ("" if answer.sections else say("abstain", answer.language))
