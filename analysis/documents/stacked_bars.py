"""Numbers by name and tone → an SVG of bars that are divided by tone, as Vega-Lite draws them.

Every digest has this chart. Vega-Lite needs the engine of a browser, whose start alone takes half a second of CPU, and
puts a name of several lines below the middle of its bar, where it runs into the next one; other charts are drawn by it.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from xml.sax.saxutils import escape, quoteattr

from analysis.documents.fonts import FONT_NAME, text_width

#: Pixels of letters, of the title, between the lines of a name
_SIZE, _TITLE, LINE_HEIGHT = 14, 13, 16
#: Pixels around the chart, above the bars, below them with axis and legend, and from the bars to the legend
_EDGE, _ABOVE, _BELOW, _LEGEND = 5, 22, 95, 57
#: Share of a bar's height that is left free
_GAP = 0.1
#: Pixels for one tick of the axis of numbers
_TICK = 40
#: Colours of the grid, of the axes, between the bars
_GRID, _AXIS, _BETWEEN = "#ddd", "#888", "#ffffff"


@dataclass(frozen=True, slots=True)
class StackedBars:
    """What the chart shows; every text is in the reader's language."""

    title: str
    #: what is counted
    axis: str
    legend: str
    #: name of a tone → its colour, in the order of the parts
    colours: Mapping[str, str]
    #: (lines of a bar's name, number by tone)
    bars: Sequence[tuple[Sequence[str], Mapping[str, int]]]
    #: pixels of the whole picture, and of a bar with its gap
    width: int
    step: int
    #: between thousands
    thousands: str


def stacked_bars(chart: StackedBars) -> str:
    """Return the chart as SVG."""
    names = max(text_width(line, _SIZE) for lines, _ in chart.bars for line in lines)
    left = _EDGE + math.ceil(names) + 7
    width, height = chart.width - left - _EDGE - 1, chart.step * len(chart.bars)
    end, tick = _scale(max(sum(parts.values()) for _, parts in chart.bars), math.ceil(width / _TICK))
    places = [(number, number * width / end) for number in range(0, end + 1, tick)]
    whole = _ABOVE + height + _BELOW
    content = [
        f'<rect width="{chart.width}" height="{whole}" fill="#ffffff"/>',
        f'<g fill="none" font-family="{FONT_NAME}" font-size="{_SIZE}px" transform="translate({left},{_ABOVE})">',
        f'<path d="M0.5,0.5h{width}v{height}h-{width}Z" stroke="{_GRID}"/>',
        *(_line(round(x) + 0.5, 0.5, round(x) + 0.5, height + 0.5, _GRID) for _, x in places),
        *_numbers(chart, places, width, height),
        *_names(chart, height),
        *_parts(chart, width / end),
        *_legend(chart, height + _LEGEND),
        _text(chart.title, width / 2, -7, "middle", bold=True, size=_TITLE),
        "</g>",
    ]
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{chart.width}" height="{whole}" '
    return head + f'viewBox="0 0 {chart.width} {whole}">' + "".join(content) + "</svg>"


def _scale(most: int, ticks: int) -> tuple[int, int]:
    """Return the end of the axis and the distance of its ticks: 1, 2 or 5 times a power of ten, as d3-scale does."""
    nice = _distance(most, 10)
    end = math.ceil(most / nice) * nice
    return end, _distance(end, ticks)


def _distance(end: int, ticks: int) -> int:
    power: int = 10 ** math.floor(math.log10(max(1.0, end / ticks)))
    rest = end / ticks / power
    return power * (10 if rest >= math.sqrt(50) else 5 if rest >= math.sqrt(10) else 2 if rest >= math.sqrt(2) else 1)


def _numbers(chart: StackedBars, places: list[tuple[int, float]], width: int, height: int) -> Iterator[str]:
    """Yield the axis of numbers; of numbers that would touch each other every second one is left out."""
    for _, x in places:
        yield _line(round(x) + 0.5, height + 0.5, round(x) + 0.5, height + 5.5, _AXIS)
    yield _line(0.5, height + 0.5, width + 0.5, height + 0.5, _AXIS)
    shown = []
    for number, x in places:
        text = f"{number:,}".replace(",", chart.thousands)
        size = text_width(text, _SIZE)
        # The first and the last stay within the axis.
        share, anchor = (0.0, "start") if not number else (1.0, "end") if x >= width else (0.5, "middle")
        shown.append((text, x, anchor, x - share * size, x + (1 - share) * size))
    while any(one[4] > following[3] for one, following in pairwise(shown)):
        shown = shown[::2]
    for text, x, anchor, *_ in shown:
        yield _text(text, x + 0.5, height + 18.5, anchor)
    yield _text(chart.axis, width / 2, height + 36.5, "middle", bold=True)


def _names(chart: StackedBars, height: int) -> Iterator[str]:
    yield _line(0.5, 0.5, 0.5, height + 0.5, _AXIS)
    for n, (lines, _) in enumerate(chart.bars):
        middle = chart.step * (n + 0.5)
        yield _line(-4.5, round(middle) - 0.5, 0.5, round(middle) - 0.5, _AXIS)
        first = middle + 4 - LINE_HEIGHT * (len(lines) - 1) / 2
        for place, line in enumerate(lines):
            yield _text(line, -6.5, first + LINE_HEIGHT * place, "end")


def _parts(chart: StackedBars, unit: float) -> Iterator[str]:
    high = chart.step * (1 - _GAP)
    for n, (lines, parts) in enumerate(chart.bars):
        top = chart.step * (n + _GAP / 2)
        before = 0
        for tone, colour in chart.colours.items():
            if number := parts.get(tone, 0):
                # For those who do not see it, in the form of Vega-Lite.
                told = f"{chart.axis}: {number}; topic: {' '.join(lines)}; {chart.legend}: {tone}"
                yield (
                    f'<rect x="{before * unit:.2f}" y="{top:.2f}" width="{number * unit:.2f}" height="{high:.2f}" '
                    f'role="graphics-symbol" aria-roledescription="bar" aria-label={quoteattr(told)} '
                    f'fill="{colour}" stroke="{_BETWEEN}"/>'
                )
                before += number


def _legend(chart: StackedBars, top: int) -> Iterator[str]:
    yield _text(chart.legend, 0, top + 11, "start", bold=True)
    x = 0
    for tone, colour in chart.colours.items():
        yield (
            f'<rect x="{x + 2}" y="{top + 21}" width="10" height="10" fill="{colour}" '
            f'stroke="{_BETWEEN}" stroke-width="1.5"/>'
        )
        yield _text(tone, x + 18, top + 30, "start")
        x += math.ceil(18 + text_width(tone, _SIZE) + 10)


def _line(x: float, y: float, to_x: float, to_y: float, colour: str) -> str:
    return f'<path d="M{x:g},{y:g}L{to_x:g},{to_y:g}" stroke="{colour}"/>'


def _text(text: str, x: float, y: float, anchor: str, *, bold: bool = False, size: int = _SIZE) -> str:
    look = (' font-weight="bold"' if bold else "") + (f' font-size="{size}px"' if size != _SIZE else "")
    return f'<text text-anchor="{anchor}" x="{x:.2f}" y="{y:.2f}"{look} fill="#000">{escape(text)}</text>'
