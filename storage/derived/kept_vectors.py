"""An encoder whose vectors are kept in a file, so that an article that is tagged again is not encoded again."""

from __future__ import annotations

import hashlib
import os
import sqlite3
import time
from contextlib import closing
from typing import TYPE_CHECKING, Any

from pipeline.opinion.encoder import EncoderFailed

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from pipeline.opinion.encoder import Encoder, Vectors

#: Vectors that a file keeps at most; the oldest go. One takes some 800 bytes.
_MOST = 400_000
#: Seconds that an encoder is left alone after it failed: one that is down must not cost each article its time limit.
_REST = 60.0
#: Seconds to wait for another process.
_WAIT = 5.0
_TABLE = "CREATE TABLE IF NOT EXISTS vectors (id INTEGER PRIMARY KEY, key BLOB NOT NULL UNIQUE, vector BLOB NOT NULL)"


class KeptVectors:
    """An encoder with a file of its vectors by text and model; without the file it does the same, more slowly.

    The file holds what can be computed again: where it cannot be read or written, is damaged or in use, it is done
    without. Processes share it.
    """

    def __init__(self, encoder: Encoder, file: Path | None) -> None:
        self._encoder, self._file = encoder, file
        self._failure: EncoderFailed | None = None
        self._rests_until = 0.0

    @property
    def name(self) -> str:
        """See Encoder."""
        return self._encoder.name

    def encode(self, texts: Sequence[str], /) -> Vectors:
        """See Encoder."""
        import numpy as np

        keys = [hashlib.sha256(f"{self.name}\n{text}".encode("utf-8", "replace")).digest() for text in texts]
        known = self._read(keys)
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
        if missing:
            fresh = dict(zip(missing, self._ask(list(missing.values())), strict=True))
            known |= fresh
            self._write(fresh)
        return np.stack([known[key] for key in keys])

    def _ask(self, texts: Sequence[str]) -> Vectors:
        if self._failure is not None and time.monotonic() < self._rests_until:
            raise self._failure
        try:
            vectors = self._encoder.encode(texts)
        except EncoderFailed as error:
            self._failure, self._rests_until = error, time.monotonic() + _REST
            raise
        self._failure = None
        return vectors

    def _read(self, keys: Iterable[bytes]) -> dict[bytes, Any]:
        if self._file is None or not self._file.exists():
            return {}
        import numpy as np

        wanted = list(dict.fromkeys(keys))
        marks = ",".join("?" * len(wanted))
        try:
            with closing(self._open()) as file:
                rows = file.execute(f"SELECT key, vector FROM vectors WHERE key IN ({marks})", wanted).fetchall()
            # Half precision is enough: the weights were fitted to vectors of a model of 4 bits.
            return {key: np.frombuffer(vector, dtype=np.float16).astype(np.float32) for key, vector in rows}
        except (sqlite3.Error, ValueError, TypeError):
            return {}

    def _write(self, vectors: dict[bytes, Any]) -> None:
        if self._file is None:
            return
        import numpy as np

        try:
            self._file.parent.mkdir(mode=0o700, parents=False, exist_ok=True)
            if not self._file.exists():
                os.close(os.open(self._file, os.O_CREAT | os.O_WRONLY, 0o600))
            with closing(self._open()) as file, file:
                file.execute(_TABLE)
                rows = [(key, vector.astype(np.float16).tobytes()) for key, vector in vectors.items()]
                file.executemany("INSERT OR IGNORE INTO vectors (key, vector) VALUES (?, ?)", rows)
                file.execute("DELETE FROM vectors WHERE id <= (SELECT max(id) FROM vectors) - ?", (_MOST,))
        except (sqlite3.Error, OSError):
            return

    def _open(self) -> sqlite3.Connection:
        return sqlite3.connect(str(self._file), timeout=_WAIT)
