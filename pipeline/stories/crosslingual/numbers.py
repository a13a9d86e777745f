"""Text of any language → its telling numbers in one spelling, which a translation keeps."""

import re
import unicodedata

from pipeline.text import scripts

# Chinese, Japanese, Korean, Thai, Lao and Khmer write the word for what is counted right behind its number.
_LETTER = rf"[^\W{scripts.WITHOUT_BOUNDARIES}]"
# Others do so with units: '200MW'.
_END = rf"(?!(?!(?:MWp?|MWh|GWh?|kWh?|kV|ha|kg|km|mm|cm|m)(?!{_LETTER})){_LETTER})"
_NUMBER = re.compile(
    rf"(?<!{_LETTER})(?<![.,])\d[\d.,]*\d{_END}|(?<!{_LETTER})(?<![.,])\d(?:[.,]\d){_END}"
    rf"|(?<!{_LETTER})(?<![.,])\d(?=[万萬만억億亿])"
)
_DECIMAL_POINT = frozenset(["en", "zh", "ja", "ko", "th", "lo", "km"])
#: Units of ten thousand and of a hundred million, which Asian languages write behind a number
_LARGE = {**dict.fromkeys("万萬만", 10_000), **dict.fromkeys("億亿억", 100_000_000)}
_GERMAN_ONES = {
    "ein": 1, "zwei": 2, "drei": 3, "vier": 4, "fünf": 5, "sechs": 6, "sieben": 7, "acht": 8, "neun": 9,
}  # fmt: skip
_GERMAN_TENS = {
    "zwanzig": 20, "dreißig": 30, "vierzig": 40, "fünfzig": 50, "sechzig": 60, "siebzig": 70, "achtzig": 80,
    "neunzig": 90,
}  # fmt: skip
#: German writes numbers up to a hundred as one word, and newspapers begin sentences with them
_GERMAN = re.compile(rf"(?i)(?<!\w)({'|'.join(_GERMAN_ONES)})und({'|'.join(_GERMAN_TENS)})(?!\w)")


def numbers_in_text(text: str, language: str) -> set[str]:
    """Return the telling numbers of a text with a decimal point and no groups.

    Single digits, tens, a hundred and years are common ones and left out.
    """
    decimal = "." if language in _DECIMAL_POINT else ","
    numbers = {_plain(m[0], decimal, text[m.end() : m.end() + 1]) for m in _NUMBER.finditer(text)}
    if language == "de":
        numbers |= {str(_GERMAN_ONES[m[1].lower()] + _GERMAN_TENS[m[2].lower()]) for m in _GERMAN.finditer(text)}
    return numbers - {""}


def _plain(written: str, decimal: str, behind: str) -> str:
    """Return a number in one spelling, times the unit `behind` it; '' for a common one or for no number."""
    if not written.isascii():
        written = "".join(str(unicodedata.digit(c)) if c.isdecimal() else c for c in written)
    other = "." if decimal == "," else ","
    if re.fullmatch(rf"\d{{1,3}}(?:\{other}\d{{3}})+(?:\{decimal}\d+)?|\d+(?:\{decimal}\d+)?", written) is None:
        return ""
    plain = written.replace(other, "").replace(decimal, ".")
    if behind in _LARGE:
        return f"{float(plain) * _LARGE[behind]:.0f}"
    if len(plain) < 2 or re.fullmatch(r"(?:19|20)\d\d|\d0|100", plain):
        return ""
    return plain
