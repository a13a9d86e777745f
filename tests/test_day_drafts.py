"""The digest of a day under people's hands: what they chose, wrote and left out stands in every form of it, named."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pypdfium2
import pytest

from analysis.digest.office import OfficeWords
from analysis.digest.presenter import DigestPresenter
from analysis.documents.labels import labels
from analysis.stories.ranking import TopStory, with_chosen
from config.alerts import Mail
from config.rulebook import load_rulebook
from config.settings import MailingList, SendingSettings, Settings, load_settings
from diembao.jobs.digest_room import room as room_job
from diembao.jobs.digest_room.check_list import check_list
from diembao.jobs.digest_room.release import NotAsSeen, Seen, publish_seen
from diembao.jobs.publishing import publish as publish_job
from diembao.jobs.publishing.digest import FORMS, build_draft, render
from diembao.system.home import Home
from pipeline.records.audit import AuditFilter
from pipeline.records.publications import Publication
from pipeline.records.reviews import DraftClash, ReviewAct
from pipeline.rules.rulebook import Rulebook
from storage.database import Database, open_database
from tests.support.days import END, fill
from tests.support.desk import LAN, MINH, people

pytestmark = pytest.mark.none_on_postgresql

DAY = date(2026, 11, 22)
AT = END + timedelta(minutes=30)
LEAD = "Cảng Cà Ná đón tàu đầu tiên. Văn phòng đề nghị Sở Công Thương theo dõi."
OUT = "tin trùng bản hôm qua"


@pytest.fixture(scope="module")
def rules() -> Rulebook:
    return load_rulebook(None)


@pytest.fixture(scope="module")
def settings() -> Settings:
    made = load_settings(None)
    return replace(made, sending=SendingSettings(("pdf",), (), (MailingList("lanh-dao", ("a@example.vn",)),)))


@pytest.fixture
def storage(address: str) -> Iterator[Database]:
    made = open_database(address)
    fill(made, 12)
    people(made)
    yield made
    made.close()


def look(storage: Database, settings: Settings, rules: Rulebook) -> room_job.Room:
    return room_job.room(storage, settings, rules, DAY, AT)


def forms(
    storage: Database, settings: Settings, rules: Rulebook, which: Sequence[str] = ("html", "md")
) -> dict[str, str]:
    """Return the text of forms of the day's digest, and of its letter, by their names."""
    draft = build_draft(storage, settings, rules, day=DAY, language="vi", made_at=AT)
    return {name: words(name, body) for name, body in render(draft, which, letter=True).items()}


def words(name: str, body: bytes) -> str:
    if name.endswith(".pdf"):
        pages = pypdfium2.PdfDocument(body)
        text = " ".join(page.get_textpage().get_text_range() for page in pages)
    elif name.endswith(".docx"):
        text = re.sub(r"<[^>]+>", "", ZipFile(BytesIO(body)).read("word/document.xml").decode())
    else:
        text = body.decode() if not name.endswith(".png") else ""
    return " ".join(text.split())


