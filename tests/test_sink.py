"""MemorySink keeps what a crawl gives it, and has a few pages of each source fetched."""

from datetime import UTC, datetime

from crawlers.spiders.sink import MemorySink
from pipeline.records import Entry, FetchFailure, Poll, Reason

NOW = datetime(2026, 11, 29, tzinfo=UTC)


def poll(source: str, *paths: str) -> Poll:
    entries = tuple(Entry(f"http://{source}.example/{path}") for path in paths)
    return Poll(source, f"http://{source}.example/feed", NOW, Reason.OK, entries=entries)


def test_a_few_pages_of_each_source_are_chosen_once() -> None:
    sink = MemorySink(pages_per_source=2)
    assert [c.url for c in sink.save_poll(poll("a", "1", "1", "2", "3"))] == [
        "http://a.example/1",
        "http://a.example/2",
    ]
    assert sink.save_poll(poll("a", "4")) == []
    assert [c.id for c in sink.save_poll(poll("b", "1"))] == [3]
    assert sorted(sink.candidates) == [1, 2, 3]


def test_nothing_is_chosen_unless_told_to() -> None:
    sink = MemorySink(since=NOW)
    assert sink.save_poll(poll("a", "1")) == []
    assert sink.feed_state("http://a.example/feed").full_at == NOW


def test_each_result_is_reported() -> None:
    counts: list[tuple[int, int]] = []
    sink = MemorySink(pages_per_source=1, on_result=lambda s: counts.append((len(s.polls), len(s.fetches))))
    [candidate] = sink.save_poll(poll("a", "1"))
    sink.save_fetch(FetchFailure(candidate.id, NOW, candidate.url, Reason.TIMEOUT))
    assert counts == [(1, 0), (1, 1)]
