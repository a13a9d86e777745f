"""Entries of the audit in the words of the desk: acts, articles by title, people by name, values by their meaning."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import quote

from config.register.register import load_register
from diembao.jobs.digest_room.story_titles import story_titles
from diembao.jobs.office.audit_changes import AuditChange, audit_changes
from diembao.web.visit import Visit
from pipeline.i18n.catalogs import find_code, mark, translate, translate_code
from pipeline.records.audit import AuditRow
from storage.office.heads import ArticleHead

#: How the field of a story begins that a draft leaves out
_LEFT_OUT = "left_out."
#: Acts that the audit records, in the order in which the filter offers them; their words are in the catalogues
ACTIONS = (
    "review.approve",
    "review.reject",
    "review.reviewed",
    "review.star",
    "review.topics",
    "review.tone",
    "review.grade",
    "review.merge",
    "review.split",
    "review.undo",
    "comment.written",
    "assignment.made",
    "assignment.done",
    "assignment.reopened",
    "assignment.withdrawn",
    "matter.open",
    "matter.assign",
    "matter.begin",
    "matter.answer",
    "matter.return",
    "matter.close",
    "matter.drop",
    "matter.reopen",
    "matter.set_due",
    "matter.edit",
    "matter.link",
    "matter.unlink",
    "matter.transfer",
    "matter.note",
    "matter.notes_erased",
    "matter.notes_exported",
    "matter.refused",
    "clarification.written",
    "clarification.withdrawn",
    "press_contact.written",
    "press_contact.withdrawn",
    "yearly_figure.typed",
    "draft.changed",
    "translation.corrected",
    "translation.correction_taken_back",
    "glossary.term_added",
    "glossary.term_taken_back",
    "digest.publish",
    "digest.send",
    "table.exported",
    "audit.exported",
    "source.paused",
    "source.resumed",
    "source.not_switched",
    "account.created",
    "account.changed",
    "account.erased",
    "account.invited",
    "account.invitation_taken",
    "account.signed_in",
    "account.signed_out",
    "account.sign_in_slowed",
    "account.sessions_ended",
    "account.password_set",
    "account.calendar_opened",
    "account.calendar_closed",
    "account.totp_confirmed",
    "account.totp_removed",
    "account.recovery_codes_made",
    "account.recovery_code_used",
    "department.created",
    "department.changed",
)
#: Field of an entry → context of the catalogues that has words for its values
_CODES = {
    "state": "review-state",
    "relevance": "relevance",
    "grade": "relevance",
    "tone": "tone",
    "role": "role",
    "reason": "reject-reason",
    "value": "audit field",
    "scope": "assignment scope",
}
#: The same of an entry about a matter
_MATTER_CODES = {"state": "matter-state", "part": "link-part", "scope": "matter is opened from"}
#: The same of entries about contacts with the press and typed figures, by kind of object and field
_REGISTER_CODES = {("press_contact", "kind"): "press-contact", ("yearly_figure", "figure"): "yearly-figure"}
#: Fields whose values are keys of articles: of one, by which a story or an event is called, or of several
_KEYED = ("story", "event", "order", "item")
#: Fields that have a value of the rules where nobody decided
_RULED = ("relevance", "topics", "tone")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_KEY = re.compile(r"[0-9a-z]{16}")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")
_FLAGS = {"true": "yes", "false": "no"}


@dataclass(frozen=True, slots=True)
class ShownEntry:
    """An entry, what it is about in words, where that is to be seen ('': nowhere), who did it, and what it changed."""

    row: AuditRow
    about: str
    path: str
    who: str
    changes: tuple[AuditChange, ...]


class AuditWords:
    """The names that the entries of one page need."""

    def __init__(self, visit: Visit, rows: Iterable[AuditRow]) -> None:
        self._rows = tuple(rows)
        self._zone, self._language = visit.context.zone, visit.language
        self._people = {one.id: one.full_name or one.name for one in visit.storage.accounts.accounts()}
        self._by_name = visit.storage.accounts.full_names()
        self._departments = {str(one.id): one.name for one in visit.storage.accounts.departments()}
        topics = visit.context.rules().topics.topic
        self._topics = {one.id: one.label_en if visit.language == "en" else one.label_vi for one in topics}
        self._changes = {row.seq: audit_changes(row) for row in self._rows}
        keys = {row.object_id for row in self._rows if row.object_kind == "item"}
        for one in (one for changes in self._changes.values() for one in changes):
            keys |= set(one.field.split("."))
            if one.field.rpartition(".")[2] in _KEYED:
                keys |= set(_KEY.findall(f"{one.before} {one.after}"))
        self._heads: Mapping[str, ArticleHead] = visit.storage.office.heads(keys)
        numbers = {row.object_id for row in self._rows if row.object_kind == "matter" and row.object_id.isdigit()}
        self._matters = visit.storage.register.titles(int(number) for number in numbers)
        contacts = any(row.object_kind == "press_contact" for row in self._rows)
        rules = load_register(visit.context.home.config) if self._matters or contacts else None
        self._kinds = rules.kinds if rules else {}
        self._refusals = rules.refusals if rules else {}
        # A story that a draft leaves out is called as in the room: by the article that leads it on that day.
        self._stories = {
            row.object_id: story_titles(
                visit.storage, visit.context.settings(), date.fromisoformat(row.object_id), visit.now
            )
            for row in self._rows
            if row.object_kind == "digest" and any(c.field.startswith(_LEFT_OUT) for c in self._changes[row.seq])
        }

    def entries(self) -> list[ShownEntry]:
        return [self._entry(row) for row in self._rows]

    def _entry(self, row: AuditRow) -> ShownEntry:
        changes = tuple(self._said(row, change) for change in self._changes[row.seq])
        return ShownEntry(row, *self._about(row), self._who(row), changes)

    def _who(self, row: AuditRow) -> str:
        return self._by_name.get(row.name, row.name)

    def _about(self, row: AuditRow) -> tuple[str, str]:
        kind, key = row.object_kind, row.object_id
        if kind == "item" and key in self._heads:
            return self._heads[key].title or translate(mark("Untitled")), f"/article/{quote(key)}"
        if kind == "account" and key.isdigit():
            return self._people.get(int(key), translate(mark("account {number}"), number=key)), ""
        if kind == "department":
            return self._departments.get(key, key), ""
        if kind == "publication":
            return translate(mark("Digest number {number}"), number=key), f"/digest/published/{quote(key)}"
        if kind == "digest":
            return translate(mark("Digest of {day}"), day=_day(key)), f"/digest/day/{quote(key)}"
        if kind == "matter" and key.isdigit():
            return self._matters.get(key) or translate(mark("Matter {number}"), number=key), f"/register/matter/{key}"
        if kind == "press_contact":
            return translate(mark("Contact with the press no. {number}"), number=key), ""
        if kind == "yearly_figure":
            return translate(mark("Figures of {year}"), year=key), f"/register/yearly/{quote(key)}"
        if kind == "act":
            return translate(mark("several articles")), ""
        return (f"{kind} {key}" if key else ""), ""

    def _said(self, row: AuditRow, change: AuditChange) -> AuditChange:
        *path, last = change.field.split(".")
        if change.field.startswith(_LEFT_OUT) and (title := self._stories[row.object_id].get(last)):
            return AuditChange(f"{_field('left_out', row.object_kind)} · {title}", change.before, change.after)
        kind = row.object_kind
        shown = [self._heads[part].title if part in self._heads else _field(part, kind) for part in (*path, last)]
        before, after = self._value(last, change.before, kind), self._value(last, change.after, kind)
        if row.action.startswith("review.") and last in _RULED:
            # A field without a person's value has that of the rules; entries of earlier versions do not say which.
            by_rules = translate(mark("as the machine says"))
            if change.by_rules:
                before = translate(mark("{value} (machine)"), value=before or translate(mark("none")))
            before, after = before or by_rules if not change.before else before, after if change.after else by_rules
        return AuditChange(" · ".join(shown), before, after)

    def _value(self, field: str, text: str, kind: str) -> str:
        if text in ("", '""'):
            return ""
        if text in _FLAGS:
            return translate_code("collected", _FLAGS[text])
        if field == "department":
            return self._departments.get(text, text)
        if (words := self._register_value(field, text, kind)) is not None:
            return words
        if field == "account" and text.isdigit():
            return self._people.get(int(text), text)
        if field == "mentions":
            return self._named(text)
        if field in ("topics", "value") and all(part in self._topics for part in text.split()):
            return "; ".join(self._topics[part] for part in text.split())
        if field in _KEYED:
            return "; ".join(self._headline(key) for key in _KEY.findall(text)) or text
        if _DAY.fullmatch(text):
            return _day(text)
        if field in _CODES and (words := find_code(_CODES[field], text)):
            return words
        return self._time(text) if _TIME.match(text) else text

    def _register_value(self, field: str, text: str, kind: str) -> str | None:
        """Return the words for a value of an entry about the register; None: it needs none of its own."""
        if kind in ("matter", "press_contact") and field in ("unit", "taking_part"):
            return ", ".join(self._departments.get(one.group(), one.group()) for one in re.finditer(r"\d+", text))
        if kind == "matter" and field == "kind" and text in self._kinds:
            return self._kinds[text].name.in_language(self._language)
        if kind == "matter" and (words := find_code(_MATTER_CODES.get(field, ""), text)):
            return words
        if words := find_code(_REGISTER_CODES.get((kind, field), ""), text):
            return words
        if kind == "press_contact" and field == "refusal" and text in self._refusals:
            return self._refusals[text].name.in_language(self._language)
        if kind == "press_contact" and field == "matter":
            return translate(mark("Matter {number}"), number=text)
        return text if kind == "yearly_figure" else None

    def _headline(self, key: str) -> str:
        """Return the title of the article of a key, by which its story or event is called too."""
        return self._heads[key].title or translate(mark("Untitled")) if key in self._heads else key

    def _named(self, text: str) -> str:
        """Return the names of those that a comment names: '["person 3", "department 1"]' as it is recorded."""
        try:
            found = json.loads(text)
        except ValueError:
            return text
        names = []
        for one in found:
            kind, _, number = str(one).partition(" ")
            known = self._departments.get(number) if kind == "department" else self._people.get(int(number or 0))
            names.append(known or translate(mark("account {number}"), number=number))
        return ", ".join(names)

    def _time(self, text: str) -> str:
        try:
            at = datetime.fromisoformat(text)
        except ValueError:
            return text
        return at.astimezone(self._zone).strftime("%H:%M %d/%m/%Y") if at.tzinfo else text


def _field(name: str, kind: str) -> str:
    """Return the word for a field of an object of a kind; the name of a department is no name to sign in with."""
    return find_code("audit field", f"{kind}.{name}") or find_code("audit field", name) or name


def _day(text: str) -> str:
    try:
        return datetime.fromisoformat(text).strftime("%d/%m/%Y")
    except ValueError:
        return text
