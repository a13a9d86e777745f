"""Bytes of a page → the page in one encoding and one spelling, so that names can be found in its bytes."""

import re
import unicodedata
from collections.abc import Callable, Iterator
from functools import cache, lru_cache
from html import unescape
from itertools import islice
from typing import Any

from pipeline.text.legacy_encodings import page_to_unicode

#: One pass over the bytes: capitals of ASCII to small letters, every blank to a space, the underscore to a dash.
SIMPLER = bytes(
    ord(" ") if n in (9, 10, 13) else ord("-") if n == 95 else n + 32 if 65 <= n <= 90 else n for n in range(256)
)
#: Bytes of the body in which an old encoding is recognised; paragraphs of a page that has a text
_LEGACY_LOOK, _FEW_PARAGRAPHS = 60_000, 3
_TAG = re.compile(rb"<[^<>]{0,300}>")
_JSON_SCRIPT = re.compile(rb"json|__NEXT_DATA__|__NUXT", re.IGNORECASE)
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?\s*([A-Za-z0-9_.:\-]{2,30})", re.IGNORECASE)
_NUMBER = re.compile(rb"&#(?:x([0-9a-f]{2,6})|(\d{2,7}));?")
_ESCAPE = re.compile(rb"\\u([0-9a-f]{4})")
_LETTER = re.compile(rb"&[a-z]{1,12};?")
#: Invisible characters, other blanks and dashes, look-alikes of Đ → their replacements
_ODD = {
    **dict.fromkeys(
        map(chr, (0xAD, 0x34F, 0x61C, *range(0x200B, 0x2010), *range(0x202A, 0x202F), 0x2060, 0xFEFF)), b""
    ),
    **dict.fromkeys(map(chr, (0x85, 0xA0, *range(0x2000, 0x200B), 0x2028, 0x2029, 0x202F, 0x3000)), b" "),
    **dict.fromkeys("‐‑‒–—―−", b"-"),
    **dict.fromkeys("ÐƉ", "Đ".encode()),
    **dict.fromkeys("ðɖ", "đ".encode()),
}
#: _ODD by bytes, and the escaped blanks of script strings
_FIXED = {
    **{char.encode(): replacement for char, replacement in _ODD.items()},
    **dict.fromkeys((b"\\n", b"\\r", b"\\t"), b" "),
}
#: Escapes of a character in ASCII: in a script string, by number, by name, and the ends of names with an accent
_ESCAPED = b"\\u"
_NUMBERED = b"&#"
_NAMED = (b"&nbsp", b"&ensp", b"&emsp", b"&thins", b"&ndash", b"&mdash", b"&minus", b"&shy", b"&zw", b"&eth")
_MARKED = (b"grave;", b"acute;", b"circ;", b"tilde;")
#: Bytes of the longest reference
_LONGEST = 14
#: Start tag of a paragraph (<p>, not <path>)
_PARAGRAPH = re.compile(rb"<p[ >]")


def normalize_bytes(body: bytes, content_type: str = "") -> bytes:
    """Return the content of a page, with its tags, as UTF-8 in which a name has few forms (see `simplify`)."""
    return simplify(_content(_utf8(body, content_type)))


def simplify(page: bytes) -> bytes:
    """Return bytes of UTF-8 in NFC with small letters of ASCII, one kind of blank and of dash, and no references."""
    page = page.translate(SIMPLER)
    for signs, stretch in _passes():
        if matches := signs.find_matches_as_indexes(page):
            page = b"".join(_replaced(page, matches, stretch))
    # The byte that begins combining marks, and nothing else.
    if b"\xcc" in page:
        page = unicodedata.normalize("NFC", page.decode("utf-8", "replace")).encode("utf-8", "replace")
    return page


_Stretch = Callable[[bytes, int, int], tuple[int, int]]


@cache
def _passes() -> tuple[tuple[Any, _Stretch], ...]:
    """Return the automata of the three passes, each with the function that returns start and end of a whole code."""
    import ahocorasick_rs

    # So few patterns are found by vector instructions, at ten gigabytes a second; all at once would take five times as
    # long as the three passes.
    first = sorted(_FIXED)
    passes: tuple[tuple[list[bytes], _Stretch], ...] = (
        ([*first, _ESCAPED], _code),
        ([_NUMBERED, *_NAMED], _reference),
        ([*_MARKED], _letter),
    )
    kind = ahocorasick_rs.MATCHKIND_LEFTMOST_FIRST
    return tuple((ahocorasick_rs.BytesAhoCorasick(signs, matchkind=kind), stretch) for signs, stretch in passes)


def _code(page: bytes, start: int, end: int) -> tuple[int, int]:
    return start, start + 6 if page[start:end] == _ESCAPED else end


def _reference(page: bytes, start: int, end: int) -> tuple[int, int]:
    return start, page.find(b";", end, start + _LONGEST) + 1 or start + _LONGEST


def _letter(page: bytes, start: int, end: int) -> tuple[int, int]:
    return start - 2, end  # &e and then acute;


def _replaced(page: bytes, matches: list[tuple[int, int, int]], stretch: _Stretch) -> Iterator[bytes]:
    at = 0
    for _, start, end in matches:
        start, end = stretch(page, start, end)
        if start < at:
            continue
        replacement, size = _decoded(page[start:end])
        if replacement is not None:
            yield page[at:start]
            yield replacement
            at = start + size
    yield page[at:]


