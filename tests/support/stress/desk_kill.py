"""The desk's process killed with -9 at random moments under load: what a browser was told is done is there, once.

Browsers send forms without a pause. Where the connection breaks they send the same form again, as a person would.
"""

import json
import os
import random
import signal
import subprocess
import threading
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import func, select

from diembao.jobs.people.tokens import new_token
from diembao.service.desk_process import desk_command, listen, url_of
from diembao.system.clock import now
from diembao.system.desk_key import desk_key
from diembao.system.home import Home
from diembao.web.routing import all_routes
from diembao.web.security import csrf
from pipeline.records.accounts import NewAccount, Role, SessionLimits
from storage.database import Database, open_database
from storage.maintenance.integrity import check_integrity
from storage.schema.accounts import departments
from storage.schema.audit import audit_entries
from storage.schema.reviews import review_actions, reviews
from tests.support.desk import COMMAND, store_day, written
from tests.support.desk_server import write_desk_home
from tests.support.forked_processes import Popen
from tests.support.stress.desk_writers import pairs

#: Browsers of each kind.
_EACH = 3
#: Seconds in which a desk must answer after its start.
_START = 120.0


@dataclass(slots=True)
class Killed:
    """What browsers were told, and what the database holds afterwards."""

    kills: int = 0
    #: forms that were answered as done, and those among them that are decisions
    told: int = 0
    decisions: int = 0
    #: forms that were sent again, because the connection had broken
    again: int = 0
    lost: int = 0
    twice: int = 0
    #: entries of the audit that verify
    entries: int = 0
    problems: list[str] = field(default_factory=list)


class _Browser:
    """Sends forms until it is stopped; `told` are the forms that were answered as done."""

    def __init__(self, url: str, key: bytes, token: str) -> None:
        self._url, self._form, self._cookie = url, csrf.token(key, token), token
        self.told, self.again, self.problems = list[str](), 0, list[str]()
        self.open = ""
        self.stop = threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)

    def next_form(self, number: int) -> tuple[str, str, dict[str, str]]:
        """Return what a form asks for in a word, its path, its fields."""
        raise NotImplementedError

    def is_done(self, status: int, *, again: bool) -> bool:
        return status == 303

    def _run(self) -> None:
        with httpx.Client(base_url=self._url, trust_env=False, timeout=30) as client:
            client.cookies.set("diembao-session", self._cookie)
            while not self.stop.is_set():
                self._send(client)

    def _send(self, client: httpx.Client) -> None:
        self.open, path, fields = self.next_form(len(self.told))
        was_sent = False
        while not self.stop.is_set():
            try:
                status = client.post(path, data={"csrf": self._form, **fields}).status_code
            except httpx.TransportError:
                self.again, was_sent = self.again + 1, True
                time.sleep(0.02)
                continue
            if self.is_done(status, again=was_sent):
                self.told.append(self.open)
                self.open = ""
                return
            if status != 503:
                self.problems.append(f"{self.open}: {status}")
                self.stop.set()


class _Administrator(_Browser):
    """Makes departments."""

    def __init__(self, url: str, key: bytes, token: str, name: str) -> None:
        super().__init__(url, key, token)
        self._name = name

    def next_form(self, number: int) -> tuple[str, str, dict[str, str]]:
        handle = f"{self._name}-{number}"
        return handle, "/departments", {"name": f"Sở {handle}", "handle": handle, "mail": ""}

    def is_done(self, status: int, *, again: bool) -> bool:
        return status == 303 or (again and status == 400)  # it is there already


class _Reviewer(_Browser):
    """Decides on an article of its own, again and again, by the version that it saw."""

    def __init__(self, url: str, key: bytes, token: str, article: str) -> None:
        super().__init__(url, key, token)
        self.article = article

    def next_form(self, number: int) -> tuple[str, str, dict[str, str]]:
        kind, value = ("reject", "minor") if number % 2 else ("approve", "")
        fields = {"item": f"{self.article}.{number}", "kind": kind, "value": value, "next": self.article}
        return f"{self.article}.{number}", "/review/act", fields


