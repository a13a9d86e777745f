"""Bytes of a page → the same page in one encoding and one way of writing, so that names can be found in its bytes."""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from html import unescape
from typing import Any

from pipeline.legacy import page_to_unicode

#: One pass over the bytes: capitals of ASCII to small letters, every blank to a space, the underscore to a dash.
SIMPLER = bytes(
    ord(" ") if n in (9, 10, 13) else ord("-") if n == 95 else n + 32 if 65 <= n <= 90 else n for n in range(256)
)
#: bytes of a page's body by which it is known to be in an old encoding; paragraphs of a page that has a text
_LEGACY_LOOK, _FEW_PARAGRAPHS = 60_000, 3
_TAG = re.compile(rb"<[^<>]{0,300}>")
_JSON_SCRIPT = re.compile(rb"json|__NEXT_DATA__|__NUXT", re.IGNORECASE)
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?\s*([A-Za-z0-9_.:\-]{2,30})", re.IGNORECASE)
_NUMBER = re.compile(rb"&#(?:x([0-9a-f]{2,6})|(\d{2,7}));?")
_ESCAPE = re.compile(rb"\\u([0-9a-f]{4})")
#: Characters that nobody sees, blanks and dashes of other kinds, letters that stand for Đ.
_ODD = {
    **dict.fromkeys(
        map(chr, (0xAD, 0x34F, 0x61C, *range(0x200B, 0x2010), *range(0x202A, 0x202F), 0x2060, 0xFEFF)), b""
    ),
    **dict.fromkeys(map(chr, (0x85, 0xA0, *range(0x2000, 0x200B), 0x2028, 0x2029, 0x202F, 0x3000)), b" "),
    **dict.fromkeys("‐‑‒–—―−", b"-"),
    **dict.fromkeys("ÐƉ", "Đ".encode()),
    **dict.fromkeys("ðɖ", "đ".encode()),
}
#: Ways of writing a character by signs of ASCII: in a page, in a string of a script.
_NAMED = (b"&nbsp", b"&ensp", b"&emsp", b"&thins", b"&ndash", b"&mdash", b"&minus", b"&shy", b"&zwj", b"&zwnj", b"&eth")
_MARKED = (b"grave;", b"acute;", b"circ;", b"tilde;")
_SPELT = (b"&#", *_NAMED, *_MARKED, b"\\u", b"\\n", b"\\r", b"\\t")
_LETTER = re.compile(rb"&[a-z]{1,12};?")


def plain(body: bytes, content_type: str = "") -> bytes:
    """Return what a page says, with its tags, as UTF-8 in which a name has few forms (see `simplify`)."""
    return simplify(_telling(_utf8(body, content_type)))


def simplify(page: bytes) -> bytes:
    """Return bytes of UTF-8 in NFC with small letters of ASCII, one kind of blank and of dash, and no references."""
    page = page.translate(SIMPLER)
    if found := _odd().find_matches_as_indexes(page):
        page = b"".join(_without_odd(page, found))
    # The byte that begins combining marks, and nothing else.
    if b"\xcc" in page:
        page = unicodedata.normalize("NFC", page.decode("utf-8", "replace")).encode("utf-8", "replace")
    return page


@cache
def _odd() -> Any:
    import ahocorasick_rs

    # So few patterns are found by vector instructions, at gigabytes a second.
    patterns = [*(odd.encode() for odd in _ODD), *_SPELT]
    return ahocorasick_rs.BytesAhoCorasick(patterns, matchkind=ahocorasick_rs.MATCHKIND_LEFTMOST_FIRST)


def _without_odd(page: bytes, found: list[tuple[int, int, int]]) -> Iterator[bytes]:
    kept = list(_ODD.values())
    at = 0
    for pattern, start, end in found:
        if start < at:
            continue
        if pattern < len(kept):
            yield page[at:start]
            yield kept[pattern]
            at = end
            continue
        begin, end, said = _said(page, start, end)
        if begin < at or not said:
            continue
        yield page[at:begin]
        yield _ODD.get(said, said.encode("utf-8", "replace").translate(SIMPLER))
        at = end
    yield page[at:]


