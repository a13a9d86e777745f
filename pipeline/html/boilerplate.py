"""A paragraph and where it stands → whether it is something else than the article's own text."""

import re
from collections.abc import Collection
from functools import lru_cache
from itertools import islice

from lxml.html import HtmlElement

from pipeline.html.blocks import Block
from pipeline.html.parser import collapse_spaces

# Words in class names and ids of boxes that are no part of the text, as outlets of many countries name them.
_BOXES = re.compile(
    r"(?<![a-z0-9])(?:related|relates?|recommend(?:ed|ation|ations)?|promo|promotion|newsletters?"
    r"|subscri(?:be|ption)|share|sharing"
    r"|social|comments?|tags?|taglist|breadcrumbs?|bylines?|authors?|bio|sidebar|adverts?"
    r"|advertisement|ads?|sponsor(?:ed)?|footer"
    r"|outbrain|taboola|lien-?quan|tin-?khac|tin-?lien-?quan|doc-?them|doc-?nhieu|xem-?them"
    r"|quang-?cao|binh-?luan|chia-?se|popup"
    r"|modal|cookies?|consent|more-topic|read-?more|read-?also|podcast|poll|quiz|player|video"
    r"|copyright|toolbar|menu|nav|login"
    r"|signup|visually-hidden|sr-only|screen-reader(?:-text)?|fact-?box|fakta|info-?box|infografik"
    r"|ai-?summary|ai-?article-?summary"
    r"|feedback|up-next|timestamp|date|published|postdate|read-time)(?![a-z0-9])"
)
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_LEADS = re.compile(
    r"(?<![a-z0-9])(?:lead|leadtext|lede|sapo|sapeau|chapo|chapp?eau|stand-?first|dek|deck|excerpt|summary"
    r"|sub-?title|sub-?tit|sub-?head"
    r"|strap-?line|intro|teaser|abstract|description|desc|epigraph|tom-?tat|mo-?ta|headertitle"
    r"|hed)(?![a-z0-9])"
)
_CAPTIONS = re.compile(
    r"(?<![a-z])(?:caption|image-?description|photo-?credit|img-?desc|image-widget|media-?credit"
    r"|credit)(?![a-z])"
)
_AUTHORS = re.compile(r"(?<![a-z])(?:authors?|byline|tac-?gia|nguoi-?(?:dang|viet)|writer|source)(?![a-z])")
_SENTENCE_END = re.compile(r"[.!?…。！？।:;»”\"'’)）」』]\s*$")
# 'Read also: …' in front of a link, in the languages that are watched.
_POINTER = re.compile(
    r"^\W*(?:read (?:more|also|next)|see also|related|watch|listen|more on this|lire aussi|à lire"
    r"|voir aussi|lesen sie(?: auch| mehr)?"
    r"|mehr zum thema|lee también|leer más|leggi anche|les også|läs (?:också|mer)|xem thêm|đọc thêm"
    r"|xem|tin liên quan|bài liên quan"
    r"|mời (?:quý )?(?:bạn|độc giả|vị)[^.]{0,20}(?:đọc|xem|đón)|читайте также"
    r"|延伸阅读|相关新闻|関連記事|관련기사)\s*[:|：>»]",
    re.IGNORECASE,
)
# What an outlet says of itself below its articles.
_IMPRINT = re.compile(
    r"^\W*(?:follow (?:us|[\w.]+(?: [\w.]+)? on)|sign up|subscribe|for (?:more|the latest)\b"
    r"|got a (?:story|tip)|get in touch|contact us"
    r"|our standards|(?:additional )?reporting by|writing by|editing by"
    r"|with (?:additional )?(?:files?|reporting|reports) (?:from|by)"
    r"|check out more|click here|download|first published|this (?:story|article) (?:was|has been)"
    r"|if you buy something|copyright|©|\(c\)"
    r"|theo dõi (?:chúng tôi|[\w.]+ trên)|tải (?:ứng dụng|app)|bản quyền|đăng ký nhận"
    r"|mời (?:quý )?(?:bạn đọc|bạn|độc giả|vị|khán giả|thính giả|khán thính giả)[^.]{0,20}"
    r"(?:đọc|xem|đón|nghe|theo dõi|vào)"
    r"|nguồn tin|abonnieren|folgen sie"
    r"|suivez|abonnez|síguenos|suscríbete|seguici|mit agenturmaterial|\(?quelle:|source\s?:)",
    re.IGNORECASE,
)
_BOX, _LEAD, _CAPTION = range(3)
# Characters of a headline at least, of a teaser's summary at most, and elements in a teaser at most.
_SHORT_TITLE, _LONG_SUMMARY, _LARGE = 25, 260, 9
_CLOCK_OR_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)|(?<!\d)\d?\d[:.h]\d\d(?!\d)")


