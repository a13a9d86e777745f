"""Articles that move, are edited, reprinted or share an address: joined or parted, on both databases."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC

import pytest

from analysis.digest.corrections import corrected_items, find_errata, last_published, published_item
from config.rulebook import load_rulebook
from pipeline.records import Decision, Entry, Fetched, Item, Poll, Reason, Source
from pipeline.records.publications import Publication, PublishedItem
from pipeline.rules.rulebook import Rulebook
from storage.database import Database
from storage.exports.choice import ArticleChoice
from storage.maintenance.integrity import check_integrity
from storage.search.parser import parse
from tests.support.moving_press import ELSEWHERE, Told, report
from tests.support.visits import HOUR, SHARED, SITE, T0, Visit, all_items, open_storage, read_pending, titles, visit

pytestmark = [pytest.mark.one_in(2), pytest.mark.few_on_postgresql]

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
    assert len(list(storage.exports.csv_rows(ArticleChoice()))) == 1
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
