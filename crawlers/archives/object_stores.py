"""Archives at s3:// addresses: Amazon S3 and what speaks as it does, known to fsspec through the package obstore.

Where and as whom is told by the usual variables: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION, AWS_ENDPOINT,
AWS_ALLOW_HTTP. Where none says as whom, requests go out unsigned, as public buckets take them: to ask the machine for a
role of its own, as one at Amazon has, would be a request to an address of the network's own (AWS_SKIP_SIGNATURE=false).
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import cache
from typing import Any

#: Variables that say as whom requests are signed, or that they are not.
_IDENTITY = (
    "AWS_ACCESS_KEY_ID",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_SKIP_SIGNATURE",
)
#: Bytes that are asked for at once, as fsspec asks a web server.
_BLOCK = 5 << 20
#: Tries of a request after the first, and how long they may take together: a shard that is lost is read again anyhow.
_RETRIES, _RETRYING = 3, timedelta(seconds=60)


def find_place(address: str) -> tuple[Any, str]:
    """Return the file system (of fsspec) of an address, and the path in it. Raises ImportError, OSError, ValueError."""
    from fsspec.core import url_to_fs

    if address.startswith("s3://"):
        _register_s3()
    fs, path = url_to_fs(address)
    return fs, path


@contextmanager
def _os_errors() -> Iterator[None]:
    """Raise OSError for what a store raises, in one line; PermissionError where it is closed to us."""
    from obstore.exceptions import BaseError, PermissionDeniedError, UnauthenticatedError

    try:
        yield
    except BaseError as error:
        closed = isinstance(error, PermissionDeniedError | UnauthenticatedError)
        raise (PermissionError if closed else OSError)(str(error).partition("\n")[0]) from error


@cache
def _register_s3() -> None:
    """Let fsspec read s3:// by obstore; raises ImportError where that is not installed."""
    import fsspec
    from fsspec.spec import AbstractBufferedFile
    from obstore.fsspec import FsspecStore

    class S3(FsspecStore):
        protocol = "s3"

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            if not any(os.environ.get(name) for name in _IDENTITY):
                kwargs["skip_signature"] = True
            super().__init__("s3", *args, retry_config={"max_retries": _RETRIES, "retry_timeout": _RETRYING}, **kwargs)

        async def _info(self, path: str, **kwargs: Any) -> dict[str, Any]:
            with _os_errors():
                return await super()._info(path, **kwargs)

        async def _ls(self, path: str, detail: Any = False, **kwargs: Any) -> Any:
            with _os_errors():
                return await super()._ls(path, detail, **kwargs)

        async def _cat_file(self, path: str, *ends: int | None, **kwargs: Any) -> bytes:
            with _os_errors():
                return await super()._cat_file(path, *ends, **kwargs)

        def _open(
            self,
            path: str,
            mode: str = "rb",
            block_size: Any = None,
            autocommit: Any = True,
            cache_options: Any = None,
            **options: Any,
        ) -> Any:
            # Its own file asks for a megabyte at a time.
            options["block_size"] = block_size or _BLOCK
            return AbstractBufferedFile(self, path, mode, autocommit=autocommit, **options)

    fsspec.register_implementation("s3", S3, clobber=True)
