"""Every error that the product raises on purpose, in one family.

KbError                      anything below; its text is one line that says what to do
|-- ConfigError              a setting is unknown, malformed or contradictory
|-- ArticleError             an article, sample, grammar or case file breaks its schema
|-- IndexMissing             no index has been built yet
|-- IndexMismatch            the index does not fit kb/, the model or the code
|-- EncoderError             the embedding model cannot run here or refused a text
`-- InputError               a question, paste or file that cannot be read
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


class EncoderError(KbError):
    """The embedding model cannot run on this machine, or cannot take this text."""


class InputError(KbError):
    """A question, a paste or a file cannot be read; the message says what to change."""
