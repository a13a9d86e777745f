"""What a periodic report says: the figures of a span and of those it is held against, and what stands out."""

from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from analysis.anomalies.surges import Surge
from analysis.report.figures import Figures
from analysis.report.keywords import Keyword
from analysis.tables.rows import StoryRow
from pipeline.tables.columns import ZONE


@dataclass(frozen=True, slots=True)
class Voice:
    """Headlines that name one province, of all that were read, whatever they are about."""

    name: str
    headlines: int
    #: the same in the span before; None where nothing was read in it
    before: int | None
    #: whose review this is
    own: bool = False


@dataclass(frozen=True, slots=True)
class PeriodicReport:
    """A span beside the one before and the same days of the year before."""

    now: Figures
    before: Figures
    year: Figures
    #: stories of the span that most outlets carried, the widest spread first
    spread: tuple[StoryRow, ...] = ()
    #: headlines of the span that name the province, and each of its peers, most first
    voice: tuple[Voice, ...] = ()
    keywords: tuple[Keyword, ...] = ()
    #: unusual days of the span, by day
    signals: tuple[tuple[date, Surge], ...] = ()
    #: zone of the calendar days
    zone: ZoneInfo = ZONE
    #: version of the rules that tagged the articles
    rules_version: str = ""
