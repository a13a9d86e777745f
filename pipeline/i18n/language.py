"""The language of the current run or request."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Literal, get_args

Language = Literal["vi", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)

_current: ContextVar[Language] = ContextVar("language", default="vi")


def current_language() -> Language:
    """Return the language that `set_language` or `use_language` chose for this context; Vietnamese if neither did."""
    return _current.get()


def set_language(language: Language) -> None:
    """Choose the language for the rest of this context: a command line run, or a request."""
    _current.set(language)


@contextmanager
def use_language(language: Language) -> Iterator[None]:
    """Choose the language for a block; the one before it holds again afterwards."""
    token = _current.set(language)
    try:
        yield
    finally:
        _current.reset(token)
