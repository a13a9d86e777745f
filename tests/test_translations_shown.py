"""Translations in all forms: first on foreign articles, marked, beside the original, inert; none that is refused."""

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import docx
import pypdfium2
import pytest
from bs4 import BeautifulSoup, Tag
from docx.oxml.ns import qn

from analysis.digest.excerpt import visible
from analysis.digest.translated import Translations, TranslationWords
from analysis.documents.labels import labels
from analysis.report.figures import Span
from config.rulebook import load_rulebook
from config.settings import load_settings
from diembao.jobs.digest_room.room import fingerprint
from diembao.jobs.export import ExportRequest, export
from diembao.jobs.publishing.digest import FORMS, build_draft, render
from diembao.jobs.publishing.draft_digest import DraftDigest
from diembao.jobs.publishing.publish import frozen, store
from diembao.jobs.reporting.report import write_report
from pipeline.records import SearchHit
from pipeline.records.translations import ItemTranslation, TranslatedText, Translation
from storage.database import Database, open_database
from storage.search.parser import parse
from tests.support.sample_day import store_sample_day
from tests.support.translated_press import (
    AT,
    CORRECTED,
    CORRECTED_TEXTS,
    ENGINE,
    HOSTILE,
    PERSON,
    REFUSED,
    TEXTS,
    parts_of,
    translate_press,
)

pytestmark = pytest.mark.long(25)

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
END = datetime(2026, 11, 22, 5, 30, tzinfo=ZONE)
MADE = END + timedelta(minutes=45)
KOREAN = "닌투언 태양광, 송전망 포화로 한낮 출력 14% 제한"


@dataclass(frozen=True)
class Press:
    storage: Database
    #: keys of the translated articles by slug
    keys: Mapping[str, str]

    def draft(self, language: str = "vi", **more: object) -> DraftDigest:
        rules, settings = load_rulebook(), load_settings(None)
        return build_draft(
            self.storage, settings, rules, day=END.date(), language=language, made_at=MADE, **more  # type: ignore[arg-type]
        )  # fmt: skip

    def search(self, query: str, by: str = "time") -> dict[str, SearchHit]:
        hits = self.storage.search.search(parse(query), zone=ZONE, by=by)  # type: ignore[arg-type]
        return {hit.item.key: hit for hit in hits}


@pytest.fixture(scope="module")
def press(module_address: str) -> Iterator[Press]:
    """The sample press in a database of each kind, translated."""
    opened = open_database(module_address)
    store_sample_day(opened, END)
    yield Press(opened, translate_press(opened))
    opened.close()


@pytest.fixture(scope="module")
def translated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Press]:
    """The same in SQLite, for what does not depend on the database."""
    opened = open_database(tmp_path_factory.mktemp("press") / "press.db")
    store_sample_day(opened, END)
    yield Press(opened, translate_press(opened))
    opened.close()


@pytest.fixture(scope="module")
def files(translated: Press) -> Mapping[str, bytes]:
    """All forms of its digest and the parts of the letter, by suffix; those of the brief by 'brief' and suffix."""
    made = render(translated.draft(), FORMS, letter=True)
    return {f"brief{Path(n).suffix}" if n.startswith("tom-tat") else Path(n).suffix if "letter" not in n else n: body
            for n, body in made.items()}  # fmt: skip


def part(of: Tag, selector: str) -> Tag:
    """Return the first element of a CSS selector."""
    found = of.select_one(selector)
    assert found is not None, selector
    return found


def article_of(page: BeautifulSoup, words: str) -> Tag:
    """Return the article of a page whose first line, or printed title, holds these words."""
    return next(one for one in page.find_all("article") if words in "".join(t.text for t in one(["h3", "p"])[:2]))


