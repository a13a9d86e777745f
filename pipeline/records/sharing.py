"""Pages that another installation collected and read."""

import zlib
from dataclasses import dataclass

from pipeline.records.articles import Article, Document
from pipeline.records.outcomes import Reason

_NO_BYTES = zlib.compress(b"")


@dataclass(frozen=True, slots=True)
class SharedPage(Document):
    """A page with what was read of it where it was collected; its body is compressed still (`packed`)."""

    #: zlib-compressed bytes; of b'' where they were not had, or are gone
    packed: bytes = _NO_BYTES
    #: None: nothing was read of it, or nobody knows any more
    article: Article | None = None
    #: why it is unreadable; None: it is not
    fault: Reason | None = None
    note: str = ""
