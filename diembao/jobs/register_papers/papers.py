"""The register → its documents as files: weekly and overdue lists, the yearly report, the dossier of a matter."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal
from zoneinfo import ZoneInfo

from diembao.jobs.publishing.digest import letterhead
from diembao.jobs.register_papers.state import register_state
from diembao.system.clock import now
from diembao.system.files import write_atomically
from pipeline.errors import DiembaoError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime
    from pathlib import Path

    from analysis.documents.blocks import Letterhead, PrintDocument
    from analysis.register.paper_head import PaperHead
    from config.register.book import RegisterBook
    from config.settings import DocumentSettings, Settings
    from pipeline.register.units import Units
    from storage.database import Database

PaperForm = Literal["docx", "pdf"]
PAPER_FORMS: tuple[PaperForm, ...] = ("docx", "pdf")


@dataclass(frozen=True, slots=True)
class Paper:
    """A document of the register, and the name of its file without suffix."""

    name: str
    document: PrintDocument
    #: what it lists: the number of its matters, or of its figures that are known
    count: int


@dataclass(frozen=True, slots=True)
class PaperRequest:
    """What every document of the register is made from."""

    settings: Settings
    book: RegisterBook
    language: str
    #: names of topics by id
    topic_labels: Mapping[str, str]
    #: aware; None: as it is now
    as_of: datetime | None = None
    #: handle of the one unit whose list is wanted; '': all
    unit: str = ""
    #: number of the document
    number: int | None = None

    @property
    def zone(self) -> ZoneInfo:
        """The province's time zone."""
        return ZoneInfo(self.settings.province.time_zone)

    @property
    def made_at(self) -> datetime:
        """The moment as of which it is, from which its date and its head are."""
        return self.as_of or now()

    @property
    def day(self) -> date:
        """The local day of that."""
        return self.made_at.astimezone(self.zone).date()

    def head(self) -> PaperHead:
        """Return the head of the document: the office's as it was on its day."""
        from analysis.register.paper_head import PaperHead

        letterhead = letterhead_at(self.settings.document, self.book.units, self.day)
        return PaperHead(self.language, self.made_at, letterhead, self.number)


class UnknownUnit(DiembaoError):
    """No department has the handle."""


def letterhead_at(document: DocumentSettings, units: Units, day: date) -> Letterhead:
    """Return the letterhead of a local day: that of settings.toml, before that what [[office]] of units.toml has."""
    head, earlier = letterhead(document), units.office_at(day)
    if earlier is None:
        return head
    names = ("parent_agency", "agency", "symbol", "place", "authority", "signer_title", "signer", "recipients")
    return replace(head, **{name: value for name in names if (value := getattr(earlier, name))})


def weekly_paper(storage: Database, request: PaperRequest) -> Paper:
    """Return the list of the last week that had ended. Raises UnknownUnit."""
    from analysis.register.list_documents import weekly_document
    from analysis.register.lists import PARTS, weekly_list

    unit = _unit(storage, request.unit)
    state = register_state(storage, request.book, request.zone, request.as_of)
    found = weekly_list(state, unit)
    document = weekly_document(state, found, request.head())
    count = len({one.matter.id for part in PARTS for one in found.part(part)})
    return Paper(f"van-de-bao-chi-tuan-{found.end:%Y-%m-%d}{_suffix(request)}", document, count)


def overdue_paper(storage: Database, request: PaperRequest) -> Paper:
    """Return the list of what was overdue. Raises UnknownUnit."""
    from analysis.register.list_documents import overdue_document
    from analysis.register.lists import overdue_list

    unit = _unit(storage, request.unit)
    state = register_state(storage, request.book, request.zone, request.as_of)
    found = overdue_list(state, unit)
    document = overdue_document(state, found, request.head())
    return Paper(f"van-de-bao-chi-qua-han-{request.day}{_suffix(request)}", document, len(found.rows))


def yearly_paper(storage: Database, request: PaperRequest, year: int) -> Paper:
    """Return the yearly report with its six figures."""
    from analysis.documents.labels import labels
    from analysis.register.figure_blocks import figure_chart
    from analysis.register.figures import register_figures
    from analysis.register.yearly import yearly_figures
    from analysis.register.yearly_document import yearly_document

    state = register_state(storage, request.book, request.zone, request.as_of, years=(year,))
    found = yearly_figures(state, year)
    figures = register_figures(state, found.first, found.last)
    situation = (figures, figure_chart(figures, labels(request.language)))
    document = yearly_document(state, found, situation, request.topic_labels, request.head())
    return Paper(f"phat-ngon-bao-chi-{year}", document, sum(one.count is not None for one in found.figures))


def dossier_paper(storage: Database, request: PaperRequest, matter: int) -> Paper | None:
    """Return the dossier of a matter; None: there was no such matter."""
    from analysis.register.dossier import dossier_document

    state = register_state(storage, request.book, request.zone, request.as_of)
    document = dossier_document(state, matter, request.head())
    return None if document is None else Paper(f"ho-so-van-de-{matter}", document, 1)


def render_paper(paper: Paper, form: PaperForm) -> bytes:
    """Return a document in one of its forms."""
    from analysis.documents.docx import render_docx
    from analysis.documents.pdf import render_pdf

    return render_docx(paper.document) if form == "docx" else render_pdf(paper.document)


def _unit(storage: Database, handle: str) -> int | None:
    if not handle:
        return None
    for one in storage.accounts.departments():
        if one.handle == handle:
            return one.id
    raise UnknownUnit(handle)


def _suffix(request: PaperRequest) -> str:
    return f"-{request.unit}" if request.unit else ""


def write_paper(paper: Paper, files: Mapping[Path, PaperForm]) -> list[Path]:
    """Write a document into each file, whole, in its form; return the files."""
    for path, form in files.items():
        write_atomically(path, render_paper(paper, form))
    return list(files)
