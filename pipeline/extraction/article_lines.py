"""Article → one whose headline and names fit into a line; what was cut off stands at the beginning of its text."""

from dataclasses import replace

from pipeline.records import Article
from pipeline.text.line_length import HEADLINE, NAME, cut_line

#: Authors of an article at most; a byline with more is a list of something else.
_MOST_AUTHORS = 20


def cut_lines(article: Article) -> Article:
    """Return the article with a headline of at most 300 characters, and names of authors and section of at most 120.

    A page made by mistake or on purpose has headlines of 80 kB, which would fill a digest. The whole headline becomes
    the first line of the text, so that nothing is lost to search and tagging; a byline that was cut is the next one.
    """
    title = cut_line(article.title, HEADLINE)
    authors = tuple(cut_line(author, NAME) for author in article.authors[:_MOST_AUTHORS])
    whole = [article.title] if title != article.title else []
    whole += ["; ".join(article.authors)] if authors != article.authors else []
    if not whole and len(article.section) <= NAME:
        return article
    return replace(
        article,
        title=title,
        authors=authors,
        section=cut_line(article.section, NAME),
        text="\n".join([*whole, *([article.text] if article.text else [])]),
    )