@lru_cache(maxsize=4096)
def _decoded(spelt: bytes) -> tuple[bytes | None, int]:
    """Return the bytes for the code or reference at the beginning of `spelt`, and its size; None: no letter."""
    if (replacement := _FIXED.get(spelt)) is not None:
        return replacement, len(spelt)
    if spelt.startswith(_ESCAPED):
        escaped = _ESCAPE.match(spelt)
        code = int(escaped.group(1), 16) if escaped else 0xD800
        return (None, 0) if 0xD800 <= code < 0xE000 else (_simple(chr(code)), 6)
    if number := _NUMBER.match(spelt):
        code = int(number.group(1), 16) if number.group(1) else int(number.group(2))
        # References to signs of markup stay what they are: text, not tags.
        is_letter = 0xA0 <= code < 0xD800 or 0xE000 <= code < 0x110000
        return (_simple(chr(code)), number.end()) if is_letter else (None, 0)
    letter = _LETTER.match(spelt)
    char = unescape(letter.group().decode("ascii")) if letter else ""
    return (_simple(char), letter.end()) if letter and len(char) == 1 else (None, 0)


def _simple(char: str) -> bytes:
    return _ODD.get(char, char.encode("utf-8", "replace").translate(SIMPLER))


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
    from pipeline.html.parser import decode_html

    return decode_html(body, content_type)[0].encode("utf-8", "replace")


def _is_utf8(body: bytes) -> bool:
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _without_legacy(body: bytes) -> bytes:
    """Convert a UTF-8 page whose text is TCVN3 or VNI; it has a combination of characters that no other text has."""
    begin = max(0, body.find(b"<body"))
    some = body[begin : begin + _LEGACY_LOOK]
    # The first two bytes of most letters that only Vietnamese has.
    if b"\xe1\xba" in some or b"\xe1\xbb" in some:
        return body
    letters = some.translate(None, _ASCII)
    if (
        all(sign in letters for sign in _TCVN3)
        or all(sign in letters for sign in _VNI)
        or _old_references().find_matches_as_indexes(some)
    ):
        return page_to_unicode(body.decode("utf-8", "replace")).encode("utf-8", "replace")
    return body


_ASCII = bytes(range(128))
#: Letters that a page in an old encoding has all of; each is two bytes, the second of which begins no letter
_TCVN3, _VNI = tuple(sign.encode() for sign in "®¸µ"), tuple(sign.encode() for sign in "ñøö")
_REFERRED = (b"&#181;", b"&micro;", b"&oslash;", b"&#248;")


@cache
def _old_references() -> Any:
    import ahocorasick_rs

    return ahocorasick_rs.BytesAhoCorasick([*_REFERRED], matchkind=ahocorasick_rs.MATCHKIND_LEFTMOST_FIRST)


# -- content of a page ---------------------------------------------------------------------------------------------


def _content(page: bytes) -> bytes:
    """Return a page without its styles and without scripts that carry no data."""
    kept = b"".join(_stretches(page, every=False))
    # Pages that only a browser can build carry their text inside script strings.
    has_text = next(islice(_PARAGRAPH.finditer(kept), _FEW_PARAGRAPHS, None), None) is not None
    return kept if has_text else b"".join(_stretches(page, every=True))


def _stretches(page: bytes, *, every: bool) -> Iterator[bytes]:
    at = 0
    opened = inside = -1
    for pattern, start, _ in _cuts().find_matches_as_indexes(page):
        if inside < 0 and pattern == _LINE:
            # Paths of drawings are a tenth of many pages; the words of a drawing stay.
            yield page[at:start]
            end = page.find(b">", start, start + _LONGEST_LINE)
            at = end if end >= 0 else start
        elif inside < 0 and pattern < 2:
            opened, inside = start, pattern
        elif inside >= 0 and pattern == inside + 2:
            is_data = inside == 0 and (every or _JSON_SCRIPT.search(page, opened, min(start, opened + 200)))
            yield page[at : start if is_data else opened]
            at, inside = start, -1
    # An unclosed script may contain the rest of a truncated page.
    yield page[at : opened if inside == 1 else len(page)]


#: Index of <path in _cuts, the element without an end tag; bytes of the longest path
_LINE, _LONGEST_LINE = 4, 100_000


@cache
def _cuts() -> Any:
    import ahocorasick_rs

    cuts = [b"<script", b"<style", b"</script", b"</style", b"<path"]
    return ahocorasick_rs.BytesAhoCorasick(cuts, matchkind=ahocorasick_rs.MATCHKIND_LEFTMOST_FIRST)


def has_words(body: bytes, least: int) -> bool:
    """Whether a page has so many bytes of visible words, about; few pages are read beyond their beginning for it."""
    size = 0
    for stretch in _stretches(body, every=False):
        at = 0
        while at < len(stretch):
            # No tag goes on behind the sign that begins another one.
            cut = stretch.find(b"<", at + _PIECE)
            end = cut if cut >= 0 else len(stretch)
            size += sum(map(len, _TAG.sub(b" ", stretch[at:end]).split()))
            if size >= least:
                return True
            at = end
    return sum(len(b" ".join(_TAG.sub(b" ", stretch).split())) for stretch in _stretches(body, every=False)) >= least


#: Bytes of a page in which words are counted at a time
_PIECE = 8_000
