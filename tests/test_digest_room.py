"""The digest room over a real desk: what each may do there, a day from draft to sent, clashes, and files of digests."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from html import unescape
from pathlib import Path
from typing import Any

import httpx
import pytest

from pipeline.records.audit import Actor, AuditFilter
from pipeline.records.reviews import ReviewAct
from tests.support.days import END, fill
from tests.support.desk_server import Desk, DeskClient, serve_desk, write_desk_home
from tests.support.post import Post, post_office

pytestmark = pytest.mark.none_on_postgresql

DAY = date(2026, 11, 22)
AT = END + timedelta(minutes=30)
ROOM = f"/digest/day/{DAY}"
LISTS = {"lanh-dao": "a@example.vn", "bao-chi": "c@example.vn"}


@dataclass
class Press:
    """A desk with a day of the press, and the mail server that its letters go to."""

    desk: Desk
    post: Post
    editor: DeskClient


@pytest.fixture
def press(address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Press]:
    clock = tmp_path / "clock.json"
    clock.write_text(json.dumps({"now": AT.isoformat(), "steady": 0.0}))
    monkeypatch.setenv("DIEMBAO_CLOCK", str(clock))
    home = write_desk_home(tmp_path / "home")
    with post_office() as post:
        (home.config / "alerts.toml").write_text(f'[mail]\nserver = "127.0.0.1:{post.port}"\n', "utf-8")
        name_lists(home.config / "settings.toml", LISTS)
        with serve_desk(home, address) as desk:
            fill(desk.storage, 12)
            with desk.client(desk.account("editor", "lan", full_name="Lan")) as editor:
                yield Press(desk, post, editor)


def name_lists(file: Path, lists: dict[str, str]) -> None:
    text = file.read_text("utf-8").partition("\n# of the test\n")[0]
    named = "".join(f'[[sending.list]]\nname = "{name}"\nto = ["{to}"]\n' for name, to in lists.items())
    file.write_text(f"{text}\n# of the test\n{named}", "utf-8")


def hidden(page: httpx.Response) -> dict[str, Any]:
    """Return the hidden fields of a page's forms by name; of equal names the last."""
    pairs = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.text)
    return {name: unescape(value) for name, value in pairs if name in ("version", "seen", "latest", "recipients")}


def keys(page: httpx.Response) -> list[str]:
    """Return the keys of the top stories in their order."""
    return re.findall(r'name="place-([^"]+)"', page.text)


def change(client: DeskClient, path: str, **fields: Any) -> httpx.Response:
    """Change the draft as it is now."""
    version = hidden(client.get(ROOM)).get("version", "0")
    return client.send_form(f"{ROOM}{path}", True, **{"version": version, **fields})


def publish(client: DeskClient, checked: httpx.Response) -> httpx.Response:
    """Publish what a check list showed: by way of the page that asks once more."""
    fields = hidden(checked)
    asked = client.get(f"{ROOM}/publish", params={"seen": fields["seen"], "latest": fields["latest"]})
    assert asked.status_code == 200, asked.text
    return client.send_form(f"{ROOM}/publish", **hidden(asked))


