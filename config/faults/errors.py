"""Faults of a configuration, and the error that lists them."""

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.errors import DiembaoError
from pipeline.i18n.notices import shown


@dataclass(frozen=True, slots=True)
class Fault:
    """One mistake in a configuration file."""

    file: str
    #: Line number from 1; None if the fault is a table missing from the file.
    line: int | None
    #: Path of the key, e.g. 'source[2].feeds[0].kind'; '' for the whole file.
    key: str
    #: In English; a Message can be shown in another language.
    message: str

    def __str__(self) -> str:
        return self._with_place(self.message)

    def translated(self) -> str:
        """Return the fault with its place, in the language of the context."""
        return self._with_place(shown(self.message))

    def _with_place(self, message: str) -> str:
        at = f"{self.file}:{self.line}" if self.line else self.file
        return f"{at}: {self.key}: {message}" if self.key else f"{at}: {message}"


class ConfigError(DiembaoError):
    """The configuration is unusable; `faults` lists every fault, at least one."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = tuple(faults)
