"""Rules of alerts.toml → alerts, each cause once a day."""

import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from itertools import chain
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from config.alerts import Rule
from config.crontab import cron_trigger
from config.schedule import Job
from config.settings import Settings
from diembao.jobs.periods import local_day
from diembao.jobs.publishing.gate_messages import gate_causes
from diembao.jobs.register_upkeep.health import register_causes
from diembao.jobs.translating.health import engine_causes
from diembao.system.home import Home
from diembao.system.secrets import hide_secrets
from pipeline.i18n.catalogs import translate, translate_code
from pipeline.records import Alert, JobOutcome, JobRun, SourceDay
from storage.database import Database

if TYPE_CHECKING:
    from pipeline.rules.rulebook import Rulebook
    from storage.search.tree import Tree

#: Outcomes that count as a failure of a job.
FAILURES = (JobOutcome.FAILED, JobOutcome.CRASHED, JobOutcome.TIMEOUT)
#: Probability, for a Poisson variable with the mean of the past days, below which a day's number of articles is a spike
#: (the threshold of analysis.anomalies.source_flags); it must also be more than on each past day.
_SPIKE_PROBABILITY = 1 / 2000
#: Past days of that comparison, at most and at least.
_DAYS, _MIN_DAYS = 28, 7
#: Failed polls from which on a source is called failed.
_FAILED_POLLS = 3
#: Hits of a saved search that an alert lists.
_HITS = 10
#: Days for which earlier alerts and new hits of a saved search are looked up.
_SEARCH_DAYS = timedelta(days=8)


@dataclass(frozen=True, slots=True)
class AlertContext:
    """The state of the installation, as the rules see it."""

    storage: Database
    home: Home
    jobs: Sequence[Job]
    at: datetime
    zone: ZoneInfo
    #: hours → sources with their state in the hours up to now
    sources: Callable[[float], list[SourceDay]]
    #: query as a person wrote it → its tree
    tree: "Callable[[str], Tree]"
    rules: "Callable[[], Rulebook]"
    #: None: nothing is said of digests that wait for a person
    settings: Settings | None = None

    @property
    def day(self) -> str:
        """Local day, YYYY-MM-DD."""
        return local_day(self.at, self.zone).isoformat()


#: Pairs of cause and text.
Causes = Iterator[tuple[str, str]]


def raise_alerts(context: AlertContext, rules: Sequence[Rule]) -> list[Alert]:
    """Store the alerts of rules, of digests that wait and of the register, each cause once a day; return the new."""
    new = []
    gate = gate_causes(context.storage, context.settings, context.jobs, context.at) if context.settings else ()
    register = register_causes(context.storage, context.home.config, context.jobs, context.at, context.zone)
    for cause, text in chain(*(_RULES[rule.kind](context, rule) for rule in rules), gate, register):
        alert = Alert(cause, context.day, context.at, hide_secrets(text))
        if context.storage.service.raise_alert(alert):
            new.append(alert)
    return new


def _failed_jobs(context: AlertContext, rule: Rule) -> Causes:
    for job in context.jobs:
        recent = context.storage.service.jobs_since(context.at - timedelta(hours=24), (job.name,))
        runs = [run for run in recent if run.outcome in (*FAILURES, JobOutcome.DONE)]
        failures: list[JobRun] = []
        while runs and runs[-1].outcome in FAILURES:
            failures.append(runs.pop())
        if len(failures) < (rule.times or 1):
            continue
        run = failures[0]
        when = run.started.astimezone(context.zone)
        ending = {
            JobOutcome.FAILED: translate("ended with code {code}", code=run.exit_code),
            JobOutcome.CRASHED: translate("ended by signal {signal}", signal=-(run.exit_code or 0)),
            JobOutcome.TIMEOUT: translate("took more than {minutes:g} minutes", minutes=job.limit_minutes),
        }[JobOutcome(run.outcome)]
        day = run.due.astimezone(context.zone).date().isoformat()
        yield (
            f"job:{job.name}",
            translate(
                "Job '{job}' failed at {time:%H:%M %d/%m} ({ending}; {times} times running). {output}\nWhat to "
                "do: see {log_file}; mend it and run: {command}",
                job=job.name,
                time=when,
                ending=ending,
                times=len(failures),
                output=(run.output_tail.splitlines() or [""])[-1],
                log_file=f"{context.home.root / 'logs' / job.name}.log",
                command=" ".join(("diembao", *job.command)).replace("{day}", day),
            ),
        )


def _no_digest(context: AlertContext, rule: Rule) -> Causes:
    local = context.at.astimezone(context.zone)
    by = time.fromisoformat(rule.by or "06:45")
    if local.time() < by or not lacks_digest(context.storage, context.home, context.jobs, local):
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


