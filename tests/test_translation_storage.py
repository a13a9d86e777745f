"""Translations in both databases: once for each text, a person's first, gone with the text, in every backup."""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from pipeline.records import Coverage, Document, Item, VerdictReason
from pipeline.records.audit import AuditFilter
from pipeline.records.reviews import ActResult, ReviewAct
from pipeline.records.translations import Engine, GlossaryTerm, TranslationCorrection
from storage.database import Database, open_database
from storage.engine.errors import StorageError
from storage.maintenance.backup import backup, checksum, copy
from storage.maintenance.integrity import check_integrity
from storage.maintenance.retention import Limits
from storage.schema.renditions import item_texts, translation_corrections, translations
from tests.support.damaged import change
from tests.support.desk import COMMAND, LAN, MORNING, people, store_day, written
from tests.support.translated import ENGINE, OTHER, digest_of, foreign, parts_of, translation

pytestmark = pytest.mark.few_on_postgresql

SINCE = MORNING - timedelta(days=3)
REFUSED = VerdictReason("number", {"missing": "22"})


@pytest.fixture
def db(address: str) -> Iterator[Database]:
    opened = open_database(address)
    yield opened
    opened.close()


def items_by_name(db: Database, keys: Mapping[str, str]) -> dict[str, Item]:
    found = {name: db.articles.item(key) for name, key in keys.items()}
    return {name: item for name, item in found.items() if item is not None}


def wanted(db: Database, engine: Engine = ENGINE, hours: float = 0, **more: object) -> list[str]:
    """Return the names of the articles that are to be translated."""
    at = MORNING + timedelta(hours=hours)
    found = db.translations.wanted(engine, "vi", 100, SINCE, at=at, **more)  # type: ignore[arg-type]
    return [item.article.url.rpartition("/")[2].removesuffix(".html") for item in found]


def save_all(db: Database, item: Item, engine: Engine = ENGINE) -> None:
    parts = parts_of(item)
    made = [translation(parts[part], f"bản dịch {part}", engine=engine) for part in parts if part != "text"]
    db.translations.save(item.key, parts, made, seen=item)


def test_only_relevant_foreign_articles_are_wanted_the_newest_first(db: Database) -> None:
    store_day(
        db,
        [
            foreign("old", hours=9),
            foreign("new", hours=1),
            foreign("german", language="de-CH", hours=2),
            written("home"),
            foreign("unknown", language="und"),
            foreign("aside", relevance="no"),
            foreign("past", hours=24 * 4),
        ],
    )
    assert wanted(db) == ["new", "german", "old"]
    assert wanted(db, languages=["de"]) == ["german"]
    assert len(db.translations.wanted(ENGINE, "vi", 1, SINCE, at=MORNING)) == 1


def test_what_is_translated_or_refused_is_wanted_no_more_but_of_another_engine(db: Database) -> None:
    keys = store_day(db, [foreign("x", lead="Mở"), foreign("y")])
    items = items_by_name(db, keys)
    x, y = items["x"], items["y"]
    save_all(db, x)
    parts = parts_of(y)
    db.translations.save(y.key, parts, [translation(parts["title"], "", refusal=REFUSED)], seen=y)
    assert wanted(db) == []
    assert sorted(wanted(db, OTHER)) == ["x", "y"]
    assert sorted(wanted(db, replace(ENGINE, version="2"))) == ["x", "y"]
    shown = db.translations.of_items([x.key, y.key, "none"])
    assert {part: one.text for part, one in shown[x.key].texts.items()} == {
        "title": "bản dịch title",
        "lead": "bản dịch lead",
    }
    assert (shown[x.key].source, shown[x.key].texts["title"].engine) == ("ko", ENGINE)
    assert dict(shown[y.key].refusals) == {"title": REFUSED}
    assert shown[y.key].texts == {}
    assert db.translations.counts(ENGINE, "vi") == {"translated": 2, "refused": 1, "failed": 0}
    assert db.translations.forget_refusals(ENGINE, "vi", [x.key]) == 0
    assert db.translations.forget_refusals(ENGINE, "vi") == 1
    assert wanted(db) == ["y"]


