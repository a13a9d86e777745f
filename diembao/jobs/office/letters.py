"""The outbox of the desk → mail: each person is told of each cause once, whoever sends and whatever breaks down."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from datetime import time as time_of_day
from functools import cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from config.faults.errors import ConfigError
from diembao.jobs.configuration import sender_doubt
from diembao.jobs.office.doubtful_letters import letters_in_doubt
from diembao.jobs.office.letter_parts import LetterText, Place, Unsent
from diembao.jobs.office.letter_text import letter_message, write_letter
from diembao.jobs.periods import local_day
from diembao.notify.smtp import DeliveryFailed, DeliveryUnknown, deliver, is_transient, smtp_connection
from diembao.system.clock import now

if TYPE_CHECKING:
    from config.alerts import Mail
    from config.register.book import RegisterBook
    from config.settings import Settings
    from diembao.notify.smtp import _Smtp
    from pipeline.records.reviews import Letter
    from storage.database import Database

#: Local time from which on people are reminded of what is due.
_REMINDED_FROM = time_of_day(7)
#: Waits before the next try of a letter that the server refused for now; after the last it is given up.
_WAITS = tuple(timedelta(minutes=minutes) for minutes in (5, 15, 60, 240, 720))
#: Seconds after which a run takes no further letters from the outbox.
_LONGEST = 120.0
#: Letters taken from the outbox, and sent over one connection, at a time.
_AT_A_TIME = 20


@dataclass(slots=True)
class LettersResult:
    """What a run did."""

    sent: int = 0
    #: not sent at all, by reason: nobody to tell, nothing left to tell
    dropped: dict[str, int] = field(default_factory=dict)
    #: (letter, error message) of those that the server refused
    refused: list[tuple[Letter, str]] = field(default_factory=list)
    #: those whose fate is not known: they are not sent again by themselves
    unsure: Sequence[Letter] = ()
    #: still to be sent
    waiting: int = 0
    #: why the mail server could not be used at all; '': it could, or was not needed
    problem: str = ""
    #: faults of the register's files, for which its letters wait; '': none
    fault: str = ""

    @property
    def is_well(self) -> bool:
        return not (self.problem or self.refused or self.unsure)


def is_mail_set_up(mail: Mail) -> bool:
    """Whether letters can be sent: somebody wrote a sender into alerts.toml that has an address in the world."""
    return sender_doubt(mail) is None


def desk_address(settings: Settings) -> str:
    """Return where people reach the desk: the first of its addresses, else the one on which it listens; '': none."""
    desk = settings.desk
    if desk.addresses:
        return desk.addresses[0]
    host = f"[{desk.host}]" if ":" in desk.host else desk.host
    return f"http://{host}:{desk.port}" if desk.port else ""


def remind(storage: Database, settings: Settings, at: datetime) -> None:
    """Let the day's reminders be due, where it is late enough in the day and nobody did before."""
    zone = ZoneInfo(settings.province.time_zone)
    local = at.astimezone(zone)
    if local.time() >= _REMINDED_FROM:
        day = datetime.combine(local.date(), time_of_day.min, zone)
        storage.letters.remind(f"due {local.date().isoformat()}", day, at)


def send_letters(storage: Database, settings: Settings, mail: Mail, book: Callable[[], RegisterBook]) -> LettersResult:
    """Send what waits in the outbox, to each person once for each cause; `book` is read for letters of the register.

    A letter is stored as begun once the server is connected, and as sent once it was accepted. What was surely not
    accepted is tried again later, ever more slowly; what may have been accepted is not sent again. Several processes
    may do this at once. Where the book has faults, letters of the register wait, and the result tells why. Raises
    StorageError.
    """
    result, tried, start = LettersResult(), set[int](), time.monotonic()
    remind(storage, settings, now())
    zone = ZoneInfo(settings.province.time_zone)
    place = Place(desk_address(settings), local_day(now(), zone), zone)
    book = cache(book)
    while time.monotonic() - start < _LONGEST and not result.problem:
        known = len(tried)
        ready = list(_ready(storage, place, book, tried, result))
        if not is_mail_set_up(mail) or (not ready and len(tried) == known):
            break
        if not ready:
            continue
        try:
            _send_over_one_connection(storage, ready, mail, result, tried)
        except DeliveryFailed as error:
            result.problem = str(error)
    result.problem = result.problem or result.fault
    result.unsure = letters_in_doubt(storage, now())
    result.waiting = storage.letters.counts().get("waiting", 0)
    return result


def _ready(
    storage: Database, place: Place, book: Callable[[], RegisterBook], tried: set[int], result: LettersResult
) -> Iterator[tuple[Letter, LetterText]]:
    """Yield letters that are due and were not tried in this run; those with nobody or nothing to tell are dropped."""
    at = now()
    for letter in storage.letters.waiting(at, _AT_A_TIME + len(tried)):
        if letter.id in tried:
            continue
        try:
            text = write_letter(storage, letter, place, at, book)
        except ConfigError as error:
            tried.add(letter.id)
            result.fault = "; ".join(fault.translated() for fault in error.faults)
            continue
        if isinstance(text, Unsent):
            storage.letters.give_up(letter.id, text.reason)
            result.dropped[text.reason] = result.dropped.get(text.reason, 0) + 1
        else:
            yield letter, text


def _send_over_one_connection(
    storage: Database, ready: Sequence[tuple[Letter, LetterText]], mail: Mail, result: LettersResult, tried: set[int]
) -> None:
    """Send letters until one of them is not accepted: what a connection is worth then is not known.

    Raises DeliveryFailed where there is no connection.
    """
    with smtp_connection(mail) as server:
        for letter, text in ready:
            tried.add(letter.id)
            if not _send(storage, server, (letter, text), mail, result):
                return


def _send(storage: Database, server: _Smtp, one: tuple[Letter, LetterText], mail: Mail, result: LettersResult) -> bool:
    """Send one letter unless another process did; return whether the connection is still good."""
    letter, text = one
    at = now()
    message_id = f"<letter-{letter.id}-{int(letter.at.timestamp())}@{mail.sender.rpartition('@')[2]}>"
    if not storage.letters.begin(letter.id, message_id, at):
        return True
    try:
        deliver(server, letter_message(text, mail.sender, message_id, at), [text.to], mail)
    except DeliveryUnknown:
        return False
    except DeliveryFailed as error:
        tries = letter.attempts
        give_up = not is_transient(error) or tries >= len(_WAITS)
        next_try = None if give_up else at + _WAITS[tries]
        storage.letters.end(letter.id, False, note=str(error), next_try=next_try, give_up=give_up)
        result.refused.append((letter, str(error)))
        return False
    storage.letters.end(letter.id, True)
    result.sent += 1
    return True
