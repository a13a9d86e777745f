"""Link of a feed and the page it led to → the article's own address, and whether the page is that article at all."""

from itertools import pairwise

from pipeline.records import Entry
from pipeline.text.address_shapes import could_be_article, loose_form
from pipeline.text.search_tokens import tokenize
from pipeline.text.urls import is_fetchable, same_site

#: Pairs of neighbouring words of the feed's headline or summary that the page its link was redirected to must hold,
#: as a share. Articles of one province share its name and little more; an edited one keeps most of its summary.
_SHARE = 0.2
#: The same of the page's own headline, where the redirect leads to an address that no article can have
_SHARE_OF_TITLE = 0.5


def own_address(stated: str, url: str, link: str, title: str = "") -> str:
    """Return the first of three addresses that could be the article's own, unchanged.

    `stated` is what the page states (''), `url` where it was after redirects, `link` what the feed gave: an outlet that
    has lost an article redirects its link to the front page or to an error page. A link of another site, as searches
    give it, tells nothing of the shape of the outlet's addresses.
    """
    if not is_fetchable(link):
        return stated or url
    for address in (stated, url):
        if is_fetchable(address) and (not same_site(address, link) or could_be_article(address, link, title)):
            return address
    return link


def leads_elsewhere(url: str, entry: Entry, title: str, text: str) -> bool:
    """Whether a link was redirected within its site to a page that is not its article, by address, title and text."""
    if not (is_fetchable(entry.url) and is_fetchable(url) and same_site(url, entry.url)):
        return False
    if loose_form(url) == loose_form(entry.url):
        return False
    if not could_be_article(url, entry.url):
        return _share(entry.title, title) < _SHARE_OF_TITLE
    stated = [words for words in (entry.title, entry.summary) if words]
    return bool(stated) and max(_share(words, f"{title}\n{text}") for words in stated) < _SHARE


def _share(words: str, text: str) -> float:
    """Return how many pairs of neighbours of the words stand in a text, without diacritics, as a share; 0 for none."""
    expected = _pairs(words)
    return len(expected & _pairs(text)) / len(expected) if expected else 0.0


def _pairs(text: str) -> set[tuple[str, str]]:
    words = [word.folded for word in tokenize(text)]
    return set(pairwise(words if len(words) > 1 else ["", *words]))
