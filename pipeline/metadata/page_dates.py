"""What a page says of its time → aware datetimes, with where they came from and how far they can be believed."""

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

# Characters of a line of markup in which a day is looked for.
_LONGEST_LINE = 2000
_META = (
    *("article:published_time", "datepublished", "parsely-pub-date", "sailthru.date", "dc.date.issued"),
    *(
        "dcterms.created",
        "publishdate",
        "publish-date",
        "publish_date",
        "published_time",
        "pubdate",
        "cxenseparse:recs:publishtime",
    ),
    *(
        "og:article:published_time",
        "article:published",
        "rnews:datepublished",
        "date.created",
        "originalpublicationdate",
    ),
    *("og:published_time", "dc.date", "dc.date.created", "date", "article_date_original", "og:pubdate", "bt:pubdate"),
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
    """When a page was published and last changed; aware, or None where the page does not say."""

    published: datetime | None = None
    #: 'page': machine-readable, 'text': read from words on the page
    origin: Literal["page", "text", "none"] = "none"
    modified: datetime | None = None
    #: which reader gave `published`
    reader: str = ""
    #: 'day': `published` is the first minute of the day that the page states, in the province's zone
    precision: Precision = "time"
    #: whether `published` could as well be another day: its numbers are written so that either may be the month
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
    given: str = "",
) -> PageDates:
    """Return a page's times: JSON-LD, then metadata, then its visible words, then htmldate fast and extensive.

    `title` is the article's, below which its date is looked for; `given` is what the source's own selector found and
    comes before all. Where one reader has only the day, or one of two, another may add the time or decide.
    """
    zone = zone_of_page(language, url)
    best = PageDates()
    for reader, text in _stated(tree, articles, metas, title, given):
        if reader == "byline":
            stated = parse_text_dates(text, zone, language=language, month_first=language.lower() == "en-us")
        else:
            stated = parse_machine_date(text, zone, language=language)
        can = [moment for one in stated if (moment := plausible_moment(one, now, zone))]
        if not can:
            continue
        origin: Literal["page", "text"] = "text" if reader == "byline" else "page"
        if best.published is None:
            first, several = can[0], len({moment.when for moment in can}) > 1
            best = PageDates(first.when, origin, reader=reader, precision=first.precision, ambiguous=several)
        else:
            best = _refined(best, reader, origin, can)
        if best.precision == "time" and not best.ambiguous:
            break
    if best.published is None:
        best = _searched(tree, title, now)
    return replace(best, modified=_modified(articles, metas, zone, now))


def _refined(best: PageDates, reader: str, origin: Literal["page", "text"], can: list[Moment]) -> PageDates:
    """`best` with what another reader knows of the same day: its time of day, or which of two days it is."""
    assert best.published is not None
    day = best.published.date()
    if len({moment.when for moment in can}) > 1:
        return best
    [one] = {moment.when: moment for moment in can}.values()
    other = one.when.astimezone(best.published.tzinfo).date()
    if day not in (other, one.when.date()) and not (
        best.ambiguous and (day.year, day.day, day.month) == (other.year, other.month, other.day)
    ):
        return best
    if one.precision == "day" and best.precision == "time":
        if day == other:
            return replace(best, ambiguous=False)
        return replace(best, published=best.published.replace(day=other.day, month=other.month), ambiguous=False)
    return PageDates(one.when, origin, reader=reader, precision=one.precision)


def _searched(tree: HtmlElement, title: str, now: datetime) -> PageDates:
    lean = deepcopy(tree)
    for clock in date_candidates.find_date_candidates(lean, title):
        if clock.place == "clock":
            clock.element.text = None
            for child in clock.element:
                child.tail = None
    for extensive in (False, True):
        stamp = _htmldate(lean, extensive, now)
        moment = plausible_moment(moment_of_day(stamp), now, VIETNAM) if stamp else None
        if moment:
            day = moment.when
            # Of a mere year, such as the one in a copyright line, htmldate makes its first day.
            if (day.day, day.month) == (1, 1) and not _is_new_year(lean, day.year):
                continue
            reader = f"htmldate-{'extensive' if extensive else 'fast'}"
            swapped = day.day <= 12 and day.day != day.month and _is_written(lean, day)
            return PageDates(day, "text", reader=reader, precision="day", ambiguous=swapped)
    return PageDates()


def _is_new_year(tree: HtmlElement, year: int) -> bool:
    """Whether the first of January is written somewhere on the page, in numbers or with the month's name."""
    page = tostring(tree, encoding="unicode")
    numbers = rf"(?<!\d)(?:0?1[./-]0?1[./-]{year}|{year}[./-]0?1[./-]0?1)(?!\d)"
    return bool(re.search(numbers, page)) or any(
        moment.when.date() == date(year, 1, 1)
        for line in page.splitlines()
        if str(year) in line
        for moment in parse_text_dates(line[:_LONGEST_LINE], VIETNAM)
    )


def _is_written(tree: HtmlElement, day: datetime) -> bool:
    """Whether a day stands on the page in numbers alone with the year last, so that its month may be its day."""
    pairs = rf"0?{day.day}[./-]0?{day.month}|0?{day.month}[./-]0?{day.day}"
    return bool(re.search(rf"(?<![\d./-])(?:{pairs})[./-]{day.year}(?!\d)", str(tree.text_content())))


def _stated(
    tree: HtmlElement, articles: list[jsonld.Node], metas: dict[str, str], title: str, given: str
) -> Iterator[tuple[str, str]]:
    if given:
        yield "selector", given
    yield from _machine(tree, articles, metas)
    yield from (("byline", text) for text in date_candidates.visible_dates(tree, title))


def _machine(tree: HtmlElement, articles: list[jsonld.Node], metas: dict[str, str]) -> Iterator[tuple[str, str]]:
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
        for stated in parse_machine_date(text, zone) if text else ():
            if moment := plausible_moment(stated, now, zone):
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
    except Exception:  # one reader's fault must not cost the page
        return None
    return date.fromisoformat(day) if day else None
