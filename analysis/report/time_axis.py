"""The days of a span → their places on a chart, and what is not known of them."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from analysis.documents.labels import Labels
from analysis.report.figures import Figures

#: days up to which each has a place of its own; beyond, weeks have
_DAYS = 92


def axis_positions(found: Figures) -> dict[date, date]:
    """Return for each day of a span the day by which its place on a chart goes: itself, or the Monday of its week."""
    weekly = len(found.span.days) > _DAYS
    return {day: day - timedelta(days=day.weekday() * weekly) for day in found.span.days}


def time_axis(found: Figures, words: Labels) -> Any:
    """Return the channel of time: a place for each day, or week."""
    import altair

    places = sorted(set(axis_positions(found).values()))
    label = "slice(datum.label, 8) + '/' + slice(datum.label, 5, 7)"
    return altair.X(
        "day:O",
        title=words.of("report", "week_from") if len(places) < len(found.span.days) else None,
        scale=altair.Scale(domain=[place.isoformat() for place in places]),
        axis=altair.Axis(labelExpr=label, labelAngle=0, labelOverlap="greedy", labelSeparation=8),
    )


def counts_by_position(found: Figures, counts: Mapping[date, int]) -> Counter[date]:
    """Return counts of days as counts of the places of a chart, 0 where there is none."""
    places = axis_positions(found)
    found_ = Counter(dict.fromkeys(places.values(), 0))
    for day, n in counts.items():
        if day in places:
            found_[places[day]] += n
    return found_


def positions_without_data(found: Figures, counts: Mapping[date, int]) -> list[date]:
    """Return the places of days without any collection and without any article: of these nothing is known."""
    places = axis_positions(found)
    known = {places[day] for day in found.collected if day in places}
    return [place for place in sorted(set(places.values())) if place not in known and not counts[place]]


def with_gaps(chart: Any, found: Figures, words: Labels, high: float, missing: Iterable[date]) -> Any:
    """Lay a grey band with a broken border over what is not known: no data is not 0."""
    import altair

    rows = [{"day": day.isoformat(), "n": high, "what": words.of("report", "no_data")} for day in missing]
    if not rows:
        return chart
    band = (
        altair.Chart(altair.InlineData(values=rows))
        .mark_bar(fill="#eeeeee", stroke="#777777", strokeDash=[3, 3])
        .encode(
            x=time_axis(found, words),
            y="n:Q",
            opacity=altair.Opacity("what:N", title=None, scale=altair.Scale(range=[1])),
        )
    )
    return altair.layer(band, chart)
