"""The Slack bot: one thread is one case, and every event is answered once."""
