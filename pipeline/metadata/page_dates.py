"""Dates on a page → times of publication and change, with their origin, precision and ambiguity."""

import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, tzinfo
from typing import Any, Literal

from lxml.html import HtmlElement

from pipeline.dates.parsing import Moment, moment_of_day, parse_machine_date, parse_text_dates, plausible_moment
from pipeline.dates.url_dates import day_in_url
from pipeline.dates.written_days import is_month_first
from pipeline.dates.zones import VIETNAM, country_of_page, zone_of_country, zone_of_page
from pipeline.html import jsonld
from pipeline.metadata.date_candidates import DateCandidate, find_date_candidates, visible_dates
from pipeline.metadata.date_labels import publication_part
from pipeline.metadata.date_search import search_page
from pipeline.metadata.local_day import in_local_zone
from pipeline.records import Precision

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
_DOT_NET = re.compile(r"\d{1,2}/\d{1,2}/\d{4} \d{1,2}:\d\d:\d\d [AP]M")
# Countries whose own form has the day first and AM or PM behind it (CLDR).
_DAY_FIRST_WITH_PM = frozenset(("AU", "NZ", "SG", "HK", "IN", "MY", "PK", "BD", "ZA", "EG"))
Origin = Literal["page", "text", "none"]


@dataclass(frozen=True, slots=True)
class SourceHints:
    """What a source's configuration tells of the dates of its pages."""

    #: of the outlet, ISO 3166-1; '' if unknown
    country: str = ""
    #: text that the source's own selector selects; '' if none
    selected: str = ""


@dataclass(frozen=True, slots=True)
class PageDates:
    """Times of publication and last change; aware, None where the page states none."""

    published: datetime | None = None
    #: 'page': a machine-readable date, 'text': a date in the visible words or the address
    origin: Origin = "none"
    modified: datetime | None = None
    #: method that gave `published`: 'selector', 'json-ld', 'meta', 'microdata', 'time', 'byline', 'url', …
    method: str = ""
    #: 'day': only a day is stated, and `published` is its first minute in the province's zone
    precision: Precision = "time"
    #: whether `published` may be another day, because either of two numbers may be the month
    ambiguous: bool = False


@dataclass(frozen=True, slots=True)
class _Custom:
    """How the outlet of a page writes dates, and the latest moment they can state."""

    language: str
    country: str
    zone: tzinfo
    is_month_first: bool
    now: datetime

    def machine_moments(self, text: str) -> list[Moment]:
        """Return the plausible moments of a machine-readable date, the likeliest first."""
        stated = parse_machine_date(
            text,
            self.zone,
            language=self.language,
            country=self.country,
            month_first=self.is_month_first or self._is_by_program(text),
        )
        return self._plausible(stated)

    def _is_by_program(self, text: str) -> bool:
        """Whether a time has the American form that .NET writes where nobody set another: '11/5/2026 3:07:00 PM'."""
        return self.country not in _DAY_FIRST_WITH_PM and _DOT_NET.fullmatch(text.strip()) is not None

    def visible_moments(self, text: str) -> list[Moment]:
        """Return the plausible moments of a text that a reader sees, the likeliest first."""
        stated = parse_text_dates(
            text,
            self.zone,
            language=self.language,
            country=self.country,
            month_first=self.is_month_first,
            today=self.now.astimezone(self.zone).date(),
        )
        return self._plausible(stated)

    def candidate_moments(self, candidate: DateCandidate) -> list[Moment]:
        """Return the plausible moments of an element with a date."""
        read = self.machine_moments if candidate.is_machine else self.visible_moments
        return read(candidate.text)

    def _plausible(self, stated: tuple[Moment, ...]) -> list[Moment]:
        return [moment for reading in stated if (moment := plausible_moment(reading, self.now, self.zone))]


