"""Articles with their texts in the reader's language, and the cells that tables have of these."""

from dataclasses import dataclass, fields
from typing import NamedTuple

from pipeline.records import Item
from pipeline.records.translations import ItemTranslation, TextPart, TranslatedText
from pipeline.text.invisible import strip_invisible

#: What stands for a person in tables: no name of an account leaves the house.
PERSON = "person"
#: Parts that may stand for the excerpt, the best first
_EXCERPTS: tuple[TextPart, ...] = ("excerpt", "lead")


@dataclass(frozen=True, slots=True)
class TranslatedItem(Item):
    """One article as it is stored, with its translation."""

    translation: ItemTranslation | None = None


class TranslatedCells(NamedTuple):
    """What tables have of a translation; '' and () where there is none."""

    title: str = ""
    excerpt: str = ""
    #: what translated them: backend, model and version of an engine, or PERSON
    by: tuple[str, ...] = ()


def with_translation(item: Item, translation: ItemTranslation | None) -> Item:
    """Return an article with its translation; itself where there is none."""
    if translation is None or not translation.texts:
        return item
    values = {field.name: getattr(item, field.name) for field in fields(Item)}
    return TranslatedItem(**values, translation=translation)


def cells_of(translation: ItemTranslation | None) -> TranslatedCells:
    """Return the cells of a translation."""
    texts = {} if translation is None else translation.texts
    title = texts.get("title")
    excerpt = next((texts[part] for part in _EXCERPTS if part in texts), None)
    by = dict.fromkeys(_by(part) for part in (title, excerpt) if part is not None)
    return TranslatedCells(_shown(title), _shown(excerpt), tuple(by))


def _shown(part: TranslatedText | None) -> str:
    return "" if part is None else strip_invisible(part.text)


def cells_of_item(item: Item) -> TranslatedCells:
    """Return the cells of the translation that an article brings along."""
    return cells_of(item.translation if isinstance(item, TranslatedItem) else None)


def _by(part: TranslatedText) -> str:
    engine = part.engine
    return PERSON if engine is None else " ".join(filter(None, (engine.backend, engine.model, engine.version)))
