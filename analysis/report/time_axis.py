"""Days of a span → positions on the time axis of a chart, and the positions without data."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from analysis.documents.labels import Labels
from analysis.report.figures import Figures

#: Longest span in days with a position for each day; longer spans have one for each week
_DAYS = 92


def axis_positions(figures: Figures) -> dict[date, date]:
    """Return the position of each day of a span on the axis: the day itself, or the Monday of its week."""
    weekly = len(figures.span.days) > _DAYS
    return {day: day - timedelta(days=day.weekday() * weekly) for day in figures.span.days}


def time_axis(figures: Figures, words: Labels) -> Any:
    """Return the x channel of time, with a position for each day or week."""
    import altair

    places = sorted(set(axis_positions(figures).values()))
    label = "slice(datum.label, 8) + '/' + slice(datum.label, 5, 7)"
    return altair.X(
        "day:O",
        title=words.of("report", "week_from") if len(places) < len(figures.span.days) else None,
        scale=altair.Scale(domain=[place.isoformat() for place in places]),
        axis=altair.Axis(labelExpr=label, labelAngle=0, labelOverlap="greedy", labelSeparation=8),
    )


def counts_by_position(figures: Figures, counts: Mapping[date, int]) -> Counter[date]:
    """Return counts of days summed by position on the axis; 0 for positions without a count."""
    places = axis_positions(figures)
    totals = Counter(dict.fromkeys(places.values(), 0))
    for day, n in counts.items():
        if day in places:
            totals[places[day]] += n
    return totals


def positions_without_data(figures: Figures, counts: Mapping[date, int]) -> list[date]:
    """Return the positions without collection and without articles: their counts are unknown, not 0."""
    places = axis_positions(figures)
    collected = {places[day] for day in figures.collected if day in places}
    return [place for place in sorted(set(places.values())) if place not in collected and not counts[place]]


def positions_partly_known(figures: Figures, counts: Mapping[date, int]) -> set[date]:
    """Return the positions without collection whose articles were found later: their counts are lower bounds."""
    places = axis_positions(figures)
    collected = {places[day] for day in figures.collected if day in places}
    return {place for place in places.values() if place not in collected and counts[place]}


def with_gaps(chart: Any, figures: Figures, words: Labels, high: float, missing: Iterable[date]) -> Any:
    """Add a grey band with a broken border at the positions `missing`, `high` units tall: no data is not 0."""
    import altair

    rows = [{"day": day.isoformat(), "n": high, "what": words.of("report", "no_data")} for day in missing]
    if not rows:
        return chart
    band = (
        altair.Chart(altair.InlineData(values=rows))
        .mark_bar(fill="#eeeeee", stroke="#777777", strokeDash=[3, 3])
        .encode(
            x=time_axis(figures, words),
            y="n:Q",
            opacity=altair.Opacity("what:N", title=None, scale=altair.Scale(range=[1])),
        )
    )
    return altair.layer(band, chart)
