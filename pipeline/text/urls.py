"""Address → its normal form, its site and host, and whether it can be fetched."""

import re
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import unquote_plus, urljoin, urlsplit, urlunsplit

from w3lib.url import safe_url_string

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


def is_fetchable(url: str) -> bool:
    """Whether `url` is an absolute http or https address with a host, of at most 2,000 characters when encoded."""
    try:
        parts = urlsplit(url)
        url.encode()  # raises on unpaired surrogates
        is_address = parts.scheme in _DEFAULT_PORTS and bool(parts.hostname) and (parts.port or 1) > 0
        return is_address and (len(url) * _ENCODED <= _LONGEST or len(_encoded(url)) <= _LONGEST)
    except ValueError:
        return False


def normalise_url(url: str) -> str:
    """Return the normal form of an absolute address, which is equal for two links to one article.

    Scheme and host are in lower case, percent-encoding is uniform; default port, fragment and tracking parameters are
    removed. The case of the path, other parameters and their order may distinguish articles and stay.
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
    """Return `link` as an absolute address, resolved against `base`; None if that is no http(s) address."""
    try:
        url = urljoin(base, link.strip())
    except ValueError:
        return None
    return url if is_fetchable(url) else None


def same_site(one: str, other: str) -> bool:
    """Whether two addresses have the same `site_of`."""
    return site_of(one) == site_of(other)


def site_of(url: str) -> str:
    """Return the registered domain of an address; for a numeric or local host, the host with its port."""
    parts = urlsplit(url)
    return _suffixes()(parts.hostname or "").top_domain_under_public_suffix or parts.netloc.lower()


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
