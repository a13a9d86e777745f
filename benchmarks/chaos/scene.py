"""A newsroom under the service: days pass, articles are offered, `status` is asked, and at the end all is counted."""

import json
import random
import re
import sqlite3
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
from click import Abort

from benchmarks.chaos.press import GrowingPress
from benchmarks.chaos.tally import Tally
from pipeline.errors import DiembaoError
from tests.support.cli import run_diembao, run_inside
from tests.support.stress.job_work import is_done
from tests.support.stress.serve_stage import LISTS, START, ZONE, Stage
from tests.support.stress.stores import Store

#: The day's work, each job a process: those of `diembao init`, once a day.
_SCHEDULE = """
[serve]
health = "127.0.0.1:0"
[[job]]
name = "collect"
command = ["collect", "--due"]
cron = "0 5 * * *"
limit_minutes = 2
retry_minutes = 5
ok = [0, 1]
[[job]]
name = "process"
command = ["process"]
cron = "30 5 * * *"
limit_minutes = 4
retry_minutes = 5
after = ["collect"]
[[job]]
name = "digest"
command = ["digest", "--day", "{day}", "--form", "html"]
cron = "15 6 * * *"
limit_minutes = 2
retry_minutes = 5
after = ["process"]
[[job]]
name = "send"
command = ["send", "--day", "{day}"]
cron = "20 6 * * *"
limit_minutes = 2
retry_minutes = 5
after = ["digest"]
"""
_CHECK = """
[[job]]
name = "self-check"
command = ["db", "check"]
cron = "30 2 * * *"
limit_minutes = 2
"""
#: job → time of day at which it is due
DUE = {
    "collect": timedelta(hours=5),
    "process": timedelta(hours=5, minutes=30),
    "digest": timedelta(hours=6, minutes=15),
    "send": timedelta(hours=6, minutes=20),
}
_SETTINGS = {"delay_seconds": "0.0", "contact": '"a@example.org"', "workers": "1", "timeout_seconds": "2.0"}
#: Time after which what was due is missing: the half hour that `status` gives a digest, and a minute.
_DELAY = timedelta(minutes=31)
#: Every so many-th time `status` is a process of its own; else it runs in this one, which is much faster.
_AS_PROCESS = 10


#: Errors that end a scene: the service does not come to rest, a command fails, the database is not to be had.
_BREAKS = (
    TimeoutError, RuntimeError, OSError, AssertionError, ValueError, subprocess.SubprocessError, sqlite3.Error,
    psycopg.Error,
)  # fmt: skip


