"""A year of the register, played step by step in the order of time: 300 matters of 12 units, restructured on 1 July.

On that day one unit is renamed, and another ends and hands its matters to a third. What the program said of a week, a
day or a month when it was over is kept, to be compared with what it says of it later.
"""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from analysis.register.figures import RegisterFigures, register_figures
from analysis.register.lists import OverdueList, WeeklyList, overdue_list, weekly_list
from config.register.book import RegisterBook, load_register_book
from diembao.jobs.register_papers.state import register_state
from pipeline.records import Article, Evidence, Tags, TopicFound
from pipeline.records.accounts import NewAccount
from pipeline.records.audit import MACHINE
from pipeline.register.deadlines import due_of
from pipeline.register.matters import (
    CONTACT_KINDS,
    Matter,
    NewMatter,
    PressContact,
    StepRequest,
    YearlyFigure,
)
from pipeline.register.units import Unit, UnitName, Units
from pipeline.register.working_days import NoHolidays
from storage.database import Database
from tests.support.desk import COMMAND, LAN, MINH, store_day, written

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
FIRST, LAST = date(2025, 12, 1), date(2026, 12, 27)
RESTRUCTURED = date(2026, 7, 1)
MATTERS, CONTACTS, OVERDUE_DAYS = 300, 160, 20
#: Handles of the twelve units; the last three: renamed, ended, and what came after it.
HANDLES = (
    "so-y-te",
    "so-cong-thuong",
    *(f"so-{n:02d}" for n in range(3, 10)),
    "so-doi-ten",
    "so-het",
    "so-nhan",
)
_NAMES = {"so-y-te": "Sở Y tế", "so-cong-thuong": "Sở Công Thương"}
RENAMED, ENDED, SUCCESSOR = HANDLES[-3:]
OLD_NAME, NEW_NAME = "Sở Đổi tên tỉnh Ninh Thuận", "Sở Đổi tên tỉnh Khánh Hòa"
UNITS = Units(
    (
        Unit(
            RENAMED,
            (
                UnitName(OLD_NAME, None, RESTRUCTURED - timedelta(days=1)),
                UnitName(NEW_NAME, RESTRUCTURED, None),
            ),
        ),
        Unit(ENDED, (), RESTRUCTURED - timedelta(days=1), SUCCESSOR),
        Unit(SUCCESSOR),
    )
)
TOPICS = (("press_criticism",), ("environment_climate", "press_criticism"), ("energy",), ())


@dataclass
class RegisterYear:
    """What was played, and what the program said while it went on."""

    book: RegisterBook
    #: number of each unit by its handle
    numbers: dict[str, int]
    #: end of a week → its list, made at that moment
    weeks: dict[datetime, WeeklyList] = field(default_factory=dict)
    #: moment → the overdue list, made then
    overdue: dict[datetime, OverdueList] = field(default_factory=dict)
    #: first day of a month → its figures, made when it was over
    months: dict[date, RegisterFigures] = field(default_factory=dict)
    #: topics of the article that each matter was opened from
    topics: dict[int, tuple[str, ...]] = field(default_factory=dict)


def at(day: date, hour: int = 0, minute: int = 0) -> datetime:
    """Return a local time of a day."""
    return datetime.combine(day, time(hour, minute), ZONE)


def play_year(storage: Database, seed: int = 20, every: int = 1) -> RegisterYear:
    """Fill an empty database with the year; return what was said of it on the way, in one of `every` weeks and days."""
    book = load_register_book(None)
    book = RegisterBook(book.rules, UNITS, book.calendar)
    articles = [_article(number) for number in range(40)]
    keys = store_day(storage, articles)
    for handle in HANDLES:
        storage.accounts.create_department(handle, _NAMES.get(handle, f"Đơn vị {handle}"), "", COMMAND, at(FIRST))
    for name, actor in (("lan", LAN), ("minh", MINH)):
        made = storage.accounts.create(NewAccount(name, "editor", full_name=name.title()), COMMAND, at(FIRST))
        assert made.id == actor.account
    year = RegisterYear(book, {one.handle: one.id for one in storage.accounts.departments()})
    player = _Player(storage, year, [keys[f"m{n}"] for n in range(40)], Random(seed))
    player.play(every)
    return year


def _article(number: int) -> tuple[Article, Tags]:
    topics = tuple(TopicFound(topic, 0.9, (Evidence("text", 0, 3, "từ"),)) for topic in TOPICS[number % len(TOPICS)])
    return written(f"m{number}", topics=topics)


