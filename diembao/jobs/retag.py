"""Texts tagged by other rules → tags of today's rules, and the changes."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from config.settings import ProcessSettings
from diembao.jobs.agree_translations import store_agreement
from diembao.jobs.collection.collect import Progress
from diembao.jobs.process import attach_source_settings, lacks_opinion
from diembao.system.clock import now
from diembao.workers.base import batch_size
from diembao.workers.local import LocalExaminer
from pipeline.examine import examine
from pipeline.records import (
    Article,
    Coverage,
    Decision,
    Document,
    Examined,
    Irrelevant,
    Source,
    Tags,
    Text,
    Unreadable,
)
from pipeline.rules.rulebook import Rulebook
from pipeline.stories.areas import fingerprint_tagged
from pipeline.stories.fingerprints import dump
from pipeline.tagging.tagger import tag
from storage.articles.decisions import apply_decisions
from storage.articles.retagging import OutdatedTagging
from storage.database import Database

#: Texts read from the database at a time.
_CHUNK = 256


@dataclass(frozen=True, slots=True)
class RetaggedItem:
    """An item that today's rules move into the coverage or out of it."""

    key: str
    outlet: str
    title: str
    #: relevance before and after
    before: str
    after: str


@dataclass(slots=True)
class RetagChanges:
    """Changes by today's rules, counted after the decisions of reviewers are applied."""

    texts: int = 0
    changed: int = 0
    #: texts whose page could not be examined again
    failed: int = 0
    #: texts that the encoder could not read a second time
    without_opinion: int = 0
    #: texts whose tags change by the rules, but not after the decisions of reviewers
    held: int = 0
    #: (before, after) → texts
    relevance: Counter[tuple[str, str]] = field(default_factory=Counter)
    tone: Counter[tuple[str, str]] = field(default_factory=Counter)
    #: id of the topic → texts
    topics_added: Counter[str] = field(default_factory=Counter)
    topics_removed: Counter[str] = field(default_factory=Counter)
    entering: list[RetaggedItem] = field(default_factory=list)
    leaving: list[RetaggedItem] = field(default_factory=list)


def retag(
    storage: Database,
    sources: Sequence[Source],
    rules: Rulebook,
    settings: ProcessSettings,
    *,
    since: datetime | None,
    dry_run: bool,
    progress: Progress,
) -> RetagChanges:
    """Tag the texts whose tags are of other rules; store the tags batch by batch unless `dry_run`; return the changes.

    A run that was stopped at any moment is continued by the next one.
    """
    changes = RetagChanges()
    decisions = storage.articles.decisions()
    total = storage.articles.count_outdated_taggings(rules.version)
    run = None if dry_run else storage.service.begin_run("retag", now())
    began = now()
    pending: dict[int, OutdatedTagging] = {}

    def documents() -> Iterator[Document]:
        after = 0
        while stale := storage.articles.outdated_taggings(rules.version, since=since, after=after, limit=_CHUNK):
            after = stale[-1].id
            pending.update((one.id, one) for one in stale)
            yield from (one.document for one in stale)

    for results in LocalExaminer(settings.workers).examine(
        attach_source_settings(documents(), sources),
        rules,
        batch=batch_size(settings.batch, total, settings.workers),
        seconds_per_document=settings.seconds_per_document,
        function=retag_texts,
    ):
        for result in results:
            old = pending.pop(result.document_id)
            _count_change(changes, old, result, decisions.get(old.key, ()), rules)
        if run is not None:
            _save(storage, results)
        progress("retag", changes.texts, max(total, changes.texts))
    if run is not None:
        storage.stories.group(began)
        store_agreement(storage, began)
        counts = {"texts": changes.texts, "changed": changes.changed, "failed": changes.failed}
        counts["without_opinion"] = changes.without_opinion
        storage.service.end_run(run, now(), int(changes.failed > 0), counts)
    return changes


def _save(storage: Database, results: Sequence[Examined]) -> None:
    """Store new tags under the version of the rules that made them: another one where the second opinion failed."""
    tagged = [result for result in results if not isinstance(result, Unreadable)]
    for version in sorted({result.tags.rules for result in tagged}):
        storage.articles.save_retaggings([r for r in tagged if r.tags.rules == version], version, now())


def retag_texts(documents: Sequence[Document], rules: Rulebook) -> list[Examined]:
    """Tag stored texts, and examine pages whose text was not kept; runs in worker processes."""
    return [examine(document, rules) if document.body else _tag_text(document, rules) for document in documents]


def _tag_text(document: Document, rules: Rulebook) -> Examined:
    entry = document.entry
    text = Text(str(document.id), entry.title, entry.text, entry.language, entry.url, entry.published)
    tags = tag(text, rules)
    # The text is stored already, so the article carries none.
    article = Article(entry.url, "", entry.title, "", "")
    if tags.relevance == "no":
        return Irrelevant(document.id, article, tags)
    fingerprint = fingerprint_tagged(entry.title, entry.text, entry.published, tags, rules)
    return Coverage(document.id, article, tags, dump(fingerprint))


def _count_change(
    changes: RetagChanges, old: OutdatedTagging, result: Examined, decisions: Sequence[Decision], rules: Rulebook
) -> None:
    changes.texts += 1
    if isinstance(result, Unreadable):
        changes.failed += 1
        return
    changes.without_opinion += lacks_opinion(result, rules)
    new = apply_decisions(result.tags, decisions)
    if decisions and _labels(result.tags) != _labels(old.rule_tags) and _labels(new) == _labels(old.tags):
        changes.held += 1
    if _labels(new) == _labels(old.tags):
        return
    changes.changed += 1
    if new.relevance != old.tags.relevance:
        changes.relevance[old.tags.relevance, new.relevance] += 1
    if new.tone != old.tags.tone:
        changes.tone[old.tags.tone, new.tone] += 1
    before, after = ({topic.id for topic in tags.topics} for tags in (old.tags, new))
    changes.topics_added.update(after - before)
    changes.topics_removed.update(before - after)
    moved = RetaggedItem(old.key, old.outlet, old.title, old.tags.relevance, new.relevance)
    if old.tags.relevance == "no" and new.relevance != "no":
        changes.entering.append(moved)
    elif old.tags.relevance != "no" and new.relevance == "no":
        changes.leaving.append(moved)


def _labels(tags: Tags) -> tuple[str, str, frozenset[str]]:
    """Return the parts of tags that count as a change: relevance, tone, ids of topics."""
    return tags.relevance, tags.tone, frozenset(topic.id for topic in tags.topics)
