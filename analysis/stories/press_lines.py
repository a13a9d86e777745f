"""Articles of a period → its foreign press in sentences: by country and language, beside that at home, and when."""

from collections import Counter
from collections.abc import Iterator, Sequence

from analysis.documents.labels import Labels
from analysis.stories.home_and_abroad import compare_presses
from pipeline.records import Item

_HOME = "VN"


def origin_line(items: Sequence[Item], words: Labels) -> str:
    """Return the articles of other countries by country and by language."""
    abroad = [item for item in items if item.country != _HOME]
    countries = _counts(Counter(words.country(item.country) for item in abroad))
    languages = _counts(Counter(words.language(item.language or "und") for item in abroad))
    return words.say("foreign_origin", countries=countries, languages=languages)


def event_lines(items: Sequence[Item], words: Labels) -> Iterator[str]:
    """Yield which events the press at home and abroad takes up, and the hours between their first reports."""
    found = compare_presses(items, _HOME)
    yield words.say("foreign_events", both=len(found.both), abroad=len(found.only_abroad), home=len(found.only_home))
    if (hours := found.median_hours) is not None:
        key = "foreign_later" if hours >= 0 else "foreign_earlier"
        yield words.say(key, hours=words.number(abs(hours)), n=len(found.hours))


def _counts(counts: Counter[str]) -> str:
    return ", ".join(f"{name} {n}" for name, n in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))
