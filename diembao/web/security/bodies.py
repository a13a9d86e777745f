"""The body of a request → its fields, within limits of size, number and time."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass

from starlette.datastructures import FormData, Headers, ImmutableMultiDict, UploadFile
from starlette.formparsers import FormParser, MultiPartException, MultiPartParser
from starlette.types import Receive

from diembao.web.errors import DeskError
from pipeline.i18n.catalogs import mark
from pipeline.i18n.notices import Message

#: Seconds in which a whole body must come.
BODY_SECONDS = 20.0
#: Most fields of a form: a hundred marked articles, each with a version, and room to spare.
_MOST_FIELDS = 2000


@dataclass(frozen=True, slots=True)
class BodyLimits:
    """What a route takes."""

    #: Bytes of the whole body.
    size: int = 256 * 1024
    files: int = 0
    #: Seconds in which it must come.
    seconds: float = BODY_SECONDS


#: The limits of an ordinary form.
FORM = BodyLimits()


async def read_form(headers: Headers, receive: Receive, limits: BodyLimits) -> FormData:
    """Return the fields of a form. Raises DeskError 400, 408, 411, 413 or 415."""
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in ("", "application/x-www-form-urlencoded", "multipart/form-data"):
        raise DeskError(415, Message(mark("A form was expected here.")))
    body = await _read(headers, receive, limits)
    if not body:
        return FormData()

    async def whole() -> AsyncGenerator[bytes, None]:
        yield body
        yield b""

    try:
        if kind == "multipart/form-data":
            return await MultiPartParser(
                headers, whole(), max_files=limits.files, max_fields=_MOST_FIELDS, max_part_size=limits.size
            ).parse()
        return await FormParser(headers, whole(), max_fields=_MOST_FIELDS, max_part_size=limits.size).parse()
    except (MultiPartException, ValueError, KeyError, LookupError) as error:
        raise DeskError(400, Message(mark("The form could not be read."))) from error


async def _read(headers: Headers, receive: Receive, limits: BodyLimits) -> bytes:
    declared = headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > limits.size:
        raise _too_large(limits)
    parts: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(limits.seconds):
            while True:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise DeskError(400, Message(mark("The form could not be read.")))
                parts.append(message.get("body", b""))
                size += len(parts[-1])
                if size > limits.size:
                    raise _too_large(limits)
                if not message.get("more_body", False):
                    return b"".join(parts)
    except TimeoutError as error:
        raise DeskError(408, Message(mark("The form came too slowly; send it again."))) from error


def _too_large(limits: BodyLimits) -> DeskError:
    return DeskError(
        413, Message(mark("The form is too large: at most {kilobytes} kB."), kilobytes=limits.size // 1024)
    )


def texts_of(form: FormData) -> "ImmutableMultiDict[str, str]":
    """Return the text fields of a form, without characters that no database holds."""
    return ImmutableMultiDict(
        [(name, value.replace("\0", "")) for name, value in form.multi_items() if isinstance(value, str)]
    )


def files_of(form: FormData) -> tuple[tuple[str, bytes], ...]:
    """Return (name of the field, bytes) of the files of a form; the names that a browser gave them are left out."""
    return tuple((name, value.file.read()) for name, value in form.multi_items() if isinstance(value, UploadFile))
