"""What is wrong, by the rules of alerts.toml → alerts, and alerts → people."""

import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from config.alerts import Alerting, Mail, Rule
from config.settings import Job
from diembao.home import Home
from diembao.messages import reason, say
from diembao.secrets import hide, secret
from pipeline.records import Alert, JobEnd, JobRun, SourceDay
from storage.base import Storage

FAILURES = (JobEnd.FAILED, JobEnd.CRASHED, JobEnd.TIMEOUT)
#: An alert that no channel would take for so long is no news any more.
_STALE = timedelta(days=3)
#: A day's number of articles is a spike where a Poisson variable of the past's mean came so far in fewer than one of
#: so many days, and it is more than on each day of the past; the figure is that of analysis.watch.
_RARELY, _DAYS, _KNOWN = 1 / 2000, 28, 7
#: times a source must have been asked in vain
_ASKED = 3


@dataclass(frozen=True, slots=True)
class Scene:
    """All that a rule may look at."""

    storage: Storage
    home: Home
    jobs: Sequence[Job]
    at: datetime
    zone: ZoneInfo
    #: the sources of so many hours up to now
    sources: Callable[[float], list[SourceDay]]

    @property
    def day(self) -> str:
        return self.at.astimezone(self.zone).date().isoformat()


Found = Iterator[tuple[str, str]]


def raise_alerts(scene: Scene, rules: Sequence[Rule]) -> list[Alert]:
    """Store what the rules find, each cause once a day; return what is new."""
    new = []
    for rule in rules:
        for cause, said in _RULES[rule.kind](scene, rule):
            alert = Alert(cause, scene.day, scene.at, hide(said))
            if scene.storage.runs.raise_alert(alert):
                new.append(alert)
    return new


def _failed_jobs(scene: Scene, rule: Rule) -> Found:
    for job in scene.jobs:
        recent = scene.storage.runs.jobs_since(scene.at - timedelta(hours=24), (job.name,))
        ended = [run for run in recent if run.how in (*FAILURES, JobEnd.DONE)]
        tail: list[JobRun] = []
        while ended and ended[-1].how in FAILURES:
            tail.append(ended.pop())
        if len(tail) < (rule.times or 1):
            continue
        run = tail[0]
        when = run.started.astimezone(scene.zone)
        how = {
            JobEnd.FAILED: say(f"kết thúc với mã {run.exit_code}", f"ended with code {run.exit_code}"),
            JobEnd.CRASHED: say(
                f"bị tín hiệu {-(run.exit_code or 0)} dừng", f"ended by signal {-(run.exit_code or 0)}"
            ),
            JobEnd.TIMEOUT: say(f"quá {job.limit_minutes:g} phút", f"took more than {job.limit_minutes:g} minutes"),
        }[JobEnd(run.how)]
        last = run.said.splitlines()[-1:] or [""]
        command = "diembao " + " ".join(job.command).replace("{day}", run.due.astimezone(scene.zone).date().isoformat())
        yield (
            f"job:{job.name}",
            say(
                f"Việc “{job.name}” hỏng lúc {when:%H:%M %d/%m} ({how}; {len(tail)} lần liền). {last[0]}\n"
                f"Cách xử lý: xem {scene.home.root / 'logs' / job.name}.log; sửa rồi chạy tay: {command}",
                f"Job '{job.name}' failed at {when:%H:%M %d/%m} ({how}; {len(tail)} times running). {last[0]}\n"
                f"What to do: see {scene.home.root / 'logs' / job.name}.log; mend it and run: {command}",
            ),
        )


def _no_digest(scene: Scene, rule: Rule) -> Found:
    local = scene.at.astimezone(scene.zone)
    if local.time() < time.fromisoformat(rule.by or "06:45") or has_digest(
        scene.storage, scene.home, scene.jobs, local
    ):
        return
    yield (
        "no_digest",
        say(
            f"Chưa có điểm báo ngày {local:%d/%m/%Y} (lẽ ra có trước {rule.by}).\n"
            "Cách xử lý: diembao status để biết việc nào hỏng; lập tay: diembao run, rồi diembao digest",
            f"There is no digest of {local:%Y-%m-%d} (it was to be there by {rule.by}).\n"
            "What to do: diembao status tells which job failed; by hand: diembao run, then diembao digest",
        ),
    )


