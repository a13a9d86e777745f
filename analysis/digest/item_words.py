"""One article → when it was published and how it was obtained, in words that digest and desk share."""

from datetime import datetime, tzinfo

from analysis.documents.labels import Labels
from pipeline.records import OBSTACLES, Article, Item, Reason


def published_words(item: Item, words: Labels, zone: tzinfo | None) -> str:
    """Return the time of publication and its origin, e.g. '06:42 ngày 22/11/2026 (theo trang báo)'."""
    at = item.article.published
    if at is None or not item.is_dated:
        seen = item.first_seen.astimezone(zone)
        origin = item.article.published_from if item.article.published_from == "first_seen" else "none"
        return words.of("published", origin, time=words.time(seen), date=words.short_date(seen))
    day_only = item.article.published_precision == "day"
    date_text = words.short_date(at.astimezone(zone)) if day_only else words.clock(at.astimezone(zone))
    return f"{date_text} ({words.of('published', item.article.published_from)})"


def remark_words(item: Item, words: Labels, zone: tzinfo | None, start: datetime | None = None) -> list[str]:
    """Return remarks on how an article was obtained: published before `start`, changed, taken down, read in part."""
    article = item.article
    remarks = []
    if start is not None and article.published is not None and item.is_dated and _is_before(article, start, zone):
        remarks.append(words.say("late"))
    if item.changed:
        remarks.append(words.say("changed", n=item.version))
    if item.taken_down is not None:
        remarks.append(words.say("taken_down", clock=words.clock(item.taken_down.astimezone(zone))))
    if article.text_from == "feed":
        remarks.append(words.say("from_feed"))
    elif article.reason in OBSTACLES:
        remarks.append(words.say("doubtful", reason=words.of("reason", article.reason)))
    elif article.reason is not Reason.OK:
        remarks.append(words.say("partial", reason=words.of("reason", article.reason)))
    return remarks


def _is_before(article: Article, start: datetime, zone: tzinfo | None) -> bool:
    """Whether an article was published before `start`, or, if only its day is known, on a day before it."""
    assert article.published is not None
    if article.published_precision == "day":
        return article.published.astimezone(zone).date() < start.astimezone(zone).date()
    return article.published < start
