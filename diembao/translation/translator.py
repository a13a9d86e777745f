"""What an engine of translation is to the program: one text in, one text out, and no memory in between."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from pipeline.errors import DiembaoError
from pipeline.records.translations import Engine

#: Why an engine gave no translation of a text: no answer in time, an HTTP status, an answer that is cut, too large or
#: none of its protocol, a text in a language that it does not know.
FailureCode = Literal["timeout", "status", "cut", "too_large", "malformed", "language"]


@dataclass(frozen=True, slots=True)
class Hint:
    """A name in a text and how it is to be written in the translation."""

    source: str
    target: str


class EngineDown(DiembaoError):
    """The engine cannot be used at all; the message is a Message and says what to do."""


class TextFailed(DiembaoError):
    """The engine gave no translation of this one text; `note` has what it answered, in a few words."""

    def __init__(self, code: FailureCode, note: str = "") -> None:
        super().__init__(f"{code} {note}".strip())
        self.code, self.note = code, note


class Translator(Protocol):
    """An engine that is open; used by one thread, closed by who opened it."""

    def describe(self) -> Engine:
        """Return what translates. Raises EngineDown where it does not answer."""
        ...

    def translate(self, text: str, source: str, target: str, hints: Sequence[Hint] = (), /) -> str:
        """Return a text of the language `source` in the language `target` (both BCP 47 without region).

        A call knows nothing of any other. Raises TextFailed, or EngineDown where no text can be translated now.
        """
        ...

    def close(self) -> None: ...
