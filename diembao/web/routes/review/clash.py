"""Two people, one article: what a refused act would have set, beside what holds, and the ways on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from diembao.web.routes.review.card_view import REJECT_WORDS, topic_names
from diembao.web.visit import Visit
from pipeline.i18n.catalogs import mark, translate, translate_code
from pipeline.records.reviews import Clash, ItemClash, ReviewAct

STATE_WORDS: Mapping[str, str] = {
    "new": mark("not reviewed"),
    "approved": mark("approved"),
    "rejected": mark("rejected"),
    "reviewed": mark("read through"),
}


@dataclass(frozen=True, slots=True)
class ClashLine:
    """One article on which two acts clash."""

    key: str
    title: str
    theirs: str
    mine: str
    who: str
    at: datetime | None
    note: str


@dataclass(frozen=True, slots=True)
class ClashForm:
    """The same act once more, knowing what it overwrites."""

    kind: str
    tokens: Sequence[str]
    value: str
    note: str


@dataclass(frozen=True, slots=True)
class ClashView:
    title: str
    words: str
    their_head: str
    lines: Sequence[ClashLine]
    #: article that was open, and the one to go on with
    key: str
    next: str
    #: None for an undoing: what others did since cannot be undone for them
    form: ClashForm | None


def clash_view(visit: Visit, wanted: ReviewAct, clash: Clash, next_key: str) -> ClashView:
    """Return both sides of a clash in words."""
    names = topic_names(visit)
    lines = [_line(one, wanted, names) for one in clash.items]
    who = next((line.who for line in lines if line.who), "")
    their_head = translate(mark("What {name} decided"), name=who) if who else translate(mark("As it is now"))
    if clash.action is not None:
        words = translate(mark("Somebody decided on this after you. Your act is not undone, and nothing was changed."))
    else:
        words = translate(mark("Somebody decided on this while you had it open. Nothing of theirs was overwritten."))
    form = None
    if clash.action is None:
        now = {one.item: one.theirs.version for one in clash.items}
        tokens = [f"{key}.{now.get(key, wanted.expected.get(key, 0))}" for key in wanted.items]
        form = ClashForm(wanted.kind, tokens, wanted.value, wanted.note)
    title = translate(mark("{name} was faster"), name=who) if who else translate(mark("Changed meanwhile"))
    first = clash.items[0].item
    return ClashView(title, words, their_head, lines, first, next_key or first, form)


def _line(one: ItemClash, wanted: ReviewAct, topics: Mapping[str, str]) -> ClashLine:
    theirs = _value(one.field, one.their_value, topics)
    if one.field == "state" and one.theirs.reason:
        theirs += f": {translate(REJECT_WORDS[one.theirs.reason]).lower()}"
    mine = _value(one.field, one.my_value, topics)
    if one.field == "state" and wanted.kind == "reject" and wanted.value in REJECT_WORDS:
        mine += f": {translate(REJECT_WORDS[wanted.value]).lower()}"
    if wanted.kind in ("merge", "split"):
        mine = translate(mark("merge")) if wanted.kind == "merge" else translate(mark("split"))
    return ClashLine(one.item, one.title, theirs, mine, one.theirs.who, one.theirs.at, one.theirs.note)


def _value(field: str, value: str, topics: Mapping[str, str]) -> str:
    match field:
        case "state":
            return translate(STATE_WORDS[value]) if value in STATE_WORDS else value
        case "topics":
            return "; ".join(topics.get(id, id) for id in value.split()) or translate(mark("without a topic"))
        case "tone" | "relevance":
            return translate_code(field, value)
        case "star":
            return translate(mark("top story")) if value in ("1", "True") else translate(mark("no top story"))
        case _:
            return translate(mark("another group"))