def choose_page_dates(
    tree: HtmlElement,
    articles: list[jsonld.Node],
    metas: dict[str, str],
    *,
    url: str,
    language: str,
    now: datetime,
    title: str = "",
    source: SourceHints = SourceHints(),
) -> PageDates:
    """Return the dates of a page: by the source's selector, JSON-LD, meta elements, microdata, elements and words near
    the headline, the address, htmldate, in order.

    `title` is the article's, near which its date is searched. A later method adds the time to a mere day, or decides
    between two days. A time without a zone is one of the outlet's country, else of the page's language or domain; one
    in UTC is given in that zone, so that its date is the day that the page means.
    """
    country = source.country if zone_of_country(source.country) else country_of_page(language, url)
    order = is_month_first(source.country, language)
    custom = _Custom(language, country, zone_of_page(language, url, source.country), order, now)
    filed = next((day for address in (url, *_own_addresses(tree, metas)) if (day := day_in_url(address))), None)
    best = PageDates()
    for method, moments in _statements(tree, articles, metas, title, source.selected, custom, filed):
        origin: Origin = "text" if method in ("byline", "url") else "page"
        if best.published is None:
            first, is_ambiguous = moments[0], len({moment.when for moment in moments}) > 1
            best = PageDates(first.when, origin, method=method, precision=first.precision, ambiguous=is_ambiguous)
        else:
            best = _refine(best, method, origin, moments)
        if best.precision == "time" and not best.ambiguous:
            break
    if best.published is None:
        best = _last_witnesses(tree, title, custom)
    if best.published and best.precision == "time" and not best.published.utcoffset():
        stated = [
            moment for _, text in _machine_dates(tree, articles, metas, "") for moment in custom.machine_moments(text)
        ]
        best = replace(
            best, published=_in_local_zone(best.published, stated, visible_dates(tree, title), custom, filed)
        )
    return replace(best, modified=_modified(articles, metas, custom))


def _refine(best: PageDates, method: str, origin: Origin, moments: list[Moment]) -> PageDates:
    """Return `best` with the time of day, or the decision between two days, by the moments of another method."""
    assert best.published is not None
    day = best.published.date()
    if not best.ambiguous:
        # a day that is certain decides between the orders of '05/11/2026 15:07'
        moments = [moment for moment in moments if moment.when.date() == day] or moments
    if len({moment.when for moment in moments}) > 1:
        return best
    moment = moments[-1]
    # A mere day is that day everywhere; a time may be on another one in the zone of the first statement.
    is_day = moment.precision == "day"
    other = moment.when.date() if is_day else moment.when.astimezone(best.published.tzinfo).date()
    if day not in (other, moment.when.date()) and not (
        best.ambiguous and (day.year, day.day, day.month) == (other.year, other.month, other.day)
    ):
        return best
    if is_day and (best.precision == "time" or not best.ambiguous):
        if day == other:
            return replace(best, ambiguous=False)
        return replace(best, published=best.published.replace(day=other.day, month=other.month), ambiguous=False)
    return PageDates(moment.when, origin, method=method, precision=moment.precision)


def _statements(
    tree: HtmlElement,
    articles: list[jsonld.Node],
    metas: dict[str, str],
    title: str,
    selected: str,
    custom: _Custom,
    filed: date | None,
) -> Iterator[tuple[str, list[Moment]]]:
    """Yield (method, plausible moments) of all that states the time of publication, the most reliable first.

    Words near the headline that are more than a day off the day in the address, `filed`, are those of another text or
    of a change. A change comes last, for want of anything else.
    """
    for method, text in _machine_dates(tree, articles, metas, selected):
        if moments := custom.machine_moments(text):
            yield method, moments
    changes: list[tuple[str, list[Moment]]] = []
    for candidate in visible_dates(tree, title):
        moments = custom.candidate_moments(candidate)
        method = "time" if candidate.is_machine else "byline"
        if candidate.is_update:
            changes.append((method, moments))
        elif moments and (filed is None or any(_is_near(moment, filed) for moment in moments)):
            yield method, moments
    if filed and (moment := plausible_moment(moment_of_day(filed), custom.now, VIETNAM)):
        yield "url", [moment]
    elif changes and changes[0][1]:
        yield changes[0]


