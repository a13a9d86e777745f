"""The real desk on loopback, on a home and a database: accounts made, browsers and HTTP clients signed in."""

import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
from pyotp.totp import TOTP

from diembao.jobs.configuration import write_configuration
from diembao.jobs.people.passwords import hash_password
from diembao.jobs.people.second_factor import confirm_totp, enrol_totp
from diembao.jobs.people.tokens import hash_token, new_token
from diembao.service.desk_process import listen, url_of
from diembao.service.logs import close_log, open_log
from diembao.system.clock import now
from diembao.system.desk_key import desk_key
from diembao.system.home import Home
from diembao.web.app import make_app
from diembao.web.context import DeskContext, open_context
from diembao.web.security import cookies, csrf
from diembao.web.serving import DeskServer
from pipeline.records.accounts import Account, NewAccount, Role, SessionLimits
from pipeline.records.audit import Actor
from storage.database import Database, open_database

if TYPE_CHECKING:
    import pytest
    from playwright.sync_api import Browser, BrowserContext

#: Who makes the accounts of a test.
MAKER = Actor(None, "test", "", "command")
#: Password of the accounts that have one.
PASSWORD = "tràng giang bốn mùa ngựa"
#: A session of a test outlives any clock that the test plays for a day.
_LIMITS = SessionLimits(timedelta(hours=12), timedelta(minutes=60))


@dataclass(frozen=True, slots=True)
class Desk:
    """A desk that serves; `storage` is for the thread of the test alone."""

    url: str
    home: Home
    address: str
    context: DeskContext
    storage: Database

    def account(self, role: Role, name: str = "", *, totp: bool = True, **fields: Any) -> Account:
        """Make an account of a role, by default with whatever second factor the role asks for (of no known secret)."""
        name = name or f"{role}-{secrets.token_hex(3)}"
        made = self.storage.accounts.create(NewAccount(name, role, **fields), MAKER, now())
        if totp and made.needs_second_factor:
            self.storage.accounts.propose_totp(made.id, "unknown")
            self.storage.accounts.confirm_totp(made.id, 1, (), MAKER, now())
        found = self.storage.accounts.account(made.id)
        assert found is not None
        return found

    def with_password(self, role: Role, name: str = "", *, totp: bool = True, **fields: Any) -> tuple[Account, str]:
        """Make an account with the password PASSWORD; return it with the secret of its second factor ('': none)."""
        made = self.account(role, name, totp=False, **fields)
        self.storage.accounts.set_password(made.id, hash_password(PASSWORD), MAKER, now())
        secret = ""
        if totp and made.needs_second_factor:
            secret = self.enrol(made)
        found = self.storage.accounts.account(made.id)
        assert found is not None
        return found, secret

    def enrol(self, account: Account) -> str:
        """Set up the second factor of an account; return its secret. The code of the step before this one is used."""
        secret = enrol_totp(self.storage, self.context.key, account).secret
        before = now() - timedelta(seconds=30)
        code = TOTP(secret).at(before)
        assert confirm_totp(self.storage, self.context.key, account, code, MAKER, now()) is not None
        return secret

    def token(self, account: Account) -> str:
        """Begin a session of an account; return the token for the cookie."""
        token, hashed = new_token()
        self.storage.accounts.begin_session(account.id, hashed, now(), "127.0.0.1", "test", _LIMITS)
        return token

    def client(self, account: Account | None = None, **headers: str) -> "DeskClient":
        """Return an HTTP client, signed in as an account; close it, or use it as a context manager."""
        made = DeskClient(self, headers)
        if account is not None:
            made.sign_in(self.token(account))
        return made

    def browser(self, browser: "Browser", account: Account | None = None, **options: Any) -> "BrowserContext":
        """Return a context of a Playwright browser, signed in as an account; `options` go to new_context."""
        made = browser.new_context(base_url=self.url, **options)
        made.set_default_timeout(60_000)
        if account is not None:
            name = cookies.cookie_name(cookies.SESSION, is_secure=False)
            made.add_cookies([{"name": name, "value": self.token(account), "url": self.url}])
        return made


class DeskClient(httpx.Client):
    """A client that sends forms as a browser does: with the token of its session and where it comes from."""

    def __init__(self, desk: Desk, headers: dict[str, str]) -> None:
        super().__init__(base_url=desk.url, headers=headers, trust_env=False, verify=False, timeout=30)
        self._desk = desk
        self._token = ""

    def sign_in(self, token: str) -> None:
        self._token = token
        self.cookies.set(cookies.cookie_name(cookies.SESSION, is_secure=False), token, domain="127.0.0.1", path="/")

    def form_token(self) -> str:
        """Return the token of forms for this browser as it is now."""
        session, visit = (self.cookies.get(cookies.cookie_name(n, False)) for n in (cookies.SESSION, cookies.VISIT))
        holds = session and self._desk.storage.accounts.session(hash_token(session), now())
        return csrf.token(self._desk.context.key, (session if holds else visit) or "")

    def send_form(self, path: str, follow: Any = False, **fields: Any) -> httpx.Response:
        """Post a form; a list is a field that occurs several times. `follow`: return the page that it leads to."""
        data = {csrf.FIELD: self.form_token(), **fields}
        headers = {"Origin": self._desk.url, "Sec-Fetch-Site": "same-origin"}
        return self.post(path, data=data, headers=headers, follow_redirects=follow)


def write_desk_home(root: Path) -> Home:
    """Write the packaged configuration into a home folder."""
    home = Home(root)
    write_configuration(home.config)
    return home


@contextmanager
def serve_new_desk(request: "pytest.FixtureRequest", folder: Path) -> Iterator[Desk]:
    """Serve a desk on an empty database of the kind that a fixture asks for (`request.param`)."""
    home = write_desk_home(folder)
    is_postgres = request.param == "postgresql"
    made: str = request.getfixturevalue("postgres")() if is_postgres else f"sqlite:///{home.database}"
    with serve_desk(home, made) as served:
        yield served


@contextmanager
def serve_desk(home: Home, address: str) -> Iterator[Desk]:
    """Serve a desk in a thread of this process, on a free port, until the block ends."""
    log = open_log(home.root / "logs", (home.root / "desk.err").open("w", encoding="utf-8"), name="desk.log")
    context = open_context(home, address, desk_key(home), log)
    listening = listen("127.0.0.1", 0)
    server = DeskServer(make_app(context), listening)
    started = threading.Event()
    thread = threading.Thread(target=server.run, args=(started.set,), daemon=True)
    thread.start()
    storage = open_database(address)
    try:
        assert started.wait(30)
        yield Desk(url_of(listening), home, address, context, storage)
    finally:
        server.stop()
        thread.join(timeout=20)
        context.close()
        storage.close()
        close_log()
        listening.close()
