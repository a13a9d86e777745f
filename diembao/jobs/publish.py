"""A day's digest → frozen in the database, in every form and as an e-mail."""

from dataclasses import replace
from datetime import date, datetime

from analysis.digest.corrections import published_item
from config.settings import Settings
from diembao.jobs.digest import FORMS, build_draft, render
from diembao.jobs.digest_email import email_subject
from pipeline.records.publications import Publication
from pipeline.rules.rulebook import Rulebook
from storage.base import Storage


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