def test_a_part_that_is_missing_keeps_its_article_wanted(db: Database) -> None:
    keys = store_day(db, [foreign("x", lead="Mở")])
    x = items_by_name(db, keys)["x"]
    parts = parts_of(x)
    db.translations.save(x.key, parts, [translation(parts["title"], "Đầu đề")], seen=x)
    assert wanted(db) == ["x"]
    assert db.translations.done(ENGINE, "ko", "vi", parts.values(), at=MORNING) == {parts["title"]}
    db.translations.save(x.key, parts, [translation(parts["lead"], "Mở đầu")], seen=x)
    assert wanted(db) == []


def test_reprints_share_one_translation(db: Database) -> None:
    keys = store_day(db, [foreign("x", title="같은 제목"), foreign("y", title="같은 제목")])
    items = items_by_name(db, keys)
    for item in items.values():
        save_all(db, item)
    with db.audit._reading() as connection:
        assert connection.execute(select(func.count()).select_from(translations)).scalar_one() == 1
    assert {one.texts["title"].text for one in db.translations.of_items(keys.values()).values()} == {"bản dịch title"}
    # What was stored first stays: nothing is translated twice, and nothing written over.
    title = parts_of(items["x"])["title"]
    db.translations.save(keys["x"], parts_of(items["x"]), [translation(title, "khác")])
    assert db.translations.of_items([keys["x"]])[keys["x"]].texts["title"].text == "bản dịch title"


def test_a_text_at_which_the_engine_failed_is_tried_ever_later(db: Database) -> None:
    keys = store_day(db, [foreign("x")])
    x = items_by_name(db, keys)["x"]
    parts, reason = parts_of(x), VerdictReason("engine", {"note": "timeout"})
    at, waits = MORNING, []
    for _ in range(7):
        failed = translation(parts["title"], "", refusal=reason, at=at)
        db.translations.save(x.key, parts, [], failed=[failed], seen=x)
        assert db.translations.wanted(ENGINE, "vi", 9, SINCE, at=at) == []
        assert db.translations.done(ENGINE, "ko", "vi", [parts["title"]], at=at)
        minutes = next(n for n in range(200) if db.translations.wanted(ENGINE, "vi", 9, SINCE, at=at + _minutes(n)))
        waits.append(minutes)
        at += _minutes(minutes)
    assert waits == [5, 10, 20, 40, 60, 60, 60]
    assert db.translations.of_items([x.key])[x.key].refusals == {"title": reason}
    db.translations.save(x.key, parts, [translation(parts["title"], "Đầu đề")], seen=x)
    assert db.translations.of_items([x.key])[x.key].texts["title"].text == "Đầu đề"
    assert db.translations.wanted(ENGINE, "vi", 9, SINCE, at=at + _minutes(600)) == []


def _minutes(count: int) -> timedelta:
    return timedelta(minutes=count)


def test_the_latest_sound_translation_is_shown_and_a_person_before_it(db: Database) -> None:
    keys = store_day(db, [foreign("x")])
    x = items_by_name(db, keys)["x"]
    parts = parts_of(x)
    title = parts["title"]
    db.translations.save(x.key, parts, [translation(title, "một")], seen=x)
    db.translations.save(x.key, parts, [translation(title, "hai", engine=OTHER)], seen=x)
    third = translation(title, "", engine=replace(ENGINE, version="2"), refusal=REFUSED)
    db.translations.save(x.key, parts, [third], seen=x)
    shown = db.translations.of_items([x.key])[x.key]
    assert (shown.texts["title"].text, shown.texts["title"].engine, shown.refusals) == ("hai", OTHER, {})

    people(db)
    term = GlossaryTerm("ko", "닌투언", "Ninh Thuận", "lan", MORNING)
    correction = TranslationCorrection(title, "ko", "vi", "ba", "lan", MORNING)
    db.translations.correct(LAN, x, parts, "title", correction, terms=[term])
    shown = db.translations.of_items([x.key])[x.key]
    assert (shown.texts["title"].text, shown.texts["title"].engine, shown.texts["title"].who) == ("ba", None, "lan")
    assert db.translations.corrections() == [correction]
    assert db.translations.terms("ko") == [term]
    entries = db.audit.page(AuditFilter(object_ids=(x.key, "ko:닌투언")))
    assert [(row.action, row.after) for row in entries] == [
        ("glossary.term_added", "Ninh Thuận"),
        ("translation.corrected", {"part": "title", "text_sha256": digest_of("ba")}),
    ]

    db.accounts.erase(1, COMMAND, MORNING)
    assert db.translations.of_items([x.key])[x.key].texts["title"].who == "#1"
    assert [one.who for one in db.translations.terms()] == ["#1"]

    db.translations.correct(COMMAND, x, parts, "title", replace(correction, text=""))
    assert db.translations.of_items([x.key])[x.key].texts["title"].text == "hai"
    assert db.translations.corrections() == []


