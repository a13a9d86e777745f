"""Any string → clean NFC text, and forms of it with the same offsets for matching."""

import re
import unicodedata
from itertools import islice

from pipeline.text import scripts
from pipeline.text.legacy_encodings import convert, detect_old_encoding, to_unicode

#: characters of a text and of a title at most; the longest of 150,000 articles has 60,000
MAX_TEXT = 200_000
MAX_TITLE = 1_000

_INVISIBLE = dict.fromkeys(
    [0x00AD, 0x034F, 0x061C, 0x180E, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070), 0xFEFF]
)
_SPACES = dict.fromkeys(
    [0x00, 0x09, 0x0B, 0x0C, 0x85, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000], " "
)
_LINES = {0x2028: "\n", 0x2029: "\n"}
_CLEAN = {chr(code): new or "" for code, new in {**_INVISIBLE, **_SPACES, **_LINES}.items()}
_UNCLEAN = re.compile("[" + "".join(map(re.escape, _CLEAN)) + "]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
# Texts that every step of `normalise` leaves as they are: most.
_PLAIN = re.compile(f"[{scripts.COMPOSED}]*")

# Letters on Vietnamese pages that look like Vietnamese ones and match none of them.
_LOOK_ALIKES = {"Ð": "Đ", "ð": "đ", "Ɖ": "Đ", "ɖ": "đ"}
_CYRILLIC_TWINS = str.maketrans("АВЕКМНОРСТХаеорсух", "ABEKMHOPCTXaeopcyx")
_MIXED = re.compile(f"[{scripts.LATIN}][{scripts.RUSSIAN}]|[{scripts.RUSSIAN}][{scripts.LATIN}]")
_RUSSIAN = re.compile(f"[{scripts.RUSSIAN}]")

#: Spellings of one word such as 'hoà' and 'hòa': the tone mark moves to the first vowel of the rhymes oa, oe, uy.
TONES = {
    old: new
    for olds, news in (
        (("oà", "oá", "oả", "oã", "oạ"), ("òa", "óa", "ỏa", "õa", "ọa")),
        (("oè", "oé", "oẻ", "oẽ", "oẹ"), ("òe", "óe", "ỏe", "õe", "ọe")),
        (("uỳ", "uý", "uỷ", "uỹ", "uỵ"), ("ùy", "úy", "ủy", "ũy", "ụy")),
    )
    for old, new in zip(olds, news, strict=True)
}
# Two patterns that each begin with a letter: Python finds a first letter four times as fast as a choice of two.
_OPEN_RHYMES = (re.compile(r"o[àáảãạèéẻẽẹ](?![^\W\d_])"), re.compile(r"u[ỳýỷỹỵ](?![^\W\d_])"))
_PUNCTUATION = {
    **dict.fromkeys("‐‑‒–—―−", "-"),
    **dict.fromkeys("‘’‛`´ʼ", "'"),
    **dict.fromkeys("“”„«»″", '"'),
    "ё": "е",
}
# Characters of a text per Vietnamese letter in a quoted name, at least; in Vietnamese every fifth is such a letter.
_CHARACTERS_PER_QUOTED_LETTER = 150
_VIETNAMESE = re.compile(f"[{scripts.VIETNAMESE_LETTERS}]", re.I)


def normalise(text: str, limit: int = MAX_TEXT) -> str:
    """Return a text in NFC without invisible characters and with one kind of space; evidence offsets count in it.

    Characters beyond `limit` are cut off. Never raises: anything but a string gives ''.
    """
    if not isinstance(text, str):
        return ""
    text = text[:limit]
    plain, is_plain = text, _PLAIN.fullmatch(text)
    if not is_plain:
        plain = text.replace("\r\n", "\n").replace("\r", "\n").replace("\xa0", " ").replace("\t", " ")
        is_plain = _PLAIN.fullmatch(plain)
    if is_plain and detect_old_encoding(text) is None:
        return plain  # in a tenth of the time of the steps below
    clean = unicodedata.normalize("NFC", to_unicode(_SURROGATE.sub("\ufffd", text)))
    for unclean in set(_UNCLEAN.findall(clean)):  # several times as fast as str.translate
        clean = clean.replace(unclean, _CLEAN[unclean])
    clean = clean.replace("\r\n", "\n").replace("\r", "\n")
    for look_alike, letter in _LOOK_ALIKES.items():
        clean = clean.replace(look_alike, letter)
    if _RUSSIAN.search(clean) and _MIXED.search(clean):
        clean = re.sub(r"\S+", _to_one_script, clean)
    return clean


def normalise_both(title: str, text: str) -> tuple[str, str]:
    """Return title and text normalised; an old encoding of the text is assumed of its title too, which is too short."""
    if isinstance(title, str) and isinstance(text, str) and not is_vietnamese(title):
        encoding = detect_old_encoding(text)
        title = convert(title, encoding) if encoding else title
    return normalise(title, MAX_TITLE), normalise(text)


def _to_one_script(word: re.Match[str]) -> str:
    return word[0].translate(_CYRILLIC_TWINS) if _MIXED.search(word[0]) else word[0]


def match_key(text: str) -> str:
    """Return `text` for the matching of names and terms: lower case, one place of the tone mark, plain punctuation.

    `text` is NFC. The result has the same length, so offsets stay the same.
    """
    lower = text.lower()
    if len(lower) != len(text):
        lower = "".join(c.lower() if len(c.lower()) == 1 else c for c in text)
    for unusual, plain in _PUNCTUATION.items():  # ten times as fast as str.translate
        if unusual in lower:
            lower = lower.replace(unusual, plain)
    for rhyme in _OPEN_RHYMES:
        lower = rhyme.sub(_with_tone_first, lower)
    return lower


def _with_tone_first(rhyme: re.Match[str]) -> str:
    return TONES[rhyme[0]]


def strip_diacritics(text: str) -> str:
    """Return `text`, which is NFC, without diacritics and with đ as d; case and length stay the same."""
    return text if text.isascii() else text.translate(_BASE_LETTERS)


def with_stripped(pattern: str) -> re.Pattern[str]:
    """Compile a pattern of Vietnamese words that also matches the words without diacritics."""
    return re.compile(f"(?:{pattern})|(?:{strip_diacritics(pattern)})")


def is_vietnamese(text: str) -> bool:
    """Whether a text has a letter that only Vietnamese has."""
    return bool(_VIETNAMESE.search(text))


def lacks_diacritics(text: str) -> bool:
    """Whether a text of Latin letters has no Vietnamese letters, or only as many as a quoted name has."""
    most = len(text) // _CHARACTERS_PER_QUOTED_LETTER
    return next(islice(_VIETNAMESE.finditer(text), most, None), None) is None


def _base_letters() -> dict[int, str]:
    """Return the code of every letter with diacritics → its base letter."""
    table = {ord("đ"): "d", ord("Đ"): "D"}
    for code in [*range(0xC0, 0x250), *range(0x1E00, 0x1F00)]:
        base = unicodedata.normalize("NFD", chr(code))
        if len(base) > 1 and base[0].isascii():
            table[code] = base[0]
    return table


_BASE_LETTERS = _base_letters()
