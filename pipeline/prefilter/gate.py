"""Bytes of a page → where names of the province stand in them, in one pass, before anything is parsed.

The gate is a superset of the rules: whatever may make a text relevant stops here (tests/test_gate.py). It costs about
a hundredth of reading a page, so that a million pages are read for the price of the thousand that matter.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from html import unescape
from itertools import islice
from typing import Any

from pipeline.html.parser import LONGEST, MOST_TAGS
from pipeline.prefilter.hit_context import hit_place, in_page_frame
from pipeline.prefilter.name_patterns import (
    Strength,
    continuation_pattern,
    has_any_end,
    name_beginnings,
    name_patterns,
    whole_name_forms,
)
from pipeline.prefilter.normalize_bytes import normalize_bytes, simplify
from pipeline.records import ByteHit, HitPlace
from pipeline.rules.rulebook import Rulebook

#: bytes looked at after the beginning of a name that a tag splits
_AFTER = 300
_WITHIN = re.compile(r"</?(?:a|abbr|b|big|em|font|i|mark|small|span|strong|sub|sup|u)\b[^<>]{0,250}>")
_TAG = re.compile(r"<[^<>]{0,300}>")
_TAG_END = ord(">")
# Where a paragraph, an entry or the like ends, a name does too.
_ENDS = rb"/?(?:p|div|li|ul|ol|h[1-6]|td|th|tr|table|section|article|option|select)\b"
_SKIPPED = re.compile(rb"(?:[ \-]+|<(?!" + _ENDS + rb")[^<>]{0,250}>|&[#0-9a-z]{1,9};)*")
#: different hits that are kept, and hits looked at: no page names places so often, unless to be slow
_MOST, _MOST_LOOKED_AT = 40, 3000
#: Where a name says nothing of what the page is about.
_ASIDE: frozenset[HitPlace] = frozenset({"menu", "link"})


@dataclass(frozen=True, slots=True)
class GateResult:
    """What the gate saw of one page."""

    #: whether the page may be about the province and is to be read
    open: bool
    hits: tuple[ByteHit, ...]


@dataclass(slots=True)
class _Beginning:
    """What an interrupted name begins with: bytes of it, the letters that may come next, the names it may be."""

    size: int
    #: whether a whole name may stand in it
    holds: bool = False
    then: tuple[bytes, ...] = ()
    names: dict[str, Strength] = field(default_factory=dict[str, Strength])


_Hit = tuple[ByteHit, Strength]
#: name, strength, where it begins and ends
_Found = tuple[str, Strength, int, int]


class Gate:
    """The automaton over every written form of the names of one rulebook."""

    def __init__(self, rules: Rulebook) -> None:
        import ahocorasick_rs

        owners: dict[bytes, tuple[str, Strength]] = {}
        beginnings: dict[bytes, _Beginning] = {}
        for name, strength in name_patterns(rules):
            for form in whole_name_forms(name, strength):
                known = owners.get(form)
                if known is None or (known[1] != "strong" and strength == "strong"):
                    owners[form] = (name, strength)
            for form, size, then in name_beginnings(name):
                beginning = beginnings.setdefault(form, _Beginning(size, b" " in form[:size]))
                beginning.then = tuple({*beginning.then, *then})
                if beginning.names.get(name) != "strong":
                    beginning.names[name] = strength
        strong = [form for form, (_, strength) in owners.items() if strength == "strong"]
        # Of two forms that overlap only the first is found: one that hides a strong name is as strong.
        hidden = ahocorasick_rs.BytesAhoCorasick(strong) if strong else None
        for form, (name, strength) in list(owners.items()):
            if strength != "strong" and hidden is not None and hidden.find_matches_as_indexes(form):
                owners[form] = (name, "strong")
        self._owners: list[tuple[str, Strength]] = list(owners.values())
        self._joined = [has_any_end(name) for name, _ in self._owners]
        self._begun = list(beginnings.values())
        self._outlets = tuple(rules.places.province.outlets)
        leftmost = ahocorasick_rs.MATCHKIND_LEFTMOST_LONGEST
        # Leftmost matching over a DFA: several times the speed of the default (all matches, an NFA).
        self._automaton: Any = ahocorasick_rs.BytesAhoCorasick(
            [*owners, *beginnings], matchkind=leftmost, implementation=ahocorasick_rs.Implementation.DFA
        )
        self._whole: Any = ahocorasick_rs.BytesAhoCorasick(
            [*owners], matchkind=leftmost, implementation=ahocorasick_rs.Implementation.ContiguousNFA
        )

    def look(self, body: bytes, url: str = "", content_type: str = "", beside: Sequence[str] = ()) -> GateResult:
        """Look at a page's bytes, and at texts said of it elsewhere (`beside`: a feed's title, summary, text)."""
        page = normalize_bytes(body, content_type)
        hits: list[_Hit] = []
        # What may stand in the text, although its surroundings look like a menu's or a link's.
        unsure: list[_Hit] = []
        for name, strength, start, end in islice(self._find(page), _MOST_LOOKED_AT):
            where = hit_place(page, start, end)
            if where in _ASIDE and in_page_frame(page, start):
                hits.append((ByteHit(name, "menu"), strength))
            else:
                hits.append((ByteHit(name, where), strength))
                unsure.append(hits[-1])
        for said in beside:
            for name, strength, _, _ in self._find(_encoded(said)):
                hits.append((ByteHit(name, "feed"), strength))
                unsure.append(hits[-1])
        told: list[_Hit] = [(hit, strength) for hit, strength in unsure if hit.where not in _ASIDE]
        opened = self._opens(told, url) or (
            self._opens(unsure, url) and self._opens(self._in_main_text(page, told), url)
        )
        return GateResult(opened, tuple(dict.fromkeys(hit for hit, _ in hits))[:_MOST])

    def names_in(self, text: str) -> frozenset[str]:
        """Return the names that a text without tags holds, as hits call them."""
        return frozenset(name for name, _, _, _ in self._find(_encoded(text)))

    def _find(self, page: bytes) -> Iterator[_Found]:
        count = len(self._owners)
        for pattern, start, end in self._automaton.find_matches_as_indexes(page):
            if pattern < count:
                if self._stands_alone(page, pattern, start, end):
                    yield *self._owners[pattern], start, end
                continue
            beginning = self._begun[pattern - count]
            skipped = _SKIPPED.match(page, start + beginning.size)
            follows = skipped is not None and page.startswith(beginning.then, skipped.end())
            if follows and not _is_letter(page, start - 1):
                yield from self._going_on(page, beginning, start, end)
            elif beginning.holds:
                yield from self._whole_within(page, start, end)

    def _stands_alone(self, page: bytes, pattern: int, start: int, end: int) -> bool:
        return self._joined[pattern] or not (_is_letter(page, start - 1) or _is_letter(page, end))

    def _going_on(self, page: bytes, beginning: _Beginning, start: int, end: int) -> Iterator[_Found]:
        follows = _follows(page, start + (page[start] == _TAG_END))
        fitting: list[tuple[str, Strength]] = [
            (n, s) for n, s in beginning.names.items() if continuation_pattern(n).match(follows)
        ]
        if fitting:
            name, strength = max(fitting, key=lambda pair: (pair[1] == "strong", len(pair[0])))
            yield name, strength, start, end
        elif beginning.holds:
            yield from self._whole_within(page, start, end)

    def _whole_within(self, page: bytes, start: int, end: int) -> Iterator[_Found]:
        """Find the name that is whole in a beginning: "Ninh Thuận -" might become "Ninh Thuận - Tháp Chàm"."""
        for pattern, at, to in self._whole.find_matches_as_indexes(page[start : end + _AFTER]):
            if start + at < end and self._stands_alone(page, pattern, start + at, start + to):
                yield *self._owners[pattern], start + at, start + to

    def _opens(self, hits: Iterable[_Hit], url: str) -> bool:
        found = list(hits)
        if any(strength == "strong" for _, strength in found):
            return True
        context = {hit.words for hit, strength in found if strength == "context"}
        if not context:
            return False
        at_home = any(domain in url for domain in self._outlets)
        return at_home or len(context) > 1 or any(strength == "successor" for _, strength in found)

    def _in_main_text(self, page: bytes, told: list[_Hit]) -> list[_Hit]:
        """Add the names in the main text that a fast reader sees: in a table, in a list, in links of its sentences."""
        from resiliparse.extract.html2text import extract_plain_text
        from resiliparse.parse.html import HTMLTree

        # What the readers do not see of a page need not be seen here, and a tag costs a hundred times its bytes.
        seen = b"<".join(page[:LONGEST].split(b"<", MOST_TAGS)[:MOST_TAGS])
        tree = HTMLTree.parse_from_bytes(seen, "utf-8")
        text = extract_plain_text(tree, main_content=True, alt_texts=True, links=False, list_bullets=False)
        return [*told, *((ByteHit(name, "body"), strength) for name, strength, _, _ in self._find(_encoded(text)))]


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


def build_gate(rules: Rulebook) -> Gate:
    """Return the gate of a rulebook, built once in a process for each version of the rules."""
    return _gate_of(rules.version, _Holder(rules))


def _encoded(text: str) -> bytes:
    # A text has no tags: what looks like one is no reason to stop.
    return simplify(unicodedata.normalize("NFC", text).encode("utf-8", "replace"))


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
    """Return what is said from a place on, in small letters, without the tags that end no word."""
    stretch = page[start : start + _AFTER]
    cut = stretch.rfind(b"<")
    if cut > stretch.rfind(b">"):
        stretch = stretch[:cut]
    said = _TAG.sub(" ", _WITHIN.sub("", stretch.decode("utf-8", "ignore")))
    return unicodedata.normalize("NFC", unescape(said)).lower()
