"""Page without a date of its own → its day by htmldate, the last witness."""

import re
from copy import deepcopy
from datetime import date, datetime, timedelta

from lxml.html import HtmlElement, tostring

from pipeline.dates.parsing import VIETNAM, moment_of_day, parse_text_dates, plausible_moment
from pipeline.metadata import date_candidates

# Characters of a line of markup that are searched for a date.
_LONGEST_LINE = 2000


def search_page(tree: HtmlElement, title: str, now: datetime) -> tuple[datetime, str, bool] | None:
    """Return day, method and ambiguity by htmldate, fast and then extensive, with the page's clock removed.

    The day is its first minute in the province; the method is 'htmldate-fast' or 'htmldate-extensive'. Either number
    may be the month where it is ambiguous. None if the page states none.
    """
    lean = deepcopy(tree)
    for candidate in date_candidates.find_date_candidates(lean, title):
        if candidate.position == "clock":
            candidate.element.text = None
            for child in candidate.element:
                child.tail = None
    for extensive in (False, True):
        htmldate_day = _htmldate(lean, extensive, now)
        moment = plausible_moment(moment_of_day(htmldate_day), now, VIETNAM) if htmldate_day else None
        if moment:
            day = moment.when
            # htmldate turns a mere year, such as that of a copyright line, into its first day.
            if (day.day, day.month) == (1, 1) and not _is_new_year(lean, day.year):
                continue
            is_ambiguous = day.day <= 12 and day.day != day.month and _has_numeric_date(lean, day)
            return day, f"htmldate-{'extensive' if extensive else 'fast'}", is_ambiguous
    return None


def _is_new_year(tree: HtmlElement, year: int) -> bool:
    """Whether the page states the first of January of a year, in numbers or with the month's name."""
    page = tostring(tree, encoding="unicode")
    numbers = rf"(?<!\d)(?:0?1[./-]0?1[./-]{year}|{year}[./-]0?1[./-]0?1)(?!\d)"
    return bool(re.search(numbers, page)) or any(
        moment.when.date() == date(year, 1, 1)
        for line in page.splitlines()
        if str(year) in line
        for moment in parse_text_dates(line[:_LONGEST_LINE], VIETNAM)
    )


def _has_numeric_date(tree: HtmlElement, day: datetime) -> bool:
    """Whether the page states a day in numbers alone with the year last, so that either number may be the month."""
    pairs = rf"0?{day.day}[./-]0?{day.month}|0?{day.month}[./-]0?{day.day}"
    return bool(re.search(rf"(?<![\d./-])(?:{pairs})[./-]{day.year}(?!\d)", str(tree.text_content())))


def _htmldate(tree: HtmlElement, extensive: bool, now: datetime) -> date | None:
    from htmldate import find_date

    latest = now + timedelta(days=1)
    try:
        day = find_date(
            deepcopy(tree),
            extensive_search=extensive,
            original_date=True,
            max_date=latest.replace(tzinfo=None),
            min_date="1995-01-01",
        )
    except Exception:  # htmldate fails on some pages; the page has no date then
        return None
    return date.fromisoformat(day) if day else None
