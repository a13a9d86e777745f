"""Text of any language → its numbers with units in one spelling: '2,5 tỷ đồng', '25億ドン', '2.5 billion dong'."""

import re
from collections.abc import Iterator
from enum import IntEnum
from functools import lru_cache

import numpy as np

from pipeline.stories.term_weights import Hashes

#: Characters of a text that are read: about 300 words; what follows is background
CHARACTERS = 2000
#: Bits of a measure below its class, below its unit, below the exponent of its value
_CLASS_SHIFT, _UNIT_SHIFT, _EXPONENT_SHIFT = 29, 24, 10
#: Added to the exponents of ten, so that none is below 0; the highest that is told apart
_EXPONENT_BIAS, _EXPONENTS = 8, (1 << 5) - 1
#: A row of hundreds of digits is no measure, but somebody may write one.
_LARGEST = 1e300
#: Ratio of two values up to which one may be a rounding of the other
_ROUNDED = 1.12


class MeasureClass(IntEnum):
    """How telling a number is: the highest three bits of a measure. Digits are significant ones."""

    #: no unit known, two digits
    BARE = 0
    #: no unit known, three digits or more
    BARE_LONG = 1
    #: with a unit, one digit
    UNIT_SHORT = 2
    #: with a unit, two digits
    UNIT = 3
    #: with a unit, three digits or more
    UNIT_LONG = 4
    #: a year other than that of publication and its neighbours
    YEAR = 5


