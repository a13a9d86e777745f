"""The audit's page at the real desk, on both databases: filters, paging, the state of the chain, CSV."""

import csv
import io
import re
import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import text

from diembao.jobs.office.audit_changes import AuditChange, audit_changes
from diembao.system.clock import now
from diembao.web.routes.office.audit_words import ACTIONS
from pipeline.i18n.catalogs import find_code, translate_code
from pipeline.i18n.language import LANGUAGES
from pipeline.records.accounts import ROLES
from pipeline.records.audit import Actor, AuditEvent, AuditFilter, AuditRow
from pipeline.records.reviews import ReviewAct
from tests.support.desk_server import DeskClient
from tests.support.office import OfficeDesk, acting, office_desk

pytestmark = pytest.mark.none_on_postgresql

FORMULA = "=HYPERLINK(1)"


@pytest.fixture(scope="module")
def office(module_address: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OfficeDesk]:
    with office_desk(tmp_path_factory.mktemp("desk"), module_address) as made:
        yield made


@pytest.fixture
def auditor(office: OfficeDesk) -> Iterator[DeskClient]:
    known = office.desk.storage.accounts.by_name("kiem.toan")
    with office.desk.client(known or office.desk.account("auditor", "kiem.toan")) as client:
        yield client


def record(office: OfficeDesk, many: int, action: str, who: str = "máy") -> None:
    actor = Actor(None, who, "", "command")
    for number in range(many):
        event = AuditEvent(action, "thing", f"t{number}", {"a": number}, {"a": number + 1, "b": FORMULA}, actor, now())
        office.desk.storage.audit.record(event)


def test_entries_by_filter_with_both_values(office: OfficeDesk, auditor: DeskClient) -> None:
    lan = office.desk.account("reviewer", "lan.duyet", full_name="Lan")
    key = office.keys["n1"]
    office.desk.storage.reviews.act(acting(lan), ReviewAct("reject", (key,), "not_ours"), now())
    page = auditor.get(f"/audit?who=LAN.duyet&action=review&object=item:{key}").text
    assert page.count("<li value=") == 1
    assert "Loại" in page
    assert '<th scope="row">Trạng thái</th><td>chưa duyệt</td><td>đã loại</td>' in page
    assert f'href="/article/{key}">Cháy kho điều, tin số 1</a>' in page
    assert ">Lan</a>" in page
    assert auditor.get("/audit", params={"object": "kho dieu tin so 1"}).text.count("<li value=") == 1
    assert auditor.get("/audit?object=không%20có%20bài%20này").text.count("<li value=") == 0
    today = now().astimezone(office.desk.context.zone).date()
    assert auditor.get(f"/audit?who=lan.duyet&since={today}&until={today}").text.count("<li value=") == 1
    gone = auditor.get(f"/audit?who=lan.duyet&until={today - timedelta(days=1)}").text
    assert "Không có mục nào như vậy." in gone
    for wrong in ("since=x", "until=2026-13-01", "since=0001-01-01", f"who={'x' * 300}"):
        assert auditor.get(f"/audit?{wrong}").status_code == 400, wrong
    hostile = auditor.get("/audit", params={"who": '"><script>', "before": "x", "action": "%", "object": "'--"})
    assert hostile.status_code == 200
    assert "<script>" not in hostile.text


def test_an_act_on_several_articles_is_found_by_each_of_them(office: OfficeDesk, auditor: DeskClient) -> None:
    lan = office.desk.account("reviewer", "lan.gop", full_name="Lan")
    one, two = office.keys["n2"], office.keys["n3"]
    office.desk.storage.reviews.act(acting(lan), ReviewAct("merge", (one, two), "story"), now())
    for asked in ("kho dieu tin so 2", "kho dieu tin so 3", f"item:{one}", f"item:{two}"):
        page = auditor.get("/audit", params={"object": asked, "who": "lan.gop"}).text
        assert page.count("<li value=") == 1, asked
        assert "<b>Gộp" in page, asked
        assert ">Gộp hoặc tách ở mức</th><td>–</td><td>Tin</td>" in page
        changed = re.findall(r"<td>(.*?)</td><td>(.*?)</td>", page)
        titles = {f"Cháy kho điều, tin số {number}" for number in range(8)}
        assert {titles.issuperset(pair) for pair in changed[:1]} == {True}, "a story goes by the title of an article"
    other = {"object": f"item:{office.keys['n1']}", "who": "lan.gop"}
    assert auditor.get("/audit", params=other).text.count("<li value=") == 0


def test_those_named_in_a_comment_go_by_their_names(office: OfficeDesk, auditor: DeskClient) -> None:
    lan = office.desk.account("reviewer", "lan.goi", full_name="Lan")
    office.desk.account("viewer", "hoa.goi", full_name="Vũ Thị Hoa")
    office.desk.storage.accounts.create_department("so-goi", "Sở Gọi tên", "", acting(lan), now())
    office.desk.storage.reviews.comment(acting(lan), office.keys["n1"], "@hoa.goi @so-goi xem giúp", now())
    page = auditor.get("/audit?who=lan.goi&action=comment").text
    assert "Vũ Thị Hoa, Sở Gọi tên" in page
    assert "person" not in page


