"""Title and text → how grave the news is: people dead, missing or injured, crime, pollution, accidents, damage."""

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields

from pipeline.rules.compiled import CompiledParts
from pipeline.rules.rulebook import GraveWords, Rulebook
from pipeline.stories.quantities import Count, counts_in_text
from pipeline.tagging.denials.cues import SENTENCE_END
from pipeline.tagging.denials.judgement import ToneWord
from pipeline.tagging.matcher import Matcher
from pipeline.tagging.words.tone import negative_words
from pipeline.tagging.zones import Zone, zones
from pipeline.text.language import detect_language
from pipeline.text.normalize import normalise_both

#: Words of a text that are read: what follows is background and other cases
_WORDS = 160
#: Characters between a word and its number in languages whose counts are not read as phrases
_NEAR = 12
_NUMBER = re.compile(r"(?<![\d.,])\d{1,3}(?![\d.,])")
#: Languages whose counts pipeline.stories.quantities reads
_COUNTED = ("vi", "en")
_PEOPLE: Mapping[str, tuple[Count, ...]] = {
    "dead": (Count.DEAD,), "missing": (Count.MISSING,), "injured": (Count.INJURED, Count.ILL),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Gravity:
    """What a text reports that is grave; of people at least one where it gives no number."""

    dead: int = 0
    missing: int = 0
    injured: int = 0
    crime: bool = False
    pollution: bool = False
    accident: bool = False
    #: million dong
    damage: float = 0.0

    @property
    def weight(self) -> float:
        """Return one number to order news by: a death weighs more than a crime, and the tenth less than the first."""
        return (
            4 * math.log2(1 + self.dead)
            + 3 * math.log2(1 + self.missing)
            + 2 * math.log2(1 + self.injured)
            + 3 * self.crime
            + 3 * self.pollution
            + self.accident
            + math.log10(1 + self.damage / 10)
        )

    @property
    def is_grave(self) -> bool:
        """Whether it asks for attention where the province is only mentioned: an accident that hurt nobody does not."""
        return bool(self.dead or self.missing or self.injured or self.crime or self.pollution or self.damage)


NOTHING = Gravity()


class _Compiled:
    def __init__(self, rules: Rulebook) -> None:
        words = rules.topics.tone.grave
        self.matchers: dict[str, dict[str, Matcher]] = {
            field.name: {language: Matcher(terms) for language, terms in getattr(words, field.name).items()}
            for field in fields(GraveWords)
        }


_GRAVITY = CompiledParts(_Compiled, of_topics=True)


def judge_gravity(title: str, text: str, language: str, rules: Rulebook) -> Gravity:
    """Return what title and lead report that is grave; `language` is a code, '' to detect it.

    Numbers, and the money of damage, may stand in the first 160 words. Only negative words count that the text does
    not deny, suppose or rehearse (pipeline/tagging/denials/).
    """
    title, text = normalise_both(title, text)
    language = (language or detect_language(title, text)).split("-")[0]
    end = next((m.end() for n, m in enumerate(re.finditer(r"\S+", text), 1) if n == _WORDS), len(text))
    both = zones(title, text[:end], lambda _line: [])
    words = negative_words(both, language, rules)
    if not words:
        return NOTHING
    kinds = {kind: list(_of_kind(kind, words, language, rules)) for kind in _GRAVITY.of(rules).matchers}
    whole = f"{both[0].text}\n{both[1].text}"
    counts = list(counts_in_text(whole)) if language in _COUNTED else []
    people = {
        kind: max([1, *(n for count, n in counts if count in of), *_numbers_near(kinds[kind], language)])
        for kind, of in _PEOPLE.items()
        if kinds[kind]
    }
    return Gravity(
        dead=people.get("dead", 0),
        missing=people.get("missing", 0),
        injured=people.get("injured", 0),
        crime=bool(kinds["crime"]),
        pollution=bool(kinds["pollution"]),
        accident=bool(kinds["accident"]),
        damage=max((_money(word) for word in kinds["damage"]), default=0.0),
    )


def gravest(of: Iterable[Gravity]) -> Gravity:
    """Return the gravity of a happening by all that is told of it: the highest figure of each kind."""
    top = NOTHING
    for one in of:
        top = Gravity(*(max(getattr(top, f.name), getattr(one, f.name)) for f in fields(Gravity)))
    return top


def _of_kind(kind: str, words: Sequence[ToneWord], language: str, rules: Rulebook) -> Iterator[ToneWord]:
    """Yield the terms of a kind that hold or lie in one of the reported negative words, in title and lead.

    Words for damage are looked for in the whole, since its cost is told last.
    """
    matcher = _GRAVITY.of(rules).matchers[kind].get(language)
    if matcher is None:
        return
    for zone in {word.zone.where: word.zone for word in words}.values():
        reported = [word for word in words if word.zone is zone]
        for hit in matcher.find(zone.folded):
            told = kind == "damage" or zone.where == "title" or hit.start < zone.lead_end
            if told and any(word.start < hit.end and hit.start < word.end for word in reported):
                yield ToneWord(zone, hit.start, hit.end)


def _numbers_near(words: Sequence[ToneWord], language: str) -> Iterator[int]:
    if language in _COUNTED:
        return
    for word in words:
        text = word.zone.folded
        around = f"{text[max(0, word.start - _NEAR) : word.start]} {text[word.end : word.end + _NEAR]}"
        yield from (int(match[0]) for match in _NUMBER.finditer(around))


def _money(word: ToneWord) -> float:
    """Return the largest sum in the sentence of a word, in million dong."""
    sums = (n / 10 for count, n in counts_in_text(_sentence(word.zone, word.start)) if count is Count.MONEY)
    return max(sums, default=0.0)


def _sentence(zone: Zone, at: int) -> str:
    begin = max((m.end() for m in SENTENCE_END.finditer(zone.folded, 0, at)), default=0)
    end = SENTENCE_END.search(zone.folded, at)
    return zone.text[begin : end.start() if end else len(zone.text)]
