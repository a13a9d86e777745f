"""The people of the desk: accounts with their roles and permissions, departments, sessions, invitations."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, get_args

from pipeline.i18n.language import Language

Role = Literal["viewer", "reviewer", "editor", "analyst", "administrator", "auditor"]
Permission = Literal[
    "digest.read",
    "assigned.read",
    "article.read",
    "review",
    "comment",
    "assign",
    "publish",
    "export",
    "source.manage",
    "account.manage",
    "audit.read",
    "matter.read",
    "matter.work",
    "matter.manage",
]
ROLES: tuple[Role, ...] = get_args(Role)
_REVIEWER: frozenset[Permission] = frozenset(
    {
        "digest.read",
        "assigned.read",
        "article.read",
        "review",
        "comment",
        "assign",
        "matter.read",
        "matter.work",
        "matter.manage",
    }
)
_PUBLISH: frozenset[Permission] = frozenset({"publish"})
#: Role → what it may do. Comments of a viewer are on what is assigned to the own department, its matters those that
#: concern that department. matter.read: the register without notes; matter.work: to prepare and give an answer, and the
#: notes; matter.manage: the office, which opens, assigns and ends matters.
PERMISSIONS: Mapping[Role, frozenset[Permission]] = {
    "viewer": frozenset({"digest.read", "assigned.read", "comment", "matter.read", "matter.work"}),
    "reviewer": _REVIEWER,
    "editor": _REVIEWER.union(_PUBLISH),
    "analyst": frozenset({"digest.read", "article.read", "export", "comment", "matter.read"}),
    "administrator": frozenset({"digest.read", "article.read", "source.manage", "account.manage"}),
    "auditor": frozenset({"digest.read", "article.read", "audit.read", "matter.read"}),
}
#: Roles that may do nothing before they have a second factor.
NEED_SECOND_FACTOR: frozenset[Role] = frozenset({"editor", "administrator"})


@dataclass(frozen=True, slots=True)
class Department:
    """A department of the province (Sở, ngành, địa phương): articles are assigned to it, accounts belong to it."""

    id: int
    #: as it is named in comments: @so-y-te
    handle: str
    name: str
    #: address of its mailbox; "": none
    mail: str
    disabled: bool


@dataclass(frozen=True, slots=True)
class Account:
    """A person's account, without its secrets."""

    id: int
    #: the name typed to sign in, and named in comments: small letters, digits, . _ -
    name: str
    full_name: str
    mail: str
    role: Role
    #: number of the department; None: of none
    department: int | None
    language: Language
    disabled: bool
    #: when its personal fields were erased
    erased_at: datetime | None
    created_at: datetime
    has_password: bool
    #: whether a second factor (TOTP) was confirmed
    has_totp: bool
    #: issuer and subject of single sign-on; "": none
    sso_subject: str
    version: int

    @property
    def needs_second_factor(self) -> bool:
        """Whether the role asks for a second factor that the account has not yet."""
        return self.role in NEED_SECOND_FACTOR and not self.has_totp

    @property
    def permissions(self) -> frozenset[Permission]:
        """What the account may do: nothing while it is disabled or lacks the second factor that its role asks for."""
        return frozenset() if self.disabled or self.needs_second_factor else PERMISSIONS[self.role]

    def allows(self, permission: Permission) -> bool:
        return permission in self.permissions


@dataclass(frozen=True, slots=True)
class NewAccount:
    """An account to be made."""

    name: str
    role: Role
    full_name: str = ""
    mail: str = ""
    department: int | None = None
    language: Language = "vi"
    sso_subject: str = ""


@dataclass(frozen=True, slots=True)
class SessionLimits:
    """How long a session lasts: altogether, and without a request."""

    lasts: timedelta = timedelta(hours=12)
    idle: timedelta = timedelta(minutes=60)


@dataclass(frozen=True, slots=True)
class SessionOfAccount:
    """A session that has neither ended nor been idle for too long, and its account."""

    id: int
    account: Account
    begun_at: datetime
    used_at: datetime
    ends_at: datetime
    #: when it ends unless it is used
    idle_ends_at: datetime
    address: str
    agent: str


@dataclass(frozen=True, slots=True)
class Invitation:
    """A link by which, once, a person sets the password of an account; account None: makes the first administrator."""

    id: int
    account: Account | None
    at: datetime
    until: datetime
    #: whether the second factor is taken off the account
    resets_second_factor: bool


@dataclass(frozen=True, slots=True)
class TotpState:
    """The second factor of an account: the encrypted secret, whether it was confirmed, the last step that was used."""

    secret: str
    confirmed: bool
    #: seconds since 1970 divided by 30 of the last code that was accepted; 0: none
    last_step: int


@dataclass(frozen=True, slots=True)
class Failures:
    """Failed sign-ins since some time, and the last of them; for a name from one place those since the last success."""

    #: with this name from this place (an address or a known device)
    pair: int
    pair_last: datetime | None
    #: from this place with any name
    source: int
    source_last: datetime | None
    #: with this name from anywhere
    name: int


@dataclass(frozen=True, slots=True)
class Assigned:
    """Keys of articles and of stories that are assigned to a department."""

    items: frozenset[str] = frozenset()
    stories: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Sight:
    """Which articles an account may see: all of them, or only those that are assigned to its department."""

    every_article: bool
    assigned: Assigned = Assigned()

    def shows(self, item: str, story: str) -> bool:
        """Whether the article of that key, now in that story, may be seen."""
        return self.every_article or item in self.assigned.items or story in self.assigned.stories
