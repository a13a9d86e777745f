"""One article → when it was published, how it was obtained, which are negative: in words that digest and desk share."""

from collections.abc import Sequence
from datetime import datetime, tzinfo

from analysis.digest import excerpt
from analysis.documents.labels import Labels
from analysis.stories.ranking import AttentionItem
from pipeline.records import OBSTACLES, Article, Item, Reason
from pipeline.text.line_length import cut_line

#: Outlets that are named, and letters of a name
_OUTLETS, _NAME = 2, 40


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
    """Return remarks on how an article was obtained: late, of an archive, changed, taken down, read in part.

    Late: published before `start`.
    """
    article = item.article
    remarks = []
    if start is not None and article.published is not None and item.is_dated and _is_before(article, start, zone):
        remarks.append(words.say("late"))
    if item.captured_at is not None:
        remarks.append(words.say("read_back", date=words.short_date(item.captured_at.astimezone(zone))))
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


def negative_items(attention: AttentionItem, named: Item) -> list[Item]:
    """Return the negative articles: the one that the line is named by first, then those in its language.

    The tone of an article is a person's where a person corrected it.
    """
    found = [item for item in attention.items if item.tags.tone == "negative"]
    return sorted(found, key=lambda item: (item.key != named.key, item.language != named.language))


def carriers_of_tone(negative: Sequence[Item], named: Item, words: Labels) -> str:
    """Return the outlets whose articles are negative where the article that the line is named by is not; else ''."""
    if not negative or any(item.key == named.key for item in negative):
        return ""
    outlets = list(dict.fromkeys(_outlet(item, words) for item in negative))
    listed = ", ".join(outlets[:_OUTLETS])
    return listed + (words.say("and_others", n=len(outlets) - _OUTLETS) if len(outlets) > _OUTLETS else "")


def _outlet(item: Item, words: Labels) -> str:
    name = cut_line(excerpt.visible(item.outlet), _NAME)
    return name if item.country == "VN" else f"{name} ({words.country(item.country)})"
