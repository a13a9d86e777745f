"""What is raised where a database cannot be used."""


class StorageError(Exception):
    """The database cannot be used; the message names the file or address and the way out."""