def _said(page: bytes, start: int, end: int) -> tuple[int, int, str]:
    """Return begin, end and character of what begins, or for an accent ends, at a place; '' where it is none."""
    spelt = page[start:end]
    if spelt == b"\\u":
        escaped = _ESCAPE.match(page, start)
        code = int(escaped.group(1), 16) if escaped else 0xD800
        return start, start + 6, "" if 0xD800 <= code < 0xE000 else chr(code)
    if spelt[0] == 0x5C:
        return start, end, " "
    if spelt == b"&#":
        number = _NUMBER.match(page, start)
        code = 0 if number is None else int(number.group(1), 16) if number.group(1) else int(number.group(2))
        # References to signs of markup stay what they are: text, not tags.
        is_letter = 0xA0 <= code < 0xD800 or 0xE000 <= code < 0x110000
        return start, number.end() if number else end, chr(code) if is_letter else ""
    letter = _LETTER.match(page, max(0, start - 2) if spelt in _MARKED else start)
    if letter is None:
        return start, end, ""
    said = unescape(letter.group().decode("ascii"))
    return letter.start(), letter.end(), said if len(said) == 1 else ""


# -- encodings ----------------------------------------------------------------------------------------------------


def _utf8(body: bytes, content_type: str) -> bytes:
    """Return a page's bytes as UTF-8; nearly all are, and those are not copied."""
    head = body[:3000]
    if b"\x00" not in head and body[:2] not in (b"\xff\xfe", b"\xfe\xff"):
        declared = _CHARSET.search(head) or _CHARSET.search(content_type.encode("latin-1", "replace"))
        name = declared.group(1).lower().replace(b"_", b"-") if declared else b""
        if name in (b"utf-8", b"utf8") or (not name and _is_utf8(body)):
            return _without_legacy(body)
        if name in (b"us-ascii", b"ascii") and body.isascii():
            return body
    from pipeline.markup import decode

    return decode(body, content_type)[0].encode("utf-8", "replace")


def _is_utf8(body: bytes) -> bool:
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _without_legacy(body: bytes) -> bytes:
    """Convert a page of UTF-8 whose text was TCVN3 or VNI before: full of signs that no other text has together."""
    begin = max(0, body.find(b"<body"))
    some = body[begin : begin + _LEGACY_LOOK]
    # The two bytes with which most of the letters begin that only Vietnamese has.
    if b"\xe1\xba" in some or b"\xe1\xbb" in some:
        return body
    seen = {pattern for pattern, _, _ in _old_signs().find_matches_as_indexes(some)}
    if seen >= _TCVN3 or seen >= _VNI or not seen.isdisjoint(_REFERRED):
        return page_to_unicode(body.decode("utf-8", "replace")).encode("utf-8", "replace")
    return body


_SIGNS = (*"®¸µ", *"ñøö", "&#181;", "&micro;", "&oslash;", "&#248;")
_TCVN3, _VNI, _REFERRED = frozenset(range(3)), frozenset(range(3, 6)), frozenset(range(6, len(_SIGNS)))


@cache
def _old_signs() -> Any:
    import ahocorasick_rs

    return ahocorasick_rs.BytesAhoCorasick(
        [sign.encode() for sign in _SIGNS], matchkind=ahocorasick_rs.MATCHKIND_LEFTMOST_FIRST
    )


# -- what a page says ---------------------------------------------------------------------------------------------


def _telling(page: bytes) -> bytes:
    """Return the stretches of a page in which it says something: not its styles, nor scripts that carry no data."""
    kept = b"".join(_stretches(page, every=False))
    # Pages that only a browser would build carry their text inside strings of a script.
    return (
        kept
        if len(kept.split(b"<p", _FEW_PARAGRAPHS + 1)) > _FEW_PARAGRAPHS + 1
        else b"".join(_stretches(page, every=True))
    )


def _stretches(page: bytes, *, every: bool) -> Iterator[bytes]:
    at = 0
    opened = inside = -1
    for pattern, start, _ in _cuts().find_matches_as_indexes(page):
        if inside < 0 and pattern < 2:
            opened, inside = start, pattern
        elif inside >= 0 and pattern == inside + 2:
            is_data = inside == 0 and (every or _JSON_SCRIPT.search(page, opened, min(start, opened + 200)))
            yield page[at : start if is_data else opened]
            at, inside = start, -1
    # What is opened and never closed may hold the rest of a page that was cut.
    yield page[at : opened if inside == 1 else len(page)]


@cache
def _cuts() -> Any:
    import ahocorasick_rs

    cuts = [b"<script", b"<style", b"</script", b"</style"]
    return ahocorasick_rs.BytesAhoCorasick(cuts, matchkind=ahocorasick_rs.MATCHKIND_LEFTMOST_FIRST)


def text_size(body: bytes) -> int:
    """Return about how many bytes of words a page shows."""
    return sum(len(b" ".join(_TAG.sub(b" ", stretch).split())) for stretch in _stretches(body, every=False))
