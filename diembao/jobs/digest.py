"""The database → a day's digest in every form, in the files of a folder or frozen in the database."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from analysis.anomalies.surges import Surge
from analysis.digest.corrections import Erratum, corrected_items, find_errata, last_published, published_item
from analysis.digest.model import Counts, DigestPeriod, DigestRules, build_digest, count_items
from analysis.documents.blocks import Letterhead, Picture, PrintDocument
from config.documents import DocumentSettings
from config.settings import Settings
from diembao.jobs.draft_digest import DraftDigest
from diembao.jobs.process import Period, period_of, watched_sources
from diembao.jobs.unusual import digest_surges
from diembao.system.clock import now, overdue
from diembao.system.home import write_atomically
from pipeline.records import Item
from pipeline.records.publications import Publication, PublishedItem
from pipeline.rules.rulebook import Rulebook
from storage.base import Storage

#: weeks before whose same weekday a day is compared with
_WEEKS = 4
#: days whose published digests are corrected
_CORRECTED = 7
#: forms of a digest by suffix of their file
FORMS = ("html", "md", "docx", "pdf", "csv")
DAILY = ("html", "md", "docx", "pdf")


def build_draft(
    storage: Storage,
    settings: Settings,
    rules: Rulebook,
    *,
    day: date | None,
    language: str,
    made_at: datetime | None = None,
    number: int | None = None,
    as_of: datetime | None = None,
) -> DraftDigest:
    """Return the digest of a day (None: today) as the database has it now, or had it at a moment."""
    at = made_at or as_of or now()
    period = period_of(day, settings, at)
    items = storage.items_for_digest(period.start, period.end, period.late_from, as_of=as_of)
    previous = _collected(storage, _days_before(period, 1, settings, at), as_of)
    weeks = (_collected(storage, _days_before(period, 7 * n, settings, at), as_of) for n in range(1, _WEEKS + 1))
    wrong, corrected = _errata(storage, period) if as_of is None else ((), [])
    model = build_digest(
        items,
        # Only a digest made now can be late.
        DigestPeriod(
            period.day, period.start, period.end, at, overdue() if made_at is None and as_of is None else None
        ),
        DigestRules(
            rules.version,
            topics=[topic.id for topic in rules.topics.topic],
            signals=[topic.id for topic in rules.topics.topic if topic.kind == "signal"],
        ),
        previous=None if previous is None else count_items(previous),
        sources=watched_sources(storage, period.start, period.end),
        weekdays=[len(found) for found in weeks if found is not None],
        errata=wrong,
        # Surges are not stored, so they cannot be recomputed for a past `as_of`.
        unusual=_unusual(storage, period, rules, items, language) if as_of is None else (),
    )
    names = {t.id: t.label_vi if language == "vi" else t.label_en for t in rules.topics.topic}
    return DraftDigest(model, items, language, settings, names, number, corrected)


def _unusual(storage: Storage, period: Period, rules: Rulebook, items: Sequence[Item], language: str) -> list[Surge]:
    topics = {t.id: t.label_vi if language == "vi" else t.label_en for t in rules.topics.topic}
    places = {place.id: place.name for item in items for place in item.tags.places}
    return digest_surges(storage, period, topics=topics, places=places)


def _errata(storage: Storage, period: Period) -> tuple[tuple[Erratum, ...], list[PublishedItem]]:
    """Return what digests of the last days said otherwise than the database does now, and what is said now."""
    earlier = storage.publications.heads(period.day - timedelta(days=_CORRECTED), period.day)
    if not earlier:
        return (), []
    said = last_published(earlier)
    # One query for nearly all of them; articles whose time has changed since are asked for one by one.
    since = period.late_from - timedelta(days=_CORRECTED + 1)
    found = storage.items(since=since, relevance=("main", "mention", "no"))
    known = {item.key: item for item in found if item.key in said}
    for key in said.keys() - known.keys():
        if (item := storage.item(key)) is not None:
            known[key] = item
    wrong = find_errata(said, known)
    return wrong, list(corrected_items(wrong, known))


def _days_before(period: Period, days: int, settings: Settings, at: datetime) -> Period:
    return period_of(period.day - timedelta(days=days), settings, at)


def _collected(storage: Storage, period: Period, as_of: datetime | None) -> list[Item] | None:
    """Return the items of a period; None without a collection in it, which is not the same as nothing written."""
    if not any(source.feeds_polled for source in storage.source_days(period.start, period.end)):
        return None
    return storage.items_for_digest(period.start, period.end, period.late_from, as_of=as_of)


def render(made: DraftDigest, forms: Sequence[str], *, letter: bool = False) -> dict[str, bytes]:
    """Return the files of a digest by name, in the forms asked for (of FORMS) and, if asked for, as a letter."""
    from analysis.digest.html import render_html, render_markdown
    from analysis.documents.docx import render_docx
    from analysis.documents.pdf import render_pdf
    from diembao.jobs.digest_email import email_files

    # Drawn once for all forms: it costs more than any of them.
    pictures = _pictures(made) if letter or {"html", "docx", "pdf"} & set(forms) else ()
    paper = print_document(made, letterhead(made.settings.document), pictures)

    def page(render: Callable[..., str], **more: Any) -> bytes:
        texts = {"province": made.province, "note": made.note, "topic_labels": made.topic_labels}
        return render(made.day, made.language, **texts, **more).encode()

    renders: dict[str, Callable[[], bytes]] = {
        "html": lambda: page(render_html, pictures=pictures),
        "md": lambda: page(render_markdown),
        "docx": lambda: render_docx(paper),
        "pdf": lambda: render_pdf(paper),
        "csv": lambda: _csv(made.items, ZoneInfo(made.settings.province.time_zone)),
    }
    drawn = {f"{made.name}.{form}": renders[form]() for form in forms}
    # A letter is no document: it goes without letterhead, with the date below its title.
    return drawn | (email_files(print_document(made, Letterhead(), pictures)) if letter else {})


def print_document(made: DraftDigest, letterhead: Letterhead, pictures: Sequence[Picture]) -> PrintDocument:
    """Return what DOCX, PDF and letter are made of."""
    from analysis.digest.document import digest_document

    return digest_document(
        made.day,
        made.language,
        province=made.province,
        note=made.note,
        topic_labels=made.topic_labels,
        letterhead=letterhead,
        number=made.number,
        pictures=pictures,
    )


def _pictures(made: DraftDigest) -> list[Picture]:
    from analysis.digest.charts import topics_by_tone
    from analysis.documents.labels import labels

    words = labels(made.language)
    drawn = topics_by_tone(made.day, words, {"": words.say("other_topics"), **made.topic_labels})
    return [drawn] if drawn else []


def letterhead(document: DocumentSettings) -> Letterhead:
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
    storage: Storage,
    settings: Settings,
    rules: Rulebook,
    *,
    day: date | None,
    language: str,
    out: Path,
    made_at: datetime | None = None,
    forms: Sequence[str] = DAILY,
    as_of: datetime | None = None,
) -> tuple[list[Path], Counts]:
    """Write the day's digest into `out`, one file for each form; return the files and what they count."""
    made = build_draft(storage, settings, rules, day=day, language=language, made_at=made_at, as_of=as_of)
    return write_files(render(made, forms), out), made.day.counts


