"""What a query finds, and in which order: the same on both databases, and what a reader of Vietnamese expects."""

import csv
import json
import random
import subprocess
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import feedparser
import pytest

from pipeline.records import (
    Article,
    Coverage,
    Decision,
    Entry,
    Examined,
    Irrelevant,
    PlaceFound,
    Poll,
    Reason,
    SavedSearch,
    SearchHit,
    Source,
    Tags,
    TopicFound,
    VerdictReason,
)
from pipeline.stories.fingerprints import compute_fingerprint, dump
from pipeline.text.search_tokens import fold, join_tokens, tokenize
from storage.database import Database, open_database
from storage.engine.errors import StorageError
from storage.maintenance.backup import copy
from storage.search.index import clear
from storage.search.parser import QueryError, parse
from storage.search.search import Order
from storage.search.tree import And, Days, Mark, Near, Not, Or, Tree, Words, names_relevance
from tests.support.cli import Diembao
from tests.support.factories import examine_pending, store_pages

T0 = datetime(2026, 11, 22, 1, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
DATA = Path(__file__).parent / "data"
SOURCES = [
    Source("sun", "Báo Nắng Gió", "http://sun.example/", ()),
    Source("sea", "Tuổi Biển", "http://sea.example/", ()),
    Source("coast", "Coast Daily", "http://coast.example/", ()),
]
ITEMS = [json.loads(line) for line in (DATA / "search_items.jsonl").read_text("utf-8").splitlines()]
with (DATA / "search_cases.tsv").open(encoding="utf-8", newline="") as stream:
    CASES = [(row["query"], row["found"]) for row in csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE)]


def made(row: dict[str, object], number: int) -> Examined:
    url = f"http://{row['outlet']}.example/{row['name']}.html"
    title, text, language = str(row["title"]), str(row["text"]), str(row["language"])
    published = datetime.fromisoformat(str(row["published"]))
    article = Article(url, url, title, "", text, published=published, language=language)
    place = str(row["place"])
    topics = tuple(TopicFound(name, 0.9, ()) for name in row["topics"])  # type: ignore[attr-defined]
    tags = Tags(
        language,
        row["relevance"],  # type: ignore[arg-type]
        0.9,
        VerdictReason.text("vì thế"),
        (PlaceFound(f"nt.{number}", place, "", ()),) if place else (),
        topics,
        (),
        row["tone"],  # type: ignore[arg-type]
        "r1",
    )
    if tags.relevance == "no":
        return Irrelevant(number, article, tags)
    return Coverage(number, article, tags, dump(compute_fingerprint(title, text, published, language)))


def store(storage: Database, rows: Sequence[dict[str, object]], at: datetime = T0) -> None:
    """Store articles as a collection and its examination do."""
    storage.crawl.set_sources(SOURCES)
    run = storage.service.begin_run("collect", at)
    by_url = {f"http://{row['outlet']}.example/{row['name']}.html": row for row in rows}
    for source in SOURCES:
        some = [row for row in rows if row["outlet"] == source.id]
        entries = tuple(Entry(f"{source.home}{row['name']}.html", title=str(row["title"])) for row in some)
        poll = Poll(source.id, f"{source.home}rss", at, Reason.OK, 200, entries=entries)
        store_pages(storage, run, poll, lambda c: str(by_url[c.url]["text"]).encode())
    examine_pending(storage, lambda d: made(by_url[d.url], d.id), at)
    storage.stories.group(at)


def name_of(hit: SearchHit) -> str:
    return hit.item.article.url.rpartition("/")[2].removesuffix(".html")


