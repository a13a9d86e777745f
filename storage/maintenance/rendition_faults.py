"""What must hold of the rows of translations: one has a text or the reason why it has none."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, get_args

from pipeline.i18n.catalogs import mark
from pipeline.i18n.notices import Message
from pipeline.records.translations import TextPart
from storage.translations.made import REFUSAL

_HEX = frozenset("0123456789abcdef")


def _hash_faults(values: Any) -> Iterator[Message]:
    if len(values["sha256"]) != 64 or not _HEX.issuperset(values["sha256"]):
        yield Message(mark("column {column} holds no SHA-256"), column="sha256")


def _item_text(values: Any) -> Iterator[Message]:
    if values["part"] not in get_args(TextPart):
        raise ValueError(f"part: {values['part']!r}")
    yield from _hash_faults(values)


def _translation(values: Any) -> Iterator[Message]:
    yield from _hash_faults(values)
    if values["refusal"] is not None:
        REFUSAL.validate_python(values["refusal"])
    if bool(values["text"]) == (values["refusal"] is not None):
        yield Message(mark("column {column} differs from what another column holds"), column="refusal")


#: Table → what must hold of a row whose values have their form; a function may raise instead of yielding.
RENDITION_CHECKS: Mapping[str, Callable[[Any], Iterator[Message]]] = {
    "item_texts": _item_text,
    "translations": _translation,
    "translation_corrections": _hash_faults,
}
