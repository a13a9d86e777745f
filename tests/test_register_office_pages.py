"""Pages of the whole register: the log of contacts, the yearly figures, documents, its tables on the exports page."""

import csv
import io
import re
from collections.abc import Iterator
from datetime import date
from html import unescape
from typing import TYPE_CHECKING

import docx
import pytest

from pipeline.records.audit import AuditFilter
from pipeline.register.matters import NewMatter
from tests.support.browsers import LOOKS, faults, keep_picture, needs_chromium, watch
from tests.support.register_desk import NOW, RegisterDesk, acting, register_desk

if TYPE_CHECKING:
    from playwright.sync_api import Browser

#: Pages, and a name for the picture of each.
_PAGES = {
    "contacts": "/register/contacts",
    "yearly": "/register/yearly/2026",
    "lists": "/register/lists",
    "exports": "/exports",
}


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.thorough)])
def register(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RegisterDesk]:
    folder = tmp_path_factory.mktemp("register")
    is_postgres = request.param == "postgresql"
    address = request.getfixturevalue("postgres")() if is_postgres else f"sqlite:///{folder / 'r.db'}"
    with register_desk(folder, address) as made:
        new = NewMatter("Nước hồ đổi màu", "opinion", made.keys["lake"], due=date(2026, 11, 20), unit=made.health)
        made.desk.storage.register.open(acting(made.mai), new, NOW)
        yield made


