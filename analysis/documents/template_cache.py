"""Compiled templates, kept where Python keeps compiled modules: to compile those of a digest takes 0.15 s."""

import os
import sys
from contextlib import suppress
from hashlib import sha256
from importlib.util import cache_from_source
from pathlib import Path

from jinja2 import BytecodeCache, compiler
from jinja2.bccache import Bucket


class CompiledTemplates(BytecodeCache):
    """The code of templates in the `__pycache__` beside them; nowhere where Python would write no such file either.

    The file of another Python, of another Jinja or of another text of the template is not used.
    """

    def get_cache_key(self, name: str, filename: str | None = None) -> str:
        """Return the path of a template's compiled code."""
        return cache_from_source(f"{filename or name}.py")

    def get_source_checksum(self, source: str) -> str:
        made_by = Path(compiler.__file__).stat()
        return sha256(f"{made_by.st_mtime_ns} {made_by.st_size} {source}".encode()).hexdigest()

    def load_bytecode(self, bucket: Bucket) -> None:
        with suppress(OSError), Path(bucket.key).open("rb") as file:
            bucket.load_bytecode(file)

    def dump_bytecode(self, bucket: Bucket) -> None:
        if sys.dont_write_bytecode:
            return
        path = Path(bucket.key)
        draft = path.with_name(f"{path.name}.{os.getpid()}")
        with suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            try:
                with draft.open("xb") as file:
                    bucket.write_bytecode(file)
                draft.replace(path)
            finally:
                draft.unlink(missing_ok=True)
