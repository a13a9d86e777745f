"""`python -m benchmarks.costly_pages [N]`: seconds to examine pages made to be slow, of N parts and of 2 N (20,000)."""

import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime

from config.rulebook import load_rulebook
from pipeline.examine import examine
from pipeline.records import Document, Entry

PARTS: dict[str, Callable[[int], str]] = {
    "attributes": lambda n: "<p " + " ".join(f'a{k}="{k}"' for k in range(n)) + ">",
    "paragraphs": lambda n: "".join(f"<p>Đoạn {k}.</p>" for k in range(n)),
    "breaks": lambda n: "<p>" + "dòng chữ<br>" * n,
    "references": lambda n: "<p>" + "&amp;" * n,
    "spans": lambda n: "<p>" + "<span>chữ</span> " * n,
    "links": lambda n: "<p>" + "<a href=/x>chữ</a> " * n,
    "entries": lambda n: "<ul>" + "<li>mục</li>" * n,
    "rows": lambda n: "<table>" + "<tr><td>ô</td></tr>" * n,
    "levels": lambda n: "<div>" * n,
    "dates": lambda n: "<p>" + "20/11/2026 08:30 " * n,
}


def main(n: int) -> None:
    rules = load_rulebook(None)
    text = "".join(f"<p>Sáng ngày {k}, cảng Cà Ná ở tỉnh Ninh Thuận đón chuyến tàu thứ {k * 7}.</p>" for k in range(9))
    print(f"{'parts':<12}{n:>10}{2 * n:>10}{'ratio':>8}")
    for name, build in {"nothing": lambda _: "", **PARTS}.items():
        seconds = []
        for count in (n, 2 * n):
            body = f"<html lang=vi><title>Cảng Cà Ná</title><article><h1>Cảng Cà Ná</h1>{text}{build(count)}".encode()
            url = "http://a.example/1"
            began = time.process_time()
            examine(Document(1, 1, "a", url, datetime.now(UTC), body, "text/html", Entry(url)), rules)
            seconds.append(time.process_time() - began)
        print(f"{name:<12}{seconds[0]:>10.2f}{seconds[1]:>10.2f}{seconds[1] / max(seconds[0], 0.001):>8.1f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000)
