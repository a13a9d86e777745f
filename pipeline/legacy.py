"""Vietnamese text that was read in an old 8-bit encoding → Unicode; other text passes unchanged."""

import re
import unicodedata

from pipeline.syllables import is_syllable

# TCVN 5712 (ABC) as it looks when its bytes are read as windows-1252; one character for each letter.
_TCVN3 = dict(
    zip(
        "µ¸¶·¹¨»¾¼½Æ©ÇÊÈÉË®ÌÐÎÏÑªÒÕÓÔÖ×ÝØÜÞßãáâä«åèæçé¬êíëìîïóñòô\xadõøö÷ùúýûüþ¡¢§£¤¥¦",
        "àáảãạăằắẳẵặâầấẩẫậđèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵĂÂĐÊÔƠƯ",
        strict=True,
    )
)
_TCVN3_TABLE = str.maketrans(_TCVN3)
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

_VIETNAMESE = re.compile(r"[ăđơưĂĐƠƯ\u1ea0-\u1ef9\u0300\u0301\u0303\u0309\u0323]")
_WORD = re.compile(r"[^\W\d_]+")


def to_unicode(text: str) -> str:
    """Return `text` converted where it is TCVN3 or VNI read as windows-1252, else as it is.

    Windows-1258 needs nothing here: its combining marks become letters in NFC. A text with any true
    Vietnamese letter is left alone, and so is one that would not become Vietnamese.
    """
    if text.isascii() or _VIETNAMESE.search(text):
        return text
    sample = text[:4000]
    words = max(1, len(_WORD.findall(sample)))
    # In real text of these encodings about every second word carries a sign; a stray © or ü does not.
    tcvn, vni = len(_TCVN3_SIGN.findall(sample)) / words, len(_VNI_SIGN.findall(sample)) / words
    if tcvn > 0.12 and tcvn >= vni and _is_vietnamese(sample.translate(_TCVN3_TABLE)):
        return text.translate(_TCVN3_TABLE)
    if vni > 0.12 and _is_vietnamese(_from_vni(sample)):
        return _from_vni(text)
    return text


def _is_vietnamese(text: str) -> bool:
    words = _WORD.findall(text)
    # Names and abbreviations are no syllables; German or French turned this way has next to none.
    return sum(map(is_syllable, words)) >= 0.8 * len(words)


def _from_vni(text: str) -> str:
    return _VNI_UNIT.sub(_vni_letter, text)


def _vni_letter(found: re.Match[str]) -> str:
    base, mark = found["base"], found["mark"]
    if base is None:
        return _VNI_LETTERS[found[0]]
    return unicodedata.normalize("NFC", _VNI_LETTERS.get(base, base) + _VNI_MARKS[mark])
