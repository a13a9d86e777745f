"""Address → what its shape tells: whether an article can have it, its loose form, and the number of its article."""

import re
from urllib.parse import parse_qsl, unquote, urlsplit

from pipeline.text.normalize import normalise, strip_diacritics

#: Segments that templates write where they know no address
_JUNK = re.compile(
    r"^(?:undefined|null|none|nil|nan|false|true|void|void\(0\)|\[object object\]|#)(?:\.\w{2,5})?$"
    r"|[{}<>\[\]]|%[a-z_]+%",
    re.IGNORECASE,
)
_ERRORS = re.compile(
    r"^(?:(?:error|err|loi|page|trang|bai-viet|noi-dung)?[-_]?(?:40[0134]|410|50[0-4])(?:[-_](?:error|page|loi|trang))?"
    r"|errors?|error-?page|loi|page-?not-?found|not-?found|khong-(?:tim-thay|ton-tai)|trang-khong-ton-tai"
    r"|(?:bai-viet|noi-dung)-khong-ton-tai|maintenance|bao-tri|access-denied)(?:\.\w{2,5})?$",
    re.IGNORECASE,
)
_FRONT = re.compile(
    r"^(?:index|default|home|homepage|main|trang-?chu|trangchu|accueil|startseite|inicio)(?:\.(?:html?|php|aspx?|jsp))?$"
    r"|^[a-z]{2}(?:[-_][a-z]{2})?$",
    re.IGNORECASE,
)
_LISTS = re.compile(
    r"^(?:tags?|tu-khoa|chu-de|topics?|keywords?|labels?|search|tim-kiem|category|categories|chuyen-muc|danh-muc"
    r"|authors?|tac-gia|archives?|page|trang)$",
    re.IGNORECASE,
)
_EXTENSION = re.compile(r"\.(?:s?html?|php|aspx?|jsp|amp|vnp|tpo|chn|htm5|cms)$", re.IGNORECASE)
#: Digits of a number that only articles have: shorter ones count pages and sections, and years are of four
_LONG_NUMBER = 4
_YEAR = re.compile(r"^(?:19|20)\d\d$")
_ARTICLE_NUMBER = re.compile(r"(?<!\d)\d{6,18}(?!\d)")
_DAY = re.compile(
    r"^(?:(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
    r"|(?:0[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2])(?:19|20)\d\d)$"
)
#: Words of a slug from which on it is a headline, whatever else the address says; names of sections have fewer
_HEADLINE_WORDS = 5
# Parameters that say who referred the reader or how a page is laid out. Some sites number articles with one of these:
# equal loose forms are therefore no proof, the texts decide.
_REFERRERS = re.compile(
    r"^(?:ref|refer|referrer|referer|refsrc|source|src|from|via|share|shared|sharer|amp|m|mobile|print|printable|output"
    r"|outputtype|view|mode|layout|fb|zalo|tracking|campaign|medium|trk|rss|feed|_rss|cid|sid|session|sessionid|phpsessid"
    r"|jsessionid|gidzl|zl|zlink|s|t|ts|v|ver|_|reload|refresh|nocache|utm)$",
    re.IGNORECASE,
)
_HOST_PREFIX = re.compile(r"^(?:www\d?|m|mobile|amp|wap|touch)\.(?=[^.]+\.)")


def segments_of(url: str) -> list[str]:
    """Return the segments of an address's path, percent-decoded, empty ones left out."""
    return [unquote(segment) for segment in urlsplit(url).path.split("/") if segment]


def could_be_article(address: str, url: str, title: str = "") -> bool:
    """Whether `address` could be the own address of the article that was read at `url` under this title.

    Not the front page, a section, a list, an error page or what a template writes for an address it does not know. A
    shapeless address is believed only if `url` is no better. A slug made of words of the title is the article's own.
    """
    if loose_form(address) == loose_form(url):
        return True
    if not is_page(address):
        return False
    parts, own = segments_of(address), segments_of(url)
    if any(_LISTS.match(part) for part in parts[:-1]) and not any(_LISTS.match(part) for part in own[:-1]):
        return False
    grade = _grade(address)
    is_above = len(parts) < len(own) and [p.lower() for p in parts] == [p.lower() for p in own[: len(parts)]]
    return grade == _ARTICLE or _is_slug_of(address, title) or (grade >= _grade(url) and not is_above)


