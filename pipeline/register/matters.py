"""A matter that the press raised, who answers it, by when, and what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal, get_args

from pipeline.records.audit import Json

#: Where a matter stands; 'not_needed' ends it with a reason and without an answer.
MatterState = Literal["new", "assigned", "preparing", "answered", "closed", "not_needed"]
MATTER_STATES: tuple[MatterState, ...] = get_args(MatterState)
#: States in which a matter still waits for its answer: its due date counts.
OPEN_STATES: frozenset[MatterState] = frozenset({"new", "assigned", "preparing"})
#: What a matter was opened from: one article, its story (with its reprints), its event.
MatterScope = Literal["item", "story", "event"]
MATTER_SCOPES: tuple[MatterScope, ...] = get_args(MatterScope)
#: Why an article belongs to a matter: it was opened from it, the article raises it again, carries the answer, or tells
#: of what came of it.
LinkPart = Literal["origin", "again", "answer", "result"]
LINK_PARTS: tuple[LinkPart, ...] = get_args(LinkPart)
#: Of several parts of one article in one matter the first holds: articles may turn out to be one.
LINK_RANK: Mapping[LinkPart, int] = {part: rank for rank, part in enumerate(LINK_PARTS)}
#: transfer: a unit that ended hands over to its successor, by the service itself
StepKind = Literal[
    "open",
    "assign",
    "begin",
    "answer",
    "return",
    "close",
    "drop",
    "reopen",
    "set_due",
    "edit",
    "link",
    "unlink",
    "transfer",
]


@dataclass(frozen=True, slots=True)
class Matter:
    """Where a matter stands: the fold of its steps (pipeline.register.steps.fold)."""

    id: int
    title: str
    #: id of a kind of register.toml
    kind: str
    scope: MatterScope
    #: when it was opened; when the press report was first seen: aware
    opened_at: datetime
    first_seen: datetime
    state: MatterState = "new"
    #: number of the department in charge; None: none yet
    unit: int | None = None
    #: numbers of departments that take part
    taking_part: tuple[int, ...] = ()
    #: last day, local, on which it is to be answered; None: no term
    due: date | None = None
    #: the moment, where its term counts hours: its local day is `due`
    due_at: datetime | None = None
    #: the words of the report that are disputed, as they stand there; '': none were named
    passage: str = ""
    #: whether its clock counts hours from first sight
    is_unexpected: bool = False
    answer_text: str = ""
    #: number and signs of the answer's document
    answer_number: str = ""
    answer_day: date | None = None
    #: address at which accurate information was published
    answer_address: str = ""
    #: when a person said that it is answered
    answered_at: datetime | None = None
    #: when the answer was given with which it was first closed; it stays when the matter is opened again
    settled_at: datetime | None = None
    #: what was seen in the press after the answer
    result: str = ""
    #: why it was dropped
    reason: str = ""
    #: the matter with which it is dealt; None: its own
    joined_to: int | None = None
    closed_at: datetime | None = None
    #: number of steps
    version: int = 1

    @property
    def is_open(self) -> bool:
        """Whether it still waits for its answer."""
        return self.state in OPEN_STATES

    @property
    def units(self) -> tuple[int, ...]:
        """Departments that it concerns, the one in charge first."""
        return (*(() if self.unit is None else (self.unit,)), *self.taking_part)


@dataclass(frozen=True, slots=True)
class MatterStep:
    """One step of a matter: never changed, never deleted."""

    id: int
    matter: int
    at: datetime
    kind: StepKind
    #: who: account (None: a command), its name as it is called now, its department then
    account: int | None
    who: str
    department: int | None
    #: fields of Matter that it sets, as JSON has them (days and times in ISO 8601); of link and unlink a link's number
    values: Mapping[str, Json] = field(default_factory=dict, hash=False)
    #: why, in that person's words
    text: str = ""


@dataclass(frozen=True, slots=True)
class NewMatter:
    """A matter to be opened."""

    title: str
    kind: str
    item: str
    scope: MatterScope = "item"
    due: date | None = None
    due_at: datetime | None = None
    passage: str = ""
    is_unexpected: bool = False
    unit: int | None = None
    taking_part: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class StepRequest:
    """A step that a person asks for."""

    kind: StepKind
    #: fields of Matter that it is to set; of link `item` and `part`, of unlink `link`
    values: Mapping[str, object] = field(default_factory=dict, hash=False)
    text: str = ""
    #: version that the person saw; None: whatever it is
    expected: int | None = None


@dataclass(frozen=True, slots=True)
class MatterClash:
    """A step that was refused because another was made since the person saw the matter; nothing was stored."""

    theirs: Matter
    #: steps that the person had not seen
    since: tuple[MatterStep, ...]


@dataclass(frozen=True, slots=True)
class MatterLink:
    """An article that belongs to a matter, and why."""

    id: int
    matter: int
    #: key of the article; articles that turn out to be one take their links along
    item: str
    part: LinkPart
    at: datetime
    #: when it was taken off; None: it holds
    removed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class MatterNote:
    """A note on a matter, for its units and the office alone; `text` None: it was erased when its time was over."""

    id: int
    matter: int
    at: datetime
    account: int
    who: str
    #: department of who wrote it
    department: int | None
    text: str | None


@dataclass(frozen=True, slots=True)
class MatterFilter:
    """Which matters are wanted; None, () and "" leave a field open."""

    states: tuple[MatterState, ...] = ()
    kind: str = ""
    #: those of which one of these departments is in charge or takes part; () : none at all, None: all
    units: tuple[int, ...] | None = None
    in_charge: int | None = None
    opened_since: datetime | None = None
    opened_before: datetime | None = None
    #: open ones of which the term ended before this local day
    due_before: date | None = None
    #: words of title
    text: str = ""


@dataclass(frozen=True, slots=True)
class Clarification:
    """A signed-in person's note «cần làm rõ» on one article: not more than that something is to be made clear."""

    id: int
    item: str
    at: datetime
    account: int
    who: str
    text: str
    withdrawn_at: datetime | None = None


#: What the office did for the press: press conference, periodic information, information on an unexpected case,
#: interview or answer by word of mouth, written response, refusal to inform.
ContactKind = Literal["conference", "periodic", "unexpected", "spoken", "written", "refusal"]
CONTACT_KINDS: tuple[ContactKind, ...] = get_args(ContactKind)


@dataclass(frozen=True, slots=True)
class PressContact:
    """An entry of the log of what was told to the press, and what was refused."""

    id: int
    day: date
    kind: ContactKind
    #: number of the department that spoke; None: the office itself
    unit: int | None
    outlet: str
    subject: str
    #: matter that it belongs to; None: none
    matter: int | None
    #: code of a reason of register.toml; only of a refusal, which must have one
    refusal: str
    document: str
    at: datetime
    account: int
    who: str
    withdrawn_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class YearlyFigure:
    """A figure of the yearly report that a person typed in, with its source."""

    year: int
    #: id of one of the six figures
    figure: str
    value: int
    #: the whole that it is of; None: it is of none
    total: int | None
    source: str
    at: datetime
    account: int
    who: str
