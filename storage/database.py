"""One database, SQLite or PostgreSQL, through SQLAlchemy Core: a facet for each domain.

A facet is read in when it is first asked for: most commands use a few of them, and all take a quarter of a second.
"""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from storage.engine.migrate import open_engine

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime

    from sqlalchemy import Connection

    from storage.accounts.facet import Accounts
    from storage.archives.facet import Archives
    from storage.articles.facet import Articles
    from storage.articles.page_images import PageImages
    from storage.audit.facet import Audit
    from storage.crawl.facet import Crawl
    from storage.derived.facet import Derived
    from storage.exports.facet import Exports
    from storage.maintenance.facet import Maintenance
    from storage.office.facet import Office
    from storage.register.facet import Register
    from storage.reviews.facet import Reviews
    from storage.reviews.letters import Letters
    from storage.search.facet import Search
    from storage.service.drafts import Drafts
    from storage.service.job_runs import JobRuns
    from storage.service.publications import Publications
    from storage.sharing.facet import Sharing
    from storage.stories.facet import Stories
    from storage.translations.facet import Translations


class Database:
    """One open database; used by one thread, closed by who opened it."""

    def __init__(self, url: str, patience: float | None = None) -> None:
        self._engine = open_engine(url, patience=patience)

    @cached_property
    def crawl(self) -> Crawl:
        from storage.crawl.facet import Crawl

        return Crawl(self._engine)

    @cached_property
    def articles(self) -> Articles:
        from storage.articles.facet import Articles

        return Articles(self._engine, _index_new, _reindex, _leave_stories)

    @cached_property
    def archives(self) -> Archives:
        from storage.archives.facet import Archives

        return Archives(self._engine, _index_new, _reindex, _leave_stories)

    @cached_property
    def page_images(self) -> PageImages:
        from storage.articles.page_images import PageImages

        return PageImages(self._engine)

    @cached_property
    def stories(self) -> Stories:
        from storage.stories.facet import Stories

        return Stories(self._engine)

    @cached_property
    def search(self) -> Search:
        from storage.search.facet import Search

        return Search(self._engine)

    @cached_property
    def derived(self) -> Derived:
        from storage.derived.facet import Derived

        return Derived(self._engine, self._catch_up)

    @cached_property
    def exports(self) -> Exports:
        from storage.exports.facet import Exports

        return Exports(self._engine, self._catch_up)

    @cached_property
    def service(self) -> JobRuns:
        from storage.service.job_runs import JobRuns

        return JobRuns(self._engine)

    @cached_property
    def publications(self) -> Publications:
        from storage.service.publications import Publications

        return Publications(self._engine)

    @cached_property
    def maintenance(self) -> Maintenance:
        from storage.maintenance.facet import Maintenance

        return Maintenance(self._engine)

    @cached_property
    def audit(self) -> Audit:
        from storage.audit.facet import Audit

        return Audit(self._engine)

    @cached_property
    def accounts(self) -> Accounts:
        from storage.accounts.facet import Accounts

        return Accounts(self._engine, _reindex)

    @cached_property
    def reviews(self) -> Reviews:
        from storage.reviews.facet import Reviews

        return Reviews(self._engine, _reindex)

    @cached_property
    def letters(self) -> Letters:
        from storage.reviews.letters import Letters

        return Letters(self._engine)

    @cached_property
    def register(self) -> Register:
        from storage.register.facet import Register

        return Register(self._engine)

    @cached_property
    def drafts(self) -> Drafts:
        from storage.service.drafts import Drafts

        return Drafts(self._engine)

    @cached_property
    def office(self) -> Office:
        from storage.office.facet import Office

        return Office(self._engine)

    @cached_property
    def translations(self) -> Translations:
        from storage.translations.facet import Translations

        return Translations(self._engine, self._catch_up, _reindex)

    @cached_property
    def sharing(self) -> Sharing:
        from storage.sharing.facet import Sharing

        return Sharing(self._engine)

    def _catch_up(self) -> int:
        return self.search.catch_up()

    def close(self) -> None:
        self._engine.dispose()


def _index_new(connection: Connection) -> int:
    from storage.search.index import index_new

    return index_new(connection)


def _reindex(connection: Connection, keys: Collection[str]) -> None:
    from storage.search.index import reindex

    reindex(connection, keys)


def _leave_stories(connection: Connection, joined: Mapping[str, str], at: datetime) -> None:
    from storage.stories.placement import leave_stories

    leave_stories(connection, joined, at)


def open_database(address: str | Path, *, patience: float | None = None) -> Database:
    """Open the database at a SQLAlchemy address, or the SQLite file at a path, which is created where it is missing.

    `patience`: seconds for which a writer waits for another program that writes; None: a minute at least.
    Raises StorageError.
    """
    if isinstance(address, Path):
        address.parent.mkdir(parents=True, exist_ok=True)
        address = f"sqlite:///{address}"
    return Database(address, patience)
