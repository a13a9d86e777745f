"""Address of an article → the day that its path states."""

import re
from datetime import date
from urllib.parse import urlsplit

_MONTHS = {m: n for n, m in enumerate(re.findall("...", "janfebmaraprmayjunjulaugsepoctnovdec"), 1)}
_FORMS = (
    # /2026/11/28/…, /2026-11-28-…, /2026/nov/28/…
    re.compile(r"/((?:19|20)\d\d)([/-])(0?[1-9]|1[0-2]|[a-z]{3})\2(0?[1-9]|[12]\d|3[01])(?=[/-]|$)"),
    # /2026-11/28/…, /202611/28/…
    re.compile(r"/((?:19|20)\d\d)(-?)(0[1-9]|1[0-2])/(0[1-9]|[12]\d|3[01])(?=/|$)"),
    # /20261128/…, /t20261128_…
    re.compile(r"/t?((?:19|20)\d\d)()(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?=[/_-]|$)"),
)


def day_in_url(url: str) -> date | None:
    """Return the day in the path of an address, as a system that files articles by day writes it; None if none."""
    try:
        path = urlsplit(url).path.lower()
    except ValueError:  # no address, as a page may write one into its canonical link
        return None
    for form in _FORMS:
        if match := form.search(path):
            month = _MONTHS.get(match[3], 0) if match[3].isalpha() else int(match[3])
            try:
                return date(int(match[1]), month, int(match[4]))
            except ValueError:
                continue
    return None