def found(storage: Database, query: str, by: Order = "time", limit: int = 50) -> str:
    return " ".join(name_of(hit) for hit in storage.search.search(parse(query), zone=ZONE, by=by, limit=limit))


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def filled(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    if request.param == "sqlite":
        address = f"sqlite:///{tmp_path_factory.mktemp('search') / 't.db'}"
    else:
        address = request.getfixturevalue("postgres")()
    storage = open_database(address)
    store(storage, ITEMS)
    storage.stories.merge("story", [key_of(storage, "a"), key_of(storage, "g")], "", T0)
    yield storage
    storage.close()


def key_of(storage: Database, name: str) -> str:
    return next(
        i.key
        for i in storage.articles.items(relevance=("main", "mention", "no"))
        if i.article.url.endswith(f"/{name}.html")
    )


def test_the_table_of_queries_is_large_enough() -> None:
    assert len(CASES) >= 100
    assert len({query for query, _ in CASES}) == len(CASES)


@pytest.mark.parametrize(("query", "expected"), CASES)
def test_a_query_finds_what_it_should(filled: Database, query: str, expected: str) -> None:
    if "@" in query:
        query = query.replace("@a", key_of(filled, "a"))
    if expected == "!":
        with pytest.raises(QueryError):
            found(filled, query)
    else:
        assert found(filled, query) == expected


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory, postgres: Callable[[], str]) -> Iterator[tuple[Database, Database]]:
    opened = [open_database(f"sqlite:///{tmp_path_factory.mktemp('both') / 't.db'}"), open_database(postgres())]
    for storage in opened:
        store(storage, ITEMS)
    yield opened[0], opened[1]
    for storage in opened:
        storage.close()


def any_query(draw: random.Random, depth: int = 3) -> str:
    """Return a query of words that occur, put together at random."""
    kind = draw.choice(["word", "word", "phrase", "near", "mark", "and", "or", "not"] if depth else ["word", "phrase"])
    text = str(draw.choice(ITEMS)["text"]).split()
    at = draw.randrange(len(text))
    some = text[at].strip('.,"();:')
    if kind == "word":
        return draw.choice([some, fold(some.lower()), f"title:{some}", f"{some[:3]}*" if len(some) > 2 else some])
    if kind == "phrase":
        return '"' + " ".join(text[at : at + draw.randint(1, 3)]) + '"'
    if kind == "near":
        return f"NEAR({fold(some.lower())} {draw.choice(['va', 'o', 'dien'])}, {draw.randint(0, 6)})"
    if kind == "mark":
        return draw.choice(
            ["topic:energy", "outlet:sun", "lang:vi", "tone:positive", "day:2026-03-05..", "relevance:no"]
        )
    if kind == "not":
        return f"({any_query(draw, depth - 1)} NOT {any_query(draw, depth - 1)})"
    return f"({any_query(draw, depth - 1)} {kind.upper()} {any_query(draw, depth - 1)})"


def test_both_databases_answer_any_query_alike(both: tuple[Database, Database]) -> None:
    draw = random.Random(7)
    asked = answered = 0
    while asked < 100:
        query = any_query(draw)
        try:
            parse(query)
        except QueryError:
            continue
        by: Order = draw.choice(["time", "relevance"])
        one, other = (found(storage, query, by) for storage in both)
        assert one == other, (query, by)
        asked += 1
        answered += bool(one)
    assert answered > 30


def holds(row: dict[str, object], tree: Tree) -> bool:
    """Whether an article is what a query asks for, found out by reading it from its beginning to its end."""
    match tree:
        case And(parts):
            return all(holds(row, part) for part in parts)
        case Or(parts):
            return any(holds(row, part) for part in parts)
        case Not(part):
            return not holds(row, part)
        case Days(first, last):
            day = datetime.fromisoformat(str(row["published"])).astimezone(ZONE).date()
            return (first is None or day >= first) and (last is None or day <= last)
        case Mark(field, value):
            name = next(source.name for source in SOURCES if source.id == row["outlet"])
            said = {"outlet": [row["outlet"], name], "topic": row["topics"], "lang": [row["language"]]}
            known = said.get(field, [row.get(field)])
            assert isinstance(known, list)
            return value in {join_tokens(str(one)) for one in known}
        case Words():
            return any(True for part in parts_of(row, tree) for _ in places(part, tree))
        case Near(one, other, between):
            return any(
                0 <= gap <= between
                for part in parts_of(row, one)
                for a in places(part, one)
                for b in places(part, other)
                for gap in (b - a - len(one.words), a - b - len(other.words))
            )
    raise AssertionError(tree)


