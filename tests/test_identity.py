"""Which links are one article: order of arrival, programs that take turns, databases of before; on both databases."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, text

from config.rulebook import load_rulebook
from pipeline.examine import examine
from pipeline.records import CandidateOutcome, Entry, Fetched, Poll, Reason
from pipeline.rules.rulebook import Rulebook
from pipeline.text.urls import normalise_url
from storage.database import Database, open_database
from storage.engine.migrate import head
from storage.maintenance.backup import upgrade
from storage.maintenance.integrity import check_integrity
from tests.support.moving_press import ELSEWHERE, Told, report
from tests.support.visits import (
    FEED,
    HOUR,
    SHARED,
    SITE,
    T0,
    Visit,
    all_items,
    links,
    open_storage,
    picture,
    read_pending,
    titles,
    visit,
)

pytestmark = [pytest.mark.one_in(2), pytest.mark.few_on_postgresql]

MAIN = "/nho-duoc-mua-dau-vu-khap-vung-4711.html"


@pytest.fixture(scope="module")
def rules() -> Rulebook:
    return load_rulebook(None)


@pytest.fixture
def storage(address: str) -> Iterator[Database]:
    opened = open_storage(address)
    yield opened
    opened.close()
    assert check_integrity(address) == []


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


@pytest.mark.one_in(6)
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
        run(f"DELETE FROM page_readings WHERE version_id IN {others}", first=first)
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
