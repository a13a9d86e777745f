"""A retagging killed half-way and started again, compared with an undisturbed one.

The same home is retagged twice: once undisturbed, once killed with -9 when about half is done. What the two databases
say of every version of every article, and the stories they are in, must be the same in the end.
"""

import os
import re
import shutil
import signal
import sqlite3
import time
from contextlib import closing
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

from config.rulebook import load_rulebook
from pipeline.records import (
    Article,
    Coverage,
    Entry,
    Examined,
    Irrelevant,
    Poll,
    Reason,
    Source,
    Tags,
    TopicFound,
    VerdictReason,
)
from pipeline.stories.fingerprints import compute_fingerprint, dump
from storage.database import open_database
from storage.maintenance.integrity import check_integrity
from tests.support.cli import start_diembao
from tests.support.factories import examine_pending, store_pages
from tests.support.forked_commands import ForkedCommand

_AT = datetime(2026, 3, 1, 1, tzinfo=UTC)
_SOURCE = Source("a", "Báo A", "http://a.example/", ())
_ABOUT = "Tỉnh Ninh Thuận khởi công dự án điện gió tại huyện Thuận Nam. Chủ tịch UBND tỉnh Ninh Thuận dự lễ."
_ELSEWHERE = "Thành phố Hải Phòng khai trương tuyến xe buýt mới. Người dân Hải Phòng đi lại thuận tiện hơn."
_BATCH = 500


def make_home(home: Path, texts: int) -> None:
    """Make a home with so many texts that rules 'old' tagged, half of them wrongly."""
    (home / "config").mkdir(parents=True)
    (home / "config" / "sources.toml").write_text("")
    # So few at a time that half of them can be seen to be done.
    settings = (files("config") / "settings.toml").read_text("utf-8")
    few = re.sub(r"(?m)^batch = .*$", f"batch = {max(1, min(texts // 8, 64))}", settings)
    (home / "config" / "settings.toml").write_text(few, "utf-8")
    storage = open_database(home / "diembao.db")
    storage.crawl.set_sources([_SOURCE])
    run = storage.service.begin_run("collect", _AT)
    for first in range(0, texts, _BATCH):
        some = range(first, min(first + _BATCH, texts))
        entries = tuple(Entry(f"http://a.example/bai-{n}.html") for n in some)
        poll = Poll("a", "http://a.example/rss", _AT, Reason.OK, 200, entries=entries)
        store_pages(storage, run, poll, lambda _: b"<p>trang</p>")
        numbers = iter(some)
        examine_pending(storage, lambda document, numbers=numbers: _old(document.id, next(numbers)), _AT)
    storage.stories.group(_AT)
    storage.close()
    with closing(sqlite3.connect(home / "diembao.db")) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _old(document: int, n: int) -> Examined:
    title, text = f"Bài số {n}", f"{_ABOUT if n % 3 else _ELSEWHERE} Đây là bài số {n}, viết riêng."
    url = f"http://a.example/bai-{n}.html"
    article = Article(url, url, title, "", text, published=_AT, language="vi")
    if n % 2 == 0:
        return Irrelevant(
            document, article, Tags("vi", "no", 0.9, VerdictReason.text("vì thế"), (), (), (), "neutral", "old")
        )
    topics = (TopicFound("tourism", 0.7, ()),)
    tags = Tags("vi", "main", 0.9, VerdictReason.text("vì thế"), (), topics, (), "neutral", "old")
    return Coverage(document, article, tags, dump(compute_fingerprint(title, text, _AT, "vi")))


def interrupt(folder: Path, texts: int, seconds: float = 200) -> list[str]:
    """Retag a home undisturbed, and one like it that is killed half-way; return how their ends differ."""
    whole, killed = folder / "whole", folder / "killed"
    make_home(whole, texts)
    shutil.copytree(whole, killed)
    rules = load_rulebook(None).version
    if _retag(whole).wait(seconds):
        return ["the undisturbed one failed"]
    stopped, deadline = _retag(killed), time.monotonic() + seconds
    while len(said(killed, rules)) < texts // 2 and time.monotonic() < deadline and stopped.poll() is None:
        time.sleep(0.02)
    os.killpg(stopped.pid, signal.SIGKILL)
    stopped.wait()
    done = len(said(killed, rules))
    problems = [] if texts // 2 <= done < texts else [f"killed after {done} of {texts}, which proves nothing"]
    problems += check_integrity(f"sqlite:///{killed / 'diembao.db'}")
    if _retag(killed).wait(seconds):
        problems.append("the second one failed")
    problems += check_integrity(f"sqlite:///{killed / 'diembao.db'}")
    if len(said(killed, rules)) != texts:
        problems.append(f"{len(said(killed, rules))} of {texts} texts are tagged by today's rules")
    if said(whole, "") != said(killed, ""):
        problems.append("the two ends differ")
    return problems


def _retag(home: Path) -> ForkedCommand:
    return start_diembao("--home", home, "--quiet", "retag")


def said(home: Path, rules: str) -> list[tuple[object, ...]]:
    """Return what rules (''; all) say of each version of each article, and where it stands, but not when."""
    query = (
        "SELECT i.url, v.number, t.rules, t.relevance, t.score, t.tags, v.text_hash, i.version, i.story "
        "FROM taggings t JOIN versions v ON v.id = t.version_id JOIN items i ON i.key = v.item_key "
        "WHERE ? IN ('', t.rules) ORDER BY i.url, v.number, t.rules"
    )
    with closing(sqlite3.connect(home / "diembao.db", timeout=60)) as connection:
        return connection.execute(query, (rules,)).fetchall()
