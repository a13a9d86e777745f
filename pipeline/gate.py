"""Bytes of a page → where names of the province stand in them, in one pass, before anything is parsed.

The gate is a superset of the rules: whatever may make a text relevant stops here (tests/test_gate.py). It costs about
a hundredth of reading a page, so that a million pages are read for the price of the thousand that matter.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import unescape
from typing import Any, Literal

from pipeline.legacy import page_to_unicode
from pipeline.records import ByteHit, HitPlace
from pipeline.rules import Place, Rulebook
from pipeline.text import bare

Strength = Literal["strong", "context", "successor"]

#: What stands between the words of a name in the source of real pages, once it is simplified (`_simple`).
_BETWEEN = (" ", "-", "", "  ", " - ")
_BETWEEN_CONTEXT = (" ", "-")
#: One pass over the bytes: capitals of ASCII to small letters, every blank to a space, the underscore to a dash.
_SIMPLER = bytes(
    ord(" ") if n in (9, 10, 13) else ord("-") if n == 95 else n + 32 if 65 <= n <= 90 else n for n in range(256)
)
#: What a name is interrupted by after its first word: a tag, a reference to a character, a no-break space, a dash.
#: There it is looked at whether the whole name follows once these are taken out.
_INTERRUPTED = (b"<", b" <", b"  ", b"&", b"\xc2\xa0", b"\xe2\x80", b" \xe2\x80")
#: bytes looked at after a name that a tag may split, and before a hit for what it stands in
_AFTER, _BEFORE = 300, 600
#: bytes of a page's body by which it is known to be in an old encoding; paragraphs of a page that has a text
_LEGACY_LOOK, _FEW_PARAGRAPHS = 60_000, 3
_UNSPACED = re.compile("[\u0e00-\u0eff\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]")
_TAG = re.compile(rb"<[^<>]{0,300}>")
_SPACES = re.compile(r"[\s\u00a0\-–—_]+")
_JSON_SCRIPT = re.compile(rb"json|__NEXT_DATA__|__NUXT", re.IGNORECASE)
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?\s*([A-Za-z0-9_.:\-]{2,30})", re.IGNORECASE)
_META = re.compile(rb"\b(?:name|property|itemprop)\s*=\s*[\"']?([\w:.\-]+)", re.IGNORECASE)
_LEADS = (b"description", b"og:description", b"twitter:description", b"sapo")
_TITLES = (b"title", b"og:title", b"twitter:title", b"headline")
#: A piece of running text between two tags has so many words; a menu's entry fewer.
_RUNNING = 6
_MOST = 40


@dataclass(frozen=True, slots=True)
class Passed:
    """What the gate saw of one page."""

    #: whether the page may be about the province and is to be read
    open: bool
    hits: tuple[ByteHit, ...]


class Gate:
    """The automaton over every written form of the names of one rulebook."""

    def __init__(self, rules: Rulebook) -> None:
        import ahocorasick_rs

        owners: dict[bytes, tuple[str, Strength]] = {}
        begun: dict[bytes, dict[str, Strength]] = {}
        for name, strength in _names(rules):
            for form in _forms(name, _BETWEEN_CONTEXT if strength == "context" else _BETWEEN):
                known = owners.get(form)
                if known is None or (known[1] != "strong" and strength == "strong"):
                    owners[form] = (name, strength)
            for form in _interrupted(name):
                begun.setdefault(form, {})[name] = strength
        strong = [form for form, (_, strength) in owners.items() if strength == "strong"]
        # Of two forms that overlap only the first is found: one that hides a strong name is as strong.
        hidden = ahocorasick_rs.BytesAhoCorasick(strong) if strong else None
        for form, (name, strength) in list(owners.items()):
            if strength != "strong" and hidden is not None and hidden.find_matches_as_indexes(form):
                owners[form] = (name, "strong")
        self._owners = list(owners.values())
        #: names that other letters may touch: of scripts that write no blanks, and those with any ending
        self._joined = ["*" in name or _UNSPACED.search(name) is not None for name, _ in self._owners]
        #: names that may go on, longest first, by what an interrupted one begins with
        self._begun = [sorted(names.items(), key=lambda pair: -len(pair[0])) for names in begun.values()]
        self._outlets = tuple(rules.places.province.outlets)
        # Leftmost matching over a DFA: several times the speed of the default (all matches, an NFA).
        self._automaton: Any = ahocorasick_rs.BytesAhoCorasick(
            [*owners, *begun],
            matchkind=ahocorasick_rs.MATCHKIND_LEFTMOST_LONGEST,
            implementation=ahocorasick_rs.Implementation.DFA,
        )

    def look(self, body: bytes, url: str = "", content_type: str = "", beside: Sequence[str] = ()) -> Passed:
        """Look at a page's bytes, and at texts said of it elsewhere (`beside`: a feed's title, summary, text)."""
        page = _simple(_telling(_utf8(body, content_type)))
        hits: list[tuple[ByteHit, Strength]] = []
        for name, strength, start, end in self._find(page):
            hits.append((ByteHit(name, _place_of(page, start, end)), strength))
        for said in beside:
            for name, strength, _, _ in self._find(_simple(_encoded(said))):
                hits.append((ByteHit(name, "feed"), strength))
        return Passed(self._opens(hits, url), tuple(dict.fromkeys(hit for hit, _ in hits))[:_MOST])

    def _find(self, page: bytes) -> Iterator[tuple[str, Strength, int, int]]:
        whole = len(self._owners)
        for pattern, start, end in self._automaton.find_matches_as_indexes(page):
            if pattern < whole:
                name, strength = self._owners[pattern]
                if not self._joined[pattern] and (_is_letter(page, start - 1) or _is_letter(page, end)):
                    continue
                yield name, strength, start, end
            elif not _is_letter(page, start - 1):
                follows = _follows(page, start)
                for name, strength in self._begun[pattern - whole]:
                    if follows.startswith(_squeezed(name)):
                        yield name, strength, start, end
                        break

    def _opens(self, hits: Iterable[tuple[ByteHit, Strength]], url: str) -> bool:
        told = [(hit, strength) for hit, strength in hits if hit.where not in ("menu", "link")]
        if any(strength == "strong" for _, strength in told):
            return True
        context = {hit.words for hit, strength in told if strength == "context"}
        if not context:
            return False
        at_home = any(domain in url for domain in self._outlets)
        return at_home or len(context) > 1 or any(strength == "successor" for _, strength in told)

    def in_main_text(self, text: str) -> bool:
        """Whether a page's main text, as a fast reader gives it, holds what opens the gate."""
        found = self._find(_simple(_encoded(text)))
        return self._opens([(ByteHit(name, "body"), strength) for name, strength, _, _ in found], "")


