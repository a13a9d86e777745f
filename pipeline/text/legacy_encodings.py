"""Vietnamese text in an old 8-bit encoding, decoded as windows-1252 → Unicode; other text stays unchanged."""

import re
import unicodedata
from html.entities import name2codepoint
from typing import Literal

from pipeline.text import scripts
from pipeline.text.scripts import beyond_ascii
from pipeline.text.syllables import is_syllable

# TCVN 5712 (ABC) decoded as windows-1252: one character for each letter.
_TCVN3 = dict(
    zip(
        "µ¸¶·¹¨»¾¼½Æ©ÇÊÈÉË®ÌÐÎÏÑªÒÕÓÔÖ×ÝØÜÞßãáâä«åèæçé¬êíëìîïóñòô\xadõøö÷ùúýûüþ¡¢§£¤¥¦",
        "àáảãạăằắẳẵặâầấẩẫậđèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵĂÂĐÊÔƠƯ",
        strict=True,
    )
)
_TCVN3_TABLE = str.maketrans(_TCVN3)
_CP1258_TABLE = str.maketrans(dict(zip("ÃÌÐÒÕÝÞãìðòõýþ", "Ă\u0300Đ\u0309ƠƯ\u0303ă\u0301đ\u0323ơư₫", strict=True)))
# Signs between letters that are frequent in TCVN3 and occur in no word of French, German or other Latin-1 languages.
_TCVN3_SIGN = re.compile(r"[A-Za-z][µ¸¶·¹¨»¾¼½©®ª«¬×ß÷ÞÐ\xad][a-z]?|[®§][A-Za-zµ¸¶·¹¨©ª«¬]")

# VNI writes a base letter and then its marks as a second letter.
_VNI_MARKS = {
    **dict.fromkeys("ùÙ", "\u0301"),
    **dict.fromkeys("øØ", "\u0300"),
    **dict.fromkeys("ûÛ", "\u0309"),
    **dict.fromkeys("õÕ", "\u0303"),
    **dict.fromkeys("ïÏ", "\u0323"),
    **dict.fromkeys("âÂ", "\u0302"),
    **dict.fromkeys("êÊ", "\u0306"),
    **dict.fromkeys("áÁ", "\u0302\u0301"),
    **dict.fromkeys("àÀ", "\u0302\u0300"),
    **dict.fromkeys("åÅ", "\u0302\u0309"),
    **dict.fromkeys("ãÃ", "\u0302\u0303"),
    **dict.fromkeys("äÄ", "\u0302\u0323"),
    **dict.fromkeys("éÉ", "\u0306\u0301"),
    **dict.fromkeys("èÈ", "\u0306\u0300"),
    **dict.fromkeys("úÚ", "\u0306\u0309"),
    **dict.fromkeys("üÜ", "\u0306\u0303"),
    **dict.fromkeys("ëË", "\u0306\u0323"),
}
_VNI_LETTERS = dict(zip("ôÔöÖñÑæÆóÓòÒîÎ", "ơƠưƯđĐỉỈĩĨịỊỵỴ", strict=True))
# One pass, since the ò that 'oø' becomes must not be converted again: a written ò means ị.
_VNI_UNIT = re.compile(r"(?P<base>[aeouyAEOUYôÔöÖ])(?P<mark>[ùøûõïâêáàåãäéèúüëÙØÛÕÏÂÊÁÀÅÃÄÉÈÚÜË])|[ôÔöÖñÑæÆóÓòÒîÎ]")
_VNI_SIGN = re.compile(r"[aAoOeEuUyY][ùøûïåäëüÙØÛÏÅÄËÜ]|[öôÖÔ][ùøûïõÙØÛÏÕ]|[aoe][áàã]|(?<![^\W\d_])[ñÑ][aeiouyôö]")

# Windows-1258 writes the tone as a character after the letter; decoded as windows-1252 it is one of these.
_CP1258_SIGN = re.compile(r"[AEIOUYaeiouyÂÊÔâêôãõý][ÌÒÞìò]|[ðÐ][a-zâêôãõý]|ý[õaui]")

_VIETNAMESE = re.compile(f"[ăđơưĂĐƠƯ{scripts.VIETNAMESE_EXTENDED}{scripts.VIETNAMESE_TONES}]")
_WORD = re.compile(r"[^\W\d_]+")
# Each is matched up to its end at once: a lazy quantifier takes ten times as long over a page's scripts.
_MARKUP = re.compile(
    r"<(script|style)\b(?:[^<]++|<(?!/\1\s*>))*+</\1\s*>|<[^<>]*+>|&[a-z]+;",
    re.I,
)
_HIGH_ENTITY = re.compile(r"&#(1[6-9]\d|2[0-4]\d|25[0-5]);")
_NAMED_ENTITY = re.compile(r"&([A-Za-z]{2,6}\d?);")
_SPACES = re.compile(r"\s+")
#: The letters of Latin-1 of which each sign has one
_SIGN_LETTER = re.compile("[\xa7-\xff]")
# Characters of a text that are examined; of a page, where a Vietnamese letter mostly stands.
_SAMPLE, _HEAD = 4000, 2_000
# Share of words with a sign. In text of these encodings it is about 0.5; a stray © or ü stays below.
_LEAST_SHARE = 0.12

