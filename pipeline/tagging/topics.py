"""Title and text → the terms of each topic that stand in them, as numbers."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.rules.compiled import CompiledParts
from pipeline.rules.rulebook import Rulebook, Topic
from pipeline.tagging.matcher import Hit, Matcher, hits_outside, longest_hits
from pipeline.tagging.mentions import Mention, Where
from pipeline.tagging.zones import Zone
from pipeline.text.normalize import strip_diacritics
from pipeline.text.segmentation import is_word


@dataclass(frozen=True, slots=True)
class TermHit:
    """One term of one topic found in one zone."""

    where: Where
    start: int
    end: int
    term: str
    #: 3 sure, 1 ordinary, 0.3 weak
    weight: float


@dataclass(slots=True)
class Signals:
    """The sums of term weights in a text for one topic, from which the features are computed."""

    title: float = 0.0
    lead: float = 0.0
    body: float = 0.0
    distinct: int = 0
    sure: int = 0
    hits: list[TermHit] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Pattern:
    topic: int
    weight: float  # 0: an expression inside which nothing counts
    term: str


UNACCENTED = "vi-bare"
SURE, PLAIN, WEAK = 3.0, 1.0, 0.3
FEATURES = (
    "title",  # weight of the terms in the title, at most 4
    "title_sure",
    "lead",  # log of their weight in the lead
    "body",  # log of their weight in the text, for its length
    "distinct",  # log of different terms
    "share",  # of all topics' weight
    "behind_body",  # how far another topic leads
    "behind_title",
    "title_other",  # the title speaks of other topics only
    "foreign_terms",
    "short_lead",
    "foreign",
    "short",
)


class _Compiled:
    def __init__(self, rules: Rulebook) -> None:
        self.topics: tuple[Topic, ...] = rules.topics.topic
        self.patterns: dict[str, list[_Pattern]] = {}
        self.matchers: dict[str, Matcher] = {}
        for t, topic in enumerate(self.topics):
            for language, terms in topic.terms.items():
                bucket = self.patterns.setdefault(language, [])
                for weight, words in (
                    (SURE, terms.sure),
                    (PLAIN, terms.terms),
                    (WEAK, terms.weak),
                    (0.0, terms.not_in),
                ):
                    bucket += (_Pattern(t, weight, word) for word in words)
        # Without diacritics one syllable is ambiguous; two mostly keep their meaning.
        self.patterns[UNACCENTED] = [
            _Pattern(p.topic, p.weight, strip_diacritics(p.term)) for p in self.patterns.get("vi", []) if " " in p.term
        ]
        for language, patterns in self.patterns.items():
            self.matchers[language] = Matcher(p.term for p in patterns)


_TOPICS = CompiledParts(_Compiled, of_topics=True)
NO_NAMES: Mapping[str, list[tuple[int, int]]] = {}


def compiled_topics(rules: Rulebook) -> _Compiled:
    return _TOPICS.of(rules)


def unit_spans(mentions: Iterable[Mention]) -> dict[str, list[tuple[int, int]]]:
    """Return the spans of names of units, by zone: in 'Phan Rang - Tháp Chàm' a city, 'Tháp' is no tower."""
    spans: dict[str, list[tuple[int, int]]] = {}
    for m in mentions:
        if m.province or m.place.kind.endswith(("_old", "_new", "_area")):
            spans.setdefault(m.where, []).append((m.start, m.end))
    return spans


def term_signals(
    zones: Sequence[Zone], language: str, rules: Rulebook, names: Mapping[str, list[tuple[int, int]]] = NO_NAMES
) -> list[Signals]:
    """Return the signals of each topic, in the order of the rules; terms inside the spans `names` do not count."""
    rule = compiled_topics(rules)
    base = language.split("-")[0]
    if base == "vi" and all(z.unaccented for z in zones):
        base = UNACCENTED
    # A Vietnamese place name in an English text is no English word, but a Latin acronym is one everywhere.
    patterns = rule.patterns.get(base) or rule.patterns.get("en", [])
    matcher = rule.matchers.get(base) or rule.matchers.get("en")
    found = [Signals() for _ in rule.topics]
    if matcher is None:
        return found
    for zone in zones:
        covers: dict[int, list[tuple[int, int]]] = {}
        hits = [h for h in matcher.find(zone.folded) if not zone.is_skipped(h.start)]
        hits = hits_outside(hits, names.get(zone.where, []))
        for hit in hits:
            if patterns[hit.pattern].weight == 0.0:
                covers.setdefault(patterns[hit.pattern].topic, []).append((hit.start, hit.end))
        per_topic: dict[int, list[Hit]] = {}
        for hit in hits:
            if patterns[hit.pattern].weight:
                per_topic.setdefault(patterns[hit.pattern].topic, []).append(hit)
        for t, own in per_topic.items():
            _count(found[t], zone, longest_hits(hits_outside(own, covers.get(t, []))), patterns, base)
    return found


def _count(signal: Signals, zone: Zone, hits: list[Hit], patterns: list[_Pattern], language: str) -> None:
    seen: dict[str, int] = {}
    for hit in sorted(hits, key=lambda h: h.start):
        pattern = patterns[hit.pattern]
        weight = pattern.weight
        if language == "vi" and " " not in pattern.term and weight <= PLAIN:
            # One syllable is often part of another word: it must be a separate word, and weighs less.
            if (zone.where == "title" or hit.start < zone.lead_end) and not is_word(zone.folded, hit.start, hit.end):
                continue
            weight = min(weight, 0.4)
        n = seen[pattern.term] = seen.get(pattern.term, 0) + 1
        signal.hits.append(TermHit(zone.where, hit.start, hit.end, pattern.term, weight))
        if zone.where == "title":
            signal.title += weight
        else:
            if hit.start < zone.lead_end:
                signal.lead += weight if n == 1 else weight * 0.3
            # The tenth occurrence adds little to the third.
            signal.body += weight / n
            signal.distinct += n == 1
        signal.sure += weight >= SURE


def _two_largest(numbers: Sequence[float]) -> tuple[float, float]:
    """Return the largest number and the one that is largest without it; 0 for those that there are not."""
    first, second, *_ = *sorted(numbers, reverse=True), 0.0, 0.0
    return first, second


def topic_features(found: Sequence[Signals], zones: Sequence[Zone], language: str) -> list[list[float]]:
    """Return the numbers of FEATURES for every topic of one text, in the order of `found`."""
    words = len(zones[-1].text[:20_000].split()) + 8 if zones else 8
    scale = math.sqrt(60 / (words + 30))
    body = [math.log1p(s.body * scale) for s in found]
    title = [min(s.title, 4.0) for s in found]
    lead = [math.log1p(s.lead) for s in found]
    foreign = 0.0 if language == "vi" else 1.0
    short = 1.0 if words < 80 else 0.0
    whole = sum(s.body for s in found) + 1.0
    tops_body, tops_title = _two_largest(body), _two_largest(title)
    rows = []
    for i in range(len(found)):
        top_body = tops_body[body[i] == tops_body[0]]
        top_title = tops_title[title[i] == tops_title[0]]
        share = found[i].body / whole
        rows.append(
            [
                title[i],
                float(title[i] >= SURE),
                lead[i],
                body[i],
                math.log1p(found[i].distinct),
                share,
                max(0.0, top_body - body[i]),
                max(0.0, top_title - title[i]),
                float(title[i] == 0.0 and top_title > 0),
                foreign * (title[i] + lead[i]),
                short * lead[i],
                foreign,
                short,
            ]
        )
    return rows
