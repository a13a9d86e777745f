"""Shortcuts of reading → the same as the ways that they cut short, on pages of the tests and on others made for it."""

import random
import re
from collections.abc import Iterator
from copy import deepcopy
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import readability
import trafilatura
from lxml import etree
from lxml.html import HtmlElement

from pipeline.extraction import extractors, paywalls
from pipeline.extraction.readers.readability_reader import summarize
from pipeline.extraction.readers.trafilatura_names import RememberedExpression, remembered, remembered_names
from pipeline.html.parser import decode_html, parse_html
from pipeline.prefilter.normalize_bytes import has_words
from pipeline.prefilter.skim import _find_published
from tests.support.archive import build_page

codes: Any = import_module("re._constants")
regex_parser: Any = import_module("re._parser")
PAGES = sorted((Path(__file__).parent / "data" / "pages").rglob("*.html"))[::4]
ODD = (
    "<div><a href=' javascript:void(0) '>Xem</a> Một đoạn văn dài, có nhiều dấu phẩy, và đủ chữ.<br>Hai\n\n\tba</div>",
    "<div id=a class='hidden infinite-scroll'><p>Một.</p></div><div class='teaser link'><p>Hai.</p></div>",
    "<div class='bottom' id='link'><span title='&lt;p'>a</span>b<i>c</i></div><div id='x' class='bottom'>d</div>",
    "<base href='https://x.example/'><meta http-equiv=Refresh content='0;url=javascript:1'><p onclick=a>Ba, bốn.</p>",
    "<div hidden><p>Năm</p></div><div style='display: none'><p>Sáu</p></div><image src=a><object data=b></object>",
    "<form><div class=comment><main><p>" + "Bảy tám chín mười, " * 30 + "</p></main></div></form>",
)


@cache
def trees() -> tuple[HtmlElement, ...]:
    texts = [decode_html(path.read_bytes())[0] for path in PAGES]
    texts += [f"<html><body>{odd}<p>{'Câu dài, có phẩy. ' * 20}</p></body></html>" for odd in ODD]
    texts.append(decode_html(build_page(random.Random(4), "Ninh Thuận"))[0])
    made = [tree for text in texts if (tree := parse_html(text)) is not None]
    for tree in made:
        etree.strip_elements(tree, "script", "style", "svg", "template", with_tail=False)
    return tuple(made)


def test_readability_gives_what_the_library_gives() -> None:
    for tree in trees():
        assert summarize(tree) == readability.Document(deepcopy(tree)).summary(html_partial=True)


def test_trafilatura_gives_what_the_library_gives() -> None:
    for tree in trees():
        text = trafilatura.extract(
            deepcopy(tree), include_comments=False, favor_precision=True, fast=True, with_metadata=False
        )
        assert extractors.trafilatura(tree) == (text or "")


def test_expressions_that_remember_give_the_same_nodes_and_are_there_only_inside() -> None:
    core: Any = import_module("trafilatura.core")
    main_extractor: Any = import_module("trafilatura.main_extractor")
    lists = {name: getattr(core, name) for name in ("RAW_TREE_PRUNE_XPATH", "REMOVE_COMMENTS_XPATH")}
    lists["OVERALL_DISCARD_XPATH"] = main_extractor.OVERALL_DISCARD_XPATH
    with remembered_names():
        assert all(isinstance(one, RememberedExpression) for one in core.RAW_TREE_PRUNE_XPATH)
    assert core.RAW_TREE_PRUNE_XPATH is lists["RAW_TREE_PRUNE_XPATH"]
    for expression in (one for expressions in lists.values() for one in expressions):
        fast = remembered(expression)
        assert isinstance(fast, RememberedExpression)
        for _ in range(2):  # the second time all names are known
            for tree in trees():
                assert fast(tree) == expression(tree)


@pytest.mark.parametrize("path", [".//header", "(.//article)[1]", ".//div[.//p]", ".//*[self::div][../@id='a']"])
def test_expressions_over_more_than_names_stay(path: str) -> None:
    expression = etree.XPath(path)
    assert remembered(expression) is expression


def test_every_paywall_notice_has_a_word_that_is_looked_for() -> None:
    draw = random.Random(5)
    tree = regex_parser.parse(paywalls._PAYWALL.pattern, re.IGNORECASE)
    drawn = [_drawn(tree, draw) for _ in range(20_000)]
    notices = [text for text in drawn if paywalls._PAYWALL.search(text)]
    assert len(notices) > 15_000
    for text in notices:
        for said in (text, text.upper(), text.capitalize()):
            assert paywalls.names_paywall(said) == bool(paywalls._PAYWALL.search(said)), said
    assert paywalls.names_paywall("Subscr\u0131be to read: this article is for members")  # a dotless i


def _drawn(tree: Any, draw: random.Random) -> str:
    """Return a text that a parsed pattern matches, but for its boundaries."""
    return "".join(piece for code, value in tree for piece in _pieces(code, value, draw))


def _pieces(code: Any, value: Any, draw: random.Random) -> Iterator[str]:
    if code is codes.LITERAL:
        yield chr(value)
    elif code is codes.IN:
        first, inside = draw.choice(value)
        if value[0][0] is codes.NEGATE:
            yield draw.choice("xyz ,")
        elif first is codes.LITERAL:
            yield chr(inside)
        elif first is codes.RANGE:
            yield chr(draw.randint(*inside))
        else:
            yield {codes.CATEGORY_WORD: "a", codes.CATEGORY_DIGIT: "7"}.get(inside, " ")
    elif code is codes.BRANCH:
        yield _drawn(draw.choice(value[1]), draw)
    elif code is codes.SUBPATTERN:
        yield _drawn(value[3], draw)
    elif code is codes.MAX_REPEAT:
        least, most, inner = value
        yield from (_drawn(inner, draw) for _ in range(draw.randint(least, min(int(most), least + 3))))


@pytest.mark.parametrize("words", [0, 30, 299, 300, 301, 5000])
def test_words_are_counted_only_as_far_as_they_are_needed(words: int) -> None:
    page = b"<html><script>" + b"var a = 1; " * 4000 + b"</script><body>" + b"<p class='x'>abcd</p> a<b " * words
    whole = has_words(page, 1) and len(b" ".join(re.sub(rb"<[^<>]{0,300}>", b" ", page[page.find(b"<body") :]).split()))
    assert has_words(page, max(1, whole)) == (words > 0)
    assert not has_words(page, whole + 8)


def test_the_first_time_of_publication_is_found_wherever_it_stands() -> None:
    meta = b"<meta property='article:published_time' content='2026-11-05T07:00+07:00'>"
    data = b'{"DatePublished": "2026-11-06T07:00:00Z"}'
    for before in (0, 5_950, 6_100, 50_000):
        for one, other in ((meta, data), (data, meta)):
            page = b"article:published_time " + b" " * before + one + b" " * 5_000 + other
            found = _find_published(page)
            assert found is not None and found.group(1)[:10] == (b"2026-11-05" if one is meta else b"2026-11-06")
    assert _find_published(b"article:published_time, no time") is None
