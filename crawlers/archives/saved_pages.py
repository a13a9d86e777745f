"""A folder of saved HTML files → pages with the addresses that they were saved from."""

import re
from datetime import UTC, datetime
from html import unescape

from pipeline.records import Entry, Reason
from pipeline.records.archives import ArchiveRecord, RecordFault
from pipeline.text.urls import is_fetchable, site_of

_HEAD = 1 << 18
#: The mark that browsers write into a saved page.
_SAVED_FROM = re.compile(rb"<!--\s*saved from url=\(\d+\)(\S+?)\s*-->", re.IGNORECASE)
_LINK = re.compile(rb"<link\b[^<>]*\brel\s*=\s*[\"']?canonical\b[^<>]*>", re.IGNORECASE)
_META = re.compile(rb"<meta\b[^<>]*\bproperty\s*=\s*[\"']?og:url\b[^<>]*>", re.IGNORECASE)
_ADDRESS = re.compile(rb"\b(?:href|content)\s*=\s*[\"']?([^\"'\s<>]+)", re.IGNORECASE)


def read_page(path: str, number: int, body: bytes, changed: datetime | None) -> ArchiveRecord | RecordFault:
    """Return a saved page; its capture is the time at which its file was last changed.

    Its address is the mark of the browser that saved it, its canonical link or og:url, or else the path itself where
    its first folder is a host, as wget stores pages.
    """
    if not body.strip():
        return RecordFault(number, path, Reason.EMPTY, "the file is empty")
    url = _own_address(body[:_HEAD]) or _address_of_path(path)
    if not url:
        return RecordFault(number, path, Reason.INVALID_LINK, "neither the page nor its path tells its address")
    return ArchiveRecord(number, url, changed, body, "text/html", Entry(url))


def _own_address(head: bytes) -> str:
    found = [match.group(1) for match in [_SAVED_FROM.search(head)] if match]
    for tag in (_LINK.search(head), _META.search(head)):
        if tag and (address := _ADDRESS.search(tag.group())):
            found.append(address.group(1))
    urls = (unescape(address.decode("utf-8", "replace")) for address in found)
    return next((url for url in urls if is_fetchable(url)), "")


def _address_of_path(path: str) -> str:
    url = f"https://{path.removesuffix('.gz')}"
    host = path.split("/")[0]
    return url if "/" in path and is_fetchable(url) and "." in (site_of(url) or "") and not host.isdigit() else ""


def changed_at(info: dict[str, object]) -> datetime | None:
    """Return when a file was last changed, by what fsspec tells of it."""
    told = info.get("mtime") or info.get("LastModified") or info.get("last_modified")
    if isinstance(told, datetime):
        return told if told.tzinfo else told.replace(tzinfo=UTC)
    return datetime.fromtimestamp(told, UTC) if isinstance(told, int | float) else None
