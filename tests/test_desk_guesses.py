"""Passwords guessed by the thousand at the real server: nobody gets in, nobody is kept out, little is stored."""

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from diembao.jobs.people import passwords
from diembao.web.errors import DeskError
from diembao.web.security import csrf
from diembao.web.security.limits import RateLimits
from pipeline.records.audit import AuditFilter
from tests.support.desk_server import PASSWORD, Desk
from tests.support.siege import NOW, Siege, besieged, enter
from tests.support.stress.desk_guesses import guess

pytestmark = pytest.mark.long(12)

_ALL = AuditFilter()


@pytest.fixture(scope="module")
def siege(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Siege]:
    folder = tmp_path_factory.mktemp("siege")
    with besieged(folder, f"sqlite:///{folder / 'siege.db'}") as made:
        yield made


@pytest.fixture
def desk(siege: Siege) -> Desk:
    return siege.desk


def test_a_thousand_attempts_neither_get_in_nor_keep_the_owner_out(siege: Siege) -> None:
    """900 from one place, 100 from as many; few cost a hash, few are stored. `make soak` makes 10,000."""
    desk = siege.desk
    account, _ = desk.with_password("reviewer")
    found = guess(desk.storage, desk.context.key, account, PASSWORD, NOW, 1_000)
    assert (found.entered, found.owner_refused) == (0, 0)
    assert 100 <= found.hashed < 130, "of one place a few, of a hundred places one each"
    assert found.stored == found.hashed
    told = [row for row in desk.storage.audit.page(_ALL) if row.action == "account.sign_in_slowed"]
    assert 0 < len([row for row in told if row.object_id == str(account.id)]) < 5


@pytest.mark.usefixtures("costly_hashes")
@pytest.mark.parametrize("each", [12, pytest.param(40, marks=pytest.mark.thorough)])
def test_hundreds_of_attempts_over_http_leave_the_desk_to_others(siege: Siege, each: int) -> None:
    """From 8 addresses of loopback at once: hashes are made two at a time, and who is signed in goes on working."""
    desk = siege.desk
    account, _ = desk.with_password("reviewer")
    most, running, lock = [0], [0], threading.Lock()
    hasher = passwords._HASHER

    class Counted:
        def verify(self, *words: Any) -> bool:
            with lock:
                running[0] += 1
                most[0] = max(most[0], running[0])
            try:
                return hasher.verify(*words)
            finally:
                with lock:
                    running[0] -= 1

        def __getattr__(self, name: str) -> Any:
            return getattr(hasher, name)

    statuses: list[int] = []
    token = desk.token(account)

    def attack(address: str) -> None:
        import httpx

        transport = httpx.HTTPTransport(local_address=address)
        with httpx.Client(base_url=desk.url, transport=transport, trust_env=False, timeout=60) as client:
            client.get("/sign-in")
            form = csrf.token(desk.context.key, client.cookies["diembao-visit"])
            for n in range(each):
                data = {"csrf": form, "name": f"name-{n % 2}", "password": f"guess {n}"}
                statuses.append(client.post("/sign-in", data=data).status_code)

    waits: list[float] = []
    passwords._HASHER = Counted()  # type: ignore[assignment]
    try:
        attackers = [threading.Thread(target=attack, args=(f"127.0.1.{n}",)) for n in range(1, 9)]
        for attacker in attackers:
            attacker.start()
        with desk.client() as owner:
            owner.sign_in(token)
            while any(attacker.is_alive() for attacker in attackers):
                began = time.monotonic()
                assert owner.get("/today").status_code == 200
                waits.append(time.monotonic() - began)
                time.sleep(0.05)
    finally:
        passwords._HASHER = hasher
    assert len(statuses) == 8 * each
    assert set(statuses) <= {403, 429}
    assert 429 in statuses
    assert most[0] <= 2
    assert sorted(waits)[len(waits) // 2] < 3.0
    with desk.client() as client:
        assert enter(client, account.name) == "/"


def test_limits_by_address_take_bounded_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """A /64 of IPv6 counts as one address; counters of addresses that are gone are dropped."""
    limits = RateLimits()
    refused = 0
    for n in range(500):
        try:
            limits.hit("/sign-in", f"2001:db8::{n:x}", 60)
        except DeskError:
            refused += 1
    assert refused == 440
    for n in range(5_000):
        limits.hit("/sign-in", f"10.{n // 65536}.{n // 256 % 256}.{n % 256}", 60)
    ahead = time.time() + 3600
    monkeypatch.setattr("limits.storage.memory.time.time", lambda: ahead)
    until = time.monotonic() + 10
    while len(limits) > 20 and time.monotonic() < until:
        limits.hit("/sign-in", "192.0.2.1", 10_000)
        time.sleep(0.05)
    assert len(limits) <= 20
