"""``python -m ingest [PATH...]``: bring the index up to date with kb/ and your own documents, and take PATHs in.

python -m ingest status             what is in, and what could not be read
python -m ingest remove PATH...     take documents out
python -m ingest rollback [BUILD]   go back to the build before, or to BUILD

A file or folder that is named like one of these is given as ./status. Exit status: 0 done (something went in, though
perhaps not everything), 1 nothing could be done, 2 wrong usage, 130 stopped by Ctrl-C, 143 by SIGTERM.
"""

from __future__ import annotations

import argparse
import errno
import signal
import sys
from collections.abc import Callable, Sequence

from bot import config
from bot.config import Config
from bot.errors import KbError
from bot.signs import inert
from ingest.documents import told


def main(argv: list[str] | None = None) -> int:
    """Run one command and return the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m ingest", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("paths", nargs="*", metavar="PATH", help="a file or folder, or status, remove, rollback")
    parser.add_argument("--rebuild", action="store_true", help="build anew even when nothing changed")
    parser.add_argument("--watch", action="store_true", help="go on, and follow every change until stopped")
    arguments = parser.parse_args(argv)
    first, *rest = arguments.paths or [""]
    run = _COMMANDS.get(first)
    problem = _misused(first, rest, arguments) if run else ""
    if problem:
        parser.error(problem)
    stopped = _Stopped()
    before = signal.signal(signal.SIGTERM, stopped)
    try:
        settings = config.current()
        return run(settings, rest) if run else _bring(settings, arguments)
    except KbError as error:
        sys.stderr.write(f"ingest: {inert(str(error))}\n")
        return 1
    except OSError as error:
        sys.stderr.write(f"ingest: {inert(_mended(error))}; what was finished before goes on answering\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("ingest: stopped; what was finished before goes on answering\n")
        return stopped.status
    finally:
        signal.signal(signal.SIGTERM, before)


def _mended(error: OSError) -> str:
    """Return what the system said, with what to do about it."""
    said = " ".join(str(error).split())
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"{said}; the disk is full: free some space where KB_DATA_DIR and the temporary folder are"
    if error.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
        return f"{said}; KB_DATA_DIR cannot be written: mend its rights, or name another folder"
    return f"{said}; python -m bot doctor looks at the disk"


class _Stopped:
    """Ends the program upon SIGTERM as upon Ctrl-C, and knows which of them it was."""

    status = 130

    def __call__(self, *_: object) -> None:
        self.status = 143
        raise KeyboardInterrupt


def _misused(command: str, rest: Sequence[str], arguments: argparse.Namespace) -> str:
    """Return what is wrong with how a command was given, or nothing."""
    if arguments.rebuild or arguments.watch:
        return f"--rebuild and --watch do not go with {command}; a file of that name is given as ./{command}"
    if command == "remove" and not rest:
        return "say what to remove: python -m ingest remove PATH..."
    if (command == "status" and rest) or (command == "rollback" and len(rest) > 1):
        return f"too much after {command}; a file of that name is given as ./{command}"
    return ""


def _bring(settings: Config, arguments: argparse.Namespace) -> int:
    """Bring kb/ and the documents up to date, once or again and again."""
    from ingest import bring

    fine = bring.everything(settings, arguments.paths, rebuild=arguments.rebuild)
    if arguments.watch:
        bring.follow(settings)
    return 0 if fine else 1


def _status(settings: Config, _: Sequence[str]) -> int:
    from ingest import bring

    sys.stdout.write(inert(told.status(bring.documents_home(settings))))
    return 0


def _remove(settings: Config, paths: Sequence[str]) -> int:
    from ingest import bring

    bring.remove(settings, paths)
    return 0


def _rollback(settings: Config, version: Sequence[str]) -> int:
    from ingest import bring

    bring.rollback(settings, "".join(version))
    return 0


_COMMANDS: dict[str, Callable[[Config, Sequence[str]], int]] = {
    "status": _status,
    "remove": _remove,
    "rollback": _rollback,
}

if __name__ == "__main__":
    sys.exit(main())