@lru_cache(maxsize=2)
def _gate_of(version: str, holder: "_Holder") -> Gate:
    return Gate(holder.rules)


class _Holder:
    """Rules by their version: they hold mappings and cannot be hashed themselves."""

    def __init__(self, rules: Rulebook) -> None:
        self.rules = rules

    def __hash__(self) -> int:
        return hash(self.rules.version)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Holder) and other.rules.version == self.rules.version


def gate_of(rules: Rulebook) -> Gate:
    """Return the gate of a rulebook, built once in a process for each version of the rules."""
    return _gate_of(rules.version, _Holder(rules))


# -- forms of names -----------------------------------------------------------------------------------------------


def _names(rules: Rulebook) -> Iterator[tuple[str, Strength]]:
    province = rules.places.province
    for name in (province.name, *province.forms, *province.foreign):
        yield name, "strong"
    if province.fold_safe:
        yield bare(province.name), "strong"
    for name in province.successor:
        yield name, "successor"
        yield bare(name), "successor"
    for place in rules.places.place:
        if place.tier != "weak":
            yield from _names_of(place)


def _names_of(place: Place) -> Iterator[tuple[str, Strength]]:
    # A commune whose title and name are unique counts alone since the merger.
    strength: Strength = "strong" if place.tier == "strong" or place.unique else "context"
    for name in (place.name, *place.forms, *place.foreign):
        yield name, strength
        # Without diacritics a name that is not safe there counts only beside the province's or the merged one's.
        yield bare(name), strength if place.fold_safe else "context"
    for name in place.strong_forms:
        yield name, "strong"
        yield bare(name), "strong" if place.fold_safe else "context"


def _words(name: str) -> list[str]:
    bare_end = name.split("*", 1)[0].strip()
    return [word for word in _SPACES.split(unicodedata.normalize("NFC", bare_end)) if word]


