"""Labelled records and exported decisions of reviewers → labelled records for `diembao train`."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from pipeline.i18n.catalogs import mark
from pipeline.i18n.notices import Message

#: One line of the input, a JSON object.
LabelRow = Mapping[str, Any]

_GRADES = ("main", "mention", "no")
_TONES = ("positive", "neutral", "negative")


def read_labels(rows: Iterable[tuple[int, Any]]) -> Iterator[dict[str, Any]]:
    """Yield a labelled record for each text; `rows` are pairs of line number and row.

    A row without 'decision' is a labelled record and passes unchanged. A row with 'decision' is the exported decision
    of a reviewer on one text: 'id', 'title', 'text' (and 'url', 'language', 'published'), 'tags' that diembao had
    given ('topics': ids), 'decided_at' (ISO 8601) and 'decision' with any of 'relevance' (main, mention, no), 'tone',
    'topics' (all that apply), or 'topics_added' and 'topics_removed' relative to 'tags'. A part without a decision
    gets no label. The latest decision on a part of a text counts. Texts with decisions come last.

    Raises ValueError with line and key.
    """
    decisions: list[tuple[str, int, LabelRow]] = []
    for number, row in rows:
        if not isinstance(row, dict):
            raise ValueError(
                Message(mark("line {number}: {fault}"), number=number, fault=Message(mark("not a JSON object")))
            )
        if "decision" in row:
            decisions.append((str(row.get("decided_at") or ""), number, row))
        else:
            yield row
    records: dict[str, dict[str, Any]] = {}
    for _, number, row in sorted(decisions, key=lambda d: d[:2]):
        try:
            labels = _labels(row)
        except ValueError as error:
            raise ValueError(Message(mark("line {number}: {fault}"), number=number, fault=error.args[0])) from error
        text = {name: row.get(name) for name in ("id", "title", "text", "url", "language", "published")}
        records[str(row["id"])] = {**records.get(str(row["id"]), {}), **text, **labels}
    yield from records.values()


def one_of_fault(name: str, allowed: Sequence[str], value: object) -> Message:
    """Return the message for a value that is not among those allowed."""
    return Message(
        mark("'{name}' must be one of {allowed}, found {value!r}"), name=name, allowed=", ".join(allowed), value=value
    )


def _labels(row: LabelRow) -> dict[str, Any]:
    """Return the labels that a row with a decision gives."""
    decision = row["decision"]
    if not isinstance(decision, dict):
        raise ValueError(Message(mark("'{name}' is missing or no object"), name="decision"))
    for name in ("id", "title", "text"):
        if name not in row:
            raise ValueError(Message(mark("'{name}' is missing"), name=name))
    labels: dict[str, Any] = {}
    if (grade := decision.get("relevance")) is not None:
        labels["about_ninh_thuan"] = _one_of("relevance", grade, _GRADES)
    if (tone := decision.get("tone")) is not None:
        labels["tone"] = _one_of("tone", tone, _TONES)
    if "topics" in decision:
        labels["topics"] = _ids("topics", decision["topics"])
    elif "topics_added" in decision or "topics_removed" in decision:
        tags = row.get("tags")
        topics = _ids("tags.topics", tags.get("topics", []) if isinstance(tags, dict) else None)
        removed = set(_ids("topics_removed", decision.get("topics_removed", [])))
        added = _ids("topics_added", decision.get("topics_added", []))
        labels["topics"] = [t for t in dict.fromkeys([*topics, *added]) if t not in removed]
    return labels


def _one_of(name: str, value: Any, allowed: tuple[str, ...]) -> str:
    """Return a value that must be one of these; raises ValueError."""
    if value not in allowed:
        raise ValueError(one_of_fault(name, allowed, value))
    return str(value)


def _ids(name: str, value: Any) -> list[str]:
    """Return a value that must be a list of ids; raises ValueError."""
    if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
        raise ValueError(Message(mark("'{name}' must be a list of topic ids"), name=name))
    return value