def test_pages_follow_the_numbers_of_entries(office: OfficeDesk, auditor: DeskClient) -> None:
    record(office, 120, "thing.counted")
    seen: list[int] = []
    path = "/audit?action=thing.counted"
    while path:
        page = auditor.get(path).text
        seen += [int(part.partition('"')[0]) for part in page.split('<li value="')[1:]]
        older = page.rpartition('<a class="button second" href="/audit?')[2] if "Cũ hơn" in page else ""
        path = f"/audit?{older.partition(chr(34))[0].replace('&amp;', '&')}" if older else ""
        record(office, 1, "thing.counted")  # what comes meanwhile shifts no page
    assert len(seen) == 120
    assert seen == sorted(set(seen), reverse=True)


def test_only_auditors_read_it(office: OfficeDesk) -> None:
    for role in ROLES:
        if role == "auditor":
            continue
        with office.desk.client(office.desk.account(role)) as client:
            assert [client.get(path).status_code for path in ("/audit", "/audit.csv")] == [403, 403], role
            assert client.send_form("/audit/verify").status_code == 403


def test_the_csv_holds_no_formula_and_what_was_asked_for(office: OfficeDesk, auditor: DeskClient) -> None:
    record(office, 3, "thing.listed", who="=cmd|x")
    answer = auditor.get("/audit.csv?action=thing.listed")
    assert answer.headers["content-type"].startswith("text/csv")
    assert "attachment" in answer.headers["content-disposition"]
    assert answer.content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    assert [row["action"] for row in rows] == ["thing.listed"] * 3
    assert {row["who"] for row in rows} == {"'=cmd|x"}
    assert not [cell for row in rows for cell in row.values() if cell.startswith(("=", "+", "-", "@"))]
    last = office.desk.storage.audit.page(AuditFilter(), limit=1)[0]
    assert (last.action, last.name) == ("audit.exported", "kiem.toan")


def test_the_csv_has_the_words_of_the_page_and_what_the_chain_is_checked_by(
    office: OfficeDesk, auditor: DeskClient
) -> None:
    lan = office.desk.account("reviewer", "lan.bang", full_name="Trần Thị Lan")
    key = office.keys["n2"]
    ruled = office.desk.storage.articles.item(key)
    assert ruled is not None
    office.desk.storage.reviews.act(acting(lan), ReviewAct("tone", (key,), "positive"), now())
    answer = auditor.get(f"/audit.csv?object=item:{key}&action=review.tone")
    (row,) = csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";")
    tone = translate_code("tone", ruled.tags.tone, language="vi")
    assert row["Thay đổi: trước → sau"] == f"Sắc thái: {tone} (máy) → Tích cực"
    assert (row["Người làm"], row["Hành động"], row["who"]) == ("Trần Thị Lan", "Sửa sắc thái", "lan.bang")
    entry = office.desk.storage.audit.page(AuditFilter(action="review.tone"), limit=1)[0]
    assert (row["hash"], row["seq"]) == (entry.hash, str(entry.seq))


def test_the_state_of_the_chain(office: OfficeDesk, auditor: DeskClient) -> None:
    auditor.send_form("/audit/verify")
    storage = office.desk.storage
    for _ in range(200):
        if not office.desk.context.audit_check.state.is_running:
            break
        time.sleep(0.05)
    page = auditor.get("/audit").text
    state = office.desk.context.audit_check.state
    assert state.verdict is not None
    assert state.verdict.head == storage.audit.head()
    assert f"Liền mạch đến số {state.verdict.head.seq}." in page
    assert str(state.verdict.head) in page


def test_a_changed_entry_is_named(office: OfficeDesk, auditor: DeskClient) -> None:
    """The last test of this database: its chain is broken from here on."""
    record(office, 3, "thing.changed")
    (_, second, _) = office.desk.storage.audit.page(AuditFilter(action="thing.changed"))
    with office.desk.storage.audit._writing() as connection:
        if connection.dialect.name == "sqlite":
            connection.execute(text("DROP TRIGGER audit_entries_no_update"))
        else:
            connection.execute(text("ALTER TABLE audit_entries DISABLE TRIGGER audit_entries_no_update"))
        connection.execute(text("UPDATE audit_entries SET object_id = 'x' WHERE seq = :seq"), {"seq": second.seq})
    auditor.send_form("/audit/verify")
    for _ in range(200):
        if not office.desk.context.audit_check.state.is_running:
            break
        time.sleep(0.05)
    page = auditor.get("/audit").text
    assert f"Mục số {second.seq}:" in page
    assert "audit_entries_no_update" in page


def test_values_of_an_entry_stand_side_by_side() -> None:
    personal = {"before": {"name": "a"}, "after": {"name": "b"}}
    before, after = {"r": "old", "gone": 1, "note": ""}, {"r": "new", "list": [1], "topics": ""}
    row = AuditRow(1, now(), "x.y", "x", "1", before, after, personal, None, "", "", "desk", False, "", "")
    assert audit_changes(row) == (
        AuditChange("r", "old", "new"),
        AuditChange("gone", "1", ""),
        AuditChange("list", "", "[1]"),
        AuditChange("topics", "", '""'),
        AuditChange("name", "a", "b"),
    )


def test_the_filter_offers_every_act_that_has_words() -> None:
    for language in LANGUAGES:
        assert all(find_code("audit action", code, language=language) for code in ACTIONS)
    assert len(set(ACTIONS)) == len(ACTIONS)
