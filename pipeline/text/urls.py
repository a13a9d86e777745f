"""Address → the one form in which it is compared, and what it may be used for."""

import re
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import unquote_plus, urljoin, urlsplit, urlunsplit

from w3lib.url import safe_url_string

if TYPE_CHECKING:
    from tldextract import TLDExtract

# Parameters that say where a reader came from, never which article it is (families seen across ad and
# newsletter systems; compare ClearURLs and Miniflux, whose lists agree on these).
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
#: Characters of an address with all that must be percent-encoded: no browser shows more, and PostgreSQL's indexes hold
#: some 2,700 bytes.
_LONGEST = 2_000
#: what one character becomes at most: three or four bytes, three characters each
_ENCODED = 12


def is_fetchable(url: str) -> bool:
    """Whether `url` is an absolute http or https address with a host, and of a length that addresses have."""
    try:
        parts = urlsplit(url)
        url.encode()  # half a character is none, and no address holds it
        is_address = parts.scheme in _DEFAULT_PORTS and bool(parts.hostname) and (parts.port or 1) > 0
        return is_address and (len(url) * _ENCODED <= _LONGEST or len(_encoded(url)) <= _LONGEST)
    except ValueError:
        return False


def normalise_url(url: str) -> str:
    """Return the form of an absolute address by which two links to one article are equal.

    Scheme and host in lower case, no default port, no fragment, no tracking parameters, percent-encoding made
    uniform. What may distinguish articles (path case, other parameters and their order) is left alone.
    Raises ValueError where `is_fetchable` is false.
    """
    if not is_fetchable(url := url.strip()):
        raise ValueError(f"not an http(s) address: {url[:200]!r}")
    parts = urlsplit(_encoded(url))
    host = (parts.hostname or "").rstrip(".")
    if ":" in host:
        host = f"[{host}]"
    if parts.port and parts.port != _DEFAULT_PORTS[parts.scheme]:
        host = f"{host}:{parts.port}"
    # What is left of a query is kept to the letter: some servers care how it is encoded.
    pairs = parts.query.split("&")
    query = "&".join(pair for pair in pairs if not _is_tracking(unquote_plus(pair.partition("=")[0]).lower()))
    url = urlunsplit((parts.scheme, host, parts.path or "/", query, ""))
    return _ESCAPE.sub(lambda found: found[0].upper(), url)


def _encoded(url: str) -> str:
    return safe_url_string(url, quote_path=True)


def _is_tracking(name: str) -> bool:
    return name in _TRACKING or name.startswith(_TRACKING_PREFIXES)


def resolve_url(base: str, link: str) -> str | None:
    """Return `link` made absolute against `base`; None where that is no http(s) address."""
    try:
        url = urljoin(base, link.strip())
    except ValueError:
        return None
    return url if is_fetchable(url) else None


def same_site(one: str, other: str) -> bool:
    """Whether two addresses share their registered domain (or, for numeric hosts, host and port)."""
    return site_of(one) == site_of(other)


def site_of(url: str) -> str:
    """Return the registered domain of an address; of a numeric or local host, the host with its port."""
    parts = urlsplit(url)
    return _suffixes()(parts.hostname or "").top_domain_under_public_suffix or parts.netloc.lower()


def host_of(url: str) -> str:
    """Return the host that answers for an address, with its port where one is named; '' for what is no address."""
    try:
        return urlsplit(url).netloc.rpartition("@")[2].lower()
    except ValueError:
        return ""


@cache
def _suffixes() -> "TLDExtract":
    """Return the public-suffix list that comes with the package; nothing is downloaded."""
    from tldextract import TLDExtract  # loads an HTTP client, which most that read addresses do without

    return TLDExtract(suffix_list_urls=(), cache_dir=None)
