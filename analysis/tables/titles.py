"""The headline under which an article is shown, in every document and table."""

from pipeline.records import Item


def shown_title(item: Item) -> str:
    """Return the headline of an article as it was printed; '' for one without.

    The one place at which a translated headline can take its place for readers.
    """
    return item.article.title