def has_digest(storage: Storage, home: Home, jobs: Sequence[Job], local: datetime) -> bool:
    """Return whether a day's digest was made, by the schedule or by hand; `local` is a time of that day."""
    names = [job.name for job in jobs if job.command[:1] == ("digest",)]
    midnight = datetime.combine(local.date(), time.min, local.tzinfo)
    made = storage.runs.jobs_since(midnight, names) if names else []
    of_today = [r for r in made if r.how is JobEnd.DONE and r.due.astimezone(local.tzinfo).date() == local.date()]
    return bool(of_today) or (home.digests / f"diem-bao-{local.date()}.html").exists()


def _silent_sources(scene: Scene, rule: Rule) -> Found:
    for day in scene.sources(rule.hours or 24):
        silent = next((flag for flag in day.flags if flag.kind == "silent"), None)
        failed = day.state == "failed" and day.feeds_polled >= _ASKED
        if day.state == "paused" or not (failed or silent):
            continue
        why = ", ".join(f"{reason(r)} ({n})" for r, n in sorted(day.reasons.items(), key=lambda pair: -pair[1]))
        yield (
            f"source:{day.source_id}",
            say(
                f"Nguồn “{day.name}” im lặng {rule.hours:g} giờ qua: "
                f"{why or 'nguồn tin trả lời nhưng không nêu bài nào'}.\n"
                f"Cách xử lý: mở trang nguồn xem còn hoạt động không; thử: diembao collect --source {day.source_id}; "
                "nếu nguồn đổi địa chỉ, sửa sources.toml",
                f"Source '{day.name}' was silent for {rule.hours:g} hours: "
                f"{why or 'it answers, and lists nothing'}.\n"
                f"What to do: see whether its site is there; try: diembao collect --source {day.source_id}; "
                "where its address changed, mend sources.toml",
            ),
        )


def _disk(scene: Scene, rule: Rule) -> Found:
    usage = shutil.disk_usage(scene.home.root)
    free, share = usage.free / 2**20, 100 * usage.free / usage.total
    if share >= (rule.percent or 0) and free >= (rule.megabytes or 0):
        return
    yield (
        "disk",
        say(
            f"Ổ đĩa của {scene.home.root} sắp đầy: còn {free:,.0f} MB ({share:.0f} %).\n"
            f"Cách xử lý: chuyển bớt bản sao lưu trong {scene.home.root / 'backups'} đi nơi khác, hoặc tăng dung lượng",
            f"The disk of {scene.home.root} is nearly full: {free:,.0f} MB ({share:.0f} %) left.\n"
            f"What to do: move backups from {scene.home.root / 'backups'} elsewhere, or enlarge the disk",
        ),
    )


def last_backup(home: Home) -> tuple[Path, datetime] | None:
    """Return the newest backup in the home folder and when it was made."""
    found = [(path.stat().st_mtime, path) for path in (home.root / "backups").glob("*.db")]
    return (max(found)[1], datetime.fromtimestamp(max(found)[0], UTC)) if found else None


def _backup(scene: Scene, rule: Rule) -> Found:
    saves = [job.name for job in scene.jobs if job.command[:2] == ("db", "backup")]
    if not saves:
        return
    since = scene.at - timedelta(hours=rule.hours or 50)
    runs = scene.storage.runs.jobs_since(datetime(1970, 1, 1, tzinfo=UTC), saves)
    if not runs or runs[0].started > since or any(r.how is JobEnd.DONE and r.started >= since for r in runs):
        return
    yield (
        "backup",
        say(
            f"Đã {rule.hours:g} giờ không có bản sao lưu nào.\nCách xử lý: chạy tay diembao db backup và đọc lỗi",
            f"There was no backup for {rule.hours:g} hours.\nWhat to do: run diembao db backup and read what it says",
        ),
    )


