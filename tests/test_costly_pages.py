"""Pages made to be slow: the cost of each grows with its size, not with the square of it, and its article stays."""

import itertools
import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from lxml.html import HtmlElement

from config.rulebook import load_rulebook
from pipeline.examine import examine
from pipeline.extraction import extractors
from pipeline.extraction.extract import extract
from pipeline.html import parser
from pipeline.records import Article, Document, Entry, Unreadable

SENTENCE = "Sáng nay cảng Cà Ná ở tỉnh Ninh Thuận đón chuyến tàu hàng đầu tiên của năm, chở theo muối và nho khô. "
HEADLINE = "Cảng Cà Ná đón chuyến tàu hàng đầu tiên"


def page(extra: str) -> str:
    body = "".join(f"<p>{SENTENCE * 2}Chuyến thứ {n}.</p>" for n in range(8))
    return (
        f"<html lang=vi><head><title>{HEADLINE}</title></head><body><article><h1>{HEADLINE}</h1>{body}"
        f"{extra}</article></body></html>"
    )


def document(text: str) -> Document:
    url = "http://bao.example/cang-ca-na.html"
    return Document(1, 1, "bao", url, datetime.now(UTC), text.encode(), "text/html", Entry(url))


def largest_tag(text: str) -> int:
    """Return the most attributes of an element of a parsed page."""
    tree = parser.parse_html(text)
    assert tree is not None
    return max(len(element.attrib) for element in tree.iter())


#: Attributes of one element, in every form that HTML has.
ATTRIBUTES: dict[str, Callable[[int], str]] = {
    "quoted": lambda n: f'a{n}="{n}"',
    "single quotes": lambda n: f"a{n}='{n}'",
    "unquoted": lambda n: f"a{n}={n}",
    "without a value": lambda n: f"a{n}",
    "spaces around =": lambda n: f'a{n} = "{n}"',
    "a > in the value": lambda n: f'a{n}="x>y"',
    "a < in the value": lambda n: f"a{n}='<b>'",
    "the other quote in the value": lambda n: f'a{n}="it\'s"',
    "a slash between": lambda n: f"/a{n}=1/",
    "capitals": lambda n: f"DATA-A{n}=1",
    "empty values": lambda n: f'a{n}=""',
}


@pytest.mark.parametrize("element", ["p", "div", "script", "img", "meta"])
@pytest.mark.parametrize("form", ATTRIBUTES)
def test_attributes_beyond_the_most_are_cut(form: str, element: str) -> None:
    attributes = " ".join(map(ATTRIBUTES[form], range(3000)))
    text, _ = parser.decode_html(page(f"<{element} {attributes}>Đoạn cuối.</{element}>").encode())
    assert len(re.findall(r"a[0-9]+", text, re.IGNORECASE)) <= parser.MOST_ATTRIBUTES + 1
    assert largest_tag(text) <= parser.MOST_ATTRIBUTES + 1
    article = extract(document(page(f"<{element} {attributes}>Đoạn cuối.</{element}>")))
    assert isinstance(article, Article)
    assert article.title == HEADLINE
    assert "Chuyến thứ 7" in article.text


@pytest.mark.parametrize(
    "extra",
    [
        '<img src="data:image/png;base64,' + "iVBORw0KGgo" * 4000 + '" alt="cảng">',
        "<div data-state='" + '{"id": 1, "ten": "Cà Ná > Phan Rang"}, ' * 2000 + "'>Đoạn cuối.</div>",
        "<script>" + 'if (a<b && c>d) { x = "it\'s"; } ' * 3000 + "</script>",
        "<style>" + ".a>b{content:'<p'} " * 3000 + "</style>",
        "<!-- " + '<p a="b" ' * 3000 + " -->",
        "<!-- <p " + "a b c d " * 3000 + "--><p>Đoạn cuối.</p>",
        "<p title='nó nói \"có\"'>" + SENTENCE * 50 + "</p>",
        "<p " + " ".join(f"a{n}={n}" for n in range(200)) + ">Đoạn cuối.</p>",
        "<p>1 < 2 và 3 > 2, “a = b” c = d " + "e = f " * 1000 + "</p>",
        "<script type='application/json'>" + '{"a": "<p b=1 c=2>"}, ' * 2000 + "</script>",
    ],
)
def test_other_long_parts_stay_as_they_are(extra: str) -> None:
    text = page(extra)
    assert parser._cut_attributes(text) == text


@pytest.mark.parametrize(
    "text",
    [
        '<p "' * 30_000,
        "<p '" * 30_000,
        "<p a=" * 30_000,
        "<!--" * 30_000,
        "<script>" * 30_000,
        "<style '" * 30_000,
        "<script \"'" * 20_000,
        "<p " + "'\"" * 30_000,
    ],
)
def test_tags_that_nothing_ends_are_searched_once(text: str) -> None:
    # Matches of one search never overlap, and a tag is looked at again only attribute by attribute.
    spans = [match.span() for match in parser._TAG.finditer(text)]
    assert all(one[1] <= other[0] for one, other in itertools.pairwise(spans))
    assert len(parser._cut_attributes(text)) <= len(text) + len(spans)


WIDE = {
    "spans": "<p>" + "<span>chữ</span> " * 6000 + "</p>",
    "links": "<p>" + "<a href=/x>chữ</a> " * 6000 + "</p>",
    "paragraphs": "<p>Đoạn.</p>" * 6000,
    "breaks": "<p>" + "dòng<br>" * 6000 + "</p>",
    "entries": "<ul>" + "<li>mục</li>" * 6000 + "</ul>",
    "rows": "<table>" + "<tr><td>ô</td></tr>" * 6000 + "</table>",
    "headings": "<h2>Mục</h2>" * 6000,
    "bold": "<div>" + "<b>chữ</b> " * 6000 + "</div>",
}


@pytest.mark.one_in(3)
@pytest.mark.parametrize("kind", WIDE)
def test_a_wide_page_is_spared_the_extractors_that_walk_along_siblings(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[str] = []

    def count(name: str) -> extractors.Extractor:
        real = extractors.EXTRACTORS[name]

        def call(tree: HtmlElement) -> str:
            calls.append(name)
            return real(tree)

        return call

    monkeypatch.setattr(extractors, "EXTRACTORS", {name: count(name) for name in extractors.EXTRACTORS})
    examined = examine(document(page(WIDE[kind])), load_rulebook(None))
    assert not isinstance(examined, Unreadable)
    assert examined.article.title == HEADLINE
    assert "Chuyến thứ 7" in examined.article.text
    assert calls == ["resiliparse"]


@pytest.mark.parametrize("kind", WIDE)
def test_a_page_a_tenth_as_wide_is_read_as_before(kind: str) -> None:
    tree = parser.parse_html(page(WIDE[kind][: len(WIDE[kind]) // 10]))
    assert tree is not None
    assert not extractors._too_slow(tree)
