"""A writer killed with -9 at random moments: no acknowledged row may be lost or stored twice.

The writer stores polls, pages and articles as a collection does, and notes each acknowledged call of the storage in a
file that is synced to the disk. After each kill the database must be sound, hold every
acknowledged thing once, and let the next writer go on from there.
"""

import os
import random
import resource
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select

from pipeline.records import Article, Coverage, Entry, Feed, Fetched, Poll, Reason, Source, Tags, VerdictReason
from storage.database import open_database
from storage.engine.connection import connect
from storage.engine.errors import StorageError
from storage.maintenance.integrity import check_integrity
from storage.schema.core import candidates, items, taggings, versions
from tests.support.forked_processes import Popen

START = datetime(2026, 3, 2, tzinfo=UTC)
_SOURCE = Source("a", "Báo A", "https://a.example/", (Feed("https://a.example/rss"),))
_TAGS = Tags("vi", "main", 0.9, VerdictReason.text("vì thế"), (), (), (), "neutral", "r1")
_BATCH = 5


def write(address: str, log: Path) -> None:
    """Store articles until killed, noting each acknowledged row in `log`."""
    storage = open_database(address)
    storage.crawl.set_sources([_SOURCE])
    with log.open("a", encoding="utf-8") as noted:

        def note(kind: str, key: object) -> None:
            noted.write(f"{kind} {key}\n")
            noted.flush()
            os.fsync(noted.fileno())

        print("ready", flush=True)
        while True:
            n = storage.maintenance.totals()["candidates"]
            at = START + timedelta(milliseconds=n)  # before anything is due to be looked at again
            run = storage.service.begin_run("collect", at)
            entries = tuple(Entry(f"https://a.example/{i}.html", title=f"Bài {i}") for i in range(n, n + _BATCH))
            poll = Poll("a", _SOURCE.feeds[0].url, at, Reason.OK, 200, entries=entries)
            storage.crawl.save_poll(run, poll, recheck_all=False)
            for entry in entries:
                note("link", entry.url)
            # Includes the candidates that a killed writer left waiting.
            waiting = storage.crawl.due_candidates(at, ["a"])
            pages = [Fetched(c.id, at, c.url, 200, os.urandom(2000), "text/html") for c in waiting]
            storage.crawl.save_fetches(run, pages)
            for page in pages:
                note("page", page.url)
            articles = [
                Coverage(d.id, Article(d.url, d.url, f"Bài {d.id}", "", f"Nội dung {d.id}", published=at), _TAGS)
                for d in storage.articles.pending_documents(100)
            ]
            storage.articles.save_examinations(articles, at)
            for one in articles:
                note("item", one.article.url)
            storage.stories.group(at)
            storage.service.end_run(run, at, 0, {})


def verify(address: str, log: Path) -> list[str]:
    """Return the acknowledged rows that are lost or stored twice, and the integrity problems."""
    problems = check_integrity(address)
    acknowledged: dict[str, set[str]] = {"link": set(), "page": set(), "item": set()}
    for line in log.read_text("utf-8").splitlines() if log.exists() else ():
        kind, _, key = line.partition(" ")
        if kind in acknowledged and key:
            acknowledged[kind].add(key)
    engine = connect(address)
    with engine.connect().execution_options(reads=True) as connection:
        links = {row.url: row.outcome for row in connection.execute(select(candidates.c.url, candidates.c.outcome))}
        kept = list(connection.execute(select(items.c.url)).scalars())
        texts = connection.execute(select(func.count()).select_from(versions)).scalar_one()
        tags = connection.execute(select(func.count()).select_from(taggings)).scalar_one()
    engine.dispose()
    problems += [f"acknowledged link lost: {url}" for url in sorted(acknowledged["link"] - links.keys())]
    problems += [f"acknowledged page lost: {url}" for url in acknowledged["page"] if links.get(url) != "fetched"]
    problems += [f"acknowledged article lost: {url}" for url in sorted(acknowledged["item"] - set(kept))]
    if not len(kept) == len(set(kept)) == texts == tags:
        problems.append(f"something is kept twice: {len(kept)} articles, {texts} texts, {tags} taggings")
    return problems


def crash(address: str, folder: Path, kills: int, seed: int, popen: Popen = subprocess.Popen) -> list[str]:
    """Kill the writer `kills` times at moments drawn by `seed`; return the problems of all rounds.

    `popen` starts the writer's processes.
    """
    folder.mkdir(parents=True, exist_ok=True)
    random_, log, problems = random.Random(seed), folder / f"acknowledged-{seed}.txt", []
    for n in range(kills):
        writer = popen(
            [sys.executable, "-m", "tests.support.stress.crash", address, str(log)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert writer.stdout is not None
        assert writer.stderr is not None
        if writer.stdout.readline() != "ready\n":
            return [f"kill {n}: the writer did not start: {writer.stderr.read()[-500:]}"]
        time.sleep(random_.uniform(0.0, 0.25))
        writer.send_signal(signal.SIGKILL)
        writer.wait()
        writer.stdout.close()
        writer.stderr.close()
        problems += [f"kill {n}: {problem}" for problem in verify(address, log)]
    return problems


def fill_up(file: Path, log: Path, megabytes: int) -> tuple[str, list[str]]:
    """Let a writer meet a file that cannot grow further; return its message and the problems afterwards.

    The limit is the system's own on the size of a file, so the failing write is a real one.
    """
    log.unlink(missing_ok=True)

    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (megabytes * 2**20, megabytes * 2**20))

    done = subprocess.run(
        [sys.executable, "-m", "tests.support.stress.crash", f"sqlite:///{file}", str(log)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        preexec_fn=limit,
        cwd=Path(__file__).parents[3],
    )
    return done.stderr, verify(f"sqlite:///{file}", log)


if __name__ == "__main__":
    try:
        write(sys.argv[1], Path(sys.argv[2]))
    except StorageError as error:
        sys.exit(str(error))
