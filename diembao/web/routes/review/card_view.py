"""An article → the card of the review room: what it says, and for each matter the machine's and a person's word."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from analysis.digest.item_words import published_words, remark_words
from analysis.documents.labels import labels
from analysis.tables.links import article_link
from diembao.jobs.reading.translation_words import known_line
from diembao.jobs.review.attention import Attention
from diembao.jobs.review.cards import Card
from diembao.jobs.review.cards import card as load
from diembao.jobs.review.model import QueueGroup, ReviewQueue
from diembao.web.routes.review.ask import QueueAsk
from diembao.web.visit import Visit
from pipeline.i18n.catalogs import mark, translate, translate_code
from pipeline.i18n.language import current_language
from pipeline.records import Tone
from pipeline.records.reviews import GRADE_OF_REASON, REJECT_REASONS, Review
from storage.reviews.cards import Reprint

#: Values that a person can choose, by the digit that chooses them.
GRADES: Mapping[int, str] = {1: "main", 2: "mention", 3: "no"}
TONES: Mapping[int, Tone] = {1: "positive", 2: "neutral", 3: "negative", 4: "unsure"}
REJECT_WORDS: Mapping[str, str] = {
    "not_ours": mark("Not about the province"),
    "passing": mark("Only named in passing"),
    "repeated": mark("Told already"),
    "old": mark("Old news"),
    "no_news": mark("No news: advertisement, notice"),
    "misread": mark("Badly read page"),
    "minor": mark("Of no weight"),
    "other": mark("Another reason"),
}


@dataclass(frozen=True, slots=True)
class Matter:
    """One matter of an article: what the machine says of it, and what a person said, if anyone did."""

    field: str
    label: str
    machine: str
    #: words of the text on which the machine relies
    evidence: str
    person: str
    who: str
    at: datetime | None
    note: str
    #: whether the person's value is another than the machine's
    overrules: bool = False


@dataclass(frozen=True, slots=True)
class FoldedReprint:
    """Another outlet's copy of the article, and where it stands."""

    reprint: Reprint
    review: Review
    when: str

    @property
    def token(self) -> str:
        return f"{self.reprint.key}.{self.review.version}"


@dataclass(frozen=True, slots=True)
class CardView:
    """What the template of a card shows beside the card itself."""

    card: Card
    ask: QueueAsk
    link: str | None
    origin: str
    when: str
    remarks: Sequence[str]
    matters: Sequence[Matter]
    reprints: Sequence[FoldedReprint]
    topics: Mapping[str, str]
    departments: Mapping[int, str]
    #: the day that is proposed for an assignment
    due: str
    attention: str
    #: what its data say of it, of one in another language whose title is not translated; '': of any other
    known: str

    @property
    def token(self) -> str:
        """Key and version, as forms send them."""
        return f"{self.card.key}.{self.card.review.version}"

    @property
    def waiting(self) -> list[FoldedReprint]:
        """The reprints on which nobody has decided: they follow the article unless a person says otherwise."""
        return [one for one in self.reprints if one.review.state == "new"]

    @property
    def reasons(self) -> list[tuple[int, str, str]]:
        return [(digit, reason, REJECT_WORDS[reason]) for digit, reason in REJECT_REASONS.items()]

    @property
    def grade_of_reason(self) -> Mapping[str, str]:
        return GRADE_OF_REASON

    @property
    def grades(self) -> list[tuple[int, str, str]]:
        return [(digit, grade, translate_code("relevance", grade)) for digit, grade in GRADES.items()]

    @property
    def tones(self) -> list[tuple[int, str, str]]:
        return [(digit, tone, translate_code("tone", tone)) for digit, tone in TONES.items()]


def card_view(visit: Visit, ask: QueueAsk, key: str, queue: ReviewQueue | None = None) -> CardView | None:
    """Return the card of an article; None for an unknown key."""
    found = load(visit.storage, key, account=visit.me.id, language=visit.language, at=visit.now)
    if found is None:
        return None
    words, zone, item = labels(visit.language), visit.context.zone, found.item
    topics = topic_names(visit)
    reviews = visit.storage.reviews.reviews([one.key for one in found.reprints])
    names = visit.storage.accounts.full_names()
    group = next((g for g in queue.groups if any(row.key == found.key for row in g.rows)), None) if queue else None
    return CardView(
        found,
        ask,
        article_link(item.article),
        " · ".join(
            [words.country(item.country)] * (item.country != "VN")
            + [words.language(item.language)] * (item.language not in ("", "vi"))
        ),
        published_words(item, words, zone),
        remark_words(item, words, zone),
        list(_matters(found, topics, names)),
        [FoldedReprint(one, reviews.get(one.key) or Review(one.key), _hour(one, visit)) for one in found.reprints],
        topics,
        {one.id: one.name for one in visit.storage.accounts.departments() if not one.disabled},
        (visit.now.astimezone(zone).date() + timedelta(days=1)).isoformat(),
        group_words(group, topics) if group is not None else "",
        ""
        if found.translation is not None and found.translation.title is not None
        else known_line(item, topics, visit.context.settings().province.name),
    )