def test_a_day_under_hands_shows_the_same_in_every_form(storage: Database, settings: Settings, rules: Rulebook) -> None:
    before = look(storage, settings, rules)
    untouched = forms(storage, settings, rules)
    assert "do cơ quan" not in untouched["diem-bao-2026-11-22.html"]
    last, out = before.others[-1], before.others[0]
    rejected = before.others[1]
    for change in (
        room_job.write_lead(storage, DAY, LEAD, LAN, AT, expected=0),
        room_job.order_top(storage, DAY, [last.key, *(s.key for s in before.top)], LAN, AT, expected=1),
        room_job.leave_out(storage, before, out.story, OUT, LAN, AT, expected=2),
    ):
        assert not isinstance(change, DraftClash)
    items = [item.key for item in before.items if item.story == rejected.story]
    storage.reviews.act(LAN, ReviewAct("reject", tuple(items), "minor"), AT)
    after = look(storage, settings, rules)
    assert after.top[0].key == last.key
    assert after.fingerprint != before.fingerprint
    assert after.model.counts.items == before.model.counts.items - out.items - rejected.items
    assert [(one.lead and one.lead.article.title, one.reason, one.items) for one in after.left_out] == [
        (out.title, OUT, out.items)
    ]
    storage.reviews.comment(MINH, last.key, "Chuyện trong nhà, không gửi đi", AT)
    head = storage.audit.head().hash
    made = forms(storage, settings, rules, FORMS)
    for name, text in made.items():
        assert "Chuyện trong nhà" not in text
        if name.endswith((".csv", ".png")):
            continue
        assert "Cảng Cà Ná đón tàu đầu tiên." in text, name
        assert "Lời dẫn của cơ quan" in text, name
        if name.startswith("diem-bao"):
            assert OUT in text, name
            assert f"{out.items} tin, bài do biên tập để ngoài" in text, name
            assert f"{rejected.items} tin, bài bị loại khi duyệt" in text, name
            assert "ít quan trọng" in text, name
            assert head in text.replace(" ", ""), name
            assert "biên tập chọn" in text, name
        else:
            assert "để ngoài hoặc loại khi duyệt" in text, name
    csv = made["diem-bao-2026-11-22.csv"]
    assert all(key not in csv for key in items)
    published = publish_job.publish(storage, settings, rules, day=DAY, language="vi", made_at=AT)
    assert len(published.items) == after.model.counts.items


def test_a_day_without_a_draft_is_as_it_was(storage: Database, settings: Settings, rules: Rulebook) -> None:
    first = forms(storage, settings, rules)
    changed = room_job.write_lead(storage, DAY - timedelta(days=1), LEAD, LAN, AT - timedelta(days=1), expected=0)
    assert not isinstance(changed, DraftClash)
    storage.drafts.change(DAY, LAN, AT, lead=LEAD)
    storage.drafts.change(DAY, LAN, AT, lead="")
    # Only that the audit has entries now is told.
    audit = re.compile(r"\s*<p>Nhật ký kiểm toán.*?</p>|Nhật ký kiểm toán.*?[0-9a-f]{64}\\?\.\s*", re.DOTALL)
    for name, second in forms(storage, settings, rules).items():
        assert audit.sub("", second).split() == first[name].split(), name


def test_only_what_the_machine_did_not_propose_is_marked(
    storage: Database, settings: Settings, rules: Rulebook
) -> None:
    model = look(storage, settings, rules).model
    stories = [story for section in model.sections for story in section.stories]
    mine, ours = stories[:2]
    proposed = TopStory(ours, 2, (), 0)
    top = with_chosen([proposed], stories, [mine.lead.key, ours.lead.key], home="VN", alone=True)
    assert [(one.story, one.placed, one.chosen) for one in top] == [(mine, True, True), (ours, True, False)]
    words = labels("vi")
    marked = [DigestPresenter(model, words, {}).why_top(one) for one in top]
    assert ["biên tập chọn" in text for text in marked] == [True, False]
    said = [OfficeWords(replace(model, top=shown), words).top() for shown in (top, top[1:], (proposed,))]
    assert "là tin máy không đề xuất" in said[0]
    assert "biên tập chọn" not in said[1] and "cơ quan chọn và xếp thứ tự" in said[1]
    assert "xếp thứ tự" not in said[2]


def test_who_decided_goes_out_by_the_full_name(storage: Database, settings: Settings, rules: Rulebook) -> None:
    story = look(storage, settings, rules).others[0]
    storage.reviews.act(MINH, ReviewAct("approve", (story.key,)), AT)
    storage.accounts.change(MINH.account or 0, LAN, AT, full_name="Lê Văn Minh")
    for name, text in forms(storage, settings, rules).items():
        if name.startswith("diem-bao"):
            assert "Lê Văn Minh đã xem và quyết định" in text, name
            assert "minh đã xem" not in text.replace("Minh", ""), name


