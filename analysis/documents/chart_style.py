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
#: Axes of names and of whole numbers, as Vega-Lite writes them
_NAMES: dict[str, Any] = {"labelLimit": 320, "labelExpr": "split(datum.label, '\\n')"}
_NUMBERS: dict[str, Any] = {"format": ",d", "tickMinStep": 1}
#: Scale of the PNG: 300 dots per inch on 150 mm
_SCALE = 2.5


def bars(rows: list[dict[str, Any]], order: list[str], totals: Mapping[str, int], words: Labels, title: str) -> Picture:
    """Return one bar for each name in `order`, divided by tone; rows hold topic, tone, place (of the tone) and n."""
    # Written out, since this chart is in every digest: Altair takes longer to import than the chart to draw.
    is_roomy = len(order) <= _ROOMY
    wrapped = {name: wrap(name) if is_roomy else name for name in order}
    least = 28 if is_roomy else 20
    tones = {"domain": [words.of("tone", tone) for tone in COLOURS], "range": [*COLOURS.values()]}
    spec = {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.4.1.json",
        "config": {"view": {"continuousWidth": 300, "continuousHeight": 300}, **_look()},
        "data": {"values": [{**row, "topic": wrapped[row["topic"]]} for row in rows]},
        "mark": {"type": "bar", "stroke": "#ffffff", "strokeWidth": 1},
        "encoding": {
            "y": {"field": "topic", "type": "nominal", "sort": [*wrapped.values()], "title": None, "axis": _NAMES},
            "x": {
                "aggregate": "sum",
                "field": "n",
                "type": "quantitative",
                "title": words.say("outlet_items"),
                "axis": _NUMBERS,
            },
            "color": {"field": "tone", "type": "nominal", "title": words.say("tones"), "scale": tones},
            "order": {"field": "place", "type": "quantitative"},
        },
        "width": WIDTH,
        "height": {"step": _bar_height(wrapped.values(), least)},
        "title": title,
    }
    figures = "; ".join(f"{name} {totals[name]}" for name in order)
    return _render(spec, f"{title}: {figures}", words)


def wrap(name: str) -> str:
    """Return a name in lines short enough to stand beside a chart."""
    return "\n".join(textwrap.wrap(name, _LINE)) or name


def names_axis(field: str, names: Iterable[str]) -> Any:
    """Return the y channel for bars with these names (from `wrap`), in this order."""
    import altair

    return altair.Y(f"{field}:N", sort=list(names), title=None, axis=altair.Axis(**_NAMES))


def step(names: Iterable[str], least: int) -> Any:
    """Return the height of a bar with its gap, in pixels: `least`, or more where a name takes several lines."""
    import altair

    return altair.Step(_bar_height(names, least))


def _bar_height(names: Iterable[str], least: int) -> int:
    return max([least, *(_LINE_HEIGHT * (name.count("\n") + 1) + 6 for name in names)])


def tone_colour(words: Labels) -> Any:
    """Return the colour channel of tones."""
    import altair

    names = [words.of("tone", tone) for tone in COLOURS]
    return altair.Color("tone:N", title=words.say("tones"), scale=altair.Scale(domain=names, range=[*COLOURS.values()]))


def whole_numbers() -> Any:
    import altair

    return altair.Axis(**_NUMBERS)


def render_chart(chart: Any, alt: str, words: Labels) -> Picture:
    """Return an Altair chart as a picture, with the number format of the language."""
    look = _look()
    styled = chart.configure(font=look["font"]).configure_axis(**look["axis"]).configure_legend(**look["legend"])
    return _render(styled.to_dict(), alt, words)


def _look() -> dict[str, Any]:
    """Return the settings that all charts share, as Vega-Lite's `config`."""
    sizes = {"labelFontSize": 14, "titleFontSize": 14}
    return {"font": fonts.FONT_NAME, "axis": sizes, "legend": {**sizes, "orient": "bottom"}}


def _render(spec: dict[str, Any], alt: str, words: Labels) -> Picture:
    import vl_convert

    fonts.register_fonts()
    spec["background"] = "#ffffff"
    spec["autosize"] = {"type": "fit-x", "contains": "padding"}
    point, thousands = (",", ".") if words.lang == "vi" else (".", ",")
    number_format = {"decimal": point, "thousands": thousands, "grouping": [3], "currency": ["", ""]}
    svg: str = vl_convert.vegalite_to_svg(spec, format_locale=number_format)
    png: bytes = vl_convert.svg_to_png(svg, scale=_SCALE)
    return Picture(png, svg, alt)