def write_files(files: Mapping[str, bytes], out: Path) -> list[Path]:
    for name, body in files.items():
        write_atomically(out / name, body)
    return [out / name for name in files]


def prepare(
    storage: Storage,
    settings: Settings,
    rules: Rulebook,
    *,
    day: date | None,
    language: str,
    number: int | None = None,
    made_at: datetime | None = None,
) -> Publication:
    """Return the digest of a day in every form and as a letter, not stored yet (its id is 0)."""
    from diembao.jobs.digest_email import email_subject

    made = build_draft(storage, settings, rules, day=day, language=language, made_at=made_at, number=number)
    return Publication(
        id=0,
        day=made.day.day,
        made_at=made.day.made_at,
        language=language,
        title=email_subject(made),
        sha256=made.day.sha256,
        rules=made.day.rules_version,
        items=(*map(published_item, made.items), *made.corrected),
        files=render(made, FORMS, letter=True),
        number=number,
    )


def publish(
    storage: Storage,
    settings: Settings,
    rules: Rulebook,
    *,
    day: date | None,
    language: str,
    number: int | None = None,
    made_at: datetime | None = None,
) -> Publication:
    """Freeze what `prepare` returns in the database; return it with its number."""
    made = prepare(storage, settings, rules, day=day, language=language, number=number, made_at=made_at)
    return replace(made, id=storage.publications.publish(made))
