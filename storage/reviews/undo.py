"""The undoing of an act at the desk: what it set is as before, unless somebody else has acted on the articles since."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete

from pipeline.records.audit import Actor, Json
from pipeline.records.reviews import ActResult, Clash, ItemClash, Review
from storage.audit.chain import append
from storage.reviews.acts import Reindex, event_of, only_changes
from storage.reviews.grouping import is_regrouped, restore_groups
from storage.reviews.log import Changed, changed_by, later_acts, mark_undone, undoable
from storage.reviews.states import Standing, load_standings, next_review, restored_fields, store_reviews
from storage.schema.maintenance import decisions

_CHUNK = 500
#: Field that an act of a kind sets, as it is shown where an undoing clashes.
_FIELDS = {"topics": "topics", "tone": "tone", "grade": "relevance", "star": "star"}


def undo(
    connection: Connection, actor: Actor, at: datetime, reindex: Reindex, action: int | None = None
) -> ActResult | Clash | None:
    """See storage.reviews.facet.Reviews.undo."""
    row = None if actor.account is None else undoable(connection, actor.account, action)
    if row is None:
        return None
    changed = changed_by(connection, row.id)
    standings = load_standings(connection, [one.key for one in changed])
    later = later_acts(connection, list(standings), row.id)
    if not later and is_regrouped(connection, row.change, list(standings)):
        later = {key: str(row.kind) for key in standings}
    if later:
        clashes = [
            _clash(row, one, standings[one.key], later[one.key])
            for one in changed
            if one.key in later and one.key in standings
        ]
        return Clash(row.kind, tuple(clashes), row.id)
    numbers = [number for one in changed for number in one.decisions]
    for start in range(0, len(numbers), _CHUNK):
        connection.execute(delete(decisions).where(decisions.c.id.in_(numbers[start : start + _CHUNK])))
    reviews: list[tuple[Standing, Review]] = []
    for one in changed:
        review = next_review(standings[one.key], **restored_fields(one.before, at))
        reviews.append((standings[one.key], review))
    store_reviews(connection, reviews)
    if row.change:
        restore_groups(connection, row.change, list(standings), at)
    if numbers:
        reindex(connection, [one.key for one in changed if one.decisions])
    mark_undone(connection, row.id, at)
    before = {one.key: only_changes(one.after, one.before) for one in changed}
    after = {one.key: only_changes(one.before, one.after) for one in changed}
    said: dict[str, Json] = {"kind": row.kind, "act": row.id, "items": after}
    append(connection, event_of("review.undo", row.id, changed, before, said, actor, at))
    return ActResult(row.id, row.kind, {r.item: r.version for _, r in reviews}, undone=True)


def _clash(row: Any, one: Changed, standing: Standing, their_kind: str) -> ItemClash:
    """Return what an article holds now, and the value that the undoing would have brought back."""
    if row.kind in ("merge", "split"):
        field, theirs = str(row.value), standing.story if row.value == "story" else standing.event
    else:
        field = _FIELDS.get(row.kind, "state")
        theirs = standing.values.get(field) or str(getattr(standing.review, field, ""))
    mine = one.before.get(field)
    return ItemClash(
        standing.key, standing.title, standing.review, field, theirs, "" if mine is None else str(mine), their_kind
    )
