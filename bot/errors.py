"""Every error that the product raises on purpose, in one family.

KbError                      anything below; its text is one line that says what to do
|-- ConfigError              a setting is unknown, malformed or contradictory
|-- ArticleError             an article, sample, grammar or case file breaks its schema
|-- IndexMissing             no index has been built yet
|-- IndexMismatch            the index does not fit kb/, the model or the code
|-- ServerError              the Chroma server that holds the index does not answer or refuses
|-- EncoderError             the embedding model cannot run here or refused a text
|-- SlackError               Slack refused a call for good
|-- InputError               a question, paste or file that cannot be read
|   `-- NotFound             a topic, sample or check that does not exist
|-- Busy                     too much is being worked on; the same may be asked again in a moment
`-- Refused                  a request over HTTP that is not served: its status and the mend
"""


class KbError(Exception):
    """Base of the family: the message is one clear line for a person."""


class ConfigError(KbError):
    """A setting is unknown, malformed or contradicts another."""


class ArticleError(KbError):
    """A file of the knowledge base or of the evals breaks its schema."""


class IndexMissing(KbError):
    """There is no index to answer from; the message names the command that builds it."""


class IndexMismatch(KbError):
    """The index does not fit its sources, model or code; the message names the mend."""


class ServerError(KbError):
    """The Chroma server that holds the index does not answer or refuses; the message names it and the mend."""


class EncoderError(KbError):
    """The embedding model cannot run on this machine, or cannot take this text."""


class SlackError(KbError):
    """Slack refused a call for good; ``code`` is Slack's own word for why."""

    def __init__(self, code: str) -> None:
        super().__init__(f"Slack refused: {code}")
        self.code = code


class InputError(KbError):
    """A question, a paste or a file cannot be read; the message says what to change."""


class NotFound(InputError):
    """A topic, sample or check that does not exist."""


class Busy(KbError):
    """Too much is being worked on; the same may be asked again in a moment."""


class Refused(KbError):
    """A request over HTTP that is not served: ``status`` of the answer, ``mend`` what to do."""

    def __init__(self, status: int, message: str, mend: str) -> None:
        """Say ``message`` to the caller, with what to do about it."""
        super().__init__(message)
        self.status, self.mend = status, mend
