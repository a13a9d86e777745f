"""The gate before the scheduled dispatch: it waits for a person, then sends what nobody approved, marked, or holds."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from email import message_from_bytes
from email.header import decode_header, make_header
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from config.rulebook import load_rulebook
from config.schedule import Job, load_schedule
from config.settings import load_settings
from diembao.jobs.digest_room.release import NotAsSeen, Seen, publish_seen
from diembao.jobs.digest_room.room import room
from diembao.service.alerting import examine_rules
from diembao.service.scheduler import Schedule
from diembao.system.home import Home
from pipeline.records import JobOutcome, JobRun
from pipeline.records.audit import AuditFilter
from storage.database import Database, open_database
from tests.support.cli import CommandResult, run_diembao, run_inside
from tests.support.days import fill
from tests.support.desk import LAN, people
from tests.support.post import Post, post_office

pytestmark = pytest.mark.none_on_postgresql

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
DAY = date(2026, 11, 22)
DUE = datetime(2026, 11, 22, 6, 20, tzinfo=ZONE)
SEND = Job("send", ("send", "--day", "{day}", "--if-any"), cron="20 6 * * *", retry_minutes=10)


@pytest.fixture
def post() -> Iterator[Post]:
    with post_office() as found:
        yield found


@dataclass
class Office:
    """A home with a day of the press, two lists, a gate, and a clock that is played."""

    home: Home
    address: str
    storage: Database
    post: Post

    def at(self, hour: int, minute: int, day: date = DAY) -> datetime:
        moment = datetime.combine(day, time(hour, minute), ZONE)
        clock = self.home.root / "clock.json"
        clock.write_text(json.dumps({"now": moment.isoformat(), "steady": 0.0}))
        os.environ["DIEMBAO_CLOCK"] = str(clock)
        return moment

    def environment(self) -> dict[str, str]:
        clock = str(self.home.root / "clock.json")
        return {"DIEMBAO_CLOCK": clock, "DIEMBAO_DATABASE": self.address, "DIEMBAO_JOB": "send"}

    def scheduled(self, day: date = DAY) -> CommandResult:
        """Run the job `send` of the schedule, as the service does."""
        words = ("--home", self.home.root, "send", "--day", day.isoformat(), "--if-any")
        return run_inside(*words, **self.environment())

    def ran(self, due: datetime, outcome: JobOutcome, at: datetime) -> None:
        number = self.storage.service.begin_job("send", due, at, 0, "here")
        self.storage.service.end_job(JobRun(number, "send", due, at, at, outcome, 0))

    def status(self) -> str:
        environment = {name: value for name, value in self.environment().items() if name != "DIEMBAO_JOB"}
        return run_inside("--home", self.home.root, "status", **environment).stdout

    def alerts(self, at: datetime) -> list[str]:
        rules = load_rulebook(None)
        return [
            alert.text
            for alert in examine_rules(self.storage, self.home, at, load_settings(self.home.config), lambda: rules)
            if alert.cause.startswith("gate:")
        ]

    def letters(self) -> list[tuple[str, list[str]]]:
        """Return subject and recipients of each letter that arrived."""
        return [
            (str(make_header(decode_header(message_from_bytes(body)["Subject"]))), to) for to, body in self.post.letters
        ]


@pytest.fixture
def office(address: str, tmp_path: Path, post: Post, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    monkeypatch.setenv("DIEMBAO_CLOCK", "")
    home = Home(tmp_path / "home")
    assert run_inside("--home", home.root, "init").returncode == 0
    (home.config / "alerts.toml").write_text(f'[mail]\nserver = "127.0.0.1:{post.port}"\n', "utf-8")
    file = home.config / "settings.toml"
    text = file.read_text("utf-8").replace("gate = false", "gate = true")
    lists = "".join(
        f'\n[[sending.list]]\nname = "{name}"\nto = ["{to}@example.vn"]\n'
        for name, to in (("lanh-dao", "a"), ("bao-chi", "c"))
    )
    file.write_text(text + lists, "utf-8")
    storage = open_database(address)
    fill(storage, 5)
    people(storage)
    yield Office(home, address, storage, post)
    storage.close()


def hold(office: Office) -> None:
    file = office.home.config / "settings.toml"
    file.write_text(file.read_text("utf-8").replace('gate_otherwise = "send"', 'gate_otherwise = "hold"'), "utf-8")


def seen(office: Office, at: datetime) -> Seen:
    settings, rules = load_settings(office.home.config), load_rulebook(None)
    found = room(office.storage, settings, rules, DAY, at)
    return Seen(DAY, "vi", found.fingerprint, found.latest)


def publish(office: Office, looked_at: Seen) -> object:
    settings, rules = load_settings(office.home.config), load_rulebook(None)
    return publish_seen(office.storage, settings, rules, office.home, LAN, looked_at)


def test_it_waits_and_then_goes_out_marked(office: Office) -> None:
    at = office.at(6, 20)
    assert office.scheduled().returncode == 4
    office.ran(DUE, JobOutcome.WAITING, at)
    assert office.storage.publications.latest_number(DAY) == 0
    assert "chờ duyệt đến 07:30" in office.status()
    [told] = office.alerts(at)
    assert "chờ duyệt đến 07:30" in told
    at = office.at(7, 29)
    assert office.scheduled().returncode == 4
    assert office.letters() == []
    at = office.at(7, 30)
    assert office.scheduled().returncode == 0
    office.ran(DUE, JobOutcome.DONE, at)
    assert [to for _, to in office.letters()] == [["a@example.vn"], ["c@example.vn"]]
    assert all(subject.startswith("[CHƯA DUYỆT] Điểm báo") for subject, _ in office.letters())
    [head] = office.storage.publications.recent(5)
    assert head.unapproved
    publication = office.storage.publications.publication(head.id)
    assert publication is not None
    for name, body in publication.files.items():
        assert "-chua-duyet" in name or name.startswith("letter")
        if name.endswith((".html", ".md", ".txt")):
            assert "CHƯA DUYỆT" in body.decode(), name
            assert "lập muộn" not in body.decode()
    [told] = office.alerts(at)
    assert "«chưa duyệt»" in told
    assert office.scheduled().returncode == 0
    assert len(office.letters()) == 2
    rows = office.storage.audit.page(AuditFilter(action="digest"))
    assert {row.way for row in rows} == {"machine"}
    assert [row.action for row in rows][-1] == "digest.publish"


def test_what_a_person_published_goes_out_at_once(office: Office) -> None:
    at = office.at(6, 40)
    assert office.scheduled().returncode == 4
    publish(office, seen(office, at))
    assert office.scheduled().returncode == 0
    assert len(office.letters()) == 2
    assert not any("CHƯA DUYỆT" in subject for subject, _ in office.letters())
    office.at(7, 40)
    assert office.scheduled().returncode == 0
    assert len(office.letters()) == 2


def test_it_is_held_until_a_person_sends_it(office: Office) -> None:
    hold(office)
    at = office.at(7, 31)
    result = office.scheduled()
    assert result.returncode == 0
    assert "bị giữ lại" in result.stdout
    office.ran(DUE, JobOutcome.DONE, at)
    assert office.letters() == []
    assert "bị giữ lại: đến 07:30 chưa ai duyệt" in office.status()
    [told] = office.alerts(at)
    assert "bị giữ lại" in told
    environment = {name: value for name, value in office.environment().items() if name != "DIEMBAO_JOB"}
    by_hand = run_inside("--home", office.home.root, "send", "--day", DAY.isoformat(), **environment)
    assert by_hand.returncode == 0
    assert len(office.letters()) == 2
    assert "bị giữ lại" not in office.status()
    [publication] = office.storage.audit.page(AuditFilter(action="digest.publish"))
    assert publication.way == "command"


@pytest.mark.parametrize("otherwise", ["send", "hold"])
def test_days_missed_in_an_outage_end_as_configured(otherwise: str, office: Office) -> None:
    if otherwise == "hold":
        hold(office)
    office.at(9, 0, DAY + timedelta(days=1))
    assert office.scheduled(DAY).returncode == 0
    assert len(office.letters()) == (2 if otherwise == "send" else 0)


def test_killed_between_publication_and_letters_it_sends_each_once(office: Office) -> None:
    office.at(7, 30)
    office.post.answers += ["kill"]
    process = subprocess.Popen(
        [sys.executable, "-m", "diembao", "--home", str(office.home.root), "send", "--day", DAY.isoformat()],
        env={**os.environ, **office.environment()},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    assert office.post.asked.wait(60)
    process.kill()
    process.wait()
    office.post.go_on.set()
    [head] = office.storage.publications.recent(5)
    assert head.unapproved
    # Of the first list it is not known whether it arrived: nobody gets a second letter without being asked.
    assert office.scheduled().returncode == 1
    [again] = office.storage.publications.recent(5)
    assert again.id == head.id
    assert {one.channel: one.done for one in again.dispatches} == {"lanh-dao": False, "bao-chi": True}
    assert [to for _, to in office.letters()].count(["c@example.vn"]) == 1


def test_a_person_and_the_service_at_the_same_moment(office: Office) -> None:
    at = office.at(7, 30)
    looked_at = seen(office, at)
    found: list[object] = []

    def person() -> None:
        storage = open_database(office.address)
        try:
            settings, rules = load_settings(office.home.config), load_rulebook(None)
            found.append(publish_seen(storage, settings, rules, office.home, LAN, looked_at))
        finally:
            storage.close()

    thread = threading.Thread(target=person)
    thread.start()
    words = ("--home", office.home.root, "send", "--day", DAY.isoformat(), "--if-any")
    service = run_diembao(*words, env=office.environment())
    thread.join()
    while service.returncode == 3:  # it gave way to the person; the schedule runs it again
        service = run_diembao(*words, env=office.environment())
    assert service.returncode == 0
    assert len(office.letters()) == 2
    heads = office.storage.publications.recent(5)
    assert len(heads) == 1
    assert heads[0].unapproved == isinstance(found[0], NotAsSeen)


def test_the_schedule_looks_again_each_minute_and_blames_nobody() -> None:
    runs = [JobRun(1, "send", DUE - timedelta(days=1), DUE, DUE, JobOutcome.PLANNED)]
    schedule = Schedule((SEND,), ZONE, runs, DUE, 0.0)
    at, number = DUE, 2
    while at < DUE + timedelta(minutes=70):
        [due] = schedule.due_jobs(at, 0.0, ())
        assert due.command[2] == DAY.isoformat()
        begun = JobRun(number, "send", due.due, at)
        schedule.note(begun, 0.0)
        schedule.note(replace(begun, ended=at, outcome=JobOutcome.WAITING, exit_code=4), 0.0)
        assert schedule.due_jobs(at + timedelta(seconds=50), 0.0, ()) == []
        at, number = at + timedelta(minutes=1), number + 1
    begun = JobRun(number, "send", DUE, at)
    schedule.note(replace(begun, ended=at, outcome=JobOutcome.FAILED, exit_code=1), 0.0)
    assert schedule.due_jobs(at + timedelta(minutes=9), 0.0, ()) == []
    [_] = schedule.due_jobs(at + timedelta(minutes=10), 0.0, ())
    schedule.note(replace(begun, id=number + 1, ended=at, outcome=JobOutcome.DONE), 0.0)
    assert schedule.due_jobs(at + timedelta(hours=1), 0.0, ()) == []


def test_the_packaged_schedule_has_the_job_that_waits() -> None:
    assert any(job.command[:1] == ("send",) and job.for_each_day for job in load_schedule(None))
