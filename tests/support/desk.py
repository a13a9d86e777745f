"""A database as the desk finds it: articles of one day, departments, accounts."""

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, make_url, select

from pipeline.records import Article, Coverage, Document, Entry, Evidence, Irrelevant, Poll, Reason, Source, Tags
from pipeline.records.audit import Actor
from pipeline.stories.fingerprints import compute_fingerprint, dump
from storage.database import Database, open_database
from storage.schema.accounts import accounts, departments
from storage.schema.core import items
from tests.support.factories import PLAIN_TAGS, examine_pending, store_pages

#: 08:00 on 22 November in Vietnam: the window of that day's digest is 06:00 to 06:00.
MORNING = datetime(2026, 11, 22, 1, tzinfo=UTC)
SOURCES = [
    Source("a", "Báo A", "http://a.example/", ()),
    Source("b", "Báo B", "http://b.example/", ()),
    Source("c", "The C", "http://c.example/", (), country="GB", category="foreign"),
]
LAN = Actor(1, "lan", "127.0.0.1", "desk")
MINH = Actor(2, "minh", "127.0.0.1", "desk")
COMMAND = Actor(None, "root", "", "command")


def people(storage: Database) -> None:
    """Make two departments (1 Sở Y tế, 2 Sở Công Thương) and accounts (1 lan, 2 minh, 3 hoa and 4 an of Sở Y tế)."""
    office = [(1, "so-y-te", "Sở Y tế"), (2, "so-cong-thuong", "Sở Công Thương")]
    staff = [(1, "lan", "Lan", None), (2, "minh", "Minh", None), (3, "hoa", "Hoa", 1), (4, "an", "An", 1)]
    with storage.reviews._writing() as connection:
        connection.execute(
            insert(departments),
            [{"id": n, "handle": h, "name": name, "mail": "", "disabled": 0} for n, h, name in office],
        )
        connection.execute(
            insert(accounts),
            [
                {
                    "id": number,
                    "name": name,
                    "full_name": full,
                    "mail": f"{name}@example.vn",
                    "role": "reviewer",
                    "department_id": department,
                    "language": "vi",
                    "disabled": 0,
                    "created_at": MORNING,
                    "totp_confirmed": 0,
                    "totp_step": 0,
                    "version": 1,
                }
                for number, name, full, department in staff
            ],
        )


def written(
    name: str, *, source: str = "a", hours: float = 3.0, text: str = "", title: str = "", **tags: Any
) -> tuple[Article, Tags]:
    """Return an article published so many hours before MORNING, with tags."""
    url = f"http://{source}.example/{name}.html"
    words = text or " ".join(f"{name}từ{n}" for n in range(80))
    article = Article(
        url,
        url,
        title or f"Bài {name}",
        "",
        words,
        published=MORNING - timedelta(hours=hours),
        published_from="page",
        language="vi",
    )
    return article, replace(PLAIN_TAGS, **tags)


def store_day(storage: Database, made: Sequence[tuple[Article, Tags]]) -> Mapping[str, str]:
    """Store articles as a collection and its examination do, grouped into stories; return keys by name."""
    storage.crawl.set_sources(SOURCES)
    at = MORNING - timedelta(hours=2.5)
    run = storage.service.begin_run("collect", at)
    by_url = {article.url: (article, tags) for article, tags in made}
    for source in SOURCES:
        entries = tuple(Entry(url) for url in by_url if url.startswith(source.home))
        if entries:
            store_pages(storage, run, Poll(source.id, f"{source.home}rss", at, Reason.OK, entries=entries))

    def examine(document: Document) -> Coverage | Irrelevant:
        article, tags = by_url[document.url]
        if tags.relevance == "no":
            return Irrelevant(document.id, article, tags)
        found = compute_fingerprint(article.title, article.text, article.published, "vi")
        return Coverage(document.id, article, tags, dump(found))

    examine_pending(storage, examine, at)
    storage.stories.group(at)
    with storage.reviews._reading() as connection:
        rows = connection.execute(select(items.c.key, items.c.url)).all()
    return {row.url.rpartition("/")[2].removesuffix(".html"): row.key for row in rows}


class Made:
    """A database of each kind, filled once in a module of tests; each test gets a copy of it."""

    def __init__(self, fill: Callable[[Database], Mapping[str, str]]) -> None:
        self._fill, self._made = fill, dict[str, tuple[str, Mapping[str, str]]]()

    def copy(self, request: pytest.FixtureRequest, folder: Path) -> tuple[str, Mapping[str, str]]:
        """Return the address of a copy of the kind that the test asks for (`request.param`), and its keys by name."""
        kind = str(request.param)
        create = request.getfixturevalue("postgres") if kind == "postgresql" else None
        if kind not in self._made:
            made = request.getfixturevalue("tmp_path_factory").mktemp("made") / "made.db"
            address = f"sqlite:///{made}" if create is None else create()
            storage = open_database(address)
            self._made[kind] = address, self._fill(storage)
            storage.close()
        address, keys = self._made[kind]
        name = make_url(address).database or ""
        if create is not None:
            return create(name), keys
        shutil.copy(name, folder / "t.db")
        return f"sqlite:///{folder / 't.db'}", keys


def mark(words: str, text: str) -> Evidence:
    """Return evidence of words in a text."""
    start = text.index(words)
    return Evidence("text", start, start + len(words), words)
