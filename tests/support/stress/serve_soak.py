"""Months of the service in minutes, with a simulated clock, real processes and faults: its problems and its memory.

Light on purpose: collecting and processing are left out (other benchmarks run them) and `db check` stands for them as
a job with an interval. Digests, their sending, alerts, backups, the database, the mail server and the service itself
are real.
"""

import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

from pipeline.records import Alert, JobOutcome, JobRun
from storage.database import Database, open_database
from storage.maintenance.integrity import check_integrity
from tests.support.forked_processes import Popen
from tests.support.stress.serve_stage import FAULTS, LISTS, START, ZONE, Stage

_LATE = timedelta(minutes=15)
#: Words by which a digest says that it is late (analysis/templates/vi.toml).
_SAYS_SO = "Bản này lập muộn"


def soak(
    folder: Path,
    days: int,
    address: str | None = None,
    restart: Callable[[], None] | None = None,
    faults: tuple[str, ...] = FAULTS,
    every: int = 3,
    popen: Popen = subprocess.Popen,
) -> tuple[list[str], Stage]:
    """Run `days` days with a fault on every `every`-th; return the problems, and the stage they ran on.

    `popen` starts the service's processes.
    """
    folder.mkdir(parents=True, exist_ok=True)
    stage = Stage(folder, address, restart, popen)
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
        stage.stop()
        stage.run("alerts")  # what was not told yet
    finally:
        stage.end()
    return list(_problems(stage)), stage


def _problems(stage: Stage) -> Iterator[str]:
    yield from check_integrity(stage.address)
    storage = open_database(stage.address)
    try:
        runs = storage.service.jobs_since(START - timedelta(days=1))
        alerts = storage.service.alerts_since(START - timedelta(days=1))
        yield from _wrong_digests(stage, storage, runs)
    finally:
        storage.close()
    for run in runs:
        late = run.started - run.due > _LATE and run.outcome != JobOutcome.PLANNED
        if late != bool(run.late):
            yield f"{run.job} due {run.due} began {run.started} and is {'not ' * late}called late"
        if run.ended is None:
            yield f"{run.job} of {run.started} has no end"
    yield from _wrong_alerts(stage, alerts)


def _wrong_digests(stage: Stage, storage: Database, runs: list[JobRun]) -> Iterator[str]:
    done = {
        job: [run for run in runs if run.job == job and run.outcome is JobOutcome.DONE] for job in ("digest", "send")
    }
    received = Counter(stage.mail.digests)
    day = START.date() + timedelta(days=1)
    while datetime.combine(day, START.timetz()).replace(hour=7) < stage.now:
        for job, found in done.items():
            if (times := sum(run.due.astimezone(ZONE).date() == day for run in found)) != 1:
                yield f"'{job}' of {day} was done {times} times"
        file = stage.home.digests / f"diem-bao-{day}.html"
        late = any(run.late for run in done["digest"] if run.due.astimezone(ZONE).date() == day)
        if not file.exists():
            yield f"the digest of {day} is not there"
        elif (_SAYS_SO in file.read_text("utf-8")) != late:
            yield f"the digest of {day} says {'not ' * late}that it is late"
        heads = storage.publications.heads(day, day + timedelta(days=1))
        if len(heads) != 1:
            yield f"the digest of {day} was published {len(heads)} times"
        for head in heads:
            sent = {dispatch.channel: dispatch for dispatch in storage.publications.dispatches(head.id)}
            for name in LISTS:
                times = received.pop(sent[name].message_id, 0) if name in sent else 0
                if times != 1 or not sent[name].done:
                    yield f"the digest of {day} reached {name} {times} times: {sent.get(name)}"
            due = datetime.combine(day, START.timetz()).replace(hour=6, minute=20)
            whole = storage.publications.publication(head.id)
            said = whole.files["letter.txt"].decode() if whole is not None else ""
            if (_SAYS_SO in said) != (head.made_at - due > _LATE):
                yield f"the letter of {day}, made at {head.made_at}, says the contrary of whether it is late"
        day += timedelta(days=1)
    for name, times in received.items():
        yield f"{name} was received {times} times and is no digest"


def _wrong_alerts(stage: Stage, alerts: list[Alert]) -> Iterator[str]:
    yield from (f"alert {a.cause} of {a.day} was not sent" for a in alerts if "mail" not in a.sent)
    unusable = sum(text.startswith("Cơ sở dữ liệu không dùng được") for text in stage.mail.alerts)
    full = stage.faults["full disk"] if stage.address.startswith("sqlite") else 0
    if not full <= unusable <= full + stage.faults["restart"]:
        yield f"of {full} times without a database {unusable} were told"
    told = Counter(line for text in stage.mail.alerts for line in text.splitlines() if line[:1].isdigit())
    if sum(told.values()) != len(alerts):
        yield f"{len(alerts)} alerts were raised and {sum(told.values())} told"
