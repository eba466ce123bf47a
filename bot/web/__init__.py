"""The web chat: one case in a browser, served by this machine to itself unless told otherwise."""