def is_page(address: str) -> bool:
    """Whether an address can be that of one page: no front page, no error page, no failed template."""
    parts = segments_of(address)
    if any(_JUNK.search(part) or _ERRORS.match(part) for part in parts):
        return False
    return not _is_front(parts) or _grade(address) > 0


def _is_front(parts: list[str]) -> bool:
    return not parts or (len(parts) == 1 and _FRONT.match(parts[0]) is not None)


#: What an address holds: a number or slug that only articles have; some number; an extension or three words; less
_ARTICLE, _NUMBERED, _WORDY = 3, 2, 1
#: Parameters that hold the number of an article, however short
_IDS = re.compile(r"^(?:p|id|bai|nid|aid|(?:news|article|item|post|content|tin)_?id)$", re.IGNORECASE)


def _grade(address: str) -> int:
    """Return how much an address looks like that of an article, 0 to _ARTICLE, by its last segment and its query."""
    parts = segments_of(address)
    query = [(n, v) for n, v in parse_qsl(urlsplit(address).query) if not _REFERRERS.match(n)]
    of_query = max((_ARTICLE if v.isdigit() and _IDS.match(n) else _grade_of(v) for n, v in query), default=0)
    if _is_front(parts) or _FRONT.match(parts[-1]):
        return of_query if of_query > _WORDY else 0
    return max(of_query, _grade_of(parts[-1]))


def _grade_of(segment: str) -> int:
    slug = _EXTENSION.sub("", segment)
    words = [word for word in re.split(r"[-_\s+.]+", slug) if word]
    numbers = [number for number in re.findall(r"\d+", slug) if not _YEAR.match(number)]
    if len(words) >= _HEADLINE_WORDS or any(len(number) >= _LONG_NUMBER for number in numbers):
        return _ARTICLE
    if numbers:
        return _NUMBERED
    return _WORDY if len(words) >= 3 or slug != segment else 0


def _is_slug_of(address: str, title: str) -> bool:
    """Whether the last segment is made of words of the title: of three at least, or of half of the title."""
    parts = segments_of(address)
    if not parts or not title:
        return False
    words = set(re.findall(r"[a-z0-9]+", _plain(_EXTENSION.sub("", parts[-1]))))
    of_title = set(re.findall(r"[a-z0-9]+", _plain(title)))
    return words <= of_title and (len(words) >= 3 or (len(words) == 2 and 2 * len(words) >= len(of_title)))


def _plain(text: str) -> str:
    return strip_diacritics(normalise(text)).lower()


def loose_form(url: str) -> str:
    """Return an address without what changes from link to link of one page: equal forms are one page nearly always.

    Scheme, 'www.' and the mobile site's 'm.', a slash at the end, an index file, 'amp', and the parameters that say who
    referred the reader are left out; the other parameters are sorted. For comparison only; '' for what is no address.
    """
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return ""
    host = _HOST_PREFIX.sub("", parts.netloc.rpartition("@")[2].lower())
    path = re.sub(r"/(?:index|default)\.(?:html?|php|aspx?)$", "/", parts.path, flags=re.IGNORECASE).rstrip("/")
    path = re.sub(r"/amp$|^/amp(?=/)", "", path, flags=re.IGNORECASE).rstrip("/")
    pairs = [pair for pair in parts.query.split("&") if pair and not _REFERRERS.match(pair.partition("=")[0])]
    return f"{host}{path or '/'}{'?' + '&'.join(sorted(pairs)) if pairs else ''}"


def article_number(url: str) -> str:
    """Return the number by which a site's system knows an article, 6 to 18 digits at the end of its path; else ''.

    It stays when an edited headline changes the words of the address. A day written as eight digits is none.
    """
    parts = segments_of(url)
    numbers = [n for n in _ARTICLE_NUMBER.findall(parts[-1]) if not _DAY.match(n)] if parts else []
    return numbers[-1] if numbers else ""
