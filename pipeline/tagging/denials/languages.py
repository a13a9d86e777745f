"""Language code → the cues by which its press denies bad news."""

from functools import cache

from pipeline.tagging.denials.asian import CHINESE, JAPANESE, KHMER, KOREAN, LAO, THAI
from pipeline.tagging.denials.cues import Cues, compile_cues
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


def cues_of(language: str) -> Cues:
    """Return the cues of a language, those of English where it has none."""
    return _compiled(language if language in _PATTERNS else "en")


# A process that reads one language compiles no other: all of them take a tenth of a second.
@cache
def _compiled(language: str) -> Cues:
    return compile_cues(_PATTERNS[language])
