"""Paragraph and its surroundings → whether it is boilerplate: a box, a teaser, a caption, an imprint, a signature."""

import re
from collections.abc import Collection
from functools import lru_cache
from itertools import islice
from typing import Literal, NamedTuple

from lxml.html import HtmlElement

from pipeline.html.blocks import Block
from pipeline.html.parser import collapse_spaces

# Words in class names and ids of boxes outside the text, seen at outlets of many countries.
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
# 'Read also: …' in front of a link, in the languages of the watched press.
_POINTER = re.compile(
    r"^\W*(?:read (?:more|also|next)|see also|related|watch|listen|more on this|lire aussi|à lire"
    r"|voir aussi|lesen sie(?: auch| mehr)?"
    r"|mehr zum thema|lee también|leer más|leggi anche|les også|läs (?:också|mer)|xem thêm|đọc thêm"
    r"|xem|tin liên quan|bài liên quan"
    r"|mời (?:quý )?(?:bạn|độc giả|vị)[^.]{0,20}(?:đọc|xem|đón)|читайте также"
    r"|延伸阅读|相关新闻|関連記事|관련기사)\s*[:|：>»]",
    re.IGNORECASE,
)
# Beginnings of the lines that outlets set below every article.
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
# Characters of a headline at least.
_SHORTEST_TITLE = 25
# Characters of a teaser's summary at most, and elements in a teaser at most.
_LONGEST_SUMMARY, _MOST_ELEMENTS = 260, 9
_CLOCK_OR_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)|(?<!\d)\d?\d[:.h]\d\d(?!\d)")


class _Roles(NamedTuple):
    """The roles that class names and ids give to an element."""

    box: bool
    lead: bool
    caption: bool


@lru_cache(maxsize=8192)
def _roles_of_name(name: str) -> _Roles:
    words = _CAMEL.sub("-", name).lower().replace("_", "-")
    return _Roles(bool(_BOXES.search(words)), bool(_LEADS.search(words)), bool(_CAPTIONS.search(words)))


@lru_cache(maxsize=4096)
def _roles(names: str) -> _Roles:
    # Name by name, for the cache: pages have few names in many combinations.
    roles = [_roles_of_name(name) for name in names.split()]
    return _Roles(any(r.box for r in roles), any(r.lead for r in roles), any(r.caption for r in roles))


#: how sure the name of a box is
BoxKind = Literal["vague", "plain", "sure"]

# Names that systems also give to whole articles and their layout: 'post tag-news author-desk', 'sidebar-content'.
_VAGUE = re.compile(
    r"(?<![a-z0-9])(?:sidebar|tags?|taglist|bylines?|authors?|bio|share|sharing|social|ads?|podcast|poll|quiz|player"
    r"|video|toolbar|menu|nav|date|published|postdate|timestamp|read-time|promo|promotion"
    r"|subscri(?:be|ption)|sponsor(?:ed)?)(?![a-z0-9])"
)
# Names of what is never an article, however long it is: consent to cookies is asked for in thousands of words.
_SURE = re.compile(
    r"(?<![a-z0-9])(?:comments?|cookies?|consent|gdpr|popup|modal|login|signup|outbrain|taboola|binh-?luan)(?![a-z0-9])"
)


def box_kind(element: HtmlElement) -> BoxKind | None:
    """Return how sure class names and id of an element call it a box; None where they do not."""
    names = _names(element)
    if element.tag != "aside" and not _roles(names).box:
        return None
    words = _CAMEL.sub("-", names).lower().replace("_", "-")
    if _SURE.search(words):
        return "sure"
    return "plain" if element.tag == "aside" or _BOXES.search(_VAGUE.sub(" ", words)) else "vague"


def _names(element: HtmlElement) -> str:
    return f"{element.get('class') or ''} {element.get('id') or ''} {element.get('itemprop') or ''}"[:300]


def is_in_box(element: HtmlElement | None, container: Collection[HtmlElement]) -> bool:
    """Whether `element` lies in a box within `container`: the element that holds the article and its ancestors."""
    while element is not None and element not in container:
        if element.tag == "aside" or _roles(_names(element)).box:
            return True
        element = element.getparent()
    return False


