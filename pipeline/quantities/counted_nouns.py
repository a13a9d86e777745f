"""Nouns behind or before a number, in the languages of the press, whose Vietnamese word is known for sure.

A noun that means two things ('plants', 'students') is left out: better no number than one of something else.
"""

import re
from collections.abc import Mapping
from functools import lru_cache

from pipeline.text import scripts

#: noun → language → spellings behind the number, separated by |
_BEHIND: dict[str, dict[str, str]] = {
    "person": {
        "en": "people|persons", "de": "Menschen|Personen", "fr": "personnes", "es": "personas", "ru": "человека?",
        "zh": "人(?![次民均类類口年])|名(?!牌|义|額|额)", "ja": "人(?!当|前|気|目|種|口|年)|名(?!目|産|"
        "物)", "ko": "명|사람",
        "th": "คน", "lo": "ຄົນ",
    },
    "family": {"en": "families", "de": "Familien", "fr": "familles", "es": "familias", "ru": "сем(?:ей|ьи|ьям)",
               "ja": "世帯|家族", "zh": "个家庭|個家庭", "ko": "가족", "th": "ครอบครัว", "lo": "ຄອບຄົວ"},
    "household": {"en": "households", "de": "Haushalte", "fr": "foyers|ménages", "es": "hogares", "ru": "хозяйств|"
    "хозяйства|"
                  "домохозяйств", "zh": "户|戶", "ko": "가구", "th": "ครัวเรือน"},
    "power_plant": {
        "en": "(?:solar |wind |thermal |nuclear |hydro(?:electric|power)? )?power (?:plants|stations)|solar plants",
        "de": "Kraftwerke", "fr": "centrales(?: solaires| électriques| nucléaires)", "ru": "электростанци[йи]",
        "es": "centrales (?:eléctricas|solares|nucleares)|plantas (?:solares|eléctricas)",
        "zh": "座(?:光伏|太阳能|风力|风|核|水|抽水蓄能)?(?:发电站|电站|电厂|发电厂)",
    },
    "solar_farm": {"en": "solar (?:farms|parks)", "de": "Solarparks|Solarkraftwerke", "fr": "(?:parcs|fermes) "
    "solaires",
                   "es": "parques solares", "ru": "солнечных (?:электро)?станци[йи]"},
    "wind_farm": {"en": "wind (?:farms|parks)", "de": "Windparks", "fr": "parcs éoliens", "es": "parques eólicos",
                  "ru": "ветропарков|ветропарка"},
    "wind_turbine": {"en": "wind turbines", "de": "Windräder|Windkraftanlagen|Windturbinen", "fr": "éoliennes",
                     "es": "aerogeneradores", "ru": "ветрогенератор(?:ов|а)|ветряк(?:ов|а)", "zh": "台(?:风机|"
                     "风电机组)"},
    "reactor": {"en": "reactors", "de": "Reaktoren", "fr": "réacteurs", "es": "reactores", "ru": "реактор(?:ов|а)",
                "zh": "座(?:核)?反应堆"},
    "factory": {"en": "factories", "de": "Fabriken", "fr": "usines", "es": "fábricas", "ru": "завод(?:ов|а)",
                "zh": "家工厂|座工厂", "ja": "工場"},
    "company": {"en": "companies|firms|enterprises|businesses", "de": "Unternehmen|Firmen", "fr": "entreprises|"
    "sociétés",
                "es": "empresas|compañías", "ru": "компани[йи]|предприяти[йя]", "zh": "家(?:企业|公司|"
                "企業)", "ja": "社",
                "ko": "개사|개 기업|개 회사"},
    "project": {"en": "projects", "de": "Projekte", "fr": "projets", "es": "proyectos", "ru": "проект(?:ов|а)",
                "zh": "个(?:项目|項目)|個項目", "ko": "개 사업|개 프로젝트", "th": "โครงการ", "lo": "ໂຄງການ"},
    "country": {"en": "countries|nations", "de": "Länder", "fr": "pays", "es": "países", "ru": "стран|страны",
                "zh": "个国家|個國家", "ja": "[カか]国|[ヶヵ]国", "ko": "개국", "th": "ประเทศ", "lo": "ປະເທດ"},
    "boat": {"en": "boats|vessels|ships", "de": "Boote|Schiffe", "fr": "bateaux|navires", "es": "barcos|buques|barcas",
             "ru": "судов|судна|лодок|катеров", "zh": "艘", "ja": "隻", "ko": "척"},
    "borehole": {"en": "boreholes", "de": "Bohrungen", "fr": "forages", "es": "perforaciones", "ru": "скважин[ы]?",
                 "zh": "个(?:勘察|勘探)?(?:钻)?孔", "ja": "本のボーリング"},
    "worker": {"en": "workers", "de": "Arbeiter", "fr": "ouvriers", "es": "obreros|"
    "trabajadores", "ru": "рабочих(?! мест)",
               "zh": "名工人"},
    "job": {"en": "jobs", "de": "Arbeitsplätze", "fr": "emplois", "es": "empleos", "ru": "рабочих "
    "мест", "zh": "个(?:就业)?岗位"},
    "tourist": {"en": "tourists|visitors", "de": "Touristen|Besucher", "fr": "touristes|"
    "visiteurs", "es": "turistas|visitantes",
                "ru": "турист(?:ов|а)", "zh": "名游客"},
    "farmer": {"en": "farmers", "de": "Bauern|Landwirte", "fr": "agriculteurs|paysans", "es": "agricultores|"
    "campesinos",
               "ru": "фермер(?:ов|а)", "zh": "名农民"},
    "fisherman": {"en": "fishermen|"
    "fishers", "de": "Fischer", "fr": "pêcheurs", "es": "pescadores", "ru": "рыбак(?:ов|а)",
                  "zh": "名渔民"},
    "student_higher": {"de": "Studenten|Studierende", "fr": "étudiants", "ru": "студент(?:ов|"
    "а)", "en": "university students"},
    "hotel": {"en": "hotels", "de": "Hotels", "fr": "hôtels", "es": "hoteles", "ru": "отел(?:ей|я)|"
    "гостиниц[ы]?", "zh": "家酒店"},
    "house": {"en": "houses", "de": "Häuser", "fr": "maisons", "es": "casas", "ru": "дом(?:ов|а)"},
    "hatchery": {"en": "hatcheries"},
    "buoy": {"en": "buoys", "de": "Bojen", "fr": "bouées", "es": "boyas"},
    "bridge": {"en": "bridges", "de": "Brücken", "fr": "ponts", "es": "puentes", "ru": "мост(?:ов|а)", "zh": "座桥"},
    "tunnel": {"en": "tunnels", "de": "Tunnel", "fr": "tunnels", "es": "túneles", "ru": "туннел(?:ей|я)|"
    "тоннел(?:ей|я)"},
    "reservoir": {"en": "reservoirs", "de": "Stauseen", "fr": "réservoirs", "es": "embalses",
                  "ru": "водохранилищ[а]?", "zh": "座水库"},
    "sheep": {"en": "sheep", "de": "Schafe", "fr": "moutons", "es": "ovejas", "ru": "ов(?:ец|цы)", "zh": "[只头]羊"},
    "page": {"en": "pages", "de": "Seiten", "ru": "страниц[ы]?", "es": "páginas"},
    "memorandum": {"en": "memoranda|memorandums"},
}  # fmt: skip
#: noun → language → (spellings before the number, counters behind it)
_BEFORE: dict[str, dict[str, tuple[str, str]]] = {
    "power_plant": {"ko": ("발전소", r"(?:여\s?)?(?:곳|개소|기|"
    r"개)"), "ja": ("発電所", "[カヶか]所"), "th": ("โรงไฟฟ้า", "แห่ง")},
    "company": {"ko": ("기업|회사|업체", r"(?:여\s?)?(?:곳|개사|개)"), "th": ("บริษัท", "แห่ง|ราย")},
    "borehole": {"ko": ("시추공", r"(?:여\s?)?(?:곳|개)")},
    "project": {"ko": ("사업|프로젝트", r"(?:여\s?)?(?:건|개)")},
    "factory": {"ko": ("공장", r"(?:여\s?)?(?:곳|개소|개)"), "th": ("โรงงาน", "แห่ง"), "ja": ("工場", "[カヶか]所")},
    "hotel": {"ko": ("호텔", r"(?:여\s?)?(?:곳|개)"), "th": ("โรงแรม", "แห่ง")},
    "memorandum": {"ko": ("양해각서|MOU", r"(?:여\s?)?(?:건|개)")},
    "job": {"ko": ("일자리", r"(?:여\s?)?개")},
    "reactor": {"ko": ("원자로", "기"), "ja": ("原子炉", "基")},
    "wind_turbine": {"ko": ("풍력발전기|풍력 터빈", "기|대"), "ja": ("風車", "基")},
    "wind_farm": {"th": ("ฟาร์มกังหันลม", "แห่ง")},
    "tourist": {"ko": ("관광객", r"(?:여\s?)?명"), "ja": ("観光客", "人")},
    "sheep": {"ko": ("양", "마리"), "ja": ("羊", "頭")},
}  # fmt: skip
NOUNS = frozenset({*_BEHIND, *_BEFORE})
_UNSPACED = re.compile(f"[{scripts.WITHOUT_BOUNDARIES}]")


