"""Content of DOCX, PDF and e-mail: a PrintDocument of a few kinds of blocks, and its letterhead."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal

from pipeline.i18n.catalogs import translate_code

#: Most rows of a table that is kept on one page
_SHORT = 12
#: Most letters of a cell of such a table: longer cells may make it taller than a page
_CELL = 60
#: Letters of a line of text, and those that stay with a signature at least
_LINE, _WITH_SIGNATURE = 85, 340

Style = Literal["text", "meta", "excerpt", "small"]


@dataclass(frozen=True, slots=True)
class Run:
    """Text in one style. `link` is an http(s) address; `language` that of the text, '' for that of the document."""

    text: str
    bold: bool = False
    italic: bool = False
    #: highlighted, as with a marker
    marked: bool = False
    link: str | None = None
    #: BCP 47
    language: str = ""


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
class BulletList:
    items: tuple[Runs, ...]
    numbered: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table with a row of headings."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    #: widths of the columns, in any unit
    widths: tuple[int, ...]
    #: indices of columns with figures
    numeric: frozenset[int] = frozenset()

    @property
    def is_short(self) -> bool:
        """Whether the table is kept on one page."""
        return len(self.rows) <= _SHORT and all(len(cell) <= _CELL for row in self.rows for cell in row)


@dataclass(frozen=True, slots=True)
class Picture:
    png: bytes
    svg: str
    #: alternative text
    alt: str


Block = Heading | Paragraph | BulletList | Table | Picture


@dataclass(frozen=True, slots=True)
class Letterhead:
    """The form of an administrative document (Decree 30/2020/NĐ-CP, annex I), or of a plain bulletin."""

    #: False: a plain bulletin, without the fields below
    administrative: bool = False
    parent_agency: str = ""
    agency: str = ""
    #: symbol after the number, e.g. BC-SVHTTDL
    symbol: str = ""
    place: str = ""
    #: line above the title of the signer, e.g. KT. GIÁM ĐỐC
    authority: str = ""
    signer_title: str = ""
    signer: str = ""
    #: e.g. "UBND tỉnh (b/c)"; the last is the archive
    recipients: tuple[str, ...] = ()

    @property
    def addressed(self) -> tuple[str, ...]:
        """Return the lines below 'Nơi nhận:', with the punctuation of the Decree."""
        names = [name for recipient in self.recipients if (name := recipient.strip(" -–;,."))]
        return tuple(f"- {name}{';' if n < len(names) else '.'}" for n, name in enumerate(names, 1))


@dataclass(frozen=True, slots=True)
class PrintDocument:
    lang: str
    #: e.g. Điểm báo Ninh Thuận
    title: str
    #: subject of an administrative document: e.g. Điểm báo Ninh Thuận ngày 22/11/2026
    abstract: str
    #: lines below the title: note, day, period
    subtitles: tuple[str, ...]
    day: date
    made_at: datetime
    blocks: tuple[Block, ...]
    letterhead: Letterhead = Letterhead()
    #: number in the register of the agency; None: left for the clerk
    number: int | None = None
    #: what stands behind the signature of an administrative document, on pages of its own; of a bulletin its last part
    annex: tuple[Block, ...] = ()
    #: whether it is set small, to be read on one page; an administrative document keeps the sizes of the Decree
    compact: bool = False

    @property
    def number_line(self) -> str:
        """Return e.g. 'Số: 05/BC-SVHTTDL', with blanks for a missing number."""
        # Two digits at least, by the Decree.
        number = "      " if self.number is None else f"{self.number:02d}"
        return form_text("number", number=number, symbol=self.letterhead.symbol)

    @property
    def date_line(self) -> str:
        """Return e.g. 'Khánh Hòa, ngày 05 tháng 01 năm 2027'."""
        day = self.day
        # The Decree asks for a zero before days below ten and before January and February.
        month = f"{day.month:02d}" if day.month < 3 else str(day.month)
        return form_text("date", place=self.letterhead.place, day=f"{day.day:02d}", month=month, year=day.year)


def form_text(code: str, **values: object) -> str:
    """Return a text of the administrative form ('motto', 'number', ...); it is Vietnamese in either language."""
    return translate_code("letterhead", code, language="vi", **values)


def layout_blocks(paper: PrintDocument) -> tuple[Block, ...]:
    """Return the blocks before the signature; those of an administrative document are numbered and end with './.'.

    The Decree wants './.' behind the last words of the text, so a document gets a sentence that ends it. A bulletin
    has no signature: its annex follows its blocks.
    """
    if not paper.letterhead.administrative:
        return *paper.blocks, *paper.annex
    return *_numbered(paper.blocks), Paragraph((Run(form_text("closing")),))


def annex_blocks(paper: PrintDocument) -> tuple[Block, ...]:
    """Return the blocks behind the signature of an administrative document, numbered from the beginning."""
    return tuple(_numbered(paper.annex)) if paper.letterhead.administrative else ()


def annex_note(paper: PrintDocument) -> str:
    """Return the line below the heading of an annex: '(Kèm theo Báo cáo số 05/BC-SVHTTDL ngày … của …)'."""
    number = f"{paper.number:02d}" if paper.number is not None else "      "
    day = paper.day
    return form_text(
        "annex_note",
        number=number,
        symbol=paper.letterhead.symbol,
        day=f"{day.day:02d}",
        month=f"{day.month:02d}" if day.month < 3 else str(day.month),
        year=day.year,
        agency=paper.letterhead.agency,
    )


def kept_units(blocks: Sequence[Block]) -> list[int]:
    """Return for each block how many of its last paragraphs stay on the page of what follows them.

    The signature never stands alone, nor below two lines: some four lines of text stay with it, of however many
    paragraphs and entries of lists. A table or a picture ends the chain.
    """
    kept = [0] * len(blocks)
    letters = 0
    for n in range(len(blocks) - 1, -1, -1):
        block = blocks[n]
        texts = [block.runs] if isinstance(block, Heading | Paragraph) else []
        texts = list(block.items) if isinstance(block, BulletList) else texts
        for runs in reversed(texts):
            kept[n] += 1
            letters += max(len(plain_text(runs)), _LINE)
            # A long paragraph may be divided, and leave two lines of itself on the page.
            if letters >= _WITH_SIGNATURE and sum(kept) > 2 and not isinstance(block, Heading):
                return kept
        if not texts:
            break
    return kept


def _numbered(blocks: Iterable[Block]) -> Iterator[Block]:
    """Put I., 1. and a) before headings, as the Decree asks."""
    counts = [0, 0, 0]
    for block in blocks:
        if isinstance(block, Heading):
            at = block.level - 1
            counts[at:] = [counts[at] + 1] + [0] * (len(counts) - block.level)
            number = (f"{roman(counts[0])}.", f"{counts[1]}.", f"{_letter(counts[2])})")[at]
            yield replace(block, runs=(replace(block.runs[0], text=f"{number} ", link=None, marked=False), *block.runs))
        else:
            yield block


def roman(n: int) -> str:
    """Return a number below 40 in Roman numerals: 14 is XIV."""
    tens, ones = divmod(n, 10)
    return "X" * tens + ("", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX")[ones]


def _letter(n: int) -> str:
    return chr(ord("a") + (n - 1) % 26)


def plain_text(runs: Runs) -> str:
    return "".join(run.text for run in runs)


def plain_text_lines(paper: PrintDocument) -> Iterator[str]:
    """Yield the document as lines of plain text, links after their line."""
    yield from (paper.title.upper(), *paper.subtitles, "")
    for block in (*paper.blocks, *paper.annex):
        match block:
            case Heading(level, runs):
                yield from ("", plain_text(runs).upper() if level == 1 else _linked(runs))
            case Paragraph(runs):
                yield _linked(runs)
            case BulletList(items, numbered):
                yield from (f"{f'{n}.' if numbered else '-'} {_linked(runs)}" for n, runs in enumerate(items, 1))
            case Table(_, rows):
                yield from (" | ".join(row) for row in (block.head, *rows))
            case Picture():
                yield f"[{block.alt}]"


def _linked(runs: Runs) -> str:
    links = list(dict.fromkeys(run.link for run in runs if run.link))
    return " ".join([plain_text(runs), *(f"<{link}>" for link in links)])
