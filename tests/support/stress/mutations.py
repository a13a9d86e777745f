"""Mutated pages → crashes of gate and extraction, time and memory."""

import random
import resource
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from config.rulebook import load_rulebook
from pipeline.extraction.extract import extract_page
from pipeline.prefilter.gate import build_gate
from pipeline.records import Article

PAGES = Path(__file__).parents[2] / "data" / "pages"
#: Seconds that one page may take: `seconds_per_document` of settings.toml.
LIMIT = 30.0
NOW = datetime(2025, 12, 1, tzinfo=UTC)

Mutation = Callable[[bytes, random.Random], bytes]
_MEGABYTE = 2**20


def _insert(page: bytes, draw: random.Random, *pieces: bytes) -> bytes:
    for piece in pieces:
        at = draw.randrange(len(page) + 1)
        page = page[:at] + piece + page[at:]
    return page


def _in_body(page: bytes, piece: bytes, *, behind: bytes = b"</h1>") -> bytes:
    return page.replace(behind, behind + piece, 1)


def cut(page: bytes, draw: random.Random) -> bytes:
    return page[: draw.randrange(len(page) + 1)]


def without_middle(page: bytes, draw: random.Random) -> bytes:
    one, other = sorted((draw.randrange(len(page) + 1), draw.randrange(len(page) + 1)))
    return page[:one] + page[other:]


def nul_bytes(page: bytes, draw: random.Random) -> bytes:
    return _insert(page, draw, *[b"\0" * draw.choice((1, 1, 7, 4096))] * 30)


def flipped_bits(page: bytes, draw: random.Random) -> bytes:
    spoilt = bytearray(page)
    for _ in range(draw.randint(1, 400)):
        spoilt[draw.randrange(len(spoilt))] ^= 1 << draw.randrange(8)
    return bytes(spoilt)


def wrong_charset(page: bytes, draw: random.Random) -> bytes:
    name = draw.choice([b"windows-1258", b"gb18030", b"shift_jis", b"utf-16", b"utf-7", b"x-none", b"iso-2022-jp"])
    return page.replace(b"utf-8", name, 1)


def other_charset(page: bytes, draw: random.Random) -> bytes:
    return page.decode("utf-8", "replace").encode(
        draw.choice(["cp1258", "utf-16", "utf-16-be", "utf-32", "gb18030"]), "replace"
    )


def half_utf_16(page: bytes, draw: random.Random) -> bytes:
    at = draw.randrange(len(page))
    rest = page[at:].decode("utf-8", "replace").encode("utf-16-le")
    return page[:at] + rest[: len(rest) - draw.randrange(2)]


