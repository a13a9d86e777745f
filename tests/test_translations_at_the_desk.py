"""Translations at the desk: rows, card, search and article page, and the form by which a person puts one right."""

from collections.abc import Iterator, Mapping

import pytest
from bs4 import BeautifulSoup, Tag

from pipeline.records.audit import AuditFilter
from tests.support.desk_server import Desk, DeskClient
from tests.support.review_desk import review_desk
from tests.support.translated_press import (
    CORRECTED,
    HOSTILE,
    PERSON,
    REFUSED,
    TEXTS,
    translate_press,
)

TITLE, EXCERPT = TEXTS["shio-ja"]
BY = "máy dịch: sample-7b, bản 2026-10 (openai)"
PRINTED = "ベトナム・カナーの塩、しょうゆ原料として初輸入"


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.thorough)])
def desk(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with review_desk(request, tmp_path_factory) as served:
        yield served


@pytest.fixture(scope="module")
def keys(desk: Desk) -> Mapping[str, str]:
    return translate_press(desk.storage)


@pytest.fixture(scope="module")
def lan(desk: Desk) -> Iterator[DeskClient]:
    with desk.client(desk.account("reviewer", "lan")) as client:
        yield client


@pytest.fixture(scope="module")
def minh(desk: Desk) -> Iterator[DeskClient]:
    with desk.client(desk.account("editor", "minh")) as client:
        yield client


def page(client: DeskClient, path: str, **values: str) -> BeautifulSoup:
    answer = client.get(path, params=values)
    assert answer.status_code == 200, answer.text
    return BeautifulSoup(answer.text, "lxml")


def part(of: Tag, selector: str) -> Tag:
    """Return the first element of a CSS selector."""
    found = of.select_one(selector)
    assert found is not None, selector
    return found


def test_rows_and_card_begin_with_the_translation(lan: DeskClient, keys: Mapping[str, str]) -> None:
    shown = page(lan, "/review", item=keys["shio-ja"])
    row, card = part(shown, f"li#{keys['shio-ja']}"), part(shown, "#card")
    assert (part(row, "a").text, part(row, "a")["lang"], part(row, "[lang=ja]").text) == (TITLE, "vi", PRINTED)
    assert (part(row, ".by").text, part(row, ".by")["title"]) == ("máy dịch", BY)
    assert part(card, "h2").get_text(" ", strip=True) == f"{TITLE} máy dịch"
    assert part(card, ".printed a").text == PRINTED
    assert [p["lang"] for p in card.select(".excerpt")] == ["vi", "ja"]
    assert f"{BY[0].upper()}{BY[1:]}." in card.text
    corrected = part(page(lan, "/review", item=keys[CORRECTED]), "#card")
    assert f"Người dịch: {PERSON}." in corrected.text and "Máy dịch" not in corrected.text


def test_a_vietnamese_query_finds_it_and_says_who_translated(lan: DeskClient, keys: Mapping[str, str]) -> None:
    hit = next(li for li in page(lan, "/search", q='"nước tương" "lót bạt"').select(".results li") if TITLE in li.text)
    assert part(hit, "a")["href"] == f"/article/{keys['shio-ja']}"
    assert PRINTED in hit.text and {by.text for by in hit.find_all(class_="by")} == {BY}
    assert [mark.text for mark in hit.find_all("mark")] == ["nước tương", "lót bạt"]


def test_the_article_page_has_both_and_says_what_was_refused(lan: DeskClient, keys: Mapping[str, str]) -> None:
    shown = page(lan, f"/article/{keys['shio-ja']}")
    assert (part(shown, "h1").text, part(shown, "h1")["lang"]) == (TITLE, "vi")
    assert BY in shown.text and EXCERPT in shown.text and PRINTED in shown.text
    refused = page(lan, f"/article/{keys[REFUSED]}")
    assert part(refused, "h1").text.startswith("닌투언")
    for found in (refused, page(lan, "/review", item=keys[REFUSED])):
        assert part(found, ".known").text.startswith("Báo Hàn Quốc, về năng lượng: 14 %, 22 nhà máy")
    assert not shown.find(class_="known"), "a translation says more"
    told = part(refused, "#translation").text
    assert "Số liệu “14%” của nguyên bản bị mất hoặc bị đổi." in told and "không được hiển thị" in told
    hostile = page(lan, f"/article/{keys[HOSTILE]}")
    assert part(hostile, "h1").text == "<script>alert(1)</script> Bảy tua-bin gió dừng"
    assert not [script for script in hostile.find_all("script") if "alert" in script.text]


def form(client: DeskClient, key: str) -> dict[str, str]:
    """Return the fields of the form for a translation, as a browser would send them back."""
    shown = part(page(client, f"/article/{key}"), "#translation")
    fields = {str(field["name"]): field.text for field in shown.select("textarea")}
    return fields | {str(one["name"]): str(one["value"]) for one in shown.select("input[name$=_seen]")}


def test_a_person_puts_one_right(desk: Desk, lan: DeskClient, minh: DeskClient, keys: Mapping[str, str]) -> None:
    key = keys["vinograd-nintkhuan"]
    path, first, later = f"/article/{key}/translation", form(lan, key), form(minh, key)
    assert (first["title"], first["excerpt"]) == TEXTS["vinograd-nintkhuan"]
    answer = lan.send_form(path, **{**first, "title": "Nho Ninh Thuận:\r\ngiá cao nhất ba năm"})
    assert answer.status_code == 303
    shown = desk.storage.translations.of_items([key])[key].texts
    assert (shown["title"].text, shown["title"].who) == ("Nho Ninh Thuận: giá cao nhất ba năm", "lan")
    assert shown["excerpt"].engine is not None, "what nobody changed stays the machine's"
    [entry] = desk.storage.audit.page(AuditFilter(action="translation.corrected", who="lan", object_id=key))
    assert entry.after != entry.before
    # Whoever saw what stood there before is told, and what she typed is not lost.
    clash = minh.send_form(path, **{**later, "title": "Giá nho tăng"})
    assert clash.status_code == 409 and "Có người vừa sửa" in clash.text and "Giá nho tăng</textarea>" in clash.text
    assert desk.storage.translations.of_items([key])[key].texts["title"].who == "lan"
    # An empty one takes the correction back.
    assert minh.send_form(path, **{**form(minh, key), "title": ""}).status_code == 303
    assert desk.storage.translations.of_items([key])[key].texts["title"].engine is not None


def test_nobody_else_may(desk: Desk, keys: Mapping[str, str]) -> None:
    key = keys["shio-ja"]
    with desk.client(desk.account("analyst")) as client:
        shown = page(client, f"/article/{key}")
        assert TITLE in shown.text and not shown.find_all("textarea")
        assert client.send_form(f"/article/{key}/translation", title="x").status_code == 403
    with desk.client(desk.account("reviewer")) as client:
        assert client.send_form("/article/unknown/translation", title="x").status_code == 404
        vietnamese = next(i for i in desk.storage.articles.items() if i.language == "vi")
        assert not page(client, f"/article/{vietnamese.key}").find(id="translation")
        client.send_form(f"/article/{vietnamese.key}/translation", title="x")
        assert desk.storage.translations.of_items([vietnamese.key]) == {}


def test_the_digest_room_names_stories_in_vietnamese(minh: DeskClient, keys: Mapping[str, str]) -> None:
    shown = BeautifulSoup(minh.get("/digest", follow_redirects=True).text, "lxml")
    told = next(one for one in shown.find_all(class_="what") if one.text == TITLE)
    assert told["lang"] == "vi" and told.parent is not None
    assert PRINTED in told.parent.text and "máy dịch" in told.parent.text
