"""The yearly six figures → a PrintDocument: each with its source and with what is counted as what."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from analysis.documents.blocks import Block, BulletList, Heading, Picture, PrintDocument, Run
from analysis.documents.labels import Labels
from analysis.register.figure_blocks import figure_blocks
from analysis.register.figures import RegisterFigures
from analysis.register.paper_head import PaperHead
from analysis.register.state import RegisterState
from analysis.register.words import one_line, table
from analysis.register.yearly import FIGURES, SourcedFigure, YearlyFigures
from pipeline.register.matters import PressContact


def yearly_document(
    state: RegisterState,
    found: YearlyFigures,
    situation: tuple[RegisterFigures, Picture | None],
    topic_labels: Mapping[str, str],
    head: PaperHead,
) -> PrintDocument:
    """Return the yearly report as a document; `situation` has the figures of its days and their chart."""
    words = head.labels
    first, last = words.short_date(found.first), words.short_date(found.last)
    return head.document(
        state.zone,
        words.of("register-paper", "yearly_title", year=found.year),
        words.of("register-paper", "yearly_abstract", year=found.year),
        words.of("register-paper", "yearly_period", first=first, last=last),
        _blocks(state, found, situation, words, topic_labels),
    )


def _blocks(
    state: RegisterState,
    found: YearlyFigures,
    situation: tuple[RegisterFigures, Picture | None],
    words: Labels,
    topics: Mapping[str, str],
) -> Iterator[Block]:
    def say(key: str, **values: object) -> str:
        return words.of("register-paper", key, **values)

    yield Heading(1, (Run(say("six_figures")),))
    rows = [
        (str(n), figure_name(one.id, words), value_words(one, words), source_words(one, words))
        for n, one in enumerate(found.figures, 1)
    ]
    yield table([say(key) for key in ("order", "figure", "count", "source")], rows, (6, 44, 14, 36), (2,))
    yield Heading(1, (Run(say("definitions")),))
    yield BulletList(
        tuple(
            (Run(f"{figure_name(one, words)}: ", bold=True), Run(words.of("yearly-definition", one))) for one in FIGURES
        ),
        numbered=True,
    )
    refused = [one for one in state.contacts if one.kind == "refusal" and found.first <= one.day <= found.last]
    if refused:
        yield Heading(1, (Run(say("refusals", n=len(refused))),))
        lines = [_refusal(state, one, words) for one in refused]
        yield table([say(key) for key in ("day", "contact_unit", "subject", "refusal_reason")], lines, (17, 25, 29, 29))
    yield Heading(1, (Run(say("situation")),))
    yield from figure_blocks(situation[0], words, topics, situation[1])


def _refusal(state: RegisterState, one: PressContact, words: Labels) -> tuple[str, ...]:
    at = datetime.combine(one.day, datetime.min.time(), state.zone)
    reason = state.rules.refusals.get(one.refusal)
    return (
        words.short_date(one.day),
        one_line(state.unit_name(one.unit, at)) or words.of("register-paper", "office"),
        one_line(one.subject),
        reason.name.in_language(words.lang) if reason else one.refusal,
    )


def figure_name(figure: str, words: Labels) -> str:
    """Return the name of one of the six figures."""
    return words.of("yearly-figure", figure)


def value_words(one: SourcedFigure, words: Labels) -> str:
    """Return a figure as it is printed: '3', '3/4', '0/0', or a dash where nothing is known."""
    return "–" if one.count is None else str(one.count)


def source_words(one: SourcedFigure, words: Labels) -> str:
    """Return where a figure comes from, in a sentence; of a typed one also what register and log count."""
    if one.typed is None:
        return words.of("yearly-source", one.origin)
    day, source = words.short_date(one.typed.at), one_line(one.typed.source)
    said = words.of("yearly-source", "typed", day=day, source=source)
    return said if one.counted is None else f"{said} {words.of('yearly-source', 'beside', count=one.counted)}"