def shuffled(page: bytes, draw: random.Random) -> bytes:
    pieces = page.split(b"<")
    head, rest = pieces[: len(pieces) // 4], pieces[len(pieces) // 4 :]
    draw.shuffle(rest)
    return b"<".join(head + rest)


def never_closed(page: bytes, draw: random.Random) -> bytes:
    for tag in draw.sample([b"</p>", b"</div>", b"</article>", b"</script>", b"</h1>", b"</a>", b"</head>"], 3):
        page = page.replace(tag, b"")
    return page


def open_comment(page: bytes, draw: random.Random) -> bytes:
    return _insert(page, draw, draw.choice([b"<!--", b"<script>", b"<style>", b"<textarea>", b"<![CDATA[", b"<svg>"]))


def repeated(page: bytes, draw: random.Random) -> bytes:
    at = draw.randrange(len(page))
    return page[:at] + page[at : at + 2000] * draw.randint(2, 60) + page[at:]


def odd_times(page: bytes, draw: random.Random) -> bytes:
    odd = draw.choice(
        [b"9999-12-31T23:59:59-12:00", b"0001-01-01", b"0", b"-1", b"99999999999999", b"31/02/2025", b"NaN"]
    )
    return page.replace(b"2025-11-", odd + b"-", draw.randint(1, 9))


def deep_json(page: bytes, draw: random.Random) -> bytes:
    depth = draw.choice((50, 900, 10_000))
    opening, closing = draw.choice([(b"[", b"]"), (b'{"@graph":[', b"]}"), (b'{"author":', b"1}")])
    inner = opening * depth + (b"1" if closing == b"]" else b"") + closing * draw.choice((0, depth))
    return _in_body(page, b'<script type="application/ld+json">' + inner + b"</script>", behind=b"<head>")


def odd_json(page: bytes, draw: random.Random) -> bytes:
    value = draw.choice(
        [b"null", b"[]", b"{}", b"1e999", b"[null,[[]],{}]", b'{"@type":5}', b'"\\ud800"', b"true", b"NaN"]
    )
    for key in draw.sample([b"headline", b"author", b"datePublished", b"@type", b"image", b"publisher", b"name"], 4):
        page = page.replace(b'"' + key + b'": "', b'"' + key + b'": ' + value + b', "x": "')
    return page


def nested(page: bytes, draw: random.Random) -> bytes:
    tag = draw.choice(
        [b"div", b"b", b"span", b"table><tr><td", b"ul><li", b"blockquote", b"section", b"font", b"a href=x"]
    )
    depth = draw.choice((100, 1000, 10_000))
    return _in_body(page, (b"<" + tag + b">") * depth + b"x")


def many_paragraphs(page: bytes, draw: random.Random) -> bytes:
    piece = draw.choice(
        [b"<p>xin %d</p>", b"<li><a href=/%d>tin trong ng\xc3\xa0y</a></li>", b"<br>%d", b"<td>%d", b"<h2>%d</h2>"]
    )
    return _in_body(page, b"".join(piece % n for n in range(draw.choice((2000, 8000)))))


def long_runs(page: bytes, draw: random.Random) -> bytes:
    run = draw.choice(
        [b" ", b"1/", b"12:30 ", b"a ", b"&amp;", b"A. ", b"\xc2\xa0", b"-", b"2025 ", b"\xe1\xba\xa5", b"(", b"|"]
    )
    return _in_body(page, b"<p>" + run * draw.choice((1000, 100_000)) + b"</p>")


def long_attribute(page: bytes, draw: random.Random) -> bytes:
    name = draw.choice([b"class", b"id", b"style", b"href", b"datetime", b"content"])
    return _in_body(
        page, b"<time " + name + b'="' + draw.choice([b"a-", b" ", b"x y ", b"20"]) * 200_000 + b'">1</time>'
    )


def long_title(page: bytes, draw: random.Random) -> bytes:
    return page.replace(b"<title>", b"<title>" + draw.choice([b"a | ", b"tin ", b"-- ", b"  "]) * 50_000, 1)


def long_script(page: bytes, draw: random.Random) -> bytes:
    script = draw.choice([b'"<p>a</p><br>",', b"<!--", b'{"a":"', b"\\u003cp"]) * 200_000
    return _in_body(page, b"<script>" + script + b"</script>")


def long_comments(page: bytes, draw: random.Random) -> bytes:
    comment = draw.choice([b"<!-- x -->", b"<!--" + b"y" * 1000 + b"-->", b"<!-- <p> -- > -->", b"<!--->"])
    return _in_body(page, comment * (20 * _MEGABYTE // len(comment)))


def many_bytes(page: bytes, draw: random.Random) -> bytes:
    return page + draw.choice([b"\xff", b"<", b"<p>", b"&", b"\0"]) * (8 * _MEGABYTE)


#: Mutations that each come at least once in every hundred pages.
LIGHT: tuple[Mutation, ...] = (
    *(cut, without_middle, nul_bytes, flipped_bits, wrong_charset, other_charset, half_utf_16, shuffled, never_closed),
    *(open_comment, repeated, odd_times, deep_json, odd_json),
)
HEAVY: tuple[Mutation, ...] = (
    *(nested, many_paragraphs, long_runs, long_attribute, long_title, long_script, long_comments, many_bytes),
)
#: Pages for each one with a heavy mutation.
_SELDOM = 25


@dataclass(slots=True)
class Figures:
    """Outcomes and costs of mutated pages."""

    pages: int = 0
    articles: int = 0
    #: Exceptions raised by gate or extraction, each with its mutation.
    crashes: list[str] = field(default_factory=list)
    #: most seconds of processor that a page took, by mutation
    slowest: dict[str, float] = field(default_factory=dict)
    outcomes: Counter[str] = field(default_factory=Counter)
    #: peak memory in KiB after a fifth of the pages, and after all
    early: int = 0
    late: int = 0


def mutated(count: int, seed: int) -> Iterator[tuple[str, bytes]]:
    """Yield (name of the last mutation, bytes): one or two mutations of pages of the Vietnamese press."""
    draw = random.Random(seed)
    pages = [path.read_bytes() for path in sorted(PAGES.glob("*/*.html"))]
    for n in range(count):
        heavy = n % _SELDOM == 0
        kinds = [HEAVY[n // _SELDOM % len(HEAVY)]] if heavy else [LIGHT[n % len(LIGHT)]]
        page = draw.choice(pages)
        if draw.random() < 0.3:
            kinds.insert(0, draw.choice(LIGHT))
        for kind in kinds:
            page = kind(page or b" ", draw)
        yield kinds[-1].__name__, page


def try_pages(count: int, seed: int) -> Figures:
    """Put `count` mutated pages through gate and extraction, one after the other in this process."""
    figures = Figures()
    gate = build_gate(load_rulebook(None))
    for name, page in mutated(count, seed):
        began = time.process_time()
        try:
            gate.look(page)
            found = extract_page(page, "https://bao.example.vn/bai-1.html", fetched_at=NOW)
        except Exception as error:  # what leaves them is what is counted here
            figures.crashes.append(f"{name}: {error!r}"[:300])
        else:
            figures.articles += isinstance(found, Article)
            figures.outcomes[found.reason] += 1
        figures.slowest[name] = max(figures.slowest.get(name, 0.0), time.process_time() - began)
        figures.pages += 1
        if figures.pages == max(1, count // 5):
            figures.early = _peak()
    figures.late = _peak()
    return figures


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