def test_every_foreign_article_begins_with_vietnamese(files: Mapping[str, bytes]) -> None:
    page = BeautifulSoup(files[".html"].decode(), "lxml")
    begun = 0
    for article in part(page, "#foreign").find_all("article"):
        head, original = part(article, "h3"), part(article, "p.original")
        assert not head.get("lang") and original.get("lang") not in (None, "vi"), article
        assert str(part(original, "a")["href"]).startswith("http"), "the printed title holds the link"
        assert "máy dịch" in head.text or "bản dịch đã sửa" in head.text or head.text.startswith("Báo "), head.text
        begun += 1
    assert begun > 10


def test_a_translation_is_marked_and_stands_beside_its_original(files: Mapping[str, bytes]) -> None:
    title, text = TEXTS["shio-ja"]
    original, engine = "ベトナム・カナーの塩、しょうゆ原料として初輸入", "sample-7b, bản 2026-10 (openai)"
    article = article_of(BeautifulSoup(files[".html"].decode(), "lxml"), title)
    assert part(article, "h3").get_text(" ", strip=True) == f"{title} máy dịch"
    assert [p["lang"] for p in article.find_all(class_="original")] == ["ja"]
    excerpts = [p.text for p in article.find_all("p", class_="excerpt")]
    assert excerpts == [text] and f"Máy dịch: {engine}." in article.text
    folded = next(fold for fold in article.find_all("details") if "Nguyên văn tiếng Nhật" in fold.text)
    assert part(folded, "span")["lang"] == "ja" and "140ヘクタール" in folded.text and not folded.has_attr("open")
    word = docx.Document(io.BytesIO(files[".docx"])).element
    lines = ["".join(t.text or "" for t in p.iter(qn("w:t"))) for p in word.iter(qn("w:p"))]
    at = lines.index(f"{title} (máy dịch)")
    assert lines[at + 1] == original and lines[at + 3] == text
    assert lines[at + 4].startswith(f"Máy dịch: {engine}. Nguyên văn tiếng Nhật: ")
    printed = [run for run in word.iter(qn("w:r")) if original in "".join(t.text or "" for t in run.iter(qn("w:t")))]
    languages = {language.get(qn("w:eastAsia")) for run in printed for language in run.iter(qn("w:lang"))}
    assert languages == {"ja"}
    markdown = files[".md"].decode()
    assert f"### {title} *(máy dịch)*\n\n[{original}](<http" in markdown and f"*Máy dịch: {engine}.*" in markdown
    with pypdfium2.PdfDocument(files[".pdf"]) as paper:
        said = re.sub(r"\s+", " ", " ".join(page.get_textpage().get_text_range() for page in paper))
    assert f"{title} (máy dịch) {original}" in said and text in said and f"Máy dịch: {engine}." in said


def test_brief_and_letter_quote_the_foreign_press_in_vietnamese(files: Mapping[str, bytes]) -> None:
    title = TEXTS["shio-ja"][0]
    assert f"“{title}” (máy dịch)" in files["letter.txt"].decode()
    for name in ("letter.html", "brief.html"):
        page = BeautifulSoup(files[name].decode(), "lxml")
        assert f"“{title}” (máy dịch)" in page.get_text(), name
        assert {tag["lang"] for tag in page.find_all(lang=True)} <= {"vi", "en", "zh-Hant", "zh", "ko", "ru"}, name


def test_what_was_corrected_or_refused(files: Mapping[str, bytes]) -> None:
    texts = {name: body for name, body in files.items() if not name.endswith((".docx", ".pdf"))}
    everything = {name: body.decode() for name, body in texts.items()}
    page = BeautifulSoup(everything[".html"], "lxml")
    corrected = article_of(page, CORRECTED_TEXTS[0])
    assert part(corrected, "h3").get_text(" ", strip=True) == f"{CORRECTED_TEXTS[0]} bản dịch đã sửa"
    assert "Bản dịch đã sửa." in corrected.text and "áy dịch" not in corrected.text.replace("bản dịch", "")
    refused = article_of(page, KOREAN)
    assert part(refused, "h3").text.startswith("Báo Hàn Quốc, về năng lượng") and "áy dịch" not in refused.text
    for name, text in everything.items():
        assert PERSON not in text and "chưa sửa" not in text, name


