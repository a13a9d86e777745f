"""Makers and senders of the register's mail, killed or run at once, on both databases: each letter comes once."""

import os
import signal
import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from diembao.jobs.office.doubtful_letters import DOUBTFUL, letters_in_doubt, settle_letters
from diembao.jobs.register_upkeep.reminders import remind
from tests.support.cli import run_diembao, run_inside, start_diembao
from tests.support.desk import Made
from tests.support.letter_office import Office
from tests.support.register_office import AT, DAY, UNITS, ZONE, RegisterOffice, book, fill, mail_office

pytestmark = pytest.mark.few_on_postgresql

_MADE = Made(fill)


@pytest.fixture(params=["sqlite", "postgresql"])
def offices(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Office, RegisterOffice]]:
    with mail_office(request, _MADE, tmp_path, monkeypatch) as found:
        yield found


def kill_and_go_on(
    office: Office, register: RegisterOffice, kills: int, seed: int
) -> tuple[Counter[tuple[str, str]], datetime]:
    """Kill what makes and sends letters so many times; return what arrived, by reader and subject, and the time then.

    What was on its way when the sender was killed is settled as an office does: by asking whether it arrived.
    """
    random, home = Random(seed), office.home.root
    clock = AT

    def settle() -> None:
        nonlocal clock
        clock += DOUBTFUL + timedelta(seconds=1)
        office.at(clock)
        doubtful = letters_in_doubt(office.storage, clock)
        arrived = {str(letter["Message-ID"]) for _, letter in office.post.taken}
        assert len(doubtful) <= 1, "one letter at a time is on its way"
        for letter in doubtful:
            settle_letters(office.storage, clock, arrived=letter.message_id in arrived)

    held = Counter[str]()
    for n in range(kills):
        word = office.post.holds_at = ("", "RCPT", "DATA", "")[n % 4]
        office.post.holding.clear()
        command = ("letters",) if n % 4 else ("register", "upkeep")
        process = start_diembao("--home", home, *command)
        if word:
            while not office.post.holding.wait(0.02) and process.poll() is None:
                pass
            held[word] += office.post.holding.is_set()
        else:
            with suppress(subprocess.TimeoutExpired):
                process.wait(random.uniform(0.0, 0.4))
        with suppress(ProcessLookupError):
            os.kill(process.pid, signal.SIGKILL)
        process.wait(30)
        office.post.holds_at = ""
        settle()
        if n == 0:
            run_inside("--home", home, "register", "upkeep")
    assert held == dict.fromkeys(("RCPT", "DATA"), kills // 4)
    for _ in range(3):
        assert run_diembao("--home", home, "register", "upkeep").returncode == 0
        run_diembao("--home", home, "letters")
        settle()
    assert register.storage.letters.counts().keys() == {"sent"}
    return Counter((name, str(letter["Subject"])) for name, letter in office.post.taken), clock


@pytest.mark.parametrize("kills", [pytest.param(20, marks=pytest.mark.thorough), 4])
def test_letters_arrive_once_under_kills(offices: tuple[Office, RegisterOffice], kills: int) -> None:
    office, register = offices
    for handle in UNITS:
        register.open(f"Việc của {handle}", AT - timedelta(days=9), handle, due=DAY - timedelta(days=7))
    # Soon over at once, and not yet over when 20 kills and what is settled after each of them are done.
    ends = [AT + timedelta(hours=3, minutes=40 + n) for n in range(6)]
    for n, end in enumerate(ends):
        register.open(f"Đột xuất {n}", AT, "u3", is_unexpected=True, due=DAY, due_at=end)
    arrived, clock = kill_and_go_on(office, register, kills, seed=kills)
    assert set(arrived.values()) == {1}
    daily = {name for name, subject in arrived if subject.startswith("Sổ theo dõi")}
    assert daily == {"bien", "an", "anh", "binh", "chi", "dung", "u5"}
    assert clock < ends[0]
    assert len(arrived) == len(daily) + 2 * len(ends), "and a warning of each clock to both of the office"


def test_two_that_remind_at_once_store_one_letter_each(offices: tuple[Office, RegisterOffice]) -> None:
    office, register = offices
    register.open("Một việc", AT - timedelta(days=1), "u1", due=DAY)
    processes = [start_diembao("--home", office.home.root, "register", "upkeep") for _ in range(3)]
    assert [process.wait(60) for process in processes] == [0, 0, 0]
    assert remind(register.storage, book(), ZONE, AT) == 0
    assert office.send().sent == 2
    assert office.told() == ["an", "anh"]
