"""Vietnamese text that was read in an old 8-bit encoding → Unicode; other text passes unchanged."""

import re
import unicodedata
from html.entities import name2codepoint
from typing import Literal

from pipeline.text import scripts
from pipeline.text.syllables import is_syllable

# TCVN 5712 (ABC) as it looks when its bytes are read as windows-1252; one character for each letter.
_TCVN3 = dict(
    zip(
        "µ¸¶·¹¨»¾¼½Æ©ÇÊÈÉË®ÌÐÎÏÑªÒÕÓÔÖ×ÝØÜÞßãáâä«åèæçé¬êíëìîïóñòô\xadõøö÷ùúýûüþ¡¢§£¤¥¦",
        "àáảãạăằắẳẵặâầấẩẫậđèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵĂÂĐÊÔƠƯ",
        strict=True,
    )
)
_TCVN3_TABLE = str.maketrans(_TCVN3)
_CP1258_TABLE = str.maketrans(dict(zip("ÃÌÐÒÕÝÞãìðòõýþ", "Ă\u0300Đ\u0309ƠƯ\u0303ă\u0301đ\u0323ơư₫", strict=True)))
# Signs that no French, German or other Latin-1 word has between letters, and that TCVN3 text is full of.
_TCVN3_SIGN = re.compile(r"[A-Za-z][µ¸¶·¹¨»¾¼½©®ª«¬×ß÷ÞÐ\xad][a-z]?|[®§][A-Za-zµ¸¶·¹¨©ª«¬]")

# VNI writes a base letter and then its mark as a second letter.
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
# One pass, so that the ò that 'oø' becomes is not taken for a written ò, which means ị.
_VNI_UNIT = re.compile(r"(?P<base>[aeouyAEOUYôÔöÖ])(?P<mark>[ùøûõïâêáàåãäéèúüëÙØÛÕÏÂÊÁÀÅÃÄÉÈÚÜË])|[ôÔöÖñÑæÆóÓòÒîÎ]")
_VNI_SIGN = re.compile(r"[aAoOeEuUyY][ùøûïåäëüÙØÛÏÅÄËÜ]|[öôÖÔ][ùøûïõÙØÛÏÕ]|[aoe][áàã]|(?<![^\W\d_])[ñÑ][aeiouyôö]")

# Windows-1258 writes the tone as a character of its own behind the letter; read as windows-1252 it is one of these.
_CP1258_SIGN = re.compile(r"[AEIOUYaeiouyÂÊÔâêôãõý][ÌÒÞìò]|[ðÐ][a-zâêôãõý]|ý[õaui]")

_VIETNAMESE = re.compile(f"[ăđơưĂĐƠƯ{scripts.VIETNAMESE_EXTENDED}{scripts.VIETNAMESE_TONES}]")
_WORD = re.compile(r"[^\W\d_]+")
_NO_TEXT = re.compile(r"<(script|style)\b.*?</\1\s*>|<[^<>]*>|&[a-z]+;", re.I | re.S)
_HIGH_ENTITY = re.compile(r"&#(1[6-9]\d|2[0-4]\d|25[0-5]);")
_NAMED_ENTITY = re.compile(r"&([A-Za-z]{2,6}\d?);")
_LOOKED_AT = 4000

Encoding = Literal["tcvn3", "vni", "cp1258"]
_SIGNS: tuple[tuple[Encoding, re.Pattern[str]], ...] = (
    ("tcvn3", _TCVN3_SIGN),
    ("vni", _VNI_SIGN),
    ("cp1258", _CP1258_SIGN),
)


def encoding_of(text: str) -> Encoding | None:
    """Return the encoding that `text` is in although it was read as windows-1252; None: none of these.

    A text with any true Vietnamese letter is in none, nor is one that would not become Vietnamese.
    """
    if text.isascii() or _VIETNAMESE.search(text):
        return None
    sample = text[:_LOOKED_AT]
    found = _WORD.findall(sample)
    # 'Hoà Bình' is written with none of those letters, and would turn into another name.
    if all(word.isascii() or is_syllable(word) for word in found) and not _TCVN3_SIGN.search(sample):
        return None
    words = max(1, len(found))
    shares: list[tuple[float, Encoding]] = [(len(sign.findall(sample)) / words, name) for name, sign in _SIGNS]
    # In real text of these encodings about every second word carries a sign; a stray © or ü does not.
    for share, name in sorted(shares, reverse=True):
        if share > 0.12 and _is_vietnamese(convert(sample, name)):
            return name
    return None


def convert(text: str, encoding: Encoding) -> str:
    """Return `text`, which was read as windows-1252, as it is in `encoding`; true Vietnamese letters stay."""
    if encoding == "tcvn3":
        return text.translate(_TCVN3_TABLE)
    if encoding == "vni":
        return _VNI_UNIT.sub(_vni_letter, text)
    return unicodedata.normalize("NFC", text.translate(_CP1258_TABLE))


def to_unicode(text: str) -> str:
    """Return `text` converted where it is TCVN3, VNI or windows-1258 read as windows-1252, else as it is.

    Windows-1258 read as such needs nothing here: its combining marks become letters in NFC.
    """
    encoding = encoding_of(text)
    return convert(text, encoding) if encoding else text


def page_to_unicode(markup: str) -> str:
    """Return the characters of a page converted as its text needs; its tags are ASCII and stay as they are."""
    if _VIETNAMESE.search(markup):
        return markup
    head = _NO_TEXT.sub(" ", _without_entities(markup[:200_000]))
    # Menus and names come first on a page; more text than that decides more surely.
    encoding = encoding_of(re.sub(r"\s+", " ", head)[: 4 * _LOOKED_AT][-_LOOKED_AT:])
    return convert(_without_entities(markup), encoding) if encoding else markup


def _without_entities(markup: str) -> str:
    """Editors of the time wrote letters of these encodings as entities: &reg;Çu t&shy;."""
    markup = _HIGH_ENTITY.sub(lambda m: chr(int(m[1])), markup)
    return _NAMED_ENTITY.sub(lambda m: chr(c) if 0xA0 < (c := name2codepoint.get(m[1], 0)) < 0x100 else m[0], markup)


def _is_vietnamese(text: str) -> bool:
    # Abbreviations are no syllables, nor are names; German or French turned this way has next to none.
    words = [w for w in _WORD.findall(text) if not (w.isupper() and w.isascii())]
    return bool(words) and sum(map(is_syllable, words)) >= 0.8 * len(words)


def _vni_letter(found: re.Match[str]) -> str:
    base, mark = found["base"], found["mark"]
    if base is None:
        return _VNI_LETTERS[found[0]]
    return unicodedata.normalize("NFC", _VNI_LETTERS.get(base, base) + _VNI_MARKS[mark])
