"""A day's digest → frozen in the database, in every form and as an e-mail."""

from dataclasses import replace
from datetime import date, datetime

from analysis.digest.corrections import published_item
from config.settings import Settings
from diembao.jobs.publishing.digest import FORMS, build_draft, render
from diembao.jobs.publishing.digest_email import email_subject
from pipeline.records.publications import Publication
from pipeline.rules.rulebook import Rulebook
from storage.database import Database


def prepare(
    storage: Database,
    settings: Settings,
    rules: Rulebook,
    *,
    day: date | None,
    language: str,
    number: int | None = None,
    made_at: datetime | None = None,
) -> Publication:
    """Return the digest of a day (None: today) in every form and as an e-mail, not stored yet (its id is 0)."""
    draft = build_draft(storage, settings, rules, day=day, language=language, made_at=made_at, number=number)
    return Publication(
        id=0,
        day=draft.day.day,
        made_at=draft.day.made_at,
        language=language,
        title=email_subject(draft),
        sha256=draft.day.sha256,
        rules=draft.day.rules_version,
        items=(*map(published_item, draft.items), *draft.corrected),
        files=render(draft, FORMS, letter=True),
        number=number,
    )


def publish(
    storage: Database,
    settings: Settings,
    rules: Rulebook,
    *,
    day: date | None,
    language: str,
    number: int | None = None,
    made_at: datetime | None = None,
) -> Publication:
    """Store the publication of a day; return it with the id that the database gave."""
    publication = prepare(storage, settings, rules, day=day, language=language, number=number, made_at=made_at)
    return replace(publication, id=storage.publications.publish(publication))
