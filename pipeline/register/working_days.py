"""Days off and swapped working days of each year → is a day worked, and which is the n-th working day after it."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from pipeline.errors import DiembaoError
from pipeline.i18n.catalogs import mark
from pipeline.i18n.notices import Message

_SATURDAY = 5
_DAY = timedelta(days=1)


class NoHolidays(DiembaoError):
    """A day of `year` would have to be judged, and holidays.toml says nothing of that year."""

    def __init__(self, year: int) -> None:
        self.message = Message(
            mark(
                "holidays.toml has no days off of {year}: no term can be counted into that year. Add [[year]] from the "
                "announcement; a draft: diembao register holidays --year {year} --draft"
            ),
            year=year,
        )
        super().__init__(self.message)
        self.year = year

    def explanation(self) -> str:
        """Return the message in the language of the context."""
        return self.message.translated()


@dataclass(frozen=True, slots=True)
class YearOff:
    """One year's exceptions from the week of five days, Monday to Friday."""

    #: Days off, by law, in lieu, or swapped; a Saturday or Sunday among them changes nothing.
    off: frozenset[date] = frozenset()
    #: Saturdays and Sundays that are worked in return for a day off.
    working: frozenset[date] = frozenset()


class WorkCalendar:
    """Working days of the years that have data; another year raises NoHolidays once a day of it has to be judged.

    The n-th working day after a day is counted as terms are: the day itself never counts, whether worked or not (Civil
    Code 2015, Art. 147). From a day off, n = 1 is therefore the next working day. What remains for n = 0 is the day
    itself if it is worked, else the last working day *before* it: only so is counting additive,

        add(add(day, a), b) == add(day, a + b)    for a, b >= 0.

    With n = 0 on the next working day, a Sunday plus 0 plus 1 would be Tuesday, and a Sunday plus 1 Monday. `add` never
    gives a day off, and never falls where day or n grows. `next_from` is the next working day from a day on, that day
    included.
    """

    def __init__(self, years: Mapping[int, YearOff]) -> None:
        self._years = {year: years[year] for year in sorted(years)}
        self._working = [day for year, off in self._years.items() for day in _working_days(year, off)]

    @property
    def years(self) -> tuple[int, ...]:
        """The years that have data, in their order."""
        return tuple(self._years)

    def with_plain_weeks(self, years: Iterable[int]) -> "WorkCalendar":
        """Return the calendar with Monday to Friday worked in those of the years that have no data.

        No term is counted by it: it is for what must go on where nobody filled in a year, as reminders.
        """
        return WorkCalendar({year: YearOff() for year in years} | self._years)

    def is_working(self, day: date) -> bool:
        """Return whether a day is worked. Raises NoHolidays."""
        self._need(day, day)
        at = bisect_left(self._working, day)
        return at < len(self._working) and self._working[at] == day

    def add(self, day: date, n: int) -> date:
        """Return the n-th working day after a day; n = 0: the last working day up to and including it.

        Raises NoHolidays where a year without data lies between, ValueError for n below 0.
        """
        if n < 0:
            raise ValueError(Message(mark("working days are counted forward, found {found}"), found=n))
        at = bisect_right(self._working, day) - 1 + n
        if n == 0:
            self._need(day, day)
            self._need(self._working[at] if at >= 0 else date(day.year - 1, 12, 31), day)
        elif at < len(self._working):
            self._need(day + _DAY, self._working[at])
        else:  # the first year behind all that have data is needed at the latest
            self._need(day + _DAY, date(max(day.year, *self._years, 1) + 1, 1, 1))
        return self._working[at]

    def next_from(self, day: date) -> date:
        """Return the first working day from a day on, the day included. Raises NoHolidays."""
        return day if self.is_working(day) else self.add(day, 1)

    def working_days_between(self, day: date, later: date) -> int:
        """Return how many working days lie after `day`, up to and including `later`; below 0 where it is earlier.

        working_days_between(day, add(day, n)) == n for n > 0. Raises NoHolidays where a year without data lies between.
        """
        if later < day:
            return -self.working_days_between(later, day)
        if later > day:
            self._need(day + _DAY, later)
        return bisect_right(self._working, later) - bisect_right(self._working, day)

    def _need(self, first: date, last: date) -> None:
        """Raise NoHolidays for the first year without data of those from `first` to `last`."""
        for year in range(first.year, last.year + 1):
            if year not in self._years:
                raise NoHolidays(year)


def _working_days(year: int, exceptions: YearOff) -> list[date]:
    day, days = date(year, 1, 1), []
    while day.year == year:
        if day in exceptions.working or (day.weekday() < _SATURDAY and day not in exceptions.off):
            days.append(day)
        day += _DAY
    return days
