"""The articles of a matter → how far its answer was carried, how long it took, and what became of each article."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from pipeline.register.matters import LinkPart
from pipeline.register.watch import WatchedArticle, WatchState

_HOUR = 3600.0


@dataclass(frozen=True, slots=True)
class AnswerReach:
    """How far the report and its answer were carried; times are aware, None: not known, or it did not happen."""

    #: of the first report known
    reported_at: datetime | None
    answered_at: datetime | None
    #: of the first article known that carries the answer
    carried_at: datetime | None
    #: articles and outlets of the report, and of the answer
    report_articles: int
    report_outlets: int
    articles: int
    outlets: int
    #: outlets abroad of the answer
    abroad: int
    #: articles that carry the answer within 24 hours of the first of them
    first_day: int

    @property
    def hours_to_answer(self) -> float | None:
        """Hours from the first report to the answer."""
        return _hours(self.reported_at, self.answered_at)

    @property
    def hours_to_carried(self) -> float | None:
        """Hours from the first report to the first article that carries the answer."""
        return _hours(self.reported_at, self.carried_at)


@dataclass(frozen=True, slots=True)
class ArticleRow:
    """A row of the table matter_articles."""

    matter: int
    article: str
    address: str
    outlet: str
    part: LinkPart
    #: linked by a person; False: of the story of such a one
    is_linked: bool
    #: None: it carries the answer, and is not watched
    state: WatchState | None
    #: since when it is in that state, and when it was last looked at
    since: datetime | None
    looked_at: datetime | None


def answer_reach(articles: Iterable[WatchedArticle], answered_at: datetime | None, *, home: str = "VN") -> AnswerReach:
    """Return how far an answer was carried, by the articles of a matter with those of their stories."""
    articles = list(articles)
    reports = [article for article in articles if article.part in ("origin", "again")]
    carried = [article for article in articles if article.part in ("answer", "result")]
    first = min((article.at for article in carried), default=None)
    return AnswerReach(
        min((article.at for article in reports), default=None),
        answered_at,
        first,
        len(reports),
        _outlets(reports),
        len(carried),
        _outlets(carried),
        _outlets([article for article in carried if article.country != home]),
        sum((article.at - first).total_seconds() <= 24 * _HOUR for article in carried) if first is not None else 0,
    )


def _outlets(articles: Sequence[WatchedArticle]) -> int:
    return len({article.source_id for article in articles})


def _hours(start: datetime | None, end: datetime | None) -> float | None:
    return None if start is None or end is None else (end - start).total_seconds() / _HOUR
