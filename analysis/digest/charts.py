"""Digest → its chart: articles of each section by tone."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from analysis.digest.model import Digest
from analysis.documents.blocks import Picture
from analysis.documents.chart_style import COLOURS, LEAST_ITEMS, bars
from analysis.documents.labels import Labels


def topics_by_tone(day: Digest, words: Labels, topics: Mapping[str, str]) -> Picture | None:
    """Return the number of articles of each section, by tone; None for fewer than LEAST_ITEMS articles.

    `topics` gives names of topics by id.
    """
    named = [(words.say("foreign"), day.foreign)]
    named += [(topics.get(section.topic, section.topic), section.stories) for section in day.sections]
    named += [(words.say("undated"), day.undated)]
    rows: list[dict[str, Any]] = []
    totals: Counter[str] = Counter()
    for name, stories in named:
        counts = Counter(item.tags.tone for story in stories for item in story.items)
        totals[name] += sum(counts.values())
        for place, tone in enumerate(COLOURS):
            if counts[tone]:
                rows.append({"topic": name, "tone": words.of("tone", tone), "place": place, "n": counts[tone]})
    if sum(totals.values()) < LEAST_ITEMS:
        return None
    order = [name for name, _ in named if totals[name]]
    return bars(rows, order, totals, words, words.say("chart_topics"))
