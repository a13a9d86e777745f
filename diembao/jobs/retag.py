"""What other rules tagged → what today's rules say of it, and what that changes."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from config.settings import ProcessSettings
from diembao.jobs.collect import Progress
from diembao.jobs.process import attach_source_settings
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
from pipeline.stories.fingerprints import compute_fingerprint, dump
from pipeline.tagging.tagger import tag
from storage.articles.decisions import apply_decisions
from storage.articles.retagging import OutdatedTagging
from storage.base import Storage

#: Texts read from the database at a time.
_CHUNK = 256


@dataclass(frozen=True, slots=True)
class RetaggedItem:
    """An item that today's rules take into the coverage, or out of it."""

    key: str
    outlet: str
    title: str
    before: str
    after: str


@dataclass(slots=True)
class RetagChanges:
    """What today's rules change, counted as it holds: under what persons decided."""

    texts: int = 0
    changed: int = 0
    #: texts whose page could not be examined again
    failed: int = 0
    #: texts of which the rules now say something else, where a person's decision holds
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
    storage: Storage,
    sources: Sequence[Source],
    rules: Rulebook,
    settings: ProcessSettings,
    *,
    since: datetime | None,
    dry_run: bool,
    progress: Progress,
) -> RetagChanges:
    """Examine what other rules tagged last; store it, unless `dry_run`, batch by batch; return what changes.

    Stopped at any moment and started again it goes on, and ends as if it had not been stopped.
    """
    changes = RetagChanges()
    decisions = storage.upkeep.decisions()
    total = storage.upkeep.count_stale(rules.version)
    run = None if dry_run else storage.begin_run("retag", now())
    began = now()
    under_way: dict[int, OutdatedTagging] = {}

    def documents() -> Iterator[Document]:
        after = 0
        while stale := storage.upkeep.stale(rules.version, since=since, after=after, limit=_CHUNK):
            after = stale[-1].id
            under_way.update((one.id, one) for one in stale)
            yield from (one.document for one in stale)

    for results in LocalExaminer(settings.workers).examine(
        attach_source_settings(documents(), sources),
        rules,
        batch=batch_size(settings.batch, total, settings.workers),
        seconds_per_document=settings.seconds_per_document,
        function=retag_texts,
    ):
        for result in results:
            old = under_way.pop(result.document_id)
            _count(changes, old, result, decisions.get(old.key, ()))
        if run is not None:
            storage.upkeep.retagged(results, rules.version, now())
        progress("retag", changes.texts, max(total, changes.texts))
    if run is not None:
        storage.regroup(began)
        counts = {"texts": changes.texts, "changed": changes.changed, "failed": changes.failed}
        storage.end_run(run, now(), int(changes.failed > 0), counts)
    return changes


def retag_texts(documents: Sequence[Document], rules: Rulebook) -> list[Examined]:
    """Tag stored texts, and examine pages whose text was not kept: the function that worker processes run."""
    return [examine(document, rules) if document.body else _tag_text(document, rules) for document in documents]


def _tag_text(document: Document, rules: Rulebook) -> Examined:
    entry = document.entry
    text = Text(str(document.id), entry.title, entry.text, entry.language, entry.url, entry.published)
    tags = tag(text, rules)
    # The text is stored already: only what is said of it is new.
    article = Article(entry.url, "", entry.title, "", "")
    if tags.relevance == "no":
        return Irrelevant(document.id, article, tags)
    drawn = compute_fingerprint(entry.title, entry.text, entry.published, tags.language)
    return Coverage(document.id, article, tags, dump(drawn))


def _count(changes: RetagChanges, old: OutdatedTagging, result: Examined, said: Sequence[Decision]) -> None:
    changes.texts += 1
    if isinstance(result, Unreadable):
        changes.failed += 1
        return
    new = apply_decisions(result.tags, said)
    if said and _gist(result.tags) != _gist(old.said) and _gist(new) == _gist(old.tags):
        changes.held += 1
    if _gist(new) == _gist(old.tags):
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


def _gist(tags: Tags) -> tuple[str, str, frozenset[str]]:
    return tags.relevance, tags.tone, frozenset(topic.id for topic in tags.topics)