def parts_of(row: dict[str, object], asked: Words) -> list[list[str]]:
    """Return the words of the title, and of the text where it is searched too, as the query has them."""
    names = ["title"] if asked.only_title or row["relevance"] == "no" else ["title", "text"]
    return [[w.exact if asked.exact else w.folded for w in tokenize(str(row[name]))] for name in names]


def places(part: list[str], asked: Words) -> list[int]:
    *whole, last = asked.words
    return [
        n
        for n in range(len(part) - len(whole))
        if part[n : n + len(whole)] == whole
        and (part[n + len(whole)].startswith(last) if asked.prefix else part[n + len(whole)] == last)
    ]


def test_what_any_query_finds_is_what_reading_finds(both: tuple[Database, Database]) -> None:
    draw = random.Random(8)
    newest = sorted(ITEMS, key=lambda row: datetime.fromisoformat(str(row["published"])), reverse=True)
    asked = answered = 0
    while asked < 250:
        query = any_query(draw)
        try:
            tree = parse(query)
        except QueryError:
            continue
        about = names_relevance(tree)
        wanted = [row["name"] for row in newest if (about or row["relevance"] != "no") and holds(row, tree)]
        limit = draw.choice([1, 3, 50])
        for storage in both:
            assert found(storage, query, limit=limit).split() == wanted[:limit], query
        asked += 1
        answered += bool(wanted)
    assert answered > 80


def test_what_a_word_finds_is_what_reading_finds(filled: Database) -> None:
    listed = sorted({word.exact for row in ITEMS for word in tokenize(f"{row['title']}\n{row['text']}")})
    for word in listed[::5]:
        holds = [
            row["name"]
            for row in ITEMS
            if row["relevance"] != "no" and word in {w.exact for w in tokenize(f"{row['title']}\n{row['text']}")}
        ]
        assert found(filled, f"={word}").split() == holds, word


def test_best_first(filled: Database) -> None:
    assert found(filled, "gió", by="relevance") == "a t c d s"
    [first, *_] = filled.search.search(parse("gió"), zone=ZONE, by="relevance")
    assert first.score == 10 + 2 + 4
    assert found(filled, "điện gió", by="relevance", limit=1) == "a"


def test_newest_of_many(filled: Database) -> None:
    assert found(filled, "điện", limit=2) == "a c"


def test_what_was_found_is_marked(filled: Database) -> None:
    [hit] = filled.search.search(parse('"Bàu trúc" hoa NOT x'), zone=ZONE)
    marked = [hit.snippet.text[start:end] for start, end in hit.snippet.spans]
    assert marked == ["Hòa", "Bàu Trúc", "hoà"]
    [hit] = filled.search.search(parse("thuy sân"), zone=ZONE)
    assert [hit.title.text[a:b] for a, b in hit.title.spans] == ["Thuý", "sân"]
    [hit] = filled.search.search(parse("风电项目 位于"), zone=ZONE)
    assert [hit.title.text[a:b] for a, b in hit.title.spans] == ["风电项目"]
    assert [hit.snippet.text[a:b] for a, b in hit.snippet.spans] == ["风电。项目", "位于"]


def test_a_snippet_of_a_long_text_is_where_the_words_are(address: str) -> None:
    storage = open_database(address)
    long = "Mở đầu dài dòng. " * 300 + "Chợt có nhà máy muối lớn. " + "Kết thúc cũng dài. " * 300
    store(storage, [{**ITEMS[0], "text": long}])
    [hit] = storage.search.search(parse('"nha may muoi"'), zone=ZONE)
    assert [hit.snippet.text[a:b] for a, b in hit.snippet.spans] == ["nhà máy muối"]
    assert len(hit.snippet.text) < 300
    storage.close()


