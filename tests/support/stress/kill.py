"""A run killed at random moments and then finished, compared with an undisturbed run."""

import os
import random
import signal
import sqlite3
import subprocess
import time
from pathlib import Path
from typing import Any

from diembao.demo.home import write_home
from diembao.demo.server import Press
from diembao.system.home import Home
from tests.support.cli import run_diembao, start_diembao


def run_to_the_end(home: Path) -> None:
    for word in ("collect", "process"):
        done = run_diembao("--home", home, "--quiet", word, timeout=240)
        if done.returncode > 1:
            raise RuntimeError(f"{word}: exit {done.returncode}\n{done.stderr}")


def kill_after(home: Path, seconds: float, word: str) -> bool:
    """Start a command, kill it with all its processes after some seconds; return whether it was still running."""
    process = start_diembao("--home", home, "--quiet", word)
    try:
        process.wait(timeout=seconds)
        return False
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return True


def coverage(home: Path) -> dict[str, tuple[Any, ...]]:
    """Return the stored coverage by address: title, text hash, relevance, topics, story, number of versions.

    A story keeps its first name, which depends on the articles stored when the run was killed; so a story is identified
    here by the first address in it.
    """
    with sqlite3.connect(home / "diembao.db") as connection:
        [(verdict,)] = connection.execute("PRAGMA integrity_check")
        if verdict != "ok":
            raise RuntimeError(f"integrity_check: {verdict}")
        rows = connection.execute(
            "SELECT i.url, v.title, v.text_hash, v.published, t.relevance, t.score, json_extract(t.tags, '$.topics'),"
            " (SELECT min(o.url) FROM items o WHERE o.story = i.story), i.version"
            " FROM items i JOIN versions v ON v.item_key = i.key AND v.number = i.version"
            " JOIN taggings t ON t.version_id = v.id"
        ).fetchall()
    return {row[0]: tuple(row[1:]) for row in rows}


def outcomes(home: Path) -> list[tuple[Any, ...]]:
    """Return every candidate's address and outcome."""
    with sqlite3.connect(home / "diembao.db") as connection:
        return sorted(connection.execute("SELECT url, outcome FROM candidates"))


def try_kills(press: Press, folder: Path, *, kills: int, seed: int, every: int = 1) -> list[str]:
    """Compare a run killed `kills` times with an undisturbed one; return the differences, none where all is well.

    `every`: one in so many outlets of the press is watched.
    """
    random_ = random.Random(seed)
    calm, harassed = Home(folder / "calm"), Home(folder / f"harassed-{seed}")
    for home in (calm, harassed):
        write_home(home, press.outlets[::every])
    spans = {}
    for word in ("collect", "process"):
        began = time.monotonic()
        if not calm.database.exists() or word == "process":
            run_diembao("--home", calm.root, "--quiet", word, timeout=240)
        spans[word] = max(2.0, time.monotonic() - began)
    for n in range(kills):
        word = "collect" if n % 2 == 0 else "process"
        kill_after(harassed.root, random_.uniform(0.3, spans[word]), word)
    run_to_the_end(harassed.root)
    expected, found = coverage(calm.root), coverage(harassed.root)
    differences = [f"missing: {url}" for url in sorted(expected.keys() - found.keys())]
    differences += [f"extra: {url}" for url in sorted(found.keys() - expected.keys())]
    differences += [
        f"{url}: {expected[url]} became {found[url]}"
        for url in sorted(expected.keys() & found.keys())
        if expected[url] != found[url]
    ]
    if outcomes(calm.root) != outcomes(harassed.root):
        wanted, got = set(outcomes(calm.root)), set(outcomes(harassed.root))
        differences += [f"outcome {pair}" for pair in sorted(wanted ^ got)]
    return differences
