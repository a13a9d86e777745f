"""The pages of sources and of the ledger: states in words, pause and resume, pages by key; on both databases."""

import csv
import io
import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape

import pytest

from config.load import packaged
from config.sources import load_sources
from diembao.jobs.reading.ledger_day import PAGE, bounds_of
from diembao.jobs.reading.switching import switch_source
from pipeline.records import CandidateOutcome, Entry, FetchFailure, Poll, Reason
from pipeline.records.audit import AuditFilter
from storage.crawl.ledger_page import LedgerFilter
from storage.engine.errors import StorageError
from tests.support.days import ZONE
from tests.support.desk_server import MAKER, DeskClient
from tests.support.reading_room import ITEMS, NOW, ReadingRoom, sources

pytestmark = pytest.mark.none_on_postgresql


@pytest.fixture(scope="module")
def administrator(room: ReadingRoom) -> Iterator[DeskClient]:
    with room.desk.client(room.desk.account("administrator")) as client:
        yield client


def test_each_source_tells_how_it_stands_and_why(administrator: DeskClient) -> None:
    text = administrator.get("/sources").text
    assert text.count('<a href="/source/') == len(sources())
    failed = administrator.get("/sources?state=failed").text
    assert re.findall(r'<a href="/source/([^"]+)"', failed) == ["s2"]
    assert "2 lần" in failed
    page = administrator.get("/source/s2").text
    assert "Không đọc được" in page and "http://s2.example/rss" in page
    assert administrator.get("/source/none").status_code == 404
    assert administrator.get("/sources?state=well").status_code == 400


def test_sources_are_paged_by_state_and_id(room: ReadingRoom, administrator: DeskClient) -> None:
    from dataclasses import replace

    storage = room.desk.storage
    more = [replace(sources()[0], id=f"x{n:03}", name=f"Báo x{n}", feeds=(), enabled=False) for n in range(60)]
    storage.crawl.set_sources([*sources(), *more])
    try:
        seen: list[str] = []
        path = "/sources"
        while path:
            text = administrator.get(path).text
            seen += re.findall(r'<a href="/source/([^"]+)"', text)
            found = re.search(r'href="([^"]+)" rel="next"', text)
            path = unescape(found[1]) if found else ""
        assert len(seen) == len(set(seen)) == len(sources()) + 60
        assert seen[0] == "s2"
    finally:
        storage.crawl.set_sources(sources())


def test_pause_and_resume_change_sources_toml_and_the_audit(room: ReadingRoom, administrator: DeskClient) -> None:
    home, storage = room.desk.home, room.desk.storage

    def enabled() -> tuple[bool, bool]:
        stored = storage.crawl.source("s5")
        assert stored is not None
        return next(one.enabled for one in load_sources(home.config) if one.id == "s5"), stored.enabled

    before = (home.config / "sources.toml").read_bytes()
    assert administrator.send_form("/source/s5/pause").status_code == 303
    assert enabled() == (False, False)
    assert "http://s5.example/rss" not in storage.crawl.due_feeds(NOW + timedelta(days=30), per_host=9)
    assert "/source/s5/resume" in administrator.get("/source/s5").text
    # Once more changes nothing, and is not in the audit.
    assert administrator.send_form("/source/s5/pause").status_code == 303
    assert administrator.send_form("/source/s5/resume").status_code == 303
    assert enabled() == (True, True)
    entries = [row for row in storage.audit.page(AuditFilter()) if row.object_kind == "source"]
    assert [(row.action, row.object_id, row.way) for row in entries] == [
        ("source.resumed", "s5", "desk"),
        ("source.paused", "s5", "desk"),
    ]
    assert storage.audit.verify().is_sound
    assert (home.config / "sources.toml").read_bytes().replace(b"enabled = true\n", b"") == before.replace(
        b"enabled = true\n", b""
    )
    assert administrator.send_form("/source/none/pause").status_code == 404


def test_sources_that_another_installation_collects_are_not_switched_here(
    room: ReadingRoom, administrator: DeskClient
) -> None:
    settings = room.desk.home.config / "settings.toml"
    text = settings.read_text("utf-8") if settings.exists() else None
    settings.write_text(
        f"{text or packaged('settings.toml')}".replace('\nhome = ""\n', '\nhome = "/srv/khac"\n'), "utf-8"
    )
    try:
        page = administrator.get("/source/s5").text
        assert "/source/s5/pause" not in page and "do một nơi khác thu thập" in page
        assert administrator.send_form("/source/s5/pause").status_code == 404
    finally:
        if text is None:
            settings.unlink()
        else:
            settings.write_text(text, "utf-8")
    assert "/source/s5/pause" in administrator.get("/source/s5").text