def lacks_digest(storage: Database, home: Home, jobs: Sequence[Job], local: datetime) -> bool:
    """Return whether the digest of a day was due by `local`, a time of that day, and does not exist.

    A digest that a person made by hand counts too.
    """
    midnight = datetime.combine(local.date(), time.min, local.tzinfo)
    first_runs = storage.service.first_of_each()
    for job in jobs:
        if not job.for_each_day or job.command[:1] != ("digest",) or job.cron is None or job.name not in first_runs:
            continue
        due = cron_trigger(job.cron, local.tzinfo or UTC).get_next_fire_time(None, midnight)
        if due is None or due > local or due <= first_runs[job.name].due:
            continue
        runs = storage.service.jobs_since(midnight, (job.name,))
        if not any(run.outcome is JobOutcome.DONE and run.due == due for run in runs):
            return not (home.digests / f"diem-bao-{local.date()}.html").exists()
    return False


def _silent_sources(context: AlertContext, rule: Rule) -> Causes:
    for day in context.sources(rule.hours or 24):
        silent = next((flag for flag in day.flags if flag.kind == "silent"), None)
        failed = day.state == "failed" and sum(day.reasons.values()) >= _FAILED_POLLS
        if day.state == "paused" or not (failed or silent):
            continue
        reasons = ", ".join(
            f"{translate_code('reason', r)} ({n})" for r, n in sorted(day.reasons.items(), key=lambda pair: -pair[1])
        )
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


def _disk(context: AlertContext, rule: Rule) -> Causes:
    usage = shutil.disk_usage(context.home.root)
    free, share = usage.free / 2**20, 100 * usage.free / usage.total
    if share >= (rule.percent or 0) and free >= (rule.megabytes or 0):
        return
    yield (
        "disk",
        translate(
            "The disk of {home} is nearly full: {free:,.0f} MB ({share:.0f} %) left.\nWhat to do: move "
            "backups from {backups} elsewhere, or enlarge the disk",
            home=context.home.root,
            free=free,
            share=share,
            backups=context.home.root / "backups",
        ),
    )


def _backup(context: AlertContext, rule: Rule) -> Causes:
    backup_jobs = [job.name for job in context.jobs if job.command[:2] == ("db", "backup")]
    if not backup_jobs:
        return
    since = context.at - timedelta(hours=rule.hours or 50)
    runs = context.storage.service.jobs_since(datetime(1970, 1, 1, tzinfo=UTC), backup_jobs)
    if not runs or runs[0].started > since or any(r.outcome is JobOutcome.DONE and r.started >= since for r in runs):
        return
    yield (
        "backup",
        translate(
            "There was no backup for {hours:g} hours.\nWhat to do: run diembao db backup and read what it says",
            hours=rule.hours,
        ),
    )


def _spike(context: AlertContext, rule: Rule) -> Causes:
    from scipy.special import pdtrc

    # One query counted by day here, instead of one query for each of 29 days.
    since = context.at - timedelta(days=_DAYS + 1)
    days = [0] * (_DAYS + 1)
    oldest = 0
    for item in context.storage.articles.items(since=since):
        age = (context.at - (item.article.published or item.first_seen)).days
        if 0 <= age <= _DAYS:
            days[age] += 1
            oldest = max(oldest, age)
    today, past = days[0], days[1 : oldest + 1]
    if len(past) < _MIN_DAYS or today <= max(past) or pdtrc(today - 1, sum(past) / len(past)) >= _SPIKE_PROBABILITY:
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


def _saved_searches(context: AlertContext, rule: Rule) -> Causes:
    last_alert = {alert.cause: alert.at for alert in context.storage.service.alerts_since(context.at - _SEARCH_DAYS)}
    for saved in context.storage.search.saved():
        cause = f"search:{saved.name}"
        # Only items newer than the saved search itself and than its last alert are news.
        since = max(saved.saved_at, context.at - _SEARCH_DAYS, last_alert.get(cause, saved.saved_at))
        hits = context.storage.search.search(
            context.tree(saved.query), zone=context.zone, limit=_HITS + 1, seen_since=since
        )
        if not hits:
            continue
        listed = "\n".join(f"  {hit.item.outlet}: {hit.item.title} {hit.item.url}" for hit in hits[:_HITS])
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


def _desk(context: AlertContext, rule: Rule) -> Causes:
    from config.settings import load_settings
    from diembao.service.desk_process import desk_trouble

    desk = load_settings(context.home.config if context.home.config.exists() else None).desk
    # Patiently: a desk that is just being started again is well.
    if not desk.enabled or not context.home.is_locked("serve") or not (trouble := desk_trouble(context.home, desk, 30)):
        return
    yield (
        "desk",
        translate(
            "{trouble}.\nWhat to do: read the last lines of {log_file}; then systemctl restart diembao",
            trouble=trouble,
            log_file=context.home.root / "logs" / "desk.log",
        ),
    )


def _grave(context: AlertContext, rule: Rule) -> Causes:
    from diembao.service.grave_news import grave_news  # reads the words of texts, which no other rule does

    yield from grave_news(context.storage, context.rules, context.at, rule)


_RULES: dict[str, Callable[[AlertContext, Rule], Causes]] = {
    "job": _failed_jobs,
    "no_digest": _no_digest,
    "source_silent": _silent_sources,
    "disk": _disk,
    "backup": _backup,
    "spike": _spike,
    "search": _saved_searches,
    "grave": _grave,
    "desk": _desk,
    "translation": lambda c, rule: engine_causes(c.storage, c.home.config, c.at, c.zone, rule.hours or 24),
}
