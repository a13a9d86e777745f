"""Stories told in several languages → one set of topics and one tone, stored as a further tagging."""

from datetime import datetime

from diembao.system.clock import now
from pipeline.records import Article, Coverage
from pipeline.stories.translations import agree_translations
from storage.database import Database


def store_agreement(storage: Database, since: datetime | None = None, *, story: str = "") -> int:
    """Tag translations like the report they translate, in stories with a tagging made since then, or in one story.

    It is stored, so that digest, export, search and report tell the same. The rules' own tagging stays beside it.
    Returns how many were tagged.
    """
    stories = storage.stories.translated(since=since, story=story)
    if not stories:
        return 0
    decided = {
        key
        for key, decisions in storage.articles.decisions().items()
        if any(decision.field in ("topics", "tone") for decision in decisions)
    }
    count = 0
    for reports in stories:
        changed = agree_translations([one.item for one in reports], decided)
        for one in reports:
            if one.item.key not in changed:
                continue
            address = one.item.article.url
            # The text is stored already, so the article carries none.
            article = Article(address, "", one.item.article.title, "", "")
            result = Coverage(one.version, article, changed[one.item.key], one.fingerprint)
            storage.articles.save_retaggings([result], one.item.tags.rules, now())
            count += 1
    return count
