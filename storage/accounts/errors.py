"""The error of a change of accounts that is refused."""

from pipeline.errors import DiembaoError
from pipeline.i18n.notices import shown


class AccountRefused(DiembaoError):
    """A change of accounts or departments breaks a rule; the message says which, and the way out."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message

    def explanation(self) -> str:
        """Return the message in the language of the context."""
        return str(shown(self.message))
