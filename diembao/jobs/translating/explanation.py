"""The translation of an article → who made each text, and why others are not shown."""

from typing import Any

from pipeline.i18n.catalogs import translate, translate_code
from pipeline.records.translations import ItemTranslation, TranslatedText
from pipeline.translation.reason_text import translation_reason_text


def translation_lines(translation: ItemTranslation | None) -> list[str]:
    """Return a line for each text that was translated or refused, in the language of the context."""
    if translation is None:
        return []
    lines = []
    for part, text in translation.texts.items():
        name = translate_code("text part", part)
        lines.append(f"{name} ({_by(text)}): {text.text}")
    for part, reason in translation.refusals.items():
        name, why = translate_code("text part", part), translation_reason_text(reason)
        lines.append(translate("{part}: its translation is not shown: {reason}", part=name, reason=why))
    return lines


def _by(text: TranslatedText) -> str:
    if text.engine is None:
        return translate("put so by {name}", name=text.who)
    words = " ".join(word for word in (text.engine.model, text.engine.version) if word)
    return translate("by the engine {engine}", engine=f"{text.engine.backend} {words}")


def translation_row(translation: ItemTranslation | None) -> dict[str, Any] | None:
    """Return a translation as JSON has it; None for none."""
    if translation is None:
        return None
    texts = {part: {"text": text.text, "by": text.who or _by(text)} for part, text in translation.texts.items()}
    refusals = {part: translation_reason_text(reason) for part, reason in translation.refusals.items()}
    return {"source": translation.source, "texts": texts, "refusals": refusals}
