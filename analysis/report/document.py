"""PeriodicReport → PrintDocument."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime

from analysis.anomalies.surges import surge_sentence
from analysis.digest import excerpt
from analysis.documents.blocks import (
    Block,
    BulletList,
    Heading,
    Letterhead,
    Paragraph,
    Picture,
    PrintDocument,
    Run,
    Runs,
    Table,
)
from analysis.documents.labels import Labels, labels
from analysis.documents.oversized import without_oversized
from analysis.register.figure_blocks import figure_blocks
from analysis.report.archives import archive_notes
from analysis.report.changes import ChangeFormatter
from analysis.report.foreign_press import countries_and_languages, foreign_press_blocks
from analysis.report.model import PeriodicReport
from analysis.report.negative import negative_blocks
from analysis.report.period_name import period_name
from analysis.report.story_titles import story_runs
from pipeline.records import Tone

_TONES: tuple[Tone, ...] = ("positive", "neutral", "negative", "unsure")
#: Outlets listed, and failing sources listed
_MOST = 15


def report_document(
    report: PeriodicReport,
    made_at: datetime,
    lang: str = "vi",
    *,
    province: str,
    topic_labels: Mapping[str, str],
    letterhead: Letterhead | None = None,
    number: int | None = None,
    pictures: Mapping[str, Picture] | None = None,
) -> PrintDocument:
    """Return the report as a document; `pictures` come from analysis.report.charts.report_charts, by name.

    `made_at` is aware, in the zone of the report. `topic_labels` gives names of topics by id. `number` is in the
    register.
    """
    words = labels(lang)
    builder = _ReportBuilder(report, words, topic_labels, pictures or {}, made_at)
    return PrintDocument(
        lang,
        words.of("report", "title", province=province.replace(" ", "\u00a0")),
        words.of("report", "abstract", province=province, period=period_name(report.now.span, words)),
        (
            words.of(
                "report",
                "span",
                first=words.short_date(report.now.span.first),
                last=words.short_date(report.now.span.last),
            ),
        ),
        made_at.date(),
        made_at,
        tuple(without_oversized(builder.blocks(), words)),
        letterhead or Letterhead(),
        number,
    )


class _ReportBuilder:
    def __init__(
        self,
        report: PeriodicReport,
        words: Labels,
        topics: Mapping[str, str],
        pictures: Mapping[str, Picture],
        made_at: datetime,
    ) -> None:
        self._report, self._now, self._words, self._topics = report, report.now, words, topics
        self._pictures, self._made_at = pictures, made_at
        self._changes = ChangeFormatter(words)

    def blocks(self) -> Iterator[Block]:
        yield self._head("numbers")
        if not self._now.known:
            yield Paragraph(self._runs("blind_archives" if self._now.archived else "blind"))
        yield self._comparison()
        yield from archive_notes(self._report, self._words)
        yield from self._chart("volume", "attention", note="marks_note")
        if self._now.items:
            yield from self._tones_and_topics()
            yield from self._spread()
            yield from negative_blocks(self._report, self._words)
            yield from self._outlets()
            yield from self._abroad()
            yield from foreign_press_blocks(self._report, self._words, self._topics)
        if (figures := self._report.register) is not None and figures.is_used:
            yield Heading(1, (Run(self._words.of("register-paper", "report_head")),))
            yield from figure_blocks(figures, self._words, self._topics, self._pictures.get("register"))
        yield from self._voice()
        if self._report.keywords:
            yield self._head("keywords")
            yield Paragraph(
                (Run(", ".join(f"{k.words} ({self._words.whole(k.texts)})" for k in self._report.keywords)),)
            )
        if self._report.signals:
            yield self._head("unusual")
            yield BulletList(
                tuple(
                    (
                        Run(f"{self._words.short_date(day)}: ", bold=True),
                        Run(surge_sentence(s, self._words.lang)),
                    )
                    for day, s in self._report.signals
                )
            )
        yield from self._gaps()
        yield self._head("method")
        yield Paragraph(
            self._runs("method_text", made=self._words.clock(self._made_at), rules=self._report.rules_version),
            style="small",
        )

    def _chart(self, *names: str, note: str = "") -> Iterator[Block]:
        pictures = [self._pictures[name] for name in names if name in self._pictures]
        if pictures and note:
            yield Paragraph(self._runs(note), style="small")
        yield from pictures

    def _runs(self, key: str, **values: object) -> Runs:
        return (Run(self._words.of("report", key, **values)),)

    def _head(self, key: str) -> Heading:
        return Heading(1, self._runs(key))

    def _comparison(self) -> Table:
        """Return counts with their change in per cent, and shares with their change in percentage points."""
        now, before, year = self._now, self._report.before, self._report.year
        rows: list[tuple[str, ...]] = []
        archived = (("archived", lambda f: f.archived),) if any(f.archived for f in (now, before, year)) else ()
        for key, value in (
            ("items", lambda f: f.items),
            *archived,
            ("stories", lambda f: f.stories),
            ("outlets", lambda f: len(f.outlets)),
        ):
            earlier = [value(f) if f.counted else None for f in (before, year)]
            shown = self._words.whole(value(now)) if now.counted else self._changes.unknown()
            rows.append((self._words.of("report", key), shown, *(self._changes.change(value(now), h) for h in earlier)))
        rows += [
            self._changes.share_row(
                self._words.of("report", "foreign"), [f.share(f.foreign) for f in (now, before, year)]
            ),
            *(
                self._changes.share_row(
                    self._words.of("report", "tone", tone=self._words.of("tone", tone).lower()),
                    [f.share(f.tones[tone]) for f in (now, before, year)],
                )
                for tone in _TONES
            ),
        ]
        rates = [f.attention for f in (now, before, year)]
        rate = self._changes.unknown() if rates[0] is None else self._words.number(rates[0])
        rows.append(
            (self._words.of("report", "attention"), rate, *(self._changes.change(rates[0], r) for r in rates[1:]))
        )
        head = tuple(self._words.of("report", key) for key in ("figure", "now", "before", "year"))
        return Table(head, tuple(rows), (34, 18, 24, 24), frozenset({1, 2, 3}))

    def _tones_and_topics(self) -> Iterator[Block]:
        yield self._head("topics")
        rows, whole = [], self._words.whole
        for topic, tones in sorted(self._now.topics.items(), key=lambda t: (-sum(t[1].values()), t[0])):
            before = self._report.before
            earlier = sum(before.topics.get(topic, {}).values())
            change = self._changes.change(sum(tones.values()), earlier) if before.counted else "–"
            name = self._topics.get(topic, topic)
            rows.append((name, whole(sum(tones.values())), *(whole(tones[tone]) for tone in _TONES), change))
        head = (
            *(self._words.of("report", key) for key in ("topic", "articles")),
            *(self._words.of("tone", tone) for tone in _TONES),
            self._words.of("report", "before"),
        )
        yield Table(head, tuple(rows), (26, 9, 10, 10, 10, 13, 20), frozenset(range(1, 7)))
        yield Paragraph(self._runs("topics_note"), style="small")
        yield from self._chart("topics", "tone")

    def _spread(self) -> Iterator[Block]:
        stories = self._report.spread
        if not stories:
            return
        yield self._head("spread")
        items: list[Runs] = []
        for story in stories:
            spread = self._words.of(
                "report",
                "carried",
                outlets=self._words.whole(len(story.outlets)),
                items=self._words.whole(story.items),
                first=excerpt.visible(story.outlet),
                day=self._words.short_date(story.start),
            )
            items.append((*story_runs(story, self._words), Run(f". {spread}")))
        yield BulletList(tuple(items), numbered=True)

    def _outlets(self) -> Iterator[Block]:
        yield self._head("outlets_table")
        outlets = sorted(self._now.outlets.values(), key=lambda o: (-o.items, o.name))
        archived = self._now.archived > 0
        rows = tuple(
            (
                excerpt.visible(o.name),
                self._words.country(o.country),
                self._words.whole(o.items),
                *((self._words.whole(o.archived),) if archived else ()),
                self._words.whole(o.stories),
                *(self._words.whole(o.tones[t]) for t in ("positive", "negative")),
            )
            for o in outlets[:_MOST]
        )
        keys = ("outlet", "country", "articles", *(("of_archives",) if archived else ()), "stories")
        head = (
            *(self._words.of("report", k) for k in keys),
            *(self._words.of("tone", t) for t in ("positive", "negative")),
        )
        widths = (29, 18, 9, 13, 11, 10, 10) if archived else (34, 22, 11, 11, 11, 11)
        yield Table(head, rows, widths, frozenset(range(2, len(widths))))
        if len(outlets) > _MOST:
            others = outlets[_MOST:]
            yield Paragraph(
                self._runs("more_outlets", outlets=len(others), items=self._words.whole(sum(o.items for o in others))),
                style="small",
            )
        yield from self._chart("outlets")

    def _abroad(self) -> Iterator[Block]:
        yield self._head("abroad")
        yield countries_and_languages(self._report, self._words)
        yield from self._chart("countries", "languages")

    def _voice(self) -> Iterator[Block]:
        """Yield the headlines of each province, their share, and its change in percentage points."""
        voices = self._report.voice
        if not voices:
            return
        yield self._head("voice")
        every, earlier = sum(v.headlines for v in voices), [v.before for v in voices if v.before is not None]
        rows = []
        for voice in voices:
            now = 100 * voice.headlines / every if every else None
            before = None if voice.before is None or not sum(earlier) else 100 * voice.before / sum(earlier)
            share = self._changes.share_row(voice.name, (now, before))
            rows.append((share[0], self._words.whole(voice.headlines), *share[1:]))
        head = tuple(self._words.of("report", key) for key in ("voice_name", "headlines", "voice_share", "before"))
        yield Table(head, tuple(rows), (34, 18, 18, 30), frozenset({1, 2, 3}))
        yield Paragraph(self._runs("voice_note"), style="small")
        yield from self._chart("voice")

    def _range(self, first: date, last: date) -> str:
        ends = [self._words.short_date(day) for day in dict.fromkeys((first, last))]
        return "\u00a0–\u00a0".join(ends)

    def _gaps(self) -> Iterator[Block]:
        yield self._head("gaps")
        entries: list[Runs] = []
        now = self._now
        for key, days in (
            ("days_without", now.gaps()),
            ("days_archived", now.only_archived()),
            ("days_partly", now.partly()),
        ):
            if days:
                ranges = ", ".join(self._range(first, last) for first, last in _ranges(days))
                entries.append(self._runs(key, n=len(days), days=ranges))
        bad_days, good_days = now.failed_days, now.read_days
        polled = ((len(bad_days.get(k, ())), len(good_days.get(k, ())), name) for k, name in now.names.items())
        failing = [(bad, good, name) for bad, good, name in polled if bad > good]
        for bad, good, name in sorted(failing, reverse=True)[:_MOST]:
            entries.append(self._runs("failing", name=name, bad=bad, days=bad + good))
        yield BulletList(tuple(entries)) if entries else Paragraph(self._runs("no_gaps"))
        yield from self._chart("heat", note="heat_note")


def _ranges(days: Sequence[date]) -> list[tuple[date, date]]:
    """Return sorted days as ranges of consecutive days: first and last of each."""
    ranges: list[tuple[date, date]] = []
    for day in days:
        if ranges and (day - ranges[-1][1]).days == 1:
            ranges[-1] = ranges[-1][0], day
        else:
            ranges.append((day, day))
    return ranges
