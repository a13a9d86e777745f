"""The audit: who did what, when and from where, with the state before and after."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from pipeline.i18n.notices import Message

#: What an audit entry can hold; times become text in UTC.
Json: TypeAlias = "bool | int | float | str | datetime | Sequence[Json] | Mapping[str, Json] | None"
#: desk: a person at the page; command: the command line; machine: the service, by itself
Way = Literal["desk", "command", "machine"]
#: Action by which an account is erased: `diembao audit verify` expects its personal fields to be gone from then on.
ERASED = "account.erased"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something: number of the account (None: none), name, network address, and by which way."""

    account: int | None
    name: str
    address: str
    way: Way


#: The service, where no person asked for what is done.
MACHINE = Actor(None, "", "", "machine")
#: Somebody at the desk who has no account (yet).
NOBODY = Actor(None, "", "", "desk")


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """One change, as it is to be recorded.

    `before` and `after` stay for ever. Names and addresses of people belong into `personal`, which can be erased with
    the account `about`.
    """

    #: noun and verb, e.g. "article.approved"
    action: str
    #: what was changed, e.g. "article", and its key
    object_kind: str
    object_id: str
    before: Json
    after: Json
    actor: Actor
    at: datetime
    personal: Mapping[str, Json] | None = None
    about: int | None = None


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One recorded entry; of erased people name, address and `personal` are empty and `erased` is set."""

    seq: int
    at: datetime
    action: str
    object_kind: str
    object_id: str
    before: Json
    after: Json
    personal: Json
    account: int | None
    name: str
    address: str
    way: Way
    erased: bool
    previous: str
    hash: str


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which entries are wanted; None and "" leave a matter open.

    `since` is included, `until` not. `who` is a sign-in name; `action` is one action or the first words of several
    ("account" finds "account.created").
    """

    since: datetime | None = None
    until: datetime | None = None
    who: str = ""
    account: int | None = None
    action: str = ""
    object_kind: str = ""
    object_id: str = ""
    #: any of these, where there are some
    object_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AuditHead:
    """The last entry of a chain: its number (0: there is none) and its hash."""

    seq: int
    hash: str

    def __str__(self) -> str:
        return f"{self.seq}:{self.hash}"


@dataclass(frozen=True, slots=True)
class AuditFault:
    """The first entry that is not as it was written, and what is wrong with it."""

    seq: int
    why: Message


@dataclass(frozen=True, slots=True)
class AuditVerdict:
    """What the check of a chain found: the number of sound entries from the first on, the last of them, and a fault."""

    rows: int
    head: AuditHead
    fault: AuditFault | None

    @property
    def is_sound(self) -> bool:
        return self.fault is None
