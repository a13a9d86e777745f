"""Language code → the cues by which its press denies bad news."""

from pipeline.tagging.denials.asian import CHINESE, JAPANESE, KHMER, KOREAN, LAO, THAI
from pipeline.tagging.denials.cues import compile_cues
from pipeline.tagging.denials.english import ENGLISH
from pipeline.tagging.denials.european import FRENCH, GERMAN, RUSSIAN, SPANISH
from pipeline.tagging.denials.vietnamese import VIETNAMESE
from pipeline.tagging.topics import UNACCENTED
from pipeline.text.normalize import strip_diacritics

_PATTERNS = {
    "vi": VIETNAMESE,
    UNACCENTED: {name: strip_diacritics(pattern) for name, pattern in VIETNAMESE.items()},
    "en": ENGLISH,
    "fr": FRENCH,
    "de": GERMAN,
    "es": SPANISH,
    "ru": RUSSIAN,
    "zh": CHINESE,
    "ja": JAPANESE,
    "ko": KOREAN,
    "th": THAI,
    "lo": LAO,
    "km": KHMER,
}
LANGUAGES = {language: compile_cues(patterns) for language, patterns in _PATTERNS.items()}
