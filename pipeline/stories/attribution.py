"""Text of an article → the agency or outlet that it credits."""

import re

from pipeline.text.normalize import normalise

#: Canonical name of an agency or much-quoted outlet → spellings of its credits
_NAMES = {
    "TTXVN": ("thông tấn xã việt nam", "ttxvn", "ttx vn", "vietnam+", "vietnamplus", "vna", "vietnam news agency"),
    "Reuters": ("reuters", "ロイター", "路透社", "路透", "로이터", "рейтер"),
    "AFP": ("afp", "agence france-presse", "法新社"),
    "AP": ("ap", "associated press", "the associated press", "美联社"),
    "Bloomberg": ("bloomberg", "bloomberg news"),
    "Xinhua": ("tân hoa xã", "tân hoa", "xinhua", "新华社", "新華社"),
    "Kyodo": ("kyodo", "kyodo news", "共同通信", "共同"),
    "Yonhap": ("yonhap", "yonhap news", "연합뉴스"),
    "TASS": ("tass", "itar-tass", "тасс"),
    "RIA Novosti": ("ria novosti", "рия новости"),
    "Sputnik": ("sputnik",),
    "dpa": ("dpa",),
    "Bernama": ("bernama",),
    "VnExpress": ("vnexpress", "vne"),
    "Tuổi Trẻ": ("tuổi trẻ", "tuổi trẻ online", "tto"),
    "Thanh Niên": ("thanh niên", "thanh niên online"),
    "VOV": ("vov", "vov.vn"),
    "VTV": ("vtv", "vtv.vn"),
    "Nhân Dân": ("nhân dân", "báo nhân dân"),
    "Dân trí": ("dân trí", "dantri"),
    "Lao Động": ("lao động",),
    "Tiền Phong": ("tiền phong",),
    "VietNamNet": ("vietnamnet",),
    "Chinhphu.vn": ("chinhphu.vn", "baochinhphu.vn", "cổng ttđt chính phủ"),
}
_KNOWN = {name: kept for kept, names in _NAMES.items() for name in names}
_LISTED = "|".join(re.escape(n) for n in sorted(_KNOWN, key=len, reverse=True))
_BY = r"(?:theo|nguồn(?: tin)?|dẫn nguồn|source|via|источник|来源|來源|출처)\s*[:：]?\s*"
_TITLE = r"(?:(?:hãng (?:tin|thông tấn)|báo(?: điện tử)?|đài|kênh|trang(?: tin)?)\s+)?"
_BRACKETS = r"[(\[（【]", r"[)\]）】]"


def _named(group: str) -> str:
    return rf"(?P<{group}>{_LISTED})(?![\w+])"


# 'HANOI (Reuters) - ', '(TTXVN) - ', '(서울=연합뉴스)', 'TTXVN - ', 'Theo TTXVN, ngày ...'
_AT_HEAD = re.compile(
    rf"^[\s\W]*(?:[^\n(\[]{{0,40}}{_BRACKETS[0]}\s*(?:[^\n)=]{{1,12}}=)?(?:{_BY})?{_TITLE}{_named('bracket')}"
    rf"[^)\]）】\n]{{0,25}}{_BRACKETS[1]}|{_named('dash')}\s*[-–—]|{_BY}{_TITLE}{_named('by')}\s*,)",
    re.IGNORECASE,
)
# '(Theo Reuters)', 'Nguồn: TTXVN', 'Minh Thu (TTXVN)', 'TTXVN/Tin Tức', 'Theo VnExpress'
_AT_FOOT = re.compile(
    rf"(?:{_BY}{_TITLE}{_named('by')}|[(\[（/]\s*{_TITLE}{_named('bracket')}\s*[)\]）]?"
    rf"|(?:^|(?<=[.!?]\s)){_named('alone')}\s*(?=[)\]/]|$))[^.\n]{{0,40}}$",
    re.IGNORECASE | re.MULTILINE,
)
# The name of a photographer is no credit of the text.
_PICTURE = re.compile(r"(?:ảnh|video|photo|image|đồ họa|infographic|clip)\b[^\n.]{0,40}$", re.IGNORECASE)
_FREE = re.compile(
    rf"^\(?\s*(?:theo|nguồn)\s*[:：]?\s*{_TITLE}(?P<name>[A-ZĐ][\w.&' ]{{1,30}}?)\s*[).]*$", re.IGNORECASE
)
#: Last lines searched for the credit: author, credit, one stray caption
_FOOT_LINES = 3


def credited_agency(text: str) -> str:
    """Return the agency or outlet credited for an article ('TTXVN', 'Reuters', ...); '' without a credit.

    Only the head and the foot are searched: an agency quoted further inside is the source of one sentence.
    """
    lines = [line.strip() for line in normalise(text).splitlines() if line.strip()]
    for line in lines[:2]:
        if found := _AT_HEAD.search(line[:160]):
            return _canonical_name(found)
    for line in reversed(lines[-_FOOT_LINES:]):
        tail = line[-120:]
        for found in _AT_FOOT.finditer(tail):
            if not _PICTURE.search(tail[: found.start()]):
                return _canonical_name(found)
        if (free := _FREE.match(line)) and free["name"][0].isupper() and len(free["name"].split()) < 5:
            return free["name"].strip()
    return ""


def _canonical_name(found: re.Match[str]) -> str:
    return _KNOWN[next(name for name in found.groupdict().values() if name).lower()]