#: Language → word behind a number → factor; longer words are tried first
_SCALES = {
    "vi": {"nghìn tỷ": 1e12, "nghìn tỉ": 1e12, "ngàn tỷ": 1e12, "tỷ": 1e9, "tỉ": 1e9, "triệu": 1e6, "vạn": 1e4,
           "nghìn": 1e3, "ngàn": 1e3},
    "en": {"trillion": 1e12, "trln": 1e12, "billion": 1e9, "bln": 1e9, "bn": 1e9, "million": 1e6, "mln": 1e6,
           "thousand": 1e3},
    "fr": {"billions": 1e12, "milliards": 1e9, "milliard": 1e9, "millions": 1e6, "million": 1e6, "mille": 1e3},
    "de": {"Billionen": 1e12, "Milliarden": 1e9, "Milliarde": 1e9, "Mrd.": 1e9, "Millionen": 1e6, "Million": 1e6,
           "Mio.": 1e6, "Tausend": 1e3, "tausend": 1e3},
    "es": {"billones": 1e12, "mil millones": 1e9, "millones": 1e6, "millón": 1e6, "mil": 1e3},
    "ru": {"триллиона": 1e12, "триллионов": 1e12, "трлн": 1e12, "миллиардов": 1e9, "миллиарда": 1e9, "млрд": 1e9,
           "миллионов": 1e6, "миллиона": 1e6, "миллион": 1e6, "млн": 1e6, "тысячи": 1e3, "тысяч": 1e3, "тыс.": 1e3},
}  # fmt: skip
#: Chinese, Japanese and Korean write '6億4000万': parts that are added
_EAST_ASIAN = {
    **dict.fromkeys(("万亿", "兆", "조"), 1e12), **dict.fromkeys("亿億억", 1e8), "千万": 1e7, "百万": 1e6,
    **dict.fromkeys("万萬만", 1e4), **dict.fromkeys("千천", 1e3),
}  # fmt: skip
#: Unit → its factor to the base unit, its forms as a regular expression
_UNITS: tuple[tuple[str, float, str], ...] = (
    ("%", 1, r"%|％|per ?cent\b|pour cent\b|Prozent\b|por ciento\b|процент\w*|phần trăm|퍼센트|パーセント"),
    ("MWh", 1e3, r"GWh\b|吉瓦时|ギガワット時|기가와트시|ГВт·?ч"),
    ("MWh", 1, r"MWh\b|兆瓦时|メガワット時|메가와트시|МВт·?ч"),
    ("MW", 1e3, r"GWp?\b|gigawatts?\b|吉瓦|ギガワット|기가와트|ГВт"),
    ("MW", 1, r"MWp?\b|[Mm]ega[- ]?watts?\b|mégawatts?\b|megavatios\b|兆瓦|メガワット|메가와트|МВт|мегаватт\w*"
              r"|เมกะวัตต์|ເມກາວັດ|មេហ្គាវ៉ាត់"),
    ("MW", 1e-3, r"kWp?\b|kilowatts?\b|千瓦|キロワット|킬로와트|кВт"),
    ("kV", 1, r"kV\b|kilovolts?\b|千伏|キロボルト|킬로볼트|кВ"),
    ("km2", 1, r"km2\b|km²|sq\.? km\b|square kilomet\w+|kilomètres carrés|Quadratkilometer|平方公里|平方キロ\w*|㎢"
               r"|кв\.? ?км|квадратн\w+ километр\w*|kilómetros cuadrados"),
    ("m3", 1, r"m3\b|m³|cubic met\w+|mètres cubes|Kubikmeter|立方米|立方メートル|кубометр\w*|㎥"
              r"|metros cúbicos|세제곱미터"),
    ("m2", 1, r"m2\b|m²|square met\w+|mètres carrés|Quadratmeter|平方米|平方メートル|кв\.? ?м\b|㎡|mét vuông"),
    ("m2", 1e4, r"ha\b|hecta\b|héc ta|hectares?\b|hectáreas?\b|Hektar\b|гектар\w*|га\b|公顷|ヘクタール|헥타르"
              r"|เฮกตาร์|ເຮັກຕາ|ហិកតា"),
    ("nmi", 1, r"hải lý|nautical miles?\b|milles? (?:nautiques?|marins?)|Seemeilen?\b|морск\w+ мил\w+|海里|해리"
               r"|millas náuticas"),
    ("km/h", 1, r"km/h\b|km/giờ|kilomet\w+ (?:an|per) hour|公里/小时|км/ч"),
    ("m", 1e3, r"km\b|kilomet\w+|kilomètres?\b|kilómetros?\b|Kilometer\b|ki-?lô-?mét|километр\w*|км\b|公里|キロメートル"
              r"|킬로미터"),
    ("m", 1e-3, r"mm\b|millimet\w+|毫米|ミリ|밀리미터|мм\b"),
    ("m", 1, r"m\b|met(?:er|re)s?\b|mètres?\b|metros?\b|Meter\b|mét\b|метр\w*|м\b|米|メートル|미터"),
    ("kg", 1e3, r"tấn|tonnes?\b|tons?\b|toneladas?\b|Tonnen?\b|тонн\w*|吨|トン|톤"),
    ("kg", 1, r"kg\b|kilogram\w*|kilos?\b|ký\b|килограмм\w*|кг\b|公斤|キログラム|킬로그램"),
    ("kg", 1e-3, r"g\b|grams?\b|grammes?\b|gramos?\b|Gramm\b|gam\b|грамм\w*|г\b(?!\.)|克|グラム|그램"),
    ("l", 1, r"lít\b|lit(?:er|re)s?\b|litros?\b|Liter\b|литр\w*|升|リットル|리터"),
    ("VND", 1, r"đồng\b|dongs?\b|Dong\b|VND\b|донг\w*|越盾|越南盾|ドン|동"),
    ("USD", 1, r"USD\b|dollars?\b|Dollar\b|dólares\b|доллар\w*|долл\.|美元|ドル|달러|đô la"),
    ("EUR", 1, r"euros?\b|Euro\b|EUR\b|евро|欧元|ユーロ|유로"),
    ("JPY", 1, r"yên\b|yens?\b|Yen\b|иен\w*|日元|円|엔"),
    ("households", 1, r"hộ\b|gia đình|households?\b|famil(?:ies|y|les|ias)\b|ménages\b|Familien\b|Haushalte\b|hogares\b"
                      r"|сем\w+|户|世帯|가구|ครัวเรือน|ครอบครัว|ຄອບຄົວ|គ្រួសារ"),
    ("persons", 1, r"người|công nhân|lao động|ngư dân|thuyền viên|học sinh|sinh viên|du khách|hành khách|vận động viên"
                   r"|lượt khách|nạn nhân|thanh niên|hộ dân"
                   r"|people\b|persons?\b|workers?\b|fishermen\b|sailors\b|pupils\b|students\b|tourists?\b|visitors?\b"
                   r"|passengers?\b|runners?\b|children\b|employees\b|others\b|residents\b|labourers\b"
                   r"|personnes?\b|pêcheurs\b|ouvriers\b|élèves\b|touristes\b|visiteurs\b|passagers\b|habitants\b"
                   r"|Menschen\b|Personen\b|Arbeiter\b|Fischer\b|Schüler\b|Besucher\b|Touristen\b|Passagiere\b"
                   r"|personas\b|pescadores\b|alumnos\b|turistas\b|visitantes\b|pasajeros\b|heridos\b|muertos\b"
                   r"|человек\w*|рыбак\w*|рабочих\b|туристов\b|гостей\b|бегун\w*|пассажир\w*|жител\w+"
                   r"|人|名|명|사람|คน|ຄົນ|នាក់"),
)  # fmt: skip
_FACTORS = tuple((unit, factor) for unit, factor, _ in _UNITS)
#: Base unit → its number, which stored fingerprints hold: new units go to the end
_UNIT_NUMBERS = {
    unit: n
    for n, unit in enumerate(
        ("%", "MWh", "MW", "kV", "km2", "m3", "m2", "nmi", "km/h", "m", "kg", "l", "VND", "USD", "EUR", "JPY",
         "households", "persons"), 1)
}  # fmt: skip
_UNIT = re.compile("|".join(f"(?P<u{n}>{forms})" for n, (_, _, forms) in enumerate(_UNITS)))
#: Between a number and its unit: '18-month', 'millions de dollars', 'hơn'
_LINK = re.compile(r"[\s\u00a0\u202f-]?(?:de |d['’])?")
_UNSPACED = frozenset(["zh", "ja", "ko", "th", "lo", "km"])
_DECIMAL_POINT = _UNSPACED | {"en"}
_DOLLAR = re.compile(r"(?:US)?\$\s?$")
_WORDS = {
    "vi": "một hai ba bốn năm sáu bảy tám chín mười",
    "en": "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
          "eighteen nineteen twenty",
    "fr": "une deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize",
    "de": "ein zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn siebzehn "
          "achtzehn neunzehn zwanzig",
    "es": "una dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince",
    "ru": "один два три четыре пять шесть семь восемь девять десять одиннадцать двенадцать тринадцать четырнадцать "
          "пятнадцать шестнадцать семнадцать восемнадцать девятнадцать двадцать",
}  # fmt: skip
_YEARS = range(1900, 2100)
_MONTH = (
    r"(?:jan|feb|fév|mar|mär|apr|avr|abr|ma[iy]|jun|juin|jul|juil|aug|août|ago|sep|o[ck]t|nov|d[eé][cz]|dic|ene|янв|фев"
    r"|апр|июн|июл|авг|сен|ноя|дек)"
)
#: Days, months and hours are no measures
_OF_DATE = re.compile(
    rf"[/:h]\d|\s?[月日年時时点分號号월일년시분]|[./-]\d|\.?\s(?:de )?{_MONTH}|\s?(?:a\.?m|p\.?m)\b", re.I
)
_AFTER_DATE = re.compile(rf"(?:\d[/:h-]|(?<!\w){_MONTH}\w*\.?\s|ngày |tháng |năm |quý |第|N[°ºo]\.? ?|№ ?)$", re.I)


