"""A desk with a day of the press, for the reading rooms: a story, versions, hostile text, alerts, failures."""

import json
import os
import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from config.source_editor import table_of
from pipeline.records import (
    Alert,
    Article,
    Coverage,
    Document,
    Entry,
    Evidence,
    Feed,
    Fetched,
    Item,
    Poll,
    Reason,
    Source,
    Tags,
    VerdictReason,
)
from pipeline.stories.fingerprints import compute_fingerprint, dump
from storage.database import Database
from tests.support.days import END, START, item
from tests.support.desk_server import Desk, serve_desk, write_desk_home
from tests.support.factories import examine_pending, store_pages

#: The desk's clock: half an hour after the end of the sample day.
NOW = END + timedelta(minutes=30)
#: Articles of the sample day, and those of them that carry the one story.
ITEMS, STORY = 104, 54
_SYLLABLES = [a + b for a in ("b", "ch", "gh", "h", "kh", "l", "m") for b in ("ận", "ười", "oải", "ếch", "ương")]
#: A headline and a text of somebody who means ill.
HOSTILE = '=HYPERLINK("http://evil.example")<script>alert(1)</script>'
_TEXT = (
    "Sáng nay, cảng Cà Ná <img src=x onerror=alert(2)> đón tàu.\n"
    'Người dân "phấn khởi" \u202eneo\u202c & <b>vui</b>; giá 10 đồng.\n{{ 7*7 }} ${7*7}'
)


@dataclass(frozen=True, slots=True)
class ReadingRoom:
    """A desk, and keys of what is stored in it."""

    desk: Desk
    #: key of the article of somebody who means ill, which has two versions
    hostile: str
    #: a story of 60 articles, and an event of it and others
    story: str
    event: str


def _fill(storage: Database) -> None:
    """Store the articles of the day: the first STORY carry one report, the others one each."""
    at = END - timedelta(hours=1)
    days = [replace(one, article=replace(one.article, text=_text(n))) for n, one in enumerate(map(item, range(ITEMS)))]
    storage.crawl.set_sources(sources())
    run = storage.service.begin_run("collect", at)
    for source in sources():
        own = {f"{source.home}{one.key}": one for one in days if one.source_id == source.id}
        entries = tuple(Entry(url, title=one.article.title) for url, one in own.items())
        store_pages(storage, run, Poll(source.id, source.feeds[0].url, at, Reason.OK, 200, entries=entries))

        def examine(document: Document, own: dict[str, Item] = own) -> Coverage:
            one = own[document.url]
            article = replace(one.article, url=document.url, canonical=document.url)
            return Coverage(
                document.id,
                article,
                one.tags,
                dump(
                    compute_fingerprint(f"{article.title} {article.text[:40]}", article.text, article.published, "vi")
                ),
            )

        examine_pending(storage, examine, at)
    storage.service.end_run(run, at, 0, {})
    storage.stories.group(at)


def _text(n: int) -> str:
    """Return a text about Cà Ná, the same for articles of the one story."""
    seed = 0 if n < STORY else n
    draw = random.Random(seed)
    words = [f"{draw.choice(_SYLLABLES)}{seed}" for _ in range(120)]
    return f"Tại cảng Cà Ná, {' '.join(words)}."


def sources() -> list[Source]:
    """Return the sources of the sample day as sources.toml has them."""
    return [
        Source(
            f"s{n}",
            f"Báo số {n}",
            f"http://s{n}.example/",
            (Feed(f"http://s{n}.example/rss"),),
            country="FR" if n % 11 == 3 else "VN",
            category="foreign" if n % 11 == 3 else "central",
        )
        for n in range(23)
    ]


@contextmanager
def reading_room(root: Path, address: str) -> Iterator[ReadingRoom]:
    """Serve a desk on a filled database, with the clock at NOW, until the block ends."""
    clock = root / "clock.json"
    root.mkdir(parents=True, exist_ok=True)
    clock.write_text(json.dumps({"now": NOW.isoformat(), "steady": 1000.0}), "utf-8")
    before = os.environ.get("DIEMBAO_CLOCK")
    os.environ["DIEMBAO_CLOCK"] = str(clock)
    try:
        home = write_desk_home(root / "home")
        (home.config / "sources.toml").write_text("\n".join(map(table_of, sources())), "utf-8")
        with serve_desk(home, address) as desk:
            _fill(desk.storage)
            hostile = store_hostile(desk.storage)
            story, event = _groups(desk.storage)
            _fail(desk.storage)
            _raise_alerts(desk.storage)
            yield ReadingRoom(desk, hostile, story, event)
    finally:
        if before is None:
            del os.environ["DIEMBAO_CLOCK"]
        else:
            os.environ["DIEMBAO_CLOCK"] = before


def store_hostile(storage: Database) -> str:
    """Store an article that is edited an hour later; return its key."""
    first, second = END - timedelta(hours=3), END - timedelta(hours=2)
    _store(storage, first, lambda document: _coverage(document, _TEXT))
    _store(storage, second, lambda document: _coverage(document, _TEXT.replace("10 đồng", "12 đồng")))
    return next(item.key for item in storage.articles.items() if item.article.title == HOSTILE)


def _store(storage: Database, at: datetime, examine: Callable[[Document], Coverage]) -> None:
    run = storage.service.begin_run("collect", at)
    entry = Entry("http://s1.example/la.html", title=HOSTILE, summary=at.isoformat())
    poll = Poll("s1", "http://s1.example/rss", at, Reason.OK, 200, entries=(entry,))
    found = storage.crawl.save_poll(run, poll, recheck_all=True)
    storage.crawl.save_fetches(run, [Fetched(c.id, at, c.url, 200, str(at).encode(), "text/html") for c in found])
    examine_pending(storage, examine, at)
    storage.service.end_run(run, at, 0, {})


def _coverage(document: Document, text: str) -> Coverage:
    place = Evidence("text", text.index("Cà Ná"), text.index("Cà Ná") + 5, "Cà Ná")
    tone = Evidence("text", text.index("phấn"), text.index("phấn") + 9, "phấn khởi")
    tags = Tags("vi", "main", 0.9, VerdictReason.text("vì thế"), (), (), (), "positive", "r1", (tone, replace(place)))
    article = Article(
        document.url, "javascript:alert(3)", HOSTILE, "", text, ("<i>Ai đó</i>",), published=START + timedelta(hours=5),
        published_from="page",
    )  # fmt: skip
    return Coverage(document.id, article, tags)


def _groups(storage: Database) -> tuple[str, str]:
    """Return the names of the one story and of its event, to which others belong too."""
    items = [one for one in storage.articles.items() if one.article.title != HOSTILE]
    story, size = Counter(one.story for one in items).most_common(1)[0]
    events = {one.event for one in items if one.story == story}
    assert size == STORY and len(events) == 1, (size, events)
    return story, events.pop()


def _fail(storage: Database) -> None:
    """Let a source fail twice after midnight, and one bring a link that cannot be fetched."""
    run = storage.service.begin_run("collect", NOW)
    for minutes in (60, 20):
        at = NOW - timedelta(minutes=minutes)
        storage.crawl.save_poll(run, Poll("s2", "http://s2.example/rss", at, Reason.TIMEOUT), recheck_all=False)


def _raise_alerts(storage: Database) -> None:
    for n in range(60):
        at = NOW - timedelta(hours=60 - n)
        storage.service.raise_alert(Alert(f"source:s{n}", f"{at:%Y-%m-%d}", at, f"Nguồn s{n} <b>hỏng</b>", {}))