Encoding = Literal["tcvn3", "vni", "cp1258"]
_SIGNS: tuple[tuple[Encoding, re.Pattern[str]], ...] = (
    ("tcvn3", _TCVN3_SIGN),
    ("vni", _VNI_SIGN),
    ("cp1258", _CP1258_SIGN),
)


def detect_old_encoding(text: str) -> Encoding | None:
    """Return the old encoding of a text that was decoded as windows-1252; None if it is in none of them.

    A text with a Vietnamese letter is in none, nor is one whose conversion would not be Vietnamese.
    """
    if text.isascii() or _VIETNAMESE.search(text, 0, _HEAD) or _VIETNAMESE.search(beyond_ascii(text)):
        return None
    sample = text[:_SAMPLE]
    if not _SIGN_LETTER.search(beyond_ascii(sample)):
        return None
    words = _WORD.findall(sample)
    # 'Hoà Bình' has none of the Vietnamese letters above, and a conversion would spoil it.
    if all(word.isascii() or is_syllable(word) for word in words) and not _TCVN3_SIGN.search(sample):
        return None
    count = max(1, len(words))
    # Each sign has one of these letters: of most languages they are too few.
    if len(_SIGN_LETTER.findall(beyond_ascii(sample))) <= _LEAST_SHARE * count:
        return None
    shares: list[tuple[float, Encoding]] = [(len(sign.findall(sample)) / count, name) for name, sign in _SIGNS]
    for share, name in sorted(shares, reverse=True):
        if share > _LEAST_SHARE and _is_vietnamese(convert(sample, name)):
            return name
    return None


def convert(text: str, encoding: Encoding) -> str:
    """Return a text in `encoding` that was decoded as windows-1252 as Unicode; Vietnamese letters stay."""
    if encoding == "tcvn3":
        return text.translate(_TCVN3_TABLE)
    if encoding == "vni":
        return _VNI_UNIT.sub(_vni_letter, text)
    return unicodedata.normalize("NFC", text.translate(_CP1258_TABLE))


def to_unicode(text: str) -> str:
    """Return `text` converted if it is TCVN3, VNI or windows-1258 decoded as windows-1252, else unchanged.

    Windows-1258 decoded as such needs no conversion: its combining marks become letters in NFC.
    """
    encoding = detect_old_encoding(text)
    return convert(text, encoding) if encoding else text


def page_to_unicode(markup: str) -> str:
    """Return a page with its text converted if needed; its tags are ASCII and stay unchanged."""
    if _VIETNAMESE.search(markup, 0, _HEAD) or _VIETNAMESE.search(beyond_ascii(markup)):
        return markup
    head = _without_entities(markup[:200_000])
    if not _SIGN_LETTER.search(beyond_ascii(head)):
        return markup
    # Menus and names come first on a page: the last of four samples of text is examined.
    encoding = detect_old_encoding(_first_text(head, 4 * _SAMPLE)[-_SAMPLE:])
    return convert(_without_entities(markup), encoding) if encoding else markup


def _first_text(markup: str, size: int) -> str:
    """Return the first `size` characters of a page's text, with single spaces; scripts and tags are spaces."""
    parts: list[str] = []
    letters = at = 0
    for tag in _MARKUP.finditer(markup):
        part = markup[at : tag.start()]
        parts += part, " "
        at = tag.end()
        letters += len("".join(part.split()))
        if letters >= size:
            break
    else:
        parts.append(markup[at:])
    return _SPACES.sub(" ", "".join(parts))[:size]


def _without_entities(markup: str) -> str:
    """Return markup with the entities of these encodings as characters: old editors wrote '&reg;Çu t&shy;'."""
    markup = _HIGH_ENTITY.sub(lambda m: chr(int(m[1])), markup)
    return _NAMED_ENTITY.sub(lambda m: chr(c) if 0xA0 < (c := name2codepoint.get(m[1], 0)) < 0x100 else m[0], markup)


def _is_vietnamese(text: str) -> bool:
    """Whether 80 % of the words are Vietnamese syllables; in converted German or French nearly none are."""
    # Abbreviations are no syllables.
    words = [w for w in _WORD.findall(text) if not (w.isupper() and w.isascii())]
    return bool(words) and sum(map(is_syllable, words)) >= 0.8 * len(words)


def _vni_letter(match: re.Match[str]) -> str:
    base, mark = match["base"], match["mark"]
    if base is None:
        return _VNI_LETTERS[match[0]]
    return unicodedata.normalize("NFC", _VNI_LETTERS.get(base, base) + _VNI_MARKS[mark])
