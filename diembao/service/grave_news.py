"""The rule `grave` of alerts.toml: a happening in which people came to harm is told of at once."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from analysis.documents.labels import labels
from analysis.stories.events import Event, build_events
from analysis.stories.figure_words import grave_words
from config.alerts import Rule
from pipeline.i18n.catalogs import translate
from pipeline.i18n.language import current_language
from pipeline.records import Item
from pipeline.rules.rulebook import Rulebook
from pipeline.tagging.words.gravity import Gravity, gravest, judge_gravity
from storage.database import Database

#: Hours since an article was first seen in which it is news.
_FRESH = timedelta(hours=24)
#: Days between its publication and its first sight: what is older is no news, however late it was found.
_OLDEST = timedelta(days=3)
#: Days for which a happening that was told of is not told of again.
_TOLD = timedelta(days=8)
#: Articles that an alert lists.
_LISTED = 5


def grave_news(storage: Database, rules: Callable[[], Rulebook], at: datetime, rule: Rule) -> Iterator[tuple[str, str]]:
    """Yield (cause, text) of each happening of the last day in which people died, are missing or were injured.

    `rule` gives from which numbers on. An article that only mentions the province counts too.
    """
    fresh = [item for item in storage.articles.items(since=at - _OLDEST) if at - item.first_seen <= _FRESH]
    if not fresh:
        return
    told = {alert.cause for alert in storage.service.alerts_since(at - _TOLD)}
    book = rules()
    for event in build_events(fresh):
        items = [item for report in event.reports for item in report.items]
        # An event takes the key of its oldest story, so a happening keeps it while it grows.
        cause = f"grave:{event.key}"
        if cause in told:
            continue
        gravity = gravest(judge_gravity(i.article.title, i.article.text, i.language, book) for i in items)
        if _is_told_of(gravity, rule):
            yield cause, _text(event, items, gravity)


def _is_told_of(gravity: Gravity, rule: Rule) -> bool:
    assert rule.dead is not None
    assert rule.injured is not None
    return gravity.dead + gravity.missing >= rule.dead or gravity.injured >= rule.injured


def _text(event: Event, items: list[Item], gravity: Gravity) -> str:
    listed = "\n".join(f"  {item.outlet}: {item.article.title} {item.article.url}" for item in items[:_LISTED])
    return translate(
        "Grave news about the province ({figures}):\n{listed}{ellipsis}\nWhat to do: read it, and answer where that is "
        "needed; more: diembao stories show {key}",
        figures=", ".join(grave_words(gravity, labels(current_language()))),
        listed=listed,
        ellipsis="\n  …" if len(items) > _LISTED else "",
        key=event.key,
    )