def test_hostile_translations_are_text(files: Mapping[str, bytes]) -> None:
    for name in (".html", "brief.html", "letter.html"):
        page = BeautifulSoup(files[name].decode(), "lxml")
        assert not page.find_all("script"), name
        assert not [a for a in page.find_all("a") if not a["href"].startswith(("http", "#"))], name
    assert "<script>alert(1)</script> Bảy tua-bin gió dừng" in BeautifulSoup(files[".html"].decode(), "lxml").text
    markdown = files[".md"].decode()
    assert r"\*\*đậm\*\* \[a\](javascript:alert(1)) xong" in markdown and "&lt;script&gt;" in markdown
    for name in (".html", ".md", ".csv", "brief.html", "letter.html", "letter.txt"):
        assert not re.search("[\u202a-\u202e\u200b]", files[name].decode()), name


def test_a_publication_stays_as_it_was_when_a_translation_comes_later(tmp_path: Path) -> None:
    storage = open_database(tmp_path / "t.db")
    store_sample_day(storage, END)
    before = Press(storage, {})
    number = store(storage, frozen(before.draft()), None).id
    kept = storage.publications.publication(number)
    keys = translate_press(storage)
    after = storage.publications.publication(number)
    assert kept is not None and after is not None and after.files == kept.files
    title = TEXTS["shio-ja"][0].encode()
    now = render(Press(storage, keys).draft(), ("md",))
    early = render(before.draft(as_of=AT - timedelta(hours=1)), ("md",))
    assert [title in b"".join(files.values()) for files in (after.files, early, now)] == [False, False, True]
    storage.close()


def test_an_english_digest_shows_no_vietnamese_translation(translated: Press) -> None:
    [page] = render(translated.draft("en"), ("html",)).values()
    assert TEXTS["shio-ja"][0] not in page.decode() and "Press of Japan" in page.decode()


def test_a_vietnamese_query_finds_the_translated_text(press: Press) -> None:
    for query in ("nhập vào Nhật Bản", '"nước tương"', "title:(nuoc tuong)", "héc-ta ruộng"):
        hit = press.search(query)[press.keys["shio-ja"]]
        assert hit.translation is not None and hit.translation.texts["title"].engine == ENGINE
        assert hit.translated_title is not None and hit.translated_title.text == TEXTS["shio-ja"][0]
        assert hit.title.text.startswith("ベトナム"), "the original stays"
    hit = press.search('"lót bạt"')[press.keys["shio-ja"]]
    assert hit.translated_snippet is not None
    assert [hit.translated_snippet.text[a:b] for a, b in hit.translated_snippet.spans] == ["lót bạt"]
    assert press.search("しょうゆ")[press.keys["shio-ja"]].item.key == press.keys["shio-ja"]
    # No phrase runs from a text into its translation, nor from one translated text into the next.
    assert press.search('"初輸入 Muối"') == {} == press.search('"nước tương Nhà"')
    assert press.keys["shio-ja"] in press.search("nước tương", by="relevance")
    assert press.keys[CORRECTED] in press.search('"neo phía trong"')
    assert press.keys[CORRECTED] not in press.search('"máy chưa sửa"')


def test_a_translation_that_comes_again_is_found_by_its_new_words(press: Press) -> None:
    item = press.storage.articles.item(press.keys["genpatsu-ja"])
    assert item is not None
    parts, newer = parts_of(item), replace(ENGINE, version="2026-11")
    made = [Translation(parts["title"], "ja", "vi", newer, "Khảo sát nền đá xong trước hạn", None, AT)]
    press.storage.translations.save(item.key, parts, made, seen=item)
    assert item.key in press.search('"xong trước hạn"')
    assert item.key not in press.search('title:"địa điểm dự kiến"')


