"""Archives of a small press: WARC files whose pages are dated, some of them about the province; reading them back."""

import gzip
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from diembao.jobs.backfill.backfill import Backfilled, Wanted, backfill
from diembao.jobs.backfill.provinces import Province
from diembao.workers.shards import LocalExecutor
from pipeline.records.archives import Shard

MAY = datetime(2024, 5, 2, 3, 0, tzinfo=UTC)

_TEXT = (
    "Sáng nay, tại {place}, đại diện ngành nông nghiệp cho biết vụ nho năm nay được mùa, sản lượng tăng.",
    "Các hợp tác xã tại {place} đã ký hợp đồng tiêu thụ với nhiều doanh nghiệp trong nước và nước ngoài.",
    "Theo kế hoạch {number}, địa phương sẽ mở rộng diện tích và đầu tư thêm hệ thống tưới tiết kiệm nước.",
)


@dataclass(frozen=True, slots=True)
class Capture:
    """A page at one capture; `place` is what its text names."""

    url: str
    captured: datetime
    title: str
    place: str = "tỉnh Ninh Thuận"
    number: int = 1
    published: str = "2024-05-02T07:00:00+07:00"


def page_of(capture: Capture) -> bytes:
    """Return the bytes of a page."""
    said = "".join(f"<p>{line.format(place=capture.place, number=capture.number)}</p>" for line in _TEXT)
    return (
        f"<!doctype html><html lang=vi><head><meta charset=utf-8><title>{capture.title}</title>"
        f'<meta property="article:published_time" content="{capture.published}"></head><body><article>'
        f"<h1>{capture.title}</h1>{said}</article></body></html>"
    ).encode()


def write_warc(path: Path, captures: Iterable[Capture]) -> Path:
    """Write answers with status 200, each compressed by itself."""
    from fastwarc.warc import WarcRecord, WarcRecordType

    with path.open("wb") as stream:
        for capture in captures:
            answer = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + page_of(capture)
            record = WarcRecord()
            record.init_headers(WarcRecordType.response, content_length=len(answer))
            record.headers["WARC-Target-URI"] = capture.url
            record.headers["WARC-Date"] = capture.captured.strftime("%Y-%m-%dT%H:%M:%SZ")
            record.headers["Content-Type"] = "application/http; msgtype=response"
            record.set_bytes_content(answer)
            written = io.BytesIO()
            record.write(written)
            stream.write(gzip.compress(written.getvalue()))
    return path


def captures(count: int) -> list[Capture]:
    """Return pages of which every third is about the province, and every tenth about its neighbour."""
    return [
        Capture(
            f"https://bao{n % 4}.example/bai-{n}.html",
            MAY + timedelta(minutes=n),
            f"Vụ nho thứ {n} được mùa",
            "tỉnh Ninh Thuận"
            if n % 3 == 0
            else "thành phố Phan Thiết, tỉnh Bình Thuận"
            if n % 10 == 1
            else "tỉnh Phú Yên",
            n,
        )
        for n in range(count)
    ]


def run(
    provinces: Sequence[Province], shards: Sequence[Shard], wanted: Wanted = Wanted(), **options: Any
) -> Backfilled:
    executor = LocalExecutor(1)
    return backfill(provinces, shards, wanted, executor, seconds_per_document=60, progress=lambda _: None, **options)


def contents(province: Province) -> dict[str, Any]:
    """Return articles, their versions, stories and links, without times of storage."""
    items = sorted(province.storage.articles.items(), key=lambda item: item.key)
    day = datetime(2024, 5, 1, tzinfo=UTC), datetime(2024, 5, 9, tzinfo=UTC)
    return {
        "items": [(i.key, i.first_seen, i.outlet, i.article, i.tags, i.story, i.event) for i in items],
        "versions": [[(v.number, v.fetched_at) for v in province.storage.articles.versions(i.key)] for i in items],
        "ledger": sorted(
            (e.url, e.feed_url, e.outcome, e.document, e.item) for e in province.storage.crawl.ledger(*day)
        ),
    }
