"""What an editor looks at before a digest is published: reviews, sources, links, recipients."""

import hashlib
import json
from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from analysis.digest.corrections import Erratum, published_item
from analysis.digest.editions import EditionChanges, edition_changes
from analysis.documents.labels import Labels
from config.alerts import Mail
from config.settings import MailingList, SendingSettings, Settings
from diembao.jobs.collection.ledger import watched_sources
from diembao.jobs.configuration import sender_doubt
from diembao.jobs.digest_room.room import Room, stories_of
from diembao.jobs.publishing.earlier_digests import EarlierDigests
from pipeline.records import Reason, SourceDay
from storage.database import Database

#: Reasons of a source that say nothing went wrong
_WELL = (Reason.OK, Reason.NOT_MODIFIED)


@dataclass(frozen=True, slots=True)
class SilentLink:
    """An article of the digest whose address did not answer when it was last asked for."""

    #: of the article
    key: str
    title: str
    outlet: str
    url: str
    #: code of a Reason
    reason: str
    #: when its page was found to be gone; None: it may come back
    gone: datetime | None


@dataclass(frozen=True, slots=True)
class FailedSource:
    source_id: str
    name: str
    #: codes of Reasons, the most frequent first
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CheckList:
    """What is to be known before a digest goes out; nothing in it keeps a person from publishing."""

    room: Room
    #: articles whose review nobody began, by section of the digest, most first
    unreviewed: tuple[tuple[tuple[str, str], int], ...]
    articles: int
    sources: int
    failed: tuple[FailedSource, ...]
    silent: tuple[SilentLink, ...]
    #: corrections of earlier digests that go out with it
    errata: tuple[Erratum, ...]
    #: what it puts right in the last edition of the day; None: there is none
    changes: EditionChanges | None
    lists: tuple[MailingList, ...]
    #: names of other channels
    hooks: tuple[str, ...]
    #: what is doubtful about the sender of letters; '': nothing
    sender_doubt: str

    @property
    def open_reviews(self) -> int:
        return sum(n for _, n in self.unreviewed)


def check_list(storage: Database, settings: Settings, mail: Mail, today: Room) -> CheckList:
    """Return the list for a day's digest, from the database alone: nothing is asked of the network."""
    sources = watched_sources(storage, today.period.start, today.period.end)
    answers = storage.crawl.silent_links([item.key for item in today.items])
    doubt = sender_doubt(mail) if settings.sending.list else None
    return CheckList(
        today,
        unreviewed(storage, today),
        len(today.items),
        len(sources),
        tuple(_failed(source) for source in sources if source.state == "failed"),
        tuple(
            SilentLink(
                item.key,
                item.article.title,
                item.outlet,
                item.article.url,
                answers.get(item.key, Reason.GONE),
                item.taken_down,
            )
            for item in today.items
            if item.taken_down is not None or item.key in answers
        ),
        EarlierDigests(storage, today.period).errata()[0],
        _changes(storage, today),
        settings.sending.list,
        settings.sending.hooks,
        doubt.translated() if doubt else "",
    )


def _changes(storage: Database, today: Room) -> EditionChanges | None:
    before, office = storage.publications.latest(today.period.day), today.model.office
    if before is None:
        return None
    return edition_changes(before, map(published_item, today.items), office.lead, office.erratum)


def unreviewed(storage: Database, today: Room) -> tuple[tuple[tuple[str, str], int], ...]:
    """Return the numbers of a day's articles whose review nobody began, by section of the digest, most first."""
    reviews = storage.reviews.reviews([item.key for item in today.items])
    seen = {key for key, review in reviews.items() if review.state != "new"}
    found: Counter[tuple[str, str]] = Counter()
    for section, story in stories_of(today.model):
        found[section] += sum(item.key not in seen for item in story.items)
    return tuple((section, n) for section, n in found.most_common() if n)


def _failed(source: SourceDay) -> FailedSource:
    reasons = sorted(source.reasons.items(), key=lambda pair: (-pair[1], pair[0]))
    return FailedSource(
        source.source_id, source.name, tuple(reason for reason, n in reasons if n and reason not in _WELL)
    )


def recipients_hash(sending: SendingSettings, number: int) -> str:
    """Return a hash (hex) of who would get a publication: another one means that the lists were changed."""
    named = [[one.name, *one.to] for one in sending.list]
    return hashlib.sha256(json.dumps([number, named, list(sending.hooks)]).encode()).hexdigest()


def section_name(section: tuple[str, str], words: Labels, topics: dict[str, str]) -> str:
    """Return the words for a section of a digest."""
    kind, topic = section
    if kind != "topic":
        return words.say(kind)
    return topics.get(topic, topic) if topic else words.say("other_topics")