def kill_desk(folder: Path, address: str, times: int, seed: int, popen: Popen = subprocess.Popen) -> Killed:
    """Kill the desk at so many moments drawn by `seed`, while browsers send forms; return what came of it.

    `popen` starts the desk's processes.
    """
    home, dice, found = write_desk_home(folder / "home"), random.Random(seed), Killed()
    storage = open_database(address)
    listening = listen("127.0.0.1", 0)
    listening.set_inheritable(True)
    environment = {**os.environ, "DIEMBAO_DATABASE": address}
    browsers = _browsers(storage, home, url_of(listening))
    process = None
    try:
        for number in range(times + 1):
            process = popen(
                desk_command(home, listening),
                pass_fds=(listening.fileno(),),
                env=environment,
                stderr=subprocess.DEVNULL,
            )
            _wait_for(url_of(listening), process)
            if not number:
                for browser in browsers:
                    browser.thread.start()
            time.sleep(dice.uniform(0.05, 1.2))
            if number < times:
                process.kill()
                process.wait()
                found.kills += 1
                found.problems += [f"kill {number}: {fault}" for fault in check_integrity(address)]
        for browser in browsers:
            browser.stop.set()
        for browser in browsers:
            browser.thread.join(60)
        assert process is not None
        process.send_signal(signal.SIGTERM)
        if process.wait(60) != 0:
            found.problems.append(f"told to stop, the desk ended with {process.returncode}")
    finally:
        for browser in browsers:
            browser.stop.set()
        if process is not None and process.poll() is None:
            process.kill()
            process.wait()
        listening.close()
    _compare(storage, browsers, found)
    storage.close()
    return found


def _browsers(storage: Database, home: Home, url: str) -> list[_Browser]:
    key = desk_key(home)
    made: list[_Browser] = [
        _Administrator(url, key, _token(storage, "administrator", f"q{n}"), f"k{n}") for n in range(_EACH)
    ]
    if any(route.path == "/review/act" for route in all_routes()):
        articles = store_day(storage, [written(f"w{n}") for n in range(_EACH)])
        made += [
            _Reviewer(url, key, _token(storage, "reviewer", f"r{n}"), article)
            for n, article in enumerate(articles.values())
        ]
    return made


def _token(storage: Database, role: Role, name: str) -> str:
    account = storage.accounts.create(NewAccount(name, role), COMMAND, now())
    if account.needs_second_factor:
        storage.accounts.propose_totp(account.id, "unknown")
        storage.accounts.confirm_totp(account.id, 1, (), COMMAND, now())
    token, hashed = new_token()
    storage.accounts.begin_session(account.id, hashed, now(), "127.0.0.1", "test", SessionLimits())
    return token


def _wait_for(url: str, process: Any) -> None:
    """Wait until the desk answers."""
    until = time.monotonic() + _START
    while time.monotonic() < until:
        if process.poll() is not None:
            raise RuntimeError(f"the desk ended with {process.returncode} when it was to start")
        with suppress(httpx.TransportError):
            httpx.get(f"{url}/sign-in", timeout=2, trust_env=False)
            return
    raise RuntimeError("the desk does not answer")


def _compare(storage: Database, browsers: list[_Browser], found: Killed) -> None:
    """Compare what browsers were told with what is stored."""
    with storage.audit._reading() as connection:
        handles = Counter(connection.execute(select(departments.c.handle)).scalars())
        entered = Counter(
            str(json.loads(after)["handle"])
            for after in connection.execute(
                select(audit_entries.c.after).where(audit_entries.c.action == "department.created")
            ).scalars()
        )
        versions = pairs(connection, select(reviews.c.item_key, reviews.c.version))
        acts = pairs(connection, select(review_actions.c.account, func.count()).group_by(review_actions.c.account))
    if handles != entered:
        found.problems.append(f"departments and their audit differ: {handles - entered}, {entered - handles}")
    for browser in browsers:
        found.told += len(browser.told)
        found.again += browser.again
        found.problems += browser.problems
        if isinstance(browser, _Reviewer):
            stored, told = versions.get(browser.article, 0), len(browser.told)
            found.decisions += told
            found.lost += max(told - stored, 0)
            found.twice += max(stored - told - bool(browser.open), 0)
        else:
            found.lost += sum(not handles[handle] for handle in browser.told)
            found.twice += sum(handles[handle] > 1 for handle in browser.told)
    total = sum(versions.values())
    if sum(acts.values()) != total:
        found.problems.append(f"{sum(acts.values())} decisions in the log, {total} by versions")
    verdict = storage.audit.verify()
    found.entries = verdict.rows
    if verdict.fault is not None:
        found.problems.append(f"audit entry {verdict.fault.seq}: {verdict.fault.why}")
