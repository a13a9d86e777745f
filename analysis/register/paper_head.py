"""What stands around every document of the register: language, the moment of its making, letterhead and number."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from analysis.documents.blocks import Block, Letterhead, PrintDocument
from analysis.documents.labels import Labels, labels
from analysis.documents.oversized import without_oversized


@dataclass(frozen=True, slots=True)
class PaperHead:
    """The head of a document."""

    lang: str
    #: aware; its local day is the document's date
    made_at: datetime
    letterhead: Letterhead = field(default_factory=Letterhead)
    #: number of the document; None: a place to write it
    number: int | None = None

    @property
    def labels(self) -> Labels:
        """The words of its language."""
        return labels(self.lang)

    def document(
        self,
        zone: ZoneInfo,
        title: str,
        abstract: str,
        subtitle: str,
        blocks: Iterable[Block],
        annex: Iterable[Block] = (),
    ) -> PrintDocument:
        """Return the document under this head; `zone` is that of its date."""
        made = self.made_at.astimezone(zone)
        return PrintDocument(
            self.lang,
            title,
            abstract,
            (subtitle,),
            made.date(),
            made,
            tuple(without_oversized(blocks, self.labels)),
            self.letterhead,
            self.number,
            tuple(without_oversized(annex, self.labels)),
        )
