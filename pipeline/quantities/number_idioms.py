"""Words that state a number without being one: 'a third', 'twice', 'secondly', 'một nửa'."""

import re

from pipeline.quantities.number_words import lexicon
from pipeline.text import scripts

#: value → words in all languages; a trailing * stands for any ending
_WORDS: dict[float, str] = {
    0.5: "half halb* Hälfte demi* moitié medio media mitad половин* полу* пол 一半 半数 半數 半分 半 절반 반 ครึ่ง "
    "ເຄິ່ງ nửa rưỡi",
    1: "first once erste* einmal premier* première* primer* перв* 首 初 第一 첫 แรก ທຳອິດ nhất một~lần single only "
    "đầu~tiên",
    2: "second twice double* doubling couple both pair zweite* zweimal verdoppel* doppel* beide* deuxième* "
    "seconde* double* "
    "doubl* segund* doble duplic* ambos втор* вдвое удво* обе оба 第二 翻番 翻一番 倍増 2倍 두~배 갑절 สองเท่า "
    "gấp~đôi thứ~hai đôi",
    3: "third triple* tripling thrice dritt* dreimal verdreifach* troisième* tercer* triplic* трет* втрое утро* "
    "第三 三倍 세~배 "
    "สามเท่า thứ~ba",
    4: "fourth quarter quadrupl* viert* Viertel quatrième* quart cuart* четвёрт* четверт* вчетверо 第四 thứ~tư",
    5: "fifth fünft* Fünftel cinquième* quint* пят* впятеро 第五 thứ~năm",
    6: "sixth sechst* sixième* sext* шест* 第六", 7: "seventh siebt* septième* séptim* седьм* 第七",
    8: "eighth acht* huitième* octav* восьм* 第八", 9: "ninth neunt* neuvième* noven* девят* 第九",
    10: "tenth zehnt* dixième* décim* десят* 第十 chục", 12: "dozen* Dutzend* douzaine* docena* дюжин* tá",
}  # fmt: skip
#: words → the per cent that they are, beside their numbers
_SHARES: tuple[tuple[str, tuple[float, ...]], ...] = (
    (_WORDS[0.5], (50, 30, 1, 2)),
    ("third* Drittel* tiers tercio* tercera треть* трети", (33, 67, 1, 2, 3)),
    ("quarter* Viertel* quart* cuarto* cuarta четверть* четверти", (25, 75, 1, 3, 4)),
    ("fifth* Fünftel* cinquième* quinto* quinta пятую пятая пятой", (20, 40, 60, 80, 1, 2, 3, 4, 5)),
    ("tenth* Zehntel* dixième* décimo* décima десятую десятая десятой", (10, 1, 10)),
    ("most half majority", ()),
)
_ROMAN = re.compile(r"(?<![\w.])(?=[IVX]+(?!\w))(X{0,3})(IX|IV|V?I{0,3})(?!\w)")
_ROMAN_VALUES = {"I": 1, "V": 5, "X": 10}
_HAN_FRACTION = re.compile(r"([\d一二三四五六七八九十]{1,4})(?:分の|分之|분의)\s?([\d一二三四五六七八九十]{1,4})")
_VIETNAMESE_FRACTION = re.compile(r"(?<!\w)(\w{1,6})\s+phần\s+(\d+|ba|tư|bốn|năm|sáu|bảy|tám|chín|mười)(?!\w)", re.I)
_SLASHED = re.compile(r"(?<![\d/.,])([1-9])\s?[/⁄]\s?([2-9]|10)(?![\d/]|[.,]\d)")
_UNSPACED = re.compile(f"[{scripts.WITHOUT_BOUNDARIES}]")


def _pattern(words: str) -> re.Pattern[str]:
    parts: list[str] = []
    for word in words.split():
        part = re.escape(word.rstrip("*")).replace(r"\~", r"\s+").replace("~", r"\s+")
        free = bool(_UNSPACED.search(word))
        end = r"\w*" if word.endswith("*") else r"(?!\w)"
        parts.append(part if free else rf"(?<!\w){part}{end}")
    return re.compile("|".join(parts), re.IGNORECASE)


_OF_WORDS = tuple((value, _pattern(words)) for value, words in _WORDS.items())
_OF_SHARES = tuple((_pattern(words), values) for words, values in _SHARES)


def idiomatic_values(text: str, language: str) -> set[float]:
    """Return the numbers that a plain text may state by other words than numbers; they are not surely meant."""
    values = {value for value, pattern in _OF_WORDS if pattern.search(text)}
    for pattern, shares in _OF_SHARES:
        if pattern.search(text):
            values.update(shares)
    for match in _ROMAN.finditer(text):
        values.add(_roman(match[0]))
    for pattern in (_HAN_FRACTION, _VIETNAMESE_FRACTION, _SLASHED):
        for match in pattern.finditer(text):
            one, other = (_small(word, language) for word in match.groups())
            if one and other:
                if pattern is _HAN_FRACTION:
                    one, other = other, one
                values |= {one, other, round(100 * one / other), one / other}
    return values - {0}


def _roman(written: str) -> float:
    numbers = [_ROMAN_VALUES[letter] for letter in written]
    following = [*numbers[1:], 0]
    return sum(-n if n < after else n for n, after in zip(numbers, following, strict=True))


def _small(word: str, language: str) -> float:
    if word.isdecimal():
        return float(word)
    if len(word) == 1 and word in "一二三四五六七八九十":
        return float("一二三四五六七八九十".index(word) + 1)
    return float(lexicon(language).numbers.get(word.casefold(), 0))
