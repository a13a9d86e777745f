"""A matter → what became of its reports after the answer, and how far the answer was carried."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from pipeline.register.reach import AnswerReach, ArticleRow, answer_reach
from pipeline.register.watch import ArticleWatch, changes_between, watch_article, watch_since

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import datetime

    from pipeline.register.matters import Matter
    from pipeline.register.rules import RegisterRules
    from pipeline.register.watch import WatchedArticle, WatchEvent, WatchState
    from storage.database import Database


@dataclass(frozen=True, slots=True)
class Aftermath:
    """What became of a matter's reports, and its answer's way through the press."""

    matter: Matter
    #: moment from which the reports are compared; whether it is that of the answer, and not of the opening
    since: datetime
    is_answered: bool
    #: reports, those linked first, then reprints by first sight
    reports: tuple[ArticleWatch, ...]
    #: articles that carry the answer or tell what came of it, by time
    carried: tuple[WatchedArticle, ...]
    reach: AnswerReach
    #: whether words are named that no report ever had: they may have been typed otherwise than they stand there
    is_passage_unknown: bool

    @property
    def in_order(self) -> tuple[ArticleWatch, ...]:
        """The reports: those that are linked, then the reprints of whose state people are told, then the others."""
        return tuple(sorted(self.reports, key=lambda one: (not one.article.is_linked, not one.is_told)))

    @property
    def told(self) -> tuple[ArticleWatch, ...]:
        """Reports of whose state people are told."""
        return tuple(one for one in self.reports if one.is_told)


def aftermath(storage: Database, register: RegisterRules, matter: Matter, until: datetime | None = None) -> Aftermath:
    """Return what became of a matter's reports since its answer; with `until` as it was known at that moment.

    Before an answer the reports are compared with what they were when the matter was opened.
    """
    return _aftermath(storage.register.watched(matter.id, until), register, matter, until)


def _aftermath(
    articles: Sequence[WatchedArticle], register: RegisterRules, matter: Matter, until: datetime | None
) -> Aftermath:
    known = [article for article in articles if until is None or article.first_seen <= until]
    since = watch_since(matter)
    reports = tuple(
        watch_article(article, since, matter.passage, register.watch.correction, until)
        for article in known
        if article.part in ("origin", "again")
    )
    carried = sorted((one for one in known if one.part in ("answer", "result")), key=lambda one: one.at)
    unknown = bool(matter.passage) and bool(reports) and all(one.has_never_had_passage for one in reports)
    return Aftermath(
        matter,
        since,
        matter.answered_at is not None,
        reports,
        tuple(carried),
        answer_reach(known, matter.answered_at),
        unknown,
    )


def matter_article_rows(
    storage: Database, register: RegisterRules, matters: Iterable[Matter], until: datetime | None = None
) -> Iterator[ArticleRow]:
    """Yield the articles of matters with what became of each, matter by matter."""
    for matter in matters:
        found = aftermath(storage, register, matter, until)
        for one in found.reports:
            yield _row(matter, one.article, one.state, one.entered_at, one.looked_at)
        for article in found.carried:
            yield _row(matter, article, None, None, None)


def _row(
    matter: Matter,
    article: WatchedArticle,
    state: WatchState | None,
    since: datetime | None,
    looked_at: datetime | None,
) -> ArticleRow:
    return ArticleRow(
        matter.id,
        article.key,
        article.url,
        article.outlet,
        article.part,
        article.is_linked,
        state,
        since,
        looked_at,
    )


def news_of_matters(
    storage: Database,
    register: RegisterRules,
    start: datetime,
    end: datetime,
    wanted: Callable[[Matter], bool] = lambda _: True,
) -> Sequence[tuple[Matter, ArticleWatch, WatchEvent]]:
    """Return what became known in (start, end] of the reports of matters that are watched, by matter and time.

    Watched are open matters, and those answered since `[watch] days` before `start`, closed or not. Nothing is read of
    the articles of matters that are not `wanted`.
    """
    found: list[tuple[Matter, ArticleWatch, WatchEvent]] = []
    for number in storage.register.watched_numbers(start - timedelta(days=register.watch.days)):
        matter = storage.register.matter(number)
        if matter is None or not wanted(matter):
            continue
        reports = {one.article.key: one for one in aftermath(storage, register, matter, end).reports}
        told = changes_between(reports.values(), start, end)
        found += [(matter, reports[key], event) for key, event in told]
    return sorted(found, key=lambda one: (one[0].id, one[2].known_at))


def ask_for_looks(storage: Database, register: RegisterRules, at: datetime) -> int:
    """Let the pages of watched reports be fetched again as register.toml says; return how many were planned anew.

    Called before a collection: what is due is then fetched with all other pages, by the same rules of robots and pace.
    """
    watch = register.watch
    if not watch.days:
        return 0
    return storage.register.plan_looks(at, timedelta(hours=watch.hours), timedelta(days=watch.days))
