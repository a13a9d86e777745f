"""The error of a database that cannot be used."""

from pipeline.errors import DiembaoError


class StorageError(DiembaoError):
    """The database cannot be used; the message names the file or address and the way out."""
