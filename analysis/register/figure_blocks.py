"""Figures of the register → blocks and chart of a document: the part of the periodic report, and of the yearly one."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from analysis.documents.blocks import Block, Heading, Paragraph, Picture, Run, Table
from analysis.documents.chart_style import WIDTH, names_axis, render_chart, step, whole_numbers, wrap
from analysis.documents.labels import Labels
from analysis.register.figures import RegisterFigures, Sums
from analysis.register.words import table
from pipeline.text.line_length import cut_line

#: Units in the chart; letters of a name in a table
_UNITS, _NAME = 15, 80
#: Parts of a bar and their colours (Okabe and Ito), distinct in grey print too
_PARTS: Mapping[str, str] = {
    "chart_in_time": "#0072B2",
    "chart_late": "#E69F00",
    "chart_no_term": "#56B4E9",
    "chart_waiting": "#D9D9D9",
    "chart_overdue": "#D55E00",
}


def figure_blocks(
    figures: RegisterFigures, words: Labels, topics: Mapping[str, str], picture: Picture | None = None
) -> Iterator[Block]:
    """Yield the figures of a span: a table of all, then by unit, kind and topic, by month where there are several.

    `topics` gives names of topics by id.
    """
    if not figures.is_used:
        yield _small(words, "figures_none")
        return
    yield _all(figures.all, words)
    if picture is not None:
        yield picture
    kinds = {one: names.in_language(words.lang) for one, names in figures.kind_names.items()}
    for key, rows, names in (
        ("unit", figures.units, {}),
        ("kind", figures.kinds, kinds),
        ("topic", figures.topics, topics),
    ):
        yield Heading(2, (Run(_say(words, f"by_{key}")),))
        yield _grouped(words, key, rows, names)
    if len(figures.months) > 1:
        yield Heading(2, (Run(_say(words, "by_month")),))
        yield _grouped(words, "month", figures.months, {s.name: f"{s.name[5:]}/{s.name[:4]}" for s in figures.months})
    yield _small(words, "figures_note")


def _say(words: Labels, key: str, **values: object) -> str:
    return words.of("register-paper", key, **values)


def _small(words: Labels, key: str) -> Paragraph:
    return Paragraph((Run(_say(words, key)),), "small")


def _all(sums: Sums, words: Labels) -> Table:
    share = _share(sums, words)
    rows = [
        (_say(words, "figure_opened"), words.whole(sums.opened)),
        (_say(words, "figure_answered"), words.whole(sums.answered)),
        (_say(words, "figure_in_time"), f"{sums.in_time}/{sums.with_term}" + (f" ({share})" if share != "–" else "")),
        (_say(words, "figure_days"), _days(sums, words)),
        (_say(words, "figure_closed"), words.whole(sums.closed)),
        (_say(words, "figure_dropped"), words.whole(sums.dropped)),
        (_say(words, "figure_open"), words.whole(sums.open)),
        (_say(words, "figure_overdue"), words.whole(sums.overdue)),
    ]
    return table((_say(words, "figure"), _say(words, "count")), rows, (70, 30), (1,))


def _grouped(words: Labels, key: str, rows: Sequence[Sums], names: Mapping[str, str]) -> Table:
    lines = [
        (
            cut_line(names.get(s.name, s.name), _NAME) or _say(words, f"no_{key}"),
            words.whole(s.opened),
            words.whole(s.answered),
            _share(s, words),
            _days(s, words),
            words.whole(s.open),
            words.whole(s.overdue),
        )
        for s in rows
    ]
    head = [_say(words, key)] + [
        _say(words, name) for name in ("opened", "answered", "share_in_time", "median_days", "waiting", "overdue")
    ]
    return table(head, lines, (34, 10, 10, 12, 14, 10, 10), range(1, 7))


def _days(sums: Sums, words: Labels) -> str:
    """Return the median days to the answer, working days in brackets: '15 (10,5)'."""
    worked = "" if sums.working_days is None else f" ({_median(sums.working_days, words)})"
    return _median(sums.days, words) + worked


def _median(value: float | None, words: Labels) -> str:
    if value is None:
        return "–"
    return words.whole(int(value)) if value == int(value) else words.number(value)


def _share(sums: Sums, words: Labels) -> str:
    return "–" if sums.share_in_time is None else f"{words.number(sums.share_in_time)} %"


def figure_chart(figures: RegisterFigures, words: Labels) -> Picture | None:
    """Return the matters of each unit as bars: answered in time, late, without a term, waiting, overdue."""
    import altair

    shown = [(cut_line(s.name, _NAME) or _say(words, "no_unit"), _parts(s)) for s in figures.units[:_UNITS]]
    shown = [(name, parts) for name, parts in shown if sum(parts.values())]
    if not shown:
        return None
    names = {name: wrap(name) for name, _ in shown}
    rows: list[dict[str, Any]] = [
        {"name": names[name], "part": _say(words, part), "place": place, "n": parts[part]}
        for name, parts in shown
        for place, part in enumerate(_PARTS)
        if parts[part]
    ]
    used = [part for part in _PARTS if any(parts[part] for _, parts in shown)]
    scale = altair.Scale(domain=[_say(words, part) for part in used], range=[_PARTS[part] for part in used])
    legend = altair.Legend(orient="top", title=None, labelLimit=0, symbolStrokeColor="#777777", columns=2)
    title = _say(words, "chart_units")
    chart = (
        altair.Chart(altair.InlineData(values=rows))
        .mark_bar(stroke="#ffffff", strokeWidth=1)
        .encode(
            y=names_axis("name", names.values()),
            x=altair.X("sum(n):Q", title=_say(words, "matters"), axis=whole_numbers()),
            color=altair.Color("part:N", scale=scale, legend=legend),
            order=altair.Order("place:Q"),
        )
        .properties(width=WIDTH, height=step(names.values(), 24), title=title)
    )
    told = "; ".join(
        f"{name}: " + ", ".join(f"{_say(words, part)} {n}" for part, n in parts.items() if n) for name, parts in shown
    )
    return render_chart(chart, f"{title}: {told}", words)


def _parts(sums: Sums) -> dict[str, int]:
    return {
        "chart_in_time": sums.in_time,
        "chart_late": sums.with_term - sums.in_time,
        "chart_no_term": sums.answered - sums.with_term,
        "chart_waiting": sums.open - sums.overdue,
        "chart_overdue": sums.overdue,
    }
