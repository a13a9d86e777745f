"""Queries put together at random: both databases answer alike, and as reading every article from its beginning does."""

import random
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest

from pipeline.text.search_tokens import fold, join_tokens, tokenize
from storage.database import Database, open_database
from storage.search.parser import QueryError, parse
from storage.search.search import Order
from storage.search.tree import And, Days, Mark, Near, Not, Or, Tree, Words, names_relevance
from tests.support.searched_press import ITEMS, SOURCES, T0, ZONE, found, store


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