@pytest.mark.parametrize("role", ["reviewer", "editor", "analyst", "auditor"])
def test_only_who_manages_sources_switches_them(room: ReadingRoom, role: str) -> None:
    with room.desk.client(room.desk.account(role)) as client:  # type: ignore[arg-type]
        assert client.send_form("/source/s5/pause").status_code == 403
        assert "/source/s5/pause" not in client.get("/source/s5").text


def test_a_file_that_cannot_be_written_leaves_the_database_as_it_was(
    room: ReadingRoom, administrator: DeskClient
) -> None:
    file, home = room.desk.home.config / "sources.toml", room.desk.home
    text = file.read_text("utf-8")
    file.write_text(f"{text}\nnonsense", "utf-8")
    try:
        answer = administrator.send_form("/source/s6/pause")
        assert answer.status_code == 409 and "sources.toml" in answer.text
        stored = room.desk.storage.crawl.source("s6")
        assert stored is not None and stored.enabled
        with home.lock("source"):
            pass
    finally:
        file.write_text(text, "utf-8")
    heads = room.desk.storage.audit.page(AuditFilter(object_id="s6"))
    assert heads == []


def test_a_transaction_that_fails_puts_the_file_back(room: ReadingRoom) -> None:
    file = room.desk.home.config / "sources.toml"
    before = file.read_bytes()
    # No audit entry holds a time without a zone.
    with pytest.raises((StorageError, ValueError)):
        switch_source(room.desk.storage, room.desk.home, "s7", False, actor=MAKER, at=NOW.replace(tzinfo=None))
    assert file.read_bytes() == before


def test_a_day_of_the_ledger_is_every_link_once(room: ReadingRoom, administrator: DeskClient) -> None:
    storage, day = room.desk.storage, NOW.astimezone(ZONE).date()
    expected = [(one.source_id, one.url) for one in storage.crawl.ledger(*bounds_of(day, ZONE))]
    after, got = None, list[tuple[str, str]]()
    while True:
        page = storage.crawl.ledger_page(*bounds_of(day, ZONE), LedgerFilter(), after=after, limit=7)
        got += [(one.source_id, one.url) for one in page.entries]
        after = page.after
        if after is None:
            break
    assert got == expected and len(got) == ITEMS + 1
    first = administrator.get(f"/ledger?day={day}").text
    assert first.count('<th scope="row">') == PAGE
    found = re.search(r'href="([^"]+)" rel="next"', first)
    assert found is not None
    assert administrator.get(unescape(found[1])).text.count('<th scope="row">') == ITEMS + 1 - PAGE
    for wrong in ("day=x", "ending=lost_again", "after=x", "after=s1~-4"):
        assert administrator.get(f"/ledger?{wrong}").status_code == 400, wrong
    assert "colspan" in administrator.get("/ledger?day=2026-01-01").text


def test_the_ledger_is_filtered_by_source_and_ending(room: ReadingRoom, administrator: DeskClient) -> None:
    storage = room.desk.storage
    run = storage.service.begin_run("collect", NOW)
    poll = Poll("s4", "http://s4.example/rss", NOW, Reason.OK, 200, entries=(Entry("http://s4.example/mat.html"),))
    (candidate,) = storage.crawl.save_poll(run, poll, recheck_all=False)
    storage.crawl.save_fetches(run, [FetchFailure(candidate.id, NOW, candidate.url, Reason.NOT_FOUND, 404)])
    lost = storage.crawl.ledger_page(
        *bounds_of(NOW.astimezone(ZONE).date(), ZONE), LedgerFilter(ending=CandidateOutcome.LOST)
    )
    assert [one.url for one in lost.entries] == ["http://s4.example/mat.html"]
    page = administrator.get("/ledger?ending=lost&source=s4").text
    assert page.count('<th scope="row">') == 1 and "mat.html" in page
    assert administrator.get("/ledger?ending=coverage&source=s4").text.count("mat.html") == 0
    assert administrator.get("/ledger/table").status_code == 403
    with room.desk.client(room.desk.account("analyst")) as analyst:
        answer = analyst.get("/ledger/table?ending=lost&form=csv&locale=en")
        rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))
        assert [row["url"] for row in rows] == ["http://s4.example/mat.html"]
        assert analyst.get("/ledger/table?form=xlsx").status_code == 200
