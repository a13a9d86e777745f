"""Foreign articles in a database, and translations of their texts."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from pipeline.records import Article, Item, Tags, VerdictReason
from pipeline.records.translations import Engine, TextPart, Translation
from tests.support.desk import MORNING, written

ENGINE = Engine("openai", "gemma", "1")
OTHER = Engine("libretranslate", "argos", "1.6")


def digest_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def foreign(
    name: str,
    *,
    title: str = "",
    text: str = "",
    lead: str = "",
    hours: float = 3.0,
    language: str = "ko",
    **tags: object,
) -> tuple[Article, Tags]:
    """Return an article of a foreign outlet, published so many hours before MORNING, with tags."""
    article, plain = written(name, source="c", hours=hours, text=text, title=title, language=language, **tags)
    return replace(article, language=language, lead=lead), plain


def parts_of(item: Item) -> dict[TextPart, str]:
    """Return the hashes of the title, the lead and the whole text of an article."""
    article = item.article
    texts: Mapping[TextPart, str] = {"title": article.title, "lead": article.lead, "text": article.text}
    return {part: digest_of(text) for part, text in texts.items() if text}


def translation(
    sha256: str,
    text: str,
    *,
    engine: Engine = ENGINE,
    refusal: VerdictReason | None = None,
    source: str = "ko",
    at: datetime = MORNING,
) -> Translation:
    return Translation(sha256, source, "vi", engine, text, refusal, at)
