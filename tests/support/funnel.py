"""One page of an archive, through gate, extraction and relevance."""

from pipeline.extraction.extract import extract_page
from pipeline.prefilter.gate import build_gate
from pipeline.records import Article
from pipeline.rules.rulebook import Rulebook
from pipeline.tagging import places, relevance
from pipeline.text.language import detect_language
from pipeline.text.normalize import normalise_both


def relevant(url: str, body: bytes, rules: Rulebook) -> bool:
    """Return whether one page passes the gate, has an article, and that article is about the province.

    Topics and tone, which come later, are left out.
    """
    if not build_gate(rules).look(body, url).open:
        return False
    article = extract_page(body, url)
    if not isinstance(article, Article):
        return False
    title, text = normalise_both(article.title, article.text)
    language = detect_language(title, text, article.language or None)
    day = article.published.date() if article.published else None
    return (
        relevance.judge_relevance(places.find_places(title, text, language, day, url, rules), language, rules).relevance
        != "no"
    )
