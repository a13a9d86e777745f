"""Images of articles' pages: what is to be drawn, what was drawn or why not, and what is kept."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from pipeline.records.outcomes import Reason

#: Form of an image: the page printed as a PDF, or its picture as a PNG.
ImageKind = Literal["pdf", "png"]


@dataclass(frozen=True, slots=True)
class PageToDraw:
    """The page of the newest text of an article, of which there is no image yet."""

    #: the page that the text was read from; it identifies the text also after articles were joined
    document_id: int
    item: str
    source_id: str
    #: address that the text was read from, after redirects
    url: str
    title: str
    #: failed attempts so far
    attempts: int = 0


@dataclass(frozen=True, slots=True)
class PageImage:
    """A page as a browser drew it."""

    document_id: int
    at: datetime
    #: address after redirects
    url: str
    kind: ImageKind
    body: bytes
    #: style sheets, pictures, fonts and scripts of the page that could not be had
    missing_parts: int
    #: whether the headline stood on the page when it was drawn
    shows_title: bool


@dataclass(frozen=True, slots=True)
class ImageFailure:
    """An attempt that brought no image. NOT_ASKED: the page was not visited, and the attempt does not count."""

    document_id: int
    at: datetime
    url: str
    reason: Reason
    note: str = ""
    #: the host asks to be left alone until then (429 or 503 with Retry-After)
    not_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class StoredImage:
    """What is kept of the image of one version of an article, or of the attempts to take it."""

    document_id: int
    #: number of the version; None: of a text that is no version any more
    version: int | None
    #: when it was taken, or last tried
    at: datetime
    url: str
    #: OK: it was taken
    reason: Reason
    note: str
    attempts: int
    #: when it is tried again; None: not by itself
    next_try: datetime | None
    #: path within the folder `images` of the home; '': there is no file
    file: str = ""
    sha256: str = ""
    size: int = 0
    missing_parts: int = 0
    shows_title: bool = True
    #: when retention took the file away
    removed_at: datetime | None = None