def test_a_word_said_a_thousand_times_is_found_alike(address: str) -> None:
    storage = open_database(address)
    text = "gió lớn " * 1000 + "gió nhỏ " + "cát " * 16_000 + "muối"
    store(storage, [{**ITEMS[0], "text": text}, {**ITEMS[1], "text": text[:400]}])
    assert found(storage, '"gió lớn"') == "a b"
    assert found(storage, '"gió nhỏ"') == ""  # beyond what is kept of one word's places
    assert found(storage, "nhỏ") == "a"
    assert found(storage, "muối") == ""  # beyond the words that are searched
    storage.close()


def test_title_and_text_are_no_phrase(address: str) -> None:
    storage = open_database(address)
    store(storage, [{**ITEMS[0], "title": "Tin về muối", "text": "Cà Ná được mùa"}])
    assert found(storage, '"muối Cà Ná"') == found(storage, "NEAR(muối được, 50)") == ""
    assert found(storage, "muối AND được") == "a"
    storage.close()


def test_an_edit_is_found_by_its_new_words_only(address: str) -> None:
    storage = open_database(address)
    store(storage, ITEMS[:3])
    store(storage, [{**ITEMS[1], "title": "Tin đã sửa", "text": "Nay chỉ nói về muối."}], T0 + timedelta(hours=1))
    assert (found(storage, "gốm"), found(storage, "muối"), found(storage, "NOT điện")) == ("", "b", "b")
    storage.close()


def test_only_what_was_first_seen_lately(filled: Database) -> None:
    tree = parse("điện")
    assert filled.search.search(tree, zone=ZONE, seen_since=T0)
    assert not filled.search.search(tree, zone=ZONE, seen_since=T0 + timedelta(seconds=1))


def test_what_was_examined_lately_is_new_however_long_its_page_waited(address: str) -> None:
    storage = open_database(address)
    store(storage, ITEMS[:4], T0)
    late = T0 + timedelta(days=3)
    row = {**ITEMS[2], "name": "late"}
    storage.crawl.set_sources(SOURCES)
    run, url = storage.service.begin_run("collect", T0), f"http://{row['outlet']}.example/late.html"
    poll = Poll(str(row["outlet"]), f"http://{row['outlet']}.example/rss", T0, Reason.OK, 200, entries=(Entry(url),))
    store_pages(storage, run, poll)
    examine_pending(storage, lambda d: made(row, d.id), late)
    for since, names in (
        (T0, {"a", "c", "d", "late"}),
        (T0 + timedelta(days=1), {"late"}),
        (late + timedelta(days=1), set()),
    ):
        hits = storage.search.search(parse("điện"), zone=ZONE, seen_since=since)
        assert {name_of(hit) for hit in hits} == names
    storage.close()


def test_the_newest_are_the_newest_however_far_apart(address: str) -> None:
    storage = open_database(address)
    draw = random.Random(3)
    days = [0, 0.2, 1, 2, 5, 6, 20, 40, 41, 200, 390, 391, 1500, 4000, 20_500, 21_000]
    rows = [
        {
            **ITEMS[0],
            "name": f"n{n}",
            "published": (T0 - timedelta(days=day)).isoformat(),
            "text": draw.choice(["gió lớn", "gió nhỏ"]) + f" {n}",
        }
        for n, day in enumerate(days)
    ]
    rows.append({**ITEMS[0], "name": "future", "published": "2199-01-01T00:00:00+00:00"})
    store(storage, rows)
    newest = sorted(rows, key=lambda row: str(row["published"]), reverse=True)
    for query in ("gió", '"gió lớn"', "NOT nhỏ", "title:gio nho", '"gió nhỏ" OR 3 OR 14'):
        wanted = [str(row["name"]) for row in newest if holds(row, parse(query))]
        for limit in (1, 2, 5, 50):
            assert found(storage, query, limit=limit).split() == wanted[:limit], (query, limit)
    storage.close()


def test_a_decision_before_the_index_keeps_nothing_out_of_it(address: str) -> None:
    storage = open_database(address)
    store(storage, ITEMS)
    with storage._engine.begin() as connection:  # as a database is that was upgraded just now
        clear(connection)
    newest = max(storage.articles.items(), key=lambda item: item.key)
    storage.articles.decide([Decision(newest.key, "tone", "negative", "Lan", T0)])
    assert found(storage, "điện gió") == "a c d t"
    assert newest.key in {hit.item.key for hit in storage.search.search(parse("tone:negative"), zone=ZONE)}
    storage.close()


