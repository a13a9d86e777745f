"""Dates on a page → times of publication and change, with their origin, precision and ambiguity."""

import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, tzinfo
from typing import Literal

from lxml.html import HtmlElement, tostring

from pipeline.dates.parsing import (
    VIETNAM,
    Moment,
    moment_of_day,
    parse_machine_date,
    parse_text_dates,
    plausible_moment,
    zone_of_page,
)
from pipeline.html import jsonld
from pipeline.metadata import date_candidates
from pipeline.records import Precision

# Characters of a line of markup that are searched for a date.
_LONGEST_LINE = 2000
# Meta elements with the time of publication, the most reliable first.
_META = (
    *("article:published_time", "datepublished", "parsely-pub-date", "sailthru.date", "dc.date.issued"),
    *("dcterms.created", "publishdate", "publish-date", "publish_date", "published_time", "pubdate"),
    *("cxenseparse:recs:publishtime", "og:article:published_time", "article:published", "rnews:datepublished"),
    *("date.created", "originalpublicationdate", "og:published_time", "dc.date", "dc.date.created", "date"),
    *("article_date_original", "og:pubdate", "bt:pubdate"),
)
_META_MODIFIED = (
    "article:modified_time",
    "og:updated_time",
    "datemodified",
    "last-modified",
    "lastmod",
    "dcterms.modified",
)


@dataclass(frozen=True, slots=True)
class PageDates:
    """Times of publication and last change; aware, None where the page states none."""

    published: datetime | None = None
    #: 'page': a machine-readable date, 'text': a date in the visible words
    origin: Literal["page", "text", "none"] = "none"
    modified: datetime | None = None
    #: method that gave `published`: 'selector', 'json-ld', 'meta', 'microdata', 'byline', 'htmldate-fast', …
    method: str = ""
    #: 'day': only a day is stated, and `published` is its first minute in the province's zone
    precision: Precision = "time"
    #: whether `published` may be another day, because either of two numbers may be the month
    ambiguous: bool = False


def choose_page_dates(
    tree: HtmlElement,
    articles: list[jsonld.Node],
    metas: dict[str, str],
    *,
    url: str,
    language: str,
    now: datetime,
    title: str = "",
    selected: str = "",
) -> PageDates:
    """Return the dates of a page: by `selected`, JSON-LD, meta elements, microdata, visible words, htmldate, in order.

    `selected` is the text that the source's own selector selects, '' if none. `title` is the article's, near which its
    date is searched. A later method adds the time to a mere day, or decides between two days.
    """
    zone = zone_of_page(language, url)
    best = PageDates()
    for method, text in _date_texts(tree, articles, metas, title, selected):
        if method == "byline":
            stated = parse_text_dates(text, zone, language=language, month_first=language.lower() == "en-us")
        else:
            stated = parse_machine_date(text, zone, language=language)
        moments = [moment for reading in stated if (moment := plausible_moment(reading, now, zone))]
        if not moments:
            continue
        origin: Literal["page", "text"] = "text" if method == "byline" else "page"
        if best.published is None:
            first, is_ambiguous = moments[0], len({moment.when for moment in moments}) > 1
            best = PageDates(first.when, origin, method=method, precision=first.precision, ambiguous=is_ambiguous)
        else:
            best = _refine(best, method, origin, moments)
        if best.precision == "time" and not best.ambiguous:
            break
    if best.published is None:
        best = _search_page(tree, title, now)
    return replace(best, modified=_modified(articles, metas, zone, now))


def _refine(best: PageDates, method: str, origin: Literal["page", "text"], moments: list[Moment]) -> PageDates:
    """Return `best` with the time of day, or the decision between two days, by the moments of another method."""
    assert best.published is not None
    day = best.published.date()
    if len({moment.when for moment in moments}) > 1:
        return best
    moment = moments[-1]
    other = moment.when.astimezone(best.published.tzinfo).date()
    if day not in (other, moment.when.date()) and not (
        best.ambiguous and (day.year, day.day, day.month) == (other.year, other.month, other.day)
    ):
        return best
    if moment.precision == "day" and best.precision == "time":
        if day == other:
            return replace(best, ambiguous=False)
        return replace(best, published=best.published.replace(day=other.day, month=other.month), ambiguous=False)
    return PageDates(moment.when, origin, method=method, precision=moment.precision)


def _search_page(tree: HtmlElement, title: str, now: datetime) -> PageDates:
    """Return the day by htmldate, fast and then extensive, with the page's clock removed."""
    lean = deepcopy(tree)
    for clock in date_candidates.find_date_candidates(lean, title):
        if clock.position == "clock":
            clock.element.text = None
            for child in clock.element:
                child.tail = None
    for extensive in (False, True):
        htmldate_day = _htmldate(lean, extensive, now)
        moment = plausible_moment(moment_of_day(htmldate_day), now, VIETNAM) if htmldate_day else None
        if moment:
            day = moment.when
            # htmldate turns a mere year, such as that of a copyright line, into its first day.
            if (day.day, day.month) == (1, 1) and not _is_new_year(lean, day.year):
                continue
            method = f"htmldate-{'extensive' if extensive else 'fast'}"
            is_ambiguous = day.day <= 12 and day.day != day.month and _has_numeric_date(lean, day)
            return PageDates(day, "text", method=method, precision="day", ambiguous=is_ambiguous)
    return PageDates()


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


def _date_texts(
    tree: HtmlElement, articles: list[jsonld.Node], metas: dict[str, str], title: str, selected: str
) -> Iterator[tuple[str, str]]:
    """Yield (method, text) for every text that states the time of publication, the most reliable first."""
    if selected:
        yield "selector", selected
    yield from _machine_dates(tree, articles, metas)
    yield from (("byline", text) for text in date_candidates.visible_dates(tree, title))


def _machine_dates(tree: HtmlElement, articles: list[jsonld.Node], metas: dict[str, str]) -> Iterator[tuple[str, str]]:
    for key in ("datePublished", "dateCreated", "uploadDate"):
        for node in articles:
            if text := jsonld.as_text(node.get(key)):
                yield "json-ld", text
    yield from (("meta", metas[name]) for name in _META if metas.get(name))
    for element in tree.iterfind(".//*[@itemprop='datePublished']"):
        yield "microdata", element.get("content") or element.get("datetime") or element.text_content()


def _modified(articles: list[jsonld.Node], metas: dict[str, str], zone: tzinfo, now: datetime) -> datetime | None:
    texts = [jsonld.first_value(articles, "dateModified"), *(metas.get(name, "") for name in _META_MODIFIED)]
    for text in texts:
        for reading in parse_machine_date(text, zone) if text else ():
            if moment := plausible_moment(reading, now, zone):
                return moment.when
    return None


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
