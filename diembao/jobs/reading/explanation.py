"""The explanation of a text's tags → its verdict, notes and tables in words; a terminal and a page show them."""

from collections.abc import Iterator
from dataclasses import dataclass

from diembao.jobs.reading.value_words import TopicNames, grade_words, language_words, tone_words, topic_words
from pipeline.explain import Explanation
from pipeline.i18n.catalogs import translate, translate_code
from pipeline.i18n.language import current_language
from pipeline.records import OBSTACLES, Reason
from pipeline.tagging.reason_text import relevance_reason_text

#: Terms of a topic that its row lists, and features of the model.
_TERMS, _FEATURES = 8, 3


@dataclass(frozen=True, slots=True)
class ExplanationTable:
    """One table of an explanation: its code, its title, the heads of its columns, and its rows in words."""

    code: str
    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def verdict_words(explanation: Explanation) -> str:
    """Return relevance, tone, language and rules in a line, and the reason of the relevance in another."""
    tags = explanation.tags
    reason = relevance_reason_text(tags.reason, current_language())
    tone = tone_words(tags.tone) + (f" ({', '.join(e.words for e in tags.tone_words)})" if tags.tone_words else "")
    return (
        f"{_word('relevance')}: {grade_words(tags.relevance)} ({tags.relevance_score:.2f})   {_word('tone')}: {tone}   "
        f"{_word('language')}: {language_words(tags.language)}   {_word('rules')}: {tags.rules}\n"
        f"{reason[:1].upper()}{reason[1:]}"
    )


def doubt_words(explanation: Explanation) -> str:
    """Return what the page may be instead of an article, or why it was not read whole; '' for neither."""
    if explanation.read_as in OBSTACLES:
        return translate("May be no article: {reason}", reason=translate_code("reason", explanation.read_as))
    if explanation.read_as is not Reason.OK:
        return translate("Not read whole: {reason}", reason=translate_code("reason", explanation.read_as))
    return ""


def elsewhere_words(explanation: Explanation) -> str:
    """Return the names of other provinces and towns in a line; '' for none."""
    return f"{_word('elsewhere')}: {', '.join(explanation.elsewhere)}" if explanation.elsewhere else ""


def sensitive_words(explanation: Explanation, topics: TopicNames) -> str:
    """Return the topics that are marked as sensitive in a line; '' for none."""
    names = ", ".join(topic_words(topics, account.id) for account in explanation.topics if account.sensitive)
    return translate("Marked as sensitive in topics.toml: {topics}", topics=names) if names else ""


def explanation_tables(explanation: Explanation, topics: TopicNames) -> Iterator[ExplanationTable]:
    """Yield the tables that have rows: places, grade, topics and hits, in this order."""
    for table in (_places(explanation), _grade(explanation), _topics(explanation, topics), _hits(explanation)):
        if table.rows:
            yield table


def _table(code: str, heads: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> ExplanationTable:
    return ExplanationTable(code, _word(code), tuple(map(_word, heads)), tuple(rows))


def _places(explanation: Explanation) -> ExplanationTable:
    def rows() -> Iterator[tuple[str, ...]]:
        for mention, role in explanation.mentions:
            source = explanation.title if mention.where == "title" else explanation.text
            yield (
                f"{source[mention.start : mention.end]} → {mention.place.name}",
                f"{translate_code('hit place', mention.where)} {mention.start}",
                translate_code("place tier", mention.place.tier),
                "✓" if mention.strong else "",
                translate_code("mention role", role),
            )

    return _table("places", ("name", "where", "tier", "alone", "role"), rows())


def _grade(explanation: Explanation) -> ExplanationTable:
    rows = ((_feature(feature), f"{value:g}", f"{effect:+.2f}") for feature, value, effect in explanation.grade)
    return _table("grade", ("feature", "value", "effect"), rows)


def _topics(explanation: Explanation, topics: TopicNames) -> ExplanationTable:
    def rows() -> Iterator[tuple[str, ...]]:
        for account in explanation.topics:
            best = {hit.term: hit.weight for hit in account.hits}
            terms = ", ".join(f"{t} ({w:g})" for t, w in sorted(best.items(), key=lambda pair: -pair[1])[:_TERMS])
            parts = ", ".join(f"{_feature(feature)} {effect:+.1f}" for feature, _, effect in account.parts[:_FEATURES])
            yield topic_words(topics, account.id), f"{account.chance:.2f}", _word(account.verdict), terms, parts

    return _table("topics", ("topic", "chance", "said", "terms", "why"), rows())


def _hits(explanation: Explanation) -> ExplanationTable:
    rows = (
        (hit.words, translate_code("hit place", hit.where), "✓" if hit.kept else _word("no"))
        for hit in explanation.hits
    )
    return _table("hits", ("name", "where", "kept"), rows)


def _feature(code: str) -> str:
    return translate_code("feature", code)


def _word(code: str) -> str:
    return translate_code("explanation", code)
