"""Any string → clean NFC text, and forms of it with the same offsets in which names are looked up."""

import re
import unicodedata
from itertools import islice

from pipeline.text import scripts
from pipeline.text.legacy_encodings import convert, encoding_of, to_unicode

#: characters of a text that are looked at; the longest article measured on 150,000 has 60,000
MAX_TEXT = 200_000
MAX_TITLE = 1_000

_GONE = dict.fromkeys(
    [0x00AD, 0x034F, 0x061C, 0x180E, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070), 0xFEFF]
)
_SPACES = dict.fromkeys(
    [0x00, 0x09, 0x0B, 0x0C, 0x85, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000], " "
)
_LINES = {0x2028: "\n", 0x2029: "\n"}
_CLEAN = {**_GONE, **_SPACES, **_LINES}
_UNCLEAN = re.compile("[" + "".join(map(re.escape, map(chr, _CLEAN))) + "]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")

# Letters that pages of Vietnamese outlets show for Vietnamese ones: they look the same and match nothing.
_LOOK_ALIKES = {"Ð": "Đ", "ð": "đ", "Ɖ": "Đ", "ɖ": "đ"}
_CYRILLIC_TWINS = str.maketrans("АВЕКМНОРСТХаеорсух", "ABEKMHOPCTXaeopcyx")
_MIXED = re.compile(f"[{scripts.LATIN}][{scripts.RUSSIAN}]|[{scripts.RUSSIAN}][{scripts.LATIN}]")

# 'hoà' and 'hòa' are one word: the tone mark moves to the first vowel of the open rhymes oa, oe, uy.
_TONES = {
    old: new
    for olds, news in (
        (("oà", "oá", "oả", "oã", "oạ"), ("òa", "óa", "ỏa", "õa", "ọa")),
        (("oè", "oé", "oẻ", "oẽ", "oẹ"), ("òe", "óe", "ỏe", "õe", "ọe")),
        (("uỳ", "uý", "uỷ", "uỹ", "uỵ"), ("ùy", "úy", "ủy", "ũy", "ụy")),
    )
    for old, new in zip(olds, news, strict=True)
}
_OPEN_RHYME = re.compile(r"(?:o[àáảãạèéẻẽẹ]|u[ỳýỷỹỵ])(?![^\W\d_])")
_PUNCTUATION = {
    **dict.fromkeys(map(ord, "‐‑‒–—―−"), "-"),
    **dict.fromkeys(map(ord, "‘’‛`´ʼ"), "'"),
    **dict.fromkeys(map(ord, "“”„«»″"), '"'),
    ord("ё"): "е",
}
_UNUSUAL = re.compile("[" + "".join(map(chr, _PUNCTUATION)) + "]")
# Vietnamese has one in five characters; a text without them may still quote a name that has some.
_FEW = 150
_VIETNAMESE = re.compile(f"[{scripts.VIETNAMESE_LETTERS}]", re.I)


def normalise(text: str, limit: int = MAX_TEXT) -> str:
    """Return the text that evidence offsets count in: NFC, no invisible characters, one kind of space.

    Never raises; what lies beyond `limit` characters is cut off.
    """
    if not isinstance(text, str):
        return ""
    clean = to_unicode(_SURROGATE.sub("\ufffd", text[:limit]))
    clean = unicodedata.normalize("NFC", clean)
    if _UNCLEAN.search(clean):  # several times as fast as to translate what needs it not
        clean = clean.translate(_CLEAN)
    clean = clean.replace("\r\n", "\n").replace("\r", "\n")
    for seen, meant in _LOOK_ALIKES.items():
        clean = clean.replace(seen, meant)
    if _MIXED.search(clean):
        clean = re.sub(r"\S+", _one_script, clean)
    return clean


def normalise_both(title: str, text: str) -> tuple[str, str]:
    """Return title and text as `normalise` does; what the text was written in is believed of its short title too."""
    if isinstance(title, str) and isinstance(text, str) and not is_vietnamese(title):
        encoding = encoding_of(text)
        title = convert(title, encoding) if encoding else title
    return normalise(title, MAX_TITLE), normalise(text)


def _one_script(word: re.Match[str]) -> str:
    return word[0].translate(_CYRILLIC_TWINS) if _MIXED.search(word[0]) else word[0]


def match_key(text: str) -> str:
    """Return `text` as names and terms are looked up: lower case, one tone-mark placement, plain dashes.

    The result has the length of `text`, so offsets are the same. `text` is NFC.
    """
    lower = text.lower()
    if len(lower) != len(text):
        lower = "".join(c.lower() if len(c.lower()) == 1 else c for c in text)
    if _UNUSUAL.search(lower):
        lower = lower.translate(_PUNCTUATION)
    return _OPEN_RHYME.sub(lambda m: _TONES[m[0]], lower)


def strip_diacritics(text: str) -> str:
    """Return `text` without diacritics, đ as d, case kept; the length stays the same. `text` is NFC."""
    return text.translate(_BARE)


def with_stripped(pattern: str) -> re.Pattern[str]:
    """Compile a pattern of Vietnamese words so that it also matches them written without diacritics."""
    return re.compile(f"(?:{pattern})|(?:{strip_diacritics(pattern)})")


def is_vietnamese(text: str) -> bool:
    """Whether a text has a letter that only Vietnamese has."""
    return bool(_VIETNAMESE.search(text))


def lacks_diacritics(text: str) -> bool:
    """Whether a text of Latin letters has no Vietnamese letters, or so few that a quoted name accounts for them."""
    few = len(text) // _FEW
    return next(islice(_VIETNAMESE.finditer(text), few, None), None) is None


def _bare_letters() -> dict[int, str]:
    table = {ord("đ"): "d", ord("Đ"): "D"}
    for code in [*range(0xC0, 0x250), *range(0x1E00, 0x1F00)]:
        base = unicodedata.normalize("NFD", chr(code))
        if len(base) > 1 and base[0].isascii():
            table[code] = base[0]
    return table


_BARE = _bare_letters()
