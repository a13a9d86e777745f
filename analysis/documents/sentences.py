"""Text of an article → its whole sentences, without captions, agency tags, pointers and sub-headings."""

import re
from collections.abc import Iterator

from pipeline.stories.attribution import credited_agency

#: start and end (exclusive) of a sentence, in characters of the text
Span = tuple[int, int]

# Words after which a full stop ends no sentence: titles and units of the administration, in the press of the province
# and in English. Acronyms of three capitals and more (UBND, TTXVN) are none: a sentence may end with them.
_SHORTENED = frozenset({
    "tp", "tx", "tt", "p", "q", "x", "đ", "cn", "ts", "ths", "pgs", "gs", "bs", "ks", "ls",
    "mr", "mrs", "ms", "dr", "prof", "st", "no", "vs", "jr", "sr", "gen", "col", "capt", "lt",
})  # fmt: skip
# Begun at the first of several marks and without going back: a page may hold a hundred thousand of them.
_TERMINAL = r"(?<![.!?…])[.!?…]++[\"”’»)\]]*+"
_END = re.compile(rf"{_TERMINAL}(?=\s+(?P<next>\S))|[。！？]+[」』”’）]*|[។။]")
_WORD_BEFORE = re.compile(r"([^\W\d_][\w.]*)$")
#: a line that ends so is a sentence, not a heading
_ENDED = re.compile(rf"(?:{_TERMINAL}|[。！？។။][」』”’）]*)\s*$")
#: Letters of a line without an end that is a heading, a byline or a name, not a sentence
_HEADING = 80
#: Letters of a line with a photographer's name that is a paragraph all the same, if it has two sentences
_PARAGRAPH = 160
#: Letters of the name of whoever took a picture, and of a word at most
_NAME, _WORD = 60, 40

_PICTURE = (
    r"(?:nguồn\s+)?(?:ảnh|hình|hình ảnh|đồ họa|đồ hoạ|clip|video|infographic)(?:\s*(?:và|,|-)\s*(?:video|clip|ảnh))?"
    r"|photos?|photograph|images?|pictures?|photo credit|image credit|credit|fotos?|bild|crédit(?: photo)?|фото"
    r"|写真|画像|图|图片|图片来源|图源|圖|圖片|사진"
)
# 'Ảnh: …', '- Ảnh: …', '(Ảnh: …)', 'Photo: …', '写真＝…', '[사진=…]', and a picture of no event: 'Ảnh minh họa'.
_CREDIT = re.compile(
    rf"(?:(?<=^)|(?<=[\s.,;:–—\-|/\"”]))(?P<open>[(\[（【]?)\s{{0,2}}"
    rf"(?:(?:{_PICTURE})\s*(?:minh h(?:ọa|oạ)|tư liệu|nhân vật cung cấp)?\s*[:：=＝]"
    r"(?=\s*(?:(?-i:[^\Wa-zà-ỹ])|internet|tư liệu|sưu tầm|facebook|chụp|cắt|do |pv\b|[^\n.]{2,40} cung cấp))"
    r"|(?:ảnh|hình)\s+(?:minh h(?:ọa|oạ)|tư liệu|chụp (?:từ |qua )?(?:màn hình|clip|video)|cắt từ (?:clip|video)"
    r"|do [^.\n]{2,50} cung cấp)(?=\s*(?:[.)\]）;:\-–—]|$))"
    r"|photo by\b|\(?AP Photo\b)",
    re.IGNORECASE,
)
_POINTER = re.compile(
    r"^\W*(?:xem thêm|xem video|xem clip|đọc thêm|mời (?:quý )?(?:bạn|độc giả|khán giả)|tin liên quan|bài liên quan"
    r"|read (?:more|also)|see also|related|watch|lire aussi|à lire|mehr zum thema|lee también|читайте также"
    r"|延伸阅读|相关新闻|関連記事|관련기사|nguồn|theo dõi|từ khóa|tags?)\s*[:：>»|]|^\s*(?:>|»)",
    re.IGNORECASE,
)
_BRACKETED = re.compile(r"^\s*[(\[（【]\s*(?P<tag>[^()\[\]（）【】\n]{2,40}?)\s*[)\]）】]\s*(?P<dash>[-–—:]*)\s*")
_DATELINE = re.compile(
    r"^\s*(?P<place>[^\W\d_][^\n!?()]{1,40}?)\s*[(（]\s*(?P<tag>[^()（）\n]{2,30}?)\s*[)）]\s*[-–—]+\s*(?P<next>\S)"
)
# '新华社河内11月22日电（记者某某）'
_WIRE = re.compile(r"^\s*(?:新华社|新華社|中新社|中新网|中央社)[^\s。，（(]{0,20}[电電](?:[（(][^）)]*[）)])?\s*")
_DASHED = re.compile(r"^\s*(?P<tag>[^\s()–—-]{2,20}(?:\s[^\s()–—-]{1,12}){0,2}?)\s+[-–—]+\s+(?=\S)")
_SITE = re.compile(r"^[\w-]+\.(?:vn|com|net|org|com\.vn)$", re.IGNORECASE)
_LETTERS = re.compile(r"[^\W\d_]")


def quotable(text: str, outlet: str = "", title: str = "") -> list[Span]:
    """Return the sentences of `text` that may be quoted, in order; all of them where none would be left.

    Left out are lines that credit a picture with the caption before the credit, lines that point to other articles,
    sub-headings and names (lines without an end), the headline `title` said again, and the tag of an agency or of
    `outlet` before the first words. A line without an end that is longer than a heading counts as a sentence.
    """
    sentences = list(_without_furniture(text, outlet, title))
    return sentences or [span for line in _lines(text) for span in _split(text, *line)]


