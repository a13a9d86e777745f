"""Codes of the stored data (grades, tones, topics, languages) → the words that a person reads."""

from collections.abc import Mapping

from pipeline.i18n.catalogs import translate_code
from pipeline.i18n.language import current_language

#: Topic id → its name in the language of the run
TopicNames = Mapping[str, str]


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
