"""People in the review room over HTTP: comments, assignments, permissions, claims, streams, keys; on both databases."""

import json
import re
import time
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest

from diembao.system.clock import now
from pipeline.records.accounts import Account
from tests.support.desk_server import Desk, DeskClient, serve_desk
from tests.support.review_desk import act, fresh, review, review_desk

pytestmark = pytest.mark.none_on_postgresql


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
    assert "Không có thư nào được gửi" in unescape(client.get("/review").text)
    card = unescape(client.get(f"/review?item={key}").text.replace("&lt;", "‹"))
    assert "@Lê Văn Minh @Sở Y tế Cần hỏi ‹b>Sở" in card
    assert "24/12/2026" in card
    assert card.count("bí mật nhà nước") >= 3
    assert client.send_form("/review/comment", item=key, text="").status_code == 400
    assert client.send_form("/review/comment", item="nothing", text="x").status_code == 404
    assert client.send_form("/review/assign", item=key, department="999").status_code == 400
    assert client.send_form("/review/assign", item=key, department=str(department), due="soon").status_code == 400
    assert len(desk.storage.reviews.assignments(keys=[key])) == 1


def test_a_comment_that_names_nobody_is_written_only_if_one_insists(desk: Desk, client: DeskClient) -> None:
    key = fresh(client, 4).partition(".")[0]
    said = "Hỏi @khong.co và @minh xem"
    refused = client.send_form("/review/comment", item=key, text=said, to="so-y-te")
    page = unescape(refused.text)
    assert refused.status_code == 400
    assert "Không có ai tên “khong.co”. Chưa lưu gì." in page
    assert f"{said}</textarea>" in page
    assert 'name="anyway"' in page
    assert desk.storage.reviews.comments([key]) == {}
    assert client.send_form("/review/comment", item=key, text=said, to="so-y-te", anyway="1").status_code == 303
    [stored] = desk.storage.reviews.comments([key])[key]
    assert stored.text == f"@so-y-te {said}"
    assert {one.name for one in stored.mentions} == {"minh", "Sở Y tế"}
    department = desk.storage.accounts.departments()[0].id
    client.send_form("/review/assign", item=key, department=str(department))
    [made] = desk.storage.reviews.assignments(keys=[key])
    path = f"/assignments/{made.id}/comment"
    with desk.client(desk.account("viewer", department=department)) as viewer:
        refused = viewer.send_form(path, text="@khong.ai ơi")
        page = unescape(refused.text)
        assert refused.status_code == 400
        assert "@khong.ai ơi</textarea>" in page and "Vẫn ghi ý kiến này" in page
        assert len(desk.storage.reviews.comments([key])[key]) == 1
        assert viewer.send_form(path, text="@khong.ai ơi", anyway="1").status_code == 303
    assert len(desk.storage.reviews.comments([key])[key]) == 2


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
