"""The review room over HTTP, without scripts, on both databases: queue, cards, acts, undoing, clashes."""

import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from typing import Any

import pytest

from diembao.system.clock import now
from pipeline.records.accounts import Account
from pipeline.records.publications import Publication
from tests.support.desk_server import Desk, DeskClient
from tests.support.review_desk import act, fresh, review, review_desk, tokens

pytestmark = pytest.mark.none_on_postgresql

#: Bytes of the queue's page without a row, and of a row: 300 of them make less than 150 kB.
_PAGE, _ROW = 45_000, 345


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def desk(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with review_desk(request, tmp_path_factory) as served:
        yield served


@pytest.fixture(scope="module")
def lan(desk: Desk) -> Account:
    return desk.account("reviewer", "lan", full_name="Trần Thị Lan")


@pytest.fixture(scope="module")
def minh(desk: Desk) -> Account:
    return desk.account("editor", "minh", full_name="Lê Văn Minh")


@pytest.fixture
def client(desk: Desk, lan: Account) -> Iterator[DeskClient]:
    with desk.client(lan) as made:
        yield made


@pytest.fixture
def other(desk: Desk, minh: Account) -> Iterator[DeskClient]:
    with desk.client(minh) as made:
        yield made


def test_the_queue_shows_the_day_and_one_card(desk: Desk, client: DeskClient) -> None:
    page = client.get("/review").text
    found = tokens(page)
    assert 100 <= len(found) <= 130
    assert len(page.encode()) < _PAGE + _ROW * len(found)
    assert page.count('id="card"') == 1
    assert 'id="sample"' in page
    assert "<script type=" in page
    assert " style=" not in page
    card = client.get(f"/review?item={found[3].partition('.')[0]}").text
    assert f'data-item="{found[3].partition(".")[0]}"' in card
    fragment = client.get(f"/review?item={found[3].partition('.')[0]}", headers={"X-Fragment": "1"}).text
    assert "<html" not in fragment
    assert len(fragment) < 25_000


def test_filters_searches_and_days(client: DeskClient) -> None:
    every = tokens(client.get("/review").text)
    foreign = tokens(client.get("/review?language=ru").text)
    assert 0 < len(foreign) < len(every)
    assert client.get("/review?topic=energy&tone=negative&state=new&outlet=x&department=1").status_code == 200
    assert tokens(client.get("/review?search=turbine").text)
    assert client.get("/review?day=2020-01-01").status_code == 200
    assert client.get("/review?day=tomorrow").status_code == 400
    assert client.get("/review?search=%22").status_code in (200, 400)
    assert client.get("/review?item=nothing").status_code == 404
    assert client.get(f"/review?search={'x' * 600}").status_code == 400


def test_approve_reject_and_undo(desk: Desk, client: DeskClient) -> None:
    token = fresh(client)
    answer = client.send_form("/review/act", item=token, kind="approve", back="state=new")
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/review?state=new&item=")
    assert token.partition(".")[0] not in answer.headers["location"]
    assert review(desk, token).state == "approved"
    assert review(desk, token).who == "Trần Thị Lan"
    second = fresh(client)
    assert act(client, second, "reject", "old")[0] == 303
    assert (review(desk, second).state, review(desk, second).reason) == ("rejected", "old")
    assert act(client, fresh(client), "reject", "other")[0] == 400
    assert act(client, fresh(client), "reject", "whim")[0] == 400
    for done in (second, token):
        answer = client.send_form("/review/undo")
        assert answer.status_code == 303
        assert review(desk, done).state == "new"
    assert desk.storage.audit.verify().is_sound


def test_reprints_follow_their_article_unless_unticked(desk: Desk, client: DeskClient) -> None:
    page = client.get("/review?state=new").text
    with_reprints = next(
        key for key in (token.partition(".")[0] for token in tokens(page))
        if 'name="reprint"' in client.get(f"/review?item={key}").text
    )  # fmt: skip
    card = client.get(f"/review?item={with_reprints}").text
    along = sorted(set(re.findall(r'name="reprint" value="([^"]+)"', card)))
    version = review(desk, with_reprints).version
    client.send_form("/review/act", item=f"{with_reprints}.{version}", reprint=along, kind="approve")
    assert review(desk, along[0]).state == "new"
    version = review(desk, with_reprints).version
    client.send_form(
        "/review/act", item=f"{with_reprints}.{version}", reprint=along, whole="1", kind="reject", value="old"
    )
    assert {review(desk, token).state for token in along} == {"rejected"}
    client.send_form("/review/undo")
    assert {review(desk, token).state for token in along} == {"new"}


def test_corrections_stay_apart_from_the_machine(client: DeskClient, desk: Desk) -> None:
    token = fresh(client)
    key = token.partition(".")[0]
    assert act(client, token, "tone", "positive")[0] == 303
    assert act(client, f"{key}.{review(desk, key).version}", "topics", "tourism")[0] == 303
    assert act(client, f"{key}.{review(desk, key).version}", "grade", "mention")[0] == 303
    assert act(client, f"{key}.{review(desk, key).version}", "star", "1")[0] == 303
    card = unescape(client.get(f"/review?item={key}").text)
    people = re.findall(r'class="person"><b>([^<]+)</b> <small>([^<]+)', card)
    assert len(people) == 3
    assert all(who.startswith("Trần Thị Lan, ") for _, who in people)
    assert act(client, f"{key}.{review(desk, key).version}", "topics", "no_such_topic")[0] == 400
    assert act(client, f"{key}.{review(desk, key).version}", "tone", "angry")[0] == 400


def test_a_clash_shows_both_and_overwrites_nothing(desk: Desk, client: DeskClient, other: DeskClient) -> None:
    token = fresh(client)
    key = token.partition(".")[0]
    assert act(other, token, "approve")[0] == 303
    status, page = act(client, token, "reject", "old")
    page = unescape(page)
    assert status == 409
    assert "Lê Văn Minh" in page
    assert "đã duyệt" in page
    assert "đã loại: tin cũ" in page
    assert review(desk, key).state == "approved"
    mine = re.search(r'class="ways">.*?name="item" value="([^"]+)"', page, re.S)
    assert mine is not None
    assert act(client, mine.group(1), "reject", "old")[0] == 303
    assert review(desk, key).state == "rejected"
    answer = other.send_form("/review/undo")
    assert answer.status_code == 409
    assert review(desk, key).state == "rejected"
    client.send_form("/review/undo")
    assert review(desk, key).state == "approved"


def test_all_below_are_one_act(desk: Desk, client: DeskClient) -> None:
    first = fresh(client)
    waiting = [t for t in tokens(client.get("/review").text) if review(desk, t).state == "new"]
    shown = int((now() + timedelta(seconds=5)).timestamp())
    answer = client.send_form("/review/act", kind="reviewed", below=first.partition(".")[0], seen=str(shown))
    assert answer.status_code == 303
    left = [t for t in waiting if review(desk, t).state == "new"]
    assert len(left) < 40  # the article itself, what is above it, and the sample of what was left out
    client.send_form("/review/undo")
    assert [t for t in waiting if review(desk, t).state == "new"] == waiting


def test_ticked_articles_are_merged_and_split(desk: Desk, client: DeskClient) -> None:
    page = client.get("/review?language=vi&state=new").text
    one, two = tokens(page[: page.index('id="sample"')])[-2:]
    keys = [token.partition(".")[0] for token in (one, two)]
    merging: dict[str, Any] = {"with": one, "item": [two], "do": "merge.story"}
    answer = client.send_form("/review/act", **merging)
    assert answer.status_code == 303
    stories = {desk.storage.articles.item(key).story for key in keys}  # type: ignore[union-attr]
    assert len(stories) == 1
    assert act(client, f"{keys[1]}.{review(desk, keys[1]).version}", "split", "story")[0] == 303
    assert len({desk.storage.articles.item(key).story for key in keys}) == 2  # type: ignore[union-attr]
    for _ in range(2):
        assert client.send_form("/review/undo").status_code == 303
    assert client.send_form("/review/act", do="approve").headers["location"].startswith("/review")


def test_a_missed_article_is_taken_in(desk: Desk, client: DeskClient) -> None:
    page = client.get("/review").text
    missed = tokens(page[page.index('id="sample"') :])[0]
    assert act(client, missed, "approve")[0] == 303
    item = desk.storage.articles.item(missed.partition(".")[0])
    assert item is not None
    assert item.tags.relevance == "main"
    client.send_form("/review/undo")


def test_undo_names_what_it_takes_back_and_no_comment(desk: Desk) -> None:
    with desk.client(desk.account("reviewer")) as client:
        token = fresh(client)
        key = token.partition(".")[0]
        title = desk.storage.articles.item(key).article.title  # type: ignore[union-attr]
        assert act(client, token, "approve")[0] == 303
        elsewhere = fresh(client).partition(".")[0]
        answer = client.send_form("/review/undo", item=elsewhere)
        assert answer.headers["location"] == f"/review?item={elsewhere}"
        assert f"Đã hoàn tác: duyệt – {title[:60]}" in unescape(client.get("/review").text)
        assert act(client, f"{key}.{review(desk, key).version}", "approve")[0] == 303
        client.send_form("/review/comment", item=elsewhere, text="Cần xem lại")
        asked = client.send_form("/review/undo", item=elsewhere)
        assert asked.status_code == 200
        assert "Ý kiến không hoàn tác được" in unescape(asked.text)
        assert f"duyệt – {title[:60]}" in unescape(asked.text)
        assert review(desk, key).state == "approved"
        number = re.search(r'name="action" value="(\d+)"', asked.text)
        assert number is not None
        assert client.send_form("/review/undo", item=elsewhere, action=number.group(1)).status_code == 303
        assert review(desk, key).state == "new"


def test_undoing_what_a_published_digest_holds_is_asked_about(desk: Desk) -> None:
    with desk.client(desk.account("reviewer")) as client:
        token = fresh(client)
        assert act(client, token, "approve")[0] == 303
        at = now() + timedelta(minutes=1)
        number = desk.storage.publications.publish(Publication(0, at.date(), at, "vi", "T", "1" * 64, "r", (), {}))
        asked = client.send_form("/review/undo")
        assert asked.status_code == 200
        assert f"(số {number}) đã phát hành lúc" in unescape(asked.text)
        assert review(desk, token).state == "approved"
        fields = dict(re.findall(r'name="(action|digest)" value="(\d+)"', asked.text))
        assert client.send_form("/review/undo", **{**fields, "digest": str(number - 1)}).status_code == 200
        assert client.send_form("/review/undo", **fields).status_code == 303
        assert review(desk, token).state == "new"


def test_ticked_articles_are_rejected_only_with_a_chosen_reason(desk: Desk, client: DeskClient) -> None:
    page = client.get("/review").text
    assert re.search(r'<select id="ticked-reason" name="reason"><option value="">', page)
    token = fresh(client)
    assert client.send_form("/review/act", item=token, do="reject", reason="").status_code == 303
    assert "chưa bài nào bị loại" in unescape(client.get("/review").text)
    assert review(desk, token).state == "new"


def test_agreement_strikes_nothing_out(desk: Desk, client: DeskClient) -> None:
    decided = desk.storage.articles.decisions()
    waiting = [token.partition(".")[0] for token in tokens(client.get("/review?state=new").text)]
    key = next(key for key in waiting if key not in decided)
    item = desk.storage.articles.item(key)
    assert item is not None
    assert act(client, f"{key}.{review(desk, key).version}", "grade", item.tags.relevance)[0] == 303
    assert "<s>" not in client.get(f"/review?item={key}").text
    assert act(client, f"{key}.{review(desk, key).version}", "grade", "mention")[0] == 303
    assert "<s>" in client.get(f"/review?item={key}").text


def test_a_merge_with_nothing_ticked_is_told(desk: Desk, client: DeskClient) -> None:
    token = fresh(client)
    for items in ([], [token]):
        form: dict[str, Any] = {"with": token, "item": items, "do": "merge.story"}
        answer = client.send_form("/review/act", **form)
        assert answer.headers["location"].endswith(f"item={token.partition('.')[0]}")
        assert "Chưa chọn bài nào" in unescape(client.get("/review").text)
