"""PeriodicReport → the section on the foreign press: by country and language, beside the press at home, and when."""

from collections.abc import Iterator, Mapping
from statistics import median

from analysis.digest import excerpt
from analysis.documents.blocks import Block, BulletList, Heading, Paragraph, Run, Runs, Table
from analysis.documents.labels import Labels
from analysis.report.model import PeriodicReport, PressComparison
from analysis.report.story_titles import title_runs
from analysis.stories.home_and_abroad import EventPress
from analysis.tables.links import article_link
from pipeline.records import Item, Tone

_TONES: tuple[Tone, ...] = ("positive", "neutral", "negative", "unsure")
#: Topics compared, the ones with the largest difference first
_TOPICS = 8


def foreign_press_blocks(report: PeriodicReport, words: Labels, topics: Mapping[str, str]) -> Iterator[Block]:
    """Yield the section, nothing where no article is of another country. `topics` gives names by id."""
    if not report.now.foreign:
        return
    yield Heading(1, _runs(words, "foreign_press"))
    yield _countries(report, words)
    yield Paragraph(_runs(words, "foreign_topics_note"), "small")
    yield _topics(report, words, topics)
    if report.presses is not None:
        yield from _events(report, report.presses, words)


def countries_and_languages(report: PeriodicReport, words: Labels) -> BulletList:
    """Return the articles by country and by language, at home and abroad together."""
    now = report.now
    countries = ", ".join(f"{words.country(c)} {words.whole(n)}" for c, n in now.countries.most_common())
    languages = ", ".join(f"{words.language(t or 'und')} {words.whole(n)}" for t, n in now.languages.most_common())
    return BulletList((_runs(words, "countries", list=countries), _runs(words, "languages", list=languages)))


def _countries(report: PeriodicReport, words: Labels) -> Table:
    rows = [
        (
            words.country(country),
            words.language(language or "und"),
            words.whole(tones.total()),
            *(words.whole(tones[tone]) for tone in _TONES),
        )
        for (country, language), tones in sorted(report.now.abroad.items(), key=lambda row: (-row[1].total(), row[0]))
    ]
    head = (
        *(words.of("report", key) for key in ("country", "language", "articles")),
        *(words.of("tone", tone) for tone in _TONES),
    )
    return Table(head, tuple(rows), (24, 22, 10, 11, 11, 11, 11), frozenset(range(2, 7)))


def _topics(report: PeriodicReport, words: Labels, names: Mapping[str, str]) -> Table:
    """Return the topics whose shares of the articles abroad and at home differ most, in percentage points."""
    now = report.now
    abroad, home = now.foreign, now.items - now.foreign
    rows: list[tuple[float, str, tuple[str, ...]]] = []
    for topic in sorted({*now.foreign_topics, *now.home_topics}):
        shares = [
            100 * counts[topic] / total if total else 0.0
            for counts, total in ((now.foreign_topics, abroad), (now.home_topics, home))
        ]
        cells = [
            f"{words.whole(counts[topic])} ({words.number(share)}\u00a0%)"
            for counts, share in zip((now.foreign_topics, now.home_topics), shares, strict=True)
        ]
        difference = shares[0] - shares[1]
        name = names.get(topic, topic)
        rows.append((-abs(difference), name, (name, *cells, _signed(difference, words))))
    head = tuple(
        words.of("report", key) for key in ("topic_compared", "articles_abroad", "articles_home", "difference")
    )
    return Table(head, tuple(row for *_, row in sorted(rows)[:_TOPICS]), (40, 20, 20, 20), frozenset({1, 2, 3}))


def _events(report: PeriodicReport, found: PressComparison, words: Labels) -> Iterator[Block]:
    yield Paragraph(
        _runs(
            words,
            "events_of_presses",
            both=words.whole(found.both),
            abroad=words.whole(found.only_abroad),
            home=words.whole(found.only_home),
        )
    )
    if found.hours:
        yield Paragraph(
            _runs(
                words,
                "hours_median",
                hours=_signed(median(found.hours), words),
                n=words.whole(len(found.hours)),
                first=words.whole(sum(hours < 0 for hours in found.hours)),
            )
        )
    kinds = (
        ("taken_by_both", found.listed.both),
        ("taken_abroad", found.listed.only_abroad),
        ("taken_home", found.listed.only_home),
    )
    for key, events in kinds:
        if events:
            yield Heading(2, _runs(words, key))
            yield BulletList(tuple(_event(report, event, words) for event in events))


def _event(report: PeriodicReport, event: EventPress, words: Labels) -> Runs:
    parts = [
        words.of("report", key, n=words.whole(len(items)), first=_carrier(report, items[0], words))
        for key, items in (("at_home", event.home), ("from_abroad", event.abroad))
        if items
    ]
    if event.home and event.abroad:
        hours = event.hours
        told = "hours_unknown" if hours is None else "hours_between"
        parts.append(words.of("report", told, hours="" if hours is None else _signed(hours, words)))
    named, titles = event.first, report.presses.titles if report.presses is not None else {}
    title = title_runs(named.article.title, article_link(named.article), titles.get(named.key), words)
    return *title, Run(f". {'; '.join(parts)}.")


def _carrier(report: PeriodicReport, item: Item, words: Labels) -> str:
    """Return outlet, country and language of a foreign one, and the time: 'Tin Hanbit, Hàn Quốc, Tiếng Hàn, …'."""
    foreign = [words.country(item.country), words.language(item.language)] if item.country != "VN" else []
    at = item.published_or_seen.astimezone(report.zone)
    day_only = not item.is_dated or item.article.published_precision == "day"
    return ", ".join([excerpt.visible(item.outlet), *foreign, words.short_date(at) if day_only else words.clock(at)])


def _signed(value: float, words: Labels) -> str:
    """Return a figure with its sign: '+5,2'."""
    return ("\u2212" if value < 0 else "+") + words.number(abs(value))


def _runs(words: Labels, key: str, **values: object) -> Runs:
    return (Run(words.of("report", key, **values)),)
