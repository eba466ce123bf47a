"""The command line: ``python -m bot ask | chat | parse | slack | mcp | doctor``.

Exit status: 0 answered, abstained or parsed; 2 wrong usage; 1 anything that failed, with one line on stderr.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable

from bot.errors import KbError
from bot.signs import inert


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
        sys.stderr.write(f"bot: {inert(' '.join(str(error).split()))}\n")
        return 1
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bot", description="The MAPI AO knowledge-base bot.")
    commands = parser.add_subparsers(dest="command", required=True)
    ask = commands.add_parser("ask", help="answer one question, or many with --batch")
    ask.add_argument("question", nargs="?", default="", help="the question, in Japanese or English")
    ask.add_argument("--paste", metavar="FILE", help="a file with device output or logs, - for standard input")
    ask.add_argument("--show-sent", action="store_true", help="print what was sent to the language model (KB_MODEL)")
    parse = commands.add_parser("parse", help="say what pasted device output shows")
    parse.add_argument("file", nargs="?", default="-", help="a file; standard input without one")
    for command in (ask, parse):
        command.add_argument("--json", action="store_true", help="print one JSON object")
        command.add_argument("--batch", metavar="FILE", help="JSON lines in, JSON lines out; - for standard input")
    chat = commands.add_parser("chat", help="a conversation in this terminal")
    chat.add_argument("--show-sent", action="store_true", help="print what was sent to the language model (KB_MODEL)")
    slack = commands.add_parser("slack", help="the Slack bot (docs/slack.md)")
    slack.add_argument("--check", action="store_true", help="say which token, scope or setting is missing, and stop")
    mcp = commands.add_parser("mcp", help="serve other agents over the Model Context Protocol (stdio)")
    mcp.add_argument("--http", action="store_true", help="streamable HTTP at /mcp of KB_HOST instead")
    mcp.add_argument("--port", type=int, default=7861, help="port of --http; default 7861, 0 for any free one")
    doctor = commands.add_parser("doctor", help="say what is installed, which index and model, and what to mend")
    doctor.add_argument("--json", action="store_true", help="print one JSON object")
    return parser


def _ask(arguments: argparse.Namespace) -> int:
    from bot import batch, config
    from bot.engine import Bot, Question
    from bot.llm import open_assistant

    if not (arguments.batch or arguments.question.strip() or arguments.paste):
        sys.stderr.write('bot: give a question: python -m bot ask "QUESTION" (or --paste FILE, or --batch FILE)\n')
        return 2
    bot = Bot(config.current())
    assistant = open_assistant(bot, config.current())
    improve = assistant.improve if assistant else None
    if arguments.batch:
        return batch.run(arguments.batch, lambda item: batch.ask(bot, item, improve))
    question = Question(arguments.question, batch.read_text(arguments.paste) if arguments.paste else "")
    answer = bot.ask(question)
    if improve is None and arguments.json and not arguments.show_sent:
        batch.write(batch.answer_json(answer))
        return 0
    from bot import terminal

    answer = terminal.improved(question, answer, improve)
    if arguments.json:
        batch.write(batch.answer_json(answer))
    else:
        terminal.show(answer)
    if arguments.show_sent:
        terminal.show_sent(answer)
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


def _chat(arguments: argparse.Namespace) -> int:
    from bot import config, terminal
    from bot.engine import Bot
    from bot.llm import open_assistant

    bot = Bot(config.current())
    assistant = open_assistant(bot, config.current())
    return terminal.chat(bot, assistant.improve if assistant else None, with_sent=arguments.show_sent)


def _slack(arguments: argparse.Namespace) -> int:
    from bot import config

    def told(line: str) -> None:
        sys.stdout.write(inert(line) + "\n")
        sys.stdout.flush()

    if arguments.check:
        from bot.slack import check

        return check.run(config.current(), told)
    from bot.slack import serve

    return serve.run(config.current(), told)


def _mcp(arguments: argparse.Namespace) -> int:
    from bot import config
    from bot.mcp import serve

    if arguments.http:
        serve.over_http(config.current(), arguments.port)
    else:
        serve.over_stdio(config.current())
    return 0


def _doctor(arguments: argparse.Namespace) -> int:
    from bot import doctor

    return doctor.run(arguments.json)


_COMMANDS: dict[str, Callable[[argparse.Namespace], int]] = {
    "ask": _ask,
    "parse": _parse,
    "chat": _chat,
    "mcp": _mcp,
    "doctor": _doctor,
    "slack": _slack,
}

if __name__ == "__main__":
    sys.exit(main())
