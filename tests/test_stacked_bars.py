"""Bars by tone as SVG: what they show, where it stands, and the widths of letters."""

import re
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest

from analysis.documents.fonts import text_width
from analysis.documents.stacked_bars import LINE_HEIGHT, StackedBars, stacked_bars

_SVG = "{http://www.w3.org/2000/svg}"
COLOURS = {"Tích cực": "#56B4E9", "Tiêu cực": "#D55E00"}


def chart(*bars: tuple[tuple[str, ...], dict[str, int]], thousands: str = ".") -> ET.Element:
    return ET.fromstring(
        stacked_bars(StackedBars("Chủ đề <& sắc thái>", "Bài", "Sắc thái", COLOURS, bars, 540, 54, thousands))
    )


def texts(svg: ET.Element) -> dict[str, ET.Element]:
    return {str(one.text): one for one in svg.iter(f"{_SVG}text")}


def parts(svg: ET.Element) -> list[tuple[float, float, str]]:
    """Return (begin, width, colour) of the parts of bars; boxes of the legend have a stroke of their own width."""
    found = [one for one in svg.iter(f"{_SVG}rect") if one.get("stroke") and not one.get("stroke-width")]
    return [(float(one.get("x", "")), float(one.get("width", "")), one.get("fill", "")) for one in found]


# Widths that resvg, which draws the PNG, gives for the same letters.
@pytest.mark.parametrize(
    ("text", "width"), [("Tích cực", 48.132), ("Trung tính", 60.298), ("Tiêu cực", 48.692), ("Chưa xác định", 81.774)]
)
def test_letters_are_as_wide_as_they_are_drawn(text: str, width: float) -> None:
    assert text_width(text, 14) == pytest.approx(width, abs=0.7)  # "Tr" is kerned
    assert text_width(text, 14, bold=True) > text_width(text, 14)


def test_parts_follow_each_other_and_are_as_long_as_their_numbers() -> None:
    svg = chart((("Du lịch",), {"Tích cực": 3, "Tiêu cực": 6}), (("Y tế",), {"Tiêu cực": 9}))
    (first, three, blue), (second, six, red), (third, nine, same) = parts(svg)
    assert (blue, red, same) == ("#56B4E9", "#D55E00", "#D55E00")
    assert [first, third, second] == pytest.approx([0, 0, three])
    assert [six, nine] == pytest.approx([2 * three, 3 * three], abs=0.02)


def test_names_stand_in_the_middle_of_their_bars_and_within_the_picture() -> None:
    lines = ("Thiên tai, thời tiết và biến", "đổi khí hậu ở các huyện", "miền núi")
    svg = chart((lines, {"Tích cực": 1}), (("Du lịch",), {"Tích cực": 1}))
    shown = texts(svg)
    heights = [float(shown[line].get("y", "")) for line in lines]
    assert [b - a for a, b in pairwise(heights)] == [LINE_HEIGHT, LINE_HEIGHT]
    assert float(shown["Du lịch"].get("y", "")) - heights[1] == 54, "the middle line stands as one alone would"
    (left, _) = re.findall(r"[\d.]+", next(svg.iter(f"{_SVG}g")).get("transform", ""))
    for line in lines:
        assert float(left) + float(shown[line].get("x", "")) - text_width(line, 14) >= 0


@pytest.mark.parametrize(
    ("most", "numbers"),
    [
        (1, ["0", "1"]),
        (9, [str(n) for n in range(10)]),
        (27, [str(n) for n in range(0, 29, 2)]),
        (1037, ["0", "200", "400", "600", "800", "1.000"]),
    ],
)
def test_the_axis_has_whole_round_numbers_that_do_not_touch(most: int, numbers: list[str]) -> None:
    shown = texts(chart((("Năng lượng tái tạo và điện",), {"Tích cực": most})))
    assert [text for text in shown if text[0].isdigit()] == numbers


def test_texts_of_others_are_no_markup_and_equal_charts_give_equal_bytes() -> None:
    bars = (("<b>&amp;",), {"Tích cực": 2})
    assert {"<b>&amp;", "Chủ đề <& sắc thái>", *COLOURS} <= texts(chart(bars)).keys()
    assert ET.tostring(chart(bars)) == ET.tostring(chart(bars))
    assert "1,000" in texts(chart((("x",), {"Tích cực": 1000}), thousands=","))
