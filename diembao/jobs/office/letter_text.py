"""A letter that is due → its subject and text in the language of the account, or the reason why it is not sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from email.header import Header
from email.message import Message
from email.mime.text import MIMEText
from email.utils import format_datetime
from typing import TYPE_CHECKING

from diembao.jobs.access import visible
from diembao.jobs.people.accounts import check_mail
from pipeline.i18n.catalogs import translate
from pipeline.i18n.language import use_language
from pipeline.text.invisible import strip_invisible
from storage.accounts.errors import AccountRefused

if TYPE_CHECKING:
    from datetime import datetime

    from pipeline.records import Item
    from pipeline.records.accounts import Account
    from pipeline.records.reviews import Assignment, Letter
    from storage.database import Database

#: Characters of a title in a subject, and of the words of a comment in a letter.
_TITLE, _WORDS = 90, 300
#: Assignments that a reminder lists; of others it gives the number.
_MOST_LISTED = 20
#: Age from which on a letter is no longer sent.
STALE = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Unsent:
    """Why a letter is not sent at all: a code of the context 'letter' (late, disabled, no_address, gone, done, …)."""

    reason: str


@dataclass(frozen=True, slots=True)
class LetterText:
    """A letter as it is to be sent."""

    to: str
    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where the desk is reached ('': not known, letters carry no link) and which day it is there."""

    desk: str
    today: date


def write_letter(storage: Database, letter: Letter, place: Place, at: datetime) -> LetterText | Unsent:
    """Return what a letter says to its account now, or why it is not sent."""
    if letter.at < at - STALE:
        return Unsent("late")
    account = storage.accounts.account(letter.account)
    if account is None or account.disabled or account.erased_at is not None:
        return Unsent("disabled")
    try:
        to = check_mail(account.mail)
    except AccountRefused:
        to = ""
    if not to:
        return Unsent("no_address")
    kind, _, what = letter.cause.partition(" ")
    with use_language(account.language):
        if kind == "comment" and what.isdigit():
            said = _of_comment(storage, account, int(what), place)
        elif kind == "assignment" and what.isdigit():
            said = _of_assignment(storage, account, int(what), place)
        elif kind == "due":
            said = _of_due(storage, account, what, place)
        else:
            return Unsent("unknown")
        if isinstance(said, Unsent):
            return said
        subject, lines = said
        lines += ["", translate("diembao sends this by itself, once. What you answer to it is read by nobody.")]
    return LetterText(to, one_line(subject), "\n".join(lines) + "\n")


def letter_message(text: LetterText, sender: str, message_id: str, at: datetime) -> Message:
    """Return a letter as an e-mail; its headers hold no line break whatever people and outlets are called."""
    message = MIMEText(text.text, "plain", "utf-8")
    message["Subject"] = Header(text.subject, "utf-8", header_name="Subject").encode()
    message["From"], message["To"] = sender, text.to
    message["Date"], message["Message-ID"] = format_datetime(at), message_id
    message["Auto-Submitted"] = "auto-generated"
    return message


def one_line(text: str) -> str:
    """Return a text on one line, without what cannot be seen and what would end a header."""
    return " ".join("".join(c if c.isprintable() else " " for c in strip_invisible(text)).split())


def shortened(text: str, most: int) -> str:
    """Return the first characters of a text on one line, up to a blank where there is one."""
    text = one_line(text)
    return text if len(text) <= most else f"{text[:most].rpartition(' ')[0] or text[:most]} …"


_Said = tuple[str, list[str]]


def _of_comment(storage: Database, account: Account, number: int, place: Place) -> _Said | Unsent:
    comment = storage.reviews.comment_by_number(number)
    item = None if comment is None else storage.articles.item(comment.item)
    if comment is None or item is None:
        return Unsent("gone")
    if not visible(storage, account).shows(item.key, item.story):
        return Unsent("not_visible")
    title = shortened(item.article.title, _TITLE)
    lines = [
        translate("{who} named you in a comment on this article:", who=one_line(comment.who)),
        "",
        _named(item),
        "",
        f"> {shortened(comment.text, _WORDS)}",
        *_link(place, f"/mentions/{number}"),
    ]
    return translate("{who} asks you about: {title}", who=one_line(comment.who), title=title), lines


def _of_assignment(storage: Database, account: Account, number: int, place: Place) -> _Said | Unsent:
    found = storage.reviews.assignment(number)
    item = None if found is None else storage.articles.item(found.item)
    if found is None or item is None:
        return Unsent("gone")
    if found.done_at is not None:
        return Unsent("done")
    if not visible(storage, account).shows(item.key, item.story):
        return Unsent("not_visible")
    title = shortened(item.article.title, _TITLE)
    lines = [
        translate("{who} assigned this to {department}:", who=one_line(found.who), department=_department(found)),
        "",
        _named(item),
        *([translate("To be done by {day:%d/%m/%Y}.", day=found.due)] if found.due is not None else []),
        *(["", f"> {shortened(found.note, _WORDS)}"] if found.note else []),
        *_link(place, f"/assignments/{number}"),
    ]
    return translate("Assigned to {department}: {title}", department=_department(found), title=title), lines


def _of_due(storage: Database, account: Account, day: str, place: Place) -> _Said | Unsent:
    if day != place.today.isoformat():
        return Unsent("late")
    if account.department is None:
        return Unsent("done")
    open_ones = storage.reviews.assignments(department=account.department, is_open=True)
    tomorrow = place.today + timedelta(days=1)
    due = [one for one in open_ones if one.due is not None and one.due <= tomorrow]
    if not due:
        return Unsent("done")
    lines = [translate("{department} has this to finish:", department=_department(due[0])), ""]
    for one in due[:_MOST_LISTED]:
        item = storage.articles.item(one.item)
        title = "" if item is None else shortened(item.article.title, _TITLE)
        lines.append(f"- {_when(one, place.today)}: {title}")
    if len(due) > _MOST_LISTED:
        lines.append(translate("and {count} more", count=len(due) - _MOST_LISTED))
    lines += _link(place, "/assignments")
    return translate("To be finished by tomorrow: {count}", count=len(due)), lines


def _when(one: Assignment, today: date) -> str:
    assert one.due is not None
    if one.due < today:
        return translate("overdue since {day:%d/%m}", day=one.due)
    return translate("due today") if one.due == today else translate("due tomorrow")


def _named(item: Item) -> str:
    return f"“{one_line(item.article.title)}” ({one_line(item.outlet)})"


def _department(one: Assignment) -> str:
    return one_line(one.department_name)


def _link(place: Place, path: str) -> list[str]:
    return ["", f"{place.desk}{path}"] if place.desk else []
