"""A day's digest → frozen in the database, in every form and as an e-mail."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from analysis.digest.corrections import published_item
from analysis.digest.editions import edition_changes
from config.settings import Settings
from diembao.jobs.publishing.digest import FORMS, build_draft, render
from diembao.jobs.publishing.digest_email import email_subject
from diembao.jobs.publishing.draft_digest import DraftDigest
from diembao.system.clock import now
from pipeline.records.audit import Actor, AuditEvent, Json
from pipeline.records.publications import Publication
from pipeline.rules.rulebook import Rulebook
from storage.database import Database


@dataclass(frozen=True, slots=True)
class Release:
    """Who lets a digest out."""

    #: None: nothing is written into the audit
    actor: Actor | None = None
    #: whether it goes out although nobody approved it in time: every form of it says so
    unapproved: bool = False


#: For what is only looked at.
NOBODY = Release()


def prepare(
    storage: Database,
    settings: Settings,
    rules: Rulebook,
    *,
    day: date | None,
    language: str,
    number: int | None = None,
    made_at: datetime | None = None,
    release: Release = NOBODY,
) -> Publication:
    """Return the digest of a day (None: today) in every form and as an e-mail, not stored yet (its id is 0)."""
    draft = build_draft(storage, settings, rules, day=day, language=language, made_at=made_at, number=number)
    return frozen(marked(draft) if release.unapproved else draft)


def replacing(storage: Database, draft: DraftDigest) -> DraftDigest:
    """Return a digest that says which digest of its day it takes the place of, if there is one, and what it puts right.

    So it is at the desk, where a person decides on it; the command makes the same bytes of the same day again.
    """
    before = storage.publications.latest(draft.day.day)
    if before is None:
        return draft
    office = draft.day.office
    changes = edition_changes(before, map(published_item, draft.items), office.lead, office.erratum)
    return replace(draft, day=replace(draft.day, office=replace(office, replaces=before.id, changes=changes)))


def marked(draft: DraftDigest) -> DraftDigest:
    """Return a digest that says of itself that nobody approved it; it waited for that, and is not late."""
    return replace(draft, day=replace(draft.day, office=replace(draft.day.office, unapproved=True), due=None))


def frozen(draft: DraftDigest) -> Publication:
    """Return a digest in every form and as an e-mail, not stored yet (its id is 0)."""
    return Publication(
        id=0,
        day=draft.day.day,
        made_at=draft.day.made_at,
        language=draft.language,
        title=email_subject(draft),
        sha256=draft.day.sha256,
        rules=draft.day.rules_version,
        items=(*map(published_item, draft.items), *draft.corrected),
        files=render(draft, FORMS, letter=True),
        number=draft.number,
        unapproved=draft.day.office.unapproved,
        lead=draft.day.office.lead,
        erratum=draft.day.office.erratum if draft.day.office.replaces else "",
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
    release: Release = NOBODY,
) -> Publication:
    """Store the publication of a day, with the entry of the audit; return it with the id that the database gave."""
    publication = prepare(
        storage, settings, rules, day=day, language=language, number=number, made_at=made_at, release=release
    )
    return store(storage, publication, release.actor)


def store(storage: Database, publication: Publication, actor: Actor | None) -> Publication:
    """Store a publication, and with an actor the entry of the audit; return it with its id."""

    items = [item.key for item in publication.items if not item.erratum]
    reviewed = sum(one.state != "new" for one in storage.reviews.reviews(items).values()) if actor else 0

    def entry(number: int) -> AuditEvent:
        assert actor is not None
        after: Json = {
            "day": publication.day.isoformat(),
            "sha256": publication.sha256,
            "articles": len(items),
            "reviewed": reviewed,
            "corrections": sum(item.erratum for item in publication.items),
            "number": publication.number,
            "unapproved": publication.unapproved,
        }
        return AuditEvent("digest.publish", "publication", str(number), None, after, actor, now())

    return replace(publication, id=storage.publications.publish(publication, audit=entry if actor else None))
