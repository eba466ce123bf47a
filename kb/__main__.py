"""``python -m kb lint``: check the knowledge base; ``python -m kb coverage GUIDE``: find homeless facts."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from kb.coverage import coverage
from kb.lint import lint

ROOT = Path(__file__).resolve().parent.parent


def main(argv: list[str] | None = None) -> int:
    """Run one check and return its exit status: 0 sound, 1 faults found, 2 wrong usage."""
    parser = argparse.ArgumentParser(prog="python -m kb", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("lint", help="check articles, samples and grammar")
    find = commands.add_parser("coverage", help="find what a guide says and kb/ does not")
    find.add_argument("guide", type=Path, help="the guide's text file")
    find.add_argument("--all", action="store_true", help="list what has a home as well")
    arguments = parser.parse_args(argv)
    return _lint() if arguments.command == "lint" else _coverage(arguments.guide, arguments.all)


def _lint() -> int:
    faults = lint(ROOT)
    for fault in faults:
        sys.stderr.write(fault + "\n")
    sys.stdout.write(f"{len(faults)} faults\n" if faults else "kb: sound\n")
    return 1 if faults else 0


def _coverage(guide: Path, everything: bool) -> int:
    try:
        facts = coverage(guide, ROOT)
    except (OSError, UnicodeDecodeError) as error:
        sys.stderr.write(f"kb: cannot read {guide}: {error}\n")
        return 1
    homeless = [fact for fact in facts if not fact.homes]
    for fact in facts if everything else homeless:
        sys.stdout.write(f"{fact.kind:8} {fact.text}: {', '.join(fact.homes[:3]) or 'NO HOME'}\n")
    sys.stdout.write(f"{len(facts)} facts, {len(homeless)} without a home\n")
    return 1 if homeless else 0


if __name__ == "__main__":
    sys.exit(main())
