"""The key of a desk: random bytes in the home folder, from which its tokens and ciphers are derived."""

import os
import secrets
from contextlib import suppress
from pathlib import Path

from diembao.system.home import Home

_BYTES = 32


def desk_key(home: Home) -> bytes:
    """Return the key of the home folder, made the first time. Raises OSError.

    A finished file is linked into place, so that of two processes at once both read the same, whole key.
    """
    path = home.root / "desk.key"
    with suppress(FileNotFoundError):
        return _read(path)
    home.root.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(secrets.token_bytes(_BYTES))
            stream.flush()
            os.fsync(stream.fileno())
        with suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink(missing_ok=True)
    return _read(path)


def _read(path: Path) -> bytes:
    key = path.read_bytes()
    if len(key) != _BYTES:
        raise OSError(0, "the key of the desk is damaged", str(path))
    return key
