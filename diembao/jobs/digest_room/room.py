"""The digest room: the draft of a day as people see it and change it."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from analysis.brief.matters import added_matters
from analysis.digest.excerpt import opening
from analysis.digest.model import Digest, DigestPeriod, build_digest, content_hash
from analysis.digest.office import LeftOut
from analysis.documents.sentences import quotable
from analysis.stories.grouping import Story, group_into_stories, newest_first
from analysis.stories.ranking import by_event, reach_of
from config.settings import Settings
from diembao.jobs.periods import Period, period_of
from diembao.jobs.publishing.day_edit import DayEdit, day_edit
from pipeline.errors import DiembaoError
from pipeline.i18n.catalogs import mark
from pipeline.i18n.notices import Message
from pipeline.records import Item, Tone
from pipeline.records.audit import Actor
from pipeline.records.reviews import DigestDraft, DraftClash, ReviewAct
from pipeline.rules.rulebook import Rulebook
from storage.database import Database

#: Letters of a lead, sentences that it is to have, letters of a reason, and top stories of a day
LEAD, SENTENCES, REASON, MOST_TOP = 600, 2, 200, 10
#: Letters of a story's first sentence
_SENTENCE = 220
#: Country that is not foreign
_HOME = "VN"


class DraftFault(DiembaoError):
    """A change of a draft that cannot be meant; the message says why."""

    def __init__(self, message: Message) -> None:
        super().__init__(message)
        self.message = message


@dataclass(frozen=True, slots=True)
class RoomStory:
    """A story of the day, as the room lists it."""

    #: of its leading article
    key: str
    #: of the story, by which it is left out
    story: str
    title: str
    outlet: str
    country: str
    items: int
    outlets: int
    #: ('foreign' | 'undated' | 'mentions', '') or ('topic', its id, '' for none)
    section: tuple[str, str]
    #: among the top stories, from 1; 0: it is none
    place: int = 0
    #: whether a person put it there
    chosen: bool = False
    #: keys of its articles that are starred
    starred: tuple[str, ...] = ()
    tone: Tone = "unsure"
    #: articles of it that a person reviewed
    reviewed: int = 0
    #: of its leading article; '': it has no text
    sentence: str = ""
    #: articles and outlets of its whole event
    event: tuple[int, int] = (0, 0)


@dataclass(frozen=True, slots=True)
class LeftOutStory:
    """What a draft leaves out, by the key under which it does."""

    key: str
    #: the article that leads the story; None: the day has none of it any more
    lead: Item | None
    #: articles of the day that are out by it
    items: int
    reason: str


@dataclass(frozen=True, slots=True)
class Room:
    """The draft of one day, and what it makes of the day's stories."""

    period: Period
    draft: DigestDraft
    #: in their order
    top: tuple[RoomStory, ...]
    #: those that are no top stories, as the digest arranges them
    others: tuple[RoomStory, ...]
    left_out: tuple[LeftOutStory, ...]
    rejected: tuple[LeftOut, ...]
    #: of the digest
    items: tuple[Item, ...]
    model: Digest
    #: stories that the brief tells beside the top stories
    added: tuple[RoomStory, ...]
    #: of the last publication of the day; 0: there is none
    latest: int

    @property
    def fingerprint(self) -> str:
        return fingerprint(self.model, self.items)


def room(storage: Database, settings: Settings, rules: Rulebook, day: date, at: datetime) -> Room:
    """Return the room of a day, at a time: its digest without what compares it with other days."""
    period = period_of(day, settings, at)
    found = storage.articles.digest_items(period.start, period.end, period.late_from)
    edit = day_edit(storage, period, found)
    items = edit.kept(found)
    model = build_digest(items, DigestPeriod(period.day, period.start, period.end, at), edit.rules(rules, items))
    model = replace(model, office=edit.office(items))
    stories = list(_stories(model, edit))
    added = {matter.stories[0].lead.key for matter in added_matters(model)}
    return Room(
        period,
        edit.draft,
        tuple(sorted((story for story in stories if story.place), key=lambda story: story.place)),
        tuple(story for story in stories if not story.place),
        tuple(_left_out(edit)),
        model.office.rejected,
        tuple(items),
        model,
        tuple(story for story in stories if story.key in added),
        storage.publications.latest_number(period.day),
    )


def fingerprint(model: Digest, items: Sequence[Item]) -> str:
    """Return a hash (hex) of what a digest shows of its day: another one means that a reader would see a difference.

    Neither the time at which it is made nor the numbers of the audit and of reviewed articles, nor what compares the
    day with others.
    """
    office = model.office
    shown = [
        content_hash(items, model.start, model.start),
        [[top.story.lead.key, top.placed, top.chosen] for top in model.top],
        office.lead,
        office.erratum,
        sorted([one.key, one.reason] for one in office.left_out),
        sorted([one.key, one.code, one.reason] for one in office.rejected),
        sorted(
            [key, part, text.text]
            for key, one in model.translations.of_items.items()
            for part, text in one.texts.items()
            if part != "text"
        ),
    ]
    return hashlib.sha256(json.dumps(shown).encode()).hexdigest()


