"""An act on articles → decisions, rulings, reviews, its row in the log and its audit entry, in one transaction.

Every way to decide goes through `act`: the desk, `diembao decide`, `diembao stories merge` and `split`.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, get_args

from sqlalchemy import Connection

from pipeline.i18n.catalogs import mark
from pipeline.i18n.notices import Message
from pipeline.records import Decision, DecisionField, Level
from pipeline.records.audit import Actor, AuditEvent, Json
from pipeline.records.reviews import GRADE_OF_REASON, ActResult, Clash, ItemClash, RejectReason, Review, ReviewAct
from storage.articles.decisions import store_decisions
from storage.audit.chain import append
from storage.engine.errors import StorageError
from storage.reviews.grouping import regroup
from storage.reviews.log import Changed, last_kinds, store_action
from storage.reviews.states import Standing, load_standings, next_review, review_fields, store_reviews

#: Puts articles into the search index and the derived tables as they are now (storage.search.index.reindex).
Reindex = Callable[[Connection, Collection[str]], None]
_DECIDED: Mapping[str, DecisionField] = {"topics": "topics", "tone": "tone", "grade": "relevance"}


def act(connection: Connection, actor: Actor, wanted: ReviewAct, at: datetime, reindex: Reindex) -> ActResult | Clash:
    """See storage.reviews.facet.Reviews.act."""
    _check(wanted)
    standings = load_standings(connection, wanted.items)
    # Articles that were joined to others go by their present keys.
    expected = _present_keys(wanted, standings)
    wanted = replace(wanted, items=tuple(standings), expected=expected)
    skipped: tuple[str, ...] = ()
    if wanted.kind == "reviewed":
        skipped = tuple(key for key, standing in standings.items() if standing.review.state != "new")
        standings = {key: standing for key, standing in standings.items() if key not in skipped}
    elif clash := _clash(connection, actor, wanted, standings):
        return clash
    versions = {key: standing.review.version for key, standing in standings.items()}
    if wanted.kind in ("merge", "split"):
        return _regroup(connection, actor, wanted, at, standings)
    changes = [(standing, *_changes(wanted, standing)) for standing in standings.values()]
    changes = [one for one in changes if _differs(*one)]
    if not changes:
        return ActResult(0, wanted.kind, versions, skipped)
    changed: list[Changed] = []
    reviews: list[tuple[Standing, Review]] = []
    for standing, fields, decided in changes:
        review = next_review(standing, **fields, account=actor.account, who=actor.name, at=at)
        note = wanted.note or (wanted.value if wanted.kind == "reject" else "")
        rows = [Decision(standing.key, field, value, actor.name, at, note) for field, value in decided.items()]
        numbers = store_decisions(connection, rows)
        after = _after(standing, review, decided)
        changed.append(Changed(standing.key, standing.snapshot(), after, numbers))
        reviews.append((standing, review))
    store_reviews(connection, reviews)
    if redecided := [one.key for one in changed if one.decisions]:
        reindex(connection, redecided)
    number = store_action(connection, actor, wanted, at, changed, {})
    _record(connection, actor, wanted, at, number, changed, machine=_machine(standing for standing, *_ in changes))
    return ActResult(number, wanted.kind, versions | {r.item: r.version for _, r in reviews}, skipped)


def _check(wanted: ReviewAct) -> None:
    """Raise StorageError for a value that an act of its kind cannot have."""
    if not wanted.items:
        raise StorageError(Message(mark("No article was named.")))
    if wanted.kind == "reject" and wanted.value not in get_args(RejectReason):
        reasons = ", ".join(get_args(RejectReason))
        raise StorageError(
            Message(
                mark("{value!r}: no reason to reject an article; one of {reasons}"), value=wanted.value, reasons=reasons
            )
        )
    if wanted.kind == "reject" and wanted.value == "other" and not wanted.note.strip():
        raise StorageError(Message(mark("Another reason needs a note.")))
    if wanted.kind in ("merge", "split") and wanted.value not in get_args(Level):
        message = mark("{field}: one of {allowed}, not {value!r}")
        raise StorageError(Message(message, field="level", allowed=", ".join(get_args(Level)), value=wanted.value))


def _present_keys(wanted: ReviewAct, standings: Mapping[str, Standing]) -> dict[str, int]:
    if set(wanted.items) == set(standings):
        return dict(wanted.expected)
    # A version of an article that was joined to another says nothing of that one: the person has not seen it.
    return {key: wanted.expected.get(key, -1) for key in standings} if wanted.expected else {}


def _clash(connection: Connection, actor: Actor, wanted: ReviewAct, standings: Mapping[str, Standing]) -> Clash | None:
    """Return the articles that changed since the person saw them; None where none did.

    An act that was done already by the same account is no clash: an answer was lost, and the browser asks again.
    """
    stale = [
        standing
        for key, standing in standings.items()
        if key in wanted.expected
        and wanted.expected[key] != standing.review.version
        and not (
            wanted.kind not in ("merge", "split")
            and actor.account is not None
            and standing.review.account == actor.account
            and not _differs(standing, *_changes(wanted, standing))
        )
    ]
    if not stale:
        return None
    kinds = last_kinds(connection, [standing.key for standing in stale])
    return Clash(wanted.kind, tuple(clash_of(wanted, one, kinds.get(one.key, "")) for one in stale))


def clash_of(wanted: ReviewAct, standing: Standing, their_kind: str) -> ItemClash:
    """Return both values of an article, that of an act and that which holds."""
    review, decided = _changes(wanted, standing)
    if wanted.kind in ("merge", "split"):
        field = wanted.value
        theirs, mine = (standing.story if field == "story" else standing.event), ""
    elif wanted.kind in _DECIDED:
        field = _DECIDED[wanted.kind]
        theirs, mine = standing.values[field], decided.get(field, wanted.value)
    elif wanted.kind == "star":
        field, theirs, mine = "star", "1" if standing.review.star else "", wanted.value
    else:
        field, theirs, mine = "state", standing.review.state, str(review["state"])
    return ItemClash(standing.key, standing.title, standing.review, field, theirs, mine, their_kind)


def _changes(wanted: ReviewAct, standing: Standing) -> tuple[dict[str, Any], dict[DecisionField, str]]:
    """Return the fields of its review, and the decisions, that an act sets for an article."""
    match wanted.kind:
        case "approve":
            present = standing.values["relevance"]
            grade = wanted.value or next(g for g in (present, standing.machine, "main") if g != "no")
            return {"state": "approved", "reason": "", "note": wanted.note}, {"relevance": grade}
        case "reject":
            decided = GRADE_OF_REASON.get(wanted.value)
            changes = {"state": "rejected", "reason": wanted.value, "note": wanted.note}
            return changes, {} if decided is None else {"relevance": decided}
        case "star":
            return {"star": bool(wanted.value)}, {}
        case "reviewed":
            return {"state": "reviewed"}, {}
        case "topics":
            return {}, {"topics": " ".join(dict.fromkeys(wanted.value.split()))}
        case "tone" | "grade":
            return {}, {_DECIDED[wanted.kind]: wanted.value}
        case "merge" | "split":
            return {}, {}


def _differs(standing: Standing, review: Mapping[str, Any], decided: Mapping[DecisionField, str]) -> bool:
    """Whether an act would change anything of an article."""
    said = {field: standing.decided[field].value if field in standing.decided else None for field in decided}
    return any(getattr(standing.review, name) != value for name, value in review.items()) or said != dict(decided)


def _machine(standings: Iterable[Standing]) -> dict[str, dict[str, str]]:
    """Return by key the values of the rules, of the fields that nobody had decided on."""
    return {
        one.key: {field: value for field, value in one.values.items() if field not in one.decided} for one in standings
    }


def _after(standing: Standing, review: Review, decided: Mapping[DecisionField, str]) -> dict[str, Any]:
    return standing.snapshot() | review_fields(review) | {str(field): value for field, value in decided.items()}


def _regroup(
    connection: Connection, actor: Actor, wanted: ReviewAct, at: datetime, standings: Mapping[str, Standing]
) -> ActResult:
    names, change = regroup(connection, wanted, at)
    reviews = [(one, next_review(one, account=actor.account, who=actor.name, at=at)) for one in standings.values()]
    store_reviews(connection, reviews)
    moved: Mapping[str, Sequence[str]] = change["moved"]
    changed = []
    for one in standings.values():
        story, event = moved[one.key][2:] if one.key in moved else (one.story, one.event)
        before = {**one.snapshot(), "story": one.story, "event": one.event}
        changed.append(Changed(one.key, before, {**before, "story": story, "event": event}))
    number = store_action(connection, actor, wanted, at, changed, change)
    _record(connection, actor, wanted, at, number, changed, moved)
    return ActResult(number, wanted.kind, {r.item: r.version for _, r in reviews}, groups=names)


def _record(
    connection: Connection,
    actor: Actor,
    wanted: ReviewAct,
    at: datetime,
    number: int,
    changed: Sequence[Changed],
    moved: Mapping[str, Sequence[str]] | None = None,
    machine: Mapping[str, Mapping[str, str]] | None = None,
) -> None:
    before: dict[str, Json] = {}
    for one in changed:
        changes = only_changes(one.before, one.after)
        values = (machine or {}).get(one.key, {})
        # What held before a person decided: the value of the rules.
        of_rules: dict[str, Json] = {name: values[name] for name in changes if name in values}
        before[one.key] = {**changes, "machine": of_rules} if of_rules else changes
    after: dict[str, Json] = {one.key: only_changes(one.after, one.before) for one in changed}
    for key, (story, event, new_story, new_event) in (moved or {}).items():
        before[key], after[key] = {"story": story, "event": event}, {"story": new_story, "event": new_event}
    said: dict[str, Json] = {"kind": wanted.kind, "value": wanted.value, "note": wanted.note, "act": number}
    append(connection, event_of(f"review.{wanted.kind}", number, changed, before, {**said, "items": after}, actor, at))


def event_of(
    action: str,
    number: int,
    changed: Sequence[Changed],
    before: Mapping[str, Json],
    after: Mapping[str, Json],
    actor: Actor,
    at: datetime,
) -> AuditEvent:
    """Return the audit entry of an act: about its article, or about the act where there are several."""
    kind, name = ("item", changed[0].key) if len(changed) == 1 else ("act", str(number))
    return AuditEvent(action, kind, name, before, after, actor, at)


def only_changes(values: Mapping[str, Any], others: Mapping[str, Any]) -> dict[str, Json]:
    """Return the values that differ; who acted, and when, stands in the entry itself."""
    said = ("account", "who", "at")
    return {name: value for name, value in values.items() if value != others.get(name) and name not in said}
