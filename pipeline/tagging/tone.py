"""Title, text and topics → what the story does to the province's image: positive, neutral, negative or unsure."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from pipeline.records import Evidence, Tone
from pipeline.rules.rulebook import Rulebook
from pipeline.tagging.matcher import Matcher, longest_hits
from pipeline.tagging.topics import UNACCENTED
from pipeline.tagging.zones import Zone
from pipeline.text.normalize import strip_diacritics

_SIDES = ("negative", "positive", "neutral")
#: words that are shown
_EVIDENCE = 6
TONES: tuple[Tone, ...] = ("negative", "positive", "neutral")


class _Compiled:
    def __init__(self, rules: Rulebook) -> None:
        words = rules.topics.tone
        self.matchers: dict[str, tuple[Matcher, list[str]]] = {}
        for language in {*words.negative, *words.positive, *words.neutral}:
            patterns: list[str] = []
            sides: list[str] = []
            for side, lists in zip(_SIDES, (words.negative, words.positive, words.neutral), strict=True):
                terms = lists.get(language, ())
                patterns += terms
                sides += [side] * len(terms)
            self.matchers[language] = Matcher(patterns), sides
            if language == "vi":
                longer = [(strip_diacritics(p), side) for p, side in zip(patterns, sides, strict=True) if " " in p]
                self.matchers[UNACCENTED] = Matcher(p for p, _ in longer), [side for _, side in longer]


_cache: dict[str, _Compiled] = {}


class _Hit(NamedTuple):
    side: str
    zone: Zone
    start: int
    end: int
    #: which of its kind in this zone
    n: int


def _find(zones: Sequence[Zone], language: str, rules: Rulebook) -> list[_Hit]:
    compiled = _cache.get(rules.version)
    if compiled is None:
        if len(_cache) >= 4:
            _cache.clear()
        compiled = _cache[rules.version] = _Compiled(rules)
    base = language.split("-")[0]
    if base == "vi" and all(z.unaccented for z in zones):
        base = UNACCENTED
    matcher, sides = compiled.matchers.get(base) or compiled.matchers.get("en") or (Matcher(()), [])
    found: list[_Hit] = []
    for zone in zones:
        seen: dict[int, int] = {}
        for hit in longest_hits(matcher.find(zone.folded)):
            if not zone.is_skipped(hit.start):
                n = seen[hit.pattern] = seen.get(hit.pattern, 0) + 1
                found.append(_Hit(sides[hit.pattern], zone, hit.start, hit.end, n))
    return found


def _weigh(hits: Iterable[_Hit]) -> dict[str, tuple[float, float, float]]:
    """Return for each side how much (title, lead, body) speaks for it."""
    totals = {side: [0.0, 0.0, 0.0] for side in _SIDES}
    for hit in hits:
        part = totals[hit.side]
        if hit.zone.where == "title":
            part[0] += 1
        else:
            if hit.start < hit.zone.lead_end:
                part[1] += 1 / hit.n
            part[2] += 1 / hit.n
    return {side: (a, b, c) for side, (a, b, c) in totals.items()}


_TOPICS = (
    "security_incidents",
    "environment_climate",
    "politics_admin",
    "energy",
    "tourism",
    "investment",
    "culture_heritage",
    "society_health_education",
    "foreign_affairs",
    "press_criticism",
    "infrastructure_transport",
    "democracy_rights",
    "agriculture_fisheries",
)
FEATURES = (*(f"{part}_{side}" for side in _SIDES for part in ("title", "lead", "body")), *_TOPICS, "mention")
#: below this chance of the best answer the tone is 'unsure'
SURE = 0.36


def tone_features(
    zones: Sequence[Zone], language: str, chances: Mapping[str, float], main: float, rules: Rulebook
) -> list[float]:
    """Return the numbers of FEATURES; `chances` are the scores of all topics by id, `main` that of being its subject.

    A story that only mentions the province does little to its image, however bad its news.
    """
    return _features(_find(zones, language, rules), zones, chances, main)


def _features(hits: Sequence[_Hit], zones: Sequence[Zone], chances: Mapping[str, float], main: float) -> list[float]:
    w = _weigh(hits)
    scale = math.sqrt(60 / (len(zones[-1].text.split()) + 60)) if zones else 1.0
    said = [
        v for side in _SIDES for v in (min(w[side][0], 3.0), math.log1p(w[side][1]), math.log1p(w[side][2] * scale))
    ]
    return [*said, *(chances.get(topic, 0.0) for topic in _TOPICS), 1 - main]


class ToneVerdict(NamedTuple):
    tone: Tone
    #: the words that say so, those of the title first; of positive and negative only
    words: tuple[Evidence, ...] = ()


def judge_tone(
    zones: Sequence[Zone], language: str, chances: Mapping[str, float], main: float, rules: Rulebook
) -> ToneVerdict:
    """Judge a text that is about the province.

    Negative is only what says so in words: it is put before people as something that may ask for an answer.
    """
    hits = _find(zones, language, rules)
    shares = rules.models.tone.shares(_features(hits, zones, chances, main))
    best = max(shares, key=lambda name: shares[name], default="")
    if best == "negative" and not any(hit.side == "negative" for hit in hits):
        return ToneVerdict("unsure")
    for tone in TONES:
        if tone == best and shares[tone] >= SURE:
            return ToneVerdict(tone, () if tone == "neutral" else _words(hits, tone))
    return ToneVerdict("unsure")


def _words(hits: Iterable[_Hit], side: str) -> tuple[Evidence, ...]:
    mine = [hit for hit in hits if hit.side == side and hit.n == 1]
    mine.sort(key=lambda hit: (hit.zone.where != "title", hit.start))
    return tuple(Evidence(h.zone.where, h.start, h.end, h.zone.text[h.start : h.end]) for h in mine[:_EVIDENCE])