def words(page: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def entry(**more: object) -> dict[str, object]:
    plain = {"day": "2026-11-20", "kind": "spoken", "unit": "", "outlet": "Báo A", "subject": "Nước hồ Sông Biêu"}
    return {**plain, "refusal": "", "matter": "", "document": "", **more}


def test_a_refusal_without_a_reason_of_the_list_is_not_saved(register: RegisterDesk) -> None:
    before = len(register.desk.storage.register.contacts())
    with register.desk.client(register.mai) as browser:
        for more, said in (
            ({"kind": "refusal"}, "phải có lý do"),
            ({"kind": "refusal", "refusal": "because"}, "Hãy chọn một lý do trong danh mục."),
            ({"refusal": "state_secret"}, "lý do"),
            ({"kind": "party"}, "Hãy chọn hình thức."),
            ({"day": "2026-11-23"}, "Ngày này chưa đến"),
            ({"day": "hôm qua"}, "hôm qua"),
            ({"subject": " "}, ""),
            ({"matter": "99"}, "Không có vấn đề số 99."),
            ({"matter": "x"}, "vấn đề"),
            ({"unit": "99"}, "đơn vị"),
        ):
            answer = browser.send_form("/register/contacts", **entry(**more))
            assert answer.status_code == 400, more
            assert said in words(answer.text), more
            assert 'value="Báo A"' in answer.text, "what was typed is kept"
        assert len(register.desk.storage.register.contacts()) == before
        answer = browser.send_form("/register/contacts", follow=True, **entry(kind="refusal", refusal="state_secret"))
        assert "Thông tin thuộc bí mật nhà nước" in words(answer.text)
    assert len(register.desk.storage.register.contacts()) == before + 1


def test_an_entry_is_written_counted_and_taken_back(register: RegisterDesk) -> None:
    with register.desk.client(register.mai) as browser:
        given = entry(kind="conference", subject="Họp báo quý IV", unit=str(register.health), matter="1")
        page = browser.send_form("/register/contacts", follow=True, **given).text
        assert "Sở Y tế Khánh Hòa" in words(page)
        assert "Trần Thị Mai" in page
        assert "mai.login" not in page
        assert 'href="/register/matter/1"' in page
        number = max(one.id for one in register.desk.storage.register.contacts())
        assert "Số cuộc họp báo" in (yearly := words(browser.get("/register/yearly/2026").text))
        assert re.search(r"1\. Số cuộc họp báo.*? 1 đếm từ nhật ký", yearly)
        assert "Họp báo quý IV" not in browser.get("/register/contacts?year=2025").text
        asked = words(browser.send_form(f"/register/contacts/{number}/withdraw").text)
        assert "Mục ngày 20/11/2026 sẽ bị rút khỏi nhật ký và số liệu năm: Họp báo quý IV" in asked
        assert "Họp báo quý IV" in browser.get("/register/contacts?year=2026").text, "nobody said yet that it is meant"
        taken = browser.send_form(f"/register/contacts/{number}/withdraw", follow=True, sure="1")
        assert "Đã rút mục ngày 20/11/2026 khỏi nhật ký." in words(taken.text)
        assert "Họp báo quý IV" not in taken.text
        assert browser.send_form(f"/register/contacts/{number}/withdraw").status_code == 404
    log = register.desk.storage.audit.page(AuditFilter(object_kind="press_contact", object_id=str(number)))
    assert [one.action for one in log] == ["press_contact.withdrawn", "press_contact.written"]


def test_a_figure_is_typed_in_with_its_source(register: RegisterDesk) -> None:
    with register.desk.client(register.mai) as browser:
        for given, said in (
            ({"figure": "answers", "value": "3", "total": "", "source": "x"}, "tổng số"),
            ({"figure": "answers", "value": "4", "total": "3", "source": "x"}, ""),
            ({"figure": "conferences", "value": "3", "total": "4", "source": "x"}, "không có tổng số"),
            ({"figure": "conferences", "value": "-3", "total": "", "source": "x"}, "một số nguyên"),
            ({"figure": "conferences", "value": "3", "total": "", "source": " "}, ""),
            ({"figure": "none", "value": "3", "total": "", "source": "x"}, "chỉ tiêu"),
        ):
            answer = browser.send_form("/register/yearly/2026", **given)
            assert answer.status_code == 400, given
            assert said in words(answer.text), given
        given = {"figure": "unexpected", "value": "0", "total": "0", "source": "Văn phòng UBND"}
        page = words(browser.send_form("/register/yearly/2026", follow=True, **given).text)
        assert "0/0 nhập tay ngày 22/11/2026: Văn phòng UBND" in page
        assert browser.get("/register/yearly/1800").status_code == 404


def test_documents_are_given_and_the_audit_tells(register: RegisterDesk) -> None:
    with register.desk.client(register.mai) as browser:
        for query, said in (
            ("list=weekly", "Mở trong tuần"),
            ("list=overdue", "Nước hồ đổi màu"),
            ("list=overdue&unit=so-y-te", "Nước hồ đổi màu"),
            ("list=yearly&year=2026", "Sáu chỉ tiêu"),
            ("list=dossier&matter=1", "Bản chất vấn đề"),
        ):
            answer = browser.get(f"/register/lists/document?{query}&form=docx")
            assert answer.status_code == 200, query
            document = docx.Document(io.BytesIO(answer.content))
            cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
            assert said in "\n".join([*(p.text for p in document.paragraphs), *cells]), query
            assert browser.get(f"/register/lists/document?{query}&form=pdf").content.startswith(b"%PDF")
        assert "Nước hồ" not in browser.get("/register/lists/document?list=overdue&day=2026-11-20&form=pdf").text
        for query, status in (
            ("list=dossier&matter=99", 404),
            ("list=dossier", 404),
            ("list=weekly&unit=nobody", 404),
            ("list=weekly&day=2026-11-23", 400),
            ("list=nothing", 400),
            ("list=weekly&form=exe", 400),
        ):
            assert browser.get(f"/register/lists/document?{query}").status_code == status, query
    found = register.desk.storage.audit.page(AuditFilter(object_kind="table"))
    assert {one.action for one in found} == {"table.exported"}


def test_the_audit_tells_of_contacts_and_figures_in_words(register: RegisterDesk) -> None:
    with register.desk.client(register.mai) as browser:
        given = entry(kind="refusal", refusal="state_secret", unit=str(register.health), matter="1", document="9/VP")
        browser.send_form("/register/contacts", **given)
        number = max(one.id for one in register.desk.storage.register.contacts())
        source = {"figure": "answers", "value": "3", "total": "5", "source": "Công văn 12/VP"}
        browser.send_form("/register/yearly/2025", **source)
    with register.desk.client(register.auditor) as browser:
        page = browser.get(f"/audit?object=press_contact:{number}").text
        assert f"Mục nhật ký tiếp xúc báo chí số {number}" in page
        shown = dict(re.findall(r'<th scope="row">([^<]*)</th><td>[^<]*</td><td>([^<]*)</td>', page))
        assert shown == {
            "ngày": "20/11/2026",
            "hình thức": "từ chối",
            "người phát ngôn (đơn vị)": "Sở Y tế",
            "cơ quan báo chí": "Báo A",
            "nội dung": "Nước hồ Sông Biêu",
            "vấn đề": "Vấn đề số 1",
            "lý do từ chối": "Thông tin thuộc bí mật nhà nước",
            "số văn bản": "9/VP",
        }
        page = browser.get("/audit?object=yearly_figure:2025").text
        assert 'href="/register/yearly/2025">Số liệu năm 2025</a>' in page
        shown = dict(re.findall(r'<th scope="row">([^<]*)</th><td>[^<]*</td><td>([^<]*)</td>', page))
        assert shown == {
            "năm": "2025",
            "chỉ tiêu": "Số trả lời / số yêu cầu",
            "số liệu": "3",
            "tổng số": "5",
            "nguồn số liệu": "Công văn 12/VP",
        }


def test_members_of_units_and_others_see_none_of_it(register: RegisterDesk) -> None:
    with register.desk.client(register.hoa) as browser:
        for path in (
            "/register/contacts",
            "/register/yearly/2026",
            "/register/lists",
            "/register/lists/document?list=weekly",
        ):
            assert browser.get(path).status_code == 403
        assert browser.send_form("/register/contacts", **entry()).status_code == 403
    with register.desk.client(register.auditor) as browser:
        assert browser.get("/register/contacts").status_code == 200
        assert '<form method="post" action="/register/contacts' not in browser.get("/register/contacts").text
        assert browser.send_form("/register/contacts", **entry()).status_code == 403


def test_the_exports_page_has_the_register(register: RegisterDesk) -> None:
    analyst = register.desk.account("analyst")
    with register.desk.client(analyst) as browser:
        days = "since=2026-11-01&until=2026-11-30"
        answer = browser.get(f"/exports/file?table=matters&{days}&form=csv")
        rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))
        assert [(row["matter"], row["unit_name"], row["state_name"], row["overdue"]) for row in rows] == [
            ("1", "Sở Y tế Khánh Hòa", "đã giao", "yes")
        ]
        assert "notes" not in rows[0]
        for table in ("matter_steps", "press_contacts"):
            assert browser.get(f"/exports/file?table={table}&{days}&form=xlsx").status_code == 200
        for more in ("relevance=main", "topic=energy"):
            assert browser.get(f"/exports/file?table=matter_steps&{days}&{more}").status_code == 400
        assert "Vấn đề báo chí nêu" in browser.get("/exports").text


@needs_chromium
@pytest.mark.parametrize(("width", "height"), LOOKS)
def test_the_pages_stand_in_a_browser(register: RegisterDesk, browser: "Browser", width: int, height: int) -> None:
    storage = register.desk.storage
    wrong: list[str] = []
    for name, path in _PAGES.items():
        account = register.desk.account("analyst") if name == "exports" else register.mai
        context = register.desk.browser(browser, account, viewport={"width": width, "height": height})
        page = context.new_page()
        said = watch(page)
        page.goto(path)
        wrong += [f"{path} {width}: {fault}" for fault in [*faults(page), *said]]
        keep_picture(page, f"register-{name}-{width}")
        context.close()
    assert wrong == []
    assert storage.audit.verify().is_sound
