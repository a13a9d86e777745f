"""What a person puts right: the text of an article in her own words, and terms of the glossary."""

from __future__ import annotations

from typing import TYPE_CHECKING

from config.engines.translation import TARGET
from diembao.jobs.translating.parts import hashes_of, language_of, texts_of
from pipeline.i18n.catalogs import mark
from pipeline.i18n.notices import Message
from pipeline.records.translations import GlossaryTerm, TextPart, TranslationCorrection
from storage.engine.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from pipeline.records import Item
    from pipeline.records.audit import Actor
    from storage.database import Database


def correct(
    storage: Database,
    actor: Actor,
    item: Item,
    part: TextPart,
    text: str,
    at: datetime,
    terms: Mapping[str, str] | None = None,
) -> None:
    """Store a text of an article as a person put it; '' takes earlier ones back. `terms` go into the glossary.

    Raises StorageError for a text that the article does not have or that is Vietnamese, and where the article changed.
    """
    language = language_of(item)
    if language in ("", TARGET):
        raise StorageError(Message(mark("{item}: is in Vietnamese, or its language is not known"), item=item.key))
    texts = texts_of(item)
    if part not in texts:
        raise StorageError(Message(mark("{item}: has no such text: {part}"), item=item.key, part=part))
    hashes = hashes_of(texts)
    correction = TranslationCorrection(hashes[part], language, TARGET, text.strip(), actor.name, at)
    new = [term_of(language, term, translation, actor, at) for term, translation in (terms or {}).items()]
    storage.translations.correct(actor, item, hashes, part, correction, terms=new)


def term_of(language: str, term: str, translation: str, actor: Actor, at: datetime) -> GlossaryTerm:
    """Return a term of the glossary as this actor says it, on one line each."""
    return GlossaryTerm(language, " ".join(term.split()), " ".join(translation.split()), actor.name, at)
