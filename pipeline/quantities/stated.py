"""Text of any language → the quantities it surely states: amounts of known units, numbers of known things."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from pipeline.quantities.counted_nouns import counted_noun
from pipeline.quantities.figures import Figure, figures_in_text, is_range, plain
from pipeline.quantities.units import UNITS

Bound = Literal["", "over", "about", "nearly", "under", "at_least", "at_most", "unsure"]

#: Words before a number that bound it, in all languages
_AHEAD: tuple[tuple[Bound, str], ...] = (
    (
        "at_most",
        r"no more than|at most|up to|höchstens|bis zu|maximal|au plus|jusqu['’]à|a lo sumo|hasta|не более|до|最多|"
        r"不超过|"
        r"最大|最高|최대|ไม่เกิน|สูงสุด|ບໍ່ເກີນ",
    ),
    (
        "at_least",
        r"at least|no less than|not less than|mindestens|wenigstens|au moins|al menos|por lo menos|не менее|"
        r"как минимум|至少|少なくとも|최소|적어도|อย่างน้อย|ຢ່າງໜ້ອຍ",
    ),
    (
        "under",
        r"less than|fewer than|below|weniger als|moins de|menos de|менее|ниже|不足|不到|低于|ต่ำกว่า|น้อยกว่า",
    ),
    (
        "over",
        r"more than|above|exceed(?:s|ed|ing)?|mehr als|plus de|más de|более|больше|свыше|超过|超過|逾|超|"
        r"มากกว่า|กว่า|เกิน|ຫຼາຍກວ່າ|ກວ່າ",
    ),
    (
        "nearly",
        r"nearly|almost|close to|fast|knapp|nahezu|près de|presque|casi|cerca de|почти|近|将近|接近|거의|เกือบ|ເກືອບ",
    ),
    (
        "about",
        r"about|around|some|roughly|approximately|an estimated|etwa|rund|circa|ca\.|ungefähr|gut|environ|quelque|"
        r"unos|unas|alrededor de|aproximadamente|около|примерно|порядка|约|約|大约|およそ|약|대략|ประมาณ|ราว|"
        r"ປະມານ",
    ),
    # 'talks over 31 projects', 'über 30 Projekte', 'unter 12 Firmen': more than, or of them?
    ("unsure", r"over|under|über|unter|sur|sobre"),
)
_BEFORE: tuple[tuple[Bound, re.Pattern[str]], ...] = tuple(
    (bound, re.compile(rf"(?:{words})\s*$", re.IGNORECASE)) for bound, words in _AHEAD
)
#: The same behind a number
_BEHIND: tuple[tuple[Bound, re.Pattern[str]], ...] = (
    ("at_least", re.compile(r"\s?(?:以上|이상)")),
    (
        "over",
        re.compile(r"\s?(?:여(?=\s?[가-힣])|[多余餘]|余り|あまり|超(?!え)|\+|를? 넘|이? 넘|을? 넘|넘게|を超|を上回)"),
    ),
    ("at_most", re.compile(r"\s?(?:以下|이하|以内|이내)")),
    ("under", re.compile(r"\s?(?:未満|미만|を下回)")),
    ("nearly", re.compile(r"\s?(?:近く|가까이|에 가까운)")),
    ("about", re.compile(r"\s?(?:ほど|程度|前後|左右|上下|가량|정도|안팎|쯤)")),
)
#: Words before the first number of what may be a change, not a range: 'from 900 to 1,200 hectares'
_CHANGE = re.compile(r"(?:(?<!\w)(?:from|с|со|von|vom|de|desde)|从|從|由|自|จาก|ຈາກ)\s*$", re.IGNORECASE)
#: What makes an amount a rate: '22 metres per second', '5 billion dong a week', '3 USD/kg'
_RATE_BEHIND = re.compile(
    r"\s?(?:/|per(?!\w)|an? (?:second|minute|hour|day|night|week|month|year|kilo|kilogram|tonne|share)|each(?!\w)|"
    r"pro(?!\w)|"
    r"je(?!\w)|im Jahr|par(?!\w)|l['’](?:heure|unité)|le kilo|chacun|por(?!\w)|al (?:día|mes|año)|el kilo|"
    r"в (?:секунду|час|день|сутки|неделю|месяц|год)|за (?:килограмм|кг|тонну)|毎|/|ต่อ|ຕໍ່)"
)
_RATE_AHEAD = re.compile(
    r"(?:每(?:秒|小时|天|年|月|公斤|吨|人|户|平方米)|毎[秒時分日年月]|[時秒分]速|1(?:キロ|日|人|トン|平方メートル)|"
    r"[시초분]속|당)"
    r"(?:约|約|近|약)?\s?$"
)
#: Units whose every spelling below is sure, and the spellings that may be something else
KNOWN_UNITS = frozenset(
    (
        *("kW", "MW", "GW", "kWh", "MWh", "GWh", "kV"),
        *(
            "mm",
            "cm",
            "m",
            "km",
            "mile",
            "nmi",
            "m²",
            "ha",
            "km²",
            "acre",
            "rai",
            "l",
            "m³",
            "kg",
            "t",
            "%",
            "pp",
            "°C",
        ),
        *("đồng", "USD", "euro", "yen", "won", "yuan", "rouble", "baht", "kip"),
    )
)
_UNSURE = re.compile(
    r"[\s-]*(?:m|g|l|t|h|a|г|л|т|ly|phân|盾|度|도|Grad|grad[oi]s?|degrees?|degrés?|won|元|キロ|킬로|kilos?|кило|"
    r"프로|米)$"
)
#: Countries whose own currency is called dollar too, or yuan
_OTHER_DOLLARS = frozenset(("SG", "AU", "CA", "HK", "TW", "NZ", "BN", "FJ"))
#: Beyond it a number is no quantity but a telephone's, an account's or nonsense, and floats are not exact
_LARGEST = 1e15
#: Least amount of dong in Korean, where the word is also one for buildings
_LEAST_DONG = 1000


@dataclass(frozen=True, slots=True)
class StatedQuantity:
    """A number with its unit or what it counts, as a text states it."""

    value: float
    #: upper end of a range; None: no range
    upper: float | None
    #: key of its unit (pipeline.quantities.units); '': it counts things
    unit: str
    #: key of what it counts (pipeline.quantities.counted_nouns); '': it has a unit
    noun: str
    #: what the text says of the number: 'over' for 'more than 130', …
    bound: Bound
    #: number and unit as they stand in the text, made plain by figures.plain
    written: str


# Each form of a digest, and each size that its brief is tried at, asks for those of the same articles.
@lru_cache(maxsize=256)
def stated_quantities(text: str, language: str, country: str = "") -> tuple[StatedQuantity, ...]:
    """Return the quantities of a text in order, each once; `country` is that of the outlet (ISO 3166-1).

    Numbers whose unit or noun is not known for sure, rates, times of day and durations are left out.
    """
    text = plain(text)
    found: dict[tuple[float, float | None, str, str], StatedQuantity] = {}
    for quantity in _quantities(text, language.split("-")[0], country):
        found.setdefault((quantity.value, quantity.upper, quantity.unit, quantity.noun), quantity)
    return tuple(found.values())


def _quantities(text: str, language: str, country: str) -> Iterator[StatedQuantity]:
    figures = figures_in_text(text, language)
    upper_end: Figure | None = None
    for n, figure in enumerate(figures):
        if figure is upper_end:
            continue
        following = figures[n + 1] if n + 1 < len(figures) else None
        range_to = following if following and is_range(figure, following, text) else None
        upper_end = range_to
        if (quantity := _quantity(text, figure, range_to, language, country)) is not None:
            yield quantity


def _quantity(text: str, figure: Figure, upper: Figure | None, language: str, country: str) -> StatedQuantity | None:
    last = upper or figure
    if not figure.certain or not 0 < figure.values[0] < _LARGEST or any(len(f.values) != 1 for f in (figure, last)):
        return None
    start, end = figure.start, last.unit_end
    noun, unit = "", _sure_unit(text, last, language, country)
    if not unit:
        noun, start, end = counted_noun(text, figure.start, last.end, language)
        if (last.units and noun == "") or not noun or not figure.values[0].is_integer():
            return None
    if _RATE_BEHIND.match(text, end) or _RATE_AHEAD.search(text, max(0, figure.start - 8), figure.start):
        return None
    high = upper.values[0] if upper else None
    if high is not None and (high <= figure.values[0] or _CHANGE.search(text, max(0, figure.start - 8), figure.start)):
        return None
    bound = _bound(text, figure, last, end)
    return None if bound == "unsure" else StatedQuantity(figure.values[0], high, unit, noun, bound, text[start:end])


def _sure_unit(text: str, figure: Figure, language: str, country: str) -> str:
    """Return the unit of a number if its word can mean nothing else; '' otherwise."""
    if len(figure.units) != 1 or figure.units[0] not in KNOWN_UNITS:
        return ""
    unit, spelling = figure.units[0], text[figure.end : figure.unit_end]
    if (
        _UNSURE.fullmatch(spelling)
        and not (unit == "m" and language == "zh")
        and not (unit == "yuan" and country == "CN")
    ):
        return ""
    if (
        unit == "USD"
        and country in _OTHER_DOLLARS
        and not re.search(r"US|Mỹ|美|米", text[figure.start - 3 : figure.unit_end])
    ):
        return ""
    if (
        unit == "USD"
        and re.search(r"[A-Z]\$\s?$", text[: figure.start])
        and not text[: figure.start].rstrip().endswith("US$")
    ):
        return ""
    if unit == "đồng" and language == "ko" and figure.values[0] < _LEAST_DONG:
        return ""
    return unit if UNITS[unit].dimension != "time" else ""


def _bound(text: str, figure: Figure, last: Figure, end: int) -> Bound:
    head = text[max(0, figure.start - 24) : figure.start]
    # Symbols of money stand between the word and the number.
    head = re.sub(r"(?:US)?[$€£¥₩]\s?$", "", head)
    for bound, pattern in _BEFORE:
        if found := pattern.search(head):
            before = head[: found.start()]
            if not before or not before[-1].isalpha() or not found[0][0].isascii() or not before[-1].isascii():
                return bound
    for bound, pattern in _BEHIND:
        if pattern.match(text, last.end) or pattern.match(text, end):
            return bound
    return ""
