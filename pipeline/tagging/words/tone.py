"""Title, text and topics → what the story does to the province's image: positive, neutral, negative or unsure."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from pipeline.records import Evidence, Tone
from pipeline.rules.compiled import CompiledParts
from pipeline.rules.rulebook import Rulebook
from pipeline.tagging.denials.judgement import ToneWord, is_degree_of_harm, is_denied, judge_denials
from pipeline.tagging.matcher import Hit, Matcher, hits_outside, longest_hits
from pipeline.tagging.topics import UNACCENTED
from pipeline.tagging.words.proper_names import is_in_name
from pipeline.tagging.zones import Zone
from pipeline.text.normalize import strip_diacritics

#: What tone words speak for
SIDES = ("negative", "positive", "neutral")
#: Side of the expressions inside which nothing counts
_NONE = "none"
#: Most words shown as evidence of a tone
_EVIDENCE = 6
TONES: tuple[Tone, ...] = ("negative", "positive", "neutral")


class _Lexicon(NamedTuple):
    """The tone words of one language; `sides` and `capital` go with the patterns of `matcher`."""

    matcher: Matcher
    sides: list[str]
    #: whether the term is written with a capital wherever it stands: 'UNESCO'
    capital: list[bool]


_NO_WORDS = _Lexicon(Matcher(()), [], [])


def _lexicon(terms: Iterable[tuple[str, str]]) -> _Lexicon:
    pairs = list(terms)
    return _Lexicon(Matcher(t for t, _ in pairs), [side for _, side in pairs], [t[:1].isupper() for t, _ in pairs])


class _Compiled:
    def __init__(self, rules: Rulebook) -> None:
        words = rules.topics.tone
        by_side = dict(zip((*SIDES, _NONE), (words.negative, words.positive, words.neutral, words.not_in), strict=True))
        self.lexicons: dict[str, _Lexicon] = {}
        for language in {language for lists in by_side.values() for language in lists}:
            terms = [(term, side) for side, lists in by_side.items() for term in lists.get(language, ())]
            self.lexicons[language] = _lexicon(terms)
            if language == "vi":
                # Without diacritics one syllable is ambiguous; two mostly keep their meaning.
                self.lexicons[UNACCENTED] = _lexicon((strip_diacritics(t), side) for t, side in terms if " " in t)


_TONE = CompiledParts(_Compiled, of_topics=True)


class ToneHit(NamedTuple):
    """One tone word of a text."""

    side: str
    zone: Zone
    start: int
    end: int
    #: 1 for the first occurrence of its pattern in this zone, 2 for the second, ...
    n: int


class ToneWords(NamedTuple):
    """The tone words of a text: those that it reports, and whether it denies any bad news."""

    hits: list[ToneHit]
    denies: bool


def find_tone_words(zones: Sequence[Zone], language: str, rules: Rulebook) -> ToneWords:
    """Return the tone words that a text reports; those that it denies, undoes or supposes are none of its."""
    compiled = _TONE.of(rules)
    base = language.split("-")[0]
    if base == "vi" and all(z.unaccented for z in zones):
        base = UNACCENTED
    base = base if base in compiled.lexicons else "en"
    lexicon = compiled.lexicons.get(base, _NO_WORDS)
    sides = lexicon.sides
    words = [
        (hit.pattern, ToneWord(zone, hit.start, hit.end))
        for zone in zones
        for hit in _hits(zone, lexicon, base)
        if not zone.is_skipped(hit.start)
    ]
    bad_news = [word for pattern, word in words if sides[pattern] == "negative"]
    denials = judge_denials(bad_news, zones, base)
    harms: dict[str, list[int]] = {zone.where: [] for zone in zones}
    for word, denial in zip(bad_news, denials, strict=True):
        if not denial:
            harms[word.zone.where].append(word.start)
    judged = iter(denials)
    hits: list[ToneHit] = []
    counts: dict[tuple[str, int], int] = {}
    for pattern, word in words:
        side = sides[pattern]
        if side == "negative" and next(judged):
            continue
        if side == "positive" and (is_denied(word, base) or is_degree_of_harm(word, harms[word.zone.where], base)):
            continue
        n = counts[word.zone.where, pattern] = counts.get((word.zone.where, pattern), 0) + 1
        hits.append(ToneHit(side, word.zone, word.start, word.end, n))
    return ToneWords(hits, any(denials))


def negative_words(zones: Sequence[Zone], language: str, rules: Rulebook) -> list[ToneWord]:
    """Return the negative words that a text reports, by zone and offset; without those that it denies."""
    hits = find_tone_words(zones, language, rules).hits
    return [ToneWord(hit.zone, hit.start, hit.end) for hit in hits if hit.side == "negative"]


def _hits(zone: Zone, lexicon: _Lexicon, language: str) -> list[Hit]:
    """Return the tone words of a zone, of overlapping ones the longest; none in a longer compound or in a name."""
    hits = lexicon.matcher.find(zone.folded)
    compounds = [(hit.start, hit.end) for hit in hits if lexicon.sides[hit.pattern] == _NONE]
    words = hits_outside([hit for hit in hits if lexicon.sides[hit.pattern] != _NONE], compounds)
    return [
        hit
        for hit in longest_hits(words)
        if lexicon.capital[hit.pattern] or not is_in_name(zone.text, hit.start, hit.end, language)
    ]


def _weigh(hits: Iterable[ToneHit]) -> dict[str, tuple[float, float, float]]:
    """Return the weight of each side's words in (title, lead, body); repetitions weigh less outside the title."""
    totals = {side: [0.0, 0.0, 0.0] for side in SIDES}
    for hit in hits:
        part = totals[hit.side]
        if hit.zone.where == "title":
            part[0] += 1
        else:
            if hit.start < hit.zone.lead_end:
                part[1] += 1 / hit.n
            part[2] += 1 / hit.n
    return {side: (a, b, c) for side, (a, b, c) in totals.items()}


