"""The pages of what came after the answer, and of the yearly plan, over HTTP: states with times, who sees the plan."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from html import unescape

import pytest
from sqlalchemy import select

from pipeline.records import Coverage, Document, Fetched
from pipeline.register.matters import Matter, NewMatter, StepRequest
from pipeline.stories.fingerprints import compute_fingerprint, dump
from storage.schema.core import items
from tests.support.desk import written
from tests.support.factories import examine_pending
from tests.support.register_desk import NOW, TITLE, RegisterDesk, acting, register_desk

pytestmark = pytest.mark.none_on_postgresql

_PASSAGE = "Nước hồ đổi màu, lần 7"
_PLAN = """[[activity]]
id = "kh-01"
title = "Quảng bá <b>du lịch</b> biển"
year = 2026
words = ["nước hồ đổi màu"]
unit = "so-du-lich"
quarters = [4]
audience = "home"

[[activity]]
id = "kh-02"
title = "Tuyên truyền biển đảo"
year = 2026
topics = ["sea_islands"]
"""


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def register(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RegisterDesk]:
    folder = tmp_path_factory.mktemp("after")
    is_postgres = request.param == "postgresql"
    address = request.getfixturevalue("postgres")() if is_postgres else f"sqlite:///{folder / 'r.db'}"
    with register_desk(folder, address) as made:
        yield made


def words(page: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def fetch_again(register: RegisterDesk, name: str, at: datetime, text: str | None) -> None:
    """Store a later look at an article's page: with another text, or with the one that it had (None)."""
    storage = register.desk.storage
    with storage.crawl._reading() as connection:
        query = select(items.c.candidate_id, items.c.url).where(items.c.key == register.keys[name])
        link, url = connection.execute(query).one()
    body = url.encode() if text is None else text.encode()
    run = storage.service.begin_run("collect", at)
    storage.crawl.save_fetches(run, [Fetched(link, at, url, 200, body, "text/html")])

    def examine(document: Document) -> Coverage:
        article, tags = written(name, title=TITLE, text=text or "")
        found = compute_fingerprint(article.title, article.text, article.published, "vi")
        return Coverage(document.id, article, tags, dump(found))

    examine_pending(storage, examine, at)
    storage.stories.group(at)


def answered(register: RegisterDesk) -> Matter:
    storage, who = register.desk.storage, acting(register.mai)
    new = NewMatter(
        "Hồ đổi màu", "opinion", register.keys["lake"], scope="story", passage=_PASSAGE, unit=register.health
    )
    matter = storage.register.open(who, new, NOW)
    step = StepRequest("answer", {"answer_text": "Đã lấy mẫu nước"})
    done = storage.register.step(who, matter.id, step, NOW + timedelta(minutes=5))
    assert isinstance(done, Matter)
    return done


def test_the_matter_says_by_itself_what_became_of_its_reports(register: RegisterDesk) -> None:
    matter = answered(register)
    with register.desk.client(register.mai) as office, register.desk.client(register.hoa) as unit:
        page = words(office.get(f"/register/matter/{matter.id}").text)
        assert "Các bài báo từ khi trả lời" in page
        assert "chưa xem lại" in page
        assert "Lần xem cuối" not in page
        fetch_again(register, "lake", NOW + timedelta(hours=2), None)
        corrected = "Cơ quan chức năng đã lấy mẫu nước và trả lời người dân. " * 20
        fetch_again(register, "lake", NOW + timedelta(hours=5), corrected)
        page = words(office.get(f"/register/matter/{matter.id}").text)
        assert "đã sửa, đính chính" in page
        assert "Thấy lúc 14:00 22/11/2026; lần xem trước đó: 11:00 22/11/2026." in page
        assert "chưa thay đổi" in page  # how it went
        old = "Nước hồ đổi màu, lần 7, đề nghị cơ quan chức năng trả lời người dân. " * 20
        fetch_again(register, "lake", NOW + timedelta(hours=9), old)
        for browser in (office, unit):
            page = words(browser.get(f"/register/matter/{matter.id}").text)
            assert "đã đổi lại như cũ" in page
            assert "Đoạn cần làm rõ còn trong bài." in page
        # Of the reprint nothing was asked since: the page says so with the time of its last look.
        assert "Chưa xem lại từ đó; lần xem cuối: 05:30 22/11/2026" in page
        assert "Từ bài đầu tiên đến khi trả lời" in page
        assert "5,1 giờ" in page  # published four hours before the morning, answered an hour and five minutes after it


def test_words_that_stand_in_no_report_are_told(register: RegisterDesk) -> None:
    storage, who = register.desk.storage, acting(register.mai)
    new = NewMatter("Đường chậm", "opinion", register.keys["road"], passage="câu này không có trong bài nào")
    matter = storage.register.open(who, new, NOW)
    with register.desk.client(register.mai) as browser:
        page = words(browser.get(f"/register/matter/{matter.id}").text)
    assert "Các bài báo từ khi mở vấn đề" in page
    assert "Không thấy đoạn cần làm rõ" in page


def test_the_plan_is_for_the_office_and_readers_of_all(register: RegisterDesk) -> None:
    config = register.desk.home.config / "plan.toml"
    config.write_text("", "utf-8")
    with register.desk.client(register.mai) as office:
        assert "Chưa có kế hoạch" in words(office.get("/register/plan").text)
        assert office.get("/register/plan.csv").status_code == 303
        config.write_text(_PLAN, "utf-8")
        answer = office.get("/register/plan")
        assert answer.status_code == 200
        assert "<b>du lịch" not in answer.text
        page = words(answer.text)
        assert "Quảng bá <b>du lịch</b> biển kh-01 · trong nước · Sở Du lịch 0 + 0 0 + 0 0 + 0 2 + 0 2 + 0" in page
        assert "Cùng kỳ năm trước không thu thập" in page
        assert office.get("/register/plan?year=2025").status_code == 404
        assert office.get("/register/plan?year=x").status_code == 400
        lines = office.get("/register/plan.csv?year=2026").content.decode("utf-8-sig").splitlines()
        assert lines[0] == "year,quarter,of,id,name,unit,audience,home,abroad"
        assert "2026,4,activity,kh-01,Quảng bá <b>du lịch</b> biển,so-du-lich,home,2,0" in lines
    with register.desk.client(register.auditor) as auditor, register.desk.client(register.hoa) as unit:
        assert auditor.get("/register/plan").status_code == 200
        assert unit.get("/register/plan").status_code == 403
        assert unit.get("/register/plan.csv").status_code == 403
