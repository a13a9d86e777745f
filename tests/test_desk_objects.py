"""Who sees and changes what at the desk, object by object: articles, drafts, searches, acts, sessions, assignments."""

from collections.abc import Iterator

import pytest

from pipeline.records.accounts import Account
from tests.support.desk_server import Desk
from tests.support.siege import Siege, besieged


@pytest.fixture(scope="module")
def siege(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Siege]:
    folder = tmp_path_factory.mktemp("siege")
    with besieged(folder, f"sqlite:///{folder / 'siege.db'}") as made:
        yield made


def viewer_of(desk: Desk, department: int | None) -> Account:
    return desk.account("viewer", department=department)


def test_a_viewer_sees_what_the_own_department_was_given_and_nothing_else(siege: Siege) -> None:
    """Article, its image, story and event: those of another department and of none are 404, as unknown ones are."""
    seen = {siege.ours: {"mine", "kept"}, siege.others: {"theirs"}, None: set[str]()}
    for department, allowed in seen.items():
        with siege.desk.client(viewer_of(siege.desk, department)) as client:
            for name, key in siege.keys.items():
                status = 200 if name in allowed else 404
                assert client.get(f"/article/{key}").status_code == status, (department, name)
                assert client.get(f"/article/{key}?explain=1&version=1").status_code == status, (department, name)
                assert client.get(f"/article/{key}/image/1").status_code == 404
                for level, groups in (("story", siege.stories), ("event", siege.events)):
                    if groups[name]:
                        answer = client.get(f"/{level}/{groups[name]}")
                        one_is_seen = groups[name] in {groups[other] for other in allowed}
                        assert answer.status_code == (200 if one_is_seen else 404), (department, name, level)
                        others = set(siege.keys) - allowed
                        assert not [other for other in others if siege.keys[other] in answer.text], (name, level)
            assert client.get("/article/nothing").status_code == 404


def test_a_viewer_comments_on_what_the_own_department_was_given_and_nothing_else(siege: Siege) -> None:
    count = sum(map(len, siege.desk.storage.reviews.comments(list(siege.keys.values())).values()))
    with siege.desk.client(viewer_of(siege.desk, siege.ours)) as client:
        for name, key in siege.keys.items():
            status = client.send_form("/review/comment", item=key, text="ý kiến").status_code
            assert status == (303 if name in ("mine", "kept") else 404), name
        for path in ("/review/act", "/review/undo", "/review/assign", "/review/done", "/review/hold"):
            fields = {"item": f"{siege.keys['mine']}.0", "kind": "approve", "assignment": "1", "done": "1"}
            assert client.send_form(path, **fields).status_code == 403, path
    stored = siege.desk.storage.reviews.comments(list(siege.keys.values()))
    assert sum(map(len, stored.values())) == count + 2
    assert siege.desk.storage.reviews.reviews(list(siege.keys.values())) == {}


def test_a_viewer_sees_what_was_published_and_no_draft(siege: Siege) -> None:
    published = f"/digest/published/{siege.publication}"
    with siege.desk.client(viewer_of(siege.desk, siege.ours)) as client:
        assert client.get(f"{published}/file/diem-bao-2026-11-22.html").status_code == 200
        for path in ("", "/preview", "/form/html", "/check", "/publish"):
            answer = client.get(f"/digest/day/2026-11-22{path}")
            assert answer.status_code == 403
            assert "Lời dẫn" not in answer.text
        for path in ("/digest/published/999", f"{published}/file/other.html", f"{published}/file/..%2f..%2fdesk.key"):
            assert client.get(path).status_code == 404, path


def test_another_s_saved_search_is_neither_seen_nor_changed(siege: Siege) -> None:
    with siege.desk.client(siege.desk.account("reviewer")) as client:
        assert "@lan" not in client.get("/search").text
        assert client.send_form("/search/forget", name="lan").status_code == 404
        assert client.send_form("/search/change", name="lan", do="share").status_code == 404
        assert client.send_form("/search/save", name="lan", query="x").status_code == 409
        assert (
            "không có" in client.get("/search?q=@lan").text.lower() or client.get("/search?q=@lan").status_code == 404
        )
    lan = siege.desk.storage.accounts.by_name("lan")
    assert lan is not None
    [saved] = [one for one in siege.desk.storage.search.saved(lan.id) if one.name == "lan"]
    assert (saved.query, saved.shared) == ('"Cà Ná"', False)


def test_another_s_act_is_not_undone(siege: Siege) -> None:
    desk = siege.desk
    mine, other = desk.account("reviewer"), desk.account("editor")
    with desk.client(mine) as client, desk.client(other) as stranger:
        key = siege.keys["nobodys"]
        assert client.send_form("/review/act", item=f"{key}.0", kind="approve").status_code == 303
        [act] = desk.storage.reviews.past_acts(account=mine.id)
        stranger.send_form("/review/undo", action=str(act.id))
        assert desk.storage.reviews.reviews([key])[key].state == "approved"
        client.send_form("/review/undo", action=str(act.id))
        assert desk.storage.reviews.reviews([key])[key].state == "new"


def test_another_s_session_is_not_ended(siege: Siege) -> None:
    desk = siege.desk
    mine, other = desk.account("reviewer"), desk.account("reviewer")
    with desk.client(mine) as client, desk.client(other) as stranger:
        assert client.get("/today").status_code == stranger.get("/today").status_code == 200
        stranger.send_form("/profile/sign-out-everywhere", account=str(mine.id), session="1")
        stranger.send_form("/sign-out", account=str(mine.id), session="1")
        assert client.get("/today").status_code == 200
        assert mine.name not in stranger.get("/profile").text


def test_an_assignment_of_another_department_is_neither_seen_nor_done(siege: Siege) -> None:
    """Nor is a comment in which somebody else is named."""
    with siege.desk.client(viewer_of(siege.desk, siege.ours)) as client:
        own, other = (
            next(one.id for one in siege.desk.storage.reviews.assignments(department=department))
            for department in (siege.ours, siege.others)
        )
        assert client.get(f"/assignments/{own}").status_code == 200
        assert client.get(f"/assignments/{other}").status_code == 404
        assert client.send_form(f"/assignments/{other}/done", done="1").status_code == 404
        assert client.send_form(f"/assignments/{other}/comment", text="x").status_code == 404
        assert "Sở Công Thương" not in client.get("/assignments").text
    with siege.desk.client(viewer_of(siege.desk, siege.others)) as client:
        numbers = [
            one.id for found in siege.desk.storage.reviews.comments([siege.keys["mine"]]).values() for one in found
        ]
        for number in numbers:
            assert client.get(f"/mentions/{number}").status_code == 404
            assert client.send_form(f"/mentions/{number}", text="x").status_code in (403, 404)
    assert siege.desk.storage.reviews.assignment(other).done_at is None  # type: ignore[union-attr]
