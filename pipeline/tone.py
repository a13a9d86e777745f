"""Title, text and topics → what the story does to the province's image: positive, neutral, negative or unsure."""

from collections.abc import Sequence

from pipeline.boilerplate import Zone
from pipeline.matching import Matcher, longest
from pipeline.records import Tone, TopicFound
from pipeline.rules import Rulebook

_SIDES = ("negative", "positive", "neutral")


class _Compiled:
    def __init__(self, rules: Rulebook) -> None:
        words = rules.topics.tone
        self.matchers: dict[str, tuple[Matcher, list[str]]] = {}
        for language in {*words.negative, *words.positive, *words.neutral}:
            patterns, sides = [], []
            for side, lists in zip(_SIDES, (words.negative, words.positive, words.neutral), strict=True):
                terms = lists.get(language, ())
                patterns += terms
                sides += [side] * len(terms)
            self.matchers[language] = Matcher(patterns), sides


_cache: dict[str, _Compiled] = {}


def weigh(zones: Sequence[Zone], language: str, rules: Rulebook) -> dict[str, tuple[float, float, float]]:
    """Return for each side how much (title, lead, body) speaks for it."""
    compiled = _cache.get(rules.version)
    if compiled is None:
        if len(_cache) >= 4:
            _cache.clear()
        compiled = _cache[rules.version] = _Compiled(rules)
    matcher, sides = compiled.matchers.get(language.split("-")[0]) or compiled.matchers.get("en") or (Matcher(()), [])
    totals = {side: [0.0, 0.0, 0.0] for side in _SIDES}
    for zone in zones:
        seen: dict[int, int] = {}
        for hit in longest(matcher.find(zone.folded)):
            if zone.is_skipped(hit.start):
                continue
            n = seen[hit.pattern] = seen.get(hit.pattern, 0) + 1
            part = totals[sides[hit.pattern]]
            if zone.where == "title":
                part[0] += 1
            else:
                if hit.start < zone.lead_end:
                    part[1] += 1 / n
                part[2] += 1 / n
    return {side: (a, b, c) for side, (a, b, c) in totals.items()}


def judge(zones: Sequence[Zone], language: str, topics: Sequence[TopicFound], rules: Rulebook) -> Tone:
    """Judge a text that is about the province."""
    w = weigh(zones, language, rules)
    total = {s: 3 * min(t, 2) + 1.5 * min(lead, 3) + 0.25 * min(body, 12) for s, (t, lead, body) in w.items()}
    ids = {t.id for t in topics}
    if "security_incidents" in ids:
        total["negative"] += 2
    if ids & {"environment_climate", "press_criticism"}:
        total["negative"] += 1
    if ids & {"tourism", "investment", "culture_heritage", "image_promotion"}:
        total["positive"] += 1
    if "politics_admin" in ids:
        total["neutral"] += 1.5
    best = max(_SIDES, key=lambda s: total[s])
    if total["negative"] and total["negative"] >= 0.8 * total[best]:
        return "negative"
    return "positive" if best == "positive" else "neutral"
