"""A queue as it is shown: events, their stories, the articles that are reviewed, progress, and what can be filtered."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    from diembao.jobs.review.attention import Attention
    from pipeline.records.reviews import ReviewState
    from storage.reviews.rows import QueueRow, Window

#: The country that is not foreign.
HOME = "VN"


@dataclass(frozen=True, slots=True)
class QueueFilters:
    """Which articles of a queue are shown; '' and None leave a matter open."""

    topic: str = ""
    tone: str = ""
    #: of the text, without region
    language: str = ""
    #: id of a source
    outlet: str = ""
    state: ReviewState | None = None
    #: number of a department that they are assigned to
    department: int | None = None

    def admits(self, row: QueueRow) -> bool:
        """Whether an article is shown."""
        return (
            (not self.topic or self.topic in row.topics or (self.topic == "-" and not row.topics))
            and (not self.tone or self.tone == row.tone)
            and (not self.language or self.language == row.language.split("-")[0])
            and (not self.outlet or self.outlet == row.source_id)
            and (self.state is None or self.state == row.review.state)
            and (self.department is None or self.department in row.departments)
        )


@dataclass(frozen=True, slots=True)
class QueueStory:
    """A report and its reprints; the card shown is that of the lead."""

    key: str
    lead: QueueRow
    reprints: tuple[QueueRow, ...]

    @property
    def rows(self) -> tuple[QueueRow, ...]:
        return self.lead, *self.reprints


@dataclass(frozen=True, slots=True)
class QueueGroup:
    """The stories of one event."""

    #: key of the event, of a story without one its own
    key: str
    stories: tuple[QueueStory, ...]
    #: whether a foreign outlet tells of it
    foreign: bool
    #: why it asks for attention; None: it does not
    attention: Attention | None

    @property
    def rows(self) -> tuple[QueueRow, ...]:
        return tuple(row for story in self.stories for row in story.rows)


@dataclass(frozen=True, slots=True)
class Progress:
    """How many articles of the whole queue, filtered or not, have been reviewed by anybody."""

    done: int
    total: int
    #: at the median pace of this account's last ten minutes, pauses apart; None: too few decisions to tell
    minutes_left: int | None = None

    @property
    def left(self) -> int:
        return self.total - self.done


@dataclass(frozen=True, slots=True)
class Choices:
    """What occurs in a queue, most first: id → number of articles."""

    topics: dict[str, int] = field(default_factory=dict)
    tones: dict[str, int] = field(default_factory=dict)
    languages: dict[str, int] = field(default_factory=dict)
    #: by id; `names` holds the names of the outlets
    outlets: dict[str, int] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    states: dict[str, int] = field(default_factory=dict)
    departments: dict[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ReviewQueue:
    """A queue: groups in the order in which they are read."""

    #: of the digest; None for a search
    day: date | None
    window: Window | None
    groups: tuple[QueueGroup, ...]
    progress: Progress
    #: articles shown, and of all: filters leave some out
    shown: int
    total: int
    #: values by which the queue can be filtered, with their number of articles in the whole queue
    choices: Choices

    @property
    def rows(self) -> tuple[QueueRow, ...]:
        """Every article in the order of the queue."""
        return tuple(row for group in self.groups for row in group.rows)

    def after(self, key: str) -> QueueRow | None:
        """Return the next article to review after one, from the beginning again where there is none; None: all done."""
        rows = self.rows
        at = next((n for n, row in enumerate(rows) if row.key == key), -1)
        turned = rows[at + 1 :] + rows[: max(at, 0)]
        return next((row for row in turned if row.review.state == "new"), None)

    def before(self, key: str) -> QueueRow | None:
        """Return the article before one, reviewed or not; None at the beginning."""
        keys = [row.key for row in self.rows]
        at = keys.index(key) if key in keys else 0
        return self.rows[at - 1] if at else None

    def below(self, key: str) -> tuple[QueueRow, ...]:
        """Return the articles after one that nobody has reviewed: what 'mark all below as reviewed' is about."""
        rows = self.rows
        at = next((n for n, row in enumerate(rows) if row.key == key), len(rows))
        return tuple(row for row in rows[at + 1 :] if row.review.state == "new")
