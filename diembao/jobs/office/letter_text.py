"""A letter that is due → its subject and text in the language of the account, or the reason why it is not sent."""

from __future__ import annotations

from datetime import date, timedelta
from email.header import Header
from email.message import Message
from email.mime.text import MIMEText
from email.utils import format_datetime
from typing import TYPE_CHECKING

from diembao.jobs.access import visible
from diembao.jobs.office.letter_parts import LetterText, Place, Said, Unsent, link, one_line, shortened
from diembao.jobs.office.register_letters import of_clock, of_register_day
from diembao.jobs.register_upkeep.readers import usable_mail
from pipeline.i18n.catalogs import translate
from pipeline.i18n.language import use_language
from pipeline.records.accounts import Account, Department

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from config.register.book import RegisterBook
    from pipeline.records import Item
    from pipeline.records.reviews import Assignment, Letter
    from storage.database import Database

#: Characters of a title in a subject, and of the words of a comment in a letter.
_TITLE, _WORDS = 90, 300
#: Assignments that a reminder lists; of others it gives the number.
_MOST_LISTED = 20
#: Age from which on a letter is no longer sent.
STALE = timedelta(days=3)


def write_letter(
    storage: Database, letter: Letter, place: Place, at: datetime, book: Callable[[], RegisterBook]
) -> LetterText | Unsent:
    """Return what a letter says to its reader now, or why it is not sent.

    `book` is read for letters of the register alone. Raises ConfigError where it has faults.
    """
    if letter.at < at - STALE:
        return Unsent("late")
    reader = _reader(storage, letter)
    if reader is None:
        return Unsent("disabled")
    to = usable_mail(reader.mail)
    if not to:
        return Unsent("no_address")
    kind, _, what = letter.cause.partition(" ")
    # A mailbox has no language of its own.
    with use_language(reader.language if isinstance(reader, Account) else "vi"):
        if kind == "register":
            said = of_register_day(storage, book(), reader, what, place, at)
        elif kind == "clock" and isinstance(reader, Account):
            said = of_clock(storage, book(), reader, what, place, at)
        elif isinstance(reader, Account):
            said = _of_desk(storage, reader, kind, what, place)
        else:
            said = Unsent("unknown")
        if isinstance(said, Unsent):
            return said
        subject, lines = said
        lines += ["", translate("diembao sends this by itself, once. What you answer to it is read by nobody.")]
    return LetterText(to, one_line(subject), "\n".join(lines) + "\n")


def _reader(storage: Database, letter: Letter) -> Account | Department | None:
    """Return the account, or the department whose mailbox it is; None where it is disabled or gone."""
    if letter.account is None:
        return next((d for d in storage.accounts.departments() if d.id == letter.department and not d.disabled), None)
    account = storage.accounts.account(letter.account)
    return None if account is None or account.disabled or account.erased_at is not None else account


def _of_desk(storage: Database, account: Account, kind: str, what: str, place: Place) -> Said | Unsent:
    if kind == "comment" and what.isdigit():
        return _of_comment(storage, account, int(what), place)
    if kind == "assignment" and what.isdigit():
        return _of_assignment(storage, account, int(what), place)
    if kind == "due":
        return _of_due(storage, account, what, place)
    return Unsent("unknown")


def letter_message(text: LetterText, sender: str, message_id: str, at: datetime) -> Message:
    """Return a letter as an e-mail; its headers hold no line break whatever people and outlets are called."""
    message = MIMEText(text.text, "plain", "utf-8")
    message["Subject"] = Header(text.subject, "utf-8", header_name="Subject").encode()
    message["From"], message["To"] = sender, text.to
    message["Date"], message["Message-ID"] = format_datetime(at), message_id
    message["Auto-Submitted"] = "auto-generated"
    return message


def _of_comment(storage: Database, account: Account, number: int, place: Place) -> Said | Unsent:
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
        *link(place, f"/mentions/{number}"),
    ]
    return translate("{who} asks you about: {title}", who=one_line(comment.who), title=title), lines


def _of_assignment(storage: Database, account: Account, number: int, place: Place) -> Said | Unsent:
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
        *link(place, f"/assignments/{number}"),
    ]
    return translate("Assigned to {department}: {title}", department=_department(found), title=title), lines


def _of_due(storage: Database, account: Account, day: str, place: Place) -> Said | Unsent:
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
    lines += link(place, "/assignments")
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
