"""Validators of an earlier answer → the headers of a conditional request, and what follows a 304 nobody asked for."""

from scrapy import Request
from scrapy.http import Response

from crawlers.downloader.reasons import reason_of_response
from pipeline.records import Reason


def validators(etag: str | None, last_modified: str | None) -> dict[str, str]:
    """Return the headers by which a server may answer 304 (RFC 9110, 13.1); {} where there is no validator."""
    headers = {"If-None-Match": etag, "If-Modified-Since": last_modified}
    return {name: value for name, value in headers.items() if value}


def ask_again(response: Response) -> Request | None:
    """Return the request to send once more where a server answered 304 to one without conditions; else None.

    A cache on the way that took another client's conditions for ours is told to ask the server itself.
    """
    request = response.request
    if response.status != 304 or request is None or request.meta.get("asked_again"):
        return None
    if reason_of_response(response) is not Reason.UNASKED_304:
        return None
    headers = {**request.headers, "Cache-Control": "no-cache", "Pragma": "no-cache"}
    return request.replace(headers=headers, meta={**request.meta, "asked_again": True}, dont_filter=True)
