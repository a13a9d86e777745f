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
    keys = [one.item.key for reports in stories for one in reports]
    decided = {
        key
        for key, decisions in storage.articles.decisions(keys).items()
        if any(decision.field in ("topics", "tone") for decision in decisions)
    }
    by_rules: dict[str, list[Coverage]] = {}
    for reports in stories:
        changed = agree_translations([one.item for one in reports], decided)
        for one in reports:
            if (tags := changed.get(one.item.key)) is not None:
                # The text is stored already, so the article carries none.
                article = Article(one.item.article.url, "", one.item.article.title, "", "")
                by_rules.setdefault(tags.rules, []).append(Coverage(one.version, article, tags, one.fingerprint))
    for rules, results in by_rules.items():
        storage.articles.save_retaggings(results, rules, now())
    return sum(map(len, by_rules.values()))