def _cases(words: Sequence[str]) -> Iterable[tuple[str, ...]]:
    return dict.fromkeys((tuple(w.lower() for w in words), tuple(w.upper() for w in words), tuple(words)))


def _forms(name: str, between: Sequence[str]) -> Iterator[bytes]:
    """Yield the bytes in which a name is written whole in real pages, once simplified."""
    words = _words(name)
    blanks = between if len(words) > 1 else ("",)
    for cased in _cases(words) if words else ():
        for composed in _compositions(cased):
            for blank in blanks:
                yield _simple(blank.join(composed).encode())
        if not "".join(cased).isascii():
            for spell in _SPELLINGS:
                spelt = ["".join(spell(c) if ord(c) > 127 else c for c in word) for word in cased]
                for blank in blanks[:2]:
                    yield _simple(blank.join(spelt).encode())


def _interrupted(name: str) -> Iterator[bytes]:
    """Yield the beginnings after which a name may go on behind a tag or the like."""
    words = _words(name)
    if len(words) < 2:
        return
    for cased in _cases(words):
        for composed in _compositions(cased):
            for end in _INTERRUPTED:
                yield _simple(composed[0].encode()) + end


def _compositions(words: Sequence[str]) -> list[list[str]]:
    made = [
        list(words),
        [unicodedata.normalize("NFD", word) for word in words],
        [_old_tones(word) for word in words],
        # windows-1258 keeps the letter and writes the tone behind it; decoded, that is neither NFC nor NFD.
        [_tone_behind(word) for word in words],
    ]
    return [list(m) for m in dict.fromkeys(tuple(m) for m in made)]


_TONES = "\u0300\u0301\u0303\u0309\u0323"


def _tone_behind(word: str) -> str:
    made = []
    for letter in word:
        parts = unicodedata.normalize("NFD", letter)
        tones = "".join(p for p in parts if p in _TONES)
        made.append(unicodedata.normalize("NFC", "".join(p for p in parts if p not in _TONES)) + tones)
    return "".join(made)


def _old_tones(word: str) -> str:
    """Return 'hoà' for 'hòa': the two ways of placing a tone mark in the open rhymes oa, oe, uy."""
    for new, old in (("òóỏõọ", "oa"), ("òóỏõọ", "oe"), ("ùúủũụ", "uy")):
        for mark in new:
            for one, other in ((mark, old), (mark.upper(), old.upper())):
                if word.endswith(one + other[1]):
                    tone = unicodedata.normalize("NFD", one)[1:]
                    return word[:-2] + other[0] + unicodedata.normalize("NFC", other[1] + tone)
    return word


_SPELLINGS: tuple[Callable[[str], str], ...] = (
    lambda c: f"&#{ord(c)};",
    lambda c: f"&#x{ord(c):x};",
    lambda c: f"\\u{ord(c):04x}",
)


# -- bytes of pages -----------------------------------------------------------------------------------------------


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
    if b"\xe1\xba" in some or b"\xe1\xbb" in some:
        return body
    tcvn3 = b"\xc2\xae" in some and b"\xc2\xb8" in some and b"\xc2\xb5" in some
    vni = b"\xc3\xb1" in some and b"\xc3\xb8" in some and b"\xc3\xb6" in some
    if tcvn3 or vni or b"&#181;" in some or b"&micro;" in some or b"&oslash;" in some or b"&#248;" in some:
        return page_to_unicode(body.decode("utf-8", "replace")).encode("utf-8", "replace")
    return body


def _encoded(text: str) -> bytes:
    return unicodedata.normalize("NFC", text).encode("utf-8", "replace")


def _simple(page: bytes) -> bytes:
    """Return bytes in which a name has few forms: small letters of ASCII, one kind of blank and of dash."""
    return page.translate(_SIMPLER)


def _telling(page: bytes) -> bytes:
    """Return the stretches of a page in which it says something: not its styles, nor scripts that carry no data."""
    kept = b"".join(_stretches(page, every=False))
    # Pages that only a browser would build carry their text inside strings of a script.
    return kept if kept.count(b"<p") > _FEW_PARAGRAPHS else b"".join(_stretches(page, every=True))


