"""A file that is written as long as the disk takes it, for writers that do worse than raise where it does not."""

from pathlib import Path
from types import TracebackType
from typing import BinaryIO


class Sink:
    """A binary file to write to. The first error is kept, all that is written afterwards is thrown away.

    zipfile closes an archive once more when its object is deleted, and prints a traceback where that fails; with this
    file it does not fail, and the error is raised at the end of the `with` block instead.
    """

    def __init__(self, path: Path) -> None:
        self._stream: BinaryIO = path.open("wb")
        self._at = self._end = 0
        self._error: OSError | None = None

    def write(self, data: bytes) -> int:
        """Write bytes at the current place."""
        if self._error is None and not self._stream.closed:
            try:
                self._stream.seek(self._at)
                self._stream.write(data)
            except OSError as error:
                self._error = error
        self._at += len(data)
        self._end = max(self._end, self._at)
        return len(data)

    def seek(self, offset: int, whence: int = 0) -> int:
        """Go to a place, counted from the beginning (0), from here (1) or from the end (2)."""
        self._at = offset + (0, self._at, self._end)[whence]
        return self._at

    def tell(self) -> int:
        """Return the current place."""
        return self._at

    def flush(self) -> None:
        """Hand what is written to the system."""
        if self._error is None and not self._stream.closed:
            try:
                self._stream.flush()
            except OSError as error:
                self._error = error

    def seekable(self) -> bool:
        """Return True: an archive's heads are written after its parts."""
        return True

    def __enter__(self) -> "Sink":
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, raised: BaseException | None, _at: TracebackType | None
    ) -> None:
        """Close the file. Raises the OSError that kept it from being written whole."""
        self.flush()
        try:
            self._stream.close()
        except OSError as error:
            self._error = self._error or error
        if self._error is not None and raised is None:
            raise self._error
