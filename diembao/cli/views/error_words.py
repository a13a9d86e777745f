"""Errors → a sentence in the language of the run."""

import os

from pipeline.i18n.catalogs import translate
from pipeline.i18n.notices import Message, shown
from pipeline.i18n.os_errors import os_error_message


def os_error_words(error: OSError) -> str:
    """Return what an error of the system says: the file, and the cause in words; other causes as the system says."""
    cause = os_error_message(error)
    if cause is None:
        return str(error)
    names = [os.fsdecode(name) if isinstance(name, bytes) else str(name) for name in (error.filename,) if name]
    return ": ".join([*names, cause.translated()])


def error_words(error: Exception) -> str:
    """Return the message of an exception: in the language of the run where it is one of ours."""
    if isinstance(error, UnicodeDecodeError):
        return translate("no text in UTF-8")
    own = error.args[0] if error.args else None
    return str(shown(own)) if isinstance(own, Message) else str(error)
