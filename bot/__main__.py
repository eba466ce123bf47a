"""The command line: ``python -m bot ask | chat | parse | doctor``.

Exit status: 0 answered, abstained or parsed; 2 wrong usage; 1 anything that failed, with one line on stderr.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable

from bot.errors import KbError


def main(argv: list[str] | None = None) -> int:
    """Run one command and return its exit status."""
    parser = _parser()
    arguments = parser.parse_args(argv)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    run: Callable[[argparse.Namespace], int] = _COMMANDS[arguments.command]
    try:
        return run(arguments)
    except BrokenPipeError:
        sys.stderr.close()
        return 1
    except (KbError, OSError) as error:
        sys.stderr.write(f"bot: {error}\n")
        return 1
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bot", description="The MAPI AO knowledge-base bot.")
    commands = parser.add_subparsers(dest="command", required=True)
    ask = commands.add_parser("ask", help="answer one question, or many with --batch")
    ask.add_argument("question", nargs="?", default="", help="the question, in Japanese or English")
    ask.add_argument("--paste", metavar="FILE", help="a file with device output or logs, - for standard input")
    parse = commands.add_parser("parse", help="say what pasted device output shows")
    parse.add_argument("file", nargs="?", default="-", help="a file; standard input without one")
    for command in (ask, parse):
        command.add_argument("--json", action="store_true", help="print one JSON object")
        command.add_argument("--batch", metavar="FILE", help="JSON lines in, JSON lines out; - for standard input")
    commands.add_parser("chat", help="a conversation in this terminal")
    commands.add_parser("doctor", help="say what is installed, which index and model, and what to mend")
    return parser


def _ask(arguments: argparse.Namespace) -> int:
    from bot import batch, config
    from bot.engine import Bot, Question

    if not (arguments.batch or arguments.question.strip() or arguments.paste):
        sys.stderr.write('bot: give a question: python -m bot ask "QUESTION" (or --paste FILE, or --batch FILE)\n')
        return 2
    bot = Bot(config.current())
    if arguments.batch:
        return batch.run(arguments.batch, lambda item: batch.ask(bot, item))
    paste = batch.read_text(arguments.paste) if arguments.paste else ""
    answer = bot.ask(Question(arguments.question, paste))
    if arguments.json:
        batch.write(batch.answer_json(answer))
    else:
        from bot import terminal

        terminal.show(answer)
    return 0


def _parse(arguments: argparse.Namespace) -> int:
    from bot import batch, terminal

    if arguments.batch:
        return batch.run(arguments.batch, batch.parse)
    result = terminal.parse_file(arguments.file)
    if arguments.json:
        batch.write({"id": "", **result.as_json()})
    else:
        terminal.show_parse(result)
    return 0


def _chat(_: argparse.Namespace) -> int:
    from bot import config, terminal
    from bot.engine import Bot

    return terminal.chat(Bot(config.current()))


def _doctor(_: argparse.Namespace) -> int:
    from bot import doctor

    return doctor.run()


_COMMANDS: dict[str, Callable[[argparse.Namespace], int]] = {
    "ask": _ask,
    "parse": _parse,
    "chat": _chat,
    "doctor": _doctor,
}

if __name__ == "__main__":
    sys.exit(main())