def test_a_correction_of_a_text_that_no_engine_saw_is_shown_and_it_is_not_translated(db: Database) -> None:
    keys = store_day(db, [foreign("x")])
    x = items_by_name(db, keys)["x"]
    correction = TranslationCorrection(parts_of(x)["title"], "ko", "vi", "ba", "root", MORNING)
    db.translations.correct(COMMAND, x, parts_of(x), "title", correction)
    assert db.translations.of_items([x.key])[x.key].texts["title"].who == "root"
    assert wanted(db) == []


def test_terms_are_put_in_replaced_and_taken_back(db: Database) -> None:
    term = GlossaryTerm("ja", "ニントゥアン", "Ninh Thuan", "root", MORNING)
    db.translations.add_term(COMMAND, term)
    db.translations.add_term(COMMAND, replace(term, translation="Ninh Thuận"))
    assert [one.translation for one in db.translations.terms()] == ["Ninh Thuận"]
    assert db.translations.terms("ko") == []
    db.translations.take_back_term(COMMAND, "ja", term.term, MORNING)
    assert db.translations.terms() == []
    with pytest.raises(StorageError):
        db.translations.take_back_term(COMMAND, "ja", term.term, MORNING)
    with pytest.raises(StorageError):
        db.translations.add_term(COMMAND, replace(term, translation=" "))
    entries = db.audit.page(AuditFilter(object_kind="term"))
    assert [(row.before, row.after) for row in reversed(entries)] == [
        (None, "Ninh Thuan"),
        ("Ninh Thuan", "Ninh Thuận"),
        ("Ninh Thuận", None),
    ]


def test_an_edited_article_is_wanted_again_and_not_shown_under_its_old_translation(db: Database) -> None:
    keys = store_day(db, [foreign("x", title="처음")])
    x = items_by_name(db, keys)["x"]
    save_all(db, x)
    _edit(db, "x", "다음")
    assert db.translations.of_items([x.key]) == {}
    assert wanted(db) == ["x"]
    # What was translated of the former text, and is saved late, does not pass for the new one.
    save_all(db, x)
    assert db.translations.of_items([x.key]) == {}
    assert wanted(db) == ["x"]
    with pytest.raises(StorageError):
        correction = TranslationCorrection(parts_of(x)["title"], "ko", "vi", "ba", "root", MORNING)
        db.translations.correct(COMMAND, x, parts_of(x), "title", correction)
    _edit(db, "x", "처음")
    (again,) = db.translations.wanted(ENGINE, "vi", 9, SINCE, at=MORNING)
    title = parts_of(again)["title"]
    assert db.translations.done(ENGINE, "ko", "vi", [title], at=MORNING) == {title}
    db.translations.save(again.key, parts_of(again), [], seen=again)
    assert db.translations.of_items([x.key])[x.key].texts["title"].text == "bản dịch title"


def _edit(db: Database, name: str, title: str) -> None:
    """Store the next version of an article, under another headline."""
    from pipeline.records import Entry, Poll, Reason
    from tests.support.factories import examine_pending, store_pages

    article, tags = foreign(name, title=title)
    run = db.service.begin_run("collect", MORNING)
    entries = (Entry(article.url, title=title),)
    poll = Poll("c", "http://c.example/rss", MORNING, Reason.OK, entries=entries)
    store_pages(db, run, poll, lambda candidate: title.encode(), recheck_all=True)

    def examine(document: Document) -> Coverage:
        return Coverage(document.id, article, tags)

    assert len(examine_pending(db, examine, MORNING)) == 1


