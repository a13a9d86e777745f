"""A file that is either there whole or as it was before."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give the path of a draft beside `path`; at the end of the block the draft replaces the file.

    After an exception the file is as it was before, and the draft is deleted.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        yield draft
        draft.replace(path)
    except OSError as error:
        # A write that fails does not say of which file.
        if error.filename is None and error.errno is not None:
            error.filename = str(path)
        raise
    finally:
        draft.unlink(missing_ok=True)


def write_atomically(path: Path, data: bytes) -> None:
    """Write a whole file; it stays whole when the machine stops half-way, because the draft is synced to the disk."""
    with replacing(path) as draft, draft.open("wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())


@contextmanager
def stream_atomically(path: Path) -> Iterator[TextIO]:
    """Give a UTF-8 stream, line ends unchanged, whose text becomes the file at `path` when the block ends."""
    with replacing(path) as draft, draft.open("w", encoding="utf-8", newline="") as stream:
        yield stream
