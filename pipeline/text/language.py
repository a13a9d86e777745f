"""Text → language code ('vi', 'en', 'zh', …), also for short titles and Vietnamese without diacritics."""

import re
from functools import lru_cache
from typing import Any

from pipeline.text import scripts
from pipeline.text.scripts import beyond_ascii, count_ascii_letters
from pipeline.text.syllables import is_syllable

#: codes of the languages that the detection tells apart
LANGUAGES = ("vi", "en", "fr", "de", "es", "ru", "zh", "ja", "ko", "th", "lo", "km", "it", "pt", "id", "ar", "uk", "bg")

# Characters of title and text that are examined.
_SAMPLE = 3000
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
# Letters that among these languages only Vietnamese has.
_VIETNAMESE = re.compile(f"[{scripts.VIETNAMESE_LETTERS}ĩũ]", re.I)
# Forms of characters that only Japanese uses.
_JAPANESE = re.compile(r"[発県気対駅図売円広沢帰検権済転観読単戦歴児働畑込峠渉価労変応拡]")
_UKRAINIAN = re.compile(r"[іїєґІЇЄҐ]")
_WORD = re.compile(r"[^\W\d_]+")
# Vietnamese syllables without diacritics that are frequent words of other languages.
# fmt: off
_AMBIGUOUS = frozenset([
    "a", "i", "o", "an", "in", "on", "to", "the", "so", "no", "me", "he", "can", "man", "men", "ten", "pan", "sun",
    "son", "long", "song", "lot", "hot", "not", "him", "let", "do",
])
# fmt: on


def detect_language(title: str, text: str, hint: str | None = None) -> str:
    """Return the BCP 47 code of a text; 'und' for a text without letters. Chinese in either script is 'zh'.

    `hint`, the language by page or feed, decides only where the text does not.
    """
    sample = f"{title}\n{text}"[:_SAMPLE]
    foreign = beyond_ascii(sample)
    counts = {name: len(script.findall(foreign)) for name, script in _SCRIPTS.items()}
    latin = count_ascii_letters(sample) + len(_LATIN.findall(foreign))
    # A character of these scripts stands for two or three letters.
    weights = {name: count * (2.5 if name in ("ja", "ko", "zh") else 1.0) for name, count in counts.items()}
    script = max(weights, key=lambda name: weights[name])
    if weights["ja"] and weights["ja"] * 6 >= weights["zh"] and weights["ja"] + weights["zh"] > latin:
        return "ja"
    if weights[script] > latin * 0.5 and weights[script] > 0:
        return _language_in_script(script, sample)
    if not latin:
        return _valid_code(hint) or "und"
    return _latin_language(sample, foreign, latin, hint)


def _language_in_script(script: str, sample: str) -> str:
    if script == "zh" and _JAPANESE.search(sample):
        return "ja"
    if script == "ru" and len(_UKRAINIAN.findall(sample)) * 40 > len(sample):
        return "uk"
    return script


def _latin_language(sample: str, foreign: str, latin: int, hint: str | None) -> str:
    """Return the code of a text with `latin` Latin letters; `foreign` are its characters outside ASCII."""
    share = len(_VIETNAMESE.findall(foreign)) / latin
    # Vietnamese prose has a share of 0.20 to 0.32; an English text full of Vietnamese names has up to 0.09.
    if share > 0.13:
        return "vi"
    words = [word.lower() for word in _WORD.findall(sample)]
    if share == 0 and len(words) > 3 and _is_unaccented_vietnamese(words):
        return "vi"
    code, is_sure = _classify(sample)
    if share > 0.05 and len(words) < 12 and not is_sure:
        return "vi"
    if (is_sure and len(words) > 5) or not hint:
        return code
    return _valid_code(hint) or code


def _is_unaccented_vietnamese(words: list[str]) -> bool:
    """Whether more than 90 % of the words that are not ambiguous are Vietnamese syllables."""
    distinctive = [word for word in words if word not in _AMBIGUOUS]
    # Among the first hundred words of other languages there are more than those of the whole may be.
    allowed = len(distinctive) - 0.9 * len(distinctive)
    if sum(not is_syllable(word) for word in distinctive[:100]) > allowed + 1:
        return False
    return bool(distinctive) and sum(map(is_syllable, distinctive)) / len(distinctive) > 0.9


def _classify(sample: str) -> tuple[str, bool]:
    """Return the code by langid, and whether its probability is above 0.9."""
    code, probability = _identifier().classify(sample)
    return str(code), float(probability) > 0.9


def _valid_code(hint: str | None) -> str:
    """Return a hint as a BCP 47 code; '' if it is none."""
    code = (hint or "").strip().replace("_", "-")
    return code if re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z]{4})?(-[A-Za-z]{2})?", code) else ""


@lru_cache(maxsize=1)
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(["vi", "en", "fr", "de", "es", "it", "pt", "id"])
    return identifier
