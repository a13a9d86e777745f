"""What is wrong, by the rules of alerts.toml → alerts."""

import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from config.alerts import Rule
from config.schedule import Job
from diembao.system.home import Home
from diembao.system.messages import reason
from diembao.system.secrets import hide_secrets
from pipeline.i18n.catalogs import translate
from pipeline.records import Alert, JobOutcome, JobRun, SourceDay
from storage.base import Storage
from storage.search.tree import Tree

FAILURES = (JobOutcome.FAILED, JobOutcome.CRASHED, JobOutcome.TIMEOUT)
#: A day's number of articles is a spike where a Poisson variable of the past's mean came so far in fewer than one of
#: so many days, and it is more than on each day of the past; the figure is that of analysis.anomalies.source_flags.
_RARELY, _DAYS, _KNOWN = 1 / 2000, 28, 7
#: times a source must have been asked in vain
_ASKED = 3
#: hits of a saved search that are listed
_HITS = 10


@dataclass(frozen=True, slots=True)
class AlertContext:
    """All that a rule may look at."""

    storage: Storage
    home: Home
    jobs: Sequence[Job]
    at: datetime
    zone: ZoneInfo
    #: the sources of so many hours up to now
    sources: Callable[[float], list[SourceDay]]
    #: the tree of a query as a person wrote it
    tree: Callable[[str], Tree]

    @property
    def day(self) -> str:
        return self.at.astimezone(self.zone).date().isoformat()


Found = Iterator[tuple[str, str]]


def raise_alerts(scene: AlertContext, rules: Sequence[Rule]) -> list[Alert]:
    """Store what the rules find, each cause once a day; return what is new."""
    new = []
    for rule in rules:
        for cause, said in _RULES[rule.kind](scene, rule):
            alert = Alert(cause, scene.day, scene.at, hide_secrets(said))
            if scene.storage.runs.raise_alert(alert):
                new.append(alert)
    return new


def _failed_jobs(scene: AlertContext, rule: Rule) -> Found:
    for job in scene.jobs:
        recent = scene.storage.runs.jobs_since(scene.at - timedelta(hours=24), (job.name,))
        ended = [run for run in recent if run.outcome in (*FAILURES, JobOutcome.DONE)]
        tail: list[JobRun] = []
        while ended and ended[-1].outcome in FAILURES:
            tail.append(ended.pop())
        if len(tail) < (rule.times or 1):
            continue
        run = tail[0]
        when = run.started.astimezone(scene.zone)
        ending = {
            JobOutcome.FAILED: translate("ended with code {code}", code=run.exit_code),
            JobOutcome.CRASHED: translate("ended by signal {signal}", signal=-(run.exit_code or 0)),
            JobOutcome.TIMEOUT: translate("took more than {minutes:g} minutes", minutes=job.limit_minutes),
        }[JobOutcome(run.outcome)]
        last = run.output_tail.splitlines()[-1:] or [""]
        log_file = f"{scene.home.root / 'logs' / job.name}.log"
        command = "diembao " + " ".join(job.command).replace("{day}", run.due.astimezone(scene.zone).date().isoformat())
        yield (
            f"job:{job.name}",
            translate(
                "Job '{job}' failed at {time:%H:%M %d/%m} ({ending}; {times} times running). {output}\nWhat to "
                "do: see {log_file}; mend it and run: {command}",
                job=job.name,
                time=when,
                ending=ending,
                times=len(tail),
                output=last[0],
                log_file=log_file,
                command=command,
            ),
        )


def _no_digest(scene: AlertContext, rule: Rule) -> Found:
    local = scene.at.astimezone(scene.zone)
    by = time.fromisoformat(rule.by or "06:45")
    if local.time() < by or not lacks_digest(scene.storage, scene.home, scene.jobs, local):
        return
    yield (
        "no_digest",
        translate(
            "There is no digest of {day:%Y-%m-%d} (it was to be there by {time}).\nWhat to do: diembao status "
            "tells which job failed; by hand: diembao run, then diembao digest",
            day=local,
            time=rule.by,
        ),
    )


def lacks_digest(storage: Storage, home: Home, jobs: Sequence[Job], local: datetime) -> bool:
    """Return whether the digest of a day was due by `local`, a time of that day, and is not there, made by whomever."""
    from apscheduler.triggers.cron import CronTrigger

    midnight = datetime.combine(local.date(), time.min, local.tzinfo)
    known = storage.runs.first_of_each()
    for job in jobs:
        if not job.for_each_day or job.command[:1] != ("digest",) or job.cron is None or job.name not in known:
            continue
        due = CronTrigger.from_crontab(job.cron, timezone=local.tzinfo).get_next_fire_time(None, midnight)
        if due is None or due > local or due <= known[job.name].due:
            continue
        made = storage.runs.jobs_since(midnight, (job.name,))
        if not any(run.outcome is JobOutcome.DONE and run.due == due for run in made):
            return not (home.digests / f"diem-bao-{local.date()}.html").exists()
    return False


