"""Style shared by all charts: colours, sizes, axes; Altair chart, or bars by tone, → SVG and PNG, without a browser."""

import textwrap
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from analysis.documents import fonts
from analysis.documents.blocks import Picture
from analysis.documents.labels import Labels
from analysis.documents.stacked_bars import LINE_HEIGHT, StackedBars, stacked_bars
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
    is_roomy = len(order) <= _ROOMY
    names = {name: wrap(name) if is_roomy else name for name in order}
    numbers: dict[str, Counter[str]] = {name: Counter() for name in order}
    for row in rows:
        numbers[row["topic"]][row["tone"]] += row["n"]
    chart = StackedBars(
        title=title,
        axis=words.say("outlet_items"),
        legend=words.say("tones"),
        colours={words.of("tone", tone): colour for tone, colour in COLOURS.items()},
        bars=[(names[name].split("\n"), numbers[name]) for name in order],
        width=WIDTH,
        step=_bar_height(names.values(), 28 if is_roomy else 20),
        thousands=_separators(words)[1],
    )
    figures = "; ".join(f"{name} {totals[name]}" for name in order)
    return _picture(stacked_bars(chart), f"{title}: {figures}")


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
    return max([least, *(LINE_HEIGHT * (name.count("\n") + 1) + 6 for name in names)])


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
    point, thousands = _separators(words)
    number_format = {"decimal": point, "thousands": thousands, "grouping": [3], "currency": ["", ""]}
    svg: str = vl_convert.vegalite_to_svg(spec, format_locale=number_format)
    return _picture(svg, alt)


def _picture(svg: str, alt: str) -> Picture:
    import vl_convert

    fonts.register_fonts()
    png: bytes = vl_convert.svg_to_png(svg, scale=_SCALE)
    return Picture(png, svg, alt)


def _separators(words: Labels) -> tuple[str, str]:
    """Return what stands before decimals and between thousands in the language."""
    return (",", ".") if words.lang == "vi" else (".", ",")