def test_from_draft_to_sent(press: Press) -> None:
    editor = press.editor
    page = editor.get("/digest", follow_redirects=True)
    assert (page.status_code, page.url.path) == (200, ROOM)
    lead = "Cảng Cà Ná <b>đón</b> tàu. Sở theo dõi."
    assert "Đã lưu chữ bạn viết" in change(editor, "/lead", lead=lead).text
    first = keys(page)
    a, b, c = re.findall(r'name="key" value="([^"]+)">Đưa lên nổi bật', page.text)[-3:]
    for key in (a, b, c):
        chosen = change(editor, "/choose", key=key)
        assert keys(chosen)[-1] == key
        # One lands where one was, not at the top of a long list.
        assert re.search(r"#s-\S+$", str(chosen.url))
    assert keys(change(editor, "/order", up=c)) == [*first, a, c, b]
    assert keys(change(editor, "/order", down=a)) == [*first, c, a, b]
    assert keys(change(editor, "/order", **{f"place-{b}": "1"})) == [b, *first, c, a]
    assert b not in keys(change(editor, "/take-from-top", key=b))
    page = editor.get(ROOM)
    out = re.findall(r'name="story" value="([^"]+)"', page.text)[-1]
    asked = editor.get(f"{ROOM}/out/{out}")
    assert "bí mật nhà nước" in asked.text
    done = editor.send_form(
        f"{ROOM}/out/{out}", follow=True, reason="tin <i>trùng</i>", version=hidden(asked)["version"]
    )
    assert "tin &lt;i&gt;trùng&lt;/i&gt;" in done.text
    # The room, the page that asks and the audit call the story by one title.
    (title,) = re.findall(r"<p><b>(.+?)</b>", asked.text)
    assert f">{title}</a>" in done.text
    with press.desk.client(press.desk.account("auditor")) as auditor:
        assert f"· {title}" in auditor.get("/audit", params={"action": "draft.changed"}).text
    shown = editor.get(f"{ROOM}/form/html")
    assert "sandbox" in shown.headers["content-security-policy"]
    assert "Cảng Cà Ná &lt;b&gt;đón&lt;/b&gt; tàu." in shown.text
    assert editor.get(f"{ROOM}/form/brief.pdf").content.startswith(b"%PDF")
    checked = editor.get(f"{ROOM}/check")
    for text in ("tin chưa được duyệt", "a@example.vn", "c@example.vn", "Xác thực hai bước", "bí mật nhà nước"):
        assert text in checked.text
    published = publish(editor, checked)
    assert published.status_code == 303
    where = published.headers["location"]
    twice = publish_again(editor, checked)
    assert twice.headers["location"] == where
    page = editor.get(where)
    assert "Chưa gửi cho ai" in page.text
    asked = editor.get(f"{where}/send")
    assert "a@example.vn" in asked.text
    order: dict[str, Any] = {"channel": list(LISTS), "recipients": hidden(asked)["recipients"]}
    for _ in range(2):
        assert editor.send_form(f"{where}/send", **order).status_code == 303
    assert [to for to, _ in press.post.letters] == [["a@example.vn"], ["c@example.vn"]]
    assert "06:30" in editor.get(where).text
    rows = press.desk.storage.audit.page(AuditFilter(action="digest"))
    assert {(row.name, row.way) for row in rows} == {("lan", "desk")}
    assert [row.action for row in rows].count("digest.send") == 4
    assert press.desk.storage.audit.verify().is_sound


def publish_again(client: DeskClient, checked: httpx.Response) -> httpx.Response:
    """Press the button of the same page once more."""
    return client.send_form(f"{ROOM}/publish", **{k: v for k, v in hidden(checked).items() if k in ("seen", "latest")})


def test_a_lead_that_was_typed_goes_along_with_every_button(press: Press) -> None:
    editor, drafts = press.editor, press.desk.storage.drafts
    page = editor.get(ROOM)
    key = re.findall(r'name="key" value="([^"]+)">Đưa lên nổi bật', page.text)[0]
    out = re.findall(r'name="story" value="([^"]+)"', page.text)[-1]
    pages: list[str] = []
    for n, (path, fields) in enumerate(
        (
            ("/choose", {"key": key}),
            ("/order", {"down": key}),
            ("/take-from-top", {"key": key}),
            ("/machine", {}),
            ("/out", {"story": out}),
            ("/lead", {"then": "preview"}),
        )
    ):
        done = change(editor, path, **{"lead": f"Lời {n}.", "lead-before": drafts.draft(DAY).lead, **fields})
        assert (done.status_code, drafts.draft(DAY).lead) == (200, f"Lời {n}."), path
        assert re.search("Đã lưu chữ bạn viết|Chữ bạn viết cũng đã được lưu", done.text), path
        pages.append(done.url.path)
    assert pages[-1] == f"{ROOM}/preview"
    # A box that nobody touched says nothing: another's lead stays, and the old version is still told as a clash.
    version = drafts.draft(DAY).version
    change(editor, "/lead", lead="Của người khác.")
    late = editor.send_form(f"{ROOM}/choose", version=version, key=key, lead="Lời 5.", **{"lead-before": "Lời 5."})
    assert (late.status_code, drafts.draft(DAY).lead) == (409, "Của người khác.")


