"""A day → the titles by which the digest room calls its stories, for those who read of them elsewhere."""

from collections.abc import Mapping
from datetime import date, datetime

from analysis.stories.grouping import group_into_stories, newest_first
from config.settings import Settings
from diembao.jobs.periods import period_of
from storage.database import Database


def story_titles(storage: Database, settings: Settings, day: date, at: datetime) -> Mapping[str, str]:
    """Return the titles of the leading articles of a day by the keys of their stories."""
    period = period_of(day, settings, at)
    items = storage.articles.digest_items(period.start, period.end, period.late_from)
    stories = group_into_stories(sorted(items, key=newest_first))
    return {story.lead.story: story.lead.article.title for story in stories}