def _stretches(page: bytes, *, every: bool) -> Iterator[bytes]:
    at, size = 0, len(page)
    script = style = -1
    while at < size:
        script = page.find(b"<script", at) if script < at else script
        style = page.find(b"<style", at) if style < at else style
        script, style = (size if n < 0 else n for n in (script, style))
        start = min(script, style)
        if start >= size:
            yield page[at:]
            return
        end = page.find(b"</script" if start == script else b"</style", start)
        end = size if end < 0 else end
        is_data = start == script and (every or _JSON_SCRIPT.search(page, start, min(end, start + 200)))
        yield page[at : end if is_data else start]
        at = end


def text_size(body: bytes) -> int:
    """Return about how many bytes of words a page shows."""
    return sum(len(b" ".join(_TAG.sub(b" ", stretch).split())) for stretch in _stretches(body, every=False))


def _is_letter(page: bytes, at: int) -> bool:
    """Whether the byte at a place is of a letter or digit: of ASCII, of Latin beyond it, or a mark on a letter."""
    if not 0 <= at < len(page):
        return False
    byte = page[at]
    if byte < 0x80:
        return 97 <= byte <= 122 or 48 <= byte <= 57
    if byte < 0xC0:  # the end of a letter, unless of a blank, a dash or a quotation mark
        return page[max(0, at - 1)] != 0xC2 and page[max(0, at - 2)] not in (0xE2, 0xE3)
    return 0xC3 <= byte <= 0xCD or byte == 0xE1


def _follows(page: bytes, start: int) -> str:
    """Return what is said from a place on, without tags, references and blanks, in small letters."""
    stretch = page[start : start + _AFTER]
    cut = stretch.rfind(b"<")
    if cut > stretch.rfind(b">"):
        stretch = stretch[:cut]
    plain = unescape(_TAG.sub(b"", stretch).decode("utf-8", "ignore"))
    return _squeezed(plain)


@lru_cache(maxsize=4096)
def _squeezed(text: str) -> str:
    return "".join(_SPACES.split(unicodedata.normalize("NFC", text))).casefold()


def _place_of(page: bytes, start: int, end: int) -> HitPlace:
    """Return what a hit stands in, by the markup around it."""
    opened, closed = page.rfind(b"<", 0, start), page.rfind(b">", 0, start)
    if opened > closed:
        return _place_in_tag(page, opened, start)
    tag = page[opened : opened + 120]
    if tag.startswith((b"<title", b"<h1")):
        return "title"
    if tag.startswith(b"<script"):
        return "json-ld" if b"ld+json" in tag else "data"
    if tag.startswith((b"<option", b"<select", b"<nav")):
        return "menu"
    before = page[max(0, start - _BEFORE) : start]
    if before.rfind(b"<figcaption") > before.rfind(b"</figcaption"):
        return "caption"
    if before.rfind(b"<h1") > before.rfind(b"</h1"):
        return "title"
    is_link = before.rfind(b"<a ") > before.rfind(b"</a")
    last = page.find(b"<", end)
    words = len(page[closed + 1 : last if last >= 0 else end].split())
    if is_link:
        # A name alone may be a link in running text; a headline that is a link is another article's.
        around = _TAG.sub(b" ", page[max(0, start - 200) : end + 200])
        return "body" if words <= 4 and b"<li" not in before[-120:] and len(around.split()) > 40 else "link"
    if words >= _RUNNING or before.rfind(b"<p") > before.rfind(b"</p"):
        return "body"
    # Running text that its marks cut into pieces: bold names, spans.
    around = _TAG.sub(b" ", page[max(0, start - 250) : end + 250])
    return "body" if len(around.split()) > 45 else "menu"


def _place_in_tag(page: bytes, opened: int, start: int) -> HitPlace:
    tag = page[opened:start]
    if tag[:5] == b"<meta":
        named = _META.search(page, opened, start + 300)
        name = named.group(1) if named else b""
        return "lead" if name in _LEADS else "title" if name in _TITLES else "meta"
    attribute = tag.rpartition(b"=")[0].rpartition(b" ")[2].strip()
    is_picture = tag.startswith((b"<img", b"<figure", b"<picture", b"<video", b"<amp-img"))
    return "caption" if is_picture and attribute in (b"alt", b"title", b"data-caption", b"data-title") else "link"
