"""One request, as a room sees it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlsplit

from starlette.datastructures import ImmutableMultiDict

from diembao.web.context import DeskContext
from diembao.web.errors import DeskError
from diembao.web.security import cookies, csrf
from pipeline.i18n.catalogs import mark
from pipeline.i18n.language import Language
from pipeline.i18n.notices import Message
from pipeline.records.accounts import Account, Permission, SessionOfAccount
from pipeline.records.audit import Actor
from storage.database import Database

#: Characters of a field whose room names no limit.
_LONGEST = 10_000


@dataclass(frozen=True, slots=True)
class Waiting:
    """Something that waits in a room for the person: so many of it. The start page shows it."""

    count: int
    #: English with the field {count} (a `mark("…")`); templates translate it.
    label: str
    path: str
    #: what else is to be said of it, as it was written; '': nothing
    note: str = ""


@dataclass(frozen=True, slots=True)
class MenuEntry:
    """An entry of the menu that the account may open."""

    path: str
    #: English; templates translate it.
    label: str
    is_current: bool
    #: what waits in that room; None: the room says nothing of the kind
    waiting: "Callable[[Visit], Sequence[Waiting]] | None" = None


@dataclass(frozen=True, slots=True)
class Visit:
    """A request, and who makes it. `storage` is open while the endpoint runs; a stream has none."""

    context: DeskContext
    #: Path as it was asked for, and the parameters in it.
    asked: str
    path: Mapping[str, str]
    query: ImmutableMultiDict[str, str]
    form: ImmutableMultiDict[str, str]
    #: (name of the field, bytes) of each file
    files: tuple[tuple[str, bytes], ...]
    headers: Mapping[str, str]
    cookies: Mapping[str, str]
    #: the client's IP
    address: str
    is_secure: bool
    now: datetime
    language: Language
    #: None: nobody is signed in
    account: Account | None = None
    session: SessionOfAccount | None = None
    #: token of the session's cookie; '': nobody is signed in
    token: str = ""
    #: what the tokens of this browser's forms are made of
    seed: str = ""
    permissions: frozenset[Permission] = frozenset()
    #: what is open to the account, in order
    menu: tuple[MenuEntry, ...] = ()
    _storage: Database | None = field(default=None)

    @property
    def storage(self) -> Database:
        if self._storage is None:
            raise LookupError("a stream opens the database in a thread of its own: visit.context.open_storage()")
        return self._storage

    @property
    def me(self) -> Account:
        """The account; for routes that ask for one."""
        if self.account is None:
            raise DeskError(403)
        return self.account

    @property
    def actor(self) -> Actor:
        """Who acts, for the audit."""
        if self.account is None:
            return Actor(None, "", self.address, "desk")
        return Actor(self.account.id, self.account.name, self.address, "desk")

    @property
    def csrf_token(self) -> str:
        return csrf.token(self.context.key, self.seed)

    @property
    def is_fragment(self) -> bool:
        """Whether a script asks for the content of the page alone."""
        return bool(self.headers.get("x-fragment"))

    def allows(self, permission: Permission) -> bool:
        return permission in self.permissions

    def cookie(self, name: str) -> str:
        """Return the value of one of the desk's cookies; '': none."""
        return self.cookies.get(cookies.cookie_name(name, self.is_secure), "")

    def field(self, name: str, *, limit: int = _LONGEST) -> str:
        """Return a field of the form without outer blanks; '': none. Raises DeskError 400 where it is too long."""
        text = self.form.get(name, "").strip()
        if len(text) > limit:
            raise DeskError(400, Message(mark("Too long: at most {limit} characters."), limit=limit))
        return text

    def number(self, name: str) -> int:
        """Return a whole number of the path, else of the form. Raises DeskError 404 or 400 where there is none."""
        text, status = (self.path[name], 404) if name in self.path else (self.form.get(name, ""), 400)
        if not (text.isascii() and text.isdigit() and len(text) < 10):
            raise DeskError(status)
        return int(text)


def local_path(text: str, default: str = "/") -> str:
    """Return a path of the desk itself, with its query; `default` for whatever might lead elsewhere."""
    if not text.startswith("/") or text[1:2] in ("/", "\\") or any(c <= " " or c in "\\\x7f" for c in text):
        return default
    try:
        parts = urlsplit(text)
    except ValueError:
        return default
    return default if parts.scheme or parts.netloc else text
