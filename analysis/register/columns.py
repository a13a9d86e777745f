"""The columns of the register's exported tables. They hold no notes, no sign-in names and no telephone numbers."""

from analysis.register.rows import ContactRow, MatterRow, StepRow, day_of, moment_of
from pipeline.i18n.catalogs import translate_code
from pipeline.records.audit import Json
from pipeline.register.reach import ArticleRow
from pipeline.tables.columns import Cell, Column, cut, local


def _state_name(row: MatterRow) -> str:
    return translate_code("matter-state", row.matter.state, language="vi")


MATTERS: tuple[Column[MatterRow], ...] = (
    Column("matter", "integer", "Number of the matter: the same in every export.", lambda r: r.matter.id),
    Column("title", "text", "What it is about, in the office's words.", lambda r: cut(r.matter.title)),
    Column("kind", "text", "Id of its kind (register.toml).", lambda r: r.matter.kind),
    Column("kind_name", "text", "Name of its kind, in Vietnamese.", lambda r: r.kind_name),
    Column("scope", "text", "What it was opened from: item, story or event.", lambda r: r.matter.scope),
    Column(
        "state",
        "text",
        "new, assigned, preparing, answered, closed or not_needed.",
        lambda r: r.matter.state,
    ),
    Column("state_name", "text", "Name of its state, in Vietnamese.", _state_name),
    Column(
        "unit",
        "text",
        "Handle of the unit under which it counts: in charge when it was answered, else when it was dropped, else now.",
        lambda r: r.unit,
    ),
    Column("unit_name", "text", "What that unit was called then (units.toml).", lambda r: r.unit_name),
    Column("taking_part", "list", "Handles of the units that take part.", lambda r: r.taking_part),
    Column("opened", "time", "When it was opened.", lambda r: local(r.matter.opened_at)),
    Column("first_seen", "time", "When the press report was first seen.", lambda r: local(r.matter.first_seen)),
    Column("due", "day", "Last day on which it is to be answered; empty: no term.", lambda r: r.matter.due),
    Column("due_at", "time", "The moment, of a term in hours.", lambda r: local(r.matter.due_at)),
    Column("unexpected", "yes/no", "Whether its clock counts hours.", lambda r: r.matter.is_unexpected),
    Column("answered", "time", "When a person said that it is answered.", lambda r: local(r.matter.answered_at)),
    Column(
        "settled",
        "time",
        "When the answer was given with which it was first closed; it stays when the matter is opened again.",
        lambda r: local(r.matter.settled_at),
    ),
    Column("days", "integer", "Calendar days from the opening to that answer, else to the last.", lambda r: r.days),
    Column(
        "working_days",
        "integer",
        "Working days from the opening to that answer, else to the last; empty where holidays.toml lacks a year.",
        lambda r: r.working_days,
    ),
    Column(
        "in_time",
        "yes/no",
        "Whether that answer, else the last, was given within its term; empty: not answered, or without a term.",
        lambda r: r.in_time,
    ),
    Column("overdue", "yes/no", "Whether it waits for its answer although its term is over.", lambda r: r.overdue),
    Column("answer", "text", "What was answered, at most 300 characters.", lambda r: cut(r.matter.answer_text)),
    Column("answer_number", "text", "Number of the answer's document.", lambda r: r.matter.answer_number),
    Column("answer_day", "day", "Day of that document.", lambda r: r.matter.answer_day),
    Column("answer_url", "link", "Where accurate information was published.", lambda r: r.matter.answer_address),
    Column("result", "text", "What was seen in the press after it.", lambda r: cut(r.matter.result)),
    Column("drop_reason", "text", "Why it was found to need no answer.", lambda r: cut(r.matter.reason)),
    Column("joined_to", "integer", "Number of the matter with which it is dealt.", lambda r: r.matter.joined_to),
    Column("closed", "time", "When it was closed.", lambda r: local(r.matter.closed_at)),
    Column("ended", "time", "When it was closed, or found to need no answer.", lambda r: local(r.standing.ended_at)),
    Column(
        "topics",
        "list",
        "Ids of the topics of the article it was opened from.",
        lambda r: r.origin.topics if r.origin else (),
    ),
    Column("item", "text", "Id of the article it was opened from.", lambda r: r.origin_key),
    Column("outlet", "text", "Outlet of that article.", lambda r: r.origin.outlet if r.origin else ""),
    Column("item_title", "text", "Headline of that article.", lambda r: cut(r.origin.title) if r.origin else ""),
    Column(
        "published",
        "time",
        "When that article was published; empty where it is not known.",
        lambda r: local(r.origin.published) if r.origin else None,
    ),
    Column("url", "link", "Address of that article.", lambda r: r.origin.url if r.origin else ""),
    Column("items", "integer", "Articles that belong to the matter.", lambda r: r.articles),
    Column("version", "integer", "Number of its steps.", lambda r: r.matter.version),
)

