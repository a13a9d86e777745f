"""An evaluation report → JSON, or tables on a terminal."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table

from diembao.evaluation.metrics import GRADES, TONES, EvaluationReport, Figure, Score
from diembao.jobs.reading.value_words import TopicNames, topic_words
from pipeline.i18n.catalogs import translate_code


def evaluation_json(report: EvaluationReport, *, errors: bool = False) -> dict[str, Any]:
    """Return the report for JSON; figures from 0 to 1, intervals as [low, high]."""
    row: dict[str, Any] = {"rules": report.rules, "records": report.records}
    if report.relevance:
        row["relevance"] = {**_numbers(report.relevance), "interval": _interval(report.relevance_f1)}
    for name in ("grade", "micro", "micro_about", "language", "tone", "tone_elsewhere"):
        if (figure := getattr(report, name)) is not None:
            row[name] = {"value": round(figure.value, 4), "interval": _interval(figure), "records": figure.n}
    if report.macro is not None:
        row["macro"] = round(report.macro, 4)
    row["topics"] = {t: _numbers(s) for t, s in report.topics.items()}
    row["confusion"] = {f"{gold}>{assigned}": n for (gold, assigned), n in sorted(report.confusion.items())}
    row["tone_confusion"] = {f"{gold}>{assigned}": n for (gold, assigned), n in sorted(report.tone_confusion.items())}
    row["calibration"] = {
        what: [{"from": low, "to": high, "verdicts": n, "right": round(right, 4)} for low, high, n, right in rows]
        for what, rows in report.calibration.items()
    }
    if errors:
        row["mistakes"] = [
            {"id": m.id, "title": m.title, "what": m.what, "gold": m.gold, "said": m.predicted, "reason": m.reason}
            for m in report.mistakes
        ]
    return row


def _numbers(score: Score) -> dict[str, float | int]:
    return {
        "precision": round(score.precision, 4),
        "recall": round(score.recall, 4),
        "f1": round(score.f1, 4),
        "right": score.right,
        "false": score.false,
        "missed": score.missed,
    }


def _interval(figure: Figure | None) -> list[float]:
    return [] if figure is None else [round(figure.low, 4), round(figure.high, 4)]


def evaluation_tables(report: EvaluationReport, topics: TopicNames, *, errors: bool = False) -> RenderableType:
    """Return the report as Rich tables; `topics` gives names by id."""
    parts: list[RenderableType] = [figure_table(report)]
    if report.confusion:
        parts.append(_matrix(_word("confusion"), GRADES, report.confusion))
    if report.tone_confusion:
        parts.append(_matrix(_word("tone"), TONES, report.tone_confusion))
    if report.topics:
        parts.append(_topic_table(report, topics))
    if any(report.calibration.values()):
        parts.append(_calibration_table(report))
    if errors and report.mistakes:
        table = Table(title=_word("mistakes"))
        for column in ("id", "title", "what", "gold", "said", "why"):
            table.add_column(_word(column), overflow="fold")
        for m in report.mistakes:
            table.add_row(
                m.id, m.title[:80], _word(m.what), _values(m.gold, topics), _values(m.predicted, topics), m.reason
            )
        parts.append(table)
    return Group(*parts)


def figure_table(report: EvaluationReport, name: str = "") -> Table:
    """Return the figures of a report with their intervals; `name` is that of a set of records."""
    table = Table(title=f"{name or _word('report')} · {report.records} · {report.rules}")
    for column in ("figure", "value", "interval", "records"):
        table.add_column(_word(column), justify="left" if column == "figure" else "right")
    rows: list[tuple[str, Figure | None]] = [
        ("relevance", report.relevance_f1),
        ("grade", report.grade),
        ("micro", report.micro),
        ("micro_about", report.micro_about),
        ("language", report.language),
        ("tone", report.tone),
        ("tone_elsewhere", report.tone_elsewhere),
    ]
    for name, figure in rows:
        if figure is not None:
            table.add_row(_word(name), f"{figure.value:.3f}", f"{figure.low:.3f}-{figure.high:.3f}", str(figure.n))
    if report.relevance is not None:
        table.add_row(_word("precision"), f"{report.relevance.precision:.3f}", "", "")
        table.add_row(_word("recall"), f"{report.relevance.recall:.3f}", "", "")
    if report.macro is not None:
        table.add_row(_word("macro"), f"{report.macro:.3f}", "", "")
    return table


def _matrix(title: str, names: Sequence[str], counts: Mapping[tuple[str, str], int]) -> Table:
    table = Table(title=title)
    table.add_column(_word("gold_said"))
    for name in names:
        table.add_column(_word(name), justify="right")
    for gold in names:
        if any(counts.get((gold, assigned)) for assigned in names):
            table.add_row(_word(gold), *(str(counts.get((gold, assigned), 0)) for assigned in names))
    return table


def _topic_table(report: EvaluationReport, topics: TopicNames) -> Table:
    table = Table(title=_word("topics"))
    for column in ("topic", "precision_short", "recall_short", "F1", "right", "false", "missed"):
        table.add_column(_word(column), justify="left" if column == "topic" else "right")
    for topic, s in report.topics.items():
        table.add_row(
            topic_words(topics, topic),
            f"{s.precision:.2f}",
            f"{s.recall:.2f}",
            f"{s.f1:.2f}",
            str(s.right),
            str(s.false),
            str(s.missed),
        )
    return table


def _calibration_table(report: EvaluationReport) -> Table:
    table = Table(title=_word("calibration"))
    for column in ("figure", "score", "verdicts", "right"):
        table.add_column(_word(column), justify="left" if column == "figure" else "right")
    for what, rows in report.calibration.items():
        for low, high, count, right in rows:
            table.add_row(_word(what), f"{low:.1f}-{high:.1f}", str(count), f"{right:.2f}")
    return table


def _values(listed: str, topics: TopicNames) -> str:
    """Return the words for a list of grades, tones, topics or languages."""
    return ", ".join(topic_words(topics, code) if code in topics else _word(code) for code in listed.split(", "))


def _word(code: str) -> str:
    return translate_code("evaluation", code)
