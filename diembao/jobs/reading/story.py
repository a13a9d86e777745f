"""A story or an event as a page shows it: its articles in the order of time, and its sums."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from pipeline.records import Level
    from storage.database import Database
    from storage.stories.members import GroupSums, MemberPage

#: Articles on one page.
PAGE = 50


@dataclass(frozen=True, slots=True)
class StoryPage:
    """One page of a story or event."""

    level: Level
    key: str
    #: headline of the article of which it has the key, else of the first on this page
    title: str
    sums: GroupSums
    page: MemberPage
    #: id of the event that a story belongs to; of an event its own
    event: str
    #: number of articles of each story on this page; those of one article are no reprints
    reprints: Counter[str]


def story_page(
    storage: Database, level: Level, key: str, *, after: tuple[datetime, str] | None = None
) -> StoryPage | None:
    """Return a page of a story or event; None for an unknown id. `after` is that of the page before."""
    page = storage.stories.members(level, key, limit=PAGE, after=after)
    if not page.members:
        return None
    named = next((member for member in page.members if member.key == key), page.members[0])
    return StoryPage(
        level,
        key,
        named.title,
        storage.stories.sums(level, key),
        page,
        page.members[0].event,
        Counter(member.story for member in page.members),
    )
