"""The pages of articles, stories and events: text with its evidence, versions, who sees what; on both databases."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest

from diembao.jobs.reading.marks import Piece, Span, paragraphs, pieces
from pipeline.records import Decision, PageImage
from pipeline.records.audit import Actor
from pipeline.records.reviews import ReviewAct
from tests.support.desk_server import MAKER, DeskClient
from tests.support.reading_room import NOW, STORY, ReadingRoom

pytestmark = pytest.mark.none_on_postgresql

_KEY = re.compile(r'class="headline" href="/article/([^"/?]+)"')


@pytest.fixture(scope="module")
def reviewer(room: ReadingRoom) -> Iterator[DeskClient]:
    with room.desk.client(room.desk.account("reviewer")) as client:
        yield client


def test_pieces_hold_the_whole_text_and_every_kind_of_a_place() -> None:
    text = "một hai ba\nbốn\u202e năm"
    spans = [Span(4, 11, "place", "A"), Span(8, 15, "topic", "B"), Span(8, 10, "tone"), Span(-1, 3, "tone")]
    found = pieces(text, spans)
    assert "".join(piece.text for piece in found) == text.replace("\u202e", "")
    assert Piece("ba", ("place", "topic", "tone"), "A; B") in found
    assert all(not piece.kinds for piece in found if piece.text in ("một ", " năm"))
    assert [["".join(p.text for p in line)] for line in paragraphs(found)] == [["một hai ba"], ["bốn năm"]]
    assert pieces("", ()) == ()


def test_the_article_shows_text_evidence_and_the_last_change(room: ReadingRoom, reviewer: DeskClient) -> None:
    text = reviewer.get(f"/article/{room.hostile}").text
    assert '<mark class="mark-tone mark-good" title="Tích cực">phấn khởi</mark>' in text
    assert "<del>10</del><ins>12</ins>" in text
    assert "\u202e" not in text
    assert text.count("?version=2#changes") == 1
    assert '<details id="explain">' in text
    explained = reviewer.get(f"/article/{room.hostile}?explain=1").text
    assert '<details id="explain" open>' in explained and "cảng Cà Ná" in explained
    office, _, technical = explained.partition('<details class="technical">')
    assert "Phiên bản bộ quy tắc" in technical and "Phiên bản bộ quy tắc" not in office
    assert not re.search(r"<dd>[^<]*\([a-z]+_[a-z_]+\)", office), "an id of a topic among the words of the office"
    assert "<del>" not in reviewer.get(f"/article/{room.hostile}?version=1").text


def test_an_unknown_article_is_not_found_and_nonsense_refused(room: ReadingRoom, reviewer: DeskClient) -> None:
    for path in ("/article/none", "/story/none", "/event/none", f"/article/{room.hostile}/image/1"):
        assert reviewer.get(path).status_code == 404, path
    for path in (
        f"/article/{room.hostile}?version=x",
        f"/story/{room.story}?after=x~y",
        f"/event/{room.event}?after=1",
    ):
        assert reviewer.get(path).status_code == 400, path
    assert reviewer.get("/article/%27%20OR%201=1--").status_code == 404
    assert reviewer.get(f"/article/{room.hostile}/image/..%2f..%2fdesk.key").status_code == 404


def test_a_story_is_paged_in_the_order_of_time(room: ReadingRoom, reviewer: DeskClient) -> None:
    keys: list[str] = []
    path = f"/story/{room.story}"
    while path:
        text = reviewer.get(path).text
        keys += _KEY.findall(text)
        found = re.search(r'href="([^"]+)" rel="next"', text)
        path = found[1].replace("&amp;", "&") if found else ""
    members = room.desk.storage.stories.event_items(room.event)
    expected = sorted((one for one in members if one.story == room.story), key=lambda o: (o.published_or_seen, o.key))
    assert keys == [one.key for one in expected] and len(keys) == STORY
    assert f'<dd class="figure">{STORY}</dd>' in reviewer.get(f"/story/{room.story}").text


def test_the_article_tells_who_else_has_it_and_what_is_said_abroad(room: ReadingRoom, reviewer: DeskClient) -> None:
    text = reviewer.get(f"/article/{room.story}").text
    line, abroad = text.split('id="foreign-head"')[0].split('id="line-head"')[1], text.split('id="foreign-head"')[1]
    assert len(_KEY.findall(line)) == 40 and "/event/" in line
    countries = set(re.findall(r"· (Pháp|Việt Nam) ·", abroad))
    assert countries == {"Pháp"}


def test_decisions_acts_and_comments_stand_with_name_and_time(room: ReadingRoom, reviewer: DeskClient) -> None:
    from pipeline.records.reviews import ReviewAct

    storage, account = room.desk.storage, room.desk.account("reviewer", name="nguyen.a")
    actor = type(MAKER)(account.id, account.name, "", "desk")
    key = room.desk.storage.stories.event_items(room.event)[-1].key
    storage.articles.decide([Decision(key, "tone", "negative", "bà B", NOW, "vì <b>thế</b>")])
    storage.reviews.act(actor, ReviewAct("approve", (key,)), NOW)
    storage.reviews.comment(actor, key, "Xem lại <script>x</script>", NOW)
    text = reviewer.get(f"/article/{key}").text
    assert "bà B" in text and "vì &lt;b&gt;thế&lt;/b&gt;" in text
    assert "Duyệt" in text and "nguyen.a" in text and "đã duyệt" in text
    assert "Xem lại &lt;script&gt;" in text


def test_a_viewer_sees_what_is_assigned_to_the_own_department_and_404_else(room: ReadingRoom) -> None:
    storage = room.desk.storage
    maker = room.desk.account("reviewer")
    department = storage.accounts.create_department("so-a", "Sở A", "", MAKER, NOW)
    viewer = room.desk.account("viewer", department=department.id)
    members = storage.stories.event_items(room.event)
    shown, hidden = members[3], members[4]
    actor = type(MAKER)(maker.id, maker.name, "", "desk")
    with room.desk.client(viewer) as client:
        assert client.get(f"/article/{shown.key}").status_code == 404
        storage.reviews.assign(actor, shown.key, department.id, NOW)
        text = client.get(f"/article/{shown.key}").text
        assert shown.article.title in text
        # Others of its event stay unseen, on its page and on that of the event.
        assert hidden.article.title not in text
        assert client.get(f"/article/{hidden.key}").status_code == 404
        assert _KEY.findall(client.get(f"/event/{room.event}").text) == [shown.key]
        assert client.get(f"/event/{room.event}").text.count("figure") == 0
        for path in ("/search", "/sources", "/source/s1", "/ledger", "/reports", "/alerts", "/exports"):
            assert client.get(path).status_code == 403, path
            assert f'href="{path}"' not in text


def test_a_kept_image_is_given_and_no_other_file(room: ReadingRoom, reviewer: DeskClient) -> None:

    storage, home = room.desk.storage, room.desk.home
    newest = storage.page_images.due(("main",), NOW - timedelta(days=5), NOW)
    drawn = next(page for page in newest if page.item == room.hostile)
    folder = home.images / room.hostile
    folder.mkdir(parents=True)
    (folder / "a.pdf").write_bytes(b"%PDF-1.7 x")
    image = PageImage(drawn.document_id, NOW, drawn.url, "pdf", b"%PDF-1.7 x", 0, True)
    storage.page_images.save_taken(image, f"{room.hostile}/a.pdf", "0" * 64)
    answer = reviewer.get(f"/article/{room.hostile}/image/2")
    assert answer.content == b"%PDF-1.7 x" and answer.headers["content-type"] == "application/pdf"
    assert "sandbox" in answer.headers["content-security-policy"]
    (folder / "a.pdf").unlink()
    assert reviewer.get(f"/article/{room.hostile}/image/2").status_code == 404


def test_a_rejection_is_told_in_words_and_by_the_full_name(room: ReadingRoom, reviewer: DeskClient) -> None:
    account = room.desk.account("editor", "loan", full_name="Phạm Thị Loan")
    act = ReviewAct("reject", (room.hostile,), "passing")
    room.desk.storage.reviews.act(Actor(account.id, account.name, "", "desk"), act, NOW)
    text = reviewer.get(f"/article/{room.hostile}").text
    room.desk.storage.reviews.undo(Actor(account.id, account.name, "", "desk"), NOW)
    assert "Phạm Thị Loan đã xem và quyết định: chỉ nhắc qua" in text
    assert "Loại: chỉ nhắc qua" in text
    assert re.search(r"\(Phạm Thị Loan, [^)]*\): chỉ nhắc qua", text)
    assert "passing" not in text
    assert "loan" not in text
