"""Names of our places in their sentences → whether a street, a person or a house elsewhere bears the name instead.

Vietnamese towns name streets after provinces, cooks name restaurants after their home, and parents name children after
both. A street or a person is never the place; a school, hotel or restaurant is, unless the text puts it elsewhere.
"""

import re
from collections.abc import Collection, Sequence

from pipeline.tagging.mentions import Elsewhere, Mention, Where, unit_before
from pipeline.tagging.zones import Zone
from pipeline.text.normalize import strip_diacritics

_START = r"(?<![^\W_])"
# 'hẻm 14 X' is an alley of a street X, but 'đường 16/4 X' a street in X: only alleys have a number before the name.
_STREET = (
    rf"{_START}(?:(?P<road>(?:tuyến |mặt tiền )?đường|đại lộ"
    r"|(?<!thành )(?<!khu )(?<!đường )(?<!con )(?<!góc )(?<!những )phố)"
    r"|(?:hẻm|ngõ|ngách|kiệt)(?: (?:số )?\d[\w/.-]*)?(?: đường)?"
    # 'tại 21/8 X' may be the street 21/8 in X.
    r"|nhà số \d[\w/]*|số nhà \d[\w/]*|(?:ở|tại|địa chỉ:?) (?:số )?\d{1,4}[a-e]?|giao lộ|góc đường)"
    r"(?: mang tên| tên)? $"
)
# Roads of a place, not a road of its name.
_ROADS_OF = rf"{_START}(?:các|những|nhiều|mọi|con|một|hệ thống|hạ tầng|làm|mở|giao thông) (?:tuyến |con )?$"
# A crossing of streets; that of roads to two places has both names among ours or elsewhere.
_CROSSING = rf"{_START}(?:ngã (?:ba|tư|năm|sáu|bảy)|vòng xoay|bùng binh|nút giao) $"
_CROSSING_AFTER = re.compile(r" ?[-–] ?(?=[^\W\d_])")
# What follows where the name is an end of a journey: 'đường Ninh Thuận đi Đà Lạt'. A dash before the name of a street
# makes a crossing.
_ROUTE_AFTER = r" (?:(?P<dash>- ?)|(?:đi|đến|tới|về|lên|xuống|ra|vào|qua|nối) )"
_FAMILY = (
    r"(?:nguyễn|trần|lê|phạm|hoàng|huỳnh|phan|vũ|võ|đặng|bùi|đỗ|ngô|dương|lý|trương|đinh|trịnh|lương|phùng"
    r"|quách|tạ|tô"
    r"|mạc|chế|đàng|thạch|tống|vương|kiều|lưu|thái|tôn)"
)
_MIDDLE = (
    r"(?:thị|văn|hữu|đức|ngọc|thanh|quang|minh|xuân|thành|đình|công|bá|gia|kim|mỹ|bích|hoàng|anh|hồng|huy|trung|quốc)"
)
_NAMED_PERSON = (
    rf"{_START}{_FAMILY}(?: {_MIDDLE})? $"
    rf"|{_START}(?:ông|bà|anh|chị|em|cháu|cô|chú|bác|thầy|bé|mr\.?|mrs\.?|ms\.?)(?P<names>(?: [^\W\d_]+){{1,3}}) $"
)
# In capitals, and without diacritics, most family names are words too: 'BAN QUẢN LÝ', 'song Dinh'.
_SURE_PERSON = rf"{_START}(?:nguyễn|trần|phạm|huỳnh|võ|bùi)(?: {_MIDDLE})? $"
_BARE_PERSON = (
    r"(?<!các )(?<!những )(?<!mấy )(?<!quý )(?<!anh )(?<!ông )(?<!chú )(?<!đàn )(?<!tiếng )(?<!nước )(?<!quốc )"
    rf"{_START}(?:ông|bà|anh|chị|mr\.?|mrs\.?|ms\.?) $"
)
# Streets, schools and markets bear the full names of people: 'chợ Nguyễn Trãi Phan Rang'.
_NAMED_AFTER_PEOPLE = rf"{_START}(?:đường|phố|chợ|trường|thpt|thcs|tiểu học|cầu|công viên|hẻm|giải|cúp|quảng trường) $"
# A word between a house and its name, 'quán bún cá X'; 'trường tại Gia Lai và X' is in X.
_KIND = r" (?!(?:ở|tại|của|và|hay|hoặc|trong|từ|đến|cho|với|có|là|ra|vào|về|in|at|and|of|à|et) )[^ ,.;:()]+"
_HOUSE = (
    rf"{_START}(?:khách sạn|resort|khu nghỉ dưỡng|homestay|nhà nghỉ|nhà hàng|quán|tiệm|cửa hàng|siêu thị"
    r"|chung cư|chuỗi|xe bán|thương hiệu|trường|thpt|thcs|tiểu học|mầm non|mẫu giáo|bệnh viện|phòng khám"
    r"|công ty|doanh nghiệp|garage"
    rf"|nhà xe|spa|hotel|restaurant|school|café|cafe|hôtel|eatery|company)(?:{_KIND}){{0,4}} $"
    rf"|{_START}(?:bún|bánh canh|bánh căn|bánh xèo|bánh hỏi|cơm gà|mì quảng|hủ tiếu|lẩu|gỏi|phở|chè)"
    rf"(?:{_KIND}){{0,2}} $"
    rf"|{_START}(?:(?<!bão )(?<!kênh )số|ở|tại|địa chỉ) \d[\w/]* $"
)
_PLACED = (
    r"(?:[ ,(\-]*|[^.;!?\n]{0,40}?[ (,](?:ở|tại|giữa|giữa lòng|trong|thuộc|của|đường|phường|in|at|à|en) "
    r"|(?:, ?(?:phường|p\.|khu phố|tổ|xã|thôn|ấp|huyện|thị trấn|quận|q\.) ?[^,.;()\n]{1,25})+, ?)"
)
_UNIT_WORD = r"(?:(?:tp\.?|thành phố|tỉnh|quận|q\.|huyện|thị xã|the|city of) ?)?$"
_NUMBERED_DISTRICT = r"[^.;!?\n]{0,40}?[ ,(](?:quận|q\.?) ?(?:\d|[^\W\d_])"
_PLACED_BEFORE = rf"{_START}(?:ở|tại|giữa|giữa lòng|trong lòng|in|at|à|en) (?:tp\.? ?|thành phố |tỉnh )?$"

