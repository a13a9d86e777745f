"""Stories in the store: the same for every order of arrival, with names that last and rulings that hold."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from pipeline.records import Article, Coverage, Document, Entry, Poll, Reason, Source, Tags, VerdictReason
from pipeline.stories.fingerprints import compute_fingerprint, dump
from storage.database import Database, open_database
from storage.engine.errors import StorageError
from storage.schema.core import versions
from storage.schema.stories import story_changes, story_keys, story_nodes
from tests.support.factories import examine_pending, store_pages

pytestmark = pytest.mark.long(18)

T0 = datetime(2026, 11, 22, 1, tzinfo=UTC)
TAGS = Tags("vi", "main", 0.9, VerdictReason.text("vì thế"), (), (), (), "neutral", "r1")
SYLLABLES = [a + b for a in ("b", "ch", "đ", "gh", "h", "kh", "l", "m") for b in ("ận", "ười", "oải", "ếch", "ương")]


def words(seed: int, count: int) -> list[str]:
    """Return words that no other seed has: two texts share what they were given to share, and nothing by chance."""
    draw = random.Random(seed)
    return [f"{draw.choice(SYLLABLES)}{seed}" for _ in range(count)]


def made(name: str, text: str, hours: float, title: str = "") -> Article:
    url = f"http://a.example/{name}.html"
    return Article(url, url, title or f"Bài {name}", "", text, published=T0 + timedelta(hours=hours), language="vi")


def press(events: int) -> list[Article]:
    """Return articles of some happenings: a report, its reprints, and a report of the same in other words."""
    found = []
    for event in range(events):
        draw = random.Random(event)
        facts = words(event, 30)
        wire = " ".join(facts + words(event + 1000, 90))
        other = " ".join(words(event + 2000, 80) + facts)
        found.append(made(f"{event}-wire", wire, event * 3, " ".join(facts[:6])))
        for n in range(draw.randint(0, 4)):
            cut = " ".join(wire.split()[: draw.randint(90, 120)] + words(50_000 + event * 10 + n, 8))
            found.append(made(f"{event}-reprint{n}", cut, event * 3 + draw.random() * 20, " ".join(facts[1:7])))
        found.append(made(f"{event}-own", other, event * 3 + 5, " ".join(facts[2:8])))
    return found


@pytest.fixture
def storage(address: str) -> Iterator[Database]:
    opened = open_database(address)
    opened.crawl.set_sources([Source("a", "Báo A", "http://a.example/", ())])
    yield opened
    opened.close()


def store(storage: Database, articles: Sequence[Article], *, group: bool = True) -> None:
    run = storage.service.begin_run("collect", T0)
    by_url = {a.url: a for a in articles}
    entries = tuple(Entry(a.url) for a in articles)
    poll = Poll("a", "http://a.example/rss", T0, Reason.OK, entries=entries)
    store_pages(storage, run, poll, lambda c: by_url[c.url].text.encode(), recheck_all=True)

    def examine(document: Document) -> Coverage:
        a = by_url[document.url]
        return Coverage(document.id, a, TAGS, dump(compute_fingerprint(a.title, a.text, a.published, "vi")))

    examine_pending(storage, examine, T0)
    if group:
        storage.stories.group(T0)


def grouped(storage: Database) -> tuple[set[frozenset[str]], set[frozenset[str]]]:
    stories: dict[str, set[str]] = {}
    events: dict[str, set[str]] = {}
    for item in storage.articles.items():
        name = item.article.url.removeprefix("http://a.example/").removesuffix(".html")
        stories.setdefault(item.story, set()).add(name)
        events.setdefault(item.event, set()).add(name)
    return {frozenset(g) for g in stories.values()}, {frozenset(g) for g in events.values()}


def key_of(storage: Database, name: str) -> str:
    return next(i.key for i in storage.articles.items() if i.article.url.endswith(f"/{name}.html"))


@pytest.mark.parametrize("orders", [range(2, 7), pytest.param(range(9), marks=pytest.mark.thorough)])
def test_every_order_of_arrival_gives_the_same_groups(tmp_path: Path, orders: range) -> None:
    articles = press(8)
    expected = None
    for shuffle in orders:
        draw = random.Random(shuffle)
        some = articles[:]
        draw.shuffle(some)
        storage = open_database(tmp_path / f"{shuffle}.db")
        storage.crawl.set_sources([Source("a", "Báo A", "http://a.example/", ())])
        step = draw.choice([1, 7, len(some)]) if shuffle < 6 else draw.choice([9, 20, len(some)])
        for start in range(0, len(some), step):
            store(storage, some[start : start + step])
        found = grouped(storage)
        expected = expected or found
        assert found == expected
        if shuffle == orders[0]:
            assert storage.stories.rebuild(T0) == 0
            assert grouped(storage) == expected
        storage.close()
    assert expected is not None
    stories, events = expected
    for event in range(8):
        names = {a.url.removeprefix("http://a.example/").removesuffix(".html") for a in articles}
        mine = {n for n in names if n.startswith(f"{event}-")}
        assert frozenset(mine) in events
        assert frozenset(mine - {f"{event}-own"}) in stories


def test_crowds_are_grouped_alike_too(tmp_path: Path) -> None:
    """More look-alikes under one key than are looked at: whom one follows still hangs on no order."""
    draw = random.Random(5)
    facts = " ".join(words(7, 20))
    articles = [
        made(f"{n}", f"{facts} {' '.join(words(100 + n % 9, 60))} {' '.join(words(500 + n, 20))}", n * 0.7, facts)
        for n in range(40)
    ]
    found = []
    for shuffle in range(3):
        storage = open_database(tmp_path / f"{shuffle}.db")
        storage.crawl.set_sources([Source("a", "Báo A", "http://a.example/", ())])
        draw.shuffle(articles)
        store(storage, articles[:13])
        store(storage, articles[13:])
        found.append(grouped(storage))
        storage.close()
    assert all(f == found[0] for f in found)


def test_a_story_keeps_its_name_as_it_grows(storage: Database) -> None:
    wire = " ".join(words(1, 120))
    later, first = made("later", wire + " thêm", 5, "Tàu cá gặp nạn ở Cà Ná"), made("first", wire, 0, "Tàu cá gặp nạn")
    store(storage, [later])
    name = storage.articles.items().__next__().story
    store(storage, [first])
    assert {i.story for i in storage.articles.items()} == {name}
    assert [i.article.url for i in storage.stories.event_items(name)] == [first.url, later.url]
    with storage._engine.connect() as connection:
        assert connection.execute(select(func.count()).select_from(story_changes)).scalar() == 0


def test_stories_that_turn_out_to_be_one_are_merged_and_this_is_kept(storage: Database) -> None:
    one, other = words(1, 100), words(2, 100)
    store(storage, [made("b", " ".join(one), 3, "Chuyện một"), made("c", " ".join(other), 4, "Chuyện hai")])
    assert len(grouped(storage)[0]) == 2
    # What both were cut from comes late.
    store(storage, [made("a", " ".join(one + other), 0, "Chuyện một và chuyện hai")])
    storage.stories.group(T0)
    stories, _ = grouped(storage)
    assert len(stories) < 3
    with storage._engine.connect() as connection:
        changes = connection.execute(select(story_changes)).all()
    assert all(c.old != c.new and c.items >= 1 for c in changes)


def test_a_new_version_is_placed_anew(storage: Database) -> None:
    wire = " ".join(words(1, 120))
    store(storage, [made("a", wire, 0, "Tàu cá gặp nạn"), made("b", wire + " thêm", 2, "Tàu cá gặp nạn")])
    assert len(grouped(storage)[0]) == 1
    with storage._engine.connect() as connection:
        before = connection.execute(select(func.count()).select_from(story_keys)).scalar()
    store(storage, [made("b", " ".join(words(9, 120)), 2, "Nho được giá")])
    assert len(grouped(storage)[0]) == 2
    store(storage, [made("b", wire + " thêm", 2, "Tàu cá gặp nạn")])
    assert len(grouped(storage)[0]) == 1
    with storage._engine.connect() as connection:
        assert connection.execute(select(func.count()).select_from(story_keys)).scalar() == before


def test_an_older_fingerprint_is_made_anew(storage: Database) -> None:
    wire = " ".join(words(1, 120))
    store(storage, [made("a", wire, 0), made("b", wire + " thêm", 2)], group=False)
    with storage._engine.begin() as connection:
        connection.execute(update(versions).values(fingerprint=b"\x07" * 512))
    storage.stories.group(T0)
    assert len(grouped(storage)[0]) == 1


def test_credits_are_kept_but_not_an_outlet_for_itself(storage: Database) -> None:
    text = " ".join(words(1, 60))
    store(storage, [made("a", text + ".\nTheo TTXVN", 0), made("b", " ".join(words(2, 60)) + ".\nTheo Báo A", 0)])
    assert {i.origin for i in storage.articles.items()} == {"TTXVN", ""}


def test_a_person_merges_and_later_runs_respect_it(storage: Database) -> None:
    store(storage, [made("a", " ".join(words(1, 90)), 0, "Một"), made("b", " ".join(words(2, 90)), 1, "Hai")])
    assert len(grouped(storage)[0]) == 2
    name = storage.stories.merge("story", [key_of(storage, "a"), key_of(storage, "b")], "cùng một vụ", T0)
    assert {i.story for i in storage.articles.items()} == {name}
    assert len({i.event for i in storage.articles.items()}) == 1, "one story is one event"
    store(storage, [made("c", " ".join([*words(2, 90), "thêm"]), 2, "Hai")])
    assert len(grouped(storage)[0]) == 1
    storage.stories.rebuild(T0)
    assert {i.story for i in storage.articles.items()} == {name}
    with pytest.raises(StorageError, match="already one story"):
        storage.stories.merge("story", [name, key_of(storage, "c")], "", T0)
    with pytest.raises(StorageError, match="zzz"):
        storage.stories.merge("story", [name, "zzz"], "", T0)


def test_a_person_splits_and_later_runs_respect_it(storage: Database) -> None:
    wire = " ".join(words(1, 120))
    store(storage, [made(n, f"{wire} {n}", h, "Tàu cá gặp nạn") for h, n in enumerate("abc")])
    name = next(storage.articles.items()).story
    stays, left = storage.stories.split("story", name, [key_of(storage, "c")], "vụ khác", T0)
    assert stays != left
    assert grouped(storage)[0] == {frozenset("ab"), frozenset("c")}
    assert len(grouped(storage)[1]) == 1, "two stories of one event"
    store(storage, [made("d", f"{wire} d", 5, "Tàu cá gặp nạn")])
    storage.stories.rebuild(T0)
    stories = grouped(storage)[0]
    assert len(stories) == 2
    assert not any({"a", "c"} <= s for s in stories)
    storage.stories.split("event", stays, [key_of(storage, "c")], "", T0)
    assert len(grouped(storage)[1]) == 2
    with pytest.raises(StorageError, match="not in story"):
        storage.stories.split("story", stays, [key_of(storage, "c")], "", T0)
    # Whoever changes their mind: the later ruling holds.
    storage.stories.merge("story", [key_of(storage, "a"), key_of(storage, "c")], "", T0)
    assert any({"a", "c"} <= s for s in grouped(storage)[0])


def test_splitting_undoes_a_merging_at_both_levels(storage: Database) -> None:
    store(storage, [made("a", " ".join(words(1, 90)), 0, "Muối"), made("b", " ".join(words(2, 90)), 1, "Tàu")])
    assert [len(groups) for groups in grouped(storage)] == [2, 2]
    name = storage.stories.merge("story", [key_of(storage, "a"), key_of(storage, "b")], "nhầm", T0)
    assert [len(groups) for groups in grouped(storage)] == [1, 1]
    storage.stories.split("story", name, [key_of(storage, "b")], "nhầm", T0)
    assert [len(groups) for groups in grouped(storage)] == [2, 2]
    storage.stories.rebuild(T0)
    assert [len(groups) for groups in grouped(storage)] == [2, 2]
    # Two stories that a person called one event stay one, whatever was split before.
    storage.stories.merge("event", [key_of(storage, "a"), key_of(storage, "b")], "", T0)
    assert [len(groups) for groups in grouped(storage)] == [2, 1]


def test_undated_articles_are_grouped_by_what_they_say(storage: Database) -> None:
    wire = " ".join(words(1, 120))
    store(storage, [replace(made(n, f"{wire} {n}", 0, "Tàu cá gặp nạn"), published=None) for n in "ab"])
    assert len(grouped(storage)[0]) == 1


@pytest.mark.parametrize("article_too", [False, True])
@pytest.mark.parametrize("size", [1, 20, 90])
def test_a_damaged_fingerprint_costs_only_its_article(article_too: bool, size: int, storage: Database) -> None:
    """It is computed anew from the article; where that is damaged too, the others are placed as without it."""
    store(storage, press(4), group=False)
    with storage.stories._writing() as connection:
        [*sound, bad] = connection.execute(select(versions.c.id).order_by(versions.c.id)).scalars()
        whole = connection.execute(select(versions.c.fingerprint).where(versions.c.id == bad)).scalar_one()
        change = update(versions).where(versions.c.id == bad)
        connection.execute(change.values(fingerprint=whole[:size], **({"article": {}} if article_too else {})))
    storage.stories.group(T0)
    with storage.stories._reading() as connection:
        placed = set(connection.execute(select(story_nodes.c.version_id)).scalars())
        stored = connection.execute(select(versions.c.fingerprint).where(versions.c.id == bad)).scalar_one()
    assert placed == {*sound, bad}
    assert (stored == whole) is not article_too
    storage.stories.rebuild(T0)