#: Features made of the tone words, in the order of the model file
WORD_FEATURES = tuple(f"{part}_{side}" for side in SIDES for part in ("title", "lead", "body"))
#: Feature that is 1 minus the chance that the province is the subject
MENTION = "mention"
#: Chance of the best answer below which the tone is 'unsure'
SURE = 0.36
#: The same where no listed word says so and the second opinion alone does
SURE_BARE = 0.45
#: The same of a negative tone, which makes a story ask for attention: of those below it half are right
SURE_BARE_NEGATIVE = 0.6


def tone_features(
    words: ToneWords,
    zones: Sequence[Zone],
    chances: Mapping[str, float],
    main: float,
    features: Sequence[str],
) -> list[float]:
    """Return the numbers of `features`: names of WORD_FEATURES, MENTION, and ids of topics.

    `chances` are the scores of all topics by id, `main` the chance that the province is the subject. A story that only
    mentions the province does little to its image, however bad its news.
    """
    w = _weigh(words.hits)
    scale = math.sqrt(60 / (len(zones[-1].text.split()) + 60)) if zones else 1.0
    numbers = (
        v for side in SIDES for v in (min(w[side][0], 3.0), math.log1p(w[side][1]), math.log1p(w[side][2] * scale))
    )
    values = {**chances, **dict(zip(WORD_FEATURES, numbers, strict=True)), MENTION: 1 - main}
    return [values.get(name, 0.0) for name in features]


class ToneVerdict(NamedTuple):
    tone: Tone
    #: words behind a positive or negative tone, those of the title first
    words: tuple[Evidence, ...] = ()
    #: whether the tone has no listed word and the second opinion alone gives it
    by_model: bool = False
    #: 0 to 1, the chance of the tone; None where none was judged
    score: float | None = None


def judge_by_rules(
    words: ToneWords, zones: Sequence[Zone], chances: Mapping[str, float], main: float, rules: Rulebook
) -> ToneVerdict:
    """Judge the tone by the model of the rules; see `tone_features` and `judge_tone`."""
    model = rules.models.tone
    return judge_tone(words, model.shares(tone_features(words, zones, chances, main, model.features)))


def judge_tone(words: ToneWords, shares: Mapping[str, float], *, by_model: bool = False) -> ToneVerdict:
    """Judge the tone of a text that is about the province; `shares` are the chances of the tones, which sum to 1.

    A text without negative words is never negative by the rules, and none without positive words positive: a tone is
    shown with the words that say it, and what stories of a topic are like as a rule is no evidence. The second opinion
    (`by_model`) has read the text itself and needs no listed word, but must be surer then.
    Words that the text denies, undoes, supposes or rehearses (pipeline/tagging/denials/) are no negative words of it.
    """
    shares = dict(shares)
    if words.denies and not any(hit.side == "negative" for hit in words.hits):
        # What stories of this topic are like as a rule is no matter where the text says that it is not so.
        total = 1 - shares.pop("negative", 0.0)
        shares = {name: share / total for name, share in shares.items()}
    best = max(shares, key=lambda name: shares[name], default="")
    is_bare = best in ("negative", "positive") and not any(hit.side == best for hit in words.hits)
    bare = SURE_BARE_NEGATIVE if best == "negative" else SURE_BARE
    least = SURE if not is_bare else bare if by_model else 1.1
    for tone in TONES:
        if tone == best and shares[tone] >= least:
            evidence = () if tone == "neutral" else _words(words.hits, tone)
            return ToneVerdict(tone, evidence, is_bare, round(shares[tone], 3))
    return ToneVerdict("unsure", score=round(shares.get(best, 0.0), 3))


def _words(hits: Iterable[ToneHit], side: str) -> tuple[Evidence, ...]:
    first_hits = [hit for hit in hits if hit.side == side and hit.n == 1]
    first_hits.sort(key=lambda hit: (hit.zone.where != "title", hit.start))
    return tuple(Evidence(h.zone.where, h.start, h.end, h.zone.text[h.start : h.end]) for h in first_hits[:_EVIDENCE])
