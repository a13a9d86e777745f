"""Codes of the stored data (grades, tones, topics, languages), and queries of them → the words that a person reads."""

from collections.abc import Mapping
from datetime import date

from pipeline.i18n.catalogs import mark, translate, translate_code
from pipeline.i18n.language import current_language
from storage.search.tree import And, Days, Mark, Not, Tree, Words

#: Topic id → its name in the language of the run
TopicNames = Mapping[str, str]
#: `provenance:live` as a query is read: only what an archive had first is marked
_FOUND_LIVE = Not(Mark("provenance", "archive"))


def topic_words(names: TopicNames, id: str) -> str:
    """Return the name of a topic with its id, which commands take; the id alone for one that is not in topics.toml."""
    name = names.get(id)
    return f"{name} ({id})" if name and name != id else id


def grade_words(relevance: str) -> str:
    """Return the words for a relevance: main, mention or no."""
    return translate_code("relevance", relevance)


def tone_words(tone: str) -> str:
    """Return the words for a tone in the middle of a line."""
    return translate_code("tone", tone).lower()


def language_words(tag: str) -> str:
    """Return the name of a BCP 47 language; the tag itself if it has none."""
    from analysis.documents.labels import labels

    return labels(current_language()).language(tag)


def country_words(code: str) -> str:
    """Return the name of an ISO 3166-1 country; the code itself if it has none."""
    from analysis.documents.labels import labels

    return labels(current_language()).country(code)


def query_words(tree: Tree, topics: TopicNames, outlets: Mapping[str, str]) -> str:
    """Return a query of fields, days and words in a line, as the charts of a report lead to.

    It is "" for one of words alone, and for one that is more involved.

    `topics` and `outlets` give names by id.
    """
    parts = tree.parts if isinstance(tree, And) else (tree,)
    if not any(isinstance(part, Mark | Days) or part == _FOUND_LIVE for part in parts):
        return ""
    said = [_part(part, topics, outlets) for part in parts]
    return ", ".join(said) if all(said) else ""


def _part(part: Tree, topics: TopicNames, outlets: Mapping[str, str]) -> str:
    match part:
        case Days(first, last):
            return _days(first, last)
        case Mark(field, value):
            name = translate_code("search field", field)
            return f"{name[:1].lower()}{name[1:]} {_value(field, value, topics, outlets)}"
        case Not() if part == _FOUND_LIVE:
            return _part(Mark("provenance", "live"), topics, outlets)
        case Not(Mark() as inner):
            return translate(mark("without {what}"), what=_part(inner, topics, outlets))
        case Words(words, prefix=prefix):
            return f"“{' '.join(words)}{'…' if prefix else ''}”"
        case _:
            return ""


def _value(field: str, value: str, topics: TopicNames, outlets: Mapping[str, str]) -> str:
    match field:
        case "topic":
            return topics.get(value, value)
        case "tone":
            return translate_code("tone", value).lower()
        case "outlet":
            return outlets.get(value, value)
        case "lang":
            words = language_words(value)
            return f"{words[:1].lower()}{words[1:]}" if current_language() == "vi" else words
        case "relevance":
            return grade_words(value)
        case "provenance":
            return translate_code("provenance", value)
        case _:
            return value


def _days(first: date | None, last: date | None) -> str:
    """Return days as 24–30/11/2026, as far as both are of one month or year; '' where there is no bound."""
    if first is None and last is None:
        return ""
    if first is None or last is None or first == last:
        only = first if first is not None else last
        assert only is not None
        day = f"{only:%d/%m/%Y}"
        if first is None:
            return translate(mark("up to {day}"), day=day)
        return day if last is not None else translate(mark("from {day} on"), day=day)
    if first.year != last.year:
        return f"{first:%d/%m/%Y}–{last:%d/%m/%Y}"
    return f"{first:%d}–{last:%d/%m/%Y}" if first.month == last.month else f"{first:%d/%m}–{last:%d/%m/%Y}"
