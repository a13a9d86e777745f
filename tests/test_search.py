"""What a query finds, and in which order: the same on both databases, and what a reader of Vietnamese expects."""

import csv
import json
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import feedparser
import pytest

from pipeline.text.search_tokens import tokenize
from storage.database import Database, open_database
from storage.search.parser import QueryError, parse
from tests.support.cli import Diembao
from tests.support.searched_press import DATA, ITEMS, T0, ZONE, found, key_of, store

with (DATA / "search_cases.tsv").open(encoding="utf-8", newline="") as stream:
    CASES = [(row["query"], row["found"]) for row in csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE)]


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


def test_only_what_was_first_seen_lately(filled: Database) -> None:
    tree = parse("điện")
    assert filled.search.search(tree, zone=ZONE, seen_since=T0)
    assert not filled.search.search(tree, zone=ZONE, seen_since=T0 + timedelta(seconds=1))


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
