"""Every rule of alerts.toml, by a real cause, heard by a real SMTP server and a web hook, once a day."""

import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from diembao.system.home import Home
from pipeline.records import Entry, Feed, JobOutcome, JobRun, Poll, Reason, SavedSearch, Source
from storage.database import open_database
from tests.support.alert_office import NOW, PASSWORD, Heard, Office, free_port, listen, open_office, text_of
from tests.support.cli import run_inside
from tests.support.factories import examine_pending, plain_coverage, store_pages
from tests.support.forked_processes import ForkedPopen

heard = pytest.fixture(listen)
office = pytest.fixture(open_office)
pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")


def test_a_job_that_failed(office: Office, heard: Heard) -> None:
    (office.home.config / "schedule.toml").write_text(
        '[serve]\nhealth = ""\n[[job]]\nname = "xau"\ncommand = ["nonsense"]\nevery_minutes = 60\n'
    )
    server = ForkedPopen(
        [sys.executable, "-m", "diembao", "--home", str(office.home.root), "serve"], stderr=subprocess.PIPE, text=True
    )
    assert server.stderr is not None
    assert any('"event": "ended"' in line for line in server.stderr)
    server.terminate()
    server.communicate(timeout=30)
    office.set(datetime.now(UTC))
    office.rules('kind = "job"\ntimes = 1')
    assert office.alerts().returncode == 0
    text = text_of(heard)
    assert "“xau” hỏng" in text
    assert "mã 2" in text
    assert "nonsense" in text
    assert heard.mails[0]["To"] == "bao.chi@example.vn"
    assert heard.logins == [(b"may", PASSWORD.encode())]


def test_no_digest_in_time_said_once_and_not_when_there_is_one(office: Office, heard: Heard) -> None:
    office.rules('kind = "no_digest"\nby = "06:45"')
    assert office.alerts().returncode == 0
    assert heard.mails == [], "a service that never ran owes nothing"
    office.owes_digests()
    office.set(NOW - timedelta(minutes=20))  # 06:40
    assert office.alerts().returncode == 0
    assert heard.mails == []
    office.set(NOW)
    for _ in range(2):
        assert office.alerts().returncode == 0
    assert "Chưa có điểm báo ngày 20/11/2026" in text_of(heard)
    office.set(NOW + timedelta(days=1))
    assert run_inside("--home", office.home.root, "digest", "--form", "html", **office.env).returncode == 0
    assert office.alerts().returncode == 0
    assert len(heard.mails) == 1


def test_a_silent_source(office: Office, heard: Heard) -> None:
    address = f"http://127.0.0.1:{free_port()}"
    feeds = ", ".join(f'{{ url = "{address}/{name}" }}' for name in ("rss", "tin", "anh"))
    (office.home.config / "sources.toml").write_text(
        f'[[source]]\nid = "cam"\nname = "Báo Câm"\nhome = "{address}/"\nfeeds = [{feeds}]\n'
    )
    office.set(datetime.now(UTC) + timedelta(minutes=1))
    assert office.diembao("--home", office.home.root, "collect", env=office.env).returncode == 1
    office.set(datetime.now(UTC) + timedelta(minutes=2))  # what is recorded at this very moment is not past yet
    office.rules('kind = "source_silent"\nhours = 24')
    assert office.alerts().returncode == 0
    text = text_of(heard)
    assert "Báo Câm" in text
    assert "collect --source cam" in text


def test_a_disk_nearly_full(office: Office, heard: Heard) -> None:
    office.rules('kind = "disk"\npercent = 100\nmegabytes = 1')
    assert office.alerts().returncode == 0
    assert "sắp đầy" in text_of(heard)


