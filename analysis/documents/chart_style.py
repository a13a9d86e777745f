"""Style shared by all charts: colours, sizes, axes; Altair chart → SVG and PNG, without a browser."""

import textwrap
from collections.abc import Iterable, Mapping
from typing import Any

from analysis.documents import fonts
from analysis.documents.blocks import Picture
from analysis.documents.labels import Labels
from pipeline.records import Tone

#: Colours of Okabe and Ito, distinct for all kinds of colour vision; tones differ in lightness too, for grey print
COLOURS: Mapping[Tone, str] = {
    "positive": "#56B4E9",
    "neutral": "#D0D0D0",
    "negative": "#D55E00",
    "unsure": "#F5EDC8",
}
#: Pixels of a whole picture with the names beside it: letters have one size in all pictures of a document
WIDTH = 540
#: Letters of a name in one line
_LINE = 28
#: Pixels of a line
_LINE_HEIGHT = 16
#: Colours of bars without a tone, and of series shown for comparison
PLAIN, ASIDE = "#0072B2", "#BBBBBB"
#: Articles below which no chart is drawn
LEAST_ITEMS = 8
#: Bars up to which each gets more room
_ROOMY = 10
#: Scale of the PNG: 300 dots per inch on 150 mm
_SCALE = 2.5


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
    figures = "; ".join(f"{name} {totals[name]}" for name in order)
    return render_chart(chart, f"{title}: {figures}", words)


def wrap(name: str) -> str:
    """Return a name in lines short enough to stand beside a chart."""
    return "\n".join(textwrap.wrap(name, _LINE)) or name


def names_axis(field: str, names: Iterable[str]) -> Any:
    """Return the y channel for bars with these names (from `wrap`), in this order."""
    import altair

    axis = altair.Axis(labelLimit=320, labelExpr="split(datum.label, '\\n')")
    return altair.Y(f"{field}:N", sort=list(names), title=None, axis=axis)


def step(names: Iterable[str], least: int) -> Any:
    """Return the height of a bar with its gap, in pixels: `least`, or more where a name takes several lines."""
    import altair

    return altair.Step(max([least, *(_LINE_HEIGHT * (name.count("\n") + 1) + 6 for name in names)]))


def tone_colour(words: Labels) -> Any:
    """Return the colour channel of tones."""
    import altair

    names = [words.of("tone", tone) for tone in COLOURS]
    return altair.Color("tone:N", title=words.say("tones"), scale=altair.Scale(domain=names, range=[*COLOURS.values()]))


def whole_numbers() -> Any:
    import altair

    return altair.Axis(format=",d", tickMinStep=1)


def render_chart(chart: Any, alt: str, words: Labels) -> Picture:
    """Return an Altair chart as a picture, with the number format of the language."""
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
    number_format = {"decimal": point, "thousands": thousands, "grouping": [3], "currency": ["", ""]}
    svg: str = vl_convert.vegalite_to_svg(spec, format_locale=number_format)
    png: bytes = vl_convert.svg_to_png(svg, scale=_SCALE)
    return Picture(png, svg, alt)
