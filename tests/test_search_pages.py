"""Search at the desk: pages by key, facets, errors in words, saved searches, files; on SQLite and on PostgreSQL."""

import csv
import io
import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import openpyxl
import pytest

from diembao.jobs.reading.searching import PAGE, narrowed
from diembao.jobs.reading.value_words import query_words
from diembao.jobs.search import parse_query
from pipeline.i18n.language import use_language
from pipeline.records import SavedSearch
from pipeline.records.audit import Actor, AuditFilter
from pipeline.records.reviews import ReviewAct
from storage.search.parser import parse
from tests.support.days import ZONE
from tests.support.desk_server import DeskClient
from tests.support.reading_room import HOSTILE, ITEMS, NOW, ReadingRoom

pytestmark = pytest.mark.few_on_postgresql

_KEY = re.compile(r'href="/article/([^"/?]+)"')


@pytest.fixture(scope="module")
def analyst(room: ReadingRoom) -> Iterator[DeskClient]:
    with room.desk.client(room.desk.account("analyst")) as client:
        yield client


def next_page(text: str) -> str:
    found = re.search(r'href="([^"]+)" rel="next"', text)
    return unescape(found[1]) if found else ""


def test_pages_give_every_article_once_newest_first(room: ReadingRoom, analyst: DeskClient) -> None:
    keys: list[str] = []
    path, sizes = "/search?q=cảng", list[int]()
    while path:
        page = analyst.get(path)
        assert page.status_code == 200
        keys += (found := _KEY.findall(page.text))
        sizes.append(len(found))
        path = next_page(page.text)
        assert "OFFSET" not in path.upper()
    expected = [hit.item.key for hit in room.desk.storage.search.search(parse("cảng"), zone=ZONE, limit=1000)]
    assert keys == expected
    assert len(keys) == ITEMS + 1 and sizes[:-1] == [PAGE] * (len(sizes) - 1)


def test_numbers_and_facets_lead_to_what_they_count(room: ReadingRoom, analyst: DeskClient) -> None:
    text = analyst.get("/search?q=cảng").text
    assert re.search(rf'data-total="{ITEMS + 1}"', text)
    links = re.findall(r'<li><a href="(/search\?q=[^"]+)">[^<]+</a> <span class="n soft">(\d+)</span>', text)
    assert len(links) > 10
    for link, count in links[::4]:
        query = parse_qs(urlsplit(unescape(link)).query)["q"][0]
        found = re.search(r'data-total="(\d+)"', analyst.get("/search", params={"q": query}).text)
        assert found is not None and found[1] == count, query


def test_a_query_of_fields_is_told_in_words_and_a_rejected_article_marked(
    room: ReadingRoom, analyst: DeskClient
) -> None:
    rules = room.desk.context.rules()
    topics = {topic.id: topic.label_vi for topic in rules.topics.topic}

    def said(query: str) -> str:
        with use_language("vi"):
            return query_words(parse_query(query, rules), topics, {"s1": "Báo Một"})

    assert said("day:2026-11-24..2026-11-30 tone:negative") == "24–30/11/2026, sắc thái tiêu cực"
    assert said('day:2026-10-31..2026-11-01 NOT lang:"en"') == "31/10–01/11/2026, không có ngôn ngữ tiếng Anh"
    assert said('day:2026-11-24 topic:"energy" gió') == f"24/11/2026, chủ đề {topics['energy']}, “gió”"
    assert said("gió") == "" and said("tone:negative OR gió") == ""
    assert "đã loại" not in analyst.get("/search?q=evil").text
    act = ReviewAct("reject", (room.hostile,), "old")
    reviewer = room.desk.account("reviewer")
    actor = Actor(reviewer.id, reviewer.name, "", "desk")
    room.desk.storage.reviews.act(actor, act, NOW)
    page = analyst.get("/search?q=evil+tone:positive").text
    assert '<span class="tag bad">đã loại</span>' in page
    assert '<p class="lead">' in page
    room.desk.storage.reviews.undo(actor, NOW)


def test_a_query_is_narrowed_as_a_whole() -> None:
    assert narrowed("a OR b", parse("a OR b"), "tone:negative") == "(a OR b) tone:negative"
    assert narrowed("a b", parse("a b"), "tone:negative") == "a b tone:negative"


def test_a_mistake_is_told_in_words_with_its_place(analyst: DeskClient) -> None:
    page = analyst.get("/search", params={"q": 'cảng "Cà Ná'})
    assert page.status_code == 200
    assert 'role="alert"' in page.text and "<code>cảng " in page.text
    assert analyst.get("/search", params={"q": "topic:khong_co"}).text.count('role="alert"') == 1
    for bad in ({"before": "x"}, {"before": "9" * 25}, {"by": "size"}):
        assert analyst.get("/search", params={"q": "cảng", **bad}).status_code == 400
    assert analyst.get("/search", params={"q": "x" * 5000}).status_code == 400


def test_hostile_text_is_text_everywhere(room: ReadingRoom, analyst: DeskClient) -> None:
    paths = ["/search?q=evil", f"/article/{room.hostile}", f"/article/{room.hostile}?explain=1", "/ledger?source=s1"]
    for path in paths:
        text = analyst.get(path).text
        assert "<script>alert" not in text and "<img src=x" not in text and "<i>Ai" not in text, path
        assert "javascript:" not in text, path
        assert "&lt;script&gt;" in text, path
        for link in re.findall(r'<a [^>]*href="https?:[^>]*>', text):
            assert 'rel="noopener noreferrer nofollow"' in link


