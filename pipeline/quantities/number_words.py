"""Words for numbers, and for thousands and millions behind digits, in the languages of the press."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from pipeline.text import scripts

Kind = Literal["number", "multiplier", "scale"]


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The number words of one language, case folded."""

    #: word → its value, to be added to what stands before it
    numbers: dict[str, int]
    #: word → 10 or 100, by which the number before it is multiplied
    multipliers: dict[str, int]
    #: word → 1,000 and more, by which all that stands before it is multiplied
    scales: dict[str, float]
    #: words that may join the parts of one number
    joiners: str = ""
    #: words behind which or before which a lone number word surely counts; '': it always does
    counters: str = ""


def _words(text: str, start: int = 1, step: int = 1) -> dict[str, int]:
    """Number the words of a text; spellings of one value are joined by a slash."""
    return {
        word.replace("~", " "): start + step * n for n, words in enumerate(text.split()) for word in words.split("/")
    }


def _german() -> dict[str, int]:
    ones = ["ein", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun"]
    teens = ["zehn", "elf", "zwölf", "dreizehn", "vierzehn", "fünfzehn", "sechzehn", "siebzehn", "achtzehn", "neunzehn"]
    tens = ["zwanzig", "dreißig", "vierzig", "fünfzig", "sechzig", "siebzig", "achtzig", "neunzig"]
    below = {word: n for n, word in enumerate(ones, 1)} | {word: n for n, word in enumerate(teens, 10)}
    for n, ten in enumerate(tens, 2):
        below |= {ten: n * 10} | {f"{one}und{ten}": n * 10 + m for m, one in enumerate(ones, 1)}
    hundreds = {f"{one}hundert": n * 100 for n, one in enumerate(ones, 1)} | {"hundert": 100}
    words = below | hundreds
    words |= {h + word: v + n for h, v in hundreds.items() for word, n in below.items()}
    words |= {f"{word}tausend": n * 1000 for word, n in below.items()}
    return words | {"eins": 1, "eine": 1, "einen": 1, "einem": 1, "einer": 1, "dreissig": 30}


_HAN_NUMBERS = {c: n for n, c in enumerate("〇一二三四五六七八九")} | {"零": 0, "两": 2, "兩": 2, "壱": 1, "弐": 2}
_HAN_SCALES: dict[str, float] = {
    "千": 1e3, "仟": 1e3, "万": 1e4, "萬": 1e4, "億": 1e8, "亿": 1e8, "兆": 1e12,
}  # fmt: skip
_HAN_COUNTERS = (
    r"\s?(?:[个個人名位天年月日家台座所艘头頭只隻匹件起次倍岁歳歲项項条條户戶世本棟社基か国つ回点周週期处處処套批间間份羽機机万萬億亿]"
    r"|公里|公顷|公斤|小时|小時|分钟|季度|亩|吨|成|割|ヶ|カ)"
)
_THAI_COUNTERS = (
    r"\s?(?:คน|ราย|ปี|วัน|เดือน|แห่ง|โครงการ|ลำ|ครั้ง|เท่า|ครัวเรือน|กิโลเมตร|ตัน|ไร่|หลัง|ตัว|ชั่วโมง|นาที|ศพ|ประเทศ|ชาติ|บริษัท)"
)
_LAO_COUNTERS = r"\s?(?:ຄົນ|ປີ|ວັນ|ເດືອນ|ແຫ່ງ|ຄອບຄົວ|ລຳ|ຄັ້ງ|ເທົ່າ|ຫຼັງ|ໂຕ|ຊົ່ວໂມງ)"
_KOREAN_COUNTERS = (
    r"\s?(?:명|곳|개|척|대|건|차례|번|달|마리|시간|가지|편|배|살|채|사람|가구|쪽|나라|기업|회사|"
    r"도시|주|해|분|그루|군데)"
)
_FRENCH = _words(
    "un/une deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize dix-sept dix-huit "
    "dix-neuf"
) | {
    "vingt": 20, "trente": 30, "quarante": 40, "cinquante": 50, "soixante": 60, "soixante-dix": 70, "septante": 70,
    "quatre-vingts": 80, "quatre-vingt": 80, "quatre-vingt-dix": 90, "nonante": 90, "soixante et onze": 71,
}  # fmt: skip
for _head, _base in (("soixante", 60), ("quatre-vingt", 80)):
    for _n, _tail in enumerate(
        ["onze", "douze", "treize", "quatorze", "quinze", "seize", "dix-sept", "dix-huit", "dix-neuf"], 11
    ):
        _FRENCH[f"{_head}-{_tail}"] = _base + _n
_SPANISH = _words(
    "un/uno/una dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis diecisiete "
    "dieciocho diecinueve veinte veintiuno/veintiún/veintiuna veintidós veintitrés veinticuatro veinticinco "
    "veintiséis "
    "veintisiete veintiocho veintinueve"
) | _words("treinta cuarenta cincuenta sesenta setenta ochenta noventa", 30, 10)
_SPANISH |= _words(
    "cien/ciento doscientos/doscientas trescientos/trescientas cuatrocientos/cuatrocientas quinientos/quinientas "
    "seiscientos/seiscientas setecientos/setecientas ochocientos/ochocientas novecientos/novecientas", 100, 100
)  # fmt: skip
_RUSSIAN = _words(
    "один/одна/одно/одного/одной/одну/одним два/две/двух/двум/двумя/двое/двоих "
    "три/трёх/трех/трём/трем/тремя/трое/троих "
    "четыре/четырёх/четырех/четырём/четырем/четверо пять/пяти/пятью/пятеро шесть/шести/шестью семь/семи восемь/восьми "
    "девять/девяти десять/десяти одиннадцать/одиннадцати двенадцать/двенадцати тринадцать/тринадцати "
    "четырнадцать/четырнадцати пятнадцать/пятнадцати шестнадцать/шестнадцати семнадцать/семнадцати "
    "восемнадцать/восемнадцати девятнадцать/девятнадцати"
) | _words(
    "двадцать/двадцати тридцать/тридцати сорок/сорока пятьдесят/пятидесяти шестьдесят/шестидесяти "
    "семьдесят/семидесяти "
    "восемьдесят/восьмидесяти девяносто/девяноста", 20, 10
) | _words(
    "сто/ста двести/двухсот триста/трёхсот/трехсот четыреста/четырёхсот/четырехсот пятьсот/пятисот шестьсот/шестисот "
    "семьсот/семисот восемьсот/восьмисот девятьсот/девятисот", 100, 100
)  # fmt: skip
_VIETNAMESE = _words("một hai ba bốn năm sáu bảy/bẩy tám chín mười") | {
    "mốt": 1, "tư": 4, "lăm": 5, "nhăm": 5, "đôi": 2, "linh": 0, "lẻ": 0, "không": 0,
}  # fmt: skip
_ENGLISH = _words(
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
) | _words("twenty thirty forty fifty sixty seventy eighty ninety", 20, 10)

_LEXICONS: dict[str, Lexicon] = {
    "vi": Lexicon(
        _VIETNAMESE, {"mươi": 10, "chục": 10, "trăm": 100, "tá": 12},
        {"nghìn": 1e3, "ngàn": 1e3, "vạn": 1e4, "triệu": 1e6, "tr": 1e6, "tỷ": 1e9, "tỉ": 1e9},
    ),
    "en": Lexicon(
        _ENGLISH, {"hundred": 100},
        {"thousand": 1e3, "k": 1e3, "million": 1e6, "mln": 1e6, "mn": 1e6, "m": 1e6, "billion": 1e9, "bn": 1e9,
         "b": 1e9, "trillion": 1e12, "tn": 1e12},
        r"\s+and\s+",
    ),
    "de": Lexicon(
        _german(), {},
        {"tausend": 1e3, "tsd.": 1e3, "million": 1e6, "millionen": 1e6, "mio.": 1e6, "mio": 1e6, "milliarde": 1e9,
         "milliarden": 1e9, "mrd.": 1e9, "mrd": 1e9, "billion": 1e12, "billionen": 1e12},
    ),
    "fr": Lexicon(
        _FRENCH, {"cent": 100, "cents": 100},
        {"mille": 1e3, "million": 1e6, "millions": 1e6, "milliard": 1e9, "milliards": 1e9, "billion": 1e12,
         "billions": 1e12}, r"\s+et\s+",
    ),
    "es": Lexicon(
        _SPANISH, {}, {"mil": 1e3, "millón": 1e6, "millones": 1e6, "billón": 1e12, "billones": 1e12}, r"\s+y\s+",
    ),
    "ru": Lexicon(
        _RUSSIAN, {},
        {"тыс.": 1e3, "тыс": 1e3, "тысяч": 1e3, "тысячи": 1e3, "тысяча": 1e3, "тысячу": 1e3, "млн": 1e6,
         "миллион": 1e6, "миллиона": 1e6, "миллионов": 1e6, "миллионами": 1e6, "млрд": 1e9, "миллиард": 1e9,
         "миллиарда": 1e9, "миллиардов": 1e9, "трлн": 1e12, "триллион": 1e12, "триллиона": 1e12, "триллионов": 1e12},
    ),
    "zh": Lexicon(_HAN_NUMBERS, {"十": 10, "百": 100}, _HAN_SCALES, counters=_HAN_COUNTERS),
    "ja": Lexicon(_HAN_NUMBERS, {"十": 10, "百": 100}, _HAN_SCALES, counters=_HAN_COUNTERS),
    "ko": Lexicon(
        _words("한/하나 두/둘 세/셋/석 네/넷/넉 다섯 여섯 일곱 여덟 "
        "아홉") | {"열": 10, "스무": 20, "스물": 20, "서른": 30, "마흔": 40,
         "쉰": 50, "예순": 60, "일흔": 70, "여든": 80, "아흔": 90},
        {"십": 10, "백": 100}, {"천": 1e3, "만": 1e4, "억": 1e8, "조": 1e12}, counters=_KOREAN_COUNTERS,
    ),
    "th": Lexicon(
        _words("หนึ่ง สอง สาม สี่ ห้า หก เจ็ด แปด เก้า") | {"เอ็ด": 1, "ยี่": 2}, {"สิบ": 10, "ร้อย": 100},
        {"พัน": 1e3, "หมื่น": 1e4, "แสน": 1e5, "ล้าน": 1e6}, counters=_THAI_COUNTERS,
    ),
    "lo": Lexicon(
        _words("ໜຶ່ງ/ຫນຶ່ງ ສອງ ສາມ ສີ່ ຫ້າ ຫົກ ເຈັດ ແປດ ເກົ້າ") | {"ເອັດ": 1, "ຊາວ": 20}, {"ສິບ": 10, "ຮ້ອຍ": 100},
        {"ພັນ": 1e3, "ໝື່ນ": 1e4, "ຫມື່ນ": 1e4, "ແສນ": 1e5, "ລ້ານ": 1e6, "ຕື້": 1e9}, counters=_LAO_COUNTERS,
    ),
}  # fmt: skip
_NONE = Lexicon({}, {}, {})
# 千瓦, 千克 and 千米 are units of their own, 兆瓦 too; 百分 begins a percentage.
_NOT_SCALE = {
    "千": "(?![瓦克米伏赫])",
    "兆": "(?![瓦赫])",
    "百": "(?!分)",
    "만": "(?!에|큼|들)",
    "조": "(?!사|건|선|정|치)",
}
_UNSPACED = re.compile(f"[{scripts.WITHOUT_BOUNDARIES}]")


def lexicon(language: str) -> Lexicon:
    """Return the number words of a BCP 47 language; none for a language that is not known."""
    return _LEXICONS.get(language.split("-")[0], _NONE)


@lru_cache(maxsize=32)
def token_pattern(language: str) -> re.Pattern[str]:
    """Return a pattern of one word of a number; groups `number`, `multiplier` and `scale` say of which kind."""
    words = lexicon(language)
    kinds = (("scale", words.scales), ("multiplier", words.multipliers), ("number", words.numbers))
    parts = [f"(?P<{kind}>{_alternatives(known)})" for kind, known in kinds if known]
    return re.compile("|".join(parts) if parts else r"(?!)", re.IGNORECASE)


def _alternatives(words: Iterable[str]) -> str:
    ordered = sorted(words, key=lambda word: (-len(word), word))
    return "|".join(_bounded(word) for word in ordered)


def _bounded(word: str) -> str:
    pattern = re.escape(word).replace(r"\ ", r"\s+") + _NOT_SCALE.get(word, "")
    if _UNSPACED.search(word):
        return pattern
    return rf"(?<![^\W\d_]){pattern}(?![^\W\d_])"
