"""Why a translation is not shown → a sentence in Vietnamese or English."""

from pipeline.i18n.catalogs import translate_code
from pipeline.i18n.language import Language
from pipeline.records.tags import VerdictReason


def translation_reason_text(reason: VerdictReason, language: Language | None = None) -> str:
    """Return the sentence for a reason of check_translation in `language` (default: that of this context)."""
    return translate_code("translation-reason", reason.code, language=language, **reason.parameters)
