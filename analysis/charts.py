"""Figures → pictures in one grammar, as SVG and PNG, drawn without a browser."""

from collections import Counter
from collections.abc import Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from analysis.day import Day
from analysis.labels import Labels
from analysis.paper import Picture
from pipeline.records import Tone

if TYPE_CHECKING:
    from analysis.period import Figures

#: Okabe and Ito's colours, told apart by all kinds of colour vision; also by lightness, so in print without colours.
_COLOURS: Mapping[Tone, str] = {
    "positive": "#0072B2",
    "neutral": "#BBBBBB",
    "negative": "#D55E00",
    "unsure": "#EEE4B0",
}
_WIDTH = 460
#: articles below which a picture says less than the sentence
_FEWEST = 8
#: times the size of the SVG: 300 dots per inch on 150 mm
_SCALE = 2.5


def topics_by_tone(day: Day, words: Labels, topics: Mapping[str, str]) -> Picture | None:
    """Return how many articles each section of the day holds, by tone; None for a day of few."""
    named = [(words.say("foreign"), day.foreign)]
    named += [(topics.get(section.topic, section.topic), section.stories) for section in day.sections]
    named += [(words.say("undated"), day.undated)]
    rows: list[dict[str, Any]] = []
    totals: Counter[str] = Counter()
    for name, stories in named:
        counts = Counter(item.tags.tone for story in stories for item in story.items)
        totals[name] += sum(counts.values())
        for place, tone in enumerate(_COLOURS):
            if counts[tone]:
                rows.append({"topic": name, "tone": words.of("tone", tone), "place": place, "n": counts[tone]})
    if sum(totals.values()) < _FEWEST:
        return None
    order = [name for name, _ in named if totals[name]]
    return _bars(rows, order, totals, words, words.say("chart_topics"))


def _bars(
    rows: list[dict[str, Any]], order: list[str], totals: Mapping[str, int], words: Labels, title: str
) -> Picture:
    """Return one bar for each name in `order`, divided by tone."""
    import altair

    chart = (
        altair.Chart(altair.InlineData(values=rows))
        .mark_bar(stroke="#ffffff", strokeWidth=1)
        .encode(
            y=altair.Y("topic:N", sort=order, title=None, axis=altair.Axis(labelLimit=320)),
            x=altair.X("sum(n):Q", title=words.say("outlet_items"), axis=altair.Axis(format="d", tickMinStep=1)),
            color=altair.Color(
                "tone:N",
                title=words.say("tones"),
                scale=altair.Scale(domain=[words.of("tone", t) for t in _COLOURS], range=list(_COLOURS.values())),
            ),
            order=altair.Order("place:Q"),
        )
        .properties(width=_WIDTH, height=altair.Step(28), title=title)
    )
    listed = "; ".join(f"{name} {totals[name]}" for name in order)
    return _drawn(chart, f"{title}: {listed}")


def _drawn(chart: Any, alt: str) -> Picture:
    import vl_convert

    sizes = {"labelFontSize": 14, "titleFontSize": 14}
    spec = (
        chart.configure(font="sans-serif").configure_axis(**sizes).configure_legend(**sizes, orient="bottom").to_dict()
    )
    spec["background"] = "#ffffff"
    svg: str = vl_convert.vegalite_to_svg(spec)
    png: bytes = vl_convert.vegalite_to_png(spec, scale=_SCALE)
    return Picture(png, svg, alt)


def volume(found: "Figures", words: Labels) -> Picture | None:
    """Return the articles of each day (week, where there are more than 92 days); None for a few articles.

    Days without collection stand in a grey band of their own: no data is not 0.
    """
    import altair

    if found.items < _FEWEST:
        return None
    weekly = len(found.span.days) > 92
    counts: Counter[date] = Counter()
    missing: set[date] = set()
    for day in found.span.days:
        start = day - timedelta(days=day.weekday()) if weekly else day
        counts[start] += found.days[day]
        if day not in found.collected and not found.days[day] and not counts[start]:
            missing.add(start)
    high = max(counts.values())
    missing = {start for start in missing if not counts[start]}
    rows = [{"day": day.isoformat(), "n": n} for day, n in sorted(counts.items()) if day not in missing]
    gaps = [{"day": day.isoformat(), "n": high, "what": words.of("report", "no_data")} for day in sorted(missing)]
    x = altair.X(
        "day:O", title=None, axis=altair.Axis(labelExpr="slice(datum.label, 8) + '/' + slice(datum.label, 5, 7)")
    )
    y = altair.Y("n:Q", title=words.of("report", "articles"), axis=altair.Axis(format="d", tickMinStep=1))
    bars = altair.Chart(altair.InlineData(values=rows)).mark_bar(color=_COLOURS["positive"]).encode(x=x, y=y)
    band = (
        altair.Chart(altair.InlineData(values=gaps))
        .mark_bar(fill="#eeeeee", stroke="#999999", strokeDash=[3, 3])
        .encode(x=x, y=y, color=altair.Color("what:N", title=None, scale=altair.Scale(range=["#eeeeee"])))
    )
    chart = (altair.layer(bars, band) if gaps else bars).properties(
        width=_WIDTH, height=180, title=words.of("report", "chart_volume")
    )
    told = "; ".join(f"{words.short_date(day)} {n}" for day, n in counts.most_common(3))
    return _drawn(chart, f"{words.of('report', 'chart_volume')}: {told}")


def topics_of(found: "Figures", words: Labels, topics: Mapping[str, str]) -> Picture | None:
    """Return how many articles each topic of a span holds, by tone; None for a few articles."""
    if found.items < _FEWEST or not found.topics:
        return None
    totals = {topics.get(t, t): sum(tones.values()) for t, tones in found.topics.items()}
    rows = [
        {"topic": topics.get(t, t), "tone": words.of("tone", tone), "place": place, "n": tones[tone]}
        for t, tones in found.topics.items()
        for place, tone in enumerate(_COLOURS)
        if tones[tone]
    ]
    order = sorted(totals, key=lambda name: (-totals[name], name))
    return _bars(rows, order, totals, words, words.of("report", "chart_topic"))
