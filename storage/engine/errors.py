"""The error of a database that cannot be used."""

from typing import Literal

from pipeline.errors import DiembaoError
from pipeline.i18n.notices import shown

#: Why a database cannot be used, where that is known; 'full', 'io' and 'busy' may pass by themselves.
Cause = Literal["", "full", "io", "busy", "damaged", "foreign", "readonly", "unreachable"]


class StorageError(DiembaoError):
    """The database cannot be used; the message names the file or address and the way out."""

    def __init__(self, message: str, cause: Cause = "") -> None:
        super().__init__(message)
        self.message = message
        self.cause = cause

    @property
    def may_pass(self) -> bool:
        """Whether it may pass without a change of the database or the configuration: a full disk, another's lock."""
        return self.cause in ("full", "io", "busy")

    def explanation(self) -> str:
        """Return the message in the language of the context, where the catalogues hold it."""
        return str(shown(self.message))


class LockedElsewhere(StorageError):
    """Another `diembao serve` runs on the database; the message says which."""
