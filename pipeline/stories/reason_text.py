"""The reason of a verdict on two articles → a phrase in Vietnamese or English."""

from pipeline.i18n.catalogs import translate_code
from pipeline.i18n.language import Language
from pipeline.records import VerdictReason


def similarity_reason_text(reason: VerdictReason, language: Language | None = None) -> str:
    """Return the phrase for a reason of compare_fingerprints in `language` (default: that of this context)."""
    return translate_code("similarity-reason", reason.code, language=language, **reason.parameters)