class Scene:
    """One kind of trouble on one database; its tally is filled as it goes."""

    def __init__(
        self,
        folder: Path,
        store: Store,
        tally: Tally,
        *,
        seed: int,
        press: GrowingPress,
        check: bool = False,
        settings: dict[str, str] | None = None,
    ) -> None:
        """Make the newsroom's home; `check`: `db check` runs every night; `settings`: lines of settings.toml."""
        folder.mkdir(parents=True, exist_ok=True)
        self.dice, self.store, self.tally, self.press = random.Random(seed), store, tally, press
        self.stage = Stage(folder, store.address, store.restart)
        #: what is not well at this moment, as far as the one who broke it knows; `unwell` adds what can be looked up
        self.broken: set[str] = set()
        self._configure(check, _SETTINGS | (settings or {}))

    def _configure(self, check: bool, settings: dict[str, str]) -> None:
        config = self.stage.home.config
        text = (config / "settings.toml").read_text("utf-8")
        text = re.sub(r"(?m)^attach = .*$", "attach = []", text)
        for key, value in settings.items():
            text = re.sub(rf"(?m)^{key} = .*$", f"{key} = {value}", text)
        (config / "settings.toml").write_text(text, "utf-8")
        (config / "schedule.toml").write_text(_SCHEDULE + (_CHECK if check else ""), "utf-8")
        self.press.start()
        tables = []
        for outlet in self.press.outlets:
            feeds = ", ".join(f'{{ url = "{outlet.site.home[:-1]}{path}", kind = "feed" }}' for path in outlet.feeds)
            tables.append(
                f'[[source]]\nid = "{outlet.name}"\nname = "{outlet.name}"\nhome = {json.dumps(outlet.site.home)}\n'
                f'feeds = [{feeds}]\nlanguages = ["vi"]\n'
            )
        (config / "sources.toml").write_text("\n".join(tables), "utf-8")

    # ---- time

    def midnight(self) -> datetime:
        """Return the beginning of the next day."""
        return (self.stage.now + timedelta(days=1)).replace(hour=0, minute=0)

    def calm_day(self, articles: int = 4) -> None:
        """Let a day pass on which nothing breaks, from any time to 08:00 of the next."""
        day = self.midnight()
        self.stage.until(day)
        self.press.offer(articles, self.stage.now)
        self.stage.until(day + timedelta(hours=8))
        self.stage.ask_after_letters()

    # ---- status

    def unwell(self) -> list[str]:
        """Return what is not well now, by what was broken and by what is missing in folder and mailbox."""
        reasons = sorted(self.broken)
        if self.stage.server is None or self.stage.server.poll() is not None:
            reasons.append("the service does not run")
        first, today = START.date() + timedelta(days=1), self.stage.now.astimezone(ZONE).date()
        if today >= first:
            late = self.stage.now - self.stage.now.replace(hour=0, minute=0, second=0, microsecond=0) - _DELAY
            if late >= DUE["digest"] and not self._file(today).exists():
                reasons.append("no digest today")
            if late >= DUE["send"] and min(self._letters()[str(today), name] for name in LISTS) == 0:
                reasons.append("today's digest did not reach all")
            past = (today - timedelta(days=n) for n in range(1, 7))
            reasons += [f"no digest of {day}" for day in past if day >= first and not self._file(day).exists()]
        return reasons

    def _letters(self) -> Counter[tuple[str, str]]:
        """Return how many letters were received by (day, list), of digests that the database does not call early.

        Where the database cannot be read, every letter is taken to be there.
        """
        query = (
            "SELECT p.day, d.channel, d.message_id FROM publications p JOIN dispatches d "
            "ON d.publication_id = p.id WHERE p.ahead = 0"
        )
        received = Counter(self.stage.mail.digests)
        try:
            rows = self.store.rows(query)
        except (sqlite3.Error, psycopg.Error):
            return Counter({(str(self.stage.now.astimezone(ZONE).date()), name): 1 for name in LISTS})
        letters: Counter[tuple[str, str]] = Counter()
        for day, channel, name in rows:
            letters[day, channel] += received[name]
        return letters

    def is_done(self, job: str) -> bool:
        """Return whether the work of one of today's jobs is done."""
        today = self.stage.now.astimezone(ZONE).date()
        letters = self._letters()
        fewest = min(letters[str(today), name] for name in LISTS)
        return is_done(job, self.store, self.press.offered.keys(), self._file(today), fewest)

    def ask(self) -> bool:
        """Ask `status` at this moment and compare it with what is so; return whether it says well."""
        self.tally.asked += 1
        reasons = self.unwell()
        words = ("--home", str(self.stage.home.root), "--lang", "en", "--json", "status")
        well, said = self._status(words)
        if reasons:
            self.tally.unwell += 1
            if well:
                self.tally.wrongly_well += 1
                self.tally.problems.append(f"at {self.stage.now} status said well: {'; '.join(reasons)}")
        self.last_said = said
        return well

    def _status(self, words: tuple[str, ...]) -> tuple[bool, str]:
        env = self.stage.environment
        if self.tally.asked % _AS_PROCESS == 0:
            done = run_diembao(*words, env=env)
            return done.returncode == 0, done.stdout + done.stderr
        try:
            inside = run_inside(*words, **env)
        except DiembaoError as error:
            return False, str(error)
        except Abort:  # what click makes of a Ctrl-C
            raise KeyboardInterrupt from None
        return inside.returncode == 0, inside.stdout

    # ---- counting

    def _file(self, day: date) -> Path:
        return self.stage.home.digests / f"diem-bao-{day}.html"

    def count(self) -> None:
        """Compare what was offered and due with what is there, and let the database be checked."""
        tally = self.tally
        rows = self.store.rows("SELECT DISTINCT i.key, v.title FROM items i JOIN versions v ON v.item_key = i.key")
        stored = Counter(title for _, title in rows)
        offered = set(self.press.offered.values())
        tally.offered, tally.stored = len(offered), sum(title in offered for title in stored)
        lost = offered - stored.keys() - self.press.poisoned
        tally.lost = len(lost)
        tally.twice = sum(times > 1 for times in stored.values())
        if poisoned := self.press.poisoned:
            tally.notes.append(f"of {len(poisoned)} pages made to be slow {len(poisoned & stored.keys())} were read")
        tally.problems += [f"not stored: {title}" for title in sorted(lost)[:3]]
        tally.problems += [f"not offered: {title}" for title in sorted(stored.keys() - offered)[:3]]
        self._count_digests()
        check = run_diembao("--home", self.stage.home.root, "--lang", "en", "db", "check", env=self.stage.environment)
        if check.returncode:
            tally.problems.append(f"db check: {check.stderr.strip()[:300]}")
        if not self.ask():
            tally.problems.append(f"all was well again, and status says: {self.last_said[:400]}")

    def _count_digests(self) -> None:
        published = Counter(day for (day,) in self.store.rows("SELECT day FROM publications WHERE ahead = 0"))
        letters = self._letters()
        day, last = START.date() + timedelta(days=1), self.stage.now.astimezone(ZONE).date()
        while day <= last:
            counts = (
                len(list(self.stage.home.digests.glob(f"*{day}.html"))),
                published[str(day)],
                *(letters[str(day), name] for name in LISTS),
            )
            self.tally.due += 1
            self.tally.there += min(counts) > 0
            self.tally.digests_twice += max(counts) > 1
            if set(counts) != {1}:
                self.tally.problems.append(f"digest of {day}: (files, publications, letters to each list) = {counts}")
            day += timedelta(days=1)


@contextmanager
def scene(
    folder: Path, store: Store, tally: Tally, *, seed: int, press: GrowingPress | None = None, **more: Any
) -> Iterator[Scene]:
    """Give a scene in which the service runs and one calm day has passed; afterwards let two pass, and count."""
    began = time.monotonic()
    made: Scene | None = None
    try:
        made = Scene(folder, store, tally, seed=seed, press=press or GrowingPress(), **more)
        made.stage.start()
        made.calm_day()
        yield made
        if made.stage.server is None or made.stage.server.poll() is not None:
            made.stage.start()
        for _ in range(2):
            made.calm_day()
        made.count()
    except _BREAKS as error:
        tally.problems.append(f"{type(error).__name__}: {error}")
    finally:
        if made is not None:
            made.stage.end()
            made.press.stop()
        tally.seconds = time.monotonic() - began
