"""Figures → pictures in one grammar, as SVG and PNG, drawn without a browser."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from analysis.day import Day
from analysis.labels import Labels
from analysis.paper import Picture
from pipeline.records import Tone

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
    import altair

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
        .properties(width=_WIDTH, height=altair.Step(28), title=words.say("chart_topics"))
    )
    listed = "; ".join(f"{name} {totals[name]}" for name in order)
    return _drawn(chart, f"{words.say('chart_topics')}: {listed}")


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