def _is_near(moment: Moment, day: date) -> bool:
    return abs(moment.when.date() - day) <= timedelta(days=1)


def _machine_dates(
    tree: HtmlElement, articles: list[jsonld.Node], metas: dict[str, str], selected: str
) -> Iterator[tuple[str, str]]:
    if selected:
        yield "selector", publication_part(selected)[0]
    for key in ("datePublished", "dateCreated", "uploadDate"):
        for node in articles:
            if text := _text_of(node.get(key)):
                yield "json-ld", text
    yield from (("meta", metas[name]) for name in _META if metas.get(name))
    for element in tree.iterfind(".//*[@itemprop='datePublished']"):
        stated = element.get("content") or element.get("datetime")
        yield "microdata", stated or publication_part(str(element.text_content()))[0]


def _text_of(value: Any) -> str:
    """Return a time in JSON-LD as text; some systems write it as a number, in seconds or milliseconds."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return str(int(value)) if is_number and math.isfinite(value) else jsonld.as_text(value)


def _own_addresses(tree: HtmlElement, metas: dict[str, str]) -> Iterator[str]:
    yield from (str(link.get("href") or "") for link in tree.iterfind(".//link[@rel='canonical']"))
    yield metas.get("og:url", "")


def _last_witnesses(tree: HtmlElement, title: str, custom: _Custom) -> PageDates:
    """Return the day by htmldate, else a date beside other texts, or in the page's head if it is not today's."""
    if found := search_page(tree, title, custom.now):
        day, method, is_ambiguous = found
        return PageDates(day, "text", method=method, precision="day", ambiguous=is_ambiguous)
    today = custom.now.astimezone(custom.zone).date()
    for candidate in find_date_candidates(tree, title):
        if candidate.position != "clock" or candidate.is_update:
            continue
        moments = custom.candidate_moments(candidate)
        # A clock shows the day on which the page was fetched; another day is the article's.
        if moments and not any(_is_near(moment, today) for moment in moments):
            first, is_ambiguous = moments[0], len({moment.when for moment in moments}) > 1
            origin: Origin = "page" if candidate.is_machine else "text"
            return PageDates(first.when, origin, method="header", precision=first.precision, ambiguous=is_ambiguous)
    return PageDates()


def _in_local_zone(
    when: datetime, stated: list[Moment], candidates: Iterable[DateCandidate], custom: _Custom, filed: date | None
) -> datetime:
    """Return a moment in UTC in the outlet's zone: that of another statement of it, else by the days the page shows."""
    # To look for what the page shows costs most, and is mostly not needed.
    if (zone := _zone_of_same(when, stated)) is not None:
        return when.astimezone(zone)
    candidates = [candidate for candidate in candidates if not candidate.is_update]
    machine = [moment for c in candidates if c.is_machine for moment in custom.candidate_moments(c)]
    if (zone := _zone_of_same(when, machine)) is not None:
        return when.astimezone(zone)
    shown = [moment for c in candidates if not c.is_machine for moment in custom.candidate_moments(c)]
    clocks = [moment.when.replace(tzinfo=None) for moment in shown if moment.precision == "time"]
    days = {moment.when.date() for moment in shown} | ({filed} if filed else set())
    return in_local_zone(when, custom.zone, clocks, days)


def _zone_of_same(when: datetime, stated: Iterable[Moment]) -> tzinfo | None:
    """Return the zone of another statement of a moment in UTC; None where there is none in a zone of its own."""
    for moment in stated:
        if moment.precision == "time" and moment.when.utcoffset() and abs(moment.when - when) < timedelta(minutes=1):
            return moment.when.tzinfo
    return None


def _modified(articles: list[jsonld.Node], metas: dict[str, str], custom: _Custom) -> datetime | None:
    texts = [jsonld.first_value(articles, "dateModified"), *(metas.get(name, "") for name in _META_MODIFIED)]
    return next((moment.when for text in texts if text for moment in custom.machine_moments(text)), None)
