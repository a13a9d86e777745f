"""Clean texts and match keys are what the plain steps give, one after the other and each over the whole text."""

import random
import re
import sys
import unicodedata

from pipeline.text.legacy_encodings import to_unicode
from pipeline.text.normalize import match_key, normalise, strip_diacritics

_TWINS = str.maketrans("АВЕКМНОРСТХаеорсух", "ABEKMHOPCTXaeopcyx")
_LATIN = "[A-Za-zÀ-ɏẠ-ỹ]"
_MIXED = re.compile(f"{_LATIN}[А-я]|[А-я]{_LATIN}")
_INVISIBLE = [
    0xAD,
    0x34F,
    0x61C,
    0x180E,
    *range(0x200B, 0x2010),
    *range(0x202A, 0x202F),
    *range(0x2060, 0x2070),
    0xFEFF,
]
_SPACES = [0, 9, 0xB, 0xC, 0x85, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000]
_CLEAN = dict.fromkeys(_INVISIBLE) | dict.fromkeys(_SPACES, " ") | {0x2028: "\n", 0x2029: "\n"}
_PUNCTUATION = str.maketrans("‐‑‒–—―−‘’‛`´ʼ“”„«»″ё", "-------''''''" + '""""""' + "е")
_OLD = "oà oá oả oã oạ oè oé oẻ oẽ oẹ uỳ uý uỷ uỹ uỵ"
_NEW = "òa óa ỏa õa ọa òe óe ỏe õe ọe ùy úy ủy ũy ụy"
_RHYMES: dict[str, str] = dict(zip(_OLD.split(), _NEW.split(), strict=True))
_OPEN = re.compile(f"(?:{'|'.join(_RHYMES)})(?![^\\W\\d_])")
_ALPHABET = (
    "aoueyàáạđĐÐðɖƉ“”‘’ʼё`´«»–—\r\n\t\xa0\u200b\u2028\u0301\u0300\u0323\u0309\u031b\ufeffIİıſßŒốưxАаОохv1_ .,-'\"Ạkhươ"
    "\ud800\U00020000中ก็ុវ¸µ¶ÊÖùøúÀ가か\u3099ẹ́Σς"
)


def plain_clean(text: str) -> str:
    clean = unicodedata.normalize("NFC", to_unicode(re.sub("[\ud800-\udfff]", "\ufffd", text)))
    clean = clean.translate(_CLEAN).replace("\r\n", "\n").replace("\r", "\n")
    for look_alike, letter in (("Ð", "Đ"), ("ð", "đ"), ("Ɖ", "Đ"), ("ɖ", "đ")):
        clean = clean.replace(look_alike, letter)

    def to_one_script(word: re.Match[str]) -> str:
        return word[0].translate(_TWINS) if _MIXED.search(word[0]) else word[0]

    return re.sub(r"\S+", to_one_script, clean)


def plain_key(text: str) -> str:
    lower = text.lower()
    if len(lower) != len(text):
        lower = "".join(c.lower() if len(c.lower()) == 1 else c for c in text)
    return _OPEN.sub(lambda rhyme: _RHYMES[rhyme[0]], lower.translate(_PUNCTUATION))


def agree(text: str) -> None:
    clean = normalise(text)
    assert clean == plain_clean(text), text
    assert match_key(clean) == plain_key(clean), text


def test_every_character_between_letters_and_alone() -> None:
    for character in map(chr, range(0x110000 if sys.maxunicode > 0xFFFF else 0x10000)):
        if ord(character) > 0x3000 and ord(character) % 31:  # of the many signs of the East every 31st
            continue
        agree(f"đ oà{character} {character}a uỳ{character}")


def test_texts_put_together_at_random() -> None:
    draw = random.Random(5)
    for _ in range(30_000):
        agree("".join(draw.choice(_ALPHABET) for _ in range(draw.randrange(1, 16))))


def test_long_texts() -> None:
    draw = random.Random(6)
    text = "Hoà Bình “điện gió” thuỷ lợi\xa0Ninh Thuận – khoẻ\r\nCà Ná; TØnh ÊÖ 中文 Phan Rаng É ﬁ"
    words = text.split(" ")
    for _ in range(200):
        agree(" ".join(draw.choice(words) for _ in range(draw.randrange(50, 400))))


def test_a_text_without_diacritics_stays() -> None:
    assert strip_diacritics("Phan Rang 2026 - 'x'") == "Phan Rang 2026 - 'x'"
    assert strip_diacritics("Điện gió Ỹ") == "Dien gio Y"
