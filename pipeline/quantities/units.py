"""Units of measurement and currencies as the press of many languages writes them."""

import re
from dataclasses import dataclass
from functools import cache

from pipeline.text import scripts


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit; quantities of one dimension can be compared."""

    key: str
    dimension: str
    #: size in the base unit of its dimension
    factor: float


#: dimension → its units: key, size in the base unit, spellings; a trailing * stands for any ending of the word
_TABLE: dict[str, tuple[tuple[str, float, str], ...]] = {
    "power": (
        ("kW", 1, "kW kilowatt* киловатт* кВт 千瓦 キロワット 킬로와트 กิโลวัตต์ ກິໂລວັດ ki-lô-oát"),
        ("MW", 1e3, "MW MWp megawatt* mégawatt* megavatio* мегаватт* МВт 兆瓦 メガワット 메가와트 เมกะวัตต์ ເມກາວັດ "
        "mê-ga-oát"),
        ("GW", 1e6, "GW gigawatt* gigavatio* гигаватт* ГВт 吉瓦 ギガワット 기가와트 กิกะวัตต์ ກິກາວັດ"),
    ),
    "energy": (
        ("kWh", 1, "kWh kilowatt-hour* kilowatt~hour* Kilowattstunde* kilowattheure* кВт·ч кВт*ч 千瓦时 千瓦時 "
        "キロワット時 킬로와트시 "
         "ki-lô-oát~giờ kilovatio~hora* kilowattheure* 度电"),
        ("MWh", 1e3, "MWh megawatt-hour* megawatt~hour* Megawattstunde* mégawattheure* МВт·ч 兆瓦时 メガワット時 "
        "메가와트시"),
        ("GWh", 1e6, "GWh gigawatt-hour* gigawatt~hour* Gigawattstunde* gigawattheure* ГВт·ч 吉瓦时 ギガワット時 "
        "기가와트시"),
    ),
    "voltage": (("kV", 1, "kV kilovolt* киловольт* кВ 千伏 キロボルト กิโลโวลต์ ki-lô-vôn"),),
    "length": (
        ("mm", 1e-3, "mm millimet* millimèt* Millimeter* milímetro* миллиметр* мм 毫米 ミリ ミリメートル 밀리미터 "
        "มิลลิเมตร ມິນລີແມັດ "
         "mi-li-mét milimét ly"),
        ("cm", 1e-2, "cm centimet* centimèt* Zentimeter* centímetro* сантиметр* см 厘米 公分 センチ センチメートル "
        "센티미터 เซนติเมตร "
         "xen-ti-mét xentimét phân"),
        ("m", 1, "m metre* meter* mètre* metro* метр* м 米 公尺 メートル 미터 เมตร ແມັດ mét"),
        ("km", 1e3, "km kilomet* kilomèt* Kilometer* kilómetro* километр* км 公里 千米 キロメートル 킬로미터 킬로 "
        "กิโลเมตร กม. ກິໂລແມັດ "
         "ki-lô-mét kilômét kilomét cây~số"),
        ("mile", 1609.344, "mile* milla* миль мили Meile* マイル 마일 英里 dặm"),
        ("foot", 0.3048, "feet foot"),
        ("nmi", 1852, "海里 カイリ 해리 hải~lý nautical~mile* Seemeile*"),
    ),
    "area": (
        ("m²", 1, "m2 sq~m square~met* Quadratmeter* mètre*~carré* metro*~cuadrado* кв.~м кв.~метр* "
        "квадратн*~метр* м2 平方米 平方公尺 "
         "平方メートル 제곱미터 ตารางเมตร ຕາແມັດ mét~vuông"),
        ("ha", 1e4, "ha hectare* hectárea* Hektar* гектар* га 公顷 公頃 ヘクタール 헥타르 เฮกตาร์ ເຮັກຕາ héc-ta "
        "héc~ta hécta hecta hec-ta"),
        ("km²", 1e6, "km2 square~kilomet* Quadratkilometer* kilomètre*~carré* kilómetro*~cuadrado* кв.~км км2 "
        "平方公里 "
         "平方キロ 平方キロメートル 제곱킬로미터 ตารางกิโลเมตร ki-lô-mét~vuông"),
        ("acre", 4046.86, "acre* акр* 英亩 エーカー 에이커 mẫu~Anh"),
        ("mu", 666.667, "亩 畝"),
        ("rai", 1600, "ไร่"),
    ),
    "volume": (
        ("l", 1e-3, "litre* liter* litro* литр* 升 公升 リットル 리터 ลิตร ລິດ lít"),
        ("m³", 1, "m3 cubic~met* Kubikmeter* mètre*~cube* metro*~cúbico* куб.~м кубометр* кубическ*~метр* м3 立方米 "
         "立方メートル 세제곱미터 ลูกบาศก์เมตร mét~khối khối"),
    ),
    "mass": (
        ("g", 1e-3, "g gram* gramme* gramo* Gramm грамм* г 克 グラム 그램 กรัม gam"),
        ("kg", 1, "kg kilogram* kilogramme* kilogramo* kilo* Kilogramm килограмм* кг 公斤 千克 キログラム 킬로그램 "
        "킬로 กิโลกรัม กก. ກິໂລ "
         "ກິໂລກຣາມ ki-lô-gam kilôgam ký cân"),
        ("jin", 0.5, "斤"),
        ("quintal", 100, "tạ Doppelzentner центнер*"),
        ("t", 1e3, "t tonne* ton tons Tonne* tonelada* тонн* т 吨 公吨 噸 公噸 トン 톤 ตัน ໂຕນ tấn"),
    ),
    "share": (
        ("%", 1, "% percent per~cent Prozent pour~cent pourcent* por~ciento процент* パーセント 퍼센트 프로 "
        "เปอร์เซ็นต์ ร้อยละ ເປີເຊັນ "
         "phần~trăm"),
        ("tenth", 10, "成 割"),
    ),
    "points": (
        ("pp", 1, "%p percentage~point* Prozentpunkt* point*~de~pourcentage punto*~porcentual* процентн*~пункт* "
        "个百分点 個百分點 百分点 "
         "ポイント 퍼센트포인트 điểm~phần~trăm điểm~%"),
    ),
    "temperature": (("°C", 1, "°C ℃ °c degree*~Celsius degree* Grad degré* grado* градус* 摄氏度 攝氏度 度 도 องศา "
    "độ~C độ"),),
    "time": (
        ("second", 1 / 86400, "second* Sekunde* seconde* segundo* секунд* 秒 초 วินาที ວິນາທີ giây"),
        ("minute", 1 / 1440, "minute* Minute* minuto* минут* 分钟 分鐘 分間 분 นาที ນາທີ phút"),
        ("hour", 1 / 24, "hour* Stunde* heure* hora* час* Uhr 小时 小時 時間 時 시간 시 点 點 ชั่วโมง ຊົ່ວໂມງ tiếng "
        "giờ h"),
        ("day", 1, "day* Tag* jour* día* dia* день дня дней сут* 天 日間 日 일간 일 วัน ມື້ ngày"),
        ("week", 7, "week* Woche* semaine* semana* недел* 周 週 週間 个星期 個星期 주간 주 สัปดาห์ ອາທິດ tuần"),
        ("month", 30, "month* Monat* mois mes meses месяц* 个月 個月 か月 カ月 ヶ月 ヵ月 箇月 개월 เดือน ເດືອນ tháng"),
        ("quarter", 90, "季度 四半期 분기 quý"),
        ("year", 360, "year* Jahr* an ans année* año* год года лет 年 年間 년간 년 ปี ປີ năm"),
        ("decade", 3600, "decade* Jahrzehnt* décennie* década* десятилет* thập~kỷ thập~niên"),
    ),
    "VND": (("đồng", 1, "₫ VND VNĐ dong* донг* 越南盾 越盾 盾 ドン 동 ดอง ด่ง ດົງ đồng đ"),),
    "USD": (("USD", 1, "$ US$ USD dollar* US-Dollar* dólar* доллар* долл 美元 美金 ドル 米ドル 달러 ดอลลาร์ ໂດລາ "
    "đô~la~Mỹ đô~la đô đô-la "
             "Mỹ~kim"),),
    "EUR": (("euro", 1, "€ EUR euro* евро 欧元 歐元 ユーロ 유로 ยูโร ເອີໂຣ"),),
    "GBP": (("pound", 1, "£ GBP 英镑 英鎊 ポンド 파운드 bảng~Anh"),),
    "JPY": (("yen", 1, "JPY yen Yen иен* йен* 日元 日圆 円 엔 เยน ເຢນ yên"),),
    "KRW": (("won", 1, "₩ KRW won Won вон* 韩元 韓元 ウォン 원 วอน ວອນ"),),
    "CNY": (("yuan", 1, "CNY RMB yuan* Yuan юан* 人民币 元 人民元 위안 หยวน ຢວນ nhân~dân~tệ NDT tệ"),),
    "RUB": (("rouble", 1, "₽ RUB rouble* ruble* Rubel rublo* рубл* 卢布 盧布 ルーブル 루블 รูเบิล rúp"),),
    "THB": (("baht", 1, "฿ THB baht* бат* 泰铢 泰銖 バーツ 바트 บาท ບາດ bạt"),),
    "LAK": (("kip", 1, "LAK kip* кип* 基普 キープ 킵 กีบ ກີບ kíp"),),
}  # fmt: skip
#: Words that mean one of two units
_EITHER = {"キロ": ("km", "kg"), "킬로": ("km", "kg"), "kilo": ("kg", "km"), "кило": ("kg", "km")}
#: Symbols that stand before the amount
_BEFORE = {"US$": "USD", "$": "USD", "€": "euro", "£": "pound", "₩": "won", "₫": "đồng", "฿": "baht", "ร้อยละ": "%"}

UNITS: dict[str, Unit] = {
    key: Unit(key, dimension, factor) for dimension, rows in _TABLE.items() for key, factor, _ in rows
}
_UNSPACED = re.compile(f"[{scripts.WITHOUT_BOUNDARIES}]")
#: The set is closed under change of case; (?-i:) saves the compiler of patterns the work of finding that out.
_LETTER = rf"(?-i:[^\W\d_{scripts.WITHOUT_BOUNDARIES}])"
#: Spellings of one letter or two that are words elsewhere, or whose capital means something else
_CASED = frozenset(
    ["m", "g", "t", "l", "h", "đ", "a", "kW", "MW", "GW", "kV", "kWh", "MWh", "GWh", "ha", "м", "г", "т"]
)


def _pattern(spelling: str) -> str:
    words = re.escape(spelling.strip("*")).replace("\\~", "~").replace("\\*", "*")
    words = words.replace("~", r"[\s-]+").replace("*", rf"{_LETTER}*")
    if spelling.endswith("*"):
        words += rf"{_LETTER}*"
    if not _UNSPACED.search(spelling) and (spelling[-1].isalnum() or spelling.endswith("*")):
        words += rf"(?!{_LETTER}|\d)"
    return words


@dataclass(frozen=True, slots=True)
class _Spellings:
    """The spellings with one first letter, the longest first; group n of the pattern is of the units `keys[n - 1]`."""

    pattern: re.Pattern[str]
    keys: tuple[tuple[str, ...], ...]


def _spellings() -> dict[str, tuple[str, ...]]:
    """Return the units of each spelling."""
    spellings: dict[str, tuple[str, ...]] = {}
    for rows in _TABLE.values():
        for key, _, words in rows:
            for word in words.split():
                spellings.setdefault(word, (key,))
    return spellings | _EITHER


_SPELLINGS = _spellings()
_LETTERS = frozenset(word[0].lower() for word in _SPELLINGS)


@cache
def _beginning_with(letter: str) -> _Spellings:
    """Return the spellings with a first letter in lower case: one pattern of all takes a millisecond a number.

    All patterns take a second to compile, and a text has few of the letters.
    """
    own = (word for word in _SPELLINGS if word[0].lower() == letter)
    words = sorted(own, key=lambda word: (-len(word.rstrip("*")), word))
    return _Spellings(
        re.compile("|".join(f"({_pattern(w)})" if w in _CASED else f"((?i:{_pattern(w)}))" for w in words)),
        tuple(_SPELLINGS[word] for word in words),
    )


#: What may stand between a number and its unit: '15 millions de dongs', '20-mile'
_BETWEEN = re.compile(r"\s(?:de|of)\s|\sd['’]|[\s-]|")
#: Letters of a unit that begin another word: '1 원전' is a reactor, '2分の1' a fraction
_OTHER_WORD = re.compile(
    r"[\s-]?(?:원[전자료래인점시형주격칙예]|동[부쪽안시남북해]|분[의기석야]|일[본대부]|주[민요]|도[로시]|周年|"
    r"天[然津]|升至|米[粉饭]|度假|点评|円滑|分[のを析野])"
)
_SYMBOL = re.compile(rf"({'|'.join(map(re.escape, sorted(_BEFORE, key=len, reverse=True)))})\s?$")


def unit_after(text: str, end: int) -> tuple[tuple[str, ...], int]:
    """Return the units that a number which ends at `end` can be of, and where their word ends; ((), end) for none."""
    between = _BETWEEN.match(text, end)
    assert between is not None  # it may be empty
    start = between.end()
    letter = text[start : start + 1].lower()
    if letter not in _LETTERS:
        return (), end
    known = _beginning_with(letter)
    match = known.pattern.match(text, start)
    if match is None or match.lastindex is None or _OTHER_WORD.match(text, end):
        return (), end
    return known.keys[match.lastindex - 1], match.end()


def unit_before(text: str, start: int) -> str:
    """Return the unit whose symbol stands right before `start`; '' for none."""
    match = _SYMBOL.search(text, max(0, start - 9), start)
    return _BEFORE[match[1]] if match else ""
