"""Bytes of a page → its text as Unicode and its parsed tree."""

import re
import unicodedata

from lxml import etree
from lxml.html import HtmlComment, HtmlElement, HTMLParser, HtmlProcessingInstruction, document_fromstring

from pipeline.text.invisible import strip_invisible
from pipeline.text.legacy_encodings import page_to_unicode

# Characters that XML forbids; libxml2 ends the page at the first NUL.
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
_CONTROL_BYTES = bytes(n for n in (*range(0x20), 0x7F) if n not in b"\t\n\r")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
#: characters of a page at most; the rest is cut off, since the cost of every extractor grows with them
LONGEST = 6_000_000
#: tags of a page at most, ten times those of any article seen
MOST_TAGS = 200_000
#: attributes of an element at most, ten times those of any element seen. libxml2 and lexbor compare each new attribute
#: with all before it, and so does every XPath with `@*`: 200,000 cost minutes.
MOST_ATTRIBUTES = 256
# A comment, or a start tag with its quoted values, and after one of a script or a style sheet its content too. Each is
# matched up to the end of the page if nothing ends it, so that no part of a page is searched more than twice.
_TAG = re.compile(
    r"<!--(?:[^-]++|-(?!->))*+"
    r"""|(?P<tag><(?:(script|style)(?=[\s/>])|[a-z])(?:[^"'>]++|"[^"]*+"|'[^']*+')*+)(?(2)>(?:[^<]++|<(?!/\2))*+)""",
    re.IGNORECASE,
)
_ATTRIBUTE = re.compile(r"""[\s/]*+[^\s/>=][^\s/>=]*+(?:\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s>"'][^\s>]*+)?)?""")
# By default lxml.html calls a Python function for the class of every element at every access, to make forms special.
_CLASSES = etree.ElementDefaultClassLookup(element=HtmlElement, comment=HtmlComment, pi=HtmlProcessingInstruction)


def decode_html(body: bytes, content_type: str = "") -> tuple[str, str]:
    """Return the text of `body` in NFC and the name of its encoding.

    The order is: byte-order mark, UTF-16 by its NULs, valid or nearly valid UTF-8, the old Vietnamese encodings, the
    HTTP header, the page's declaration, a detector. So neither a wrong label nor a few bad bytes spoil a UTF-8 page.
    """
    from resiliparse.parse.encoding import bytes_to_str, detect_encoding

    for mark, name in _BOMS:
        if body.startswith(mark):
            return _clean(body[len(mark) :].decode(name, "replace")), name
    if wide := _wide(body):
        return _clean(body.decode(wide, "replace")), wide
    try:
        # Removing the control characters from the bytes costs a tenth of removing them from the text.
        return _clean(body.translate(None, _CONTROL_BYTES).decode("utf-8"), is_clear=True), "utf-8"
    except UnicodeDecodeError:
        lenient = body.decode("utf-8", "replace")
    bad = lenient.count("\ufffd")
    high = len(lenient) - len(lenient.encode("ascii", "ignore"))
    if high > 20 * bad or (bad <= 1 and lenient.endswith("\ufffd")):
        return _clean(lenient), "utf-8"
    # Pages in the old Vietnamese encodings declare windows-1252, a font or nothing.
    old = body.decode("cp1252", "replace")
    if (page := page_to_unicode(old)) != old:
        return _clean(page), "vietnamese-8-bit"
    declared = _declared(body, content_type)
    # The detector decides where nothing is declared, or only what servers declare by default.
    if declared is None or declared in ("utf-8", "cp1252"):
        name = detect_encoding(body, max_len=200_000) or declared or "cp1252"
    else:
        name = declared
    return _clean(bytes_to_str(body, name, errors="replace")), name


def _wide(body: bytes) -> str | None:
    """Return the encoding of UTF-16 without a mark: every second byte of its ASCII markup is NUL. None if it is not."""
    head = body[:4096]
    if len(head) < 8 or head.count(0) < len(head) // 4:
        return None
    return "utf-16-le" if head[1::2].count(0) > head[0::2].count(0) else "utf-16-be"


def _declared(body: bytes, content_type: str) -> str | None:
    from w3lib.encoding import html_body_declared_encoding, http_content_type_encoding

    return http_content_type_encoding(content_type) or html_body_declared_encoding(body[:8192])


def _clean(text: str, *, is_clear: bool = False) -> str:
    """Return `text` in NFC, shortened and without control characters; `is_clear` if these are removed already."""
    if len(text) > LONGEST:
        text = _COMMENT.sub("", text)[:LONGEST]
    if text.count("<") > MOST_TAGS:
        text = "<".join(text.split("<", MOST_TAGS)[:MOST_TAGS])
    text = _cut_attributes(text)
    text = page_to_unicode(text if is_clear and not _has_noncharacter(text) else _CONTROLS.sub("", text))
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def _cut_attributes(text: str) -> str:
    """Return `text` without the attributes of a start tag beyond MOST_ATTRIBUTES."""
    parts: list[str] = []
    done = 0
    for match in _TAG.finditer(text):
        begin, end = match.span("tag")
        # An attribute takes two characters at least.
        if end - begin <= 2 * MOST_ATTRIBUTES:
            continue
        at = begin + 1
        for _ in range(MOST_ATTRIBUTES + 1):  # the first one is the name of the element
            if (attribute := _ATTRIBUTE.match(text, at, end)) is None:
                break
            at = attribute.end()
        else:
            parts += [text[done:at]]
            done = end
    return "".join([*parts, text[done:]]) if parts else text


def _has_noncharacter(text: str) -> bool:
    return "\ufffe" in text or "\uffff" in text


def parse_html(text: str) -> HtmlElement | None:
    """Return the tree of a page without comments; None for a page without elements."""
    parser = HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    parser.set_element_class_lookup(_CLASSES)
    try:
        tree = document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return None
    for division in tree.iter("div"):
        # React sends late parts of a page in hidden elements, which its script moves into place.
        if "hidden" in division.attrib and (division.get("id") or "").startswith("S:"):
            del division.attrib["hidden"]
    return tree


def collapse_spaces(text: str) -> str:
    """Return `text` on one line, in NFC, without invisible characters (pipeline.text.invisible)."""
    if not text.isascii():
        text = unicodedata.normalize("NFC", strip_invisible(text))
    return " ".join(text.split())
