"""What people do at the desk: reviews of articles and their undoing, holds, comments, assignments, letters, drafts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

#: Where an article stands: 'reviewed' was seen by a person and left as the machine says, 'approved' was confirmed.
ReviewState = Literal["new", "reviewed", "approved", "rejected"]
#: What is done to articles at the desk; 'grade' decides the relevance, 'reviewed' marks whole lists.
ReviewKind = Literal["approve", "reject", "star", "topics", "tone", "grade", "merge", "split", "reviewed"]
#: Reasons of a rejection, each by its digit: not about the province, named in passing, told already, old news, no news
#: (an advertisement, a notice), badly read, of no weight, another (which needs a note).
RejectReason = Literal["not_ours", "passing", "repeated", "old", "no_news", "misread", "minor", "other"]
REJECT_REASONS: Mapping[int, RejectReason] = {
    1: "not_ours",
    2: "passing",
    3: "repeated",
    4: "old",
    5: "no_news",
    6: "misread",
    7: "minor",
    9: "other",
}
#: Grade that a rejection for this reason decides; other reasons say nothing of the province.
GRADE_OF_REASON: Mapping[str, str] = {"not_ours": "no", "passing": "mention"}


@dataclass(frozen=True, slots=True)
class Review:
    """Where an article stands at the desk, and who left it so."""

    item: str
    state: ReviewState = "new"
    #: of a rejection; '': none
    reason: str = ""
    #: in that person's words
    note: str = ""
    #: whether it was chosen as a top story
    star: bool = False
    #: raised by one with every act on the article and every undoing of one; 0: nobody did anything yet
    version: int = 0
    #: who acted last: an account, None for a command
    account: int | None = None
    #: name of who acted last; '': nobody did
    who: str = ""
    #: of the last act, aware
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ReviewAct:
    """One act on one or several articles."""

    kind: ReviewKind
    #: keys of the articles; of a merge at least two, of a split those that leave
    items: tuple[str, ...]
    #: of reject its reason (RejectReason), of star '1' or '', of topics ids between blanks, of tone and grade the
    #: value, of merge and split the level ('story' or 'event'); of approve the grade, '' for the present one
    value: str = ""
    #: in that person's words
    note: str = ""
    #: versions that the person saw, by key; a key without one is not compared
    expected: Mapping[str, int] = field(default_factory=dict, hash=False)
    #: of a split the story (or event) that they leave; '': the one that the first of them is in
    group: str = ""


@dataclass(frozen=True, slots=True)
class ItemClash:
    """An article that another changed after the person had seen it."""

    item: str
    title: str
    #: what the article holds now, and who left it so
    theirs: Review
    #: the field that the act would set (state, star, topics, tone, relevance, story or event), its value now and the
    #: value that the act would set
    field: str
    their_value: str
    my_value: str
    #: kind of the other's last act; '' where it was undone
    their_kind: str = ""


@dataclass(frozen=True, slots=True)
class Clash:
    """An act or an undoing that was refused as a whole, because others acted since; nothing was changed."""

    kind: str
    items: tuple[ItemClash, ...]
    #: what was to be undone; None for an act
    action: int | None = None


@dataclass(frozen=True, slots=True)
class ActResult:
    """An act, or the undoing of one, that was done."""

    #: number by which it is undone; 0 where nothing was to be changed
    action: int
    kind: ReviewKind
    #: versions of the articles now, by key: what the next act is to expect
    versions: Mapping[str, int]
    #: articles left out of a list marked as reviewed, because somebody had decided on them before
    skipped: tuple[str, ...] = ()
    #: whether it was undone by this call
    undone: bool = False
    #: of a merge the name of the group, of a split those of the rest and of the new one
    groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PastAct:
    """An act as the log has it."""

    id: int
    account: int | None
    who: str
    kind: ReviewKind
    at: datetime
    value: str
    note: str
    items: tuple[str, ...]
    undone_at: datetime | None = None
    #: value before and after of each article by key, of what the act set
    before: Mapping[str, Any] = field(default_factory=dict, hash=False)
    after: Mapping[str, Any] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Hold:
    """Somebody has an article open; it keeps nobody from anything."""

    item: str
    account: int
    who: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Mention:
    """A person or a department named in a comment."""

    kind: Literal["person", "department"]
    id: int
    #: as it was called when the comment was written
    name: str


@dataclass(frozen=True, slots=True)
class Comment:
    id: int
    item: str
    account: int
    who: str
    at: datetime
    text: str
    mentions: tuple[Mention, ...] = ()


@dataclass(frozen=True, slots=True)
class Assignment:
    """An article or a story that a department is to look at."""

    id: int
    item: str
    #: 'story': all articles of the story to which the article belongs
    scope: Literal["item", "story"]
    department: int
    department_name: str
    account: int
    who: str
    at: datetime
    due: date | None = None
    note: str = ""
    done_at: datetime | None = None
    #: who said that it is done; '': it is not
    done_by: str = ""


@dataclass(frozen=True, slots=True)
class LastWord:
    """The comment or assignment that an account made after its last act: undoing acts does not take it back."""

    kind: Literal["comment", "assignment"]
    number: int
    item: str


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter to one account, or to the mailbox of a department, about one cause; there is never a second one."""

    id: int
    #: 'comment 12'; 'assignment 3'; 'due 2026-11-23': what is to be finished by the day after that one; 'register
    #: 2026-11-23': the matters of that day; 'clock 7 soon 20261123T0100Z' (or over): a matter's clock that ends then
    cause: str
    #: None: to the mailbox of `department`
    account: int | None
    at: datetime
    #: 'begun': handed to a mail server, whose answer is not known; it is not sent again
    state: Literal["waiting", "begun", "sent", "failed"]
    attempts: int = 0
    next_try: datetime | None = None
    message_id: str = ""
    #: why the last attempt failed
    note: str = ""
    department: int | None = None


@dataclass(frozen=True, slots=True)
class DigestDraft:
    """What people chose for the digest of a day before it is published."""

    day: date
    #: keys of the top stories in their order; () leaves the machine's choice
    order: tuple[str, ...] = ()
    #: the office's own first sentences; '': none
    lead: str = ""
    #: item key → why it is left out, in words
    left_out: Mapping[str, str] = field(default_factory=dict, hash=False)
    #: raised with every change; 0: nobody changed anything
    version: int = 0
    account: int | None = None
    who: str = ""
    at: datetime | None = None
    #: what was wrong in the last edition of the day, in the office's words; '': nothing is said
    erratum: str = ""


@dataclass(frozen=True, slots=True)
class DraftClash:
    """A draft that another changed after the person had seen it; nothing was stored."""

    theirs: DigestDraft
    mine: DigestDraft
