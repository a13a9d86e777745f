"""What people did to a day (draft of its digest, stars, rejections) → what its digest holds, in which order."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from analysis.digest.model import DigestRules
from analysis.digest.office import LeftOut, Office
from diembao.jobs.periods import Period
from pipeline.records import Item, ItemLine
from pipeline.records.reviews import DigestDraft, Review
from pipeline.rules.rulebook import Rulebook
from pipeline.tagging.words.gravity import judge_gravity
from storage.database import Database


@dataclass(frozen=True, slots=True)
class DayEdit:
    """The part of people in the digest of one day; where nobody did anything it changes nothing."""

    draft: DigestDraft
    #: keys of starred articles, the first starred first
    starred: tuple[str, ...]
    #: rejected articles that the machine would have put into the digest, with their reviews
    rejected: tuple[tuple[Item, Review], ...]
    #: keys of all articles of the day that are rejected
    refused: frozenset[str]
    #: articles of the draft that are left out, as they are now
    left_out: tuple[Item, ...]
    #: keys of all articles of the day that a person reviewed
    reviewed: frozenset[str] = frozenset()

    def kept(self, items: Iterable[Item]) -> list[Item]:
        """Return the items without those that were left out or rejected."""
        return [item for item in items if item.key not in self.refused and not self.leaves_out(item)]

    def leaves_out(self, item: Item) -> bool:
        """Whether the draft leaves an article out: by its own key, or by that of its story."""
        return leaves_out(self.draft, item)

    def reason(self, item: Item) -> str:
        """Return why the draft leaves an article out, in words."""
        return self.draft.left_out.get(item.key) or self.draft.left_out.get(item.story, "")

    def rules(self, rules: Rulebook, items: Sequence[Item]) -> DigestRules:
        """Return the rules by which the digest of these items is arranged: with the top stories that people chose."""
        chosen = dict.fromkeys((*self.draft.order, *self.starred))
        return DigestRules(
            rules.version,
            topics=[topic.id for topic in rules.topics.topic],
            signals=[topic.id for topic in rules.topics.topic if topic.kind == "signal"],
            gravity={i.key: judge_gravity(i.article.title, i.article.text, i.language, rules) for i in items},
            chosen=tuple(chosen),
            chosen_alone=bool(self.draft.order),
        )

    def office(self, items: Sequence[Item]) -> Office:
        """Return what the digest of these items says of the part of people."""
        left_out = tuple(replace(_left_out(item), reason=self.reason(item)) for item in self.left_out)
        # The note of a rejection was written for colleagues: what leaves the house is its reason alone.
        rejected = tuple(replace(_left_out(item), code=review.reason) for item, review in self.rejected)
        return Office(
            self.draft.lead.strip(),
            left_out,
            rejected,
            erratum=self.draft.erratum.strip(),
            reviewed=(len(items), sum(item.key in self.reviewed for item in items)),
        )


def _left_out(item: Item) -> LeftOut:
    return LeftOut(item.key, item.article.title, item.outlet)


def leaves_out(draft: DigestDraft, item: Item | ItemLine) -> bool:
    """Whether a draft leaves an article out: by its own key, or by that of its story."""
    return item.key in draft.left_out or item.story in draft.left_out


def draft_of(storage: Database, period: Period, as_of: datetime | None) -> DigestDraft:
    """Return the draft of a period's digest; an empty one where it was changed after `as_of`."""
    draft = storage.drafts.draft(period.day)
    return DigestDraft(period.day) if as_of is not None and draft.at is not None and draft.at > as_of else draft


def day_edit(storage: Database, period: Period, items: Sequence[Item], as_of: datetime | None = None) -> DayEdit:
    """Return what people did to the digest of a period whose articles are `items`; after `as_of` nothing counts."""
    draft = draft_of(storage, period, as_of)
    rejected = storage.articles.rejected_items(period.start, period.end, period.late_from, as_of=as_of)
    keys = {item.key for item in (*items, *rejected)}
    reviews: Mapping[str, Review] = {
        key: review
        for key, review in storage.reviews.reviews(sorted(keys)).items()
        if as_of is None or review.at is None or review.at <= as_of
    }
    stars = sorted((review.at, key) for key, review in reviews.items() if review.star and review.at is not None)
    refused = frozenset(key for key, review in reviews.items() if review.state == "rejected")
    edit = DayEdit(
        draft,
        tuple(key for _, key in stars),
        tuple((item, reviews[item.key]) for item in rejected if item.key in refused),
        refused,
        (),
        frozenset(key for key, review in reviews.items() if review.state != "new"),
    )
    out = tuple(item for item in items if item.key not in refused and edit.leaves_out(item))
    return replace(edit, left_out=out)
