"""What DOCX, PDF and e-mail are made of: a Paper of a few kinds of blocks, and the letterhead it goes out under."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal

Style = Literal["text", "meta", "excerpt", "small"]


@dataclass(frozen=True, slots=True)
class Run:
    """Words of one look. `link` is an http(s) address."""

    text: str
    bold: bool = False
    italic: bool = False
    #: shown as marked with a pen
    marked: bool = False
    link: str | None = None


Runs = tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Heading:
    #: 1 to 3
    level: int
    runs: Runs


@dataclass(frozen=True, slots=True)
class Paragraph:
    runs: Runs
    style: Style = "text"


@dataclass(frozen=True, slots=True)
class Listing:
    items: tuple[Runs, ...]
    numbered: bool = False


@dataclass(frozen=True, slots=True)
class Grid:
    """A table with a row of headings."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    #: shares of the width
    widths: tuple[int, ...]
    #: columns of figures
    numeric: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Picture:
    png: bytes
    svg: str
    #: what it shows, for who does not see it
    alt: str


Block = Heading | Paragraph | Listing | Grid | Picture


@dataclass(frozen=True, slots=True)
class Letterhead:
    """The form of an administrative document (Decree 30/2020/NĐ-CP, annex I), or of a plain bulletin."""

    #: False: a plain bulletin, without any of what follows
    administrative: bool = False
    parent_agency: str = ""
    agency: str = ""
    #: behind the number, e.g. BC-SVHTTDL
    symbol: str = ""
    place: str = ""
    #: above the title of who signs, e.g. KT. GIÁM ĐỐC
    authority: str = ""
    signer_title: str = ""
    signer: str = ""
    #: e.g. "UBND tỉnh (b/c)"; the last is where it is filed
    recipients: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Paper:
    lang: str
    #: e.g. Điểm báo Ninh Thuận
    title: str
    #: lines below it: of what place, of what day, of what time
    subtitles: tuple[str, ...]
    day: date
    made_at: datetime
    blocks: tuple[Block, ...]
    letterhead: Letterhead = Letterhead()
    #: in the register of the agency; None: left for the clerk
    number: int | None = None

    @property
    def number_line(self) -> str:
        """Return e.g. 'Số: 05/BC-SVHTTDL', with room where there is no number yet."""
        # Two digits at least, by the Decree.
        return f"Số: {'      ' if self.number is None else f'{self.number:02d}'}/{self.letterhead.symbol}"

    @property
    def date_line(self) -> str:
        """Return e.g. 'Khánh Hòa, ngày 05 tháng 01 năm 2027'."""
        day = self.day
        # The Decree wants a zero before days below ten and before the months January and February.
        month = f"{day.month:02d}" if day.month < 3 else str(day.month)
        return f"{self.letterhead.place}, ngày {day.day:02d} tháng {month} năm {day.year}"


def closed(paper: Paper) -> tuple[Block, ...]:
    """Return the blocks, those of an administrative document ending in './.' behind the last word, by the Decree."""
    *before, last = paper.blocks
    if not paper.letterhead.administrative or not isinstance(last, Paragraph):
        return paper.blocks
    *runs, end = last.runs
    return *before, replace(last, runs=(*runs, replace(end, text=f"{end.text.rstrip('. ')}./.")))


def plain(runs: Runs) -> str:
    return "".join(run.text for run in runs)


def lines(paper: Paper) -> Iterator[str]:
    """Yield the paper as lines of plain text, links behind the words they are of."""
    yield from (paper.title.upper(), *paper.subtitles, "")
    for block in paper.blocks:
        match block:
            case Heading(level, runs):
                yield from ("", plain(runs).upper() if level == 1 else _linked(runs))
            case Paragraph(runs):
                yield _linked(runs)
            case Listing(items, numbered):
                yield from (f"{f'{n}.' if numbered else '-'} {_linked(runs)}" for n, runs in enumerate(items, 1))
            case Grid(_, rows):
                yield from (" | ".join(row) for row in (block.head, *rows))
            case Picture():
                yield f"[{block.alt}]"


def _linked(runs: Runs) -> str:
    links = list(dict.fromkeys(run.link for run in runs if run.link))
    return " ".join([plain(runs), *(f"<{link}>" for link in links)])
