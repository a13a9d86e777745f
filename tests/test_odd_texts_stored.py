"""Texts of any size and any characters are stored; a page that cannot be keeps no other from it."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest

from pipeline.records import Coverage, DocumentOutcome, Entry, Evidence, PlaceFound, Reason, Unreadable, VerdictReason
from storage.database import Database, open_database
from storage.exports.choice import ArticleChoice
from storage.search.parser import parse
from tests.support.two_outlets import OTHER, SOURCE, T0, collect, coverage, entry, page, poll

pytestmark = pytest.mark.few_on_postgresql


@pytest.fixture
def storage(address: str) -> Iterator[Database]:
    opened = open_database(address)
    opened.crawl.set_sources([SOURCE, OTHER])
    yield opened
    opened.close()


def test_nothing_is_too_long_to_be_stored(storage: Database) -> None:
    """Words, names and addresses of any size: what no index can hold keeps nothing else from being kept."""
    draw = Random(1)

    def noise(length: int, letters: str = "abcdefghijklmnop0123456789") -> str:
        return "".join(draw.choices(letters, k=length))

    long = Entry(f"http://a.example/{noise(9000)}", noise(5000))
    far = Entry(f"http://a.example/{noise(1900)}", noise(5000))
    wanted = poll(storage, long, far, *(entry(n) for n in range(4)))
    assert [c.url for c in wanted] == [far.url, *(entry(n).url for n in range(4))], "that is no address"
    storage.crawl.save_fetches(storage.service.begin_run("collect", T0), [page(c, c.url.encode()) for c in wanted])
    old_script = "".join(map(chr, range(0x10400, 0x10450)))
    title = noise(5000)
    odd: tuple[dict[str, Any], ...] = (
        {"title": title},
        {"text": " ".join(noise(13, old_script) for _ in range(20_000))},
        {"text": "a" + "\u0301" * 5000 + " b" + "\u0323\u0302" * 9000},
        {"language": noise(5000), "section": noise(9000), "authors": (noise(9000),)},
        {"text": noise(150_000)},
    )
    found = [coverage(d, **more) for d, more in zip(storage.articles.pending_documents(9), odd, strict=True)]
    storage.articles.save_examinations(found, T0)
    storage.stories.group(T0)
    assert len(list(storage.articles.items())) == len(list(storage.derived.facts(T0, T0 + timedelta(1)))) == len(odd)
    assert len(storage.search.search(parse("Tiêu đề"), zone=UTC)) == len(odd) - 1
    [hit] = storage.search.search(parse(title[:100]), zone=UTC)
    assert hit.item.title == title


def test_whatever_characters_a_page_holds_are_stored(storage: Database) -> None:
    """Half an emoji, where a program cut a text to a length, and NUL: they once kept a whole batch from it."""
    draw = Random(2)
    odd = [chr(n) for n in (*range(0x20), 0x7F, 0x85, 0xAD, 0x2028, 0xD800, 0xDBFF, 0xDC00, 0xDFFF, 0xFEFF, 0xFFFE)]
    odd += list("aàạ̣̀'\"\\;%_*()😀\U0010ffff漢ـ")

    def noise() -> str:
        return "".join(draw.choices(odd, k=draw.randint(0, 30)))

    wanted = poll(storage, *(Entry(entry(n).url, noise(), noise(), authors=(noise(),)) for n in range(60)))
    storage.crawl.save_fetches(storage.service.begin_run("collect", T0), [page(c, c.url.encode()) for c in wanted])
    for document_ in storage.articles.pending_documents(100):
        more: dict[str, Any] = {name: noise() for name in ("title", "text", "lead", "section", "language")}
        found = coverage(document_, **more, authors=(noise(), noise()))
        assert isinstance(found, Coverage)
        evidence = Evidence("title", 0, 1, noise())
        places = (PlaceFound("nt.x", noise(), noise(), (evidence,)),)
        storage.articles.save_examinations(
            [replace(found, tags=replace(found.tags, reason=VerdictReason.text(noise()), places=places))], T0
        )
    storage.stories.group(T0)
    items = list(storage.articles.items())
    assert len(items) == 60
    assert [row.item for row in storage.exports.csv_rows(ArticleChoice())] == [i.key for i in items]
    for item in items:
        assert not re.search("[\x00\ud800-\udfff]", f"{item.article}{item.tags}")


def test_a_page_that_cannot_be_stored_keeps_no_other_from_it(storage: Database) -> None:
    first, bad, last = collect(storage, 1, 2, 3)
    # Nothing of the pipeline gives a time without a zone; that nobody thought of something else, nobody knows.
    results = [coverage(first), coverage(bad, published=datetime(2026, 11, 22)), coverage(last)]  # noqa: DTZ001
    stored = storage.articles.save_examinations(results, T0)
    assert [type(r) for r in stored] == [Coverage, Unreadable, Coverage]
    assert isinstance(stored[1], Unreadable)
    assert stored[1].reason is Reason.ERROR
    assert "cannot be stored: " in stored[1].note
    assert "naive" in stored[1].note
    assert len(list(storage.articles.items())) == 2
    assert storage.articles.pending_documents(9) == []
    assert storage.articles.document_outcomes()[DocumentOutcome.UNREADABLE] == 1
    assert storage.articles.reopen_errors() == 1, "process --again looks at it once more"