def measures_in_text(text: str, language: str, year: int | None = None) -> Hashes:
    """Return the measures of a text as sorted numbers: class, unit, value, see `_pack`.

    Values are compared at three significant digits. `year`: of publication; years beside it are no measure, and
    without it none is.
    """
    found: set[int] = set()
    for value, factor, unit, is_year in _quantities(text[:CHARACTERS], language):
        if unit:
            found.add(_pack(_with_unit(value), value * factor, unit))
        elif is_year:
            if year is not None and abs(value - year) > 1:
                found.add(_pack(MeasureClass.YEAR, value))
            continue
        digits = _digits(value)
        if digits > 1 and (value > 10 or value % 1):
            found.add(_pack(MeasureClass.BARE if digits == 2 else MeasureClass.BARE_LONG, value))
    return np.array(sorted(found), np.uint32)


def classes_of(measures: Hashes) -> list[int]:
    """Return the class of each measure."""
    return [int(measure) >> _CLASS_SHIFT for measure in measures]


def contradictions(one: Hashes, other: Hashes) -> int:
    """Return the count of units in which both reports give values, and none of the one is near one of the other."""
    some, others = _by_unit(one), _by_unit(other)
    return sum(
        not any(max(a, b) <= _ROUNDED * min(a, b) for a in some[unit] for b in others[unit])
        for unit in some.keys() & others.keys()
    )


def _by_unit(measures: Hashes) -> dict[int, list[float]]:
    values: dict[int, list[float]] = {}
    for measure in map(int, measures):
        if unit := measure >> _UNIT_SHIFT & 31:
            exponent = (measure >> _EXPONENT_SHIFT & _EXPONENTS) - _EXPONENT_BIAS
            values.setdefault(unit, []).append((measure & 1023) * 10.0 ** (exponent - 2))
    return values


def _pack(of: MeasureClass, value: float, unit: str = "") -> int:
    """Return class, unit (0: none), exponent and three digits of a value in one number."""
    digits, exponent = f"{min(value, _LARGEST):.2e}".split("e")
    biased = min(max(int(exponent) + _EXPONENT_BIAS, 0), _EXPONENTS)
    below = biased << _EXPONENT_SHIFT | int(digits.replace(".", ""))
    # A year has four digits, of which all count.
    below = int(value) if of is MeasureClass.YEAR else below
    return of << _CLASS_SHIFT | (_UNIT_NUMBERS[unit] if unit else 0) << _UNIT_SHIFT | below


