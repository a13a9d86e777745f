"""Figures of a periodic report → its charts, in the grammar of analysis.documents.chart_style."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
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
from analysis.report.time_axis import axis_positions, counts_by_position, positions_without_data, time_axis, with_gaps

#: outlets, and countries and languages, that are shown
_OUTLETS, _OTHERS = 15, 8
#: stories whose beginning is marked on the chart of volume
_MARKED = 3
_HEIGHT = 100
#: pixels from a row of marks to the one above it, and places of a chart within which two marks may touch
_MARK, _NEAR = 15, 2


def report_charts(report: PeriodicReport, words: Labels, topics: Mapping[str, str]) -> dict[str, Picture]:
    """Return the charts that have something to say, by name; none for a few articles.

    Names: volume, attention, tone, topics, voice, outlets, countries, languages, heat.
    """
    found = report.now
    if found.items < LEAST_ITEMS:
        return {}
    made = {
        "volume": _volume(report, words),
        "attention": _attention(found, words),
        "tone": _tone(found, words),
        "topics": _topics(found, words, topics),
        "voice": _voice(report, words),
        "outlets": _outlets(found, words),
        "countries": _counts(found.countries, words.country, words, "chart_countries"),
        "languages": _counts(found.languages, lambda tag: words.language(tag or "und"), words, "chart_languages"),
        "heat": heatmap(found, words),
    }
    return {name: picture for name, picture in made.items() if picture is not None}


def _titled(words: Labels, key: str, told: Iterable[str]) -> tuple[str, str]:
    title = words.of("report", key)
    return title, f"{title}: {'; '.join(told)}"


def _volume(report: PeriodicReport, words: Labels) -> Picture:
    import altair

    found = report.now
    counts = counts_by_position(found, found.days)
    missing = positions_without_data(found, counts)
    high = max(counts.values())
    rows = [{"day": day.isoformat(), "n": n} for day, n in sorted(counts.items()) if day not in missing]
    y = altair.Y("n:Q", title=words.of("report", "articles"), axis=whole_numbers())
    chart: Any = (
        altair.Chart(altair.InlineData(values=rows)).mark_bar(color=PLAIN).encode(x=time_axis(found, words), y=y)
    )
    marks = _marks(report, counts)
    for level in sorted({row["level"] for row in marks}):
        some = altair.InlineData(values=[row for row in marks if row["level"] == level])
        text = altair.Chart(some).mark_text(dy=-9 - _MARK * level, fontSize=14, fontWeight="bold")
        chart = altair.layer(chart, text.encode(x=time_axis(found, words), y="n:Q", text="mark:N"))
    told = [f"{words.short_date(day)} {n}" for day, n in counts.most_common(5)]
    told += [f"{row['mark']}: {words.short_date(date.fromisoformat(row['day']))}" for row in marks]
    title, alt = _titled(words, "chart_volume", told)
    chart = with_gaps(chart, found, words, high, missing).properties(width=WIDTH, height=_HEIGHT, title=title)
    return render_chart(chart, alt, words)


def _marks(report: PeriodicReport, counts: Mapping[date, int]) -> list[dict[str, Any]]:
    """Return the marks above the bars: the number of a story where it begins, a triangle on unusual days."""
    places = axis_positions(report.now)
    marks: dict[date, list[str]] = {}
    for n, story in enumerate(report.spread[:_MARKED]):
        marks.setdefault(places.get(story.start.astimezone(report.zone).date(), report.now.span.first), []).append(
            str(n + 1)
        )
    for day in sorted({day for day, _ in report.signals if day in places}):
        told = marks.setdefault(places[day], [])
        if "▲" not in told:
            told.append("▲")
    rows: list[dict[str, Any]] = []
    order = sorted(counts)
    for day, told in sorted(marks.items()):
        # Those that would touch their neighbour stand above it.
        near = bool(rows) and order.index(day) - order.index(date.fromisoformat(rows[-1]["day"])) <= _NEAR
        level = 1 - rows[-1]["level"] if near else 0
        rows.append({"day": day.isoformat(), "n": counts[day], "mark": " ".join(told), "level": level})
    return rows


def _attention(found: Figures, words: Labels) -> Picture | None:
    """Return articles for each thousand pages that were read; where none were, the line is broken."""
    import altair

    # Articles of a day of which no page was read, found later, have nothing that they could be held against.
    counted = {day: n for day, n in found.days.items() if found.page_days[day]}
    items, pages = counts_by_position(found, counted), counts_by_position(found, found.page_days)
    rates = {day: 1000 * items[day] / pages[day] if pages[day] else None for day in sorted(items)}
    known = {day: rate for day, rate in rates.items() if rate is not None}
    if len(known) < 2:
        return None
    title, alt = _titled(
        words,
        "chart_attention",
        [f"{words.short_date(day)} {words.number(known[day])}" for day in sorted(known, key=lambda d: -known[d])[:5]],
    )
    rows = [{"day": day.isoformat(), "n": rate} for day, rate in rates.items()]
    chart = (
        altair.Chart(altair.InlineData(values=rows))
        .mark_line(color=PLAIN, point=altair.OverlayMarkDef(color=PLAIN, size=25), invalid="break-paths-filter-domains")
        .encode(x=time_axis(found, words), y=altair.Y("n:Q", title=words.of("report", "attention_axis")))
    )
    missing = [day for day, rate in rates.items() if rate is None]
    chart = with_gaps(chart, found, words, max(known.values()), missing)
    return render_chart(chart.properties(width=WIDTH, height=_HEIGHT, title=title), alt, words)


def _tone(found: Figures, words: Labels) -> Picture:
    import altair

    by_tone_ = {
        tone: counts_by_position(found, {d: n for (d, t), n in found.told.items() if t == tone}) for tone in COLOURS
    }
    totals = counts_by_position(found, found.days)
    missing = positions_without_data(found, totals)
    rows = [
        {"day": day.isoformat(), "tone": words.of("tone", tone), "place": place, "n": counts[day]}
        for place, (tone, counts) in enumerate(by_tone_.items())
        for day in sorted(totals)
        if counts[day]
    ]
    told = [f"{words.of('tone', tone)} {counts.total()}" for tone, counts in by_tone_.items()]
    title, alt = _titled(words, "chart_tone", told)
    y = altair.Y("sum(n):Q", title=words.of("report", "articles"), axis=whole_numbers())
    chart = (
        altair.Chart(altair.InlineData(values=rows))
        .mark_bar(stroke="#ffffff", strokeWidth=0.5)
        .encode(x=time_axis(found, words), y=y, color=tone_colour(words), order=altair.Order("place:Q"))
    )
    chart = with_gaps(chart, found, words, max(totals.values()), missing)
    return render_chart(chart.properties(width=WIDTH, height=_HEIGHT, title=title), alt, words)


def _topics(found: Figures, words: Labels, topics: Mapping[str, str]) -> Picture | None:
    named = {topics.get(topic, topic): tones for topic, tones in found.topics.items()}
    return _by_tone(named, words, "chart_topic", len(named))


def _outlets(found: Figures, words: Labels) -> Picture | None:
    named: dict[str, Counter[Any]] = {}
    for outlet in found.outlets.values():
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
    if left := sum(counts[key] for key in most[_OTHERS:]):
        rows.append({"name": words.of("report", "others"), "n": left, "own": False})
    return _plain_bars(rows, words, title, words.of("report", "articles"))


def _plain_bars(rows: list[dict[str, Any]], words: Labels, title: str, axis: str) -> Picture:
    """Return a bar with its figure for each row of name, n, own; those that are not own stand back."""
    import altair

    heading, alt = _titled(words, title, [f"{row['name']} {row['n']}" for row in rows])
    rows = [{**row, "name": wrap(row["name"])} for row in rows]
    names = [row["name"] for row in rows]
    base = altair.Chart(altair.InlineData(values=rows)).encode(
        y=names_axis("name", names),
        x=altair.X("n:Q", title=axis, axis=whole_numbers()),
    )
    colour = altair.Color("own:N", scale=altair.Scale(domain=[True, False], range=[PLAIN, ASIDE]), legend=None)
    figures = base.mark_text(align="left", dx=4, fontSize=14).encode(text=altair.Text("n:Q", format=",d"))
    chart = altair.layer(base.mark_bar().encode(color=colour), figures)
    return render_chart(chart.properties(width=WIDTH, height=step(names, 26), title=heading), alt, words)
