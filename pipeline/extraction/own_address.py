"""Link of a feed and the page it led to → the article's own address, and whether the page is that article at all."""

from pipeline.records import Entry
from pipeline.text.address_shapes import could_be_article, loose_form
from pipeline.text.search_tokens import tokenize
from pipeline.text.urls import is_fetchable, same_site

#: Words of the headline in the feed that the page to which its link was redirected must hold, as a share. An edited
#: headline keeps most of its words in the text; the page of another article holds the common ones.
_SHARE = 0.34
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
    return bool(entry.title) and _share(entry.title, f"{title}\n{text}") < _SHARE


def _share(words: str, text: str) -> float:
    """Return how many of the words occur in a text, without diacritics, as a share; 0 for no words."""
    expected = {word.folded for word in tokenize(words)}
    return len(expected & {word.folded for word in tokenize(text)}) / len(expected) if expected else 0.0