def test_nothing_goes_out_that_was_not_looked_at(press: Press) -> None:
    editor = press.editor
    checked = editor.get(f"{ROOM}/check")
    with press.desk.client(press.desk.account("editor", "minh")) as other:
        change(other, "/lead", lead="Của Minh.")
        late = editor.send_form(f"{ROOM}/lead", version="0", lead="Của Lan, gõ công phu.")
        assert late.status_code == 409
        for text in ("Của Minh.", "Của Lan, gõ công phu.", "minh"):
            assert text in late.text
        refused = publish_again(editor, checked)
        assert refused.status_code == 409
        assert "không còn như lúc" in refused.text
        assert press.desk.storage.publications.latest_number(DAY) == 0
        # What the refusal shows can be published right there.
        where = publish(editor, refused).headers["location"]
        asked = editor.get(f"{where}/send")
        name_lists(press.desk.home.config / "settings.toml", LISTS | {"khac": "x@example.vn"})
        changed = editor.send_form(f"{where}/send", channel=list(LISTS), recipients=hidden(asked)["recipients"])
        assert (changed.status_code, press.post.letters) == (409, [])
        assert "khac" in changed.text
        fields: dict[str, Any] = {"recipients": hidden(changed)["recipients"]}
        assert editor.send_form(f"{where}/send", **fields).status_code == 400
        press.post.answers += ["550 no"]
        failed = editor.send_form(f"{where}/send", channel=["lanh-dao"], **fields)
        assert "Chưa gửi được hết" in failed.text
        assert editor.send_form(f"{where}/send", channel=["lanh-dao"], **fields).status_code == 303
    too_long = change(editor, "/lead", lead="Một. Hai. Ba.")
    assert (too_long.status_code, "Một. Hai. Ba." in too_long.text) == (400, True)


def test_what_each_role_may_do_there(press: Press) -> None:
    checked = press.editor.get(f"{ROOM}/check")
    where = publish(press.editor, checked).headers["location"]
    names = re.findall(r'href="(/digest/published/\d+/file/[^"]+)"', press.editor.get(where).text)
    assert len(names) == 8
    for role in ("viewer", "reviewer", "analyst", "administrator", "auditor"):
        with press.desk.client(press.desk.account(role)) as client:
            entrance = client.get("/digest")
            assert entrance.headers["location"] == ("/digest/published" if role == "viewer" else ROOM)
            assert client.get("/digest/published").status_code == 200
            page = client.get(where)
            assert page.status_code == 200
            assert f"{where}/send" not in page.text
            for name in names:
                answer = client.get(name)
                assert answer.status_code == 200
                assert "frame-ancestors 'self'" in answer.headers["content-security-policy"]
            room = client.get(ROOM)
            assert room.status_code == (403 if role == "viewer" else 200)
            assert f'action="{ROOM}/lead"' not in room.text
            assert ("Soạn" in room.text, "Sửa ở đây" in room.text) == (False, False), role
            for path in (f"{ROOM}/check", f"{where}/send"):
                assert client.get(path).status_code == 403
            for path in (f"{ROOM}/lead", f"{ROOM}/publish", f"{where}/send"):
                assert client.send_form(path, version="0", lead="x", latest="0", seen="x").status_code == 403
    for path in ("/digest/published/999", "/digest/published/abc", f"{where}/file/letter.html", f"{where}/file/x.pdf",
                 "/digest/day/2026-11-23", "/digest/day/1999-01-01", "/digest/day/heute", f"{ROOM}/form/csv",
                 f"{ROOM}/out/no-such"):  # fmt: skip
        assert press.editor.get(path).status_code == 404, path
    assert press.desk.storage.drafts.draft(DAY).version == 0


