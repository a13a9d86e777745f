"""Results of the examination of a document."""

from dataclasses import dataclass

from pipeline.records.articles import Article
from pipeline.records.outcomes import Reason
from pipeline.records.tags import Tags


@dataclass(frozen=True, slots=True)
class Coverage:
    """A document about the province (main or mention)."""

    document_id: int
    article: Article
    tags: Tags
    #: fingerprint of the article (pipeline.stories.fingerprints.dump), for stories
    fingerprint: bytes = b""


@dataclass(frozen=True, slots=True)
class Irrelevant:
    """A readable document that is not about the province; its title and date are kept for share of voice."""

    document_id: int
    article: Article
    tags: Tags


@dataclass(frozen=True, slots=True)
class Unreadable:
    document_id: int
    reason: Reason
    note: str = ""


Examined = Coverage | Irrelevant | Unreadable