def test_no_backup(office: Office, heard: Heard) -> None:
    storage = open_database(office.home.database)
    storage.service.plan_job("backup", NOW - timedelta(days=3), "test")
    office.rules('kind = "backup"\nhours = 50')
    assert office.alerts().returncode == 0
    assert "sao lưu" in text_of(heard)
    number = storage.service.begin_job("backup", NOW, NOW, 0, "test")
    storage.service.end_job(JobRun(number, "backup", NOW, NOW, NOW, JobOutcome.DONE, 0))
    storage.close()
    office.set(NOW + timedelta(days=1))
    assert office.alerts().returncode == 0
    assert len(heard.mails) == 1


def fill(home: Home, ages: Sequence[int], *, today: int = 4, title: str = "Bài") -> None:
    """Store four articles for each day so long ago, and `today` for this one."""
    storage = open_database(home.database)
    source = Source("a", "Báo A", "https://a.example/", (Feed("https://a.example/rss"),))
    storage.crawl.set_sources([source])
    for age in ages:
        at = NOW - timedelta(days=age, hours=2)
        run = storage.service.begin_run("collect", at)
        entries = tuple(Entry(f"https://a.example/{age}-{n}.html") for n in range(4 if age else today))
        store_pages(storage, run, Poll("a", source.feeds[0].url, at, Reason.OK, 200, entries=entries))
        examine_pending(storage, partial(plain_coverage, published=at, title=title), at)
    storage.close()


def test_a_spike(office: Office, heard: Heard) -> None:
    fill(office.home, range(9, -1, -1), today=30)
    office.rules('kind = "spike"')
    assert office.alerts().returncode == 0
    assert "30 bài" in text_of(heard)
    assert "4–4 bài" in text_of(heard)


def test_a_saved_search(office: Office, heard: Heard) -> None:
    fill(office.home, [3], title="Điện gió cũ")
    storage = open_database(office.home.database)
    storage.search.save(SavedSearch("gio", "dien gio", NOW - timedelta(days=1)))
    storage.close()
    office.rules('kind = "search"')
    assert office.alerts().returncode == 0
    assert heard.mails == [], "nothing new"
    fill(office.home, [0], title="Điện gió mới")
    for _ in range(2):
        assert office.alerts().returncode == 0
    text = text_of(heard)
    assert "Điện gió mới" in text
    assert "Điện gió cũ" not in text
    assert "diembao search @gio" in text


@pytest.mark.one_in(4)
@pytest.mark.parametrize(
    ("title", "figures"),
    [
        ("Hai người chết đuối ở biển Cà Ná", "2 người chết"),
        ("Tìm kiếm 3 ngư dân mất tích ngoài khơi Cà Ná", "3 người mất tích"),
        ("23 người nhập viện sau bữa cỗ ở Ninh Phước", "23 người bị thương, nhập viện"),
        # nothing grave: denied, a drill, too few, of long ago, of another matter
        ("Cháy kho ở Phan Rang, không có người chết", ""),
        ("Diễn tập cứu 3 người mất tích trên biển Cà Ná", ""),
        ("Một người bị thương nhẹ khi xe máy ngã ở Ninh Sơn", ""),
        ("Điện gió Ninh Thuận hòa lưới", ""),
    ],
)
def test_grave_news(office: Office, heard: Heard, title: str, figures: str) -> None:
    office.rules('kind = "grave"\ndead = 1\ninjured = 5')
    fill(office.home, [9], title="Năm người chết trong vụ lật tàu ở Cà Ná")
    assert office.alerts().returncode == 0
    assert heard.mails == [], "of nine days ago"
    fill(office.home, [0], title=title, today=1)
    for _ in range(2):
        assert office.alerts().returncode == 0
    if figures:
        assert f"({figures})" in text_of(heard)
        assert title in text_of(heard)
    else:
        assert heard.mails == []


def test_a_database_that_is_none_is_told_once(office: Office, heard: Heard) -> None:
    office.rules('kind = "disk"\npercent = 100\nmegabytes = 1')
    office.home.database.write_bytes(b"no database" * 1000)
    for _ in range(2):
        assert office.alerts().returncode == 1
    assert "diembao db restore" in text_of(heard)
