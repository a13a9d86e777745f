"""The translations' part of the database: what is shown, what is to be translated, corrections, the glossary."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, select
from sqlalchemy import Engine as DatabaseEngine

from pipeline.records import Item
from pipeline.records.audit import Actor
from pipeline.records.translations import (
    Engine,
    GlossaryTerm,
    ItemTranslation,
    TextPart,
    Translation,
    TranslationCorrection,
)
from storage.engine.facet import Facet
from storage.schema.derived import facts
from storage.translations import made as rows
from storage.translations import people
from storage.translations.engine_state import failing_since, note_engine
from storage.translations.shown import load_corrections, load_shown


class Translations(Facet):
    """Translations of one database.

    `catch_up` fills in the derived tables, by which articles are found; `reindex` puts articles whose translations
    changed into the search index and the derived tables anew, in the same transaction.
    """

    def __init__(
        self,
        engine: DatabaseEngine,
        catch_up: Callable[[], int],
        reindex: Callable[[Connection, Collection[str]], None],
    ) -> None:
        super().__init__(engine)
        self._catch_up, self._reindex = catch_up, reindex

    def of_items(self, keys: Iterable[str], /, target: str = "vi") -> dict[str, ItemTranslation]:
        """Return what is to be shown of articles in a language, by key, without those of which there is nothing.

        A person's correction comes first, then the latest sound translation, whatever the engine. Texts that an
        article had before its newest version do not count.
        """
        with self._reading() as connection:
            return load_shown(connection, keys, target)

    def wanted(
        self,
        engine: Engine,
        target: str,
        limit: int,
        since: datetime,
        /,
        *,
        at: datetime,
        until: datetime | None = None,
        languages: Collection[str] = (),
    ) -> list[Item]:
        """Return relevant articles in another language of which this engine has title, lead or excerpt to translate.

        The newest come first, published (else first seen) in [`since`, `until`). What a guard refused is done, and so
        is what a person put into words; what the engine failed at waits until its next try is due at `at`.
        `languages`: of these alone (without region); none: of all.
        """
        self._catch_up()
        with self._reading() as connection:
            return rows.load_wanted(connection, engine, target, limit, since, until, at, languages)

    def done(self, engine: Engine, source: str, target: str, hashes: Collection[str], /, *, at: datetime) -> set[str]:
        """Return the hashes of texts that the engine translated, or failed at and need not try yet."""
        with self._reading() as connection:
            return rows.load_done(connection, engine, source, target, hashes, at)

    def save(
        self,
        key: str,
        parts: Mapping[TextPart, str],
        made: Sequence[Translation],
        /,
        *,
        failed: Sequence[Translation] = (),
        seen: Item | None = None,
    ) -> None:
        """Store of which texts an article consists (SHA-256 by part), and what an engine made of some of them.

        A text is stored once for each engine and pair of languages, whatever is saved again. `failed` are texts that
        the engine gave no answer for; each is tried again, ever later, at most an hour after. `seen` is the article
        whose texts these are: where it was edited or tagged anew meanwhile, its translations are kept, and it stays
        wanted.
        """
        with self._writing() as connection:
            rows.store_translations(connection, made, failed)
            language = (made or failed)[0].source if made or failed else _language(connection, key, seen)
            rows.store_parts(connection, key, parts, language, seen)
            changed = rows.items_with(connection, {one.sha256 for one in made if one.text})
            self._reindex(connection, changed | {key})

    def forget_refusals(self, engine: Engine, target: str, keys: Sequence[str] | None = None, /) -> int:
        """Let what this engine failed at or a guard refused be wanted again, of these articles or of all; how many."""
        with self._writing() as connection:
            return rows.delete_refused(connection, engine, target, keys)

    def counts(self, engine: Engine, target: str, /) -> dict[str, int]:
        """Return how many texts an engine translated, a guard refused, and the engine failed at so far."""
        with self._reading() as connection:
            return rows.count_states(connection, engine, target)

    def note_engine(self, works: bool, at: datetime, /) -> None:
        """Note that the engine works, or does not; only the change from one to the other is stored."""
        with self._writing() as connection:
            note_engine(connection, works, at)

    def failing_since(self) -> datetime | None:
        """Return since when the engine does not work; None where it does, or was never asked."""
        with self._reading() as connection:
            return failing_since(connection)

    # people
    def correct(
        self,
        actor: Actor,
        item: Item,
        parts: Mapping[TextPart, str],
        part: TextPart,
        correction: TranslationCorrection,
        /,
        terms: Sequence[GlossaryTerm] = (),
    ) -> None:
        """Store a text as a person put it, with terms for the glossary; an empty text takes earlier ones back.

        `parts` are the texts of the article (SHA-256), `part` the one that is corrected. Raises StorageError where the
        article has changed since it was read.
        """
        with self._writing() as connection:
            people.store_correction(connection, actor, item, parts, part, correction)
            for term in terms:
                people.store_term(connection, actor, term)
            self._reindex(connection, rows.items_with(connection, {correction.sha256}))

    def corrections(self, target: str = "vi", /, limit: int = 1000) -> list[TranslationCorrection]:
        """Return what people put into words and nobody took back, the newest first."""
        with self._reading() as connection:
            return load_corrections(connection, target, limit)

    def add_term(self, actor: Actor, term: GlossaryTerm, /) -> None:
        """Store a term of the glossary in place of the one that stood for it. Raises StorageError for an empty one."""
        with self._writing() as connection:
            people.store_term(connection, actor, term)

    def take_back_term(self, actor: Actor, language: str, term: str, at: datetime, /) -> None:
        """Take a term out of the glossary. Raises StorageError for one that is not in it."""
        with self._writing() as connection:
            people.drop_term(connection, actor, language, term, at)

    def terms(self, language: str | None = None, /) -> list[GlossaryTerm]:
        """Return the glossary of a language, or of all, in the order of its terms."""
        with self._reading() as connection:
            return people.load_terms(connection, language)


def _language(connection: Connection, key: str, seen: Item | None) -> str:
    if seen is not None:
        return seen.language.split("-")[0]
    language = connection.execute(select(facts.c.language).where(facts.c.item_key == key)).scalar()
    return (language or "und").split("-")[0]
