"""What Slack takes in one message, and what this bot allows itself."""

from __future__ import annotations

BLOCKS = 44
"""Blocks of one message; Slack takes 50, task cards of the stream included."""
CHARACTERS = 10_000
"""Characters of all blocks of one message; Slack takes 12,000."""
ELEMENT = 2_900
"""Characters of one piece of text; Slack takes 3,000 in a section."""
HEADER = 150
"""Characters of a header."""
LABEL = 75
"""Characters of a button's label."""
VALUE = 2_000
"""Characters of a button's value."""
PROMPTS = 4
"""Suggested prompts that Slack shows."""
EVIDENCE = 5
"""Proofs of one finding that a message quotes; the case in the web chat has them all."""
QUOTED = 600
"""Characters of a question that a shared answer quotes."""

WORKERS = 4
"""Answers that are worked out at the same time."""
LEASE = 60.0
"""Seconds after which work whose instance fell silent is taken over by another."""
ATTEMPTS = 5
"""How often work is taken up before the person is told that it failed."""
DRAIN = 20.0
"""Seconds that answers under way have to end when the bot is stopped."""
KEPT_DAYS = 90
"""Days for which it is known what was answered; later edits and deletions of a question are not followed."""
RATE_WAITS = 30
"""How often one call waits for Slack's rate limit before it counts as failed."""
TIMEOUT = 30
"""Seconds that one call to Slack may take."""

FILES = 10
"""Files of one message that are read."""
FILE_BYTES = 5_000_000
"""Bytes of all files of one message."""
BODY_BYTES = 1_000_000
"""Bytes of one request of Slack in HTTP mode."""
