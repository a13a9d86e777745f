"""The links that an entry of a feed writes → the one to follow, or a BadLink that says why there is none."""

from crawlers.parsing.feed_fields import CONTROL, plain_text
from pipeline.records import BadLink, Reason
from pipeline.text.urls import link_fault, resolve_url

#: Characters of a link, and of its title, that are kept of an entry that cannot be followed.
_LETTERS = 500


def choose_link(base: str, *written: str) -> str | None:
    """Return the first of the links, resolved against `base`, that can be followed; None if none can be."""
    for link in written:
        if link_fault(base, link) is None and (url := resolve_url(base, link)) is not None:
            return url
    return None


def bad_link(base: str, written: str, title: str) -> BadLink:
    """Return the record of an entry whose link cannot be followed; `title` may be markup."""
    reason = Reason(link_fault(base, written) or Reason.INVALID_LINK)
    return BadLink(CONTROL.sub("", written.strip())[:_LETTERS], reason, plain_text(title)[:_LETTERS])
