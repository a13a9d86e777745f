"""Searches in the index of all stored articles, and the searches saved under a name."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, tzinfo

from sqlalchemy import ColumnElement, Connection, delete, func, insert, or_, select

from pipeline.i18n.catalogs import mark
from pipeline.i18n.notices import Message, notify
from pipeline.records import Item, SavedSearch, SearchHit, SearchPage
from pipeline.tables.facts import Fact, FactCount
from storage.engine.errors import StorageError
from storage.engine.facet import Facet
from storage.schema.core import items
from storage.schema.search import saved_searches
from storage.search.index import BATCH, clear, index_new, is_index_behind
from storage.search.search import Order, count, found_items, matching_facts, newest_matches, search, search_page
from storage.search.tallies import SearchTally, tally_newest
from storage.search.tree import Tree

_BEHIND = mark(
    "The search index is behind and cannot be brought up to date now ({error}); some articles may be missing here."
)


class Search(Facet):
    """The index of one database, and the searches that are kept in it."""

    def search(
        self,
        tree: Tree,
        /,
        *,
        zone: tzinfo,
        by: Order = "time",
        limit: int = 50,
        seen_since: datetime | None = None,
    ) -> list[SearchHit]:
        """Return the items that match, newest first, or of the newest storage.search.search.RANKED the best first.

        About the province only, unless the query asks for a relevance. Days are those of `zone`. With `seen_since`
        only items that were first examined since then. `storage.search.parser.parse` makes the tree of a query.
        """
        with self._caught_up() as connection:
            return search(connection, tree, by=by, limit=limit, zone=zone, seen_since=seen_since)

    def page(self, tree: Tree, /, *, zone: tzinfo, limit: int = 50, before: int | None = None) -> SearchPage:
        """Return a page of the items that `search` finds; `before` is that of the page before it."""
        with self._caught_up() as connection:
            return search_page(connection, tree, limit=limit, zone=zone, before=before)

    def items(self, tree: Tree, /, *, zone: tzinfo, limit: int) -> Iterator[Item]:
        """Yield the newest `limit` items that `search` finds, newest first."""
        with self._caught_up() as connection:
            yield from found_items(connection, tree, limit=limit, zone=zone)

    def tally(self, tree: Tree, /, *, zone: tzinfo, newest: int) -> SearchTally:
        """Return how many of the newest `newest` matches are of each topic, tone, outlet, language and relevance."""
        with self._caught_up() as connection:
            return tally_newest(connection, tree, zone=zone, newest=newest)

    def new_matches(self, tree: Tree, since: datetime, /, *, zone: tzinfo, most: int) -> int:
        """Return how many of the items that `search` finds were first examined since then, `most` at most."""
        with self._caught_up() as connection:
            return len(newest_matches(connection, tree, most, zone, seen_since=since))

    def count(self, tree: Tree, /, *, zone: tzinfo, most: int | None = None) -> FactCount:
        """Return how many items match, as `search` would find them, and of how many stories; `most` ends the count."""
        with self._caught_up() as connection:
            return count(connection, tree, zone=zone, most=most)

    def facts(self, tree: Tree, /, *, zone: tzinfo) -> list[Fact]:
        """Return the facts of the items that match, in no order."""
        with self._caught_up() as connection:
            return list(matching_facts(connection, tree, zone=zone))

    @contextmanager
    def _caught_up(self) -> Iterator[Connection]:
        """Give a connection that reads, after everything stored is in the index."""
        with self._reading() as connection:
            is_behind = is_index_behind(connection)
            if not is_behind:
                yield connection
        if is_behind:
            self.catch_up()
            with self._reading() as connection:
                yield connection

    def catch_up(self, progress: Callable[[str, int, int], None] | None = None) -> int:
        """Put into the index what is stored and not in it (an older database has none); return how many texts."""
        with self._reading() as connection:
            if not is_index_behind(connection):
                return 0
            total = connection.execute(select(func.count()).select_from(items)).scalar_one()
        done = 0
        while True:
            try:
                with self._writing() as connection:
                    found = index_new(connection)
            except StorageError as error:
                if error.cause not in ("full", "io", "readonly", "busy"):
                    raise
                # Whoever reads needs no room on the disk: the index is as it was, and that is said.
                notify("note", Message(_BEHIND, error=error.message))
                return done
            done += found
            if progress is not None:
                progress("search", done, max(total, done))
            if found < BATCH:
                return done

    def rebuild(self, progress: Callable[[str, int, int], None] | None = None) -> int:
        """Make the index anew; return how many texts are in it. Stopped half-way, the next search goes on with it."""
        with self._writing() as connection:
            clear(connection)
        return self.catch_up(progress)

    def saved(self, account: int | None = None, /) -> list[SavedSearch]:
        """Return the searches that are kept, by name; for an account its own, the shared ones and the office's."""
        query = select(saved_searches)
        if account is not None:
            query = query.where(_seen_by(account))
        with self._reading() as connection:
            rows = connection.execute(query).all()
        found = (
            SavedSearch(row.name, row.query, row.saved_at, row.account, bool(row.shared), bool(row.follow))
            for row in rows
        )
        return sorted(found, key=lambda s: s.name)

    def save(self, saved: SavedSearch, /) -> None:
        """Keep a search, in place of one of that name.

        An account takes the place of its own searches only. Raises StorageError where the name is another's.
        """
        with self._writing() as connection:
            named = saved_searches.c.name == saved.name
            holder = connection.execute(select(saved_searches.c.account).where(named)).first()
            if holder is not None and saved.account is not None and holder.account != saved.account:
                message = mark("{name}: a saved search of somebody else has that name")
                raise StorageError(Message(message, name=saved.name))
            connection.execute(delete(saved_searches).where(named))
            row = {
                "name": saved.name,
                "query": saved.query,
                "saved_at": saved.saved_at,
                "account": saved.account,
                "shared": int(saved.shared),
                "follow": int(saved.follow),
            }
            connection.execute(insert(saved_searches).values(**row))

    def forget(self, name: str, /, account: int | None = None) -> None:
        """Keep a search no longer; with an account one of its own. Raises StorageError where there is none."""
        with self._writing() as connection:
            named = delete(saved_searches).where(saved_searches.c.name == name)
            if account is not None:
                named = named.where(saved_searches.c.account == account)
            if not connection.execute(named).rowcount:
                query = select(saved_searches.c.name)
                query = query if account is None else query.where(saved_searches.c.account == account)
                listed = ", ".join(sorted(connection.execute(query).scalars())) or "-"
                message = mark("{name}: no search is saved under that name; there are: {listed}")
                raise StorageError(Message(message, name=name, listed=listed))


def _seen_by(account: int) -> ColumnElement[bool]:
    columns = saved_searches.c
    return or_(columns.account == account, columns.account.is_(None), columns.shared == 1)