# Other languages. 'Phan Rang street food' is food, 'a Ninh Thuan road' lies in Ninh Thuận, 'une rue de X' in X.
_STREET_AFTER = re.compile(
    r"[ -](?:street|st\.?|alley|avenue|boulevard|road|lane)(?!\w)(?! (?:food|vendors?|markets?|art|artists?"
    r"|children|kids|performers?|scene|accidents?|crash|network|project|works|upgrade|safety|traffic|race|lights?))"
    r"|-? ?stra(?:ß|ss)e(?!\w)|-gasse(?!\w)| ?通り|大街|街道|街(?!头)|路| ?거리| ?대로"
)
_OF_PLACE = re.compile(rf"{_START}(?:a|an|one|some|every|any|this|that|busy|main) $")
_HOUSE_AFTER = re.compile(r" (?:hotel|restaurant|café|cafe|school|resort|bakery|eatery|noodles?|kitchen)(?!\w)")
_STREET_BEFORE = re.compile(
    rf"{_START}(?:(?P<street>rue|avenue|boulevard|ruelle|calle|avenida|street|alley) (?:de la |de |du |d')?"
    r"|(?:улиц[аеуы]|улице|ул\.|переул\w+) (?:имени )?)$"
)
_INDEFINITE = re.compile(rf"{_START}(?:une|un|des|les|una|las|unas|chaque|cada|aux|dans les) $")