def _spike(scene: Scene, rule: Rule) -> Found:
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
        say(
            f"24 giờ qua có {today} bài về địa phương; {len(past)} ngày trước mỗi ngày {min(past)}–{max(past)} bài.\n"
            "Cách xử lý: lập và đọc điểm báo ngay: diembao digest",
            f"There were {today} articles about the province in 24 hours; {min(past)} to {max(past)} a day in the "
            f"{len(past)} days before.\nWhat to do: make and read a digest now: diembao digest",
        ),
    )


_RULES: dict[str, Callable[[Scene, Rule], Found]] = {
    "job": _failed_jobs,
    "no_digest": _no_digest,
    "source_silent": _silent_sources,
    "disk": _disk,
    "backup": _backup,
    "spike": _spike,
}


class NotSent(Exception):
    """A channel did not take a message; says which and why, without its secrets."""


@dataclass(frozen=True, slots=True)
class Channel:
    """One way to people: 'mail', or the name of the secret with an address for apprise."""

    name: str
    #: takes title and text; raises NotSent
    send: Callable[[str, str], None]


def channels(alerting: Alerting) -> list[Channel]:
    """Return the ways that alerts.toml names."""
    found = []
    if alerting.mail.to:
        found.append(Channel("mail", partial(_mail, alerting.mail)))
    for name in alerting.hooks.secrets:
        found.append(Channel(name, partial(_hook, name)))
    return found


def send_alerts(storage: Storage, ways: Sequence[Channel], at: datetime) -> list[str]:
    """Send each channel in one message what it has not had; return what failed, in words."""
    failed = []
    for way in ways:
        unsent = [alert for alert in storage.runs.alerts_since(at - _STALE) if way.name not in alert.sent]
        if not unsent:
            continue
        try:
            way.send(*message_of(unsent))
        except NotSent as error:
            failed.append(str(error))
        else:
            storage.runs.alerts_sent(unsent, way.name, at)
    return failed


def message_of(alerts: Sequence[Alert]) -> tuple[str, str]:
    """Return title and text of one message about several alerts."""
    first = alerts[0].said.splitlines()[0]
    title = say(f"[diembao] {len(alerts)} cảnh báo: {first}", f"[diembao] {len(alerts)} alerts: {first}")
    return title[:150], "\n\n".join(f"{n}. {alert.said}" for n, alert in enumerate(alerts, 1)) + "\n"


def _hook(name: str, title: str, text: str) -> None:
    import logging

    import apprise

    if not (address := secret(name)):
        raise NotSent(say(f"{name}: chưa đặt giá trị bí mật này", f"{name}: this secret is not set"))
    logging.getLogger("apprise").setLevel(logging.CRITICAL)  # it writes addresses with passwords
    service = apprise.Apprise()
    if not service.add(address):
        raise NotSent(say(f"{name}: không phải địa chỉ của apprise", f"{name}: is no address that apprise knows"))
    if not service.notify(title=title, body=text, body_format=apprise.NotifyFormat.TEXT):
        raise NotSent(say(f"{name}: không gửi được", f"{name}: could not be sent to"))


def _mail(mail: Mail, title: str, text: str) -> None:
    import smtplib
    import ssl
    from email.message import EmailMessage
    from email.utils import formatdate, make_msgid

    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = " ".join(title.split()), mail.sender, ", ".join(mail.to)
    message["Date"], message["Message-ID"] = formatdate(), make_msgid(domain=mail.sender.rpartition("@")[2])
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text)
    host, _, port = mail.server.rpartition(":")
    try:
        kind = smtplib.SMTP_SSL if mail.security == "tls" else smtplib.SMTP
        with kind(host, int(port), timeout=30) as server:
            if mail.security == "starttls":
                server.starttls(context=ssl.create_default_context())
            if mail.user:
                server.login(mail.user, secret("DIEMBAO_SMTP_PASSWORD") or "")
            server.send_message(message)
    except (OSError, smtplib.SMTPException) as error:
        raise NotSent(hide(f"mail ({mail.server}): {error}")) from error
