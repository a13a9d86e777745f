"""register weekly, overdue, yearly, dossier: the documents of the register."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from diembao.cli import options, translated
from diembao.cli.context import DONE, WRONG, CliContext, pass_context
from diembao.cli.options import MOST_ROWS
from pipeline.i18n.catalogs import mark, translate

if TYPE_CHECKING:
    from diembao.jobs.register_papers.papers import Paper, PaperForm, PaperRequest
    from storage.database import Database

_number = translated.option(
    "--number", type=click.IntRange(1, MOST_ROWS), help=mark("Number of the document in your register of documents.")
)
_unit = translated.option(
    "--unit", default="", metavar="HANDLE", help=mark("Only the matters of this unit (handle of its department).")
)
_forms = translated.option(
    "--form",
    "forms",
    multiple=True,
    type=click.Choice(["docx", "pdf"]),
    help=mark("Only this form (may be repeated)."),
)
_out = translated.option(
    "-o",
    "--out",
    type=click.Path(path_type=Path),
    metavar="PATH",
    help=mark("A file .docx or .pdf, or the folder for both (default: reports in the home folder)."),
)


@translated.command(
    help=mark("Make the list of the last whole week: opened, answered, ended, and waiting with what is due.")
)
@_unit
@options.as_of
@_number
@_forms
@_out
@pass_context
def weekly(
    app: CliContext, unit: str, as_of: datetime | None, number: int | None, forms: Sequence[PaperForm], out: Path | None
) -> int:
    from diembao.jobs.register_papers.papers import weekly_paper

    return _write(app, _request(app, as_of, number, unit), weekly_paper, forms, out)


@translated.command(help=mark("Make the list of what is overdue, by unit."))
@_unit
@options.as_of
@_number
@_forms
@_out
@pass_context
def overdue(
    app: CliContext, unit: str, as_of: datetime | None, number: int | None, forms: Sequence[PaperForm], out: Path | None
) -> int:
    from diembao.jobs.register_papers.papers import overdue_paper

    return _write(app, _request(app, as_of, number, unit), overdue_paper, forms, out)


@translated.command(
    help=mark(
        "Make the yearly report on giving information to the press: six figures, each with its source. Year Y is "
        "15 December of Y - 1 to 14 December of Y ([calendar] of register.toml)."
    )
)
@translated.option(
    "--year", type=click.IntRange(2000, 2100), help=mark("Which year (default: the last one that has ended).")
)
@options.as_of
@_number
@_forms
@_out
@pass_context
def yearly(
    app: CliContext,
    year: int | None,
    as_of: datetime | None,
    number: int | None,
    forms: Sequence[PaperForm],
    out: Path | None,
) -> int:
    from diembao.jobs.register_papers.papers import yearly_paper

    request = _request(app, as_of, number)
    chosen = year or request.book.rules.calendar.report_year(request.day) - 1
    return _write(app, request, lambda storage, asked: yearly_paper(storage, asked, chosen), forms, out, year=chosen)


@translated.command(
    help=mark("Make the dossier of one matter: information, impact, nature, legal basis, proposal. No notes are in it.")
)
@translated.argument("matter", type=click.IntRange(1, MOST_ROWS))
@options.as_of
@_number
@_forms
@_out
@pass_context
def dossier(
    app: CliContext,
    matter: int,
    as_of: datetime | None,
    number: int | None,
    forms: Sequence[PaperForm],
    out: Path | None,
) -> int:
    from diembao.jobs.register_papers.papers import dossier_paper

    request = _request(app, as_of, number)

    def make(storage: Database, asked: PaperRequest) -> Paper | None:
        return dossier_paper(storage, asked, matter)

    return _write(app, request, make, forms, out, matter=matter)


def _request(app: CliContext, as_of: datetime | None, number: int | None, unit: str = "") -> PaperRequest:
    from config.register.book import load_register_book
    from diembao.jobs.register_papers.papers import PaperRequest

    options.begun_day(app, as_of)
    language = app.document_language()
    topics = {t.id: t.label_en if language == "en" else t.label_vi for t in app.rules().topics.topic}
    book = load_register_book(app.home.config)
    return PaperRequest(app.settings(), book, language, topics, _as_of(app, as_of), unit, number)


def _as_of(app: CliContext, day: datetime | None) -> datetime | None:
    """Return the last moment of a day; None for today: what is still to come cannot be listed."""
    from diembao.system.clock import now

    end = options.end_of_day(day, app.zone())
    return None if end is None or end > now() else end


def _write(
    app: CliContext,
    request: PaperRequest,
    make: Callable[[Database, PaperRequest], Paper | None],
    forms: Sequence[PaperForm],
    out: Path | None,
    **told: Any,
) -> int:
    """Make a document, write its forms, and print what was written."""
    from diembao.jobs.register_papers.papers import UnknownUnit, write_paper

    with app.storage() as storage:
        try:
            paper = make(storage, request)
        except UnknownUnit as error:
            known = ", ".join(one.handle for one in storage.accounts.departments()) or "–"
            message = translate("No department has the handle {handle}; there are {listed}", handle=error, listed=known)
            raise click.UsageError(message) from error
    if paper is None:
        app.warn(translate("There is no matter {number}.", number=told["matter"]))
        return WRONG
    files = write_paper(paper, _paths(paper, tuple(dict.fromkeys(forms)), out or app.home.root / "reports"))
    if app.as_json:
        app.print_json({"files": [str(file) for file in files], "count": paper.count, **told})
    app.print(paper.document.abstract)
    for file in files:
        app.print(f"  {file}")
    return DONE


def _paths(paper: Paper, forms: Sequence[PaperForm], out: Path) -> dict[Path, PaperForm]:
    """Return the files to be written, each with its form. Raises UsageError where --form says another."""
    from diembao.jobs.register_papers.papers import PAPER_FORMS

    of_file: dict[str, PaperForm] = {".docx": "docx", ".pdf": "pdf"}
    suffix = None if out.is_dir() else of_file.get(out.suffix)
    if suffix is None:
        wanted: Sequence[PaperForm] = forms or PAPER_FORMS
        return {out / f"{paper.name}.{form}": form for form in wanted}
    if set(forms) - {suffix}:
        raise click.UsageError(translate("{file} is one file: leave out --form", file=out))
    return {out: suffix}


PAPERS = (weekly, overdue, yearly, dossier)
