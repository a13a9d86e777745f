"""Text → its tags with the full account: roles of mentions, weights of terms, names in the bytes of the page."""

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.prefilter.gate import build_gate
from pipeline.records import ByteHit, HitPlace, Reason, Tags, Text
from pipeline.rules.linear_models import Linear
from pipeline.rules.rulebook import Rulebook
from pipeline.tagging import relevance, topics
from pipeline.tagging.mention_roles import Role, mention_roles
from pipeline.tagging.mentions import Mention
from pipeline.tagging.opinion.asking import TextOpinion, ask_opinion
from pipeline.tagging.tagger import tag
from pipeline.tagging.text_reading import read_text
from pipeline.tagging.topic_verdicts import TopicReading, judge_topic


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the second opinion goes by where it alone proposes a topic."""

    #: words of the text, the weightiest first
    words: tuple[str, ...]
    #: titles of the labelled examples of this topic that are nearest in meaning
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TopicAccount:
    """The account of one topic: its score, terms and features."""

    id: str
    #: 0 to 1
    chance: float
    #: 'assigned', 'near' or 'no'
    verdict: str
    #: terms found, each with where it stands and its weight
    hits: tuple[topics.TermHit, ...]
    #: (feature, value, value times its weight in the model), largest effect first; zero effects left out
    parts: tuple[tuple[str, float, float], ...]
    #: whether topics.toml marks the topic as sensitive
    sensitive: bool = False
    #: where the second opinion alone assigns it
    proposal: Proposal | None = None


@dataclass(frozen=True, slots=True)
class HitAccount:
    """A name of the province in the bytes of a page."""

    words: str
    where: HitPlace
    #: whether the extracted text holds the name
    kept: bool


@dataclass(frozen=True, slots=True)
class Explanation:
    tags: Tags
    #: as searched: normalised; offsets of mentions and hits count in these
    title: str
    text: str
    #: names of the province found, with the part they play ('range' does not count)
    mentions: tuple[tuple[Mention, Role], ...]
    #: names of other provinces and towns
    elsewhere: tuple[str, ...]
    #: effect on the grade main against mention, like TopicAccount.parts; empty where no mention counts
    grade: tuple[tuple[str, float, float], ...]
    #: topics that have any term in the text, best first
    topics: tuple[TopicAccount, ...]
    #: names in the bytes of its page with their contexts; empty for a text without a page
    hits: tuple[HitAccount, ...] = ()
    #: OK; why its page was not read whole; or, of `OBSTACLES`, what its page may be instead of an article
    read_as: Reason = Reason.OK


def explain(text: Text, rules: Rulebook, hits: Sequence[ByteHit] = (), read_as: Reason = Reason.OK) -> Explanation:
    """Tag a text and account for it, and for the `hits` that the gate saw in its page; never raises on any string.

    `read_as` is the reason with which its page was read; it is passed on.
    """
    reading = read_text(text, rules)
    found, language = reading.found, reading.language
    seen: list[Role] = mention_roles(found, rules)
    kept: list[tuple[Mention, Role]] = [(m, r) for m, r in zip(found.mentions, seen, strict=True) if r != "range"]
    counts = any(m.strong for m, _ in kept)
    values = relevance.relevance_features(found, kept, language) if counts else []
    parts = _parts(rules.models.grade, "main", relevance.FEATURES, values)
    if counts and (lift := relevance.title_lift(found, kept, language, rules)):
        parts = (("title_places_it", 1.0, round(lift, 3)), *parts)
    opinion = ask_opinion(reading, rules) if reading.is_about else None
    return Explanation(
        tags=tag(text, rules),
        title=found.title.text,
        text=found.text.text,
        mentions=tuple(zip(found.mentions, seen, strict=True)),
        elsewhere=tuple(dict.fromkeys(e.name for e in found.elsewhere)),
        grade=tuple(sorted(parts, key=lambda p: -abs(p[2]))),
        topics=_accounts(reading.topics, opinion, rules),
        hits=_kept(hits, f"{found.title.text}\n{found.text.text}", rules),
        read_as=read_as,
    )


def _kept(hits: Sequence[ByteHit], read: str, rules: Rulebook) -> tuple[HitAccount, ...]:
    names = build_gate(rules).names_in(read) if hits else frozenset[str]()
    return tuple(HitAccount(hit.words, hit.where, hit.words in names) for hit in hits)


def _accounts(
    readings: Sequence[TopicReading], opinion: TextOpinion | None, rules: Rulebook
) -> tuple[TopicAccount, ...]:
    accounts: list[TopicAccount] = []
    for reading in readings:
        topic = reading.topic
        verdict = judge_topic(reading, opinion.topic(topic.id) if opinion else None)
        if not reading.signal.hits and verdict.said == "no":
            continue
        accounts.append(
            TopicAccount(
                topic.id,
                round(verdict.score, 3),
                verdict.said,
                tuple(reading.signal.hits),
                _parts(rules.models.topics, topic.id, topics.FEATURES, reading.features),
                topic.sensitive,
                _proposal(opinion, topic.id) if opinion and verdict.by_model else None,
            )
        )
    return tuple(sorted(accounts, key=lambda a: -a.chance))


def _proposal(opinion: TextOpinion, topic: str) -> Proposal:
    return Proposal(tuple(word.words for word in opinion.words_for(topic)), opinion.examples_for(topic))


def _parts(
    model: Linear, name: str, features: Sequence[str], values: Sequence[float]
) -> tuple[tuple[str, float, float], ...]:
    row = model.weights.get(name) or model.weights.get("*") or ()
    if len(row) != len(values):
        return ()
    parts = [(f, round(v, 3), round(v * w, 3)) for f, v, w in zip(features, values, row, strict=True)]
    return tuple(sorted((p for p in parts if p[2]), key=lambda p: -abs(p[2])))
