"""Links that a feed lists, visited and examined: the items that a database makes of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from pipeline.examine import examine
from pipeline.records import Entry, Fetched, FetchFailure, Item, Poll, Reason, Source
from pipeline.rules.rulebook import Rulebook
from pipeline.text.urls import normalise_url
from storage.database import Database, open_database
from tests.support.moving_press import NEWEST, Told, report

SITE = "https://baothu.example"
FEED = f"{SITE}/rss"
T0 = NEWEST + timedelta(hours=1)
HOUR = timedelta(hours=1)
SHARED = "/tin-nong-trong-ngay-hom-nay-12345.html"


def open_storage(address: str) -> Database:
    opened = open_database(address)
    opened.crawl.set_sources([Source("a", "Báo Thử", f"{SITE}/", ())])
    return opened


@dataclass(frozen=True)
class Visit:
    """A link that a feed lists, the page it leads to (None: 404), and where that page stands after redirects."""

    path: str
    told: Told | None
    to: str = ""
    #: report that the feed's entry repeats; None: that of the page
    listed: Told | None = None


def visit(storage: Database, visits: Sequence[Visit], at: datetime, rules: Rulebook, *, batch: int = 99) -> None:
    """List links in one poll, fetch their pages, examine them `batch` at a time and group stories."""
    run = storage.service.begin_run("collect", at)
    entries = []
    for one in visits:
        told = one.listed or one.told or report(9)
        # A new summary lets a known link be fetched again.
        entries.append(Entry(SITE + one.path, told.title, f"{told.paragraphs[0]} {at:%d%H%M}", guid=one.path))
    known = storage.crawl.save_poll(run, Poll("a", FEED, at, Reason.OK, 200, entries=tuple(entries)), recheck_all=True)
    by_url = {normalise_url(SITE + one.path): one for one in visits}
    for candidate in known:
        one = by_url[candidate.url]
        url = SITE + (one.to or one.path)
        if one.told is None:
            storage.crawl.save_fetches(run, [FetchFailure(candidate.id, at, url, Reason.NOT_FOUND, 404)])
            continue
        body = str(one.told.page().body).encode() + f"<!-- {one.path} {at} -->".encode()
        storage.crawl.save_fetches(run, [Fetched(candidate.id, at, url, 200, body, "text/html; charset=utf-8")])
    read_pending(storage, at, rules, batch)


def read_pending(storage: Database, at: datetime, rules: Rulebook, batch: int = 99) -> None:
    while documents := storage.articles.pending_documents(batch):
        storage.articles.save_examinations([examine(document, rules) for document in documents], at)
    storage.stories.group(at)


def all_items(storage: Database) -> list[Item]:
    return list(storage.articles.items(relevance=("main", "mention", "no")))


def titles(storage: Database) -> list[str]:
    return sorted(item.article.title for item in all_items(storage))


def picture(storage: Database) -> set[tuple[str, str, frozenset[str]]]:
    """Return title, address and links of every item."""
    items = {item.key: item for item in all_items(storage)}
    links: dict[str, set[str]] = {}
    for entry in storage.crawl.ledger(T0 - 99 * HOUR, T0 + 99 * HOUR):
        links.setdefault(entry.item, set()).add(entry.url)
    return {(item.article.title, item.article.canonical, frozenset(links[key])) for key, item in items.items()}


def links(*paths: str) -> frozenset[str]:
    return frozenset(SITE + path for path in paths)
