"""The review room over HTTP, without scripts, on both databases: queue, cards, acts, undoing, clashes, people, keys."""

import json
import re
import time
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from typing import Any

import pytest

from diembao.system.clock import now
from pipeline.records.accounts import Account
from pipeline.records.reviews import Review
from storage.database import open_database
from tests.support.desk_server import MAKER, Desk, DeskClient, serve_desk, write_desk_home
from tests.support.sample_day import before_cutoff, store_sample_day

#: Bytes of the queue's page without a row, and of a row: 300 of them make less than 150 kB.
_PAGE, _ROW = 45_000, 345


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def desk(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("review")
    is_file = request.param == "sqlite"
    address = f"sqlite:///{folder / 'desk.db'}" if is_file else request.getfixturevalue("postgres")()
    storage = open_database(address)
    store_sample_day(storage, before_cutoff(now()))
    storage.accounts.create_department("so-y-te", "Sở Y tế", "", MAKER, now())
    storage.close()
    with serve_desk(write_desk_home(folder / "home"), address) as served:
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


def tokens(page: str) -> list[str]:
    """Return key and version of the rows of a queue, in their order."""
    return re.findall(r'name="item" value="([^"]+)" aria-labelledby', page)


def fresh(client: DeskClient, number: int = 0) -> str:
    """Return the token of an article that nobody has touched."""
    return tokens(client.get("/review?state=new").text)[number]


def review(desk: Desk, token: str) -> Review:
    key = token.partition(".")[0]
    return desk.storage.reviews.reviews([key]).get(key) or Review(key)


def act(client: DeskClient, token: str | list[str], kind: str, value: str = "", **more: Any) -> tuple[int, str]:
    answer = client.send_form("/review/act", item=token, kind=kind, value=value, **more)
    return answer.status_code, answer.text


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


def test_comments_and_assignments(desk: Desk, client: DeskClient, minh: Account) -> None:
    key = fresh(client).partition(".")[0]
    answer = client.send_form("/review/comment", item=key, text="Cần hỏi <b>Sở</b>", to="Le Van Minh, @so-y-te")
    assert answer.status_code == 303
    told = unescape(client.get("/review").text)
    assert "Sở Y tế chưa xem được bài này" in told
    assert "Lê Văn Minh: chưa có địa chỉ thư" in told
    refused = client.send_form("/review/comment", item=key, text="Giữ lại lời này", to="Sở Y tê, Nguyễn Không Có")
    assert refused.status_code == 400
    page = unescape(refused.text)
    assert "Không có ai tên “Nguyễn Không Có”" in page
    assert "Giữ lại lời này</textarea>" in page
    assert len(desk.storage.reviews.comments([key])[key]) == 1
    department = desk.storage.accounts.departments()[0].id
    answer = client.send_form("/review/assign", item=key, department=str(department), due="2026-12-24", note="Xem lại")
    assert answer.status_code == 303
    card = unescape(client.get(f"/review?item={key}").text.replace("&lt;", "‹"))
    assert "@minh @so-y-te Cần hỏi ‹b>Sở" in card
    assert "24/12/2026" in card
    assert card.count("bí mật nhà nước") >= 3
    assert client.send_form("/review/comment", item=key, text="").status_code == 400
    assert client.send_form("/review/comment", item="nothing", text="x").status_code == 404
    assert client.send_form("/review/assign", item=key, department="999").status_code == 400
    assert client.send_form("/review/assign", item=key, department=str(department), due="soon").status_code == 400
    assert len(desk.storage.reviews.assignments(keys=[key])) == 1


def test_who_made_an_assignment_or_an_editor_takes_it_back(desk: Desk, client: DeskClient, other: DeskClient) -> None:
    key = fresh(client).partition(".")[0]
    department = str(desk.storage.accounts.departments()[0].id)
    for taker, status in ((client, 303), (other, 303), (None, 403)):
        client.send_form("/review/assign", item=key, department=department)
        (made,) = desk.storage.reviews.assignments(keys=[key])
        if taker is None:
            with desk.client(desk.account("reviewer")) as stranger:
                assert stranger.send_form("/review/withdraw", assignment=str(made.id)).status_code == status
                assert "/review/withdraw" not in stranger.get(f"/review?item={key}").text
            continue
        assert "/review/withdraw" in taker.get(f"/review?item={key}").text
        assert taker.send_form("/review/withdraw", assignment=str(made.id), item=key).status_code == status
        assert desk.storage.reviews.assignments(keys=[key]) == []
        assert desk.storage.letters.of_cause(f"assignment {made.id}") == []
    assert client.send_form("/review/assign", item=key, department="").status_code in (400, 404)
    assert client.send_form("/review/withdraw", assignment="99999").status_code == 404
    assert desk.storage.audit.verify().is_sound


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


def test_a_merge_with_nothing_ticked_is_told(desk: Desk, client: DeskClient) -> None:
    token = fresh(client)
    for items in ([], [token]):
        form: dict[str, Any] = {"with": token, "item": items, "do": "merge.story"}
        answer = client.send_form("/review/act", **form)
        assert answer.headers["location"].endswith(f"item={token.partition('.')[0]}")
        assert "Chưa chọn bài nào" in unescape(client.get("/review").text)


def test_those_without_the_permission_get_nothing(desk: Desk, client: DeskClient) -> None:
    token = fresh(client)
    for role in ("viewer", "analyst", "administrator", "auditor"):
        with desk.client(desk.account(role)) as stranger:
            assert stranger.get("/review").status_code == 403
            assert act(stranger, token, "approve")[0] == 403
            assert stranger.send_form("/review/undo").status_code == 403
            wanted = 404 if role == "viewer" else 303 if role == "analyst" else 403
            answer = stranger.send_form("/review/comment", item=token.partition(".")[0], text="x", page="/profile")
            assert answer.status_code == wanted, role
    assert review(desk, token).state == "new"


def test_a_viewer_comments_on_what_the_own_department_was_given(desk: Desk, client: DeskClient) -> None:
    key = fresh(client).partition(".")[0]
    department = desk.storage.accounts.departments()[0].id
    client.send_form("/review/assign", item=key, department=str(department))
    with desk.client(desk.account("viewer", department=department)) as viewer:
        assert viewer.send_form("/review/comment", item=key, text="Đã trả lời", page="/profile").status_code == 303
        unseen = fresh(client, 1).partition(".")[0]
        assert viewer.send_form("/review/comment", item=unseen, text="x", page="/profile").status_code == 404
    assert "Đã trả lời" in client.get(f"/review?item={key}").text


def test_forms_that_were_tampered_with_change_nothing(desk: Desk, client: DeskClient) -> None:
    token = fresh(client)
    key = token.partition(".")[0]
    for wrong in (key, f"{key}.x", f"{key}.-1", ".1", "x" * 200 + ".1"):
        assert act(client, wrong, "approve")[0] == 400
    assert act(client, "nothing.0", "approve")[0] == 400
    assert act(client, token, "delete")[0] == 400
    assert client.post("/review/act", data={"item": token, "kind": "approve"}).status_code == 403
    answer = client.send_form("/review/comment", item=key, text="x", page="//evil.example/")
    assert answer.headers["location"] == "/"
    assert review(desk, token).state == "new"


def test_a_claim_is_shown_to_others_and_is_no_use_of_the_session(
    desk: Desk, client: DeskClient, other: DeskClient, minh: Account
) -> None:
    key = fresh(client).partition(".")[0]
    before = desk.storage.accounts.sessions(minh.id, now())
    assert other.send_form("/review/hold", item=key).status_code == 204
    assert desk.storage.accounts.sessions(minh.id, now())[0].used_at == before[0].used_at
    assert "Lê Văn Minh đang mở" in unescape(client.get(f"/review?item={key}").text)
    assert "Lê Văn Minh đang mở" not in unescape(other.get(f"/review?item={key}").text)
    assert other.send_form("/review/release", item=key).status_code == 204
    assert "Lê Văn Minh đang mở" not in unescape(client.get(f"/review?item={key}").text)
    assert other.send_form("/review/hold", item="nothing").status_code == 404


def test_the_stream_tells_what_others_do(desk: Desk, client: DeskClient, other: DeskClient, minh: Account) -> None:
    token = fresh(client)
    key = token.partition(".")[0]
    told: list[dict[str, Any]] = []
    reviews: list[dict[str, Any]] = []
    holds: list[dict[str, Any]] = []
    with client.stream("GET", f"/review/live?since={int(now().timestamp())}") as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        for line in stream.iter_lines():
            if not line.startswith("data: "):
                continue
            event = json.loads(line.removeprefix("data: "))
            if not told:
                other.send_form("/review/hold", item=key)
                assert act(other, token, "approve")[0] == 303
            told.append(event)
            reviews = [one for event in told for one in event["reviews"] if one["item"] == key]
            holds = [one for event in told for one in event["holds"] if one["item"] == key]
            if reviews and holds:
                break
    assert reviews[-1]["state"] == "approved"
    assert reviews[-1]["name"] == holds[-1]["name"] == "Lê Văn Minh"
    other.send_form("/review/undo")


def test_streams_of_one_account_are_counted(desk: Desk) -> None:
    account = desk.account("reviewer")
    with desk.client(account) as asking:
        opened = [asking.build_request("GET", "/review/live") for _ in range(6)]
        streams = [asking.send(request, stream=True) for request in opened]
        lines = [stream.iter_lines() for stream in streams]  # an iterator that is let go closes its stream
        assert all(next(one).startswith("data: ") for one in lines)
        with asking.stream("GET", "/review/live") as refused:
            assert refused.status_code == 204
        for stream in streams:
            stream.close()


def test_keys_are_changed_and_taken_away(desk: Desk) -> None:
    with desk.client(desk.account("reviewer")) as asking:
        page = asking.get("/review/keys").text
        names = re.findall(r'name="key-(\w+)"', page)
        own: dict[str, Any] = {f"key-{name}": "" for name in names} | {"key-approve": "Y", "key-next": "ArrowRight"}
        assert asking.send_form("/review/keys", do="save", **own).status_code == 303
        keys = json.loads(unescape(re.search(r'data-keys="([^"]*)"', asking.get("/review").text).group(1)))  # type: ignore[union-attr]
        assert keys == {"approve": "y", "next": "ArrowRight"}
        assert asking.send_form("/review/keys", do="save", **(own | {"key-undo": "y"})).status_code == 400
        assert asking.send_form("/review/keys", do="save", **(own | {"key-undo": "5"})).status_code == 400
        assert asking.send_form("/review/keys", do="save", **(own | {"key-undo": "abc"})).status_code == 400
        asking.send_form("/review/keys", do="off")
        assert 'data-keys="{}"' in asking.get("/review").text
        asking.send_form("/review/keys", do="reset")
        assert "&#34;approve&#34;: &#34;a&#34;" in asking.get("/review").text


def test_a_desk_that_stops_ends_its_streams(desk: Desk, lan: Account) -> None:
    """The last test: the log of this process is closed with the desk."""
    with serve_desk(desk.home, desk.address) as second:
        asking = second.client(lan)
        stream = asking.send(asking.build_request("GET", "/review/live"), stream=True)
        lines = stream.iter_lines()
        assert next(lines).startswith("data: ")
        began = time.monotonic()
    assert time.monotonic() - began < 6
    asking.close()
