"""Gazetteer and topics as people write them in TOML → the frozen rulebook that every text is tagged by."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, ClassVar, Literal

from pipeline.rules.linear_models import Models

if TYPE_CHECKING:
    from pipeline.opinion.second_opinion import SecondOpinion

Tier = Literal["strong", "context", "weak"]
TopicKind = Literal["topic", "signal"]

#: Raised whenever code gives other tags or fingerprints for equal files, so that `diembao retag` finds what older code
#: tagged:
#: 2 denied tone words, streets and persons that bear the province's name; 3 compounds and names that hold tone words,
#: titles that place a text, strong evidence for sensitive topics,
#: names that nothing supports, watched matters; 4 fingerprints by which reports in other languages are compared; 5 a
#: second opinion, names in headlines without diacritics
_CODE_REVISION = 5

_FORBID: dict[str, str] = {"extra": "forbid"}


@dataclass(frozen=True, slots=True)
class Province:
    """The province that is watched, and what became of it."""

    __pydantic_config__: ClassVar[dict[str, str]] = _FORBID
    id: str
    name: str
    #: other Vietnamese spellings
    forms: tuple[str, ...] = ()
    #: names in other languages and scripts
    foreign: tuple[str, ...] = ()
    fold_safe: bool = False
    #: provinces that share a border with it; a range between it and one of them is no mere range
    neighbours: tuple[str, ...] = ()
    #: the province it was merged into, all spellings; empty where it was not
    successor: tuple[str, ...] = ()
    merged_on: date | None = None
    #: registered domains of its own press and offices: their texts say "the province" and mean it
    outlets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """A unit, landmark, project or institution that lies in the province.

    tier: 'strong' counts alone; 'context' counts where the text names the province or another strong place;
    'weak' never counts alone and only adds to others.
    """

    __pydantic_config__: ClassVar[dict[str, str]] = _FORBID
    id: str
    name: str
    kind: str = ""
    #: old district or new commune it lies in
    unit: str = ""
    tier: Tier = "context"
    #: other Vietnamese spellings
    forms: tuple[str, ...] = ()
    #: spellings that count alone although the place itself does not
    strong_forms: tuple[str, ...] = ()
    #: names in other languages and scripts
    foreign: tuple[str, ...] = ()
    #: whether the name without diacritics is safe to match in a Vietnamese text that has none
    fold_safe: bool = False
    #: words that stand before a unit's name; another unit word before it means another place
    titles: tuple[str, ...] = ()
    #: whether it also counts, since the merger, in a sentence that names the merged province
    with_successor: bool = False
    #: whether title and name together name no other unit of the country while it is valid
    unique: bool = False
    #: whether it counts only after its unit word: in capitals or heading a sentence its letters mean other things
    needs_unit: bool = False
    since: date | None = None
    until: date | None = None
    #: names of the earlier units that a unit of today was made of, wholly or in part
    former: tuple[str, ...] = ()
    #: longer names inside which it is something else
    not_in: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Names that are not the province: they win against it and are counted beside it."""

    __pydantic_config__: ClassVar[dict[str, str]] = _FORBID
    #: all provinces of the country but this one, before and after the merger
    provinces: tuple[str, ...] = ()
    #: towns and districts elsewhere that the press names without their province
    towns: tuple[str, ...] = ()
    #: names that look like ours
    look_alikes: tuple[str, ...] = ()
    #: the country in scripts whose exonyms need it beside them
    country: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """places.toml."""

    __pydantic_config__: ClassVar[dict[str, str]] = _FORBID
    province: Province
    place: tuple[Place, ...] = ()
    elsewhere: Elsewhere = field(default_factory=Elsewhere)


