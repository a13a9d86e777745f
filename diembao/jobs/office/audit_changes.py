"""An entry of the audit → what it changed, a line for each field with its value before and after."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.records.audit import AuditRow, Json

#: Lines of an entry that a page shows, and characters of a value; the CSV holds all.
_MOST_LINES, _MOST_CHARACTERS = 40, 500

#: How an empty text is shown, which is not the same as none.
_EMPTY = '""'
#: Under this name an entry holds what the rules said of an article (storage.reviews.acts).
_RULES = "machine"
#: Flags that say nothing unless they are set.
_RARE = ("resets_second_factor",)
#: Fields that are often empty.
_OPTIONAL = ("note", "reason", "value", "mail", "lead", "order", "refusal", "document", "outlet")


@dataclass(frozen=True, slots=True)
class AuditChange:
    """A field with its value before and after as text; '': none."""

    field: str
    before: str
    after: str
    #: whether `before` is the value of the rules, on which nobody had decided
    by_rules: bool = False


def audit_changes(row: AuditRow) -> tuple[AuditChange, ...]:
    """Return the fields of an entry that changed, in their order, those of people last, at most forty."""
    before, after = (_flat(_of_articles(value, row)) for value in (row.before, row.after))
    before, of_rules = _with_rules(before)
    said = [
        AuditChange(name, before.get(name, ""), after.get(name, ""), name in of_rules) for name in {**before, **after}
    ]
    changes = [one for one in (*said, *_personal(row.personal)) if not _is_idle(one)]
    if len(changes) > _MOST_LINES:
        rest = len(changes) - _MOST_LINES + 1
        changes = [*changes[: _MOST_LINES - 1], AuditChange("…", "", f"+ {rest}")]
    return tuple(changes)


def _of_articles(value: Json, row: AuditRow) -> Json:
    """Return the state of an act on articles by their keys, which stands one level deeper after it than before it.

    Of an act on one article its fields alone, and neither the number nor the kind of the act: its name says it. The
    value of an act stands in the fields that it set; only a merge and a split have one of their own.
    """
    if not (row.action.startswith("review.") and isinstance(value, Mapping)):
        return value
    items = value.get("items", value if "act" not in value else {})
    own = ("value", "note") if value.get("kind") in ("merge", "split") else ("note",)
    rest = {name: said for name, said in value.items() if name in own and "act" in value}
    if isinstance(items, Mapping) and set(items) == {row.object_id} and row.object_kind == "item":
        items = items[row.object_id]
    return {**items, **rest} if isinstance(items, Mapping) else value


def _with_rules(before: Mapping[str, str]) -> tuple[dict[str, str], set[str]]:
    """Return the values before an act, those of the rules where nobody had decided, and which those are."""
    ruled = {name.replace(f"{_RULES}.", ""): value for name, value in before.items() if _RULES in name.split(".")}
    said = {name: value for name, value in before.items() if _RULES not in name.split(".")}
    return {**ruled, **said}, set(ruled)


def _is_idle(one: AuditChange) -> bool:
    """Whether a line says nothing: a note that nobody wrote, say. Topics that were taken away say much."""
    if one.field in _RARE and one.after == "false":
        return True
    return one.before == one.after or (one.field in _OPTIONAL and {one.before, one.after} <= {"", _EMPTY})


def _personal(value: Json) -> list[AuditChange]:
    """Return the fields of people: {"before": …, "after": …}, or values that hold now."""
    if isinstance(value, Mapping) and set(value) <= {"before", "after"} and value:
        before, after = _flat(value.get("before")), _flat(value.get("after"))
        return [AuditChange(name, before.get(name, ""), after.get(name, "")) for name in {**before, **after}]
    return [AuditChange(name, "", text) for name, text in _flat(value).items()]


def _flat(value: Json, prefix: str = "") -> dict[str, str]:
    """Return the leaves of a JSON value by their path: "items.k1.state"."""
    if isinstance(value, Mapping):
        found: dict[str, str] = {}
        for name, inner in value.items():
            found |= _flat(inner, f"{prefix}.{name}" if prefix else str(name))
        return found
    return {} if value is None or value == [] else {prefix: _text(value)}


def _text(value: Json) -> str:
    if value == "":
        return _EMPTY
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _MOST_CHARACTERS else f"{text[:_MOST_CHARACTERS]} …"