def test_an_index_that_is_lost_is_made_anew(address: str) -> None:
    storage = open_database(address)
    store(storage, ITEMS)
    with storage._engine.begin() as connection:
        clear(connection)
    assert found(storage, "điện gió") == "a c d t"
    assert storage.search.rebuild() == len(ITEMS)
    assert found(storage, "điện gió") == "a c d t"
    storage.close()


def test_a_copy_in_the_other_kind_of_database_can_be_searched(tmp_path: Path, postgres: Callable[[], str]) -> None:
    first, second = f"sqlite:///{tmp_path / '1.db'}", postgres()
    storage = open_database(first)
    store(storage, ITEMS)
    storage.search.save(SavedSearch("gio", "điện gió", T0))
    storage.close()
    copy(first, second, lambda *_: None)
    other = open_database(second)
    assert found(other, "điện gió") == "a c d t"
    assert [one.query for one in other.search.saved()] == ["điện gió"]
    other.close()


def test_searches_are_kept_under_a_name(address: str) -> None:
    storage = open_database(address)
    for name, query in (("gió", "điện gió"), ("biển", "đảo OR biển"), ("gió", '"điện gió"')):
        storage.search.save(SavedSearch(name, query, T0))
    assert [(s.name, s.query) for s in storage.search.saved()] == [("biển", "đảo OR biển"), ("gió", '"điện gió"')]
    storage.search.forget("biển")
    with pytest.raises(StorageError, match="there are: gió"):
        storage.search.forget("biển")
    storage.close()


def test_the_command(tmp_path: Path, diembao: Diembao) -> None:
    storage = open_database(tmp_path / "diembao.db")
    store(storage, ITEMS)
    storage.close()

    def run(*words: str) -> "subprocess.CompletedProcess[str]":
        return diembao("--home", tmp_path, *words)

    said = run("search", '"dien gio"')
    assert said.returncode == 0, said.stderr
    assert "«điện gió» ngoài khơi" in said.stdout
    assert "Đầu tư «điện gió»" in said.stdout
    rows = [json.loads(line) for line in run("search", """topic:"Năng lượng" gió""", "--json").stdout.splitlines()]
    assert [row["url"][-6] for row in rows] == ["a", "c", "t"]
    wrong = run("search", "gió", "(điện")
    assert wrong.returncode == 2
    assert "  gió (điện\n      ^" in wrong.stderr
    assert "energy" in run("search", "topic:nosuch").stderr
    assert "Không tìm thấy" in run("search", "khoáng").stdout
    assert run("search", "--save", "gió", "điện gió").returncode == 0
    assert "@gió  điện gió" in run("search", "--saved").stdout
    feed = tmp_path / "gio.atom"
    assert run("search", "@gió", "--feed", str(feed)).returncode == 0
    read = feedparser.parse(feed.read_bytes())
    assert not read.bozo
    assert [entry.link[-6] for entry in read.entries] == ["a", "c", "d", "t"]
    assert read.entries[0].title == "Đầu tư điện gió ngoài khơi Ninh Thuận"
    assert run("search", "--save", "đảo xa", "đảo").returncode == 0
    assert run("search", "--save", "../gió", "điện gió").returncode == 2
    assert run("search", "--feeds", str(tmp_path / "feeds")).returncode == 0
    written = {file.name: feedparser.parse(file.read_bytes()) for file in (tmp_path / "feeds").iterdir()}
    assert {name: len(one.entries) for name, one in written.items()} == {"gió.atom": 4, "đảo xa.atom": 1}
    assert written["đảo xa.atom"].feed.id == "urn:diembao:search:%C4%91%E1%BA%A3o%20xa"
    assert run("search", "--forget", "gió").returncode == 0
    assert run("search", "@gió").returncode == 2
