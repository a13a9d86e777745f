"""Days of a report → what they are called."""

from analysis.documents.blocks import roman
from analysis.documents.labels import Labels
from analysis.report.figures import Span


def period_name(span: Span, words: Labels) -> str:
    """Return the name of the days of a report, e.g. tháng 10 năm 2026."""
    first = span.first
    names = {"year": first.year, "first": words.short_date(first), "last": words.short_date(span.last)}
    match span.kind:
        case "month":
            return words.of("report", "period_month", **names, month=first.month, name=words.month(first))
        case "quarter":
            return words.of("report", "period_quarter", **names, n=roman(first.month // 3 + 1))
        case "annual":
            return words.of("report", "period_annual", **names | {"year": span.last.year})
        case kind:
            return words.of("report", f"period_{kind}", **names)
