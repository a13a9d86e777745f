"""Stored documents → examined: items, versions and stories in the database."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta

from config.settings import ProcessSettings
from diembao.jobs.agree_translations import store_agreement
from diembao.jobs.collection.collect import Progress
from diembao.jobs.collection.shared_pages import SharedPages
from diembao.system.clock import now
from diembao.workers.base import batch_size
from diembao.workers.local import (
    LocalExaminer,
    examine_every_page,
    examine_passed_pages,
    examine_shared_names,
    examine_shared_pages,
)
from pipeline.records import Coverage, Document, DocumentOutcome, Examined, Irrelevant, Reason, Source, Unreadable
from pipeline.rules.rulebook import Rulebook
from storage.database import Database

#: Documents that are read from the database at a time.
_CHUNK = 64


def process(
    storage: Database,
    sources: Sequence[Source],
    rules: Rulebook,
    settings: ProcessSettings,
    *,
    again: bool = False,
    shared: SharedPages | None = None,
    progress: Progress,
) -> dict[str, int]:
    """Examine every document that waits; return counts by outcome, and of new items and new versions.

    'errors' counts the unreadable documents that failed through an error of ours, 'without_opinion' the articles that
    the encoder could not read a second time. With `again` those of earlier runs
    are examined once more. `shared`: pages that another installation collected and read; 'unread' counts those that
    it is still to read.
    """
    if again:
        storage.articles.reopen_errors()
    total = storage.articles.pending_count()
    before = storage.maintenance.totals()
    run = storage.service.begin_run("process", now())
    began = now()
    counts: Counter[str] = Counter({str(o): 0 for o in DocumentOutcome if o is not DocumentOutcome.WAITING})
    counts["errors"] = counts["without_opinion"] = 0
    done = 0
    waiting = _waiting(storage) if shared is None else shared.waiting()
    for results in _examine(attach_source_settings(waiting, sources), rules, settings, total, shared is not None):
        if shared is not None:
            shared.keep(results)
        stored = storage.articles.save_examinations(results, now(), shares=settings.share_days > 0)
        counts.update(type(result).__name__.lower() for result in stored)
        counts["without_opinion"] += sum(lacks_opinion(r, rules) for r in stored if not isinstance(r, Unreadable))
        counts["errors"] += sum(isinstance(r, Unreadable) and r.reason is Reason.ERROR for r in stored)
        done += len(stored)
        progress("process", done, max(total, done))
    if settings.share_days:
        storage.sharing.forget_readings(began - timedelta(days=settings.share_days))
    if shared is not None:
        counts["unread"] = shared.unread
    storage.stories.group(began)
    store_agreement(storage, began)
    after = storage.maintenance.totals()
    counts["new_items"] = after["items"] - before["items"]
    counts["new_versions"] = after["versions"] - before["versions"] - counts["new_items"]
    storage.service.end_run(run, now(), int(counts["errors"] > 0), counts)
    return dict(counts)


def lacks_opinion(result: Coverage | Irrelevant, rules: Rulebook) -> bool:
    """Whether a text about the province was to have a second opinion and has none, since the encoder failed."""
    return rules.opinion is not None and result.tags.relevance != "no" and result.tags.rules == rules.version_alone


def _waiting(storage: Database) -> Iterator[Document]:
    """Yield every document that waits, oldest first, those that are fetched meanwhile too."""
    after = 0
    while documents := storage.articles.pending_documents(_CHUNK, after):
        after = documents[-1].id
        yield from documents


def attach_source_settings(documents: Iterable[Document], sources: Sequence[Source]) -> Iterator[Document]:
    """Add the selectors, languages and country that the configuration gives for the source of each document."""
    by_id = {s.id: s for s in sources}
    for document in documents:
        if source := by_id.get(document.source_id):
            document = replace(document, selectors=source.selectors, languages=source.languages, country=source.country)
        yield document


def _examine(
    documents: Iterable[Document], rules: Rulebook, settings: ProcessSettings, total: int, is_shared: bool
) -> Iterator[list[Examined]]:
    if is_shared:
        function = examine_shared_pages if settings.read_all else examine_shared_names
    else:
        function = examine_every_page if settings.read_all else examine_passed_pages
    return LocalExaminer(settings.workers, reads=not is_shared).examine(
        documents,
        rules,
        batch=batch_size(settings.batch, total, settings.workers),
        seconds_per_document=settings.seconds_per_document,
        function=function,
    )
