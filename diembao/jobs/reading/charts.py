"""Figures of a period → charts of bars and columns, each with the query that finds what it counts.

A chart's number and the number of articles that its query finds are the same: both count articles about the province by
the day of their publication, or of first sight (storage.derived.facts, storage.search.index).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, get_args

from analysis.report.time_axis import axis_positions, positions_partly_known, positions_without_data
from diembao.jobs.reading.value_words import TopicNames, country_words, language_words
from pipeline.i18n.catalogs import translate
from pipeline.records import Tone
from pipeline.text.search_tokens import join_tokens

if TYPE_CHECKING:
    from analysis.report.figures import Figures
    from pipeline.tables.facts import Publisher

TONES: tuple[Tone, ...] = get_args(Tone)
#: Bars of one chart; outlets that the query of one country names; letters of a query that the search takes.
_BARS, _OUTLETS, _QUERY = 15, 40, 1_500


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a bar: the articles of one tone."""

    tone: Tone
    count: int
    #: '': none finds just these
    query: str


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its name, its number of articles, the query that finds them, and its parts."""

    name: str
    count: int
    #: '': none finds just these
    query: str
    #: empty: the chart does not divide its bars
    shares: tuple[Share, ...] = ()
    #: of a column of time: nothing was read then, or only a part: no data is not 0
    gap: str = ""
    #: of a column of time: its first day
    day: date | None = None


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars with a title; `high` is the largest number, at least 1."""

    code: str
    title: str
    bars: tuple[Bar, ...]

    @property
    def high(self) -> int:
        return max((bar.count for bar in self.bars), default=0) or 1

    @property
    def divided(self) -> bool:
        return any(bar.shares for bar in self.bars)


def days_query(first: date, last: date) -> str:
    """Return the query for the articles of some days."""
    return f"day:{first}" if first == last else f"day:{first}..{last}"


def period_charts(
    figures: Figures, topics: TopicNames, publishers: Mapping[str, Publisher], count: Callable[[str], int]
) -> tuple[Chart, ...]:
    """Return the charts of a period: volume, topics, outlets, countries, languages; those with bars.

    `count` returns how many articles a query finds: languages are counted by it, because an article without a language
    that was found counts in the report under the one that its page declares.
    """
    period = days_query(figures.span.first, figures.span.last)
    charts = (
        Chart("volume", translate("Articles by day"), tuple(_columns(figures))),
        Chart("tones", translate("Tone"), _tone_bars(figures, period)),
        Chart("topics", translate("Topics"), _topic_bars(figures, topics, period)),
        Chart("outlets", translate("Outlets"), _outlet_bars(figures, publishers, period)),
        Chart("countries", translate("Countries"), _country_bars(figures, publishers, period)),
        Chart("languages", translate("Languages"), _language_bars(figures, period, count)),
    )
    return tuple(chart for chart in charts if any(bar.count for bar in chart.bars))


def _columns(figures: Figures) -> Iterator[Bar]:
    """Yield a column for each day, or for each week of a longer period, divided by tone."""
    places = axis_positions(figures)
    days: dict[date, list[date]] = {}
    for day, place in places.items():
        days.setdefault(place, []).append(day)
    totals = {place: sum(figures.days[day] for day in members) for place, members in days.items()}
    counts = Counter(totals)
    missing, partly = set(positions_without_data(figures, counts)), positions_partly_known(figures, counts)
    archived = set(figures.only_archived())
    for place, members in sorted(days.items()):
        query = days_query(members[0], members[-1])
        tones: Counter[Tone] = Counter({t: sum(figures.by_day_and_tone[day, t] for day in members) for t in TONES})
        gap = translate("no data") if place in missing else translate("incomplete") if place in partly else ""
        if place in partly and archived.issuperset(day for day in members if figures.days[day]):
            gap = translate("from archives alone")
        yield Bar(f"{place:%d/%m}", totals[place], query, _shares(tones, query), gap, members[0])


def _shares(tones: Mapping[Tone, int], query: str) -> tuple[Share, ...]:
    return tuple(Share(tone, tones.get(tone, 0), f"{query} tone:{tone}" if query else "") for tone in TONES)


def _tone_bars(figures: Figures, period: str) -> tuple[Bar, ...]:
    from pipeline.i18n.catalogs import translate_code

    return tuple(Bar(translate_code("tone", t), figures.tones[t], f"{period} tone:{t}") for t in TONES)


def _topic_bars(figures: Figures, topics: TopicNames, period: str) -> tuple[Bar, ...]:
    most = sorted(figures.topics, key=lambda id: (-figures.topics[id].total(), id))
    return tuple(
        Bar(topics.get(id, id), tones.total(), query, _shares(tones, query))
        for id in most
        # A topic that is no longer in topics.toml cannot be asked for.
        for tones, query in [(figures.topics[id], f'{period} topic:"{id}"' if id in topics else "")]
    )


def _outlet_term(ids: Iterable[str], publishers: Mapping[str, Publisher]) -> str:
    """Return the term that finds just the articles of these outlets; '' where there is none.

    An outlet is asked for by its id, which finds another one's articles too where that one's id or name is as it.
    """
    ids = sorted(ids)
    tokens = Counter(
        token for id, publisher in publishers.items() for token in {join_tokens(id), join_tokens(publisher.name)}
    )
    if len(ids) > _OUTLETS or any(tokens[join_tokens(id)] > 1 or '"' in id or not join_tokens(id) for id in ids):
        return ""
    quoted = [f'"{id}"' for id in ids]
    term = f"outlet:{quoted[0]}" if len(ids) == 1 else f"outlet:({' OR '.join(quoted)})"
    return term if len(term) <= _QUERY else ""


def _outlet_bars(figures: Figures, publishers: Mapping[str, Publisher], period: str) -> tuple[Bar, ...]:
    most = sorted(figures.outlets, key=lambda id: (-figures.outlets[id].items, id))[:_BARS]
    bars: list[Bar] = []
    for id in most:
        outlet, term = figures.outlets[id], _outlet_term([id], publishers)
        query = f"{period} {term}" if term else ""
        bars.append(Bar(outlet.name, outlet.items, query, _shares(outlet.tones, query)))
    return tuple(bars)


def _country_bars(figures: Figures, publishers: Mapping[str, Publisher], period: str) -> tuple[Bar, ...]:
    most = sorted(figures.countries, key=lambda code: (-figures.countries[code], code))[:_BARS]
    bars: list[Bar] = []
    for code in most:
        term = _outlet_term((id for id, outlet in figures.outlets.items() if outlet.country == code), publishers)
        name = country_words(code) if code else translate("unknown")
        bars.append(Bar(name, figures.countries[code], f"{period} {term}" if term else ""))
    return tuple(bars)


def _language_bars(figures: Figures, period: str, count: Callable[[str], int]) -> tuple[Bar, ...]:
    most = sorted((tag for tag in figures.languages if tag), key=lambda tag: (-figures.languages[tag], tag))[:_BARS]
    bars: list[Bar] = []
    for tag in most:
        # `lang:zh` finds zh-Hant too, which is a bar of its own.
        closer = [other for other in figures.languages if other.startswith(f"{tag}-")]
        query = " ".join([period, f'lang:"{tag}"', *(f'NOT lang:"{other}"' for other in sorted(closer))])
        bar = Bar(language_words(tag), figures.languages[tag], query) if '"' not in tag else None
        if bar is not None:
            bars.append(replace(bar, count=count(query)))
    return tuple(sorted(bars, key=lambda bar: -bar.count))
