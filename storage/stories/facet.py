"""The stories' part of the database: which items tell the same story or event, and people's rulings on it.

What compares texts loads libraries that readers have no use for: it is imported where it is called.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from pipeline.records import Item, Level
from storage.articles.items import load_event
from storage.engine.facet import Facet
from storage.stories.members import GroupSums, MemberPage, group_of, load_members, load_sums
from storage.stories.translations import TranslatedItem, load_translated


class Stories(Facet):
    """Stories and events of one database."""

    def group(self, at: datetime, /) -> int:
        """Put articles stored since the last call into their stories and events; return how many items moved."""
        from storage.stories.placement import group_stories

        with self._writing() as connection:
            return group_stories(connection, at)

    def rebuild(self, at: datetime, /) -> int:
        """Compare every article anew; return how many items moved. People's rulings hold."""
        from storage.stories.placement import rebuild_stories

        with self._writing() as connection:
            return rebuild_stories(connection, at)

    def translated(self, *, since: datetime | None = None, story: str = "") -> list[list[TranslatedItem]]:
        """Return the stories told in several languages that hold an article tagged since then, or the one story."""
        with self._reading() as connection:
            return load_translated(connection, since, story)

    def event_items(self, key: str, /) -> list[Item]:
        """Return the items of the event that holds the item or story of that id, the first published first."""
        with self._reading() as connection:
            return load_event(connection, key)

    def group_of(self, key: str, /) -> tuple[Level, str] | None:
        """Return level and id of the group that an id names: a story, else an event, else the story of an article."""
        with self._reading() as connection:
            return group_of(connection, key)

    def members(
        self,
        level: Level,
        key: str,
        /,
        *,
        limit: int,
        after: tuple[datetime, str] | None = None,
        abroad: str = "",
    ) -> MemberPage:
        """Return a page of the articles of a story or event, the first published first; none for an unknown id.

        `after` is that of the page before; with `abroad`, a country, only articles of outlets of other countries.
        """
        with self._reading() as connection:
            return load_members(connection, level, key, limit=limit, after=after, abroad=abroad)

    def sums(self, level: Level, key: str, /) -> GroupSums:
        """Return how many articles, stories and outlets a story or event has, and in which countries and languages."""
        with self._reading() as connection:
            return load_sums(connection, level, key)

    def merge(self, level: Level, keys: Sequence[str], note: str, at: datetime, /) -> str:
        """Hold the stories (or events) of items together from now on; return the name of the one they make.

        Raises StorageError for an unknown id, or where they are one already.
        """
        from storage.stories.rulings import merge_stories

        with self._writing() as connection:
            return merge_stories(connection, level, keys, note, at)

    def split(self, level: Level, story: str, items: Collection[str], note: str, at: datetime, /) -> tuple[str, str]:
        """Hold items apart from the rest of their story (or event); return the names of the rest and of the new one.

        Raises StorageError for an item that is not in it, or where nothing would stay.
        """
        from storage.stories.rulings import split_story

        with self._writing() as connection:
            return split_story(connection, level, story, items, note, at)
