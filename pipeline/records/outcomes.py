"""How attempts, links and pages end."""

from enum import StrEnum


class Reason(StrEnum):
    """Why an attempt ended as it did. The set is closed; detail goes into the note beside it."""

    OK = "ok"
    NOT_MODIFIED = "not_modified"
    # the network
    DNS = "dns_failure"
    REFUSED = "connection_refused"
    #: closed without an answer; earlier releases wrote it for the next five reasons too
    LOST = "connection_lost"
    RESET = "connection_reset"
    CUT_OFF = "body_cut_off"
    BAD_CHUNKS = "bad_chunks"
    BAD_COMPRESSION = "bad_compression"
    NOT_HTTP = "not_http"
    TIMEOUT = "timeout"
    TLS = "tls_error"
    # the server's answer
    NOT_FOUND = "not_found"
    GONE = "gone"
    FORBIDDEN = "forbidden"
    RATE_LIMITED = "rate_limited"
    SERVER_ERROR = "server_error"
    HTTP_OTHER = "http_other"
    REDIRECTS = "too_many_redirects"
    NO_LOCATION = "redirect_without_target"
    UNASKED_304 = "unasked_not_modified"
    TOO_LARGE = "too_large"
    EMPTY = "empty_body"
    NOT_A_FEED = "not_a_feed"
    BAD_FEED = "bad_feed"
    NOT_HTML = "not_html"
    # our own rules
    ROBOTS = "robots_txt"
    ROBOTS_UNREACHABLE = "robots_unreachable"
    UNSAFE_ADDRESS = "unsafe_address"
    INVALID_LINK = "invalid_link"
    NOT_ASKED = "not_asked"
    # links that cannot be followed (pipeline.text.urls.LinkFault)
    LINK_EMPTY = "link_empty"
    LINK_SCHEME = "link_scheme"
    LINK_TOO_LONG = "link_too_long"
    LINK_BAD_HOST = "link_bad_host"
    LINK_BAD_PORT = "link_bad_port"
    LINK_BAD_LETTERS = "link_bad_letters"
    # reading
    NO_TEXT = "no_text"
    PAYWALL = "paywall"
    NEEDS_BROWSER = "needs_browser"
    CHALLENGE = "challenge"
    CAPTCHA = "captcha"
    COOKIE_WALL = "cookie_wall"
    LOGIN = "login"
    SOFT_404 = "soft_404"
    VIDEO = "video"
    GALLERY = "gallery"
    LIVE_BLOG = "live_blog"
    TAG_PAGE = "tag_page"
    NOT_AN_ARTICLE = "not_an_article"
    ERROR = "error"


#: What a page may be in place of an article. An article whose words only sound like one, and whose page does not settle
#: it, is stored and carries that reason as a doubt (`text_from` is then 'page').
OBSTACLES = frozenset({Reason.CHALLENGE, Reason.CAPTCHA, Reason.COOKIE_WALL, Reason.LOGIN, Reason.SOFT_404})


class CandidateOutcome(StrEnum):
    """Where a candidate link stands; every candidate has exactly one."""

    WAITING = "waiting"  # to be fetched (again, if attempts > 0)
    FETCHED = "fetched"  # its page is stored as a document
    SUMMARY = "summary"  # the page cannot be had; the feed's own summary is stored as a document
    SAME = "same"  # leads to an article that another candidate brought
    REFUSED = "refused"  # our own rules forbid the fetch: robots.txt, unsafe or invalid address
    LOST = "lost"  # the page cannot be had and the feed said nothing but the link


class DocumentOutcome(StrEnum):
    """What examining a document gave; every document has exactly one."""

    WAITING = "waiting"
    COVERAGE = "coverage"
    IRRELEVANT = "irrelevant"
    UNREADABLE = "unreadable"
