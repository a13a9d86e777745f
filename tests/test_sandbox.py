"""Hostile and huge answers cost their own reading process, and no other answer."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TypeVar

from crawlers.parsing.parsed_feed import ParsedFeed
from crawlers.parsing.sandbox import FeedResponse, ParserProcess, parse_response
from pipeline.records import Reason

T = TypeVar("T")
ITEM = "<item><title>Cà Ná</title><link>/bai-{n}.html</link></item>"


def answer(inner: str, **more: object) -> FeedResponse:
    body = f'<rss version="2.0"><channel><title>x</title>{inner}</channel></rss>'.encode()
    made = FeedResponse("feed", body, "https://baothu.example/feed", "text/xml", None, None, 2000)
    return replace(made, **more)  # type: ignore[arg-type]


def with_reader(work: Callable[[ParserProcess], Awaitable[T]], seconds: float = 10.0, megabytes: int = 900) -> T:
    async def run() -> T:
        reader = ParserProcess(seconds, megabytes)
        try:
            return await work(reader)
        finally:
            reader.close()

    return asyncio.run(run())


def test_one_that_takes_too_long_costs_only_itself() -> None:
    hostile = answer("<item " + " ".join(f'a{n}="1"' for n in range(60_000)) + "/>")

    async def work(reader: ParserProcess) -> tuple[ParsedFeed, ...]:
        return tuple(await asyncio.gather(*(reader.read(a) for a in (answer(ITEM), hostile, answer(ITEM)))))

    before, bad, after = with_reader(work, seconds=2)
    assert (bad.reason, bad.note) == (Reason.BAD_FEED, "takes more than 2 s of time to read")
    assert [len(found.entries) for found in (before, after)] == [1, 1]


def test_one_that_takes_too_much_memory_costs_only_itself() -> None:
    large = answer(ITEM + "<item><title>" + "x" * 60_000_000 + "</title><link>/x</link></item>")

    async def work(reader: ParserProcess) -> tuple[ParsedFeed, ...]:
        return tuple(await asyncio.gather(*(reader.read(a) for a in (large, answer(ITEM)))))

    bad, good = with_reader(work, megabytes=340)
    assert bad.reason is Reason.BAD_FEED
    assert len(good.entries) == 1


def test_it_reads_elsewhere() -> None:
    async def work(reader: ParserProcess) -> set[int]:
        await reader.read(answer(ITEM))
        return set(reader._pool._pool_manager.worker_manager.workers)

    assert os.getpid() not in with_reader(work)


def test_article_url_holds_for_every_kind() -> None:
    both = answer(ITEM.format(n=1) + "<item><link>/video/2</link></item>", article_url=r"/bai-\d+\.html$")
    found = parse_response(both)
    assert [entry.url for entry in found.entries] == ["https://baothu.example/bai-1.html"]
    assert found.note == "1 links do not match article_url"


def test_a_selector_that_is_none_is_named() -> None:
    found = parse_response(
        replace(answer(""), kind="listing", links="h3 >>> a[", body=b"<html><a href=/x>x</a></html>")
    )
    assert found.reason is Reason.BAD_FEED
    assert "Selector" in found.note
