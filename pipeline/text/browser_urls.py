"""Link as a feed or page writes it → the address that a browser asks (WHATWG URL Standard, section 4.4)."""

import re
from urllib.parse import urlsplit

#: Characters that a browser takes off both ends of a link: C0 controls and the space.
_ENDS = "".join(map(chr, range(0x21)))
_INNER = str.maketrans("", "", "\t\n\r")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
#: Dot segment of a path, as it stands or percent-encoded; the quick test before a path is taken apart.
_DOTS = re.compile(r"/(?:\.|%2e){1,2}(?:[/?#\\]|$)", re.IGNORECASE)
#: Scheme, authority, path, and the rest from the first ? or #.
_PARTS = re.compile(r"(https?:)//([^/?#]*)([^?#]*)(.*)", re.IGNORECASE | re.DOTALL)
_SPECIAL = ("http", "https")


def browser_url(url: str) -> str:
    """Return an absolute http(s) address as a browser asks it; any other text without blanks at its ends.

    Tabs and line breaks are taken out, backslashes before the query count as slashes, and the segments `.` and `..`
    of the path, percent-encoded or not, are resolved. Empty segments (`//`) stay, since servers tell them apart.
    """
    url = url.strip(_ENDS)
    if "\t" in url or "\n" in url or "\r" in url:
        url = url.translate(_INNER)
    if "\\" not in url and _DOTS.search(url) is None:
        return url
    scheme = _SCHEME.match(url)
    if scheme is None or scheme[1].lower() not in _SPECIAL:
        return url
    parts = _PARTS.fullmatch(_with_slashes(url))
    if parts is None:
        return url
    return f"{parts[1]}//{parts[2]}{_without_dots(parts[3])}{parts[4]}"


def join_url(base: str, link: str) -> str:
    """Return `link` as an absolute address, resolved against the http(s) address `base`, in the form of `browser_url`.

    A link with another scheme is returned as it is, without blanks at its ends. Raises ValueError for a `base` that
    cannot be taken apart.
    """
    link = link.strip(_ENDS).translate(_INNER)
    parts = urlsplit(base)
    scheme = _SCHEME.match(link)
    if scheme is not None:
        rest = link[scheme.end() :]
        if scheme[1].lower() not in _SPECIAL or rest[:2].replace("\\", "/") == "//":
            return browser_url(link)
        # 'http:page.html' is relative on a page of the same scheme, and names a host on others.
        if scheme[1].lower() != parts.scheme:
            return browser_url(f"{scheme[1]}://{rest.lstrip('/')}")
        link = rest
    if parts.scheme not in _SPECIAL:
        return link
    link = _with_slashes(link)
    root = f"{parts.scheme}://{parts.netloc}"
    if link.startswith("//"):
        return browser_url(f"{parts.scheme}:{link}")
    if link.startswith("/"):
        return browser_url(root + link)
    if link.startswith("?"):
        return browser_url(f"{root}{parts.path}{link}")
    if not link or link.startswith("#"):
        query = f"?{parts.query}" if parts.query else ""
        return browser_url(f"{root}{parts.path}{query}{link}")
    return browser_url(f"{root}{parts.path.rpartition('/')[0]}/{link}")


def _with_slashes(url: str) -> str:
    """Return an address with slashes for the backslashes before its query and fragment."""
    end = min((n for n in (url.find("?"), url.find("#")) if n >= 0), default=len(url))
    return url[:end].replace("\\", "/") + url[end:]


def _without_dots(path: str) -> str:
    """Return a path without the segments `.` and `..`; a `..` takes away the segment before it, an empty one too."""
    if not path:
        return path
    segments: list[str] = []
    parts = path.split("/")[1:]
    for number, part in enumerate(parts, 1):
        dots = part.lower().replace("%2e", ".")
        if dots == ".." and segments:
            segments.pop()
        if dots not in (".", ".."):
            segments.append(part)
        elif number == len(parts):
            segments.append("")
    return "/" + "/".join(segments)