def _pair(pattern: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Compile a pattern of Vietnamese words, and the same for texts without diacritics."""
    return re.compile(pattern), re.compile(strip_diacritics(pattern))


_STREETS, _ROADS, _ROUTES, _HOUSES, _CROSSINGS = map(_pair, (_STREET, _ROADS_OF, _ROUTE_AFTER, _HOUSE, _CROSSING))
_NAMED_PERSONS, _SURE_PERSONS, _BARE_PERSONS, _PERSON_STREETS = map(
    _pair, (_NAMED_PERSON, _SURE_PERSON, _BARE_PERSON, _NAMED_AFTER_PEOPLE)
)
_PLACES_AFTER, _UNIT_WORDS, _DISTRICTS, _PLACES_BEFORE = map(
    _pair, (_PLACED, _UNIT_WORD, _NUMBERED_DISTRICT, _PLACED_BEFORE)
)
_SENTENCE_START = re.compile(r"[.!?;…\n](?=\s|$)")


def find_namesakes(
    mentions: Sequence[Mention], elsewhere: Sequence[Elsewhere], fields: Sequence[Zone]
) -> set[tuple[Where, int]]:
    """Return zone and offset of the names that are borne by something else than the place.

    A house that is put elsewhere once is elsewhere wherever it is named. `mentions` and `elsewhere` are all names in
    the text, `fields` its title and text.
    """
    zones = {zone.where: zone for zone in fields}
    namesakes = [m for m in mentions if is_namesake(m, zones[m.where], mentions, elsewhere)]
    houses = {_house(m, zones[m.where]) for m in namesakes} - {""}
    if houses:
        namesakes += [m for m in mentions if _house(m, zones[m.where]) in houses]
    return {(m.where, m.start) for m in namesakes}


def _house(mention: Mention, zone: Zone) -> str:
    """Return the house that bears a name, with its words ('chung cư ninh thuận'); '' for none."""
    named = _HOUSES[int(zone.unaccented)].search(_sentence(zone, mention)[0])
    return named[0] + zone.folded[mention.start : mention.end] if named else ""


def is_namesake(mention: Mention, zone: Zone, mentions: Sequence[Mention], elsewhere: Sequence[Elsewhere]) -> bool:
    """Whether something else than the place bears its name: a street, a person, or a house that stands elsewhere.

    `zone` is the field of the mention; `mentions` and `elsewhere` are all names found in the text.
    """
    if unit_before(zone, mention.start):
        return False
    bare = int(zone.unaccented)
    before, after = _sentence(zone, mention)
    written = zone.text[mention.start - len(before) : mention.start]
    starts = {m.start - mention.end for m in mentions if m.where == mention.where}
    starts |= {e.start - mention.end for e in elsewhere if e.where == mention.where}
    if _is_crossing(before, zone.text[mention.end : mention.end + 4], starts, bare):
        return True
    if _is_street(before, after, starts, bare) or _is_person(before, written, bare):
        return True
    named = _HOUSES[bare].search(before) or _STREETS[bare].search(before) or _HOUSE_AFTER.match(after)
    return named is not None and _is_elsewhere(mention, zone, mentions, elsewhere, bare)


def _sentence(zone: Zone, mention: Mention) -> tuple[str, str]:
    """Return up to 90 characters before and behind a mention, in key form, within its sentence before it."""
    before = zone.folded[max(0, mention.start - 90) : mention.start]
    if ends := [m.end() for m in _SENTENCE_START.finditer(before)]:
        before = before[ends[-1] :]
    return before, zone.folded[mention.end : mention.end + 90]


def _is_street(before: str, after: str, starts: Collection[int], bare: int) -> bool:
    """Whether the words around a name make it a street's; other names start at the offsets `starts` of `after`."""
    if street := _STREETS[bare].search(before):
        if not street["road"]:
            return True
        route = _ROUTES[bare].match(after)
        if route and (not route["dash"] or route.end() in starts):
            return False
        return not _ROADS[bare].search(before[: street.start()])
    if _STREET_AFTER.match(after):
        return not _OF_PLACE.search(before)
    foreign = _STREET_BEFORE.search(before)
    return foreign is not None and not _INDEFINITE.search(before[: foreign.start()])


def _is_crossing(before: str, behind: str, starts: Collection[int], bare: int) -> bool:
    """Whether a name is one of two streets that cross; `behind` is what follows it, as written, with its capitals."""
    dash = _CROSSING_AFTER.match(behind)
    if dash is None or not _CROSSINGS[bare].search(before):
        return False
    return behind[dash.end()].isupper() and dash.end() not in starts


def _is_person(before: str, written: str, bare: int) -> bool:
    """Whether a form of address or a family name stands before a name; `written` is `before` with its capitals."""
    if _BARE_PERSONS[bare].search(before):
        # Without diacritics 'bà' is 'ba' (three), 'anh' also 'ảnh'.
        return not bare or before.endswith("ong ")
    plain = not bare and not written.isupper()
    person = (_NAMED_PERSONS if plain else _SURE_PERSONS)[bare].search(before)
    if person is None or _PERSON_STREETS[bare].search(before[: person.start()]):
        return False
    # 'anh nông dân Ninh Thuận' has no name before the place: names have capitals.
    names = written[person.start("names") if plain and person["names"] else person.start() :].split()
    return all(name[:1].isupper() for name in names)


def _is_elsewhere(
    mention: Mention, zone: Zone, mentions: Sequence[Mention], elsewhere: Sequence[Elsewhere], bare: int
) -> bool:
    """Whether a sentence puts what bears the name elsewhere, behind it ('… ở Sài Gòn')"
    " or before ('Giữa Đà Lạt …')."""
    folded = zone.folded
    ours = min((o.start for o in mentions if o.where == mention.where and o.start > mention.end), default=len(folded))
    if _DISTRICTS[bare].match(folded[mention.end : min(ours, mention.end + 60)]):
        return True
    for other in elsewhere:
        if other.where != mention.where or other.successor:
            continue
        if mention.end <= other.start < min(ours, mention.end + 70):
            gap = folded[mention.end : other.start]
            gap = gap[: len(gap) - len(m[0])] if (m := _UNIT_WORDS[bare].search(gap)) else gap
            if gap.strip() != "-" and _PLACES_AFTER[bare].fullmatch(f"{gap.rstrip()} " if gap.strip() else gap):
                return True
        elif other.end <= mention.start and mention.start - other.end < 70:
            between = folded[other.end : mention.start]
            if not _SENTENCE_START.search(between) and _PLACES_BEFORE[bare].search(
                folded[max(0, other.start - 30) : other.start]
            ):
                return True
    return False
