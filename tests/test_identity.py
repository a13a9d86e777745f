"""Which links are one article: order of arrival, moves, shared addresses, databases of before; on both databases."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, text

from analysis.digest.corrections import corrected_items, find_errata, last_published, published_item
from config.rulebook import load_rulebook
from pipeline.examine import examine
from pipeline.records import (
    CandidateOutcome,
    Decision,
    Entry,
    Fetched,
    FetchFailure,
    Item,
    Poll,
    Reason,
    Source,
)
from pipeline.records.publications import Publication, PublishedItem
from pipeline.rules.rulebook import Rulebook
from pipeline.text.urls import normalise_url
from storage.database import Database, open_database
from storage.engine.migrate import head
from storage.maintenance.backup import upgrade
from storage.maintenance.integrity import check_integrity
from storage.search.parser import parse
from tests.support.moving_press import ELSEWHERE, NEWEST, Told, report

SITE = "https://baothu.example"
FEED = f"{SITE}/rss"
T0 = NEWEST + timedelta(hours=1)
HOUR = timedelta(hours=1)
MAIN = "/nho-duoc-mua-dau-vu-khap-vung-4711.html"
SHARED = "/tin-nong-trong-ngay-hom-nay-12345.html"
OLD, NEW = "/nho-duoc-mua-dau-vu.html", "/nho-trung-mua-lon.html"
EDITED = replace(report(0), title="Nho xanh trúng mùa lớn, nông dân Ninh Thuận phấn khởi", canonical=NEW)


@pytest.fixture(scope="module")
def rules() -> Rulebook:
    return load_rulebook(None)


@pytest.fixture
def storage(address: str) -> Iterator[Database]:
    opened = open_storage(address)
    yield opened
    opened.close()
    assert check_integrity(address) == []


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


_AMP = replace(report(0), canonical=MAIN)
#: One set of links: what may be one article, what must not be, and all of it in any order.
VISITS = (
    Visit(MAIN, _AMP),
    Visit("/amp/nho-4711", _AMP),
    Visit("/print/4711", _AMP),
    Visit("/bai-1", report(1)),
    Visit("/bai-1/", report(1)),
    Visit("/bai-1?ref=trang-nhat", report(1)),
    Visit("/bai-2.html", report(2, canonical=SHARED)),
    Visit("/bai-3.html", report(3, canonical=SHARED)),
    Visit("/bai-4.html", replace(Told(*ELSEWHERE), canonical=SHARED)),
    Visit("/bai-5.html", report(5, canonical="/thoi-su")),
    Visit("/bai-6.html", report(6, canonical="/thoi-su")),
    Visit("/phong-su-ve-truong-lang-chung-toi-7.html", report(7, canonical=MAIN)),
    Visit("/bai-8.html", report(8), to="/phong-su-dai-ve-song-nuoc-va-bien-ca-8.html"),
)
ARTICLES = {*(report(n).title for n in (0, 1, 2, 3, 5, 6, 7, 8)), ELSEWHERE[0]}


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("batch", [1, 99])
def test_order_of_arrival_does_not_matter(seed: int, batch: int, storage: Database, rules: Rulebook) -> None:
    visits = list(VISITS)
    Random(seed).shuffle(visits)
    if seed % 2:  # link by link, or all in one poll
        for n, one in enumerate(visits):
            visit(storage, [one], T0 + n * timedelta(minutes=1), rules, batch=batch)
    else:
        visit(storage, visits, T0, rules, batch=batch)
    assert picture(storage) == {
        (report(0).title, SITE + MAIN, links(MAIN, "/amp/nho-4711", "/print/4711")),
        (report(1).title, f"{SITE}/bai-1", links("/bai-1", "/bai-1/", "/bai-1?ref=trang-nhat")),
        (report(2).title, f"{SITE}/bai-2.html", links("/bai-2.html")),
        (report(3).title, f"{SITE}/bai-3.html", links("/bai-3.html")),
        (ELSEWHERE[0], f"{SITE}/bai-4.html", links("/bai-4.html")),
        (report(5).title, f"{SITE}/bai-5.html", links("/bai-5.html")),
        (report(6).title, f"{SITE}/bai-6.html", links("/bai-6.html")),
        (report(7).title, SITE + VISITS[11].path, links(VISITS[11].path)),
        (report(8).title, SITE + VISITS[12].to, links("/bai-8.html")),
    }


def links(*paths: str) -> frozenset[str]:
    return frozenset(SITE + path for path in paths)


def move(storage: Database, rules: Rulebook) -> tuple[Item, Item]:
    """Store an article and, before its old address is seen to redirect, the edited one as another; return both.

    The old address stands in the feed beside the new one, so that nothing tells yet that one took the other's place.
    """
    first = report(0)
    visit(storage, [Visit(OLD, first)], T0, rules)
    visit(storage, [Visit(OLD, first), Visit(NEW, EDITED)], T0 + HOUR, rules)
    old, new = sorted(all_items(storage), key=lambda item: item.first_seen)
    assert (old.article.title, new.article.title) == (first.title, EDITED.title)
    return old, new


def test_items_that_turn_out_to_be_one_are_joined(storage: Database, rules: Rulebook) -> None:
    old, new = move(storage, rules)
    storage.articles.decide([Decision(new.key, "tone", "positive", "Lan", T0 + HOUR)])
    visit(storage, [Visit(OLD, EDITED, to=NEW), Visit(NEW, EDITED)], T0 + 2 * HOUR, rules)
    [item] = all_items(storage)
    assert (item.key, item.article.title, item.article.canonical) == (old.key, EDITED.title, SITE + NEW)
    assert [v.article.title for v in storage.articles.versions(item.key)] == [report(0).title, EDITED.title]
    assert (item.changed, item.tags.tone) == (True, "positive")
    # Every key and address that it ever had leads to it.
    assert storage.articles.item(new.key) == item
    entries = storage.crawl.ledger_entries([SITE + OLD, SITE + NEW])
    assert [entry.item for entry in entries.values()] == [item.key] * 2
    assert [hit.item.key for hit in storage.search.search(parse('"trung mua"'), zone=UTC)] == [item.key]
    assert len(list(storage.derived.facts(T0 - 99 * HOUR, T0 + 99 * HOUR))) == 1
    assert len(list(storage.derived.csv_rows())) == 1
    assert [one.key for one in storage.stories.event_items(item.key)] == [item.key]
    # The link that stands brings later texts; a person's later decision finds the item by its former key.
    storage.articles.decide([Decision(new.key, "tone", "neutral", "Lan", T0 + 2 * HOUR)])
    visit(storage, [Visit(NEW, replace(EDITED, paragraphs=EDITED.paragraphs[:2]))], T0 + 3 * HOUR, rules)
    [item] = all_items(storage)
    assert (item.version, item.tags.tone) == (3, "neutral")


def test_a_digest_that_counted_both_is_corrected_once(storage: Database, rules: Rulebook) -> None:
    old, new = move(storage, rules)
    heads = [publication(1, published_item(old), published_item(new))]
    visit(storage, [Visit(OLD, EDITED, to=NEW), Visit(NEW, EDITED)], T0 + 2 * HOUR, rules)
    now = {key: item for key in (old.key, new.key) if (item := storage.articles.item(key))}
    errata = find_errata(last_published(heads), now)
    assert {(e.statement.key, e.what, e.now) for e in errata} == {
        (old.key, "title", EDITED.title),
        (new.key, "joined", EDITED.title),
    }
    heads.append(publication(2, *corrected_items(errata, now)))
    assert find_errata(last_published(heads), now) == ()


def publication(number: int, *items: PublishedItem) -> Publication:
    day = (T0 + number * 24 * HOUR).date()
    return Publication(
        id=number, day=day, made_at=T0 + HOUR, language="vi", title="", sha256="", rules="r", items=items, files={}
    )


def test_stories_and_rulings_outlive_a_join(storage: Database, rules: Rulebook) -> None:
    _, new = move(storage, rules)
    visit(storage, [Visit("/dap.html", report(3))], T0 + HOUR, rules)
    [dam] = [item for item in all_items(storage) if item.article.title == report(3).title]
    storage.stories.merge("event", [new.key, dam.key], "cùng chuyện", T0 + HOUR)
    visit(storage, [Visit(OLD, EDITED, to=NEW), Visit(NEW, EDITED)], T0 + 2 * HOUR, rules)
    items = all_items(storage)
    assert len(items) == 2
    assert len({item.event for item in items}) == 1
    assert {item.event for item in items} <= {item.key for item in items}
    storage.stories.rebuild(T0 + 3 * HOUR)
    assert len({item.event for item in all_items(storage)}) == 1


def test_the_new_address_stands_when_the_old_one_is_gone(storage: Database, rules: Rulebook) -> None:
    move(storage, rules)
    visit(storage, [Visit(OLD, EDITED, to=NEW), Visit(NEW, EDITED)], T0 + 2 * HOUR, rules)
    visit(storage, [Visit(OLD, None, listed=report(0)), Visit(NEW, EDITED)], T0 + 3 * HOUR, rules)
    [item] = all_items(storage)
    assert (item.taken_down, item.article.title) == (None, EDITED.title)
    visit(storage, [Visit(NEW, None, listed=EDITED)], T0 + 4 * HOUR, rules)
    [item] = all_items(storage)
    assert item.taken_down == T0 + 4 * HOUR


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_link_sent_to_another_article_keeps_its_own(order: Sequence[int], storage: Database, rules: Rulebook) -> None:
    visits = [Visit("/bai-2.html", report(2)), Visit("/bai-3.html", report(3))]
    visit(storage, [visits[n] for n in order], T0, rules)
    visit(storage, [Visit("/bai-2.html", report(3), to="/bai-3.html", listed=report(2))], T0 + HOUR, rules)
    visit(storage, [visits[1]], T0 + 2 * HOUR, rules)
    assert titles(storage) == sorted([report(2).title, report(3).title])


@pytest.mark.parametrize("to", ["/", "/loi.html", "/thoi-su", "/thong-bao-toi-ban-doc-cua-chung-toi-1234.html"])
def test_a_text_outlives_its_link(to: str, storage: Database, rules: Rulebook) -> None:
    visit(storage, [Visit("/bai-2.html", report(2))], T0, rules)
    notice = Told("Thông báo", ELSEWHERE[1])
    visit(storage, [Visit("/bai-2.html", notice, to=to, listed=report(2))], T0 + HOUR, rules)
    [item] = all_items(storage)
    assert item.article.text == "\n".join(report(2).paragraphs)
    assert item.article.canonical == f"{SITE}/bai-2.html"


def test_links_with_one_text_are_parted_when_each_has_its_own(storage: Database, rules: Rulebook) -> None:
    notice = Told("Bài viết đang được cập nhật", ELSEWHERE[1], canonical=SHARED)
    visit(storage, [Visit("/bai-2.html", notice), Visit("/bai-3.html", notice)], T0, rules)
    assert len(all_items(storage)) == 1
    own = [replace(report(n), canonical=SHARED) for n in (2, 3)]
    visit(storage, [Visit("/bai-2.html", own[0]), Visit("/bai-3.html", own[1])], T0 + HOUR, rules)
    assert titles(storage) == sorted(one.title for one in own)
    assert {item.article.canonical for item in all_items(storage)} == {f"{SITE}/bai-2.html", f"{SITE}/bai-3.html"}


def test_a_corrected_text_under_one_address_is_a_version(storage: Database, rules: Rulebook) -> None:
    visit(storage, [Visit("/bai-2.html", report(2))], T0, rules)
    visit(storage, [Visit("/bai-2.html", report(4))], T0 + HOUR, rules)
    [item] = all_items(storage)
    assert (item.version, item.article.title) == (2, report(4).title)


def test_a_reprint_at_another_outlet_is_its_own_article(storage: Database, rules: Rulebook) -> None:
    other = Source("b", "Báo Khác", "https://khac.example/", ())
    storage.crawl.set_sources([Source("a", "Báo Thử", f"{SITE}/", ()), other])
    visit(storage, [Visit("/bai-248151.html", report(2))], T0, rules)
    run = storage.service.begin_run("collect", T0)
    entry = Entry("https://khac.example/bai-248151.html", report(2).title, guid="/bai-248151.html")
    [one] = storage.crawl.save_poll(
        run, Poll("b", "https://khac.example/rss", T0, Reason.OK, 200, entries=(entry,)), recheck_all=False
    )
    page = str(report(2).page().body).encode()
    storage.crawl.save_fetches(run, [Fetched(one.id, T0, one.url, 200, page, "text/html")])
    read_pending(storage, T0, rules)
    items = all_items(storage)
    assert {item.source_id for item in items} == {"a", "b"}
    assert len({item.story for item in items}) == 1


def test_two_programs_that_take_turns_keep_one_item_an_article(address: str, rules: Rulebook) -> None:
    one, other = open_storage(address), open_storage(address)
    run = one.service.begin_run("collect", T0)
    entries = tuple(Entry(SITE + v.path, v.told.title) for v in VISITS if v.told)
    known = one.crawl.save_poll(run, Poll("a", FEED, T0, Reason.OK, 200, entries=entries), recheck_all=False)
    by_url = {normalise_url(SITE + v.path): v for v in VISITS}
    for candidate in known:
        v = by_url[candidate.url]
        assert v.told is not None
        body = str(v.told.page().body).encode()
        one.crawl.save_fetches(run, [Fetched(candidate.id, T0, SITE + (v.to or v.path), 200, body, "text/html")])
    documents = one.articles.pending_documents(99)
    for n, document in enumerate(documents):
        (one, other)[n % 2].articles.save_examinations([examine(document, rules)], T0)
    one.stories.group(T0)
    assert titles(other) == sorted(ARTICLES)
    one.close()
    other.close()
    assert check_integrity(address) == []


@pytest.mark.parametrize("shared", ["/thoi-su", SHARED, "/bai-2.html"])
def test_a_database_of_before_is_parted(shared: str, address: str, rules: Rulebook, tmp_path: Path) -> None:
    storage = open_storage(address)
    visit(storage, [Visit(f"/bai-{n}.html", report(n, canonical=shared)) for n in (2, 3, 4)], T0, rules)
    assert len(all_items(storage)) == 3
    storage.close()
    join_as_before(address, SITE + shared)
    if address.startswith("sqlite"):
        storage = open_database(address)
    else:
        upgrade(address, tmp_path / "saved.db", lambda *_: None)
        storage = open_database(address)
    assert len(all_items(storage)) == 1
    assert storage.articles.pending_count() == 2
    read_pending(storage, T0 + HOUR, rules)
    assert picture(storage) == {(report(n).title, f"{SITE}/bai-{n}.html", links(f"/bai-{n}.html")) for n in (2, 3, 4)}
    assert storage.crawl.candidate_outcomes()[CandidateOutcome.SAME] == 0
    assert all(item.first_seen == T0 for item in all_items(storage))
    storage.close()
    assert check_integrity(address) == []


def join_as_before(address: str, shared: str) -> None:
    """Turn a database into what version 0013 made of articles that name one address: all but the first are dropped."""
    assert head() >= "0014"
    engine = create_engine(address)
    with engine.begin() as connection:

        def run(statement: str, **values: object) -> None:
            connection.execute(text(statement), values)

        first = connection.execute(text("SELECT item_key FROM candidates ORDER BY id LIMIT 1")).scalar_one()
        run("UPDATE candidates SET outcome = 'same' WHERE item_key <> :first", first=first)
        run("UPDATE candidates SET item_key = :first", first=first)
        for table in ("story_keys", "story_nodes", "search_items", "facts", "listings"):
            run(f"DELETE FROM {table}")
        others = "(SELECT id FROM versions WHERE item_key <> :first)"
        run(f"DELETE FROM taggings WHERE version_id IN {others}", first=first)
        run("DELETE FROM versions WHERE item_key <> :first", first=first)
        run("DELETE FROM items WHERE key <> :first", first=first)
        run("UPDATE items SET url = :shared, story = key, event = key", shared=shared)
        [(version, article)] = connection.execute(text("SELECT id, CAST(article AS TEXT) FROM versions")).all()
        own = f'"canonical": "{SITE}/bai-2.html"'
        assert own in article
        changed = article.replace(own, f'"canonical": "{shared}"')
        kind = "JSON" if address.startswith("postgresql") else "TEXT"
        run(
            f"UPDATE versions SET article = CAST(:article AS {kind}) WHERE id = :version",
            article=changed,
            version=version,
        )
        config = Config()
        config.set_main_option("script_location", str(Path(__file__).parent.parent / "storage" / "migrations"))
        config.attributes["connection"] = connection
        command.downgrade(config, "0014")
        run("DROP TABLE claims")
        run("UPDATE alembic_version SET version_num = '0013'")
    engine.dispose()