def is_in_teaser(block: Block, container: Collection[HtmlElement]) -> bool:
    """Whether a paragraph belongs to a teaser within `container`: a small element with the headline of another article.

    Up to three ancestors of the paragraph are examined.
    """
    element: HtmlElement | None = block.element.getparent() if block.linked < 1 else None
    for _ in range(3):
        if element is None or element in container:
            return False
        headlines = [link for link in element.iter("a") if _text_length(link) > _SHORTEST_TITLE]
        if headlines and sum(1 for _ in element.iter("p", "div", "a", "h2", "h3", "h4", "li")) < _MOST_ELEMENTS:
            linked = sum(map(_text_length, headlines))
            is_teaser = all(map(is_headline, headlines)) and _comes_first(headlines[0], block.element, element)
            if is_teaser and _text_length(element) - linked < _LONGEST_SUMMARY:
                return True
        element = element.getparent()
    return False


def _text_length(element: HtmlElement) -> int:
    return len(collapse_spaces(str(element.text_content())))


def _comes_first(one: HtmlElement, other: HtmlElement, ancestor: HtmlElement) -> bool:
    return next((e for e in ancestor.iter() if e is one or e is other), None) is one


def is_headline(link: HtmlElement) -> bool:
    """Whether a link is the whole text of its paragraph or heading, not a word in a sentence."""
    parent = link.getparent()
    if parent is None:
        return False
    if parent.tag in ("div", "li", "td", "article", "section"):
        return not any(text.strip() for text in (parent.text or "", link.tail or ""))
    return _text_length(parent) <= _text_length(link) + 3


def is_marked_lead(element: HtmlElement | None) -> bool:
    """Whether class names or ids of a paragraph or its parent call it the lead."""
    for _ in range(2):
        if element is None:
            return False
        if _roles(_names(element)).lead:
            return True
        element = element.getparent()
    return False


def is_caption(block: Block) -> bool:
    """Whether a paragraph is the caption of a picture, by its element, its class names or two ancestors."""
    element: HtmlElement | None = block.element
    for _ in range(3):
        if element is None:
            return False
        if element.tag in ("figcaption", "figure") or _roles(_names(element)).caption:
            return True
        element = element.getparent()
    return False


def is_signature(element: HtmlElement) -> bool:
    """Whether a paragraph or its parent is aligned to the right or has an author's class name."""
    for holder in (element, *islice(element.iterancestors(), 1)):
        style = f"{holder.get('style') or ''} {holder.get('align') or ''}".replace(" ", "").lower()
        if "text-align:right" in style or style.endswith("right") or _AUTHORS.search(_names(holder).lower()):
            return True
    return False


def is_video_credit(block: Block) -> bool:
    """Whether a caption belongs to a figure without a picture, such as a video."""
    figure = next((e for e in (block.element, *block.element.iterancestors()) if e.tag == "figure"), None)
    return figure is not None and next(figure.iter("img", "picture", "source", "amp-img", "svg"), None) is None


def is_sentence(text: str) -> bool:
    """Whether a line ends with the punctuation of a sentence."""
    return bool(_SENTENCE_END.search(text))


def is_pointer(block: Block) -> bool:
    """Whether a paragraph only points to another article: a link that is no sentence, or 'Read also: …'."""
    if block.linked > 0.8 and not is_sentence(block.text):
        return True
    return bool(_POINTER.match(block.text)) and (block.linked > 0.3 or len(block.text) < 160)


def is_imprint(text: str) -> bool:
    """Whether a line is one that outlets set below every article, such as 'Follow us on …'."""
    return bool(_IMPRINT.match(text)) and len(text) < 400


def is_dateline(text: str) -> bool:
    """Whether a short line holds a year or a clock time and is no sentence."""
    return len(text) < 90 and bool(_CLOCK_OR_YEAR.search(text)) and not re.search(r"[.!?]$", text)
