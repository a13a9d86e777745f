"""What people put right: texts in their own words, and terms of the glossary, each with its audit entry."""

import hashlib
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, and_, delete, insert, select

from pipeline.i18n.catalogs import mark
from pipeline.i18n.notices import Message
from pipeline.records import Item
from pipeline.records.audit import Actor, AuditEvent, Json
from pipeline.records.translations import GlossaryTerm, TextPart, TranslationCorrection
from storage.audit.chain import append
from storage.engine.damage import is_damaged
from storage.engine.errors import StorageError
from storage.schema.renditions import glossary_terms, translation_corrections
from storage.translations.made import store_parts

#: Characters of a correction and of a term at most.
LONGEST_TEXT, LONGEST_TERM = 20_000, 200


def store_correction(
    connection: Connection,
    actor: Actor,
    item: Item,
    parts: Mapping[TextPart, str],
    part: TextPart,
    correction: TranslationCorrection,
) -> None:
    """See storage.translations.facet.Translations.correct."""
    if len(correction.text) > LONGEST_TEXT:
        message = mark("A translation has at most {limit} characters.")
        raise StorageError(Message(message, limit=LONGEST_TEXT))
    if not store_parts(connection, item.key, parts, correction.source, item):
        raise StorageError(Message(mark("{item}: the article has changed meanwhile; look at it again"), item=item.key))
    columns = translation_corrections.c
    same = and_(
        columns.sha256 == correction.sha256,
        columns.source == correction.source,
        columns.target == correction.target,
    )
    earlier = connection.execute(select(columns.text).where(same).order_by(columns.id.desc()).limit(1)).scalar()
    connection.execute(
        insert(translation_corrections).values(
            sha256=correction.sha256,
            source=correction.source,
            target=correction.target,
            text=correction.text,
            who=correction.who,
            at=correction.at,
        )
    )
    # The audit stays for ever, a text only as long as retention keeps it: the entry holds its hash.
    before: Json = None if not earlier else {"part": part, "text_sha256": _hash(earlier)}
    after: Json = None if not correction.text else {"part": part, "text_sha256": _hash(correction.text)}
    action = "translation.corrected" if correction.text else "translation.correction_taken_back"
    append(connection, AuditEvent(action, "item", item.key, before, after, actor, correction.at))


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def store_term(connection: Connection, actor: Actor, term: GlossaryTerm) -> None:
    """See storage.translations.facet.Translations.add_term."""
    for text in (term.language, term.term, term.translation):
        if not text.strip() or len(text) > LONGEST_TERM:
            message = mark("A term and its translation have 1 to {limit} characters.")
            raise StorageError(Message(message, limit=LONGEST_TERM))
    before = _drop_term(connection, term.language, term.term)
    values = {"translation": term.translation, "who": term.who, "at": term.at}
    connection.execute(insert(glossary_terms).values(language=term.language, term=term.term, **values))
    name = f"{term.language}:{term.term}"
    append(connection, AuditEvent("glossary.term_added", "term", name, before, term.translation, actor, term.at))


def drop_term(connection: Connection, actor: Actor, language: str, term: str, at: datetime) -> None:
    """See storage.translations.facet.Translations.take_back_term."""
    before = _drop_term(connection, language, term)
    if before is None:
        message = mark("The glossary has no term {term!r} of the language {language}.")
        raise StorageError(Message(message, term=term, language=language))
    append(connection, AuditEvent("glossary.term_taken_back", "term", f"{language}:{term}", before, None, actor, at))


def _drop_term(connection: Connection, language: str, term: str) -> str | None:
    this = and_(glossary_terms.c.language == language, glossary_terms.c.term == term)
    before = connection.execute(select(glossary_terms.c.translation).where(this)).scalar()
    connection.execute(delete(glossary_terms).where(this))
    return before


def load_terms(connection: Connection, language: str | None) -> list[GlossaryTerm]:
    """See storage.translations.facet.Translations.terms."""
    query = select(glossary_terms).order_by(glossary_terms.c.language, glossary_terms.c.term)
    if language is not None:
        query = query.where(glossary_terms.c.language == language)
    return [
        GlossaryTerm(row.language, row.term, row.translation, row.who, row.at)
        for row in connection.execute(query)
        if not is_damaged(row)
    ]