@dataclass(frozen=True, slots=True)
class Terms:
    """Terms of one topic in one language; a trailing * matches any ending of the word."""

    __pydantic_config__: ClassVar[dict[str, str]] = _FORBID
    #: decide almost alone
    sure: tuple[str, ...] = ()
    #: the ordinary vocabulary of the topic
    terms: tuple[str, ...] = ()
    #: common words that only add to others; a single word among them counts only as a word of its own
    weak: tuple[str, ...] = ()
    #: look like terms of the topic and are not; what lies inside them does not count
    not_in: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Topic:
    __pydantic_config__: ClassVar[dict[str, str]] = _FORBID
    id: str
    label_vi: str
    label_en: str
    kind: TopicKind = "topic"
    #: whether it is a sensitive one; `diembao explain` shows it
    sensitive: bool = False
    definition: str = ""
    #: language code → terms
    terms: Mapping[str, Terms] = field(default_factory=dict)

    @property
    def needs_strong_evidence(self) -> bool:
        """Whether one word is too little: for a sensitive topic, but no signal, which is rather shown than missed."""
        return self.sensitive and self.kind == "topic"


@dataclass(frozen=True, slots=True)
class GraveWords:
    """Negative terms by what they tell of; language code → terms."""

    __pydantic_config__: ClassVar[dict[str, str]] = _FORBID
    dead: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    missing: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    injured: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    crime: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    pollution: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    accident: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    #: harm whose cost a text may give in money
    damage: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ToneWords:
    """What a story does to a place's image, by its words; language code → terms."""

    __pydantic_config__: ClassVar[dict[str, str]] = _FORBID
    positive: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    negative: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    #: talk of procedure and plans: neither
    neutral: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    #: longer expressions that hold such a term and say nothing by it; a term inside one does not count
    not_in: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    #: negative terms of what is grave
    grave: GraveWords = field(default_factory=GraveWords)


@dataclass(frozen=True, slots=True)
class WatchTerms:
    """Terms of one watched matter in one language."""

    __pydantic_config__: ClassVar[dict[str, str]] = _FORBID
    terms: tuple[str, ...] = ()
    #: one of these must stand in the same sentence as a term; none: a term alone is enough
    near: tuple[str, ...] = ()
    #: in title or lead they say that another matter is meant
    negative: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Watch:
    """A matter that concerns the province and is reported without its name."""

    __pydantic_config__: ClassVar[dict[str, str]] = _FORBID
    id: str
    label_vi: str
    label_en: str
    #: last day of publication on which it is watched; None: without end
    until: date | None = None
    #: language code → terms
    terms: Mapping[str, WatchTerms] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TopicRules:
    """topics.toml."""

    __pydantic_config__: ClassVar[dict[str, str]] = _FORBID
    topic: tuple[Topic, ...] = ()
    watch: tuple[Watch, ...] = ()
    tone: ToneWords = field(default_factory=ToneWords)


@dataclass(frozen=True, slots=True)
class Rulebook:
    """Everything a text is tagged by; `version` changes whenever anything in it does, or the code that applies it."""

    places: Gazetteer
    topics: TopicRules
    models: Models
    #: 12 hex digits; with a second opinion, '+' and 6 more
    version: str
    #: None: the rules decide alone
    opinion: "SecondOpinion | None" = None

    @property
    def version_alone(self) -> str:
        """The version of the rules without a second opinion."""
        return self.version.partition("+")[0]


def rulebook(places: Gazetteer, topics: TopicRules, models: Models) -> Rulebook:
    """Put the three files together under the version that they and the code make."""
    return Rulebook(places, topics, models, _digest(places, topics, models)[:12])


def with_opinion(rules: Rulebook, opinion: "SecondOpinion | None") -> Rulebook:
    """Return rules with a second opinion, or without."""
    version = rules.version_alone
    if opinion is not None:
        version = f"{version}+{_digest(opinion.model, opinion.encoder.name)[:6]}"
    return replace(rules, version=version, opinion=opinion)


def part_digest(part: object) -> str:
    """Return a digest of a part of the rules, the same wherever the part is the same."""
    return _digest(part)


def _digest(*parts: object) -> str:
    return hashlib.sha256(repr((_CODE_REVISION, *parts)).encode("utf-8", "backslashreplace")).hexdigest()