def stories_of(model: Digest) -> Iterator[tuple[tuple[str, str], Story]]:
    """Yield (section, story) in the order in which a digest shows them."""
    for story in model.foreign:
        yield ("foreign", ""), story
    for section in model.sections:
        for story in section.stories:
            yield ("topic", section.topic), story
    for name, stories in (("undated", model.undated), ("mentions", model.mentions)):
        for story in stories:
            yield (name, ""), story


def _stories(model: Digest, edit: DayEdit) -> Iterator[RoomStory]:
    """Yield the stories of a digest as the room lists them, in the digest's order."""
    places = {id(top.story): (n, top.chosen) for n, top in enumerate(model.top, 1)}
    found = list(stories_of(model))
    events = {story.lead.story: reach_of(group, _HOME) for group in by_event(s for _, s in found) for story in group}
    for section, story in found:
        lead, reach = story.lead, events[story.lead.story]
        place, chosen = places.get(id(story), (0, False))
        yield RoomStory(
            lead.key,
            lead.story,
            lead.article.title,
            lead.outlet,
            lead.country,
            len(story.items),
            story.outlets,
            section,
            place,
            chosen,
            tuple(item.key for item in story.items if item.key in edit.starred),
            lead.tags.tone,
            sum(item.key in edit.reviewed for item in story.items),
            opening(lead, 1, _SENTENCE),
            (reach.items, reach.outlets),
        )


def _left_out(edit: DayEdit) -> Iterator[LeftOutStory]:
    for key, reason in edit.draft.left_out.items():
        items = [item for item in edit.left_out if key in (item.key, item.story)]
        # The story is called by the article that led it in the room.
        lead = group_into_stories(sorted(items, key=newest_first))[0].lead if items else None
        yield LeftOutStory(key, lead, len(items), reason)


def write_lead(
    storage: Database, day: date, text: str, actor: Actor, at: datetime, *, expected: int
) -> DigestDraft | DraftClash:
    """Store the office's lead ('': none). Raises DraftFault for one that is too long."""
    text = " ".join(text.split())
    if len(text) > LEAD:
        raise DraftFault(Message(mark("The lead has {n} letters; at most {most} fit."), n=len(text), most=LEAD))
    if len(quotable(text)) > SENTENCES:
        raise DraftFault(Message(mark("The lead has more than {most} sentences."), most=SENTENCES))
    return storage.drafts.change(day, actor, at, expected=expected, lead=text)


def write_erratum(
    storage: Database, day: date, text: str, actor: Actor, at: datetime, *, expected: int
) -> DigestDraft | DraftClash:
    """Store what was wrong in the last edition of a day ('': nothing is said). Raises DraftFault for a long text."""
    text = " ".join(text.split())
    if len(text) > LEAD:
        words = mark("What was wrong has {n} letters; at most {most} fit.")
        raise DraftFault(Message(words, n=len(text), most=LEAD))
    return storage.drafts.change(day, actor, at, expected=expected, erratum=text)


def order_top(
    storage: Database, day: date, keys: Sequence[str], actor: Actor, at: datetime, *, expected: int
) -> DigestDraft | DraftClash:
    """Store which stories stand first, by keys of their articles, in their order; none: the machine's choice.

    Raises DraftFault for too many.
    """
    if len(set(keys)) > MOST_TOP:
        raise DraftFault(Message(mark("At most {most} top stories fit."), most=MOST_TOP))
    return storage.drafts.change(day, actor, at, expected=expected, order=keys)


def take_from_top(
    storage: Database, today: Room, story: RoomStory, actor: Actor, at: datetime, *, expected: int
) -> DigestDraft | DraftClash:
    """Store that a story is no top story any more: its stars go with it."""
    keys = [top.key for top in today.top if top.key != story.key]
    changed = order_top(storage, today.period.day, keys, actor, at, expected=expected)
    if story.starred and not isinstance(changed, DraftClash):
        storage.reviews.act(actor, ReviewAct("star", story.starred, ""), at)
    return changed


def leave_out(
    storage: Database, today: Room, story: str, reason: str, actor: Actor, at: datetime, *, expected: int
) -> DigestDraft | DraftClash:
    """Store that a story is left out, with the reason. Raises DraftFault without one, and for no story of the day."""
    reason = " ".join(reason.split())[:REASON]
    if not reason:
        raise DraftFault(Message(mark("Say why it is left out: the digest names the reason.")))
    if all(one.story != story for one in (*today.top, *today.others)):
        raise DraftFault(Message(mark("The story is not in the digest of this day any more.")))
    left_out = {**today.draft.left_out, story: reason}
    return storage.drafts.change(today.period.day, actor, at, expected=expected, left_out=left_out)


def take_back(
    storage: Database, day: date, key: str, actor: Actor, at: datetime, *, expected: int
) -> DigestDraft | DraftClash:
    """Store that what was left out under a key is in again."""
    left_out = {name: why for name, why in storage.drafts.draft(day).left_out.items() if name != key}
    return storage.drafts.change(day, actor, at, expected=expected, left_out=left_out)
