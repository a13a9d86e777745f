"""One database, SQLite or PostgreSQL, through SQLAlchemy Core: a facet for each domain."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection

from storage.accounts.facet import Accounts
from storage.articles.facet import Articles
from storage.articles.page_images import PageImages
from storage.audit.facet import Audit
from storage.crawl.facet import Crawl
from storage.derived.facet import Derived
from storage.engine.migrate import open_engine
from storage.exports.facet import Exports
from storage.maintenance.facet import Maintenance
from storage.office.facet import Office
from storage.register.facet import Register
from storage.reviews.facet import Reviews
from storage.reviews.letters import Letters
from storage.search.facet import Search
from storage.search.index import index_new, reindex
from storage.service.drafts import Drafts
from storage.service.job_runs import JobRuns
from storage.service.publications import Publications
from storage.stories.facet import Stories
from storage.translations.facet import Translations


class Database:
    """One open database; used by one thread, closed by who opened it."""

    def __init__(self, url: str, patience: float | None = None) -> None:
        self._engine = open_engine(url, patience=patience)
        self.crawl = Crawl(self._engine)
        self.articles = Articles(self._engine, index_new, reindex, _leave_stories)
        self.page_images = PageImages(self._engine)
        self.stories = Stories(self._engine)
        self.search = Search(self._engine)
        self.derived = Derived(self._engine, self.search.catch_up)
        self.exports = Exports(self._engine, self.search.catch_up)
        self.service = JobRuns(self._engine)
        self.publications = Publications(self._engine)
        self.maintenance = Maintenance(self._engine)
        self.audit = Audit(self._engine)
        self.accounts = Accounts(self._engine, reindex)
        self.reviews = Reviews(self._engine, reindex)
        self.letters = Letters(self._engine)
        self.register = Register(self._engine)
        self.drafts = Drafts(self._engine)
        self.office = Office(self._engine)
        self.translations = Translations(self._engine, self.search.catch_up, reindex)

    def close(self) -> None:
        self._engine.dispose()


def _leave_stories(connection: Connection, joined: Mapping[str, str], at: datetime) -> None:
    """See storage.stories.placement.leave_stories, which readers have no use for."""
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
