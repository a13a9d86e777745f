"""Documents → what examining them gave: read → places, relevance, topics, tone → fingerprint, never an exception."""

from collections.abc import Sequence

from pipeline.duplicates import fingerprint
from pipeline.extract import read
from pipeline.records import Coverage, Document, Examined, Irrelevant, Reason, Text, Unreadable
from pipeline.rules import Rulebook
from pipeline.tagging import tag


def examine(document: Document, rules: Rulebook) -> Examined:
    """Examine one document; whatever goes wrong with it comes back as Unreadable."""
    try:
        article = read(document)
        if isinstance(article, Unreadable):
            return article
        tags = tag(
            Text(
                id=str(document.id),
                title=article.title,
                text=article.text,
                language=article.language or None,
                url=article.url,
                published=article.published,
            ),
            rules,
        )
        if tags.relevance == "no":
            return Irrelevant(document.id, article, tags)
        return Coverage(document.id, article, tags, fingerprint(article.text))
    except Exception as error:
        return Unreadable(document.id, Reason.ERROR, f"{type(error).__name__}: {error}"[:500])


def examine_all(documents: Sequence[Document], rules: Rulebook) -> list[Examined]:
    """Examine a batch of documents, one result each, in their order: the function that worker processes run."""
    return [examine(document, rules) for document in documents]