@pytest.mark.parametrize("zone", ["Asia/Ho_Chi_Minh", "Asia/Tokyo"])
def test_exports_have_the_translations(press: Press, tmp_path: Path, zone: str) -> None:
    """In the province's zone a CSV is made of stored cells, in another of the articles: both say the same."""
    asked = ExportRequest("items", None, None, ("main", "mention"), (), (), ZoneInfo(zone))
    for suffix in (".csv", ".jsonl", ".parquet", ".xlsx"):
        export(press.storage, tmp_path / f"t{suffix}", asked, topic_labels={})
    rows = {row["item"]: row for row in csv.DictReader(io.StringIO((tmp_path / "t.csv").read_text("utf-8-sig")))}
    lines = {row["key"]: row for row in map(json.loads, (tmp_path / "t.jsonl").read_text("utf-8").splitlines())}
    expected = {
        "vinograd-nintkhuan": (*TEXTS["vinograd-nintkhuan"], "openai sample-7b 2026-10"),
        CORRECTED: (*CORRECTED_TEXTS, "person"),
        REFUSED: ("", "", ""),
    }
    for slug, (title, text, by) in expected.items():
        row, line = rows[press.keys[slug]], lines[press.keys[slug]]
        assert (row["title_vi"], row["excerpt_vi"], row["translated_by"]) == (title, text, by)
        assert (line["title_vi"], line["excerpt_vi"], "; ".join(line["translated_by"])) == (title, text, by)
    assert sum(bool(row["title_vi"]) for row in rows.values()) == len(press.keys) - 1
    assert rows[press.keys[HOSTILE]]["title_vi"].startswith("<script>")
    import pandas as pd

    for frame in (pd.read_parquet(tmp_path / "t.parquet"), pd.read_excel(tmp_path / "t.xlsx")):
        column = "title_vi" if "title_vi" in frame else "Tiêu đề tiếng Việt"
        assert TEXTS["vinograd-nintkhuan"][0] in set(frame[column])


def test_a_report_names_foreign_stories_in_vietnamese(translated: Press, tmp_path: Path) -> None:
    rules, settings, span = load_rulebook(), load_settings(None), Span(END.date() - timedelta(days=1), END.date())
    [path], report = write_report(
        translated.storage, settings, rules, span, language="vi", out=tmp_path, forms=("docx",)
    )
    foreign = {row.title: row.translated for row in (*report.spread, *report.negative) if row.translated is not None}
    assert foreign
    word = docx.Document(str(path)).element
    lines = ["".join(t.text or "" for t in p.iter(qn("w:t"))) for p in word.iter(qn("w:p"))]
    for title, shown in foreign.items():
        mark = "máy dịch" if shown.engine is not None else "bản dịch đã sửa"
        assert [line for line in lines if f"{visible(shown.text)} ({mark}) · {title}. " in line], title


def test_a_translated_excerpt_is_as_short_as_any(translated: Press) -> None:
    """300 characters of Chinese become a thousand of Vietnamese; what leaves the house is an excerpt."""
    model = translated.draft().day
    item = next(story.lead for story in model.foreign if story.lead.language == "ja")
    long = TranslatedText("Câu dịch dài. " * 80, ENGINE, "", AT)
    given = Translations({item.key: ItemTranslation("ja", {"excerpt": long})})
    shown = TranslationWords(given, labels("vi"), lambda _: "").excerpt(item)
    assert 250 < len(shown) <= 300 and shown.endswith("…")


def test_only_what_the_engine_translates_is_said_to_wait(translated: Press) -> None:
    model = translated.draft().day
    leads = {story.lead.language: story.lead for story in model.foreign}
    for languages, waits in (((), {"ja", "ko"}), (("ko",), {"ko"})):
        words = TranslationWords(Translations(engine=True, languages=languages), labels("vi"), lambda _: "Báo")
        assert {tag for tag in ("ja", "ko") if "chưa dịch" in words.first_line(leads[tag]).data} == waits


def test_a_translation_that_comes_between_check_and_publication_is_a_difference(translated: Press) -> None:
    draft = translated.draft()
    before = fingerprint(draft.day, draft.items)
    assert before == fingerprint(translated.draft().day, draft.items)
    none = replace(draft.day, translations=Translations())
    assert before != fingerprint(none, draft.items)
