"""``python -m ingest``: bring the index up to date with kb/."""

from __future__ import annotations

import argparse
import sys

from bot import config
from bot.errors import KbError
from ingest.encode import load_encoder
from ingest.index import BuildReport, build


def main(argv: list[str] | None = None) -> int:
    """Build the index and return the exit status: 0 done, 1 failed, 2 wrong usage."""
    parser = argparse.ArgumentParser(prog="python -m ingest", description=__doc__)
    parser.add_argument("--rebuild", action="store_true", help="build anew even when nothing changed")
    arguments = parser.parse_args(argv)
    try:
        report = _build_with_progress(arguments.rebuild)
    except (KbError, OSError) as error:
        sys.stderr.write(f"ingest: {error}\n")
        return 1
    state = "switched to" if report.switched else "already at"
    sys.stdout.write(f"{state} {report.version}: {report.chunks} chunks, {report.embedded} embedded\n")
    return 0


def _build_with_progress(rebuild: bool) -> BuildReport:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    settings = config.current()
    encoder = load_encoder(settings.embedding)
    columns = (TextColumn("chunks"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("chunks", total=None)
        return build(
            settings.index_dir,
            encoder,
            lambda done, total: bar.update(task, completed=done, total=total),
            rebuild=rebuild,
        )


if __name__ == "__main__":
    sys.exit(main())
