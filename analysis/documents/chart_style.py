"""Figures → pictures in one grammar, as SVG and PNG, drawn without a browser."""

import textwrap
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from analysis.digest.model import Digest
from analysis.documents import fonts
from analysis.documents.blocks import Picture
from analysis.documents.labels import Labels
from pipeline.records import Tone

#: Of Okabe and Ito's colours, told apart by all kinds of colour vision; the tones by lightness too, for print in grey.
COLOURS: Mapping[Tone, str] = {
    "positive": "#56B4E9",
    "neutral": "#D0D0D0",
    "negative": "#D55E00",
    "unsure": "#F5EDC8",
}
#: of a whole picture, the names beside it included: so letters have one size in all pictures of a document
WIDTH = 540
#: letters of a name in one line
_LINE = 28
#: pixels of a line
_LINE_HEIGHT = 16
#: of what has no tone, and of what stands beside what a chart is about
PLAIN, ASIDE = "#0072B2", "#BBBBBB"
#: articles below which a picture says less than the sentence
LEAST_ITEMS = 8
#: bars up to which each gets more room
_ROOMY = 10
#: times the size of the SVG: 300 dots per inch on 150 mm
_SCALE = 2.5


def topics_by_tone(day: Digest, words: Labels, topics: Mapping[str, str]) -> Picture | None:
    """Return how many articles each section of the day holds, by tone; None for a day of few."""
    named = [(words.say("foreign"), day.foreign)]
    named += [(topics.get(section.topic, section.topic), section.stories) for section in day.sections]
    named += [(words.say("undated"), day.undated)]
    rows: list[dict[str, Any]] = []
    totals: Counter[str] = Counter()
    for name, stories in named:
        counts = Counter(item.tags.tone for story in stories for item in story.items)
        totals[name] += sum(counts.values())
        for place, tone in enumerate(COLOURS):
            if counts[tone]:
                rows.append({"topic": name, "tone": words.of("tone", tone), "place": place, "n": counts[tone]})
    if sum(totals.values()) < LEAST_ITEMS:
        return None
    order = [name for name, _ in named if totals[name]]
    return bars(rows, order, totals, words, words.say("chart_topics"))


def bars(rows: list[dict[str, Any]], order: list[str], totals: Mapping[str, int], words: Labels, title: str) -> Picture:
    """Return one bar for each name in `order`, divided by tone; rows hold topic, tone, place (of the tone) and n."""
    import altair

    is_roomy = len(order) <= _ROOMY
    wrapped = {name: wrap(name) if is_roomy else name for name in order}
    chart = (
        altair.Chart(altair.InlineData(values=[{**row, "topic": wrapped[row["topic"]]} for row in rows]))
        .mark_bar(stroke="#ffffff", strokeWidth=1)
        .encode(
            y=names_axis("topic", wrapped.values()),
            x=altair.X("sum(n):Q", title=words.say("outlet_items"), axis=whole_numbers()),
            color=tone_colour(words),
            order=altair.Order("place:Q"),
        )
        .properties(width=WIDTH, height=step(wrapped.values(), 28 if is_roomy else 20), title=title)
    )
    listed = "; ".join(f"{name} {totals[name]}" for name in order)
    return render_chart(chart, f"{title}: {listed}", words)


def wrap(name: str) -> str:
    """Return a name in lines short enough to stand beside a chart."""
    return "\n".join(textwrap.wrap(name, _LINE)) or name


def names_axis(field: str, names: Iterable[str]) -> Any:
    """Return the channel of bars of these names (of `wrap`), in this order."""
    import altair

    axis = altair.Axis(labelLimit=320, labelExpr="split(datum.label, '\\n')")
    return altair.Y(f"{field}:N", sort=list(names), title=None, axis=axis)


def step(names: Iterable[str], least: int) -> Any:
    """Return the height of a bar with its share of room: at least so much, and more where a name takes lines."""
    import altair

    return altair.Step(max([least, *(_LINE_HEIGHT * (name.count("\n") + 1) + 6 for name in names)]))


def tone_colour(words: Labels) -> Any:
    """Return the channel that gives each tone its colour."""
    import altair

    names = [words.of("tone", tone) for tone in COLOURS]
    return altair.Color("tone:N", title=words.say("tones"), scale=altair.Scale(domain=names, range=[*COLOURS.values()]))


def whole_numbers() -> Any:
    import altair

    return altair.Axis(format=",d", tickMinStep=1)


def render_chart(chart: Any, alt: str, words: Labels) -> Picture:
    """Return a chart as a picture, figures written as the language writes them."""
    import vl_convert

    fonts.register_fonts()
    sizes = {"labelFontSize": 14, "titleFontSize": 14}
    spec = (
        chart.configure(font=fonts.FONT_NAME)
        .configure_axis(**sizes)
        .configure_legend(**sizes, orient="bottom")
        .to_dict()
    )
    spec["background"] = "#ffffff"
    spec["autosize"] = {"type": "fit-x", "contains": "padding"}
    point, thousands = (",", ".") if words.lang == "vi" else (".", ",")
    written = {"decimal": point, "thousands": thousands, "grouping": [3], "currency": ["", ""]}
    svg: str = vl_convert.vegalite_to_svg(spec, format_locale=written)
    png: bytes = vl_convert.svg_to_png(svg, scale=_SCALE)
    return Picture(png, svg, alt)
