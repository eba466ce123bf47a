"""The web chat: reads the configuration, opens the index, starts the page on this machine."""

from __future__ import annotations

import sys

from bot import config
from bot.errors import KbError
from bot.signs import inert


def main() -> int:
    """Start the page and return the exit status once it has been stopped."""
    try:
        settings = config.load()
        from bot.web.serve import serve

        serve(settings, _say)
    except (KbError, OSError) as error:
        sys.stderr.write(f"app: {inert(str(error))}\n")
        return 1
    return 0


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
