"""Figures of a periodic report → its charts, in the grammar of analysis.documents.chart_style."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date
from typing import Any

from analysis.documents.blocks import Picture
from analysis.documents.chart_style import (
    ASIDE,
    COLOURS,
    LEAST_ITEMS,
    PLAIN,
    WIDTH,
    bars,
    names_axis,
    render_chart,
    step,
    tone_colour,
    whole_numbers,
    wrap,
)
from analysis.documents.labels import Labels
from analysis.report.figures import Figures
from analysis.report.heatmap import heatmap
from analysis.report.model import PeriodicReport
from analysis.report.time_axis import (
    axis_positions,
    counts_by_position,
    positions_partly_known,
    positions_without_data,
    time_axis,
    with_gaps,
)

#: Outlets shown; countries and languages shown
_OUTLETS, _OTHERS = 15, 8
#: Stories whose beginning is marked on the chart of volume
_MARKED = 3
#: Pixels of a chart over time
_HEIGHT = 100
#: Pixels from a row of marks to the row above; bars within which two marks may touch
_MARK, _NEAR = 15, 2
#: Opacity of a bar that may be too low
_PALE = 0.45


def report_charts(report: PeriodicReport, words: Labels, topics: Mapping[str, str]) -> dict[str, Picture]:
    """Return the charts of a report by name; none for fewer than LEAST_ITEMS articles.

    Names: volume, attention, tone, topics, voice, outlets, countries, languages, heat.
    """
    figures = report.now
    if figures.items < LEAST_ITEMS:
        return {}
    charts = {
        "volume": _volume(report, words),
        "attention": _attention(figures, words),
        "tone": _tone(figures, words),
        "topics": _topics(figures, words, topics),
        "voice": _voice(report, words),
        "outlets": _outlets(figures, words),
        "countries": _counts(figures.countries, words.country, words, "chart_countries"),
        "languages": _counts(figures.languages, lambda tag: words.language(tag or "und"), words, "chart_languages"),
        "heat": heatmap(figures, words),
    }
    return {name: picture for name, picture in charts.items() if picture is not None}


def _title_and_alt(words: Labels, key: str, entries: Iterable[str]) -> tuple[str, str]:
    title = words.of("report", key)
    return title, f"{title}: {'; '.join(entries)}"


def _volume(report: PeriodicReport, words: Labels) -> Picture:
    import altair

    figures = report.now
    counts = counts_by_position(figures, figures.days)
    missing = positions_without_data(figures, counts)
    high = max(counts.values())
    partly = positions_partly_known(figures, counts)
    y = altair.Y("n:Q", title=words.of("report", "articles"), axis=whole_numbers())

    def layer_of(days: Collection[date], opacity: float) -> Any:
        rows = [{"day": day.isoformat(), "n": counts[day]} for day in sorted(days)]
        data = altair.Chart(altair.InlineData(values=rows))
        return data.mark_bar(color=PLAIN, opacity=opacity).encode(x=time_axis(figures, words), y=y)

    chart = layer_of(counts.keys() - set(missing) - partly, 1.0)
    if partly:
        chart = altair.layer(chart, layer_of(partly, _PALE))
    marks = _marks(report, counts)
    for level in sorted({row["level"] for row in marks}):
        some = altair.InlineData(values=[row for row in marks if row["level"] == level])
        text = altair.Chart(some).mark_text(dy=-9 - _MARK * level, fontSize=14, fontWeight="bold")
        chart = altair.layer(chart, text.encode(x=time_axis(figures, words), y="n:Q", text="mark:N"))
    entries = [f"{words.short_date(day)} {n}" for day, n in counts.most_common(5)]
    entries += [f"{row['mark']}: {words.short_date(date.fromisoformat(row['day']))}" for row in marks]
    title, alt = _title_and_alt(words, "chart_volume", entries)
    chart = with_gaps(chart, figures, words, high, missing).properties(width=WIDTH, height=_HEIGHT, title=title)
    return render_chart(chart, alt, words)


def _marks(report: PeriodicReport, counts: Mapping[date, int]) -> list[dict[str, Any]]:
    """Return the marks above the bars: the number of a story where it begins, a triangle on days with surges."""
    places = axis_positions(report.now)
    marks: dict[date, list[str]] = {}
    for n, story in enumerate(report.spread[:_MARKED]):
        marks.setdefault(places.get(story.start.astimezone(report.zone).date(), report.now.span.first), []).append(
            str(n + 1)
        )
    for day in sorted({day for day, _ in report.signals if day in places}):
        day_marks = marks.setdefault(places[day], [])
        if "▲" not in day_marks:
            day_marks.append("▲")
    rows: list[dict[str, Any]] = []
    order = sorted(counts)
    for day, day_marks in sorted(marks.items()):
        # A mark that would touch its neighbour is put above it.
        near = bool(rows) and order.index(day) - order.index(date.fromisoformat(rows[-1]["day"])) <= _NEAR
        level = 1 - rows[-1]["level"] if near else 0
        rows.append({"day": day.isoformat(), "n": counts[day], "mark": " ".join(day_marks), "level": level})
    return rows


def _attention(figures: Figures, words: Labels) -> Picture | None:
    """Return articles for each thousand pages read; the line is broken where no pages were read."""
    import altair

    # Articles of a day without pages read were found later, or in archives: there is nothing to divide them by.
    counted = {day: n for day, n in figures.found_days.items() if figures.page_days[day]}
    items, pages = counts_by_position(figures, counted), counts_by_position(figures, figures.page_days)
    rates = {day: 1000 * items[day] / pages[day] if pages[day] else None for day in sorted(items)}
    known = {day: rate for day, rate in rates.items() if rate is not None}
    if len(known) < 2:
        return None
    title, alt = _title_and_alt(
        words,
        "chart_attention",
        [f"{words.short_date(day)} {words.number(known[day])}" for day in sorted(known, key=lambda d: -known[d])[:5]],
    )
    rows = [{"day": day.isoformat(), "n": rate} for day, rate in rates.items()]
    chart = (
        altair.Chart(altair.InlineData(values=rows))
        .mark_line(color=PLAIN, point=altair.OverlayMarkDef(color=PLAIN, size=25), invalid="break-paths-filter-domains")
        .encode(x=time_axis(figures, words), y=altair.Y("n:Q", title=words.of("report", "attention_axis")))
    )
    missing = [day for day, rate in rates.items() if rate is None]
    chart = with_gaps(chart, figures, words, max(known.values()), missing)
    return render_chart(chart.properties(width=WIDTH, height=_HEIGHT, title=title), alt, words)


def _tone(figures: Figures, words: Labels) -> Picture:
    import altair

    by_tone = {
        tone: counts_by_position(figures, {d: n for (d, t), n in figures.by_day_and_tone.items() if t == tone})
        for tone in COLOURS
    }
    totals = counts_by_position(figures, figures.days)
    missing = positions_without_data(figures, totals)
    rows = [
        {"day": day.isoformat(), "tone": words.of("tone", tone), "place": place, "n": counts[day]}
        for place, (tone, counts) in enumerate(by_tone.items())
        for day in sorted(totals)
        if counts[day]
    ]
    entries = [f"{words.of('tone', tone)} {counts.total()}" for tone, counts in by_tone.items()]
    title, alt = _title_and_alt(words, "chart_tone", entries)
    y = altair.Y("sum(n):Q", title=words.of("report", "articles"), axis=whole_numbers())
    chart = (
        altair.Chart(altair.InlineData(values=rows))
        .mark_bar(stroke="#ffffff", strokeWidth=0.5)
        .encode(x=time_axis(figures, words), y=y, color=tone_colour(words), order=altair.Order("place:Q"))
    )
    chart = with_gaps(chart, figures, words, max(totals.values()), missing)
    return render_chart(chart.properties(width=WIDTH, height=_HEIGHT, title=title), alt, words)


def _topics(figures: Figures, words: Labels, topics: Mapping[str, str]) -> Picture | None:
    named = {topics.get(topic, topic): tones for topic, tones in figures.topics.items()}
    return _by_tone(named, words, "chart_topic", len(named))


def _outlets(figures: Figures, words: Labels) -> Picture | None:
    named: dict[str, Counter[Any]] = {}
    for outlet in figures.outlets.values():
        named.setdefault(outlet.name, Counter()).update(outlet.tones)
    return _by_tone(named, words, "chart_outlets", _OUTLETS)


def _by_tone(named: Mapping[str, Counter[Any]], words: Labels, title: str, most: int) -> Picture | None:
    totals = {name: tones.total() for name, tones in named.items()}
    order = sorted(totals, key=lambda name: (-totals[name], name))[:most]
    rows = [
        {"topic": name, "tone": words.of("tone", tone), "place": place, "n": named[name][tone]}
        for name in order
        for place, tone in enumerate(COLOURS)
        if named[name][tone]
    ]
    return bars(rows, order, totals, words, words.of("report", title)) if rows else None


def _voice(report: PeriodicReport, words: Labels) -> Picture | None:
    if not any(voice.headlines for voice in report.voice):
        return None
    rows = [{"name": v.name, "n": v.headlines, "own": v.own} for v in report.voice]
    return _plain_bars(rows, words, "chart_voice", words.of("report", "headlines"))


def _counts(counts: Mapping[str, int], name: Callable[[str], str], words: Labels, title: str) -> Picture | None:
    if len(counts) < 2:
        return None
    most = sorted(counts, key=lambda key: (-counts[key], key))
    rows = [{"name": name(key), "n": counts[key], "own": True} for key in most[:_OTHERS]]
    if others := sum(counts[key] for key in most[_OTHERS:]):
        rows.append({"name": words.of("report", "others"), "n": others, "own": False})
    return _plain_bars(rows, words, title, words.of("report", "articles"))


def _plain_bars(rows: list[dict[str, Any]], words: Labels, title: str, axis: str) -> Picture:
    """Return a bar with its figure for each row of name, n, own; bars that are not own are grey."""
    import altair

    heading, alt = _title_and_alt(words, title, [f"{row['name']} {row['n']}" for row in rows])
    rows = [{**row, "name": wrap(row["name"])} for row in rows]
    names = [row["name"] for row in rows]
    base = altair.Chart(altair.InlineData(values=rows)).encode(
        y=names_axis("name", names),
        x=altair.X("n:Q", title=axis, axis=whole_numbers()),
    )
    colour = altair.Color("own:N", scale=altair.Scale(domain=[True, False], range=[PLAIN, ASIDE]), legend=None)
    numbers = base.mark_text(align="left", dx=4, fontSize=14).encode(text=altair.Text("n:Q", format=",d"))
    chart = altair.layer(base.mark_bar().encode(color=colour), numbers)
    return render_chart(chart.properties(width=WIDTH, height=step(names, 26), title=heading), alt, words)