def test_a_table_holds_what_the_screen_shows_and_no_formula(room: ReadingRoom, analyst: DeskClient) -> None:
    answer = analyst.get("/search/table", params={"q": "cảng OR evil", "form": "csv", "locale": "vi"})
    assert answer.headers["content-type"].startswith("text/csv")
    assert "attachment" in answer.headers["content-disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline=""), delimiter=";"))
    assert len(rows) == ITEMS + 1
    assert next(row["title"] for row in rows if "evil" in row["title"]) == f"'{HOSTILE}"
    answer = analyst.get("/search/table", params={"q": "evil", "form": "xlsx"})
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0]
    cells = [cell for row in sheet.iter_rows() for cell in row if "evil" in str(cell.value)]
    assert cells and all(cell.data_type == "s" for cell in cells)
    assert analyst.get("/search/table", params={"q": "a AND"}).status_code == 400
    exported = [row for row in room.desk.storage.audit.page(AuditFilter()) if row.action == "table.exported"]
    assert len(exported) == 2


def test_only_who_may_export_is_given_files_and_links_to_them(room: ReadingRoom) -> None:
    for role in ("reviewer", "editor", "administrator", "auditor"):
        with room.desk.client(room.desk.account(role)) as client:
            assert client.get("/search?q=cảng").status_code == 200
            assert "/search/table" not in client.get("/search?q=cảng").text
            assert client.get("/search/table?q=cảng").status_code == 403
    with room.desk.client(room.desk.account("viewer")) as client:
        assert client.get("/search?q=cảng").status_code == 403
    with room.desk.client() as client:
        assert client.get("/search?q=cảng").headers["location"].startswith("/sign-in")


def test_searches_are_saved_followed_shared_and_forgotten(room: ReadingRoom) -> None:
    mine, other = room.desk.account("analyst"), room.desk.account("reviewer")
    with room.desk.client(mine) as client, room.desk.client(other) as stranger:
        answer = client.send_form("/search/save", name="tàu", query="tàu OR cảng", followed="1")
        assert answer.status_code == 303
        page = client.get("/search").text
        assert "tàu OR cảng" in page and "50 bài mới trong 24 giờ" in page
        # Nobody else sees it before it is shared, nor may change it after.
        assert "tàu OR cảng" not in stranger.get("/search").text
        assert stranger.get("/search", params={"q": "@tàu"}).status_code == 404
        assert client.send_form("/search/change", name="tàu", do="share").status_code == 303
        assert "tàu OR cảng" in stranger.get("/search").text
        assert f'data-total="{ITEMS + 1}"' in stranger.get("/search", params={"q": "@tàu"}).text
        assert stranger.send_form("/search/change", name="tàu", do="unshare").status_code == 404
        assert stranger.send_form("/search/forget", name="tàu").status_code == 404
        assert stranger.send_form("/search/save", name="tàu", query="khác").status_code == 409
        assert client.send_form("/search/save", name="<b>", query="khác").status_code == 400
        assert client.send_form("/search/save", name="sai", query="a AND").status_code == 400
        assert client.send_form("/search/change", name="tàu", do="burn").status_code == 400
        assert client.send_form("/search/forget", name="tàu").status_code == 303
        assert "tàu OR cảng" not in client.get("/search").text


def test_the_offices_own_searches_are_seen_and_left_alone(room: ReadingRoom, analyst: DeskClient) -> None:
    room.desk.storage.search.save(SavedSearch("văn phòng", "cảng", NOW - timedelta(days=1)))
    assert "văn phòng" in analyst.get("/search").text
    assert analyst.send_form("/search/forget", name="văn phòng").status_code == 404


@pytest.mark.parametrize("role", ["administrator", "auditor", "viewer"])
def test_who_changes_nothing_saves_nothing(room: ReadingRoom, role: str) -> None:
    with room.desk.client(room.desk.account(role)) as client:  # type: ignore[arg-type]
        assert client.send_form("/search/save", name="x", query="cảng").status_code == 403
        if role != "viewer":
            assert "/search/save" not in client.get("/search?q=cảng").text


def test_exports_are_the_tables_of_the_command(room: ReadingRoom, analyst: DeskClient, tmp_path: Path) -> None:
    from diembao.jobs.export import ExportRequest, export

    assert analyst.get("/exports").status_code == 200
    first, last = "2026-11-21", "2026-11-22"
    for table in ("items", "stories", "tags", "daily", "ledger"):
        asked = {"table": table, "since": first, "until": last, "form": "csv", "locale": "en"}
        answer = analyst.get("/exports/file", params=asked)
        assert answer.status_code == 200
        days = NOW.date() - timedelta(days=1), NOW.date()
        request = ExportRequest(table, *days, ("main", "mention"), (), (), ZONE)
        path = tmp_path / f"{table}.csv"
        export(room.desk.storage, path, request, topic_labels={})
        given, whole = (
            [line.split(b",")[0] for line in body.splitlines()] for body in (answer.content, path.read_bytes())
        )
        assert given == whole
    for form in ("xlsx", "parquet", "jsonl"):
        assert analyst.get("/exports/file", params={"since": first, "until": last, "form": form}).status_code == 200
    for wrong in (
        {"since": first},
        {"since": last, "until": first},
        {"since": "2020-01-01", "until": last},
        {"since": first, "until": last, "table": "accounts"},
        {"since": first, "until": last, "form": "../x"},
        {"since": first, "until": last, "table": "ledger", "relevance": "no"},
    ):
        assert analyst.get("/exports/file", params=wrong).status_code == 400
