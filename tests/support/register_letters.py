"""The register's letters in tests: let those of a moment be made, write and settle them, return what they say."""

from collections.abc import Mapping
from datetime import date, datetime, time

from config.register.book import RegisterBook
from diembao.jobs.office.letter_parts import LetterText, Place
from diembao.jobs.office.letter_text import write_letter
from diembao.jobs.register_upkeep.reminders import remind
from tests.support.register_office import ZONE, RegisterOffice, book


def moment(day: date, at: time = time(7, 31)) -> datetime:
    return datetime.combine(day, at, ZONE)


def told(office: RegisterOffice, at: datetime, rules: RegisterBook | None = None) -> Mapping[str, str]:
    """Let the reminders of a moment be made; return the subjects of the letters, or why not, by reader; settle them."""
    found = rules or book()
    remind(office.storage, found, ZONE, at)
    return opened(office, at, found)


def opened(office: RegisterOffice, at: datetime, rules: RegisterBook) -> Mapping[str, str]:
    """Write the letters that wait as at a moment, and store them as sent."""
    said = {}
    place = Place("http://desk.example", at.astimezone(ZONE).date(), ZONE)
    for letter in office.storage.letters.waiting(at):
        text = write_letter(office.storage, letter, place, at, lambda: rules)
        office.storage.letters.begin(letter.id, "<x@y>", at)
        office.storage.letters.end(letter.id, True)
        names = {number: name for name, number in office.accounts.items()}
        reader = names[letter.account] if letter.account is not None else f"mailbox {letter.department}"
        said[reader] = text.subject if isinstance(text, LetterText) else text.reason
    return said


def subject(day: date, counts: str) -> str:
    return f"Sổ theo dõi ngày {day:%d/%m}: {counts}"
