"""The database → a day's digest in every form: HTML, Markdown, DOCX, PDF, CSV, e-mail."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from analysis.digest.beside import with_beside
from analysis.digest.model import Counts, DigestPeriod, build_digest, count_items
from analysis.digest.office import Office
from analysis.documents.blocks import Letterhead, Picture, PrintDocument
from config.settings import DocumentSettings, Settings
from diembao.jobs.collection.ledger import watched_sources
from diembao.jobs.periods import Period, period_of
from diembao.jobs.publishing.day_edit import day_edit, draft_of, leaves_out
from diembao.jobs.publishing.day_surges import day_surges
from diembao.jobs.publishing.day_translations import translated_items, with_translations
from diembao.jobs.publishing.draft_digest import DraftDigest
from diembao.jobs.publishing.earlier_digests import EarlierDigests
from diembao.system.clock import now, overdue
from diembao.system.files import write_atomically
from pipeline.records import Item, ItemLine
from pipeline.rules.rulebook import Rulebook
from pipeline.tagging.reason_text import with_full_name
from storage.database import Database

#: Weeks whose same weekday is the baseline of a day's number of items.
_WEEKS = 4
#: Forms of a digest: of one page, as HTML, DOCX and PDF; those of the whole by the suffix of their file.
FORMS = ("brief", "html", "md", "docx", "pdf", "csv")
#: Forms that the daily job writes.
DAILY = ("brief", "html", "md", "docx", "pdf")


def build_draft(
    storage: Database,
    settings: Settings,
    rules: Rulebook,
    *,
    day: date | None,
    language: str,
    made_at: datetime | None = None,
    number: int | None = None,
    as_of: datetime | None = None,
) -> DraftDigest:
    """Return the digest of a day (None: today) from the database as it is now, or as it was at `as_of`.

    `made_at` is the time that the digest carries (default: `as_of`, else now), `number` its number of the year.
    """
    at = made_at or as_of or now()
    period = period_of(day, settings, at)
    found = storage.articles.digest_items(period.start, period.end, period.late_from, as_of=as_of)
    edit = day_edit(storage, period, found, as_of)
    people = storage.accounts.full_names()
    items = _with_full_names(edit.kept(found), people)
    # A day is compared with others of its kind: what archives had of those first was not in their digests either.
    archived = any(item.provenance == "archive" for item in found)
    previous, *weeks = (
        _collected(storage, _days_before(period, days, settings, at), as_of, archived=archived)
        for days in (1, *(7 * n for n in range(1, _WEEKS + 1)))
    )
    earlier = EarlierDigests(storage, period)
    errata, corrected = earlier.errata() if as_of is None else ((), [])
    model = build_digest(
        items,
        # Only a digest made now can be late.
        DigestPeriod(
            period.day, period.start, period.end, at, overdue() if made_at is None and as_of is None else None
        ),
        edit.rules(rules, items),
        previous=None if previous is None else count_items(previous),
        sources=watched_sources(storage, period.start, period.end),
        weekdays=[len(week) for week in weeks if week is not None],
        errata=errata,
        # Surges are not stored, so they cannot be recomputed for a past `as_of`.
        unusual=day_surges(storage, period, rules, items, language) if as_of is None else (),
    )
    beside = storage.articles.beside_items(period.start, period.end, period.late_from, as_of=as_of)
    model = with_beside(
        replace(
            model,
            edition=earlier.edition(previous),
            office=_office(storage, edit.office(items), period, settings, as_of),
        ),
        _with_full_names(edit.kept(beside), people),
        {w.id: w.label_vi if language == "vi" else w.label_en for w in rules.topics.watch},
    )
    model = with_translations(storage, settings.translation, model, items, language, as_of)
    items = translated_items(storage, model, items, language)
    names = {t.id: t.label_vi if language == "vi" else t.label_en for t in rules.topics.topic}
    return DraftDigest(model, items, language, settings, names, number, corrected)


def _with_full_names(items: Sequence[Item], people: Mapping[str, str]) -> list[Item]:
    """Return items; those on which a person of the desk decided say so with the person's full name."""
    reasons = [with_full_name(item.tags.reason, people) for item in items]
    return [
        item if reason is item.tags.reason else replace(item, tags=replace(item.tags, reason=reason))
        for item, reason in zip(items, reasons, strict=True)
    ]


def _office(storage: Database, office: Office, period: Period, settings: Settings, as_of: datetime | None) -> Office:
    """Return the part of people, with the head of the day's audit where the digest is of now."""
    head = storage.audit.head_of_day(period.day, ZoneInfo(settings.province.time_zone)) if as_of is None else None
    return replace(office, audit=head.hash if head is not None and head.seq else "")


def _days_before(period: Period, days: int, settings: Settings, at: datetime) -> Period:
    return period_of(period.day - timedelta(days=days), settings, at)


def _collected(storage: Database, period: Period, as_of: datetime | None, *, archived: bool) -> list[ItemLine] | None:
    """Return the articles of a period; None if nothing was collected in it: then zero articles would be a false count.

    With `archived` those of archives are among them. Those that people left out are not; rejected ones no digest holds.
    """
    if not storage.crawl.was_asked(period.start, period.end):
        return None
    draft = draft_of(storage, period, as_of)
    lines = storage.articles.digest_lines(period.start, period.end, period.late_from, as_of=as_of, archived=archived)
    return [line for line in lines if not leaves_out(draft, line)]


