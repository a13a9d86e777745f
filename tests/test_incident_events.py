"""Incidents in a database: every order of arrival gives the same events, and older databases are grouped anew."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from config.rulebook import load_rulebook
from config.settings import ProcessSettings
from diembao.jobs.retag import retag
from pipeline.records import Article, Coverage, Document, Entry, Poll, Reason, Source, Text, VerdictReason
from pipeline.stories import fingerprints
from pipeline.stories.areas import fingerprint_tagged
from pipeline.stories.fingerprints import compute_fingerprint, dump, fingerprint_keys, load
from pipeline.stories.reason_text import similarity_reason_text
from pipeline.stories.similarity import compare_fingerprints
from pipeline.tagging.tagger import tag
from storage.database import Database, open_database
from tests.support.factories import examine_pending, store_pages

pytestmark = pytest.mark.one_in(2)

RULES = load_rulebook()
T0 = datetime(2026, 3, 5, 9, tzinfo=UTC)

#: Incident → its reports: title, text, hours after the first
PRESS = {
    "a": [
        (
            "Cháy nhà ở Đô Vinh, Ninh Thuận",
            "Trưa 5/3, một căn nhà ở phường Đô Vinh, Ninh Thuận bốc cháy, lửa từ bếp.",
            0,
        ),
        (
            "Nhà dân ở Đô Vinh bốc cháy",
            "Trưa 5/3, căn nhà ở Đô Vinh, TP Phan Rang - Tháp Chàm, Ninh Thuận cháy từ bếp.",
            2,
        ),
    ],
    "b": [
        (
            "Cháy nhà ở Cà Ná, Ninh Thuận",
            "Trưa 5/3, một căn nhà ở xã Cà Ná, Ninh Thuận bốc cháy, lửa từ phòng khách.",
            1,
        ),
        (
            "Nhà dân ở Cà Ná bốc cháy",
            "Trưa 5/3, căn nhà ở xã Phước Diêm, Ninh Thuận cháy từ phòng khách, lửa lan rộng.",
            4,
        ),
    ],
    "c": [
        (
            "Cháy nhà ở Phước Hữu, Ninh Thuận",
            "Tối 5/3, một căn nhà ở xã Phước Hữu, Ninh Thuận bốc cháy, lửa từ gác.",
            8,
        ),
        (
            "Nhà dân ở Ninh Phước bốc cháy",
            "Tối 5/3, căn nhà ở xã Phước Hữu, huyện Ninh Phước, Ninh Thuận cháy từ gác.",
            9,
        ),
    ],
}
ARTICLES = {
    f"http://a.example/{incident}{n}.html": (title, text, T0 + timedelta(hours=hours))
    for incident, reports in PRESS.items()
    for n, (title, text, hours) in enumerate(reports)
}


def store(storage: Database, urls: list[str], *, outdated: bool = False) -> None:
    poll = Poll("a", "http://a.example/rss", T0, Reason.OK, entries=tuple(Entry(url) for url in urls))
    store_pages(storage, storage.service.begin_run("collect", T0), poll, lambda c: c.url.encode(), recheck_all=True)

    def examine(document: Document) -> Coverage:
        title, text, at = ARTICLES[document.url]
        tags = tag(Text("x", title, text, "vi", None, at), RULES)
        article = Article(document.url, document.url, title, "", text, published=at, language="vi")
        drawn = dump(fingerprint_tagged(title, text, at, tags, RULES))
        if outdated:
            return Coverage(document.id, article, replace(tags, rules="old"), b"dbs1" + drawn[4:])
        return Coverage(document.id, article, tags, drawn)

    examine_pending(storage, examine, T0)
    storage.stories.group(T0)


def events(storage: Database) -> set[frozenset[str]]:
    groups: dict[str, set[str]] = {}
    for item in storage.articles.items():
        groups.setdefault(item.event, set()).add(item.article.url.removeprefix("http://a.example/")[:2])
    return {frozenset(group) for group in groups.values()}


@pytest.mark.parametrize("order", ["a0 b0 c0 a1 b1 c1", "c1 b1 a1 c0 b0 a0", "b1 a0 c1 a1 b0 c0", "a1 c0 b1 b0 a0 c1"])
@pytest.mark.parametrize("step", [1, 2, 6])
def test_every_order_of_arrival_gives_the_same_events(tmp_path: Path, order: str, step: int) -> None:
    storage = open_database(tmp_path / "d.db")
    storage.crawl.set_sources([Source("a", "Báo A", "http://a.example/", ())])
    urls = [f"http://a.example/{name}.html" for name in order.split()]
    for start in range(0, len(urls), step):
        store(storage, urls[start : start + step])
    assert events(storage) == {frozenset({f"{incident}0", f"{incident}1"}) for incident in "abc"}
    assert storage.stories.rebuild(T0) == 0
    storage.close()


def test_an_older_database_is_grouped_anew_after_its_texts_are_tagged_again(address: str) -> None:
    storage = open_database(address)
    source = Source("a", "Báo A", "http://a.example/", ())
    storage.crawl.set_sources([source])
    store(storage, list(ARTICLES), outdated=True)
    # Fingerprints in the old format are made anew from the text alone: only its names say where.
    assert not any({"a0", "b0"} <= group for group in events(storage))
    settings = ProcessSettings(workers=1)
    retag(storage, [source], RULES, settings, since=None, dry_run=False, progress=lambda *_: None)
    storage.stories.rebuild(T0)
    assert events(storage) == {frozenset({f"{incident}0", f"{incident}1"}) for incident in "abc"}
    storage.close()


def test_the_reason_says_what_differs() -> None:
    a, b = (
        fingerprint_tagged(title, text, at, tag(Text("x", title, text, "vi", None, at), RULES), RULES)
        for title, text, at in list(ARTICLES.values())[:3:2]
    )
    assert compare_fingerprints(a, b).reason == VerdictReason("different_place")
    assert similarity_reason_text(VerdictReason("different_place"), "en") == "they name different places"


def test_the_format_grew_and_the_keys_did_not() -> None:
    drawn = compute_fingerprint("Cháy nhà ở Đô Vinh", PRESS["a"][0][1], T0, "vi")
    assert load(b"dbs1" + dump(drawn)[4:]) is None
    with_units = compute_fingerprint("Cháy nhà ở Đô Vinh", PRESS["a"][0][1], T0, "vi", areas=["x"], landmarks=["y"])
    assert fingerprint_keys(with_units) == fingerprint_keys(drawn)
    assert len(with_units.particulars) == len(drawn.particulars) + 2
    assert len(dump(with_units)) - len(fingerprints.dump(drawn)) == 8
