"""Archives of a small press: WARC files whose pages are dated, some of them about the province."""

import gzip
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

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