def render(draft: DraftDigest, forms: Sequence[str], *, letter: bool = False) -> dict[str, bytes]:
    """Return the files of a digest by name: in `forms` (of FORMS) and, with `letter`, the parts of an e-mail.

    The e-mail is the brief: the whole digest is attached to it.
    """
    from analysis.digest.excerpt import kept_excerpts

    with kept_excerpts():
        return _render(draft, forms, letter=letter)


def _render(draft: DraftDigest, forms: Sequence[str], *, letter: bool) -> dict[str, bytes]:
    from analysis.digest.html import render_html, render_markdown
    from analysis.documents.docx import render_docx
    from analysis.documents.page import render_page
    from analysis.documents.pdf import render_pdf
    from diembao.jobs.publishing.digest_email import email_files

    # The chart is drawn once for all forms: it takes longer than any of them.
    pictures = _pictures(draft) if {"html", "docx", "pdf"} & set(forms) else ()
    paper = print_document(draft, letterhead(draft.settings.document), pictures)

    def page(render: Callable[..., str], **more: Any) -> bytes:
        texts = {"province": draft.province, "note": draft.note, "topic_labels": draft.topic_labels}
        return render(draft.day, draft.language, **texts, **more).encode()

    renders: dict[str, Callable[[], bytes]] = {
        "html": lambda: page(render_html, pictures=pictures),
        "md": lambda: page(render_markdown),
        "docx": lambda: render_docx(paper),
        "pdf": lambda: render_pdf(paper),
        "csv": lambda: _csv(draft.items, ZoneInfo(draft.settings.province.time_zone)),
    }
    rendered = {f"{draft.name}.{form}": renders[form]() for form in forms if form != "brief"}
    # A page and an e-mail have no letterhead; the date stands below their title.
    plain = brief_document(draft, Letterhead()) if letter or "brief" in forms else paper
    if "brief" in forms:
        head = letterhead(draft.settings.document)
        brief = brief_document(draft, head) if head.administrative else replace(plain, letterhead=head)
        rendered[f"{draft.brief_name}.html"] = render_page(plain).encode()
        rendered[f"{draft.brief_name}.docx"] = render_docx(brief)
        rendered[f"{draft.brief_name}.pdf"] = render_pdf(brief)
    return rendered | (email_files(plain) if letter else {})


def print_document(draft: DraftDigest, letterhead: Letterhead, pictures: Sequence[Picture]) -> PrintDocument:
    """Return the document model behind DOCX and PDF."""
    from analysis.digest.document import digest_document

    return digest_document(
        draft.day,
        draft.language,
        province=draft.province,
        note=draft.note,
        topic_labels=draft.topic_labels,
        letterhead=letterhead,
        number=draft.number,
        pictures=pictures,
    )


def brief_document(draft: DraftDigest, letterhead: Letterhead) -> PrintDocument:
    """Return the document model of the brief: the largest that keeps to a page, in the Decree's sizes to two."""
    from analysis.brief.document import brief_document
    from analysis.brief.sizes import ROOMY, SIZES
    from analysis.documents.pdf import count_pages, render_pdf

    pages = 2 if letterhead.administrative else 1
    briefs = (
        (
            brief_document(
                draft.day,
                draft.language,
                province=draft.province,
                note=draft.note,
                topic_labels=draft.topic_labels,
                letterhead=letterhead,
                number=draft.number,
                size=size,
            ),
            reserve,
        )
        for size, reserve in (*((size, True) for size in ROOMY), *((size, False) for size in SIZES))
    )
    brief, reserve = next(briefs)
    while count_pages(render_pdf(brief, reserve=reserve)) > pages:
        smaller = next(briefs, None)
        if smaller is None:
            break
        brief, reserve = smaller
    return brief


def _pictures(draft: DraftDigest) -> list[Picture]:
    from analysis.digest.charts import topics_by_tone
    from analysis.documents.labels import labels

    words = labels(draft.language)
    chart = topics_by_tone(draft.day, words, {"": words.say("other_topics"), **draft.topic_labels})
    return [chart] if chart else []


def letterhead(document: DocumentSettings) -> Letterhead:
    """Return the letterhead that settings.toml gives."""
    return Letterhead(
        document.form == "administrative",
        document.parent_agency,
        document.agency,
        document.symbol,
        document.place,
        document.authority,
        document.signer_title,
        document.signer,
        document.recipients,
    )


def _csv(items: Sequence[Item], zone: ZoneInfo) -> bytes:
    from analysis.tables.writers import write_csv
    from pipeline.tables.columns import ITEMS, in_zone

    stream = StringIO(newline="")
    write_csv(in_zone(ITEMS, zone), sorted(items, key=lambda item: item.key), stream)
    return stream.getvalue().encode()


def write_digest(
    storage: Database,
    settings: Settings,
    rules: Rulebook,
    *,
    day: date | None,
    language: str,
    out: Path,
    forms: Sequence[str] = DAILY,
    as_of: datetime | None = None,
) -> tuple[list[Path], Counts]:
    """Write the digest of a day into the folder `out`, one file for each form; return the files and their counts."""
    draft = build_draft(storage, settings, rules, day=day, language=language, as_of=as_of)
    return write_files(render(draft, forms), out), draft.day.counts


def write_files(files: Mapping[str, bytes], out: Path) -> list[Path]:
    """Write each file whole into the folder `out`; return their paths."""
    for name, body in files.items():
        write_atomically(out / name, body)
    return [out / name for name in files]
