"""Address → its normal form, its site and host, and whether it can be fetched, or why not."""

import re
from functools import cache, lru_cache
from ipaddress import IPv6Address
from typing import TYPE_CHECKING, Literal
from urllib.parse import unquote, unquote_plus, urlsplit, urlunsplit

from w3lib.url import safe_url_string

from pipeline.text.browser_urls import browser_url, join_url

if TYPE_CHECKING:
    from tldextract import TLDExtract

# Parameters that identify the reader's origin, never the article. They were seen across systems of advertising and
# newsletters; the lists of ClearURLs and Miniflux agree on them.
_TRACKING_PREFIXES = ("utm_", "at_", "pk_", "mtm_", "hsa_", "_hs", "oly_", "vero_", "wt_")
_TRACKING = frozenset(
    [
        *("fbclid", "gclid", "dclid", "gbraid", "wbraid", "msclkid", "twclid", "yclid", "zanpid", "igshid"),
        *("mc_cid", "mc_eid", "_ga", "_gl", "gclsrc", "cmpid", "cmp", "ito", "ncid", "smid", "spm", "ocid"),
        *("fb_action_ids", "fb_action_types", "fb_source", "fb_ref", "zarsrc", "vn_source", "vn_medium"),
        *("vn_campaign", "ref_src", "ref_url", "__twitter_impression", "xtor", "__tn__", "s_cid", "mkt_tok"),
    ]
)
_ESCAPE = re.compile("%[0-9a-f]{2}", re.IGNORECASE)
_DEFAULT_PORTS = {"http": 80, "https": 443}
# Characters of a percent-encoded address at most: no browser shows more, PostgreSQL's indexes hold some 2,700 bytes.
_LONGEST = 2_000
# Characters of one percent-encoded character at most: four bytes, three characters each.
_ENCODED = 12
# Characters that no host may hold: the forbidden domain code points of the WHATWG URL Standard, section 3.1.
_NOT_IN_HOST = re.compile(r"[\x00-\x20\x7f#/:<>?@\[\\\]^|%\x22`{}]")

#: Why a link cannot be followed; each is a pipeline.records.Reason too.
LinkFault = Literal[
    "link_empty", "link_scheme", "link_too_long", "link_bad_host", "link_bad_port", "link_bad_letters"
]  # fmt: skip


def is_fetchable(url: str) -> bool:
    """Whether `url` is an absolute http or https address with a host, of at most 2,000 characters when encoded."""
    return _fault(browser_url(url)) is None


def link_fault(base: str, link: str) -> LinkFault | None:
    """Return why the link of an article, found at the address `base`, cannot be followed; None where it can be.

    A link to a place within `base` itself (`#top`) is as good as none.
    """
    if link.strip().startswith("#") or not link.strip():
        return "link_empty"
    try:
        return _fault(join_url(base, link))
    except ValueError:
        return "link_bad_host"


def _fault(url: str) -> LinkFault | None:
    """Return what keeps an address, in the form of `browser_url`, from being asked."""
    scheme, colon, _ = url.partition(":")
    if not url:
        return "link_empty"
    if not colon or scheme.lower() not in _DEFAULT_PORTS:
        return "link_scheme"
    try:
        url.encode()
    except UnicodeEncodeError:  # an unpaired surrogate
        return "link_bad_letters"
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return "link_bad_host"
    if not _is_host(host, parts.netloc):
        return "link_bad_host"
    try:
        if parts.port == 0:
            return "link_bad_port"
    except ValueError:
        return "link_bad_port"
    return None if len(url) * _ENCODED <= _LONGEST or len(_encoded(url)) <= _LONGEST else "link_too_long"


def _is_host(host: str, netloc: str) -> bool:
    """Return whether a browser takes a host: a name without forbidden characters, or an IPv6 address in brackets."""
    if netloc.rpartition("@")[2].startswith("["):
        # urlsplit takes the zone of an address too, which browsers refuse.
        return _is_ipv6(host)
    name = unquote(host)
    return bool(name.strip(".")) and _NOT_IN_HOST.search(name) is None


def _is_ipv6(host: str) -> bool:
    try:
        return IPv6Address(host).scope_id is None
    except ValueError:
        return False


def normalise_url(url: str) -> str:
    """Return the normal form of an absolute address, which is equal for two links to one article.

    Scheme and host are in lower case, percent-encoding is uniform; default port, fragment and tracking parameters are
    removed, and the path is resolved as a browser does (`browser_url`). The case of the path, other parameters and
    their order may distinguish articles and stay. Raises ValueError where `is_fetchable` is false.
    """
    if _fault(url := browser_url(url)) is not None:
        raise ValueError(f"not an http(s) address: {url[:200]!r}")
    parts = urlsplit(_encoded(url))
    host = (parts.hostname or "").rstrip(".")
    if ":" in host:
        host = f"[{host}]"
    if parts.port and parts.port != _DEFAULT_PORTS[parts.scheme]:
        host = f"{host}:{parts.port}"
    # Other parameters keep their encoding: some servers depend on it.
    pairs = parts.query.split("&")
    query = "&".join(pair for pair in pairs if not _is_tracking(unquote_plus(pair.partition("=")[0]).lower()))
    url = urlunsplit((parts.scheme, host, parts.path or "/", query, ""))
    return _ESCAPE.sub(lambda match: match[0].upper(), url)


def _encoded(url: str) -> str:
    return safe_url_string(url, quote_path=True)


def _is_tracking(name: str) -> bool:
    return name in _TRACKING or name.startswith(_TRACKING_PREFIXES)


def resolve_url(base: str, link: str) -> str | None:
    """Return `link` as an absolute address, resolved against `base` as a browser does; None if that is no http(s)."""
    try:
        url = join_url(base, link)
    except ValueError:
        return None
    return url if _fault(url) is None else None


def same_site(one: str, other: str) -> bool:
    """Whether two addresses have the same `site_of`."""
    return site_of(one) == site_of(other)


def site_of(url: str) -> str:
    """Return the registered domain of an address; for a numeric or local host, the host with its port."""
    parts = urlsplit(url)
    return _domain_of(parts.hostname or "") or parts.netloc.lower()


@lru_cache(maxsize=4096)
def _domain_of(host: str) -> str:
    """Return the registered domain of a host, '' for one without; looking it up takes longer than all else."""
    return _suffixes()(host).top_domain_under_public_suffix


def host_of(url: str) -> str:
    """Return the host of an address with its port if it has one; '' for a text that is no address."""
    try:
        return urlsplit(url).netloc.rpartition("@")[2].lower()
    except ValueError:
        return ""


@cache
def _suffixes() -> "TLDExtract":
    """Return the public-suffix list of the installed package; nothing is downloaded."""
    from tldextract import TLDExtract  # imported late: it loads an HTTP client

    return TLDExtract(suffix_list_urls=(), cache_dir=None)
