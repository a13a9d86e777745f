"""A file that is either there whole or as it was before, and that nobody else on the machine can read."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO


def keep_files_private() -> None:
    """Let every file that this process and its children create be its owner's alone (0600, folders 0700).

    Articles of paid sources, addresses of recipients and drafts of digests are in them, and most systems let everybody
    read new files. Files that exist keep the rights that they have.
    """
    os.umask(0o077)


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give the path of a draft beside `path`; at the end of the block the draft replaces the file.

    After an exception the file is as it was before, and the draft is deleted. A file that exists keeps its rights,
    because somebody may have opened it to others.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        yield draft
        if path.exists() and not path.is_symlink():
            draft.chmod(stat.S_IMODE(path.stat().st_mode))
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
