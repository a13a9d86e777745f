"""The index behind a search: edits, decisions, ages, an index that is lost, a copy in the other kind of database."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from pipeline.records import Decision, Entry, Poll, Reason, SavedSearch
from storage.database import open_database
from storage.engine.errors import StorageError
from storage.maintenance.backup import copy
from storage.search.index import clear
from storage.search.parser import parse
from tests.support.factories import examine_pending, store_pages
from tests.support.searched_press import ITEMS, SOURCES, T0, ZONE, found, made, name_of, store


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
