"""The articles' part of the database: documents to examine, items, versions, taggings, decisions.

What stores examinations compares texts, with libraries that readers have no use for: they are imported there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from pipeline.records import (
    Decision,
    Document,
    DocumentOutcome,
    Examined,
    Item,
    ItemLine,
    Reason,
    Relevance,
    Unreadable,
    Version,
)
from storage.articles import decisions, items, pending, version_lines
from storage.articles.digest_lines import load_digest_lines
from storage.engine.damage import stored_reason
from storage.engine.errors import StorageError
from storage.engine.facet import ArticleFacet
from storage.engine.row_counts import read_counts
from storage.schema import core

if TYPE_CHECKING:
    from storage.articles.retagging import OutdatedTagging

#: Keys looked up by one statement.
_CHUNK = 500


class Articles(ArticleFacet):
    """Documents, items, taggings and decisions of one database."""

    # documents
    def pending_documents(self, limit: int, after: int = 0, /) -> list[Document]:
        """Return the oldest documents that wait to be examined, of ids above `after`.

        Selectors and languages are not filled in.

        One that is damaged in the database is told, and stored as unreadable: it would be in the way for ever.
        """
        while True:
            with self._reading() as connection:
                sound, damaged = pending.load_pending(connection, limit, after)
            if damaged:
                from storage.articles.examinations import store_examinations

                with self._writing() as writing:
                    for result, at in damaged:
                        store_examinations(writing, [result], at, self._leave_stories)
            if sound or not damaged:
                return sound

    def pending_count(self) -> int:
        """Return how many documents wait to be examined."""
        return self.document_outcomes()[DocumentOutcome.WAITING]

    def save_examinations(
        self, results: Sequence[Examined], at: datetime, /, *, shares: bool = False
    ) -> Sequence[Examined]:
        """Store results; return what was stored: Unreadable in place of one that cannot be.

        With `shares` what was read of each page is kept too, for the provinces that use this collection.
        One page that fails keeps no other from being stored, in this run and in every one after it.
        """
        from storage.articles.examinations import store_examinations

        try:
            with self._writing() as connection:
                changed = store_examinations(connection, results, at, self._leave_stories)
                if shares:
                    from storage.sharing.collected import store_readings

                    store_readings(connection, results, at)
                self._take_in(connection, changed)
        except StorageError:  # the database is at fault, and no page
            raise
        except Exception as error:
            if len(results) > 1:
                return [s for result in results for s in self.save_examinations([result], at, shares=shares)]
            if isinstance(results[0], Unreadable):
                raise
            note = f"cannot be stored: {type(error).__name__}: {error}"[:500]
            return self.save_examinations([Unreadable(results[0].document_id, Reason.ERROR, note)], at, shares=shares)
        return results

    def reopen_errors(self) -> int:
        """Let documents whose examination ended in an error wait again; return how many."""
        with self._writing() as connection:
            return pending.reopen_errors(connection)

    def document_outcomes(self) -> dict[DocumentOutcome, int]:
        """Return how many documents are in each outcome."""
        with self._reading() as connection:
            counted = read_counts(connection, core.documents.name)
        counts = Counter[str]()
        for outcome, _, rows in counted:
            counts[outcome] += rows
        return {outcome: counts[outcome] for outcome in DocumentOutcome}

    def unreadable_reasons(self) -> dict[Reason, int]:
        """Return how many documents are unreadable for each reason."""
        with self._reading() as connection:
            counted = read_counts(connection, core.documents.name)
        return {
            stored_reason(reason): rows
            for outcome, reason, rows in counted
            if outcome == DocumentOutcome.UNREADABLE and reason
        }

    # items
    def items(
        self,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        relevance: Sequence[Relevance] = ("main", "mention"),
        topics: Sequence[str] = (),
        as_of: datetime | None = None,
    ) -> Iterator[Item]:
        """Yield the newest version of items, newest first, under their newest tagging and what persons decided.

        `since` and `until` (exclusive) bound the time of publication, or of first sight where that is unknown.
        With `as_of` only what was stored, tagged and decided by then counts (stories are today's).
        """
        with self._reading() as connection:
            yield from items.load_items(connection, since, until, relevance, topics, as_of)

    def item(self, key: str, /) -> Item | None:
        """Return an item by its key, or by one that it had before it was joined to another; None for an unknown one."""
        with self._reading() as connection:
            return items.load_item(connection, key)

    def chosen(self, keys: Sequence[str], /, *, as_of: datetime | None = None) -> dict[str, Item]:
        """Return the items of these keys, tagged and decided as at a moment; unknown keys are left out."""
        found: dict[str, Item] = {}
        with self._reading() as connection:
            for first in range(0, len(keys), _CHUNK):
                found |= items.load_chosen(connection, keys[first : first + _CHUNK], as_of)
        return found

    def beside_items(
        self, start: datetime, end: datetime, late_from: datetime, /, *, as_of: datetime | None = None
    ) -> list[Item]:
        """Return the irrelevant items that are news in [start, end) and that a digest lists beside its figures.

        Their reason says why: 'uncertain', they name a place that may be ours; 'watched', they tell of a watched
        matter. The newest come first; none that a person decided on or rejected.
        """
        with self._reading() as connection:
            return items.load_beside_items(connection, start, end, late_from, as_of)

    def digest_items(
        self, start: datetime, end: datetime, late_from: datetime, /, *, as_of: datetime | None = None
    ) -> list[Item]:
        """Return items (main, mention) that are news in [start, end).

        None that a person rejected. Published in it and seen before its end; or first seen in it, and undated or
        published since `late_from`.
        """
        with self._reading() as connection:
            return items.load_digest_items(connection, start, end, late_from, as_of)

    def digest_lines(
        self,
        start: datetime,
        end: datetime,
        late_from: datetime,
        /,
        *,
        as_of: datetime | None = None,
        archived: bool = True,
    ) -> list[ItemLine]:
        """Return what `digest_items` returns by keys alone, in no order, without a look at texts and tags.

        Without `archived` those that an archive had first are left out.
        """
        with self._reading() as connection:
            return load_digest_lines(connection, start, end, late_from, as_of, archived=archived)

    def rejected_items(
        self, start: datetime, end: datetime, late_from: datetime, /, *, as_of: datetime | None = None
    ) -> list[Item]:
        """Return what would be among `digest_items` by its tags, but was rejected in the review."""
        with self._reading() as connection:
            return items.load_rejected_items(connection, start, end, late_from, as_of)

    def versions(self, key: str, /) -> list[Version]:
        """Return the texts an item has had, oldest first; none for an unknown key."""
        with self._reading() as connection:
            return items.load_versions(connection, key)

    def version_lines(self, key: str, limit: int, /) -> list[version_lines.VersionLine]:
        """Return the newest `limit` versions of an item without their texts, newest first."""
        with self._reading() as connection:
            return version_lines.load_version_lines(connection, key, limit)

    def version_and_former(self, key: str, number: int, /) -> list[Version]:
        """Return the newest version of an item up to `number`, and the one before it; fewer where there are fewer."""
        with self._reading() as connection:
            return version_lines.load_version_and_former(connection, key, number)

    # taggings
    def outdated_taggings(
        self, rules: str, /, *, since: datetime | None, after: int, limit: int
    ) -> list[OutdatedTagging]:
        """Return newest texts whose last tagging is by other rules than these, in the order of their ids after `after`.

        `since` bounds the time of publication, or of first sight.
        """
        from storage.articles.retagging import load_outdated

        with self._reading() as connection:
            return load_outdated(connection, rules, since, after, limit)

    def count_outdated_taggings(self, rules: str, /) -> int:
        """Return how many newest texts have their last tagging by other rules than these."""
        from storage.articles.retagging import count_outdated

        with self._reading() as connection:
            return count_outdated(connection, rules)

    def save_retaggings(self, results: Sequence[Examined], rules: str, at: datetime, /) -> None:
        """Store new taggings of outdated texts (document_id: id of the version) beside the old ones.

        A text that was not about the province, and is now, becomes a version of its own, so that it finds its story.
        """
        from storage.articles.retagging import store_retaggings

        with self._writing() as connection:
            store_retaggings(connection, results, rules, at)
            self._index_new(connection)

    # decisions
    def decide(self, new: Sequence[Decision], /) -> None:
        """Store a person's decisions: they overrule the rules from now on. Raises StorageError for an unknown item."""
        with self._writing() as connection:
            decisions.store_decisions(connection, new)
            self._reindex(connection, {one.item for one in new})

    def decisions(self, keys: Sequence[str] | None = None, /) -> dict[str, list[Decision]]:
        """Return persons' decisions about these items (None: about all) by item, the newest last."""
        with self._reading() as connection:
            return decisions.load_decisions(connection, keys)
