"""Documents → results of their examination: gate → extraction → tags → fingerprint, never an exception."""

from collections.abc import Sequence
from dataclasses import replace

from pipeline.extraction.article_lines import cut_lines
from pipeline.extraction.extract import extract
from pipeline.prefilter.gate import GateResult, build_gate
from pipeline.prefilter.skim import skim
from pipeline.records import Article, ByteHit, Coverage, Document, Examined, Irrelevant, Reason, Text, Unreadable
from pipeline.records.archives import ArchivePage
from pipeline.rules.rulebook import Rulebook
from pipeline.stories.areas import fingerprint_tagged
from pipeline.stories.fingerprints import dump
from pipeline.tagging.tagger import tag


def examine(document: Document, rules: Rulebook, *, read_all: bool = True) -> Examined:
    """Examine one document; whatever goes wrong with it comes back as Unreadable.

    Without `read_all` a page that the gate does not pass is only skimmed for title and day.
    """
    try:
        passed = look(document, rules)
        if not read_all and passed is not None and not passed.open and (skimmed := skim(document)) is not None:
            tags = tag(Text(id=str(document.id), title=skimmed.title, text="", url=skimmed.url), rules)
            # The gate passes every page relevant by the rules (tested); if it ever does not, the page is extracted.
            if tags.relevance == "no":
                return Irrelevant(
                    document.id, cut_lines(replace(skimmed, language=tags.language, hits=passed.hits)), tags
                )
        article = extract(document)
        if isinstance(article, Unreadable):
            return article
        return judge(document, article, passed.hits if passed is not None else (), rules)
    except Exception as error:
        return Unreadable(document.id, Reason.ERROR, f"{type(error).__name__}: {error}"[:500])


def judge(document: Document, article: Article, hits: tuple[ByteHit, ...], rules: Rulebook) -> Coverage | Irrelevant:
    """Tag an article by one rulebook."""
    article = replace(article, hits=hits)
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
    drawn = fingerprint_tagged(article.title, article.text, article.published, tags, rules)
    return Coverage(document.id, article, tags, dump(drawn))


def examine_for_each(page: ArchivePage, provinces: Sequence[Rulebook]) -> list[tuple[int, Examined]]:
    """Read a page of an archive once, and tag it for each province whose gate it passed; no exception leaves it.

    Returns (number of the province, result) in the order of `page.hits`.
    """
    try:
        article = extract(page)
        if isinstance(article, Unreadable):
            return [(number, article) for number, _ in page.hits]
        return [(number, judge(page, article, hits, provinces[number])) for number, hits in page.hits]
    except Exception as error:
        failure = Unreadable(page.id, Reason.ERROR, f"{type(error).__name__}: {error}"[:500])
        return [(number, failure) for number, _ in page.hits]


def look(document: Document, rules: Rulebook) -> GateResult | None:
    """Look for names of the province in a page's bytes; None where there are no bytes."""
    if document.reason is not Reason.OK or not document.body:
        return None
    entry = document.entry
    beside = (entry.title, entry.summary, entry.text)
    return build_gate(rules).look(document.body, document.url, document.content_type, beside)


def examine_all(documents: Sequence[Document], rules: Rulebook) -> list[Examined]:
    """Examine a batch of documents, one result each, in their order: the function that worker processes run."""
    return [examine(document, rules) for document in documents]


def examine_what_passes(documents: Sequence[Document], rules: Rulebook) -> list[Examined]:
    """Like `examine_all`, reading only the pages that pass the gate."""
    return [examine(document, rules, read_all=False) for document in documents]
