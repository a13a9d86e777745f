"""Bytes of a page → the names of the province in them and their contexts, in one pass, before any parsing.

The gate passes every page that the rules could find relevant (tests/test_gate.py). It costs about a hundredth of
extracting a page, so a million pages cost as much as the thousand that matter.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
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
from pipeline.rules.compiled import CompiledParts
from pipeline.rules.rulebook import Rulebook

#: Bytes searched after the beginning of a name that a tag splits
_AFTER = 300
_WITHIN = re.compile(r"</?(?:a|abbr|b|big|em|font|i|mark|small|span|strong|sub|sup|u)\b[^<>]{0,250}>")
_TAG = re.compile(r"<[^<>]{0,300}>")
_TAG_END = ord(">")
# The end of a paragraph, list entry or the like ends a name too.
_ENDS = rb"/?(?:p|div|li|ul|ol|h[1-6]|td|th|tr|table|section|article|option|select)\b"
_SKIPPED = re.compile(rb"(?:[ \-]+|<(?!" + _ENDS + rb")[^<>]{0,250}>|&[#0-9a-z]{1,9};)*")
#: Most different hits kept, and most hits examined; only a page made to be slow has more
_MOST, _MOST_LOOKED_AT = 40, 3000
#: Contexts in which a name says nothing about the subject of the page
_ASIDE: frozenset[HitPlace] = frozenset({"menu", "link"})


@dataclass(frozen=True, slots=True)
class GateResult:
    """The decision of the gate on one page, and the names it found."""

    #: whether the page may be about the province, and must be extracted
    open: bool
    hits: tuple[ByteHit, ...]


@dataclass(slots=True)
class Beginning:
    """The beginning of an interrupted name: its size in bytes, the possible next letters, the possible names."""

    size: int
    #: whether the beginning may contain a whole name
    holds: bool = False
    then: tuple[bytes, ...] = ()
    names: dict[str, Strength] = field(default_factory=dict[str, Strength])


_Hit = tuple[ByteHit, Strength]
#: (name, strength, start, end)
_NameMatch = tuple[str, Strength, int, int]


class Gate:
    """The automaton over every written form of the names of one rulebook."""

    def __init__(self, rules: Rulebook) -> None:
        import ahocorasick_rs

        owners: dict[bytes, tuple[str, Strength]] = {}
        beginnings: dict[bytes, Beginning] = {}
        for name, strength in dict.fromkeys(name_patterns(rules)):
            for form in whole_name_forms(name, strength):
                known = owners.get(form)
                if known is None or (known[1] != "strong" and strength == "strong"):
                    owners[form] = (name, strength)
            for form, size, then in name_beginnings(name):
                beginning = beginnings.get(form)
                if beginning is None:
                    beginning = beginnings[form] = Beginning(size, b" " in form[:size])
                if not set(then) <= set(beginning.then):
                    beginning.then = tuple({*beginning.then, *then})
                if beginning.names.get(name) != "strong":
                    beginning.names[name] = strength
        strong = [form for form, (_, strength) in owners.items() if strength == "strong"]
        # Of two forms that overlap only the first is found: one that hides a strong name is as strong.
        hidden = ahocorasick_rs.BytesAhoCorasick(strong) if strong else None
        for form, (name, strength) in list(owners.items()):
            if strength != "strong" and hidden is not None and hidden.find_matches_as_indexes(form):
                owners[form] = (name, "strong")
        self._forms = [*owners, *beginnings]
        #: every sequence of bytes that the automaton looks for
        self.forms = frozenset(self._forms)
        self._owners: list[tuple[str, Strength]] = list(owners.values())
        self._joined = [has_any_end(name) for name, _ in self._owners]
        self._begun = list(beginnings.values())
        self._outlets = tuple(rules.places.province.outlets)

    @cached_property
    def _automaton(self) -> Any:
        """Over all forms, for whole pages: leftmost matching over a DFA has several times the speed of the default."""
        return _leftmost_automaton(self._forms, for_pages=True)

    @cached_property
    def _short(self) -> Any:
        """The same for stretches and short texts, which takes a fraction of the time to build."""
        return _leftmost_automaton(self._forms, for_pages=False)

    @cached_property
    def _whole(self) -> Any:
        return _leftmost_automaton(self._forms[: len(self._owners)], for_pages=False)

    def look(self, body: bytes, url: str = "", content_type: str = "", beside: Sequence[str] = ()) -> GateResult:
        """Search the bytes of a page, and texts about it (`beside`: title, summary and text of its feed entry)."""
        return self.look_within(normalize_bytes(body, content_type), None, url, beside)

    def look_within(
        self, page: bytes, spans: Sequence[tuple[int, int]] | None, url: str, beside: Sequence[str] = ()
    ) -> GateResult:
        """Search the normalised bytes of a page, as `look` does, in these stretches of it alone; None: in all of it."""
        hits: list[_Hit] = []
        # Hits that may be in the text, although their context looks like a menu or a link.
        possible: list[_Hit] = []
        for name, strength, start, end in islice(self._find(page, spans), _MOST_LOOKED_AT):
            where = hit_place(page, start, end)
            if where in _ASIDE and in_page_frame(page, start):
                hits.append((ByteHit(name, "menu"), strength))
            else:
                hits.append((ByteHit(name, where), strength))
                possible.append(hits[-1])
        for text in filter(None, beside):
            for name, strength, _, _ in self._find_in_text(text):
                hits.append((ByteHit(name, "feed"), strength))
                possible.append(hits[-1])
        in_text: list[_Hit] = [(hit, strength) for hit, strength in possible if hit.where not in _ASIDE]
        opened = self._opens(in_text, url) or (
            self._opens(possible, url) and self._opens(self._in_main_text(page, in_text), url)
        )
        return GateResult(opened, tuple(dict.fromkeys(hit for hit, _ in hits))[:_MOST])

    def beginnings(self) -> Iterator[tuple[bytes, Beginning]]:
        """Yield the forms that are beginnings of interrupted names, and hold no whole name."""
        pairs = zip(self._forms[len(self._owners) :], self._begun, strict=True)
        owned = frozenset(self._forms[: len(self._owners)])
        return ((form, beginning) for form, beginning in pairs if form not in owned and not beginning.holds)

    def names_in(self, text: str) -> frozenset[str]:
        """Return the names in a text without tags, spelt as in hits."""
        return frozenset(name for name, _, _, _ in self._find_in_text(text))

    def _matches(self, page: bytes, spans: Sequence[tuple[int, int]] | None) -> Iterator[tuple[int, int, int]]:
        if spans is None:
            yield from self._automaton.find_matches_as_indexes(page)
            return
        # Where whole pages were searched already their automaton is there, and faster.
        automaton = self._automaton if "_automaton" in self.__dict__ else self._short
        for begin, stop in spans:
            for pattern, start, end in automaton.find_matches_as_indexes(page[begin:stop]):
                yield pattern, begin + start, begin + end

    def _find(self, page: bytes, spans: Sequence[tuple[int, int]] | None = None) -> Iterator[_NameMatch]:
        count = len(self._owners)
        for pattern, start, end in self._matches(page, spans):
            if pattern < count:
                if self._stands_alone(page, pattern, start, end):
                    yield *self._owners[pattern], start, end
                continue
            beginning = self._begun[pattern - count]
            follows = page.startswith(beginning.then, after_break(page, start + beginning.size))
            if follows and not _is_letter(page, start - 1):
                yield from self._continued_name(page, beginning, start, end)
            elif beginning.holds:
                yield from self._whole_name_within(page, start, end)

    def _find_in_text(self, text: str) -> Iterator[_NameMatch]:
        encoded = _encoded(text)
        return self._find(encoded, [(0, len(encoded))])

    def _stands_alone(self, page: bytes, pattern: int, start: int, end: int) -> bool:
        return self._joined[pattern] or not (_is_letter(page, start - 1) or _is_letter(page, end))

    def _continued_name(self, page: bytes, beginning: Beginning, start: int, end: int) -> Iterator[_NameMatch]:
        follows = _follows(page, start + (page[start] == _TAG_END))
        fitting: list[tuple[str, Strength]] = [
            (n, s) for n, s in beginning.names.items() if continuation_pattern(n).match(follows)
        ]
        if fitting:
            name, strength = max(fitting, key=lambda pair: (pair[1] == "strong", len(pair[0])))
            yield name, strength, start, end
        elif beginning.holds:
            yield from self._whole_name_within(page, start, end)

    def _whole_name_within(self, page: bytes, start: int, end: int) -> Iterator[_NameMatch]:
        """Find a whole name in a beginning: "Ninh Thuận -" could have gone on as "Ninh Thuận - Tháp Chàm"."""
        for pattern, at, to in self._whole.find_matches_as_indexes(page[start : end + _AFTER]):
            if start + at < end and self._stands_alone(page, pattern, start + at, start + to):
                yield *self._owners[pattern], start + at, start + to

    def _opens(self, hits: Iterable[_Hit], url: str) -> bool:
        hits = list(hits)
        if any(strength == "strong" for _, strength in hits):
            return True
        context = {hit.words for hit, strength in hits if strength == "context"}
        if not context:
            return False
        at_home = any(domain in url for domain in self._outlets)
        return at_home or len(context) > 1 or any(strength == "successor" for _, strength in hits)

    def _in_main_text(self, page: bytes, hits: list[_Hit]) -> list[_Hit]:
        """Add the names in the main text by a fast extractor: in tables, in lists, in links inside sentences."""
        from resiliparse.extract.html2text import extract_plain_text
        from resiliparse.parse.html import HTMLTree

        # The extractors cut a page at these limits too, and a tag costs a hundred times its bytes.
        cut_page = b"<".join(page[:LONGEST].split(b"<", MOST_TAGS)[:MOST_TAGS])
        tree = HTMLTree.parse_from_bytes(cut_page, "utf-8")
        text = extract_plain_text(tree, main_content=True, alt_texts=True, links=False, list_bullets=False)
        return [*hits, *((ByteHit(name, "body"), strength) for name, strength, _, _ in self._find_in_text(text))]


_GATES = CompiledParts(Gate)


def build_gate(rules: Rulebook) -> Gate:
    """Return the gate of a rulebook, built once in a process for each version of the rules."""
    return _GATES.of(rules)


def after_break(page: bytes, at: int) -> int:
    """Return where a page goes on behind the blanks, dashes, tags and references at a place."""
    skipped = _SKIPPED.match(page, at)
    return at if skipped is None else skipped.end()


def _encoded(text: str) -> bytes:
    # A text has no tags, so a '<' is not treated as one.
    return simplify(unicodedata.normalize("NFC", text).encode("utf-8", "replace"))


def _leftmost_automaton(forms: Sequence[bytes], *, for_pages: bool) -> Any:
    from ahocorasick_rs import MATCHKIND_LEFTMOST_LONGEST, BytesAhoCorasick, Implementation

    implementation = Implementation.DFA if for_pages else Implementation.ContiguousNFA
    return BytesAhoCorasick(forms, matchkind=MATCHKIND_LEFTMOST_LONGEST, implementation=implementation)


def _is_letter(page: bytes, at: int) -> bool:
    """Whether the byte at `at` belongs to a letter or digit: ASCII, other Latin, or a combining mark."""
    if not 0 <= at < len(page):
        return False
    byte = page[at]
    if byte < 0x80:
        return 97 <= byte <= 122 or 48 <= byte <= 57
    if byte < 0xC0:  # last byte of a letter, unless of a blank, a dash or a quotation mark
        return page[max(0, at - 1)] != 0xC2 and page[max(0, at - 2)] not in (0xE2, 0xE3)
    return 0xC3 <= byte <= 0xCD or byte == 0xE1


def _follows(page: bytes, start: int) -> str:
    """Return the text from `start` on, in lower case, without the tags that end no word."""
    stretch = page[start : start + _AFTER]
    cut = stretch.rfind(b"<")
    if cut > stretch.rfind(b">"):
        stretch = stretch[:cut]
    text = _TAG.sub(" ", _WITHIN.sub("", stretch.decode("utf-8", "ignore")))
    return unicodedata.normalize("NFC", unescape(text)).lower()