def _silent_sources(scene: AlertContext, rule: Rule) -> Found:
    for day in scene.sources(rule.hours or 24):
        silent = next((flag for flag in day.flags if flag.kind == "silent"), None)
        failed = day.state == "failed" and sum(day.reasons.values()) >= _ASKED
        if day.state == "paused" or not (failed or silent):
            continue
        reasons = ", ".join(f"{reason(r)} ({n})" for r, n in sorted(day.reasons.items(), key=lambda pair: -pair[1]))
        reasons = reasons or translate("it answers, and lists nothing")
        yield (
            f"source:{day.source_id}",
            translate(
                "Source '{name}' was silent for {hours:g} hours: {reasons}.\nWhat to do: see whether its site is "
                "there; try: diembao collect --source {source}; where its address changed, mend sources.toml",
                name=day.name,
                hours=rule.hours,
                reasons=reasons,
                source=day.source_id,
            ),
        )


def _disk(scene: AlertContext, rule: Rule) -> Found:
    usage = shutil.disk_usage(scene.home.root)
    free, share = usage.free / 2**20, 100 * usage.free / usage.total
    if share >= (rule.percent or 0) and free >= (rule.megabytes or 0):
        return
    yield (
        "disk",
        translate(
            "The disk of {home} is nearly full: {free:,.0f} MB ({share:.0f} %) left.\nWhat to do: move "
            "backups from {backups} elsewhere, or enlarge the disk",
            home=scene.home.root,
            free=free,
            share=share,
            backups=scene.home.root / "backups",
        ),
    )


def _backup(scene: AlertContext, rule: Rule) -> Found:
    saves = [job.name for job in scene.jobs if job.command[:2] == ("db", "backup")]
    if not saves:
        return
    since = scene.at - timedelta(hours=rule.hours or 50)
    runs = scene.storage.runs.jobs_since(datetime(1970, 1, 1, tzinfo=UTC), saves)
    if not runs or runs[0].started > since or any(r.outcome is JobOutcome.DONE and r.started >= since for r in runs):
        return
    yield (
        "backup",
        translate(
            "There was no backup for {hours:g} hours.\nWhat to do: run diembao db backup and read what it says",
            hours=rule.hours,
        ),
    )


def _spike(scene: AlertContext, rule: Rule) -> Found:
    from scipy.special import pdtrc

    # One day's worth of rows at a time would be 29 queries; the moments of one query are counted instead.
    since = scene.at - timedelta(days=_DAYS + 1)
    days = [0] * (_DAYS + 1)
    oldest = 0
    for item in scene.storage.items(since=since):
        age = (scene.at - (item.article.published or item.first_seen)).days
        if 0 <= age <= _DAYS:
            days[age] += 1
            oldest = max(oldest, age)
    today, past = days[0], days[1 : oldest + 1]
    if len(past) < _KNOWN or today <= max(past) or pdtrc(today - 1, sum(past) / len(past)) >= _RARELY:
        return
    yield (
        "spike",
        translate(
            "There were {today} articles about the province in 24 hours; {low} to {high} a day in the {days} "
            "days before.\nWhat to do: make and read a digest now: diembao digest",
            today=today,
            low=min(past),
            high=max(past),
            days=len(past),
        ),
    )


def _saved_searches(scene: AlertContext, rule: Rule) -> Found:
    told = {alert.cause: alert.at for alert in scene.storage.runs.alerts_since(scene.at - timedelta(days=8))}
    for saved in scene.storage.searches.saved():
        cause = f"search:{saved.name}"
        # What was there before the search was kept is no news; nor is what an earlier alert was about.
        since = max(saved.saved_at, scene.at - timedelta(days=8), told.get(cause, saved.saved_at))
        hits = scene.storage.searches.search(
            scene.tree(saved.query), zone=scene.zone, limit=_HITS + 1, seen_since=since
        )
        if not hits:
            continue
        listed = "\n".join(
            f"  {hit.item.outlet}: {hit.item.article.title} {hit.item.article.url}" for hit in hits[:_HITS]
        )
        more = "…" if len(hits) > _HITS else ""
        yield (
            cause,
            translate(
                "The search '{name}' has news:\n{listed}{ellipsis}\nWhat to do: read them; more: diembao search "
                "@{name}",
                name=saved.name,
                listed=listed,
                ellipsis=more,
            ),
        )


_RULES: dict[str, Callable[[AlertContext, Rule], Found]] = {
    "job": _failed_jobs,
    "no_digest": _no_digest,
    "source_silent": _silent_sources,
    "disk": _disk,
    "backup": _backup,
    "spike": _spike,
    "search": _saved_searches,
}
