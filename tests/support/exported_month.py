"""A month of the press and the one before it, what is exported of them, and what a report says of them."""

import re
from dataclasses import replace
from datetime import date, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from analysis.documents.blocks import Picture
from analysis.report.figures import Span
from config.rulebook import Rulebook
from config.settings import Peer
from diembao.jobs.export import ExportRequest, export
from pipeline.records import (
    Article,
    Coverage,
    Entry,
    Examined,
    Irrelevant,
    Poll,
    Reason,
    Relevance,
    Source,
    Tags,
    Tone,
    TopicFound,
    Unreadable,
    VerdictReason,
)
from pipeline.stories.fingerprints import compute_fingerprint, dump
from pipeline.text.normalize import match_key
from storage.database import Database
from tests.support.factories import examine_pending, store_pages

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
SPAN = Span(date(2026, 10, 1), date(2026, 10, 31))
BEFORE = SPAN.before()
SOURCES = [
    Source(f"s{n}", f"Báo {name}", f"http://s{n}.example/", (), country=country)
    for n, (name, country) in enumerate([("Một", "VN"), ("Hai", "VN"), ("Ba", "FR"), ("Bốn, năm", "VN")])
]
TONES: tuple[Tone, ...] = ("positive", "neutral", "negative", "unsure")
NAMES = {"tích cực": "positive", "trung tính": "neutral", "tiêu cực": "negative", "chưa xác định": "unsure"}

#: days on which nothing was collected, and sources that failed on every third day
GAPS = {date(2026, 10, 5), date(2026, 10, 6), date(2026, 9, 20)}
TOPICS = ("energy", "tourism", "investment", "sea_islands")
PEERS = (Peer("Lâm Đồng", ("Đà Lạt",)), Peer("Đắk Lắk"))
WORDS = "khởi công nhà máy điện gió ngoài khơi do nhà đầu tư trong nước thực hiện tại vùng biển phía nam tỉnh nhà"


def collect(storage: Database, day: date) -> None:
    at = datetime(day.year, day.month, day.day, 10, tzinfo=ZONE)
    run = storage.service.begin_run("collect", at)
    for n, source in enumerate(SOURCES):
        failed = n == 3 and day.day % 3 != 0
        links = () if failed else tuple(Entry(f"{source.home}{day}-{k}.html") for k in range(4 + day.day % 3))
        reason = Reason.TIMEOUT if failed else Reason.OK
        store_pages(storage, run, Poll(source.id, f"{source.home}rss", at, reason, entries=links))
    examine_pending(storage, lambda d: examined(d.id, d.url, int(d.source_id[1]), day, at), at)
    storage.service.end_run(run, at, 0, {})


def examined(document: int, url: str, source: int, day: date, at: datetime) -> Examined:
    k = int(url[-6])
    if k == 4:
        return Unreadable(document, Reason.NOT_AN_ARTICLE)
    n = day.toordinal() * 16 + source * 4 + k
    turn = (n // 4 + n) % 4
    # Number 0 is one report in all outlets; 2 and 3 are about another province, and say so or not.
    text = f"{WORDS} " * 2 if k == 0 else " ".join(f"{word}{n}" for word in WORDS.split()) * 2
    text = " ".join(f"{word}{day.toordinal()}" for word in text.split()) if k == 0 else text
    both = f"Ninh Thuan et Lam Dong {n}" if source == 2 else f"Ninh Thuận và Lâm Đồng {n}"
    other = f"Autre chose {n}" if source == 2 else f"Nông dân làm đồng {n}"
    title = ("Điện gió Ninh Thuận", both, f"Đà Lạt mùa hoa {n}", other)[k % 4]
    # One of an outlet abroad is of the day before, one of unknown time.
    when = at - timedelta(hours=2 + 20 * (source == 2))
    article = Article(url, url, title, "", text, published=None if n % 9 == 4 else when, published_from="page")
    article = replace(article, language="fr" if source == 2 else "vi")
    topics = tuple(TopicFound(topic, 0.9, ()) for topic in TOPICS[turn : turn + 1 + n % 2])
    relevance: Relevance = ("main", "main" if n % 2 else "mention", "no", "no")[k % 4]
    tags = Tags(article.language, relevance, 0.9, VerdictReason.text(""), (), topics, (), TONES[turn], "r1")
    if relevance == "no":
        return Irrelevant(document, article, tags)
    return Coverage(
        document, article, tags, dump(compute_fingerprint(title, text, article.published, article.language))
    )


class Tables:
    """What an analyst has of a span: the exported CSVs, read by pandas."""

    def __init__(self, storage: Database, folder: Path, span: Span, rules: Rulebook) -> None:
        def read(table: str, relevance: tuple[Relevance, ...] = ("main", "mention")) -> pd.DataFrame:
            path = folder / f"{table}-{len(relevance)}-{span.first}.csv"
            wanted = ExportRequest(table, span.first, span.last, relevance, (), (), ZONE)
            export(storage, path, wanted, topic_labels={t.id: t.label_vi for t in rules.topics.topic})
            return pd.read_csv(path, keep_default_na=False, na_values=[""], dtype={"story": str, "item": str})

        self.items, self.stories, self.tags, self.daily = map(read, ("items", "stories", "tags", "daily"))
        self.headlines = read("items", ("main", "mention", "no"))["title"].map(match_key)

    def named(self, *names: str) -> int:
        return int(sum(any(match_key(name) in title for name in names) for title in self.headlines))

    @property
    def attention(self) -> float:
        by_day = self.daily.groupby("day")[["items", "pages_read"]].sum()
        read = by_day[by_day["pages_read"] > 0]
        return float(1000 * read["items"].sum() / read["pages_read"].sum())


def number(cell: str) -> float:
    found = re.search(r"[+\u2212]?\d[\d.]*(?:,\d+)?", cell)
    assert found, cell
    return float(found[0].replace(".", "").replace(",", ".").replace("\u2212", "-"))


def day_of(text: str) -> date:
    day, month, year = map(int, text.split("/"))
    return date(year, month, day)


def grid(document: Any, head: str) -> dict[str, list[str]]:
    """Return the rows of the table whose first column is headed so, by their first cell."""
    [found] = [t for t in document.tables if t.rows[0].cells[0].text == head]
    rows = [[cell.text for cell in row.cells] for row in found.rows[1:]]
    return {row[0]: row[1:] for row in rows}


def alt(document: Any, title: str) -> str:
    told = [shape._inline.docPr.get("descr") for shape in document.inline_shapes]
    [found] = [text.removeprefix(f"{title}: ") for text in told if text.startswith(f"{title}: ")]
    return str(found)


def marks(picture: Picture) -> list[dict[str, str]]:
    """Return what each mark of a chart stands for: the drawing names it for those who do not see it."""
    labels_ = re.findall(r'aria-label="([^"]*)"', picture.svg)
    found = [unescape(text).replace("\n", " ") for text in labels_ if "-axis " not in text]
    return [dict(part.split(": ", 1) for part in text.split("; ")) for text in found if "; " in text]