class _Player:
    """Events in the order of time: openings, steps, contacts, and the moments at which lists are made."""

    def __init__(self, storage: Database, year: RegisterYear, keys: list[str], random: Random) -> None:
        self._storage, self._year, self._keys, self._random = storage, year, keys, random
        self._matters: dict[int, Matter] = {}
        self._events: list[tuple[datetime, int, str, int]] = []
        self._count = 0

    def play(self, every: int) -> None:
        for number in range(MATTERS):
            self._plan(self._opening(number), "open", number)
        for number in range(CONTACTS):
            self._plan(self._some_time(), "contact", number)
        self._plan(at(RESTRUCTURED, 0, 10), "restructure")
        self._plan(at(date(2026, 12, 10), 9), "type in")
        for moment in list(weekly_ends())[::-every]:  # the last week is always among them
            self._plan(moment, "week")
        for moment in overdue_moments(self._random)[::every]:
            self._plan(moment, "overdue")
        for day in month_starts():
            self._plan(at(day), "month")
        while self._events:
            moment, _, what, number = heapq.heappop(self._events)
            if moment < at(LAST) + timedelta(days=1):
                self._do(what, number, moment)

    def _plan(self, moment: datetime, what: str, number: int = 0) -> None:
        # Lists are made before what happens at their moment, which belongs to the time after it.
        self._count += 1
        order = self._count if what not in ("week", "overdue", "month") else self._count - 10**9
        heapq.heappush(self._events, (moment.astimezone(UTC), order, what, number))

    def _some_time(self) -> datetime:
        day = FIRST + timedelta(days=self._random.randrange((LAST - FIRST).days))
        return at(day, self._random.randrange(7, 18), self._random.randrange(60))

    def _opening(self, number: int) -> datetime:
        """Return when a matter is opened: some at the borders of weeks, months and years of the report."""
        borders = [
            at(date(2025, 12, 14), 23, 59),
            at(date(2025, 12, 15)),
            at(date(2026, 12, 14), 23, 59),
            at(date(2026, 12, 15)),
            at(date(2026, 3, 5), 15),
            at(date(2026, 3, 5), 14, 59),
            at(date(2026, 4, 1)),
            at(date(2026, 2, 17), 23, 59),
        ]
        return borders[number] if number < len(borders) else self._some_time()

    def _do(self, what: str, number: int, moment: datetime) -> None:
        if what == "open":
            self._open(number, moment)
        elif what == "step":
            self._step(number, moment)
        elif what == "contact":
            self._contact(number, moment)
        elif what == "withdraw":
            self._storage.register.withdraw_contact(LAN, number, moment)
        elif what == "restructure":
            self._restructure(moment)
        elif what == "type in":
            typed = YearlyFigure(2026, "conferences", 5, None, "Báo cáo của Văn phòng", moment, 1, "")
            self._storage.register.save_figure(LAN, typed, moment)
        else:
            self._tell(what, moment)

    def _tell(self, what: str, moment: datetime) -> None:
        state = register_state(self._storage, self._year.book, ZONE, moment)
        if what == "week":
            self._year.weeks[moment] = weekly_list(state)
        elif what == "overdue":
            self._year.overdue[moment] = overdue_list(state)
        else:
            last = moment.astimezone(ZONE).date() - timedelta(days=1)
            self._year.months[last.replace(day=1)] = register_figures(state, last.replace(day=1), last)

    def _unit(self, moment: datetime) -> int:
        gone = moment.astimezone(ZONE).date() >= RESTRUCTURED
        return self._year.numbers[self._random.choice([h for h in HANDLES if not (gone and h == ENDED)])]

    def _open(self, number: int, moment: datetime) -> None:
        random, rules = self._random, self._year.book.rules
        kind = random.choice(list(rules.kinds))
        unexpected = random.random() < 0.1
        due = due_at = None
        term = rules.kinds[kind].term
        if unexpected:
            due_at = moment + timedelta(hours=rules.unexpected.hours)
            due = due_at.astimezone(ZONE).date()
        elif term is not None:
            try:
                due = due_of(term, moment, None, ZONE, self._year.book.calendar).day
            except NoHolidays:
                due = moment.astimezone(ZONE).date() + timedelta(days=30)
        elif random.random() < 0.3:
            due = moment.astimezone(ZONE).date() + timedelta(days=random.randrange(0, 20))
        unit = self._unit(moment) if random.random() < 0.5 else None
        key = random.choice(self._keys)
        part = tuple({self._unit(moment) for _ in range(random.randrange(3))} - {unit}) if unit else ()
        new = NewMatter(f"Vấn đề {number}", kind, key, "item", due, due_at, "", unexpected, unit, part)
        matter = self._storage.register.open(LAN, new, moment)
        self._matters[matter.id] = matter
        self._year.topics[matter.id] = TOPICS[self._keys.index(key) % len(TOPICS)]
        self._later(matter.id, moment)

    def _later(self, number: int, moment: datetime, days: float = 6.0) -> None:
        """Plan the next step of a matter, most often within some days, to the second."""
        self._plan(moment + timedelta(seconds=int(self._random.expovariate(1 / days) * 86_400) + 60), "step", number)

    def _step(self, number: int, moment: datetime) -> None:
        matter = self._matters[number]
        chosen = self._choose(matter, moment)
        if chosen is None:
            return
        made = self._storage.register.step(MINH, number, chosen, moment)
        assert isinstance(made, Matter)
        self._matters[number] = made
        if made.state in ("new", "assigned", "preparing", "answered") or self._random.random() < 0.15:
            self._later(number, moment)

    def _choose(self, matter: Matter, moment: datetime) -> StepRequest | None:
        random, pick = self._random, self._random.random()
        if matter.is_open and pick < 0.08:
            day = moment.astimezone(ZONE).date() + timedelta(days=random.randrange(1, 25))
            return StepRequest("set_due", {"due": day}, "xin thêm thời gian")
        if matter.is_open and pick < 0.12:
            values = {"kind": random.choice(list(self._year.book.rules.kinds))}
            return StepRequest("edit", values if random.random() < 0.5 else {"is_unexpected": not matter.is_unexpected})
        if matter.is_open and pick < 0.18:
            return StepRequest("drop", {}, "báo đã tự gỡ bài")
        if pick > 0.97:
            return None
        if matter.state == "new" or (matter.is_open and pick < 0.25):
            part = tuple(self._unit(moment) for _ in range(random.randrange(3)))
            return StepRequest("assign", {"unit": self._unit(moment), "taking_part": part})
        if matter.state == "assigned" and pick < 0.6:
            return StepRequest("begin")
        if matter.is_open:
            number = f"{random.randrange(1, 900)}/BC" if random.random() < 0.6 else ""
            return StepRequest("answer", {"answer_text": "đã trả lời", "answer_number": number})
        if matter.state == "answered":
            if pick < 0.2:
                return StepRequest("return", {}, "thiếu số liệu")
            return StepRequest("close", {"result": "báo đã đăng"})
        values = {"due": moment.astimezone(ZONE).date() + timedelta(days=9)} if pick < 0.4 else {}
        return StepRequest("reopen", values, "báo nêu lại")

    def _contact(self, number: int, moment: datetime) -> None:
        random = self._random
        kind = random.choice(CONTACT_KINDS)
        day = moment.astimezone(ZONE).date() - timedelta(days=random.randrange(4))
        known = [matter for matter in self._matters if random.random() < 0.5]
        entry = PressContact(
            0,
            day,
            kind,
            self._unit(moment) if random.random() < 0.7 else None,
            "Báo A",
            f"Tiếp xúc {number}",
            random.choice(known) if known and kind != "conference" and random.random() < 0.4 else None,
            random.choice(list(self._year.book.rules.refusals)) if kind == "refusal" else "",
            "",
            moment,
            1,
            "",
        )
        made = self._storage.register.save_contact(LAN, entry, moment)
        if random.random() < 0.1:
            self._plan(moment + timedelta(days=random.randrange(1, 30)), "withdraw", made)

    def _restructure(self, moment: datetime) -> None:
        """Hand every matter of the unit that ended to its successor, in every state, as the service does."""
        old, new = self._year.numbers[ENDED], self._year.numbers[SUCCESSOR]
        for number, matter in sorted(self._matters.items()):
            if old in matter.units:
                unit = new if matter.unit == old else matter.unit
                part = tuple({new if one == old else one: None for one in matter.taking_part})
                values = {"unit": unit, "taking_part": tuple(one for one in part if one != unit)}
                made = self._storage.register.step(MACHINE, number, StepRequest("transfer", values, "sáp nhập"), moment)
                assert isinstance(made, Matter)
                self._matters[number] = made


def weekly_ends() -> Iterator[datetime]:
    """Yield the ends of the weeks of the year: Thursdays at 15:00."""
    day = FIRST
    while day <= LAST:
        if day.weekday() == 3:
            yield at(day, 15).astimezone(UTC)
        day += timedelta(days=1)


def overdue_moments(random: Random) -> list[datetime]:
    """Return moments of the year for overdue lists, at hours of the day and at midnight."""
    days = random.sample(range((LAST - FIRST).days), OVERDUE_DAYS)
    return [at(FIRST + timedelta(days=n), random.choice((0, 9, 17))) for n in sorted(days)]


def month_starts() -> list[date]:
    """Return the first days after each month of the year."""
    return [date(2026, month, 1) for month in range(1, 13)]