def topic_names(visit: Visit) -> dict[str, str]:
    """Return the names of the topics in the visit's language by id, in the order of the rules."""
    rules = visit.context.rules()
    return {t.id: t.label_vi if visit.language == "vi" else t.label_en for t in rules.topics.topic}


def _hour(reprint: Reprint, visit: Visit) -> str:
    return (reprint.published or reprint.first_seen).astimezone(visit.context.zone).strftime("%H:%M %d/%m")


def _matters(card: Card, topics: Mapping[str, str], people: Mapping[str, str]) -> Sequence[Matter]:
    said = {one.field: one for one in card.said}
    machine = card.machine

    def names_of(ids: Sequence[str]) -> str:
        return "; ".join(topics.get(id, id) for id in ids) or translate(mark("none"))

    own: Mapping[str, Collection[str]] = {
        "relevance": {machine.relevance}, "topics": set(machine.topics), "tone": {machine.tone}
    }  # fmt: skip

    def matter(field: str, label: str, of_machine: str, evidence: str, value: str) -> Matter:
        one = said.get(field)
        if one is None:
            return Matter(field, label, of_machine, evidence, "", "", None, "")
        overrules = set(one.value.split()) != own[field]
        return Matter(
            field, label, of_machine, evidence, value, people.get(one.who, one.who), one.at, one.note, overrules
        )

    grade, topic, tone = said.get("relevance"), said.get("topics"), said.get("tone")
    score = f"{translate_code('relevance', machine.relevance)} ({_decimal(machine.score)})"
    return [
        matter(
            "relevance", translate(mark("Relevance")), score, ", ".join(machine.places[:6]),
            translate_code("relevance", grade.value) if grade else "",
        ),
        matter(
            "topics", translate(mark("Topics")), names_of(machine.topics), _proposed(names_of, machine.proposed),
            names_of(topic.value.split()) if topic else "",
        ),
        matter(
            "tone", translate(mark("Tone")), translate_code("tone", machine.tone),
            translate(mark("by the language model")) if machine.tone_is_proposed else ", ".join(machine.tone_words[:6]),
            translate_code("tone", tone.value) if tone else "",
        ),
    ]  # fmt: skip


def _proposed(names_of: Callable[[Sequence[str]], str], topics: Sequence[str]) -> str:
    """Return which topics the language model alone gives; '' for none."""
    return translate(mark("by the language model: {topics}"), topics=names_of(topics)) if topics else ""


def _decimal(value: float) -> str:
    """Return a share with two decimals, as the language writes them."""
    text = f"{value:.2f}"
    return text.replace(".", ",") if current_language() == "vi" else text


def group_words(group: QueueGroup, topics: Mapping[str, str]) -> str:
    """Return why an event asks for attention, as it is told beside one of its articles."""
    words = attention_words(group.attention, topics)
    return translate(mark("In this event: {words}"), words=words) if words and len(group.rows) > 1 else words


def attention_words(attention: Attention | None, topics: Mapping[str, str]) -> str:
    """Return why an event asks for attention, in words; '' where it does not."""
    if attention is None:
        return ""
    gravity, parts = attention.gravity, []
    counts = (
        (mark("{n} dead"), gravity.dead), (mark("{n} missing"), gravity.missing), (mark("{n} injured"), gravity.injured)
    )  # fmt: skip
    parts += [translate(text, n=count) for text, count in counts if count]
    kinds = (
        (mark("crime"), gravity.crime), (mark("pollution"), gravity.pollution), (mark("accident"), gravity.accident),
        (mark("damage"), gravity.damage > 0),
    )  # fmt: skip
    parts += [translate(text) for text, holds in kinds if holds]
    if attention.negative:
        parts.append(translate(mark("{n} with a negative tone"), n=attention.negative))
    parts += [topics.get(topic, topic) for topic in attention.signals]
    return "; ".join(parts)
