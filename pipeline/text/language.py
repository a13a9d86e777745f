"""Text → language code ('vi', 'en', 'zh', …), short titles and Vietnamese without diacritics included."""

import re
from functools import lru_cache
from typing import Any

from pipeline.text import scripts
from pipeline.text.syllables import is_syllable

#: languages diembao tells apart; what the detector may answer
LANGUAGES = ("vi", "en", "fr", "de", "es", "ru", "zh", "ja", "ko", "th", "lo", "km", "it", "pt", "id", "ar", "uk", "bg")

_LOOKED_AT = 3000
_SCRIPTS = {
    "ja": re.compile(f"[{scripts.KANA}{scripts.KANA_EXTENSIONS}]"),
    "ko": re.compile(f"[{scripts.HANGUL}{scripts.HANGUL_JAMO}]"),
    "zh": re.compile(f"[{scripts.HAN}{scripts.HAN_COMPATIBILITY}]"),
    "th": re.compile(f"[{scripts.THAI}]"),
    "lo": re.compile(f"[{scripts.LAO}]"),
    "km": re.compile(f"[{scripts.KHMER}]"),
    "ru": re.compile(f"[{scripts.CYRILLIC}]"),
    "ar": re.compile(f"[{scripts.ARABIC}]"),
}
_LATIN = re.compile(f"[{scripts.LATIN}]")
# Letters that among the languages here only Vietnamese has; â, ê, ô, é, à and their like are French too.
_VIETNAMESE = re.compile(f"[{scripts.VIETNAMESE_LETTERS}ĩũ]", re.I)
# Characters that only Japanese writes this way.
_JAPANESE = re.compile(r"[発県気対駅図売円広沢帰検権済転観読単戦歴児働畑込峠渉価労変応拡]")
_UKRAINIAN = re.compile(r"[іїєґІЇЄҐ]")
_WORD = re.compile(r"[^\W\d_]+")
# Syllables that foreign words are full of too.
# fmt: off
_SHARED = frozenset([
    "a", "i", "o", "an", "in", "on", "to", "the", "so", "no", "me", "he", "can", "man", "men", "ten", "pan", "sun",
    "son", "long", "song", "lot", "hot", "not", "him", "let", "do",
])
# fmt: on


def detect_language(title: str, text: str, hint: str | None = None) -> str:
    """Return the BCP 47 code of a text; `hint` (what its page or feed says) decides only where the text cannot.

    Chinese in either script is 'zh'; 'und' where there is no letter.
    """
    sample = f"{title}\n{text}"[:_LOOKED_AT]
    counts = {name: len(script.findall(sample)) for name, script in _SCRIPTS.items()}
    latin = len(_LATIN.findall(sample))
    # A character of these scripts says about as much as two or three letters.
    weighed = {n: c * (2.5 if n in ("ja", "ko", "zh") else 1.0) for n, c in counts.items()}
    script = max(weighed, key=lambda n: weighed[n])
    if weighed["ja"] and weighed["ja"] * 6 >= weighed["zh"] and weighed["ja"] + weighed["zh"] > latin:
        return "ja"
    if weighed[script] > latin * 0.5 and weighed[script] > 0:
        return _within_script(script, sample)
    if not latin:
        return _short(hint) or "und"
    return _latin(sample, latin, hint)


def _within_script(script: str, sample: str) -> str:
    if script == "zh" and _JAPANESE.search(sample):
        return "ja"
    if script == "ru" and len(_UKRAINIAN.findall(sample)) * 40 > len(sample):
        return "uk"
    return script


def _latin(sample: str, latin: int, hint: str | None) -> str:
    share = len(_VIETNAMESE.findall(sample)) / latin
    # Vietnamese prose has 0.20 to 0.32 of them; an English text full of Vietnamese names has up to 0.09.
    if share > 0.13:
        return "vi"
    words = [w.lower() for w in _WORD.findall(sample)]
    telling = [w for w in words if w not in _SHARED]
    if telling and share == 0 and sum(1 for w in telling if is_syllable(w)) / len(telling) > 0.9 and len(words) > 3:
        return "vi"
    code, sure = _classify(sample)
    if share > 0.05 and len(words) < 12 and not sure:
        return "vi"
    if (sure and len(words) > 5) or not hint:
        return code
    return _short(hint) or code


def _classify(sample: str) -> tuple[str, bool]:
    code, probability = _identifier().classify(sample)
    return str(code), float(probability) > 0.9


def _short(hint: str | None) -> str:
    code = (hint or "").strip().replace("_", "-")
    return code if re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z]{4})?(-[A-Za-z]{2})?", code) else ""


@lru_cache(maxsize=1)
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(["vi", "en", "fr", "de", "es", "it", "pt", "id"])
    return identifier
