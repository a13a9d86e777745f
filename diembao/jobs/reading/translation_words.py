"""Translations of articles → what the desk shows of them: texts, who translated them, and why others are not shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from analysis.digest.data_line import data_line
from analysis.digest.translated import engine_words
from analysis.documents.labels import labels
from config.engines.translation import TARGET
from diembao.jobs.reading.marks import harmless
from diembao.jobs.translating.parts import hashes_of, language_of, texts_of
from pipeline.i18n.catalogs import mark, translate
from pipeline.i18n.language import current_language
from pipeline.translation.reason_text import translation_reason_text

if TYPE_CHECKING:
    from pipeline.records import Item, SearchHit
    from pipeline.records.translations import ItemTranslation, TextPart, TranslatedText
    from storage.database import Database


@dataclass(frozen=True, slots=True)
class ShownText:
    """A translated text as the desk shows it, without characters that hide or reorder others."""

    text: str
    #: 'machine translation' or 'translated by a person', for a row of a list
    short: str
    #: the same with engine, model and version, or with the name of the person
    by: str


@dataclass(frozen=True, slots=True)
class TranslationField:
    """One text of an article as the form for its translation has it."""

    part: TextPart
    #: as printed
    original: str
    #: as it is shown now; '': it is not translated
    text: str
    #: SHA-256 of `text`, by which the form says what the person saw
    seen: str
    #: why what the engine made of it is not shown; '': it is, or there is nothing
    refusal: str


@dataclass(frozen=True, slots=True)
class ShownTranslation:
    """What is shown of the texts of one article; None for those without a translation."""

    title: ShownText | None
    #: of the excerpt, else of the lead
    excerpt: ShownText | None
    #: of the whole text
    text: ShownText | None


class _Listed(Protocol):
    """An article of a list."""

    @property
    def key(self) -> str: ...
    @property
    def language(self) -> str: ...


def shown_translation(one: ItemTranslation | None) -> ShownTranslation | None:
    """Return what is shown of a translation, in the words of the context's language; None where there is nothing."""
    if one is None or not one.texts:
        return None

    def part(*names: TextPart) -> ShownText | None:
        return next((shown_text(one.texts[name]) for name in names if name in one.texts), None)

    return ShownTranslation(part("title"), part("excerpt", "lead"), part("text"))


def shown_text(text: TranslatedText) -> ShownText:
    """Return one translated text as it is shown."""
    if text.engine is None:
        by = translate(mark("translated by {name}"), name=text.who)
        return ShownText(harmless(text.text), translate(mark("translated by a person")), by)
    engine = engine_words(text.engine, labels(current_language()))
    by = translate(mark("machine translation: {engine}"), engine=engine)
    return ShownText(harmless(text.text), translate(mark("machine translation")), by)


def known_line(item: Item, topics: Mapping[str, str], province: str) -> str:
    """Return what the data of an article in another language say of it; '' of one in Vietnamese.

    `topics` gives names by id, `province` is the name of the watched one.
    """
    if language_of(item) in ("", TARGET):
        return ""
    return data_line(item, (), labels(current_language()), topics, province).rstrip(".")


def translation_fields(item: Item, one: ItemTranslation | None) -> list[TranslationField]:
    """Return title and excerpt of an article for the form; none of one in Vietnamese or of unknown language."""
    if language_of(item) in ("", TARGET):
        return []
    originals = texts_of(item)
    texts, refusals = ({}, {}) if one is None else (one.texts, one.refusals)
    parts: tuple[TextPart, ...] = ("title", "excerpt")
    return [
        TranslationField(
            part,
            harmless(originals[part]),
            text := texts[part].text if part in texts else "",
            hashes_of({part: text})[part],
            translation_reason_text(refusals[part]) if part in refusals else "",
        )
        for part in parts
        if originals.get(part)
    ]


def hit_mark(hit: SearchHit) -> str:
    """Return the short mark of the translation of a hit; '' for one without."""
    texts = {} if hit.translation is None else hit.translation.texts
    return next((shown_text(text).short for text in sorted(texts.values(), key=lambda t: t.engine is None)), "")


def shown_titles(storage: Database, articles: Iterable[_Listed]) -> dict[str, ShownText]:
    """Return the translated titles of the articles of a list, by key, as far as there are any."""
    foreign = [one.key for one in articles if one.language.split("-")[0] not in ("", "vi")]
    found = storage.translations.of_items(foreign) if foreign else {}
    return {key: shown_text(one.texts["title"]) for key, one in found.items() if "title" in one.texts}
