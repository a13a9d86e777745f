"""Figures of a periodic report → heat map of articles by source and day, gaps hatched."""

from collections import Counter
from datetime import date
from typing import Any

from analysis.documents.blocks import Picture
from analysis.documents.chart_style import WIDTH, render_chart
from analysis.documents.labels import Labels
from analysis.report.figures import Figures
from analysis.report.time_axis import axis_positions, time_axis

#: Sources shown: those with most articles, and of the others those that failed on most days
_SOURCES, _FAILING = 30, 10
#: Pixels of a row; letters of a name
_ROW, _NAME = 15, 30
#: Pixels of a letter of a name
_LETTER = 6
#: SVG path of the hatching, in a cell two wide and two high
_HATCH = "M-1,0L0,-1M-1,1L1,-1M0,1L1,0"


def heatmap(figures: Figures, words: Labels) -> Picture | None:
    """Return articles by source and day (or week); hatched if the source was not read on most days of a cell."""
    import altair

    sources = _select_sources(figures)
    if not sources:
        return None
    places = axis_positions(figures)
    columns = len(set(places.values()))
    names = _names(figures, sources)
    counts: dict[tuple[str, date], int] = {}
    read: Counter[tuple[str, date]] = Counter()
    days_of = Counter(places.values())
    for source in sources:
        days = figures.outlets[source].days if source in figures.outlets else Counter[date]()
        for day, place in places.items():
            cell = source, place
            counts[cell] = counts.get(cell, 0) + days[day]
            if day in figures.read_days.get(source, ()):
                read[cell] += 1
    rows: list[dict[str, Any]] = [
        {"source": names[source], "day": place.isoformat(), "n": n}
        for (source, place), n in counts.items()
        if n or read[source, place]
    ]
    gaps = [
        {"source": names[source], "day": place.isoformat(), "what": words.of("report", "no_data")}
        for source, place in counts
        if 2 * read[source, place] < days_of[place]
    ]
    x = time_axis(figures, words)
    y = altair.Y("source:N", sort=list(names.values()), title=None, axis=altair.Axis(labelLimit=320, labelFontSize=11))
    high = max((row["n"] for row in rows), default=0)
    colour = altair.Color(
        "n:Q",
        title=words.of("report", "articles"),
        scale=altair.Scale(domain=[0, max(high, 1)], range=["#f4f7fb", "#08306b"]),
        legend=altair.Legend(format=",d", values=sorted({0, max(high, 1) // 2, max(high, 1)}), gradientLength=150),
    )
    cells = altair.Chart(altair.InlineData(values=rows)).mark_rect(stroke="#ffffff", strokeWidth=1)
    layers: list[Any] = [cells.encode(x=x, y=y, color=colour)]
    if gaps:
        beside = _LETTER * max(map(len, names.values()))
        side = min(_ROW, (WIDTH - beside) / columns) - 1
        shape = altair.Shape(
            "what:N", title=None, scale=altair.Scale(range=[_HATCH]), legend=altair.Legend(symbolStrokeColor="#777777")
        )
        hatch = altair.Chart(altair.InlineData(values=gaps)).mark_point(
            stroke="#777777", strokeWidth=0.8, filled=False, size=side * side, opacity=1
        )
        layers.append(hatch.encode(x=x, y=y, shape=shape))
    title = words.of("report", "chart_heat")
    summary = words.of("report", "heat_told", sources=len(sources), gaps=len(gaps), cells=len(counts))
    chart = altair.layer(*layers).properties(width=WIDTH, height=altair.Step(_ROW), title=title)
    return render_chart(chart, f"{title}: {summary}", words)


def _select_sources(figures: Figures) -> list[str]:
    """Return the sources to show, those of most articles first."""
    items = {source: outlet.items for source, outlet in figures.outlets.items()}
    failed = {source: len(days) for source, days in figures.failed_days.items()}
    most = sorted(items, key=lambda s: (-items[s], s))[:_SOURCES]
    others = sorted(figures.names.keys() - set(most), key=lambda s: (-failed.get(s, 0), s))
    return most + others[:_FAILING]


def _names(figures: Figures, sources: list[str]) -> dict[str, str]:
    """Return a unique name for each source, short enough to stand beside the map."""
    names: dict[str, str] = {}
    for source in sources:
        outlet = figures.outlets.get(source)
        name = figures.names.get(source) or (outlet.name if outlet is not None else source)
        name = name if len(name) <= _NAME else name[: _NAME - 1].rstrip() + "…"
        names[source] = f"{name} ({source})" if name in names.values() else name
    return names
