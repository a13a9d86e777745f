"""A redirect → the request for its target, resolved as browsers do; one without a target ends the request."""

from scrapy import Request, Spider
from scrapy.downloadermiddlewares.redirect import RedirectMiddleware
from scrapy.http import Response

from pipeline.text.urls import resolve_url


class PressRedirectMiddleware(RedirectMiddleware):
    """Follows redirects as Scrapy's middleware does, to addresses in the form in which a browser asks them.

    Scrapy asks `/a/./b/../c` as it stands, and takes an empty Location for the page itself, ten times over.
    """

    def process_response(
        self, request: Request, response: Response, spider: Spider | None = None
    ) -> Request | Response:
        written = response.headers.get("Location")
        if written is None or not 300 <= response.status < 400:
            return response
        if (target := resolve_url(request.url, _text(written))) is None or not written.strip():
            return response  # crawlers.downloader.reasons says why it was not followed
        response.headers["Location"] = target
        followed: Request | Response = super().process_response(request, response)
        return followed


def _text(location: bytes) -> str:
    """Return a Location header as text: servers write letters outside ASCII in UTF-8, and others in Latin-1."""
    try:
        return location.decode("utf-8")
    except UnicodeDecodeError:
        return location.decode("latin-1")
