"""Ranges of Unicode scripts and sets of letters, each to stand between the brackets of a regular expression.

Ranges that differ by a few code points have names of their own: stored data (the search index, the article
frequencies, the fingerprints) was made with exactly these.
"""

# Scripts that write no spaces between words.
#: letters and signs of Thai
THAI = "\u0e01-\u0e5b"
#: letters and signs of Lao
LAO = "\u0e81-\u0edf"
#: the two blocks of Thai and Lao, with their unassigned code points
THAI_AND_LAO_BLOCKS = "\u0e00-\u0eff"
MYANMAR = "\u1000-\u109f"
KHMER = "\u1780-\u17ff"
#: the blocks Hiragana and Katakana
KANA = "\u3040-\u30ff"
#: the same from their first assigned code point
ASSIGNED_KANA = "\u3041-\u30ff"
#: small katakana for Ainu
KANA_EXTENSIONS = "\u31f0-\u31ff"
#: ideographs of extension A
HAN_EXTENSION_A = "\u3400-\u4dbf"
#: the unified ideographs, which nearly all text is written in
HAN_UNIFIED = "\u4e00-\u9fff"
#: extension A to the unified ideographs, with the 64 hexagrams between them
HAN = "\u3400-\u9fff"
HAN_COMPATIBILITY = "\uf900-\ufaff"
#: planes 2 and 3 as far as extension G
HAN_SUPPLEMENTARY = "\U00020000-\U0003134f"

# Scripts with spaces.
#: syllables of Korean, with the unassigned end of their block
HANGUL = "\uac00-\ud7af"
#: letters of which Korean syllables are composed
HANGUL_JAMO = "\u1100-\u11ff"
CYRILLIC = "\u0400-\u04ff"
#: letters of the Russian alphabet without ё
RUSSIAN = "\u0410-\u044f"
ARABIC = "\u0600-\u06ff"
#: letters with diacritics that Unicode has for Vietnamese alone
VIETNAMESE_EXTENDED = "\u1ea0-\u1ef9"
#: Latin letters of the European languages and of Vietnamese
LATIN = f"A-Za-zÀ-ɏ{VIETNAMESE_EXTENDED}"
#: lower-case letters of Western European languages
LATIN_1_SMALL = "a-zà-ÿ"
#: first letters of Vietnamese and European names; Ạ-Ỹ also takes in the lower-case letters between
VIETNAMESE_CAPITALS = "A-ZĐÀ-ÝẠ-ỸĂĨŨƠƯ"

# Scripts in which invisible joiners mean something.
#: Arabic with Syriac, the scripts of India and its neighbours, Mongolian
JOINING = (
    "\u0600-\u08ff\u0900-\u0dff\u0f00-\u109f\u1780-\u18af\u1b00-\u1c7f\ua840-\ua8ff\ua980-\uaa7f\ufb50-\ufdff"
    "\ufe70-\ufefc\U00011000-\U00011fff"
)
#: pictures, signs, shades of skin, and the mark of coloured signs
EMOJI = "\u2190-\u2bff\u3030\u303d\u20e3\ufe0f\U0001f000-\U0001faff"

# Sets of letters.
#: lower-case letters that only Vietnamese writes; â, ê, ô, é, à and their like are French too, ĩ and ũ Portuguese
VIETNAMESE_LETTERS = "ăđơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ"
#: combining marks of the five Vietnamese tones
VIETNAMESE_TONES = "\u0300\u0301\u0303\u0309\u0323"

#: older forms of small Cyrillic letters, whose capitals are those of today's
CYRILLIC_VARIANTS = "\u1c80-\u1c88"
#: letters, signs and the end of a line that NFC leaves as they are, whatever stands beside them; without Ð and
#: ð, which pages write for Đ and đ
COMPOSED = (
    r"\n -~\u00a1-\u00ac\u00ae-\u00cf\u00d1-\u00ef\u00f1-\u017f\u01a0\u01a1\u01af\u01b0\u1ea0-\u1ef9"
    r"\u2010-\u2027\u2030-\u205e\u20ab\u20ac\u3001-\u3011\u3041-\u3094\u30a1-\u30fa\u4e00-\u9fff\uac00-\ud7a3"
    r"\uff01-\uff5e"
)

# Unions that several modules ask for.
#: scripts without spaces that the press of the watched countries uses
UNSPACED = THAI_AND_LAO_BLOCKS + KHMER + KANA + HAN
#: these and Hangul, whose syllables count as dense text and whose particles cling to the word
UNSPACED_AND_HANGUL = UNSPACED + HANGUL
#: scripts in which a name has no word boundary on either side
WITHOUT_BOUNDARIES = UNSPACED_AND_HANGUL + HAN_COMPATIBILITY

#: bytes of ASCII, and those that are no letters of it
_ASCII = bytes(range(128))
_NOT_ASCII_LETTERS = bytes(n for n in range(256) if not (65 <= n <= 90 or 97 <= n <= 122))


def beyond_ascii(text: str) -> str:
    """Return the characters of `text` outside ASCII, in their order, without half surrogates.

    A search in them alone for letters of other scripts is ten times as fast as in the text.
    """
    return "" if text.isascii() else text.encode("utf-8", "ignore").translate(None, _ASCII).decode("utf-8")


def count_ascii_letters(text: str) -> int:
    """Return the number of letters from A to Z, large and small."""
    return len(text.encode("utf-8", "ignore").translate(None, _NOT_ASCII_LETTERS))