@lru_cache(maxsize=16)
def _compiled(
    language: str,
) -> tuple[list[tuple[str, re.Pattern[str]]], list[tuple[str, re.Pattern[str], re.Pattern[str]]]]:
    behind: list[tuple[str, re.Pattern[str]]] = []
    # The longer spelling first: '양해각서 5건' is no '양', '발전소' no '소'.
    for noun, words in _ordered(_BEHIND, language):
        spaced = not _UNSPACED.search(words)
        pattern = rf"\s(?:{words})(?![\w'’-])" if spaced else rf"(?:\s|여\s?|[多余餘]\s?)?(?:{words})"
        behind.append((noun, re.compile(pattern, re.NOFLAG if language == "de" else re.IGNORECASE)))
    before = [
        (noun, re.compile(rf"(?:{table[language][0]})\s?$"), re.compile(rf"\s?(?:{table[language][1]})"))
        for noun, table in _BEFORE.items()
        if language in table
    ]
    return behind, before


def _ordered(table: Mapping[str, Mapping[str, str]], language: str) -> list[tuple[str, str]]:
    rows = [(noun, words[language]) for noun, words in table.items() if language in words]
    # 'person' comes last: '名工人' are workers before they are persons.
    return sorted(rows, key=lambda row: row[0] == "person")


def counted_noun(text: str, start: int, end: int, language: str) -> tuple[str, int, int]:
    """Return what the number at `start` to `end` counts, and the place of noun and number; ('', start, end) for "
    "none."""
    behind, before = _compiled(language.split("-")[0])
    for noun, name, counter in before:
        ahead = name.search(text, max(0, start - 12), start)
        after = counter.match(text, end)
        if ahead and after:
            return noun, ahead.start(), after.end()
    for noun, pattern in behind:
        if after := pattern.match(text, end):
            return noun, start, after.end()
    return "", start, end
