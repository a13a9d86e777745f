"""Articles in foreign languages → their texts as the engine translates them, checked and stored text by text."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal

from config.engines.translation import TARGET
from diembao.jobs.translating.parts import hashes_of, language_of, texts_of
from diembao.system.clock import now, steady
from diembao.translation.translator import EngineDown, Hint, TextFailed
from pipeline.i18n.catalogs import mark
from pipeline.i18n.notices import Message
from pipeline.records import VerdictReason
from pipeline.records.translations import Engine, TextPart, Translation
from pipeline.translation.guards import check_translation
from pipeline.translation.names import known_names

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from config.engines.translation import TranslationSettings
    from diembao.translation.translator import Translator
    from pipeline.records import Item
    from pipeline.records.translations import GlossaryTerm
    from pipeline.rules.rulebook import Rulebook
    from storage.database import Database

#: Articles in a row of which the engine translates no text, after which it is taken to be down.
_FAILURES = 3
#: Parts that are translated without being asked for.
_PARTS: tuple[TextPart, ...] = ("title", "lead", "excerpt")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a run is to translate."""

    #: published since, and before; None: [translation] within_days up to now
    since: datetime | None = None
    until: datetime | None = None
    #: articles at most; None: [translation] per_run
    limit: int | None = None
    #: these alone, whatever their age and relevance; a text that was refused is translated anew
    items: tuple[Item, ...] = ()
    #: whether to translate the whole texts too, of `items`
    whole: bool = False
    #: whether to translate what was refused or failed anew
    retry: bool = False
    #: minutes after which no article is begun
    minutes: float = 10.0


@dataclass(slots=True)
class TranslatingResult:
    """What a run did, in texts; `stop` says why it ended before its time: the engine does not work, or time was up."""

    articles: int = 0
    translated: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    failed: int = 0
    stop: Literal["", "down", "time"] = ""
    #: why the engine is taken to be down
    cause: Message | None = None


def translate_articles(
    storage: Database, translator: Translator, rules: Rulebook, settings: TranslationSettings, wanted: Wanted
) -> TranslatingResult:
    """Translate what is wanted, the newest articles first, and store each text as it comes.

    Killed at any moment, the next run goes on with the text that was under way. An engine that does not work ends the
    run; what it failed at alone is tried again later.
    """
    result = TranslatingResult()
    try:
        engine = translator.describe()
        _translate_all(_Run(storage, translator, engine, rules, storage.translations.terms(), result), settings, wanted)
    except EngineDown as error:
        result.stop, result.cause = "down", error.args[0]
    if result.stop == "down" or result.translated or result.refused or not result.failed:
        storage.translations.note_engine(result.stop != "down", now())
    return result


@dataclass(frozen=True, slots=True)
class _Run:
    storage: Database
    translator: Translator
    engine: Engine
    rules: Rulebook
    terms: Sequence[GlossaryTerm]
    result: TranslatingResult


def _translate_all(run: _Run, settings: TranslationSettings, wanted: Wanted) -> None:
    end = steady() + 60 * wanted.minutes
    failures = 0
    parts: Collection[TextPart] = (*_PARTS, "text") if wanted.whole else _PARTS
    if wanted.retry or wanted.items:
        keys = [item.key for item in wanted.items] or None
        run.storage.translations.forget_refusals(run.engine, TARGET, keys)
    for item in _items(run, settings, wanted):
        if steady() > end:
            run.result.stop = "time"
            return
        before = run.result.translated + sum(run.result.refused.values()), run.result.failed
        _translate_item(run, item, parts)
        run.result.articles += 1
        answered = run.result.translated + sum(run.result.refused.values()) > before[0]
        failures = 0 if answered else failures + (run.result.failed > before[1])
        if failures == _FAILURES:
            raise EngineDown(
                Message(mark("the engine translated no text of {count} articles in a row"), count=failures)
            )


def _items(run: _Run, settings: TranslationSettings, wanted: Wanted) -> Iterable[Item]:
    if wanted.items:
        return wanted.items
    at = now()
    return run.storage.translations.wanted(
        run.engine,
        TARGET,
        wanted.limit or settings.per_run,
        wanted.since or at - timedelta(days=settings.within_days),
        at=at,
        until=wanted.until,
        languages=settings.languages,
    )


def _translate_item(run: _Run, item: Item, parts: Collection[TextPart]) -> None:
    source = language_of(item)
    texts = texts_of(item)
    hashes = hashes_of(texts)
    done = run.storage.translations.done(run.engine, source, TARGET, hashes.values(), at=now())
    # A lead that is the excerpt as well is one text.
    by_hash = {hashes[part]: text for part, text in texts.items() if part in parts and hashes[part] not in done}
    if not by_hash:
        run.storage.translations.save(item.key, hashes, (), seen=item)
    for sha256, text in by_hash.items():
        one = _translate_text(run, sha256, text, source)
        if one.refusal is not None and one.refusal.code == "engine":
            run.result.failed += 1
            run.storage.translations.save(item.key, hashes, (), failed=(one,), seen=item)
            continue
        if one.refusal is None:
            run.result.translated += 1
        else:
            run.result.refused[one.refusal.code] += 1
        run.storage.translations.save(item.key, hashes, (one,), seen=item)


def _translate_text(run: _Run, sha256: str, text: str, source: str) -> Translation:
    """Return one text translated and checked; with the reason "engine" where there was no answer for it."""
    names = known_names(text, source, run.rules, run.terms)
    hints = [Hint(name.source, name.accepted[0]) for name in names]
    reason: VerdictReason | None
    try:
        translated = run.translator.translate(text, source, TARGET, hints) if text else ""
    except TextFailed as error:
        translated, reason = "", VerdictReason("engine", {"cause": error.code, "note": error.note})
    else:
        reason = check_translation(text, translated, source, names=names, rules=run.rules)
    return Translation(sha256, source, TARGET, run.engine, "" if reason else translated, reason, now())