def _with_unit(value: float) -> MeasureClass:
    return (MeasureClass.UNIT_SHORT, MeasureClass.UNIT, MeasureClass.UNIT_LONG)[min(3, _digits(value)) - 1]


def _digits(value: float) -> int:
    """Return the count of significant digits, at least 1."""
    return max(1, len(f"{value:.6e}".split("e")[0].replace(".", "").rstrip("0")))


def _quantities(text: str, language: str) -> Iterator[tuple[float, float, str, bool]]:
    """Yield the numbers of a text, the factor to the base unit, that unit ('': none), whether it may be a year."""
    words = _number_words(language)
    done = 0
    for match in _number_pattern(language).finditer(text):
        if match.start() < done:
            continue
        written = match["n"]
        is_year = written.isdigit() and int(written) in _YEARS
        if not is_year and (
            _OF_DATE.match(text, match.end()) or _AFTER_DATE.search(text[max(0, match.start() - 14) : match.start()])
        ):
            continue
        word = words.get(written.lower())
        value = float(word) if word is not None else _value(written, language)
        if value is None:
            continue
        scale, done = _scale(text, match.end(), value, language)
        link = _LINK.match(text, done)
        unit = _UNIT.match(text, link.end() if link else done)
        if unit is not None and unit.lastgroup is not None:
            name, factor = _FACTORS[int(unit.lastgroup[1:])]
            yield scale, factor, name, False
        elif _DOLLAR.search(text, max(0, match.start() - 4), match.start()):
            yield scale, 1.0, "USD", False
        elif word is None:
            yield scale, 1.0, "", is_year and done == match.end()


def _scale(text: str, at: int, value: float, language: str) -> tuple[float, int]:
    """Return the value times the words of scale that stand at `at`, and where they end."""
    if language in ("zh", "ja", "ko"):
        total, part = 0.0, value
        while match := _EAST_ASIAN_SCALE.match(text, at):
            total, at, part = total + part * _EAST_ASIAN[match[1]], match.end(), 0.0
            more = _EAST_ASIAN_DIGITS.match(text, at)
            if more is None:
                break
            part, at = float(more[1].replace(",", "")), more.end()
        return total + part, at
    match = _scale_pattern(language).match(text, at)
    if match is None:
        return value, at
    return value * _SCALES.get(language, {}).get(match[1], 1.0), match.end()


_EAST_ASIAN_SCALE = re.compile("(" + "|".join(sorted(_EAST_ASIAN, key=len, reverse=True)) + ")(?!기가|와트|瓦|伏)")
_EAST_ASIAN_DIGITS = re.compile(r"\s?(\d[\d,]*)(?![\d.,]*[%％])")


@lru_cache(maxsize=32)
def _number_words(language: str) -> dict[str, int]:
    return {word: n for n, word in enumerate(_WORDS.get(language, "").split(), 1)}


@lru_cache(maxsize=32)
def _number_pattern(language: str) -> re.Pattern[str]:
    words = "".join(rf"|\b{word}\b(?=\s)" for word in _number_words(language))
    letters = r"(?<![\d.,])" if language in _UNSPACED else r"(?<![\w.,])"
    grouped = r"\d{1,3}(?:[ \u00a0\u202f]\d{3})+(?!\d)(?:,\d+)?|" if language in ("fr", "ru", "de", "es") else ""
    return re.compile(rf"(?i:(?P<n>{letters}(?:{grouped}\d+(?:[.,]\d+)*){words}))")


@lru_cache(maxsize=32)
def _scale_pattern(language: str) -> re.Pattern[str]:
    words = sorted(_SCALES.get(language, {}), key=len, reverse=True)
    if not words:
        return re.compile(r"(?!)()")
    return re.compile(rf"[\s\u00a0-]({'|'.join(map(re.escape, words))})(?!\w)")


def _value(written: str, language: str) -> float | None:
    """Return the value of digits with the language's marks; None for what is no number of it (a date, a version)."""
    plain = re.sub(r"[ \u00a0\u202f]", "", written)
    point, group = (".", ",") if language in _DECIMAL_POINT else (",", ".")
    if re.fullmatch(rf"\d{{1,3}}(?:\{group}\d{{3}})+(?:\{point}\d+)?|\d+(?:\{point}\d+)?", plain) is None:
        # '1.5' in a language that writes '1,5', as news of other countries' figures does.
        if re.fullmatch(rf"\d+\{group}\d{{1,2}}", plain) is None:
            return None
        return float(plain.replace(group, "."))
    return float(plain.replace(group, "").replace(point, "."))