#: A further column of `matters`, which a command of the server alone adds (diembao export --with-notes).
NOTES: Column[MatterRow] = Column(
    "notes", "list", "Notes of the units and the office; only with --with-notes.", lambda r: r.notes
)

MATTER_STEPS: tuple[Column[StepRow], ...] = (
    Column("step", "integer", "Number of the step, in the order in which they were made.", lambda r: r.step.id),
    Column("matter", "integer", "Number of the matter.", lambda r: r.step.matter),
    Column("at", "time", "When.", lambda r: local(r.step.at)),
    Column(
        "kind",
        "text",
        "open, assign, begin, answer, return, close, drop, reopen, set_due, edit, link, unlink or transfer.",
        lambda r: r.step.kind,
    ),
    Column("by_unit", "text", "Handle of the department of who made it; empty: the office.", lambda r: r.by_unit),
    Column("state", "text", "State that it led to; empty: the one before.", lambda r: _text(r.value("state"))),
    Column("unit", "text", "Handle of the unit that it put in charge.", lambda r: r.unit),
    Column("unit_name", "text", "What that unit was called then.", lambda r: r.unit_name),
    Column("taking_part", "list", "Handles of the units that take part from then on.", lambda r: r.taking_part),
    Column("new_kind", "text", "Kind of matter that it set.", lambda r: _text(r.value("kind"))),
    Column(
        "unexpected",
        "yes/no",
        "Whether it was marked unexpected.",
        lambda r: _flag(r.value("is_unexpected")),
    ),
    Column("due", "day", "Due day that it set.", lambda r: day_of(r.value("due"))),
    Column("due_at", "time", "Moment that it set, of a term in hours.", lambda r: local(moment_of(r.value("due_at")))),
    Column("answer_number", "text", "Number of the answer's document.", lambda r: _text(r.value("answer_number"))),
    Column("reason", "text", "Why, in the words of who made it.", lambda r: cut(r.step.text)),
)

PRESS_CONTACTS: tuple[Column[ContactRow], ...] = (
    Column("contact", "integer", "Number of the entry: the same in every export.", lambda r: r.contact.id),
    Column("day", "day", "The day.", lambda r: r.contact.day),
    Column(
        "kind",
        "text",
        "conference, periodic, unexpected, spoken, written or refusal.",
        lambda r: r.contact.kind,
    ),
    Column("unit", "text", "Handle of the unit that spoke; empty: the office.", lambda r: r.unit),
    Column("unit_name", "text", "What that unit was called on the day.", lambda r: r.unit_name),
    Column("outlet", "text", "Who asked or was told; empty: the press at large.", lambda r: r.contact.outlet),
    Column("subject", "text", "About what.", lambda r: cut(r.contact.subject)),
    Column("matter", "integer", "Number of the matter that it belongs to.", lambda r: r.contact.matter),
    Column("refusal", "text", "Of a refusal its reason (register.toml).", lambda r: r.contact.refusal),
    Column("document", "text", "Number of its document.", lambda r: r.contact.document),
    Column("recorded", "time", "When it was written down.", lambda r: local(r.contact.at)),
)


MATTER_ARTICLES: tuple[Column[ArticleRow], ...] = (
    Column("matter", "integer", "Number of the matter.", lambda r: r.matter),
    Column("item", "text", "Id of the article.", lambda r: r.article),
    Column("url", "link", "Address of the article.", lambda r: r.address),
    Column("outlet", "text", "Name of the outlet.", lambda r: r.outlet),
    Column(
        "part",
        "text",
        "origin or again: it raises the matter; answer or result: it carries the answer, or tells what came of it.",
        lambda r: r.part,
    ),
    Column(
        "linked",
        "yes/no",
        "Whether a person put it to the matter; no: it is of the story of such an article.",
        lambda r: r.is_linked,
    ),
    Column(
        "state",
        "text",
        "not_asked, unchanged, changed, corrected, changed_back, taken_down, spreading or without the disputed words, "
        "since the answer, before one since the opening; empty: it carries the answer.",
        lambda r: r.state or "",
    ),
    Column("since", "time", "When it was first seen in that state.", lambda r: local(r.since)),
    Column("looked_at", "time", "When its page, or that it is gone, was last seen.", lambda r: local(r.looked_at)),
)


def _text(value: Json) -> str:
    return value if isinstance(value, str) else ""


def _flag(value: Json) -> Cell:
    return value if isinstance(value, bool) else None