def test_stars_come_first_until_a_person_orders(storage: Database, settings: Settings, rules: Rulebook) -> None:
    before = look(storage, settings, rules)
    star = before.others[-1]
    storage.reviews.act(MINH, ReviewAct("star", (star.key,), "1"), AT)
    starred = look(storage, settings, rules)
    assert starred.top[0].key == star.key
    assert starred.top[0].chosen
    assert [one.key for one in starred.top[1:]] == [one.key for one in before.top][: len(starred.top) - 1]
    changed = room_job.take_from_top(storage, starred, starred.top[0], LAN, AT, expected=0)
    assert not isinstance(changed, DraftClash)
    after = look(storage, settings, rules)
    assert star.key not in {one.key for one in after.top}
    assert not storage.reviews.reviews([star.key])[star.key].star


def test_what_cannot_be_meant_is_refused(storage: Database, settings: Settings, rules: Rulebook) -> None:
    today = look(storage, settings, rules)
    for text in ("dài " * 200, "Một câu. Hai câu. Ba câu."):
        with pytest.raises(room_job.DraftFault):
            room_job.write_lead(storage, DAY, text, LAN, AT, expected=0)
    for story, reason in ((today.others[0].story, "  "), ("no-such", "x")):
        with pytest.raises(room_job.DraftFault):
            room_job.leave_out(storage, today, story, reason, LAN, AT, expected=0)
    with pytest.raises(room_job.DraftFault):
        room_job.order_top(storage, DAY, [str(n) for n in range(11)], LAN, AT, expected=0)
    room_job.write_lead(storage, DAY, "Của Lan.", LAN, AT, expected=0)
    clash = room_job.write_lead(storage, DAY, "Của Minh.", MINH, AT, expected=0)
    assert isinstance(clash, DraftClash)
    assert (clash.theirs.lead, clash.mine.lead) == ("Của Lan.", "Của Minh.")
    assert look(storage, settings, rules).draft.lead == "Của Lan."
    taken = look(storage, settings, rules).others[0]
    out = room_job.leave_out(storage, today, taken.story, "lý do", LAN, AT, expected=1)
    assert not isinstance(out, DraftClash)
    back = room_job.take_back(storage, DAY, taken.story, LAN, AT, expected=out.version)
    assert not isinstance(back, DraftClash)
    assert look(storage, settings, rules).model.counts == today.model.counts


def test_the_check_list_and_one_publication_of_two(
    storage: Database, settings: Settings, rules: Rulebook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = tmp_path / "clock.json"
    clock.write_text(f'{{"now": "{AT.isoformat()}", "steady": 0.0}}')
    monkeypatch.setenv("DIEMBAO_CLOCK", str(clock))
    today = look(storage, settings, rules)
    first = today.items[0].key
    storage.reviews.act(LAN, ReviewAct("approve", (first,), ""), AT)
    checked = check_list(storage, settings, Mail(), look(storage, settings, rules))
    assert (checked.open_reviews, checked.articles) == (11, 12)
    assert [one.to for one in checked.lists] == [("a@example.vn",)]
    home = Home(tmp_path)
    stale = Seen(DAY, "vi", today.fingerprint, 0)
    room_job.write_lead(storage, DAY, LEAD, LAN, AT, expected=0)
    refused = publish_seen(storage, settings, rules, home, LAN, stale)
    assert isinstance(refused, NotAsSeen)
    assert not refused.published
    seen = Seen(DAY, "vi", look(storage, settings, rules).fingerprint, 0)
    made = publish_seen(storage, settings, rules, home, LAN, seen)
    assert isinstance(made, Publication)
    again = publish_seen(storage, settings, rules, home, MINH, seen)
    assert isinstance(again, NotAsSeen)
    assert (again.published, again.latest) == (True, made.id)
    [entry] = storage.audit.page(AuditFilter(action="digest.publish"))
    assert (entry.object_id, entry.account, entry.way) == (str(made.id), 1, "desk")
    assert storage.audit.verify().is_sound
