"""Title and text → topics with a calibrated score and the words that spoke for them."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from pipeline.boilerplate import Zone
from pipeline.matching import Hit, Matcher, outside
from pipeline.records import Evidence, TopicFound
from pipeline.rules import Rulebook, Topic
from pipeline.segments import is_word

#: a topic is assigned from this score on, and 'near' from the other
ASSIGNED, NEAR = 0.5, 0.25
_EVIDENCE = 8


@dataclass(frozen=True, slots=True)
class TermHit:
    """One term of one topic found in one zone."""

    where: str
    start: int
    end: int
    term: str
    #: 3 sure, 1 ordinary, 0.3 weak
    weight: float


@dataclass(slots=True)
class Signals:
    """What a text offers for one topic; the features of the score."""

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


SURE, PLAIN, WEAK = 3.0, 1.0, 0.3


class _Compiled:
    def __init__(self, rules: Rulebook) -> None:
        self.topics: tuple[Topic, ...] = rules.topics.topic
        self.patterns: dict[str, list[_Pattern]] = {}
        self.matchers: dict[str, Matcher] = {}
        for t, topic in enumerate(self.topics):
            for language, terms in topic.terms.items():
                bucket = self.patterns.setdefault(language, [])
                for weight, words in ((SURE, terms.sure), (PLAIN, terms.terms), (WEAK, terms.weak), (0.0, terms.not_in)):
                    bucket += (_Pattern(t, weight, word) for word in words)
        for language, patterns in self.patterns.items():
            self.matchers[language] = Matcher(p.term for p in patterns)


_cache: dict[str, _Compiled] = {}


def compiled(rules: Rulebook) -> _Compiled:
    found = _cache.get(rules.version)
    if found is None:
        if len(_cache) >= 4:
            _cache.clear()
        found = _cache[rules.version] = _Compiled(rules)
    return found


def signals(zones: Sequence[Zone], language: str, rules: Rulebook) -> list[Signals]:
    """Return what title and text offer for each topic, in the order of the rules."""
    rule = compiled(rules)
    base = language.split("-")[0]
    # A Vietnamese place name in an English text is no English word, but a Latin acronym is one everywhere.
    patterns = rule.patterns.get(base) or rule.patterns.get("en", [])
    matcher = rule.matchers.get(base) or rule.matchers.get("en")
    found = [Signals() for _ in rule.topics]
    if matcher is None:
        return found
    for zone in zones:
        covers: dict[int, list[tuple[int, int]]] = {}
        hits = [h for h in matcher.find(zone.folded) if not zone.is_skipped(h.start)]
        for hit in hits:
            if patterns[hit.pattern].weight == 0.0:
                covers.setdefault(patterns[hit.pattern].topic, []).append((hit.start, hit.end))
        per_topic: dict[int, list[Hit]] = {}
        for hit in hits:
            if patterns[hit.pattern].weight:
                per_topic.setdefault(patterns[hit.pattern].topic, []).append(hit)
        for t, own in per_topic.items():
            _count(found[t], zone, _best(outside_or_equal(own, covers.get(t, [])), patterns), patterns, base)
    return found


def outside_or_equal(hits: list[Hit], covers: list[tuple[int, int]]) -> list[Hit]:
    return [h for h in hits if not any(a <= h.start and h.end <= b for a, b in covers)]


def _best(hits: list[Hit], patterns: list[_Pattern]) -> list[Hit]:
    """Of hits of one topic that overlap keep the longest."""
    kept: list[Hit] = []
    for hit in sorted(hits, key=lambda h: (h.start - h.end, h.start)):
        if all(hit.end <= k.start or k.end <= hit.start for k in kept):
            kept.append(hit)
    return kept


def _count(signal: Signals, zone: Zone, hits: list[Hit], patterns: list[_Pattern], language: str) -> None:
    seen: dict[str, int] = {}
    for hit in sorted(hits, key=lambda h: h.start):
        pattern = patterns[hit.pattern]
        weight = pattern.weight
        if language == "vi" and " " not in pattern.term and weight <= PLAIN:
            # One syllable is often a piece of another word; it must be a word of its own, and says less.
            if (zone.where == "title" or hit.start < zone.lead_end) and not is_word(zone.text, hit.start, hit.end):
                continue
            weight = min(weight, 0.4)
        n = seen[pattern.term] = seen.get(pattern.term, 0) + 1
        signal.hits.append(TermHit(zone.where, hit.start, hit.end, pattern.term, weight))
        if zone.where == "title":
            signal.title += weight
        else:
            if hit.start < zone.lead_end:
                signal.lead += weight if n == 1 else weight * 0.3
            # The tenth occurrence says little more than the third.
            signal.body += weight / n
            signal.distinct += n == 1
        signal.sure += weight >= SURE


def evidence(signal: Signals, zones: Sequence[Zone]) -> tuple[Evidence, ...]:
    """Return the strongest hits, at most eight, each term once."""
    best: dict[str, TermHit] = {}
    order = sorted(signal.hits, key=lambda h: (h.where != "title", -h.weight, h.start))
    for hit in order:
        best.setdefault(hit.term, hit)
    chosen = sorted(list(best.values())[:_EVIDENCE], key=lambda h: (h.where != "title", h.start))
    texts = {z.where: z.text for z in zones}
    return tuple(
        Evidence("title" if h.where == "title" else "text", h.start, h.end, texts[h.where][h.start : h.end]) for h in chosen
    )


def score(signal: Signals, others: Sequence[Signals], words: int) -> float:
    """Return the chance that a careful reader files the text under the topic."""
    raw = 1.2 * min(signal.title, 6) + 0.6 * min(signal.lead, 6) + 2.5 * min(signal.body, 30) / math.sqrt(words + 30)
    return 1 / (1 + math.exp(-(raw - 6.0) * 0.6))


def find(zones: Sequence[Zone], language: str, rules: Rulebook) -> tuple[tuple[TopicFound, ...], tuple[TopicFound, ...]]:
    """Return (topics assigned, topics that just missed), best first."""
    rule = compiled(rules)
    found = signals(zones, language, rules)
    words = len(re.findall(r"\S+", zones[-1].text[:20000])) if zones else 0
    assigned: list[TopicFound] = []
    near: list[TopicFound] = []
    for topic, signal in zip(rule.topics, found, strict=True):
        if not signal.hits:
            continue
        chance = score(signal, found, words)
        if chance >= NEAR:
            target = assigned if chance >= ASSIGNED else near
            target.append(TopicFound(topic.id, round(chance, 3), evidence(signal, zones)))
    best = sorted(assigned, key=lambda t: -t.score), sorted(near, key=lambda t: -t.score)
    return tuple(best[0]), tuple(best[1])
