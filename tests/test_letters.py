"""Letters of the desk on both databases over a real mail server: each person once for each cause, whatever breaks."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import update

from config.alerts import load_alerts
from config.register.book import load_register_book
from config.settings import load_settings
from diembao.jobs.configuration import write_configuration
from diembao.jobs.office.background import Postman
from diembao.jobs.office.doubtful_letters import DOUBTFUL, letters_in_doubt
from diembao.jobs.office.letter_parts import LetterText
from diembao.jobs.office.letter_text import letter_message
from diembao.jobs.office.letters import LettersResult, is_mail_set_up
from diembao.jobs.review.assignments import assign, set_done
from diembao.jobs.review.comments import comment
from diembao.service.status import service_status
from diembao.system.home import Home
from storage.database import Database, open_database
from storage.schema.accounts import accounts
from tests.support.cli import json_lines, run_inside
from tests.support.desk import LAN, MORNING, Made, people, store_day, written
from tests.support.letter_office import Office, Post, set_up_mail

pytestmark = pytest.mark.few_on_postgresql

DAY = date(2026, 11, 22)
EVIL = "Bài\r\nBcc: ke-gian@example.vn\r\n\r\n<script>"


def _make(storage: Database) -> Mapping[str, str]:
    keys = store_day(storage, [written("x", title=EVIL), written("y", title="Cháy kho điều ở Phước Dinh")])
    people(storage)
    return keys


@pytest.fixture(scope="module")
def made() -> Made:
    return Made(_make)


@pytest.fixture(params=["sqlite", "postgresql"])
def office(
    request: pytest.FixtureRequest, made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Office]:
    address, keys = made.copy(request, tmp_path)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        home, post = Home(tmp_path / "home"), Post(int(probe.getsockname()[1]))
    write_configuration(home.config)
    server = Controller(post, hostname="127.0.0.1", port=post.port, ready_timeout=60)
    server.start()
    set_up_mail(home, post.port)
    storage = open_database(address)
    monkeypatch.setenv("DIEMBAO_DATABASE", address)
    monkeypatch.setenv("DIEMBAO_CLOCK", str(home.root / "clock"))
    found = Office(storage, address, keys, home, post)
    found.at(MORNING)
    yield found
    storage.close()
    server.stop(no_assert=True)


def test_a_comment_reaches_those_it_names_once(office: Office) -> None:
    comment(office.storage, LAN, office.keys["x"], "@so-y-te @hoa và @minh: xem giúp\r\nnhé", MORNING)
    assert office.send().sent == 3
    assert office.send().sent == 0
    assert office.told() == ["an", "hoa", "minh"]
    letter = next(letter for name, letter in office.post.taken if name == "hoa")
    # Whatever an outlet calls its article, it makes no header.
    assert set(letter.keys()) == {
        *("Content-Type", "MIME-Version", "Content-Transfer-Encoding"),
        *("Subject", "From", "To", "Date", "Message-ID", "Auto-Submitted"),
    }
    assert letter["Subject"] == "Lan nhờ bạn xem: Bài Bcc: ke-gian@example.vn <script>"
    assert letter["To"] == "hoa@example.vn"
    text = letter.get_content()
    assert "> @so-y-te @hoa và @minh: xem giúp nhé" in text
    assert "http://127.0.0.1:8322/mentions/1" in text.splitlines()
    assert "xtừ1" not in text, "nothing of the article but its title"


def test_headers_hold_what_they_are_given_on_one_line() -> None:
    letter = LetterText("a@example.vn", "x", "y")
    assert "\n" not in str(letter_message(letter, "b@example.vn", "<1@example.vn>", MORNING)["Subject"])


def test_assignments_and_what_is_due(office: Office) -> None:
    storage, x, y = office.storage, office.keys["x"], office.keys["y"]
    first = assign(storage, LAN, y, 1, MORNING, due=DAY + timedelta(days=1), note="trả lời báo")
    assert office.send().sent == 2
    assert {letter["Subject"] for _, letter in office.post.taken} == {"Giao Sở Y tế: Cháy kho điều ở Phước Dinh"}
    assert "Hạn: 23/11/2026." in office.post.taken[0][1].get_content()
    # The day on which it was assigned tells nothing anew; the days after do, once each, from seven o'clock on.
    assert office.send().sent == 0
    office.at(MORNING + timedelta(days=1, hours=-2))
    assert office.send().sent == 0
    office.at(MORNING + timedelta(days=1))
    assert [office.send().sent, office.send().sent] == [2, 0]
    assert "hạn hôm nay: Cháy kho điều" in office.post.taken[-1][1].get_content()
    assign(storage, LAN, x, 1, MORNING + timedelta(days=1), due=DAY + timedelta(days=3))
    office.at(MORNING + timedelta(days=2))
    assert office.send().sent == 4
    text = office.post.taken[-1][1].get_content()
    assert "quá hạn từ 23/11: Cháy kho điều" in text
    assert "hạn ngày mai: Bài Bcc" in text
    for one in storage.reviews.assignments(department=1):
        set_done(storage, LAN, one.id, True, MORNING + timedelta(days=2))
    office.at(MORNING + timedelta(days=3))
    assert office.send().sent == 0
    assert storage.reviews.assignment(first.id) is not None


def test_nobody_who_cannot_sign_in_or_see_the_article_is_told(office: Office) -> None:
    comment(office.storage, LAN, office.keys["x"], "@hoa @minh @an", MORNING)
    changes: dict[str, dict[str, Any]] = {"hoa": {"disabled": 1}, "minh": {"mail": "x\r\nBcc: a@b.vn"}}
    changes["an"] = {"role": "viewer"}
    with office.storage.reviews._writing() as connection:
        for name, values in changes.items():
            connection.execute(update(accounts).where(accounts.c.name == name).values(**values))
    result = office.send()
    assert (result.sent, result.dropped) == (0, {"disabled": 1, "no_address": 1, "not_visible": 1})
    assert office.post.taken == []
    assign(office.storage, LAN, office.keys["x"], 1, MORNING)
    comment(office.storage, LAN, office.keys["x"], "@an", MORNING)
    assert office.send().sent == 2
    assert office.told() == ["an", "an"]


def test_what_is_done_or_too_old_is_not_told(office: Office) -> None:
    made = assign(office.storage, LAN, office.keys["x"], 1, MORNING)
    set_done(office.storage, LAN, made.id, True, MORNING)
    comment(office.storage, LAN, office.keys["x"], "@minh", MORNING - timedelta(days=4))
    assert office.send().dropped == {"done": 2, "late": 1}


def test_a_refusal_for_now_is_tried_again_and_one_for_good_is_not(office: Office) -> None:
    comment(office.storage, LAN, office.keys["y"], "@hoa @minh @an", MORNING)
    office.post.refuse = {"hoa@example.vn": "451 later", "minh@example.vn": "550 unknown"}
    result = office.send()
    assert result.sent == 1
    assert [letter.account for letter, _ in result.refused] == [2, 3]
    assert office.send().refused == []
    office.post.refuse = {}
    office.at(MORNING + timedelta(minutes=6))
    assert office.send().sent == 1
    assert office.told() == ["an", "hoa"]
    assert office.storage.letters.counts() == {"sent": 2, "failed": 1}


def test_without_a_mail_server_letters_wait(office: Office) -> None:
    comment(office.storage, LAN, office.keys["y"], "@minh", MORNING)
    file = office.home.config / "alerts.toml"
    good = file.read_text("utf-8")
    file.write_text(good.replace(f"127.0.0.1:{office.post.port}", "127.0.0.1:1"), "utf-8")
    result = office.send()
    assert result.problem
    assert (result.waiting, office.storage.letters.waiting(MORNING)[0].attempts) == (1, 0)
    file.write_text(good.replace("diembao@ninhthuan.example.vn", "diembao@localhost"), "utf-8")
    assert not is_mail_set_up(load_alerts(office.home.config).mail)
    ended = run_inside("--home", office.home.root, "letters")
    assert ended.returncode == 1
    assert "alerts.toml" in ended.stderr
    later, zone = MORNING + timedelta(hours=2), ZoneInfo("Asia/Ho_Chi_Minh")
    status = service_status(office.storage, office.home, (), office.address, later, zone)
    assert status.letters.waiting == 1
    assert any("diembao letters" in trouble for trouble in status.troubles)


def test_two_at_once_send_nothing_twice(office: Office) -> None:
    for number in range(12):
        comment(office.storage, LAN, office.keys["y"], f"@so-y-te @minh {number}", MORNING)
    results: list[LettersResult] = []
    start = threading.Barrier(2)

    def work() -> None:
        storage = open_database(office.address)
        start.wait()
        results.append(office.send(storage))
        storage.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sum(result.sent for result in results) == 36
    assert Counter(letter["Message-ID"] for _, letter in office.post.taken).most_common(1)[0][1] == 1
    assert Counter(office.told()) == {"an": 12, "hoa": 12, "minh": 12}


@pytest.mark.one_in(2)
@pytest.mark.parametrize("word", ["RCPT", "DATA"])
def test_a_kill_in_between_makes_no_second_letter(office: Office, word: str) -> None:
    comment(office.storage, LAN, office.keys["y"], "@minh @hoa", MORNING)
    office.post.holds_at = word
    command = [sys.executable, "-m", "diembao", "--home", str(office.home.root), "letters"]
    process = subprocess.Popen(command, env={**os.environ}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    assert office.post.holding.wait(60)
    os.kill(process.pid, signal.SIGKILL)
    process.wait(20)
    office.post.holds_at = ""
    taken = len(office.post.taken)
    assert taken == (1 if word == "DATA" else 0)
    assert office.send().sent == 1, "the other one, which was not begun"
    assert letters_in_doubt(office.storage, MORNING) == []
    office.at(MORNING + 2 * DOUBTFUL)
    ended = run_inside("--home", office.home.root, "--json", "letters")
    (row,) = json_lines(ended.stdout)
    assert (ended.returncode, row["unsure"], row["sent"]) == (1, ["minh (comment 1)"], 0)
    assert len(office.post.taken) == taken + 1
    (doubtful,) = letters_in_doubt(office.storage, MORNING + 2 * DOUBTFUL)
    settled = run_inside("--home", office.home.root, "letters", "--arrived" if word == "DATA" else "--again")
    assert settled.returncode == 0
    assert office.told() == ["hoa", "minh"]
    assert doubtful.state == "begun"
    assert office.storage.letters.counts() == {"sent": 2}


def test_the_desk_sends_at_once(office: Office) -> None:
    """A form that is taken wakes the thread that sends; the page does not wait for the mail server."""
    said: list[str] = []
    home = office.home.config
    mail, book = (lambda: load_alerts(home).mail), (lambda: load_register_book(home))
    postman = Postman(office.address, lambda: load_settings(home), mail, book, said.append)
    comment(office.storage, LAN, office.keys["y"], "@minh", MORNING)
    start = time.monotonic()
    postman.call()
    assert time.monotonic() - start < 0.2
    for _ in range(200):
        if office.storage.letters.counts() == {"sent": 1}:
            break
        time.sleep(0.05)
    postman.close()
    assert (office.told(), said) == (["minh"], [])
    postman.call()
