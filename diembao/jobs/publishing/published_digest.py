"""Published digests: looked up, chosen for sending, their files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.errors import DiembaoError

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date

    from config.settings import Settings
    from diembao.jobs.publishing.publish import Release
    from pipeline.records.publications import Publication
    from pipeline.rules.rulebook import Rulebook
    from storage.database import Database


class UnknownPublication(DiembaoError, LookupError):
    """No digest was published under this number."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def published_digest(storage: Database, number: int) -> Publication:
    """Return a published digest. Raises UnknownPublication."""
    publication = storage.publications.publication(number)
    if publication is None:
        raise UnknownPublication(number)
    return publication


def digest_to_send(
    storage: Database,
    settings: Settings,
    rules: Rulebook,
    *,
    day: date | None,
    language: str,
    dry_run: bool,
    release: Release | None = None,
) -> Publication:
    """Return the latest digest published for a day (None: today); publish one where there is none.

    With `dry_run` such a digest is prepared but not stored.
    """
    from diembao.jobs.periods import period_of
    from diembao.jobs.publishing.publish import NOBODY, prepare, publish
    from diembao.system.clock import now

    day = period_of(day, settings, now()).day
    publication = storage.publications.latest(day)
    if publication is not None:
        return publication
    make = prepare if dry_run else publish
    return make(storage, settings, rules, day=day, language=language, release=release or NOBODY)


def digest_files(publication: Publication, forms: Collection[str]) -> dict[str, bytes]:
    """Return the files of a published digest by name, without the parts of its e-mail; `forms` empty: all forms."""
    from diembao.jobs.publishing.digest_email import is_email_part
    from diembao.jobs.publishing.draft_digest import form_of

    return {
        name: body
        for name, body in publication.files.items()
        if not is_email_part(name) and (not forms or form_of(name) in forms)
    }