@lru_cache(maxsize=8192)
def _named(name: str) -> tuple[bool, bool, bool]:
    """Whether a class name or id speaks of a box, of a lead, of a caption."""
    words = _CAMEL.sub("-", name).lower().replace("_", "-")
    return bool(_BOXES.search(words)), bool(_LEADS.search(words)), bool(_CAPTIONS.search(words))


@lru_cache(maxsize=4096)
def _all_named(names: str) -> tuple[bool, bool, bool]:
    # Name by name: pages have few names and many ways of putting them together.
    found = [_named(name) for name in names.split()]
    return any(n[_BOX] for n in found), any(n[_LEAD] for n in found), any(n[_CAPTION] for n in found)


def _names(element: HtmlElement) -> str:
    return f"{element.get('class') or ''} {element.get('id') or ''} {element.get('itemprop') or ''}"[:300]


def is_in_box(element: HtmlElement | None, around: Collection[HtmlElement]) -> bool:
    """Whether `element` lies in a box of another kind within `around`: the article's element and all above it."""
    while element is not None and element not in around:
        if element.tag == "aside" or _all_named(_names(element))[_BOX]:
            return True
        element = element.getparent()
    return False


def is_in_teaser(block: Block, around: Collection[HtmlElement]) -> bool:
    """Whether a paragraph stands below the headline of another article in a small element of their own."""
    element: HtmlElement | None = block.element.getparent() if block.linked < 1 else None
    for _ in range(3):
        if element is None or element in around:
            return False
        headlines = [
            link for link in element.iter("a") if len(collapse_spaces(str(link.text_content()))) > _SHORT_TITLE
        ]
        if headlines and sum(1 for _ in element.iter("p", "div", "a", "h2", "h3", "h4", "li")) < _LARGE:
            linked = sum(len(collapse_spaces(str(link.text_content()))) for link in headlines)
            alone = all(is_headline(link) for link in headlines) and _comes_first(headlines[0], block.element, element)
            if alone and len(collapse_spaces(str(element.text_content()))) - linked < _LONG_SUMMARY:
                return True
        element = element.getparent()
    return False


def _comes_first(one: HtmlElement, other: HtmlElement, around: HtmlElement) -> bool:
    return next((e for e in around.iter() if e is one or e is other), None) is one


def is_headline(link: HtmlElement) -> bool:
    """Whether a link is all that its paragraph or heading says, not a word within a sentence."""
    around = link.getparent()
    if around is None:
        return False
    if around.tag in ("div", "li", "td", "article", "section"):
        beside = (around.text or "", link.tail or "")
        return not any(text.strip() for text in beside)
    return len(collapse_spaces(str(around.text_content()))) <= len(collapse_spaces(str(link.text_content()))) + 3


def is_marked_lead(element: HtmlElement | None) -> bool:
    """Whether the page's class names call a paragraph its lead."""
    for _ in range(2):
        if element is None:
            return False
        if _all_named(_names(element))[_LEAD]:
            return True
        element = element.getparent()
    return False


def is_caption(block: Block) -> bool:
    """Whether a paragraph is the legend of a picture."""
    element: HtmlElement | None = block.element
    for _ in range(3):
        if element is None:
            return False
        if element.tag in ("figcaption", "figure") or _all_named(_names(element))[_CAPTION]:
            return True
        element = element.getparent()
    return False


def is_signature(element: HtmlElement) -> bool:
    """Whether a paragraph stands to the right, or the page's class names call it an author's."""
    for one in (element, *islice(element.iterancestors(), 1)):
        style = f"{one.get('style') or ''} {one.get('align') or ''}".replace(" ", "").lower()
        if "text-align:right" in style or style.endswith("right") or _AUTHORS.search(_names(one).lower()):
            return True
    return False


def is_video_credit(block: Block) -> bool:
    """Whether a legend belongs to a figure without a picture, as those of films do."""
    figure = next((e for e in (block.element, *block.element.iterancestors()) if e.tag == "figure"), None)
    return figure is not None and next(figure.iter("img", "picture", "source", "amp-img", "svg"), None) is None


def is_sentence(text: str) -> bool:
    """Whether a line ends as sentences do."""
    return bool(_SENTENCE_END.search(text))


def is_pointer(block: Block) -> bool:
    """Whether a paragraph only leads to another article: all link and no sentence, or 'Read also: …'."""
    if block.linked > 0.8 and not is_sentence(block.text):
        return True
    return bool(_POINTER.match(block.text)) and (block.linked > 0.3 or len(block.text) < 160)


def is_imprint(text: str) -> bool:
    """Whether a line is of those that outlets put below every article."""
    return bool(_IMPRINT.match(text)) and len(text) < 400


def is_dateline(text: str) -> bool:
    """Whether a short line states a time instead of telling something."""
    return len(text) < 90 and bool(_CLOCK_OR_YEAR.search(text)) and not re.search(r"[.!?]$", text)