def test_translations_go_with_the_text_and_the_title_stays(db: Database) -> None:
    keys = store_day(db, [foreign("x", lead="Mở 1"), foreign("y", lead="Mở 2")])
    items = items_by_name(db, keys)
    for item in items.values():
        save_all(db, item)
    x = items["x"]
    correction = TranslationCorrection(parts_of(x)["lead"], "ko", "vi", "ba", "root", MORNING)
    db.translations.correct(COMMAND, x, parts_of(x), "lead", correction)
    _tag_irrelevant(db, x)
    later = MORNING + timedelta(days=400)
    gone = db.maintenance.purge(Limits(None, None, None, later), later, lambda _k, _n, _all: None)
    assert gone["irrelevant_texts"] == 1
    assert set(db.translations.of_items([x.key])[x.key].texts) == {"title"}
    assert set(db.translations.of_items([keys["y"]])[keys["y"]].texts) == {"title", "lead"}
    with db.audit._reading() as connection:
        left = connection.execute(select(translations.c.sha256)).scalars().all()
        assert connection.execute(select(func.count()).select_from(translation_corrections)).scalar_one() == 0
    expected = [parts_of(x)["title"], *(parts_of(items["y"])[part] for part in ("title", "lead"))]
    assert sorted(left) == sorted(expected)


def _tag_irrelevant(db: Database, item: Item) -> None:
    from pipeline.records import Irrelevant

    outdated = db.articles.outdated_taggings("r2", since=None, after=0, limit=100)
    (one,) = [row for row in outdated if row.key == item.key]
    tags = replace(item.tags, relevance="no", rules="r2")
    db.articles.save_retaggings([Irrelevant(one.id, item.article, tags)], "r2", MORNING)


def test_backups_copies_and_the_check_know_the_tables(db: Database, address: str, tmp_path: Path) -> None:
    keys = store_day(db, [foreign("x", lead="Mở")])
    x = items_by_name(db, keys)["x"]
    save_all(db, x)
    correction = TranslationCorrection(parts_of(x)["lead"], "ko", "vi", "ba", "root", MORNING)
    term = GlossaryTerm("ko", "닌투언", "Ninh Thuận", "root", MORNING)
    db.translations.correct(COMMAND, x, parts_of(x), "lead", correction, terms=[term])
    db.close()
    assert check_integrity(address) == []
    content = backup(address, tmp_path / "b.db", lambda _t, _n, _all: None)
    assert content == checksum(address)
    with closing(sqlite3.connect(tmp_path / "b.db")) as connection:
        for table in ("item_texts", "translations", "translation_corrections", "glossary_terms"):
            assert connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] > 0, table
    copy(address, f"sqlite:///{tmp_path / 'c.db'}", lambda _t, _n, _all: None)
    copied = open_database(tmp_path / "c.db")
    assert copied.translations.of_items([x.key]) == open_again(address, x.key)
    copied.close()

    change(address, "UPDATE translations SET text = '' WHERE id = 1")
    change(address, "UPDATE item_texts SET sha256 = 'x' WHERE part = 'title'")
    faults = [str(fault) for fault in check_integrity(address)]
    assert len(faults) == 2, faults


def open_again(address: str, key: str) -> object:
    opened = open_database(address)
    try:
        return opened.translations.of_items([key])
    finally:
        opened.close()


def test_a_damaged_refusal_costs_only_itself(db: Database, address: str) -> None:
    keys = store_day(db, [foreign("x", lead="Mở")])
    x = items_by_name(db, keys)["x"]
    parts = parts_of(x)
    refused = translation(parts["title"], "", refusal=REFUSED)
    db.translations.save(x.key, parts, [refused, translation(parts["lead"], "Mở đầu")], seen=x)
    change(address, "UPDATE translations SET refusal = '[]' WHERE text = ''")
    shown = db.translations.of_items([x.key])[x.key]
    assert (set(shown.texts), shown.refusals) == ({"lead"}, {})


def test_articles_that_are_joined_leave_their_texts(db: Database) -> None:
    from storage.articles.joining import join_items
    from storage.stories.placement import leave_stories

    keys = store_day(db, [foreign("x", hours=3), foreign("y", hours=2)])
    items = items_by_name(db, keys)
    for item in items.values():
        save_all(db, item)
    with db.articles._writing() as connection:
        leave_stories(connection, {keys["y"]: keys["x"]}, MORNING)
        join_items(connection, keys["x"], [keys["y"]])
    with db.audit._reading() as connection:
        assert set(connection.execute(select(item_texts.c.item_key)).scalars()) <= {keys["x"]}


def test_a_rejected_article_keeps_its_translation(db: Database) -> None:
    keys = store_day(db, [foreign("x")])
    save_all(db, items_by_name(db, keys)["x"])
    people(db)
    assert isinstance(db.reviews.act(LAN, ReviewAct("reject", (keys["x"],), "not_ours"), MORNING), ActResult)
    assert db.translations.of_items(keys.values())[keys["x"]].texts
