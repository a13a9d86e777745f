"""The service in a home folder of its own, with a clock moved by hand, a real mail server, and faults on demand."""

import json
import os
import resource
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import urlopen
from zoneinfo import ZoneInfo

from diembao.system.home import Home
from storage.database import open_database
from tests.support.cli import run_diembao
from tests.support.forked_processes import Popen
from tests.support.stress.mailbox import Mailbox

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
START = datetime(2026, 3, 1, 12, tzinfo=ZONE)
#: Faults in the order in which they come. Those that strike a job strike the digest and its sending in turn.
FAULTS = (
    "crash", "full disk", "hang", "off", "restart", "ahead", "no mail", "killed", "back", "no answer",
)  # fmt: skip
#: Lists that get each digest.
LISTS = ("lanh-dao", "phong")
_SCHEDULE = """
[serve]
health = "127.0.0.1:0"
[[job]]
name = "look"
command = ["db", "check"]
every_minutes = 2880
[[job]]
name = "digest"
command = ["digest", "--day", "{day}", "--form", "html"]
cron = "15 6 * * *"
limit_minutes = 0.5
retry_minutes = 5
[[job]]
name = "send"
command = ["send", "--day", "{day}"]
cron = "20 6 * * *"
limit_minutes = 0.5
retry_minutes = 60
after = ["digest"]
[[job]]
name = "backup"
command = ["db", "backup", "--keep", "3"]
cron = "30 1 * * 0"
retry_minutes = 30
[[job]]
name = "alerts"
command = ["alerts"]
every_minutes = 720
ok = [0, 1]
"""
_ALERTS = """
[mail]
to = ["nguoi.truc@example.vn"]
sender = "may@example.vn"
server = "127.0.0.1:{port}"
[[rule]]
kind = "job"
times = 1
[[rule]]
kind = "disk"
percent = 100
megabytes = 1
"""


class Stage:
    """A home folder, a clock that is moved by hand, and the service on it."""

    def __init__(
        self,
        folder: Path,
        address: str | None,
        restart: Callable[[], None] | None,
        popen: Popen = subprocess.Popen,
    ) -> None:
        """`popen` starts the service's process."""
        self._popen = popen
        self.home = Home(folder / "home")
        self.address = address or f"sqlite:///{self.home.database}"
        self._restart = restart
        self._clock = folder / "clock.json"
        self.now, self._steady = START, 0.0
        self.environment = {**os.environ, "DIEMBAO_CLOCK": str(self._clock), "DIEMBAO_DATABASE": self.address}
        self.environment.pop("DIEMBAO_LANG", None)
        self._move()
        self.run("init")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.mail = Mailbox(probe.getsockname()[1])
        lists = (f'\n[[sending.list]]\nname = "{name}"\nto = ["{name}@example.vn"]\n' for name in LISTS)
        with (self.home.config / "settings.toml").open("a", encoding="utf-8") as settings:
            settings.writelines(lists)
        (self.home.config / "schedule.toml").write_text(_SCHEDULE)
        (self.home.config / "alerts.toml").write_text(_ALERTS.format(port=self.mail.port))
        self.mail.up()
        self.server: Any = None
        #: by life of the server: (time, bytes of memory)
        self.memory: list[list[tuple[datetime, float]]] = []
        self.faults: Counter[str] = Counter()
        #: letters of which a person had to find out whether they had arrived
        self.asked = 0

    def _command(self) -> list[str]:
        return [sys.executable, "-m", "diembao", "--home", str(self.home.root)]

    def run(self, *words: str) -> None:
        """Run a command as a person would. Raises subprocess.CalledProcessError."""
        env = {name: self.environment[name] for name in ("DIEMBAO_CLOCK", "DIEMBAO_DATABASE")}
        run_diembao("--home", self.home.root, *words, env=env).check_returncode()

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
        self.server = self._popen([*self._command(), "serve"], stderr=subprocess.DEVNULL, env=self.environment)
        self.memory.append([])
        _wait_for((self.home.root / "serve.json").exists, 120, "the service did not start")

    def stop(self, number: int = signal.SIGTERM) -> None:
        assert self.server is not None
        self.server.send_signal(number)
        self.server.wait(timeout=120)

    def end_server(self) -> None:
        """Stop the service where it runs, and kill it where it does not stop."""
        if self.server is not None and self.server.poll() is None:
            try:
                self.stop()
            except subprocess.TimeoutExpired:
                self.server.kill()
                self.server.wait()

    def end(self) -> None:
        """Leave nothing running, however the play went."""
        self.mail.down()
        if self.server is not None and self.server.poll() is None:
            self.server.kill()
            self.server.wait()

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
            time.sleep(0.05)

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

        _wait_for(look, 60, f"{job} did not begin")
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
            job, due = ("digest", at) if self.faults[fault] % 2 else ("send", at + timedelta(minutes=5))
            self._strike(fault, job, due)
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
        elif fault == "no answer":
            self.mail.mute = 1
            self.until(at + hour)
            self.ask_after_letters()
        self.until(max(self.now, at + 8 * hour))
        self.ask_after_letters()
        self.until(at + 12 * hour)

    def _strike(self, fault: str, job: str, due: datetime) -> None:
        self.until(due - timedelta(minutes=1))
        self.pass_(timedelta(minutes=1))
        pid = self.process_of(job)
        if fault == "crash":
            os.killpg(pid, signal.SIGKILL)
        elif fault == "hang":
            os.kill(pid, signal.SIGSTOP)
        elif fault == "restart" and self._restart is not None:
            self._restart()
        else:
            self.stop(signal.SIGKILL)
            self.pass_(timedelta(hours=1))
            self.start()

    def ask_after_letters(self) -> None:
        """Do what `status` tells the person on duty to do of letters in doubt: ask whether they have come."""
        storage = open_database(self.address)
        try:
            heads = storage.publications.heads(START.date(), self.now.date() + timedelta(days=1))
            doubtful = [d for head in heads for d in storage.publications.dispatches(head.id) if not d.done]
        finally:
            storage.close()
        for dispatch in doubtful:
            self.asked += 1
            found = "--arrived" if dispatch.message_id in self.mail.digests else "--again"
            self.run("send", "--id", str(dispatch.publication), "--list", dispatch.channel, found)


def _wait_for(look: Callable[[], bool], seconds: float, why: str) -> None:
    end = time.monotonic() + seconds
    while not look():
        if time.monotonic() > end:
            raise TimeoutError(why)
        time.sleep(0.03)