def _without_furniture(text: str, outlet: str, title: str) -> Iterator[Span]:
    first = True
    headline = _folded(title)
    lines = list(_lines(text))
    for start, end in lines:
        if _POINTER.match(text[start:end]) or (headline and _folded(text[start:end]) == headline):
            continue
        span = _without_caption(text, start, end)
        if span is None:
            continue
        start, end = span
        if first:
            start = _after_tag(text, start, end, outlet)
        if end - start <= _HEADING and not _ENDED.search(text[start:end]) and len(lines) > 1:
            continue
        first = False
        for sentence in _split(text, start, end):
            if not (headline and _folded(text[slice(*sentence)]) == headline):
                yield sentence


def _lines(text: str) -> Iterator[Span]:
    """Yield the lines that hold a letter or figure, without the blanks around them."""
    at = 0
    for line in text.split("\n"):
        words = line.strip()
        if any(character.isalnum() for character in words):
            start = at + line.index(words[0])
            yield start, start + len(words)
        at += len(line) + 1


def _split(text: str, start: int, end: int) -> Iterator[Span]:
    """Yield the sentences of one line."""
    at = start
    for match in _END.finditer(text, start, end):
        if match["next"] is None and match.group()[0] not in "。！？។။":
            continue
        before = text[max(at, match.start() - _WORD) : match.start()]
        if match["next"] is not None and not _ends(before, match.group(), match["next"]):
            continue
        if text[at : match.end()].strip():
            yield at, match.end()
        at = match.end()
        while at < end and text[at].isspace():
            at += 1
    if rest := text[at:end].rstrip():
        yield at, at + len(rest)


def _ends(before: str, mark: str, after: str) -> bool:
    """Whether a mark ends a sentence, by what stands before and after it."""
    if after.islower():
        return False
    if mark != ".":
        return True
    word = _WORD_BEFORE.search(before)
    if word is None:
        # '1. Xây dựng …': the number of a paragraph
        return len(before.strip()) > 3
    last = word[1]
    return not (len(last) == 1 and last.isupper()) and last.casefold().rsplit(".", 1)[-1] not in _SHORTENED


def _without_caption(text: str, start: int, end: int) -> Span | None:
    """Return what is left of a line without the credit of a picture and the caption before it; None: nothing."""
    match = _CREDIT.search(text, start, end)
    if match is None:
        return start, end
    if end - match.end() > _NAME and match.start() > start:
        # Words follow that are no name: the credit stands inside a paragraph, whose caption cannot be told from it.
        rest = [s for s in _split(text, start, end) if not s[0] <= match.start() < s[1]]
        return (rest[-1][0], end) if rest and rest[-1][0] > match.end() else None
    before = [s for s in _split(text, start, match.start()) if _LETTERS.search(text, *s)]
    if len(before) < 2 or match.start() - start < _PARAGRAPH:
        return None
    # A credit in brackets after a full stop belongs to no sentence; else the last one is the caption.
    bracketed = bool(match["open"]) and _ENDED.search(text[slice(*before[-1])])
    kept = before if bracketed else before[:-1]
    return start, kept[-1][1]


def _after_tag(text: str, start: int, end: int, outlet: str) -> int:
    """Return the start of a line behind the tag of an agency or of the outlet: '(BTNTB) -', 'Hà Nội (TTXVN) -'."""
    line = text[start:end]
    if match := _WIRE.match(line):
        return start + match.end()
    if match := _BRACKETED.match(line):
        # Square brackets at the head hold nothing but tags.
        tagged = match["dash"] or line.lstrip()[0] in "[【" or _is_tag(match["tag"], outlet)
        return start + match.end() if tagged and match.end() < len(line) else start
    if (match := _DATELINE.match(line)) and _is_dateline(match, outlet):
        return start + match.start("next")
    if (match := _DASHED.match(line)) and _is_name_of(match["tag"], outlet):
        return start + match.end()
    return start


def _is_dateline(match: re.Match[str], outlet: str) -> bool:
    """Whether 'Hà Nội (TTXVN) -' stands before the first words: 'Ban Quản lý dự án (EVN) -' does not."""
    named = all(word[0].isupper() or not word[0].isalpha() for word in match["place"].split())
    tag = match["tag"]
    return named and (_is_name_of(tag, outlet) or (_is_tag(tag, outlet) and match["next"].isupper()))


def _is_tag(tag: str, outlet: str) -> bool:
    """Whether words in brackets name an agency or outlet: capitals throughout, an agency that is known, the outlet."""
    letters = [character for character in tag if character.isalpha()]
    if letters and all(character.isupper() for character in letters) and " " not in tag:
        return True
    return _is_name_of(tag, outlet) or "=" in tag


def _is_name_of(tag: str, outlet: str) -> bool:
    plain = tag.strip()
    initials = "".join(word[0] for word in outlet.split() if word[0].isalpha()).casefold()
    short = plain.casefold()
    return (
        bool(credited_agency(f"({plain}) - "))
        or bool(_SITE.match(plain))
        or bool(outlet and short == outlet.casefold())
        or (len(initials) >= 2 and short in (initials, f"{initials}o", initials.removeprefix("b")))
    )


def _folded(text: str) -> str:
    return " ".join(text.split()).rstrip(" .…").casefold()
