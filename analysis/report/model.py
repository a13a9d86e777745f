"""The content of a periodic report: figures of a span and of the spans it is compared with, stories, surges."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from zoneinfo import ZoneInfo

from analysis.anomalies.surges import Surge
from analysis.register.figures import RegisterFigures
from analysis.report.figures import Figures
from analysis.report.keywords import Keyword
from analysis.stories.home_and_abroad import HomeAndAbroad
from analysis.tables.rows import StoryRow
from pipeline.records.translations import TranslatedText
from pipeline.tables.columns import ZONE


@dataclass(frozen=True, slots=True)
class Voice:
    """Headlines that name one province, among all headlines read, whatever their subject."""

    name: str
    headlines: int
    #: the same count in the span before; None if nothing was read in it
    before: int | None
    #: whether this is the province of the review
    own: bool = False


@dataclass(frozen=True, slots=True)
class PressComparison:
    """The events of a span that the press at home, abroad, or both take up; of each kind those most told are listed."""

    listed: HomeAndAbroad
    #: number of all events of each kind
    both: int
    only_abroad: int
    only_home: int
    #: hours from the first report at home to the first abroad, of every event of both whose hours are known
    hours: tuple[float, ...]
    #: titles of the articles that name the listed events, in the language of the report, by key of the article
    titles: Mapping[str, TranslatedText] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PeriodicReport:
    """Figures of a span, of the span before, and of the same days of the year before."""

    now: Figures
    before: Figures
    year: Figures
    #: stories of the span with most outlets, the widest spread first
    spread: tuple[StoryRow, ...] = ()
    #: headlines of the span that name the province or one of its peers, most first
    voice: tuple[Voice, ...] = ()
    keywords: tuple[Keyword, ...] = ()
    #: surges of the span, by day
    signals: tuple[tuple[date, Surge], ...] = ()
    #: zone of the calendar days
    zone: ZoneInfo = ZONE
    #: version of the rules that tagged the articles
    rules_version: str = ""
    #: stories with an article of a negative tone, those with most of them first; none in a report of more than a month
    negative: tuple[StoryRow, ...] = ()
    #: number of all such stories
    negative_stories: int = 0
    #: events by who takes them up; None in a report that does not compare them
    presses: PressComparison | None = None
    #: matters of the register in the span; None: they were not asked for
    register: RegisterFigures | None = None
