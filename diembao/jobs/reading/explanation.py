"""The explanation of a text's tags → its verdict, notes and tables in words; a terminal and a page show them."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from diembao.jobs.reading.value_words import TopicNames, grade_words, language_words, tone_words, topic_words
from pipeline.explain import Explanation, Proposal, TopicAccount
from pipeline.i18n.catalogs import mark, translate, translate_code
from pipeline.i18n.language import current_language
from pipeline.records import OBSTACLES, Reason
from pipeline.tagging.reason_text import relevance_reason_text

#: Terms of a topic that its row lists, and features of the model.
_TERMS, _FEATURES = 8, 3
#: Words of the text that are named for a topic in an office's words, and names of places.
_WORDS, _PLACES = 5, 12


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
    tone = _tone(explanation)
    return (
        f"{_word('relevance')}: {grade_words(tags.relevance)} ({tags.relevance_score:.2f})   {_word('tone')}: {tone}   "
        f"{_word('language')}: {language_words(tags.language)}   {_word('rules')}: {tags.rules}\n"
        f"{reason[:1].upper()}{reason[1:]}"
    )


def _tone(explanation: Explanation) -> str:
    """Return the tone with its words, or that the model alone gives it."""
    tags = explanation.tags
    if tags.tone_by == "model":
        return translate(mark("{tone} (by the language model, without a listed word)"), tone=tone_words(tags.tone))
    return tone_words(tags.tone) + (f" ({', '.join(e.words for e in tags.tone_words)})" if tags.tone_words else "")


def proposal_lines(explanation: Explanation, topics: TopicNames) -> Iterator[str]:
    """Yield a line for each topic that the language model alone proposes; `topics` gives names by id."""
    for account in explanation.topics:
        if account.proposal is not None:
            yield _proposed(account.proposal, topic_words(topics, account.id))


def _proposed(proposal: Proposal, topic: str) -> str:
    words, examples = _quoted(proposal.words), _quoted(proposal.examples)
    if words and examples:
        sentence = mark(
            "{topic}, proposed by the language model, not by a listed word: for the words {words}, and near in meaning "
            "to the examples {examples}"
        )
    elif examples:
        sentence = mark(
            "{topic}, proposed by the language model, not by a listed word: near in meaning to the examples {examples}"
        )
    else:
        sentence = mark("{topic}, proposed by the language model, not by a listed word")
    return translate(sentence, topic=topic, words=words, examples=examples)


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


def office_lines(explanation: Explanation, topics: TopicNames) -> Iterator[tuple[str, str]]:
    """Yield what is explained and its words for an office: relevance, places, topics, tone, doubts.

    `topics` gives names by id.
    """
    tags = explanation.tags
    reason = relevance_reason_text(tags.reason, current_language())
    yield translate(mark("Relevance")), f"{grade_words(tags.relevance)}. {reason[:1].upper()}{reason[1:]}"
    if places := _place_counts(explanation):
        yield translate(mark("Places of the province")), places
    if explanation.elsewhere:
        yield translate(mark("Other places")), ", ".join(explanation.elsewhere[:_PLACES])
    given = [one for one in explanation.topics if one.verdict == "assigned"]
    for one in given:
        yield translate(mark("Topic")), _because(explanation, one, topics)
    if near := [topics.get(one.id, one.id) for one in explanation.topics if one.verdict == "near"]:
        yield translate(mark("Topics that fell just short")), "; ".join(near)
    if sensitive := [topics.get(one.id, one.id) for one in given if one.sensitive]:
        yield translate(mark("Sensitive topic")), "; ".join(sensitive)
    words = _quoted(evidence.words for evidence in tags.tone_words)
    yield translate(mark("Tone")), f"{tone_words(tags.tone)}: {words}" if words else _tone(explanation)
    if doubt := doubt_words(explanation):
        yield translate(mark("Doubt")), doubt


def _because(explanation: Explanation, account: TopicAccount, topics: TopicNames) -> str:
    """Return a topic with the words of the text that speak for it, the weightiest first."""
    if account.proposal is not None:
        return _proposed(account.proposal, topics.get(account.id, account.id))
    zones = {"title": explanation.title, "text": explanation.text}
    hits = sorted(account.hits, key=lambda hit: -hit.weight)
    words = _quoted(zones[hit.where][hit.start : hit.end] for hit in hits if hit.where in zones)
    name = topics.get(account.id, account.id)
    return translate(mark("{topic}, by the words {words}"), topic=name, words=words) if words else name


def _place_counts(explanation: Explanation) -> str:
    """Return the names of the province's places that count, with how often each stands in the text."""
    counts = Counter(mention.place.name for mention, role in explanation.mentions if role != "range")
    return ", ".join(f"{name} ({count}×)" if count > 1 else name for name, count in counts.most_common(_PLACES))


def _quoted(words: Iterable[str]) -> str:
    """Return the first different words, each in quotes."""
    different = {word.casefold(): word for word in words}
    return ", ".join(f"“{word}”" for word in list(different.values())[:_WORDS])


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