def test_an_edition_says_what_it_replaces_and_the_check_leads_on(press: Press) -> None:
    editor = press.editor
    checked = editor.get(f"{ROOM}/check")
    assert f'href="/review?day={DAY}&amp;state=new' in checked.text
    fields = hidden(checked)
    asked = editor.get(f"{ROOM}/publish", params={"seen": fields["seen"], "latest": fields["latest"]})
    assert "bài chưa được duyệt" in asked.text
    first = publish(editor, checked).headers["location"]
    page = editor.get(first).text
    assert f'<a class="button second" href="{ROOM}#correction">Đính chính bản này</a>' in page
    assert "bản mới thay bản này" in editor.get(ROOM).text
    lan = press.desk.storage.accounts.by_name("lan")
    assert lan is not None
    key = re.findall(r'name="key" value="([^"]+)">Đưa lên nổi bật', editor.get(ROOM).text)[0]
    act = ReviewAct("reject", (key,), "minor")
    press.desk.storage.reviews.act(Actor(lan.id, lan.name, "127.0.0.1", "desk"), act, AT)
    change(editor, "/lead", lead="Đã sửa.", erratum="Bản 1 ghi sai <b>tên xã</b>.")
    checked = editor.get(f"{ROOM}/check").text
    for text in ("Bản 1 ghi sai &lt;b&gt;tên xã&lt;/b&gt;.", "thêm lời dẫn", "bỏ 1 bài"):
        assert text in checked, text
    assert "Không có gì phải đính chính" not in checked
    assert "Bản này thay bản điểm báo số 1 của cùng ngày." in editor.get(f"{ROOM}/form/html").text
    second = publish(editor, editor.get(f"{ROOM}/check")).headers["location"]
    page = editor.get(second).text
    for text in ("Bản này thay bản số 1.", "Bản 1 ghi sai", "thêm lời dẫn", "bỏ 1 bài"):
        assert text in page, text
    assert "không đính chính bản nào" not in page
    assert press.desk.storage.drafts.draft(DAY).erratum == ""
    names = re.findall(rf'href="({second}/file/[^"]+\.(?:html|md))"', page)
    whole = [editor.get(name).text for name in names if "bản điểm báo số 1 của cùng ngày" in editor.get(name).text]
    assert len(whole) == 3  # the brief says so, too
    shown = editor.get(next(name for name in names if name.endswith(".html") and "tom-tat" not in name)).text
    for text in ("Bản 1 ghi sai", "bỏ 1 bài", "Chưa bài nào trong"):
        assert text in shown, text
    assert "Đính chính bản này" not in editor.get(first).text
    listed = editor.get("/digest/published").text
    assert listed.count("Lan</span>") == 2
    assert "<dt>Người phát hành</dt><dd>Lan</dd>" in page
    assert f'<a href="{second}">' in editor.get("/today").text
    assert "đã thay bằng số 2" in listed
    assert "thay bản số 1" in listed


def test_without_recipients_the_page_says_whom_to_ask(press: Press) -> None:
    press.desk.account("administrator", "quan.tri", full_name="Nguyễn Thị Quản Trị")
    name_lists(press.desk.home.config / "settings.toml", {})
    checked = press.editor.get(f"{ROOM}/check")
    assert "chưa có nơi nhận" in checked.text
    where = publish(press.editor, checked).headers["location"]
    for path in (where, f"{where}/send"):
        assert "nhờ quản trị viên (Nguyễn Thị Quản Trị)" in press.editor.get(path).text
    assert f"{where}/send" not in press.editor.get(where).text
    assert f'href="{where}"' in press.editor.get(f"{where}/send").text


def test_today_counts_what_the_digest_holds(press: Press) -> None:
    def counted() -> tuple[str, str]:
        figures = re.findall(r'<dd class="figure"><a href="[^"]+">(\d+)</a></dd>', press.editor.get("/today").text)
        (articles,) = re.findall(r"Số tin, bài trong bản điểm báo: (\d+)", press.editor.get(ROOM).text)
        return figures[0], articles

    before = counted()
    assert before[0] == before[1]
    first = re.findall(r'name="key" value="([^"]+)">Đưa lên nổi bật', press.editor.get(ROOM).text)[-2]
    editor = press.desk.storage.accounts.by_name("lan")
    assert editor is not None
    lan = Actor(editor.id, editor.name, "127.0.0.1", "desk")
    press.desk.storage.reviews.act(lan, ReviewAct("reject", (first,), "minor"), AT)
    story = re.findall(r'name="story" value="([^"]+)"', press.editor.get(ROOM).text)[-1]
    change(press.editor, f"/out/{story}", reason="trùng")
    after = counted()
    assert after[0] == after[1]
    assert int(after[0]) <= int(before[0]) - 2
