"""A place is named and nothing says that it is ours: told, listed beside the digest, decided and learnt from."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from analysis.digest.html import render_html, render_markdown
from analysis.documents.blocks import Letterhead
from config.rulebook import load_rulebook
from config.settings import load_settings
from diembao.evaluation.training import train
from diembao.jobs.decide import decide, labelled_rows
from diembao.jobs.publishing.digest import build_draft, print_document
from diembao.jobs.review.queue import uncertain
from pipeline.explain import explain
from pipeline.records import Article, Document, Entry, Irrelevant, Poll, Reason, Source, Text
from pipeline.records.audit import Actor
from pipeline.records.reviews import ReviewAct
from pipeline.rules.rulebook import rulebook
from pipeline.tagging.reason_text import relevance_reason_text
from pipeline.tagging.tagger import tag
from storage.database import Database, open_database
from tests.support.factories import examine_pending, store_pages

RULES = load_rulebook()
DAY = datetime(2026, 11, 22, tzinfo=UTC)


def text(title: str, body: str = "") -> Text:
    return Text("a", title, body or f"{title}. " * 3, published=DAY)


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Nông dân Ninh Phước xuống giống vụ mới", "Ninh Phước"),
        ("Phường Đông Hải đông ghe từ sáng sớm", "Đông Hải"),
        ("Làng Mỹ Nghiệp dệt thổ cẩm cho mùa cưới", "Mỹ Nghiệp"),
        ("Ruộng lúa Phước Hậu chín sớm", "Phước Hậu"),
    ],
)
def test_a_shared_name_without_support_is_told(title: str, name: str) -> None:
    tags = tag(text(title), RULES)
    assert (tags.relevance, tags.reason.code, tags.places) == ("no", "uncertain", ())
    assert 0.15 < tags.relevance_score < 0.5
    assert f"“{name}”" in relevance_reason_text(tags.reason, "vi")
    assert f"“{name}”" in relevance_reason_text(explain(text(title), RULES).tags.reason, "en")


@pytest.mark.parametrize(
    ("title", "code"),
    [
        ("Giá vàng đi ngang", "unnamed"),
        ("Huyện Đông Hải, Bạc Liêu được mùa muối", "unnamed"),
        ("Ông Nguyễn Phước Hậu nhận giải", "unnamed"),
        ("Nha Trang đón khách", "unnamed"),
        ("Thủ môn Văn Lâm trở lại đội tuyển", "unnamed"),
        ("Nhà máy điện hạt nhân đóng lò phản ứng", "unnamed"),
    ],
)
def test_what_is_clear_is_not_uncertain(title: str, code: str) -> None:
    tags = tag(text(title), RULES)
    assert (tags.relevance, tags.reason.code) == ("no", code)


@pytest.mark.parametrize("title", ["Nuôi hàu trên đầm Nại", "Lặn ở hang Rái", "Đèn biển ở mũi Dinh"])
def test_a_landmark_counts_although_a_sentence_writes_its_noun_small(title: str) -> None:
    assert tag(text(title), RULES).relevance != "no"


def test_any_cham_tower_is_no_town() -> None:
    assert tag(text("Tu sửa một tháp Chàm cổ"), RULES).relevance == "no"


def labelled(n: int, title: str, relevance: str) -> dict[str, Any]:
    return {"id": str(n), "title": title, "text": f"{title}. Chuyện thứ {n}.", "about_ninh_thuan": relevance}


def test_what_people_say_of_such_texts_is_learnt() -> None:
    said = [labelled(n, "Ghe về cảng Đông Hải", "main") for n in range(6)]
    said += [labelled(n + 6, "Ruộng lúa Phước Hậu chín", "no") for n in range(6)]
    learnt = rulebook(RULES.places, RULES.topics, train(said, RULES))
    assert tag(text("Chợ Đông Hải họp sớm"), learnt).relevance in ("main", "mention")
    assert tag(text("Nông dân Phước Hậu vào mùa"), learnt).reason.code == "uncertain"
    assert train(said[:6], RULES).support == RULES.models.support, "one answer alone teaches nothing"
    assert not RULES.models.support.weights, "nothing is learnt before a person decides"


@pytest.fixture
def storage(tmp_path: Path) -> Iterator[Database]:
    opened = open_database(f"sqlite:///{tmp_path / 'd.db'}")
    opened.crawl.set_sources([Source("a", "Báo A", "http://a.example/", ())])
    titles = {"http://a.example/1": "Ghe về cảng Đông Hải", "http://a.example/2": "Giá vàng đi ngang"}
    run = opened.service.begin_run("collect", DAY)
    store_pages(opened, run, Poll("a", "http://a.example/rss", DAY, Reason.OK, 200, entries=tuple(map(Entry, titles))))

    def examine(document: Document) -> Irrelevant:
        title = titles[document.url]
        article = Article(document.url, document.url, title, "", f"{title}. " * 3, published=DAY, published_from="page")
        return Irrelevant(document.id, article, tag(Text("a", article.title, article.text, published=DAY), RULES))

    examine_pending(opened, examine, DAY)
    yield opened
    opened.close()


def test_the_digest_lists_them_beside_its_figures_until_a_person_decides(storage: Database) -> None:
    settings = load_settings(None)
    at = DAY + timedelta(hours=20)
    draft = build_draft(storage, settings, RULES, day=at.date() + timedelta(days=1), language="vi", made_at=at)
    day = draft.day
    assert [item.article.title for item in day.uncertain] == ["Ghe về cảng Đông Hải"]
    assert (day.counts.items, day.counts.uncertain) == (0, 1)
    shown = {"province": "Ninh Thuận", "note": "", "topic_labels": {}}
    for page in (render_html(day, "vi", **shown), render_markdown(day, "vi", **shown)):
        assert "Nêu tên, chưa chắc" in page
        assert page.count("Ghe về cảng Đông Hải") == 1
    blocks = repr(print_document(draft, Letterhead(), ()))
    assert "Nêu tên, chưa chắc (" in blocks
    [item] = day.uncertain
    # The digest goes out to leaders: neither commands nor keys.
    for page in (render_html(day, "vi", **shown), render_markdown(day, "vi", **shown), blocks):
        assert "Người duyệt sẽ quyết định." in page
        assert "diembao decide" not in page
        assert item.key not in page
    decide(storage, item.key, {"relevance": "no"}, who="An", at=at)
    again = build_draft(storage, settings, RULES, day=at.date() + timedelta(days=1), language="vi", made_at=at)
    assert again.day.uncertain == ()
    [row] = labelled_rows(storage)
    assert row["decision"] == {"relevance": "no"}


def test_the_desk_lists_them_to_decide_on(storage: Database) -> None:
    settings, at = load_settings(None), DAY + timedelta(hours=20)
    day = at.date() + timedelta(days=1)
    [story] = uncertain(storage, settings, day=day, at=at)
    assert story.lead.title == "Ghe về cảng Đông Hải"
    rejected = ReviewAct("reject", (story.lead.key,), "old")
    storage.reviews.act(Actor(None, "An", "", "command"), rejected, at)
    draft = build_draft(storage, settings, RULES, day=day, language="vi", made_at=at)
    assert draft.day.uncertain == ()
    [again] = uncertain(storage, settings, day=day, at=at)
    assert again.lead.review.state == "rejected"
    storage.reviews.act(Actor(None, "An", "", "command"), ReviewAct("approve", (story.lead.key,)), at)
    draft = build_draft(storage, settings, RULES, day=day, language="vi", made_at=at)
    assert draft.day.counts.items == 1
