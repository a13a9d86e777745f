"""One article as a page shows it: its text with the evidence marked, its versions, and who else tells of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from diembao.jobs.reading.marks import Piece, evidence_spans, harmless, paragraphs, pieces
from diembao.jobs.reading.translation_words import (
    ShownTranslation,
    TranslationField,
    shown_translation,
    translation_fields,
)
from pipeline.records.reviews import Review
from pipeline.tagging.reason_text import relevance_reason_text, with_full_name
from pipeline.text.normalize import normalise_both

if TYPE_CHECKING:
    from diembao.jobs.reading.explanation import ExplanationTable
    from diembao.jobs.reading.value_words import TopicNames
    from pipeline.records import Decision, Item, StoredImage
    from pipeline.records.reviews import Assignment, Comment, PastAct
    from pipeline.rules.rulebook import Rulebook
    from storage.archives.shards import Origin
    from storage.articles.version_lines import VersionLine
    from storage.database import Database
    from storage.stories.members import Member

#: Country whose outlets are not foreign.
HOME = "VN"
#: Versions listed, articles of the event on the time line, and foreign ones among them; acts of the desk.
_VERSIONS, _MEMBERS, _FOREIGN, _ACTS = 100, 40, 20, 50


@dataclass(frozen=True, slots=True)
class Change:
    """What one version of an article changed of the one before: pieces of text that are the same, gone or new."""

    number: int
    #: (same, out, in or gap; text)
    pieces: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ArticlePage:
    """One article and what is known of it."""

    item: Item
    title: tuple[Piece, ...]
    paragraphs: tuple[tuple[Piece, ...], ...]
    #: why it is about the province or not, in a sentence
    reason: str
    #: newest first
    versions: tuple[VersionLine, ...]
    #: of the version that was asked for; None: it is the first one, or there is no such version
    change: Change | None
    #: images of its page, and attempts at one, by number of the version
    images: dict[int, StoredImage]
    #: what persons decided of it, oldest first
    decisions: tuple[Decision, ...]
    #: full names of people by the names under which they sign in
    people: dict[str, str]
    #: where it stands at the desk, what was done there (newest first), what was said of it, and who is to look at it
    review: Review
    acts: tuple[PastAct, ...]
    comments: tuple[Comment, ...]
    assignments: tuple[Assignment, ...]
    #: the articles of its event, first published first; `more` where there are others
    members: tuple[Member, ...]
    more: bool
    #: those of outlets abroad
    foreign: tuple[Member, ...]
    #: its texts in Vietnamese; None: it has none
    translation: ShownTranslation | None
    #: of an article in another language, for who may put its translation right
    fields: tuple[TranslationField, ...]
    #: archives from which its texts were read back, the first captured first
    origins: tuple[Origin, ...] = ()


@dataclass(frozen=True, slots=True)
class ExplanationPage:
    """Why the tags of an article are what they are, in words."""

    #: what is explained, and its explanation in the words of an office
    lines: tuple[tuple[str, str], ...]
    #: version of the rules
    rules: str
    #: every name, term and weight
    tables: tuple[ExplanationTable, ...]


def article_page(storage: Database, key: str, topics: TopicNames, *, version: int | None = None) -> ArticlePage | None:
    """Return an article by its key; None for an unknown one. `version` is the one whose changes are shown: the newest.

    `topics` gives names by id. What it costs depends on the article and the articles shown beside it.
    """
    item = storage.articles.item(key)
    if item is None:
        return None
    title, text = normalise_both(item.article.title, item.article.text)
    people = storage.accounts.full_names()
    members = storage.stories.members("event", item.event, limit=_MEMBERS)
    translation = storage.translations.of_items([item.key]).get(item.key)
    return ArticlePage(
        item,
        pieces(title, evidence_spans(item.tags, "title", topics)),
        paragraphs(pieces(text, evidence_spans(item.tags, "text", topics))),
        relevance_reason_text(with_full_name(item.tags.reason, people)),
        tuple(storage.articles.version_lines(item.key, _VERSIONS)),
        change_of(storage, item.key, version or item.version),
        storage.page_images.of_item(item.key),
        tuple(storage.articles.decisions([item.key]).get(item.key, ())),
        people,
        storage.reviews.reviews([item.key]).get(item.key) or Review(item.key),
        tuple(storage.reviews.past_acts(item=item.key, limit=_ACTS)),
        tuple(storage.reviews.comments([item.key]).get(item.key, ())),
        tuple(storage.reviews.assignments(keys=[item.key])),
        members.members,
        members.after is not None,
        storage.stories.members("event", item.event, limit=_FOREIGN, abroad=HOME).members,
        shown_translation(translation),
        tuple(translation_fields(item, translation)),
        tuple(storage.archives.origins(item.key)),
    )


def change_of(storage: Database, key: str, number: int) -> Change | None:
    """Return what a version changed; None of the first one and of an unknown one."""
    from analysis.stories.text_diff import text_diff

    newer = storage.articles.version_and_former(key, number)
    if len(newer) < 2 or newer[0].number != number:
        return None
    after, before = newer
    return Change(number, tuple((p.kind, harmless(p.text)) for p in text_diff(before.article, after.article)))


def explanation_page(item: Item, rules: Rulebook, topics: TopicNames) -> ExplanationPage:
    """Return the explanation of an article by today's rules, which a person's decision outranks."""
    from diembao.jobs.reading.explanation import explanation_tables, office_lines
    from pipeline.explain import explain
    from pipeline.records import Text

    article = item.article
    text = Text(item.key, article.title, article.text, article.language or None, article.url, article.published)
    found = explain(text, rules, article.hits, article.reason)
    tables = tuple(explanation_tables(found, topics))
    return ExplanationPage(tuple(office_lines(found, topics)), found.tags.rules, tables)
